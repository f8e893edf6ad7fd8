"""Linear probes: does a layer as a whole tell a part *within the same digit*, even where no neuron of it does?

A probe is one direction through all that a layer holds, the same for every digit: the one that parts pictures with the
part from pictures without it best, each digit's mean being taken away (Fisher 1936, with a ridge). It is learned from
one half of the pictures and measured on the other. Beside it stands the control task (Hewitt and Liang 2019): the same
probe, learned and measured on labels that are shuffled within digits. What it reaches beyond that, its selectivity, was
in the layer and not in the probe.

auc: 0.5 is chance, 1 always right
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.laboratory.second_layer import FEWEST, ranks

Array = NDArray[np.floating[Any]]

RIDGE = 0.001  # of all variance together: little for 16 neurons, and enough for 784 pixels, many of them without ink
DRAWS = 20  # shuffled labels


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """What linear probes read from one layer, part by part, in the order of PARTS; not a number where nothing can."""

    auc: NDArray[np.float64]  # (parts,), within digits, on the half that was not learned from; each half once
    control: NDArray[np.float64]  # (parts,), the same on shuffled labels, mean over the draws
    by_heart: NDArray[np.float64]  # (parts,), on shuffled labels, but on the half that they were learned from

    @property
    def selectivity(self) -> NDArray[np.float64]:
        """What is read beyond shuffled labels, (parts,)."""
        return self.auc - self.control


def probed(
    held: Array, has: NDArray[np.bool_], digits: NDArray[np.uint8], rng: np.random.Generator, draws: int = DRAWS
) -> Probes:
    """Probe what a layer holds, (n, neurons), for each part, has: (n, parts).

    A digit counts for a part if each half of its pictures, drawn at random, has FEWEST with the part and as many
    without. Its area under the curve is weighted by how many pairs of pictures it compares, as for single neurons.
    """
    order = rng.permutation(len(held))
    halves = [[order[digits[order] == digit][side::2] for digit in np.unique(digits)] for side in (0, 1)]
    found = np.full((3, has.shape[1]), np.nan)
    grams = [_grams(held, half) for half in halves]
    for k in range(has.shape[1]):
        told = [d for d in range(len(halves[0])) if all(_enough(has[half[d], k]) for half in halves)]
        if not told:
            continue
        each = []
        for side in (0, 1):
            learn, measure = ([half[d] for d in told] for half in (halves[side], halves[1 - side]))
            labels, others = (_labels(has[:, k], own, rng, draws) for own in (learn, measure))
            gram = sum(grams[side][d] for d in told)
            way = _direction(held, learn, labels, np.asarray(gram))
            right, heart = _areas(held, measure, others, way), _areas(held, learn, labels, way)
            each.append((right[0], right[1:].mean(), heart[1:].mean()))
        found[:, k] = np.mean(each, axis=0)
    return Probes(*found)


def _enough(with_part: NDArray[np.bool_]) -> bool:
    return bool(min(with_part.sum(), (~with_part).sum()) >= FEWEST)


def _grams(held: Array, half: list[NDArray[np.int64]]) -> list[NDArray[np.float64]]:
    """How what is held goes together in each digit, its mean taken away: (neurons, neurons) each."""
    grams = []
    for own in half:
        seen = held[own] - held[own].mean(axis=0)
        grams.append(seen.T @ seen)
    return grams


def _labels(
    has: NDArray[np.bool_], half: list[NDArray[np.int64]], rng: np.random.Generator, draws: int
) -> list[NDArray[np.float64]]:
    """Which pictures of each digit have the part, and then the same shuffled so many times: (m, 1 + draws) each."""
    labels = []
    for own in half:
        true = has[own].astype(np.float64)[:, None]
        labels.append(np.hstack([true, rng.permuted(np.tile(true, (1, draws)), axis=0)]))
    return labels


def _direction(
    held: Array, half: list[NDArray[np.int64]], labels: list[NDArray[np.float64]], gram: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The ridge regression of the labels, each digit's mean taken away: (neurons, 1 + draws)."""
    along = sum(held[own].T @ (label - label.mean(axis=0)) for own, label in zip(half, labels, strict=True))
    ridge = RIDGE * np.trace(gram) or 1.0  # what never varies is told nothing from
    found: NDArray[np.float64] = np.linalg.solve(gram + ridge * np.eye(len(gram)), along)
    return found


def _areas(
    held: Array, half: list[NDArray[np.int64]], labels: list[NDArray[np.float64]], way: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The area under the curve of each direction within digits, (1 + draws,)."""
    total, pairs = np.zeros(way.shape[1]), 0
    for own, label in zip(half, labels, strict=True):
        m = int(label[:, 0].sum())
        total += (ranks(held[own] @ way) * label).sum(axis=0) - m * (m + 1) / 2
        pairs += m * (len(own) - m)
    return total / pairs
