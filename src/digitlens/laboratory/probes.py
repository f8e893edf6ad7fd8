"""Linear probes: does a layer as a whole detect a part *within one digit*, even where none of its neurons does?

A probe is one direction in the space of a layer's activations, the same for every digit. It is the direction that best
separates pictures with the part from pictures without it, after each digit's mean is subtracted (Fisher 1936, with a
ridge). It is learned from one half of the pictures and measured on the other half.

Its control is the control task of Hewitt and Liang (2019): the same probe, learned and measured on labels that are
shuffled within digits. The difference between the two, the selectivity, shows what is in the layer rather than in the
probe.

auc: area under the ROC curve; 0.5 is chance, 1 always right
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.laboratory.second_layer import FEWEST, ranks

Array = NDArray[np.floating[Any]]

RIDGE = 0.001  # share of the total variance: little for 16 neurons, enough for 784 pixels, many of which never have ink
DRAWS = 20  # how many times the labels are shuffled for the control


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """How well linear probes detect each part from one layer, in the order of PARTS; NaN where no digit can be used."""

    auc: NDArray[np.float64]  # (parts,), within digits, on the half that was not learned from; mean over both halves
    control: NDArray[np.float64]  # (parts,), the same on shuffled labels, mean over the draws
    by_heart: NDArray[np.float64]  # (parts,), on shuffled labels, but measured on the half that they were learned from

    @property
    def selectivity(self) -> NDArray[np.float64]:
        """AUC minus that on shuffled labels, (parts,)."""
        return self.auc - self.control


def linear_probes(
    active: Array, has: NDArray[np.bool_], digits: NDArray[np.uint8], rng: np.random.Generator, draws: int = DRAWS
) -> Probes:
    """Probe a layer's activations, (n, neurons), for each part; has: (n, parts), which pictures have which part.

    Each digit's pictures are split at random into halves. The digit is used for a part if both halves have at least
    FEWEST pictures with the part and FEWEST without. As for single neurons, its AUC is weighted by the number of
    picture pairs that it compares.
    """
    order = rng.permutation(len(active))
    halves = [[order[digits[order] == digit][side::2] for digit in np.unique(digits)] for side in (0, 1)]
    areas = np.full((3, has.shape[1]), np.nan)
    grams = [_grams(active, half) for half in halves]
    for k in range(has.shape[1]):
        used = [d for d in range(len(halves[0])) if all(_enough(has[half[d], k]) for half in halves)]
        if not used:
            continue
        results = []
        for side in (0, 1):
            learn, measure = ([half[d] for d in used] for half in (halves[side], halves[1 - side]))
            labels, others = (_labels(has[:, k], half, rng, draws) for half in (learn, measure))
            gram = sum(grams[side][d] for d in used)
            direction = _direction(active, learn, labels, np.asarray(gram))
            held_out, learned = _areas(active, measure, others, direction), _areas(active, learn, labels, direction)
            results.append((held_out[0], held_out[1:].mean(), learned[1:].mean()))
        areas[:, k] = np.mean(results, axis=0)
    return Probes(*areas)


def _enough(with_part: NDArray[np.bool_]) -> bool:
    return bool(min(with_part.sum(), (~with_part).sum()) >= FEWEST)


def _grams(active: Array, half: list[NDArray[np.int64]]) -> list[NDArray[np.float64]]:
    """For each digit, the scatter matrix of its activations about their mean, (neurons, neurons)."""
    grams = []
    for own in half:
        centred = active[own] - active[own].mean(axis=0)
        grams.append(centred.T @ centred)
    return grams


def _labels(
    has: NDArray[np.bool_], half: list[NDArray[np.int64]], rng: np.random.Generator, draws: int
) -> list[NDArray[np.float64]]:
    """For each digit, (m, 1 + draws): which of its m pictures have the part, then the same shuffled `draws` times."""
    labels = []
    for own in half:
        true = has[own].astype(np.float64)[:, None]
        labels.append(np.hstack([true, rng.permuted(np.tile(true, (1, draws)), axis=0)]))
    return labels


def _direction(
    active: Array, half: list[NDArray[np.int64]], labels: list[NDArray[np.float64]], gram: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Ridge regression of the labels on the activations, each digit's mean subtracted: (neurons, 1 + draws)."""
    along = sum(active[own].T @ (label - label.mean(axis=0)) for own, label in zip(half, labels, strict=True))
    ridge = RIDGE * np.trace(gram) or 1.0  # 1.0: a layer that never varies gives a direction of zeros
    direction: NDArray[np.float64] = np.linalg.solve(gram + ridge * np.eye(len(gram)), along)
    return direction


def _areas(
    active: Array, half: list[NDArray[np.int64]], labels: list[NDArray[np.float64]], direction: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The AUC of each direction within digits, (1 + draws,)."""
    total, pairs = np.zeros(direction.shape[1]), 0
    for own, label in zip(half, labels, strict=True):
        m = int(label[:, 0].sum())
        total += (ranks(active[own] @ direction) * label).sum(axis=0) - m * (m + 1) / 2
        pairs += m * (len(own) - m)
    return total / pairs
