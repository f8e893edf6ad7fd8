"""Trains the network of reading/familiarity.py by gradient descent in NumPy.

It learns eleven classes: the ten digits, and everything else. Distinguishing a 4 from a 9 helps it to distinguish both
from an H. The weights are rounded to float16, as in the file, before the held-out digits are scored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from digitlens.digits.dataset import Digits, pixels
from digitlens.errors import ShapeError
from digitlens.learning.familiarity_data import SHARES, Images, augmented, digit_images, nondigit_images
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

EPOCHS, IMAGES_PER_EPOCH = 40, 60_000  # half of the images are digits
DIGITS, NONDIGITS = 70_000, 80_000  # how many different images they are drawn from
SHORT = 1_000_000  # images in all: a run that sees fewer needs fewer different ones, too
MINI_BATCH, RATE = 100, 1.5e-3  # the learning rate falls linearly to 0
OTHER = 10  # the class of everything else


def fit_familiarity(
    training: Digits,
    validation: Digits,
    seed: int = 0,
    *,
    epochs: int = EPOCHS,
    images_per_epoch: int = IMAGES_PER_EPOCH,
    threshold: float = THRESHOLD,
    progress: Callable[[str], object] = lambda text: None,
) -> Familiarity:
    """Train a Familiarity on `training`, framed digits, and on synthetic images; calibrate it on `validation`.

    threshold: the share of validation digits that is rejected. progress: called with a text at each stage.
    The same digits and seed give the same result. Raises ShapeError if there are no digits in either.
    """
    if not len(training) or not len(validation):
        counts = f"{len(training)} and {len(validation)}"
        raise ShapeError(
            f"fit_familiarity() wants training and validation digits, got {counts}; give at least one each"
        )
    scale = min(1.0, epochs * images_per_epoch / SHORT)
    progress("drawing non-digits")
    nondigits = nondigit_images(training, round(NONDIGITS * scale), seed)
    progress("writing digits")
    digits = digit_images(training, round(DIGITS * scale), seed)
    with ThreadpoolController().limit(limits=1, user_api="blas"):  # with more threads, sums may differ in the last bit
        layers = _learned(digits, nondigits, np.random.default_rng([seed, 0]), epochs, images_per_epoch, progress)
        rounded = tuple(
            Layer(*(w.astype(np.float16).astype(np.float64) for w in (l.weights, l.biases))) for l in layers
        )
        held_out = [scores(rounded, pixels(chunk.images, np.dtype(float))) for chunk in _chunks(validation)]
    levels = np.quantile(np.concatenate(held_out), np.linspace(0, 1, QUANTILES)).astype(np.float32)  # as in the file
    return Familiarity(rounded, levels.astype(np.float64), threshold)


def _chunks(digits: Digits) -> list[Digits]:
    return [digits[i : i + AT_ONCE] for i in range(0, len(digits), AT_ONCE)]


def _learned(
    digits: Digits,
    nondigits: Mapping[str, Images],
    rng: np.random.Generator,
    epochs: int,
    images_per_epoch: int,
    progress: Callable[[str], object],
) -> Layers:
    """Train by mini-batches, from random weights."""
    layers, optimiser = _initial_layers(rng), adam()
    memory, step, steps = optimiser.start(layers), 0, epochs * -(-images_per_epoch // MINI_BATCH)
    for epoch in range(epochs):
        progress(f"training the familiarity, epoch {epoch + 1} of {epochs}")
        images, targets = _epoch_images(digits, nondigits, images_per_epoch, rng)
        for first in range(0, len(images), MINI_BATCH):
            batch = slice(first, first + MINI_BATCH)
            gradient = slope(layers, images[batch], targets[batch])
            layers, memory = optimiser.step(layers, gradient, memory, RATE * max(0.0, 1 - step / steps))
            step += 1
    return layers


def _initial_layers(rng: np.random.Generator) -> Layers:
    """He initialisation: weights from N(0, 2 / n_before) for ReLU (He et al. 2015)."""
    drawn = [rng.standard_normal((n, m)) * np.sqrt(2 / m) for n, m in SHAPES]
    return tuple(Layer(W.astype(np.float32), np.zeros(len(W), np.float32)) for W in drawn)


def _epoch_images(
    digits: Digits, nondigits: Mapping[str, Images], count: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], Array]:
    """The images of one epoch in random order, half of them digits, and their targets: (n, 28, 28), (n, 11)."""
    which = rng.integers(0, len(digits), count // 2)
    images, classes = [digits.images[which]], [digits.digits[which]]
    for kind, share in SHARES.items():
        own = nondigits[kind]
        size = round(count / 2 * share / sum(SHARES.values())) if len(own) else 0
        chosen = rng.integers(0, max(len(own), 1), size)
        images.append(own[chosen])
        classes.append(np.full(len(chosen), OTHER, np.uint8))
    order = rng.permutation(sum(map(len, images)))
    return augmented(np.concatenate(images)[order], rng), one_hot(np.concatenate(classes)[order], OTHER + 1)


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
    gradient.append(_patch_gradient(dC_dz, inputs[1]))
    dC_dp = (dC_dz @ layers[1].weights).reshape(n, rows, columns, -1, PATCHES[1], PATCHES[1])
    a1 = np.maximum(inputs[0] @ layers[0].weights.T + layers[0].biases, 0)  # a[1], (n, 12, 12, 12)
    dC_da = np.zeros_like(a1)
    for i in range(PATCHES[1]):  # a pixel lies in several patches, at a different place in each
        for j in range(PATCHES[1]):
            dC_da[:, i : i + STEP * rows : STEP, j : j + STEP * columns : STEP] += dC_dp[..., i, j]
    gradient.append(_patch_gradient(dC_da * (a1 > 0), inputs[0]))
    return tuple(reversed(gradient))


def _patch_gradient(dC_dz: Array, inputs: Array) -> Layer:
    """The gradient of a convolutional layer. dC_dz: (n, rows, columns, n_out); inputs: the patches that went in."""
    flat = dC_dz.reshape(-1, dC_dz.shape[-1])
    return Layer(flat.T @ inputs.reshape(len(flat), -1), flat.sum(axis=0))
