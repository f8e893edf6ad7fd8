"""The second hidden layer: does a neuron distinguish pictures with a part from those without, *within one digit*?

A neuron that votes for 8 is more active for pictures with two loops, because 8s have two loops. It is a loop detector
only if it also distinguishes a closed 4 from an open 4, and a 2 with a loop from a 2 without. So each digit is examined
by itself, and the results are added up.

auc: area under the ROC curve. 0.5 is chance; 1: always more active with the part; 0: always less active
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.laboratory.first_layer import LEVEL
from digitlens.laboratory.stimuli import Stimuli
from digitlens.network.network import Network

Array = NDArray[np.floating[Any]]

FEWEST = 20  # pictures of a digit with the part, and without it; with fewer of either, the digit is left out
SHUFFLES = 499
CLEAR = 0.75  # a neuron detects a part clearly if its AUC is at least this, or at most 1 minus this


@dataclass(frozen=True, slots=True, eq=False)
class SecondLayer:
    """The results for one layer of one network: n neurons; the parts are in the order of PARTS."""

    auc: NDArray[np.float64]  # (n, parts), within digits; NaN where no digit has enough pictures
    p: NDArray[np.float64]  # (n, parts), p-values, corrected for all neurons and parts at once
    plain: NDArray[np.float64]  # (n, parts), AUC over all digits together: what a careless measurement gives
    digits: tuple[str, ...]  # for each part: the digits with enough pictures, such as "0 2 4"
    loop_filled: NDArray[np.float64]  # (n,), change of the activation when loops are filled, in its standard deviations
    ink_added: NDArray[np.float64]  # (n,), the same for as much ink outside the loops
    loop_closed: NDArray[np.float64]  # (n,), the same for a short stroke that closes a loop where there was none
    ink_beside: NDArray[np.float64]  # (n,), the same for that stroke elsewhere
    answers: dict[str, float]  # by the names of these four: share of pictures then read as another digit
    silenced: NDArray[np.float64]  # (n, classes), accuracy lost on each digit when the neuron is fixed at its mean

    @property
    def detects(self) -> NDArray[np.bool_]:
        """Which neurons detect which part within digits, clearly and significantly: (n, parts)."""
        clear = np.abs(np.nan_to_num(self.auc, nan=0.5) - 0.5) >= CLEAR - 0.5
        return clear & (self.p <= LEVEL)


def second_layer(network: Network, stimuli: Stimuli, rng: np.random.Generator, layer: int = 2) -> SecondLayer:
    """Examine the neurons of a layer of `network`. The images of `stimuli` are already adjusted as for this network."""
    active = activations(network, stimuli.images, layer)
    auc, p, digits = within_digits(active, stimuli.has, stimuli.digits, rng)
    plain = np.stack([_auc(active, with_part) for with_part in stimuli.has.T], axis=1)
    spread = active.std(axis=0)
    spread[spread == 0] = 1.0

    changes = {
        "loop_filled": (stimuli.looped, stimuli.filled),
        "ink_added": (stimuli.looped, stimuli.ink_outside),
        "loop_closed": (stimuli.open, stimuli.closed),
        "ink_beside": (stimuli.open, stimuli.ink_elsewhere),
    }
    moved, answers = {}, {}
    for name, (where, changed) in changes.items():
        far = np.abs(activations(network, changed, layer) - active[where]).sum(axis=0)
        moved[name] = far / max(1, len(changed)) / spread
        other = predicted(network, changed) != predicted(network, stimuli.images[where])
        answers[name] = float(other.sum() / max(1, len(changed)))
    lost = silenced(network, active, stimuli.digits, layer)
    return SecondLayer(auc, p, plain, digits, **moved, answers=answers, silenced=lost)


def predicted(network: Network, images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The index of the largest output for each image, (n,)."""
    largest: NDArray[np.int64] = activations(network, images, len(network.layers)).argmax(axis=1)
    return largest


def activations(network: Network, images: NDArray[np.uint8], layer: int) -> NDArray[np.float64]:
    """The activations of a layer for each image, (n, neurons)."""
    chunks = []
    for first in range(0, len(images), 1_000):
        chunk = images[first : first + 1_000].reshape(-1, 784).astype(network.dtype) / 255
        chunks.append(network.forward(chunk).a[layer].astype(np.float64))
    return np.concatenate([*chunks, np.zeros((0, network.sizes[layer]))])


def within_digits(
    active: Array, has: NDArray[np.bool_], digits: NDArray[np.uint8], rng: np.random.Generator, shuffles: int = SHUFFLES
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[str, ...]]:
    """AUC within digits, (neurons, parts); its p-values, (neurons, parts); the digits that were used, for each part.

    active: (n, neurons) activations; has: (n, parts), which images have which part.
    Each digit's AUC is weighted by the number of image pairs that it compares.

    The p-values come from a permutation test. A shuffle permutes, within each digit, which images have the part. The
    p-value of a neuron and a part is the share of shuffles in which *any* neuron and part lie farther from 0.5, which
    corrects for all of them (Westfall and Young 1993).
    """
    neurons, parts = active.shape[1], has.shape[1]
    total, pairs = np.zeros((1 + shuffles, neurons, parts)), np.zeros(parts)
    used: list[list[str]] = [[] for _ in range(parts)]
    for digit in np.unique(digits):
        own = digits == digit
        ranked = ranks(active[own])  # (m, neurons)
        for k in range(parts):
            with_part = has[own, k]
            m, n = int(with_part.sum()), int((~with_part).sum())
            if min(m, n) < FEWEST:
                continue
            used[k].append(str(digit))
            draws = np.empty((1 + shuffles, m + n))
            draws[0] = with_part
            draws[1:] = rng.permuted(np.tile(with_part, (shuffles, 1)), axis=1)
            total[:, :, k] += (
                draws @ ranked - m * (m + 1) / 2
            )  # Mann-Whitney U: in how many pairs the image with the part wins
            pairs[k] += m * n
    with np.errstate(invalid="ignore", divide="ignore"):
        areas = total / pairs
    far = np.abs(np.nan_to_num(areas, nan=0.5) - 0.5)  # (1 + shuffles, neurons, parts)
    spread = far.std(axis=0)  # the measured value is included, or it would be favoured over the shuffles
    scaled = np.divide(far, spread, out=np.zeros_like(far), where=spread > 0)
    most = scaled[1:].max(axis=(1, 2))
    p = (1 + (most[:, None, None] >= scaled[0]).sum(axis=0)) / (1 + shuffles)
    return areas[0], p, tuple(" ".join(names) for names in used)


def ranks(values: Array) -> NDArray[np.float64]:
    """The rank of each value in its column, from 1; equal values share their mean rank."""
    result = np.empty(values.shape)
    for j, column in enumerate(values.T):
        _, place, count = np.unique(column, return_inverse=True, return_counts=True)
        last = np.cumsum(count)
        result[:, j] = (last - (count - 1) / 2)[place]
    return result


def _auc(active: Array, has: NDArray[np.bool_]) -> NDArray[np.float64]:
    m, n = int(has.sum()), int((~has).sum())
    if not m or not n:
        return np.full(active.shape[1], np.nan)
    auc: NDArray[np.float64] = (ranks(active)[has].sum(axis=0) - m * (m + 1) / 2) / (m * n)
    return auc


def silenced(network: Network, active: Array, digits: NDArray[np.uint8], layer: int) -> NDArray[np.float64]:
    """Mean ablation: the accuracy lost on each digit when one neuron is fixed at its mean, (neurons, classes)."""
    classes = network.sizes[-1]
    rest = Network(network.layers[layer:], network.activations[layer:])

    def accuracy(held: Array) -> NDArray[np.float64]:
        right = rest.forward(held.astype(network.dtype)).a[-1].argmax(axis=1) == digits
        shares = np.bincount(digits, right, minlength=classes) / np.maximum(np.bincount(digits, minlength=classes), 1)
        return shares[:classes]

    whole, lost = accuracy(active), np.empty((active.shape[1], classes))
    for j in range(active.shape[1]):
        held = active.copy()
        held[:, j] = active[:, j].mean()
        lost[j] = whole - accuracy(held)
    return lost
