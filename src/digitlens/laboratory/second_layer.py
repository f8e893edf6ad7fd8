"""The second hidden layer: does a neuron tell pictures with a part from pictures without it, *within the same digit*?

A neuron that votes for 8 is more active for pictures with two loops, because 8s have two loops. It is a loop detector
only if it also tells a 4 that is closed above from one that is open, a 2 with a loop from one without. So each digit is
looked at by itself, and the evidence added up.

auc: 0.5 is chance, 1 always more active with the part, 0 always less
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.laboratory.first_layer import LEVEL
from digitlens.laboratory.stimuli import Shown
from digitlens.network.network import Network

Array = NDArray[np.floating[Any]]

FEWEST = 20  # pictures of one digit with the part, and as many without, or the digit says nothing about it
SHUFFLES = 499
CLEAR = 0.75  # from this AUC on, or below 1 minus it, a neuron tells a part from none more often than not


@dataclass(frozen=True, slots=True, eq=False)
class SecondLayer:
    """What was found in one layer of one network: n neurons, the parts in the order of PARTS."""

    auc: NDArray[np.float64]  # (n, parts), within digits; not a number where no digit says anything
    p: NDArray[np.float64]  # (n, parts), corrected for all neurons and parts at once
    plain: NDArray[np.float64]  # (n, parts), over all digits together, as one would measure it carelessly
    digits: tuple[str, ...]  # for each part: the digits that say something about it, such as "0 2 4"
    loop_filled: NDArray[np.float64]  # (n,), how far filling the loops moves the neuron, in its standard deviations
    ink_added: NDArray[np.float64]  # (n,), the same for as much ink outside
    loop_closed: NDArray[np.float64]  # (n,), the same for a short stroke that closes a loop where there was none
    ink_beside: NDArray[np.float64]  # (n,), the same for that stroke elsewhere
    answers: dict[str, float]  # the share of the pictures that are then read as another digit, by the names of these
    silenced: NDArray[np.float64]  # (n, classes), accuracy lost on each digit when the neuron always holds its mean

    @property
    def found(self) -> NDArray[np.bool_]:
        """Which neurons tell which part within digits, clearly and not by chance: (n, parts)."""
        clear = np.abs(np.nan_to_num(self.auc, nan=0.5) - 0.5) >= CLEAR - 0.5
        return clear & (self.p <= LEVEL)


def second_layer(network: Network, shown: Shown, rng: np.random.Generator, layer: int = 2) -> SecondLayer:
    """Examine the neurons of a layer on pictures, as the network sees them, and what they show."""
    active = activations(network, shown.images, layer)
    auc, p, told = within_digits(active, shown.has, shown.digits, rng)
    plain = np.stack([_auc(active, with_part) for with_part in shown.has.T], axis=1)
    spread = active.std(axis=0)
    spread[spread == 0] = 1.0

    changes = {
        "loop_filled": (shown.looped, shown.filled),
        "ink_added": (shown.looped, shown.blotted),
        "loop_closed": (shown.opened, shown.closed),
        "ink_beside": (shown.opened, shown.beside),
    }
    moved, answers = {}, {}
    for name, (where, changed) in changes.items():
        far = np.abs(activations(network, changed, layer) - active[where]).sum(axis=0)
        moved[name] = far / max(1, len(changed)) / spread
        other = answered(network, changed) != answered(network, shown.images[where])
        answers[name] = float(other.sum() / max(1, len(changed)))
    lost = silenced(network, active, shown.digits, layer)
    return SecondLayer(auc, p, plain, told, **moved, answers=answers, silenced=lost)


def answered(network: Network, images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Which output is largest for each picture, (n,)."""
    found: NDArray[np.int64] = activations(network, images, len(network.layers)).argmax(axis=1)
    return found


def activations(network: Network, images: NDArray[np.uint8], layer: int) -> NDArray[np.float64]:
    """What a layer holds for each picture, (n, neurons)."""
    found = []
    for first in range(0, len(images), 1_000):
        some = images[first : first + 1_000].reshape(-1, 784).astype(network.dtype) / 255
        found.append(network.forward(some).a[layer].astype(np.float64))
    return np.concatenate([*found, np.zeros((0, network.sizes[layer]))])


def within_digits(
    active: Array, has: NDArray[np.bool_], digits: NDArray[np.uint8], rng: np.random.Generator, shuffles: int = SHUFFLES
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[str, ...]]:
    """The area under the curve within digits, its p-value, and the digits that say something, part by part.

    active: (n, neurons); has: (n, parts). Each digit's area is weighted by how many pairs of pictures it compares. The
    p-value is the share of shuffles, of who has the part among pictures of the same digit, in which any neuron and
    part lie farther from a half than this one: so it is corrected for all of them (Westfall and Young 1993).
    """
    neurons, parts = active.shape[1], has.shape[1]
    total, pairs = np.zeros((1 + shuffles, neurons, parts)), np.zeros(parts)
    told: list[list[str]] = [[] for _ in range(parts)]
    for digit in np.unique(digits):
        own = digits == digit
        ranked = ranks(active[own])  # (m, neurons)
        for k in range(parts):
            with_part = has[own, k]
            m, n = int(with_part.sum()), int((~with_part).sum())
            if min(m, n) < FEWEST:
                continue
            told[k].append(str(digit))
            draws = np.empty((1 + shuffles, m + n))
            draws[0] = with_part
            draws[1:] = rng.permuted(np.tile(with_part, (shuffles, 1)), axis=1)
            total[:, :, k] += draws @ ranked - m * (m + 1) / 2  # Mann-Whitney: how many pairs are the right way round
            pairs[k] += m * n
    with np.errstate(invalid="ignore", divide="ignore"):
        areas = total / pairs
    far = np.abs(np.nan_to_num(areas, nan=0.5) - 0.5)  # (1 + shuffles, neurons, parts)
    spread = far.std(axis=0)  # what was measured among them, or it would look larger than the shuffles do
    scaled = np.divide(far, spread, out=np.zeros_like(far), where=spread > 0)
    most = scaled[1:].max(axis=(1, 2))
    p = (1 + (most[:, None, None] >= scaled[0]).sum(axis=0)) / (1 + shuffles)
    return areas[0], p, tuple(" ".join(one) for one in told)


def ranks(values: Array) -> NDArray[np.float64]:
    """The rank of each value in its column, from 1; equal values share their mean rank."""
    found = np.empty(values.shape)
    for j, column in enumerate(values.T):
        _, place, count = np.unique(column, return_inverse=True, return_counts=True)
        last = np.cumsum(count)
        found[:, j] = (last - (count - 1) / 2)[place]
    return found


def _auc(active: Array, has: NDArray[np.bool_]) -> NDArray[np.float64]:
    m, n = int(has.sum()), int((~has).sum())
    if not m or not n:
        return np.full(active.shape[1], np.nan)
    found: NDArray[np.float64] = (ranks(active)[has].sum(axis=0) - m * (m + 1) / 2) / (m * n)
    return found


def silenced(network: Network, active: Array, digits: NDArray[np.uint8], layer: int) -> NDArray[np.float64]:
    """The accuracy that each digit loses when a neuron always holds its mean: (neurons, classes)."""
    classes = network.sizes[-1]
    rest = Network(network.layers[layer:], network.activations[layer:])

    def accuracy(held: Array) -> NDArray[np.float64]:
        right = rest.forward(held.astype(network.dtype)).a[-1].argmax(axis=1) == digits
        each = np.bincount(digits, right, minlength=classes) / np.maximum(np.bincount(digits, minlength=classes), 1)
        return each[:classes]

    whole, lost = accuracy(active), np.empty((active.shape[1], classes))
    for j in range(active.shape[1]):
        held = active.copy()
        held[:, j] = active[:, j].mean()
        lost[j] = whole - accuracy(held)
    return lost
