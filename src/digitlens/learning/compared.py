"""Two ways to train, the same seeds for both: what do the numbers support, and no more?

Runs with the same seed are pairs. If it made no difference which of the two was which, every pair's difference might
as well have the other sign: how many of all the ways to choose signs give a mean as far from 0 as the one measured is
the p-value, exactly (Fisher, The Design of Experiments, 1935, section 21). The interval holds the shifts that the same
test would not turn down. With n pairs the smallest p-value there can be is 2/2^n, so fewer than six say nothing. Of
several comparisons each gets its share of the level (Bonferroni), so that chance is no likelier to be taken for any.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.05  # how often chance alone may be taken for a difference
EXACT = 14  # pairs up to which all ways to choose signs are tried; beyond, so many at random
DRAWN = 2**14


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far b is better than a: test accuracy of b minus that of a over pairs of runs, as shares from -1 to 1."""

    pairs: int  # how many pairs of runs with the same seed
    mean: float  # of the differences
    low: float | None  # the lower end of the 95 % interval (wider among several comparisons); None with too few pairs
    high: float | None  # its upper end
    p: float  # how probable so large a mean would be if there were no difference, 0..1
    sentence: str  # what these numbers support, and no more

    def __repr__(self) -> str:
        return f"<Comparison: {self.pairs} pairs, mean {self.mean:+.2%}, p {self.p:.3g}>"


def fewest(among: int = 1) -> int:
    """Pairs with which one of so many tests can say anything: 2/2^n must not lie above its share of LEVEL.

    >>> fewest(), fewest(2), fewest(10)
    (6, 7, 9)
    """
    return math.ceil(math.log2(2 * among / LEVEL))


def compare(
    a: Sequence[float], b: Sequence[float], names: tuple[str, str], where: str = "", among: int = 1
) -> Comparison:
    r"""Test accuracies of runs of both kinds, paired by seed, 0..1; what is not finite is left out with its pair.

    names: of both, for the sentence. where: under which conditions, such as "after 10 epochs". among: how many such
    comparisons are made together. Raises ValueError unless there are as many of one as of the other.

    >>> result = compare([0.95] * 6, [0.96, 0.96, 0.97, 0.96, 0.97, 0.96], ("sigmoid", "ReLU"), "after 3 epochs")
    >>> print(result.sentence.replace(" (", "\n("))
    After 3 epochs, ReLU reads 1.33 points more of the test images than sigmoid
    (95 % interval 1.00 to 2.00; 6 pairs of runs, p = 0.031).
    >>> print(compare([0.95, 0.94], [0.96, 0.96], ("sigmoid", "ReLU")).sentence.replace(", ", ",\n"))
    ReLU read 1.50 points more of the test images than sigmoid,
    but 2 pairs of runs cannot tell that from chance: it takes at least 6.
    """
    differences = np.array([y - x for x, y in zip(a, b, strict=True)], float)
    differences = differences[np.isfinite(differences)]
    n = len(differences)
    if not n:
        return Comparison(0, 0.0, None, None, 1.0, "There is no pair of runs to compare.")
    mean, low, high, p = shift(differences, among)
    said = _sentence(n, mean, low, high, p, names, float(np.abs(differences).max()), among)
    if where:
        begins = said.startswith(names)
        said = f"{where[0].upper()}{where[1:]}{',' if begins else ':'} {said if begins else said[0].lower() + said[1:]}"
    return Comparison(n, mean, low, high, p, said)


def shift(differences: NDArray[np.float64], among: int = 1) -> tuple[float, float | None, float | None, float]:
    """How far pairs differ: the mean, the ends of its interval (None with too few pairs), and the p-value.

    differences: (pairs,), at least one. among: how many such comparisons are made together.
    """
    level, enough = LEVEL / among, len(differences) >= fewest(among)
    low, high = (_end(differences, side, level) if enough else None for side in (-1, +1))
    return float(differences.mean()), low, high, _p(differences, 0.0)


def _sentence(
    n: int,
    mean: float,
    low: float | None,
    high: float | None,
    p: float,
    names: tuple[str, str],
    largest: float,
    among: int,
) -> str:
    better, worse = (names[1], names[0]) if mean >= 0 else names
    points, runs = f"{100 * abs(mean):.2f} points", f"{n} pairs of runs" if n > 1 else "one pair of runs"
    if not largest:
        return f"{names[0]} and {names[1]} read exactly as many of the test images, in {runs}."
    if low is None or high is None:
        return (
            f"{better} read {points} more of the test images than {worse}, but {runs} cannot tell that from chance: it "
            f"takes at least {fewest(among)}."
        )
    ends = sorted((100 * low, 100 * high) if mean >= 0 else (-100 * high, -100 * low))
    level = f"{100 * (1 - LEVEL / among):.3g} %"
    interval = f"{level} interval {ends[0]:.2f} to {ends[1]:.2f}; {runs}, p = {p:.3f}".replace("-", "−")
    if p <= LEVEL / among:
        return f"{better} reads {points} more of the test images than {worse} ({interval})."
    return f"No clear difference: {better} read {points} more than {worse} ({interval})."


def _signs(n: int) -> NDArray[np.float64]:
    """All ways to choose n signs, or many drawn at random, the one that changes nothing among them: (ways, n)."""
    if n <= EXACT:
        return np.where((np.arange(2**n)[:, None] >> np.arange(n)) & 1, -1.0, 1.0)
    drawn: NDArray[np.float64] = np.random.default_rng(0).choice((-1.0, 1.0), (DRAWN, n))
    drawn[0] = 1.0
    return drawn


def _p(differences: NDArray[np.float64], shift: float) -> float:
    """How many of all signs give a mean at least as far from 0, if `shift` were the true difference."""
    moved = differences - shift
    means = np.abs(_signs(len(moved)) @ moved)
    return float((means >= abs(moved.sum()) * (1 - 1e-9)).mean())


def _end(differences: NDArray[np.float64], side: int, level: float) -> float:
    """The lower (-1) or upper (+1) end of the interval: the shift up to which the test does not say no."""
    inside, outside = float(differences.mean()), float(differences.max() if side > 0 else differences.min())
    outside += side * (abs(outside - inside) + 1e-12)
    for _ in range(60):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if _p(differences, middle) >= level else (inside, middle)
    return inside
