"""Learning what digits look like: the network of reading/familiarity.py, by gradient descent in NumPy.

It learns to tell eleven classes apart, the ten digits and everything else: to know a 4 from a 9 helps it to know both
from an H. What is learned is rounded to 16 bits, as a file keeps it, before digits that were held out are scored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from digitlens.digits.dataset import Digits, pixels
from digitlens.errors import ShapeError
from digitlens.learning.familiarity_data import SHARES, Images, many_digits, many_strangers, shown
from digitlens.network.activations import Array, softmax
from digitlens.network.costs import one_hot
from digitlens.network.network import Layer, Layers
from digitlens.network.optimisers import adam
from digitlens.reading.familiarity import (
    AT_ONCE,
    PATCHES,
    QUANTILES,
    SHAPES,
    STEP,
    THRESHOLD,
    Familiarity,
    forward,
    scores,
)

EPOCHS, SHOWN = 24, 40_000  # how often, and how many pictures each time, half of them digits
DIGITS, STRANGERS = 70_000, 60_000  # how many different ones are drawn from
MINI_BATCH, RATE = 100, 1.5e-3  # and the rate falls to 0 in a straight line
OTHER = 10  # the class of everything else


def fit_familiarity(
    training: Digits,
    validation: Digits,
    seed: int = 0,
    *,
    epochs: int = EPOCHS,
    shown_each: int = SHOWN,
    threshold: float = THRESHOLD,
    told: Callable[[str], object] = lambda text: None,
) -> Familiarity:
    """Learn from `training`, framed digits, and from what is drawn beside them; compare with `validation`.

    epochs, shown_each: how long; threshold: the share of validation digits that is turned away; told: hears from time
    to time how far it is. The same for the same digits and seed. Raises ShapeError where there are no digits.
    """
    if not len(training) or not len(validation):
        raise ShapeError("fit_familiarity() wants digits to learn from and others to compare with, got none")
    scale = min(1.0, epochs * shown_each / (EPOCHS * SHOWN))  # a short run needs fewer different pictures
    told("drawing what is no digit")
    strangers = many_strangers(training, round(STRANGERS * scale), seed)
    told("writing digits")
    digits = many_digits(training, round(DIGITS * scale), seed)
    with ThreadpoolController().limit(limits=1, user_api="blas"):  # sums that threads share may differ in the last bit
        layers = _learned(digits, strangers, np.random.default_rng([seed, 0]), epochs, shown_each, told)
        kept = tuple(Layer(*(w.astype(np.float16).astype(np.float64) for w in (l.weights, l.biases))) for l in layers)
        found = np.concatenate([scores(kept, pixels(some.images, np.dtype(float))) for some in _in_parts(validation)])
    levels = np.quantile(found, np.linspace(0, 1, QUANTILES)).astype(np.float32)  # as a file keeps them
    return Familiarity(kept, levels.astype(np.float64), threshold)


def _in_parts(digits: Digits) -> list[Digits]:
    return [digits[i : i + AT_ONCE] for i in range(0, len(digits), AT_ONCE)]


def _learned(
    digits: Digits,
    strangers: Mapping[str, Images],
    rng: np.random.Generator,
    epochs: int,
    shown_each: int,
    told: Callable[[str], object],
) -> Layers:
    """Mini-batch after mini-batch, from random weights."""
    layers, optimiser = _start(rng), adam()
    memory, step, steps = optimiser.start(layers), 0, epochs * -(-shown_each // MINI_BATCH)
    for epoch in range(epochs):
        told(f"learning what digits look like, {epoch + 1} of {epochs}")
        images, targets = _lesson(digits, strangers, shown_each, rng)
        for first in range(0, len(images), MINI_BATCH):
            here = slice(first, first + MINI_BATCH)
            gradient = slope(layers, images[here], targets[here])
            layers, memory = optimiser.step(layers, gradient, memory, RATE * max(0.0, 1 - step / steps))
            step += 1
    return layers


def _start(rng: np.random.Generator) -> Layers:
    """Weights from N(0, 2/n_before), as half of the signal is lost on the way (He et al. 2015)."""
    drawn = [rng.standard_normal((n, m)) * np.sqrt(2 / m) for n, m in SHAPES]
    return tuple(Layer(W.astype(np.float32), np.zeros(len(W), np.float32)) for W in drawn)


def _lesson(
    digits: Digits, strangers: Mapping[str, Images], count: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], Array]:
    """Pictures of one epoch in random order, half of them digits, and their targets: (n, 28, 28), (n, 11)."""
    which = rng.integers(0, len(digits), count // 2)
    images, classes = [digits.images[which]], [digits.digits[which]]
    for kind, share in SHARES.items():
        some = strangers[kind]
        wanted = round(count / 2 * share / sum(SHARES.values())) if len(some) else 0
        taken = rng.integers(0, max(len(some), 1), wanted)
        images.append(some[taken])
        classes.append(np.full(len(taken), OTHER, np.uint8))
    order = rng.permutation(sum(map(len, images)))
    return shown(np.concatenate(images)[order], rng), one_hot(np.concatenate(classes)[order], OTHER + 1)


def slope(layers: Layers, images: Array, targets: Array) -> Layers:
    """The gradient of the mean cross-entropy: images (n, 28, 28), targets (n, 11) -> one Layer for each layer."""
    *inputs, z = forward(layers, images)
    dC_dz: Array = (softmax(z) - targets) / len(images)  # (n, 11)
    gradient = [Layer(dC_dz.T @ inputs[3], dC_dz.sum(axis=0))]
    dC_dz = (dC_dz @ layers[3].weights) * (inputs[3] > 0)  # (n, 64)
    gradient.append(Layer(dC_dz.T @ inputs[2], dC_dz.sum(axis=0)))
    dC_dz = (dC_dz @ layers[2].weights) * (inputs[2] > 0)  # (n, 600)
    n, rows, columns, _ = inputs[1].shape
    dC_dz = dC_dz.reshape(n, rows, columns, len(layers[1].biases))  # (n, 5, 5, 24)
    gradient.append(_of_patches(dC_dz, inputs[1]))
    dC_dp = (dC_dz @ layers[1].weights).reshape(n, rows, columns, -1, PATCHES[1], PATCHES[1])
    looked = np.maximum(inputs[0] @ layers[0].weights.T + layers[0].biases, 0)  # a[1], (n, 12, 12, 12)
    dC_da = np.zeros_like(looked)
    for i in range(PATCHES[1]):  # a pixel lies in several patches, at another place of each
        for j in range(PATCHES[1]):
            dC_da[:, i : i + STEP * rows : STEP, j : j + STEP * columns : STEP] += dC_dp[..., i, j]
    gradient.append(_of_patches(dC_da * (looked > 0), inputs[0]))
    return tuple(reversed(gradient))


def _of_patches(dC_dz: Array, inputs: Array) -> Layer:
    """The gradient of weights that look at every patch: (n, rows, columns, n_out) and what went in."""
    flat = dC_dz.reshape(-1, dC_dz.shape[-1])
    return Layer(flat.T @ inputs.reshape(len(flat), -1), flat.sum(axis=0))
