"""Calibration: how sure is the network? Its outputs are turned into probabilities that can be trusted.

A network whose answers at 0.98 are right only 95 % of the time is overconfident. Temperature scaling corrects that: the
weighted sums z of the last layer are divided by a temperature before the softmax (Guo et al. 2017, "On calibration of
modern neural networks"). The answer itself does not change.

z  (n, classes)  weighted sums of the output neurons, before their activation function
p  (n, classes)  softmax(z / temperature), the calibrated probabilities; the largest is the confidence
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.checks import check_type, described
from digitlens.errors import ShapeError
from digitlens.network.activations import softmax

Array = NDArray[np.floating[Any]]

COLDEST, HOTTEST = 1e-3, 1e3  # the range of temperatures


@dataclass(frozen=True, slots=True)
class Calibration:
    """The temperature that turns outputs into probabilities. Raises ShapeError for one outside the range."""

    temperature: float  # z of the last layer is divided by it; above 1: the network is overconfident

    def __post_init__(self) -> None:
        check_type("Calibration()", "temperature", self.temperature, Real, "a number")
        if not COLDEST <= self.temperature <= HOTTEST:  # written so that NaN is refused, too
            raise ShapeError(
                f"Calibration wants a temperature from {COLDEST:g} to {HOTTEST:g}, got {described(self.temperature)}"
            )

    def probabilities(self, z: Array) -> NDArray[np.float64]:
        """The probability of each class, (..., classes) in float64; each row adds up to 1.

        z: (..., classes), the weighted sums of the last layer.

        >>> Calibration(2.0).probabilities(np.array([[4.0, 0.0]])).round(3).tolist()
        [[0.881, 0.119]]
        """
        who = "Calibration.probabilities()"
        check_type(who, "z", z, np.ndarray, "an array of weighted sums, (..., classes)")
        if not z.ndim or not z.shape[-1] or z.dtype.kind not in "fiu" or not np.isfinite(z).all():
            raise ShapeError(
                f"{who} wants finite weighted sums (..., classes) of one class or more, got {z.shape} in {z.dtype}"
            )
        return np.asarray(softmax(z.astype(float) / self.temperature), float)

    def confidence(self, z: Array) -> NDArray[np.float64]:
        """The probability that the answer is right, 0..1: (...) for z of shape (..., classes)."""
        return np.asarray(self.probabilities(z).max(axis=-1))


def fit_calibration(z: Array, digits: NDArray[np.integer[Any]]) -> Calibration:
    """The temperature that makes the right answers most probable, on pictures that were held out of training.

    z: (n, classes), weighted sums of the last layer; digits: (n,), labels. Raises ShapeError for other shapes.
    """
    if z.ndim != 2 or digits.shape != z.shape[:1] or not len(z):
        raise ShapeError(
            f"fit_calibration() wants sums (n, classes) and digits (n,), at least one, got {z.shape} and {digits.shape}"
        )
    z = z.astype(float) - z.max(axis=1, keepdims=True)
    right = z[np.arange(len(z)), digits]

    def cross_entropy(logarithm: float) -> float:
        t = np.exp(logarithm)
        return float((np.log(np.exp(z / t).sum(axis=1)) - right / t).mean())

    low, high = np.log(COLDEST), np.log(HOTTEST)
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(60):  # golden-section search for the minimum: each step leaves 0.618 of the interval
        inner, outer = high - golden * (high - low), low + golden * (high - low)
        if cross_entropy(inner) <= cross_entropy(outer):
            high = outer
        else:
            low = inner
    return Calibration(float(np.exp((low + high) / 2)))


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """How often a network is right at each level of confidence; one entry for each bin from 0 to 1."""

    counts: NDArray[np.int64]  # (bins,)
    confidence: NDArray[np.float64]  # (bins,), mean confidence; 0 in an empty bin
    accuracy: NDArray[np.float64]  # (bins,), share of right answers; 0 in an empty bin

    @property
    def error(self) -> float:
        """The expected calibration error: the mean difference of confidence and accuracy, weighted by the counts."""
        return float((self.counts * np.abs(self.confidence - self.accuracy)).sum() / self.counts.sum())


def reliability(confidence: Array, right: NDArray[np.bool_], bins: int = 15) -> Reliability:
    """Sort answers into bins of confidence. confidence: (n,), 0..1; right: (n,). Raises ShapeError for other shapes.

    >>> reliability(np.array([0.95, 0.85, 0.9, 0.9]), np.array([True, True, True, False]), bins=5).error.__round__(3)
    0.15
    """
    if confidence.ndim != 1 or right.shape != confidence.shape or not len(confidence) or bins < 1:
        raise ShapeError(
            "reliability() wants (n,) confidences, as many answers, and at least one bin, got "
            f"{confidence.shape}, {right.shape} and {bins} bins"
        )
    bin_of = np.clip((confidence * bins).astype(np.int64), 0, bins - 1)
    counts = np.bincount(bin_of, minlength=bins)
    divisor = np.maximum(counts, 1)
    mean = np.bincount(bin_of, weights=confidence, minlength=bins) / divisor
    return Reliability(counts, mean, np.bincount(bin_of, weights=right, minlength=bins) / divisor)
