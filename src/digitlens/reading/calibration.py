"""How sure is the network? Its outputs, made into probabilities that hold what they say.

A network that says 0.98 of everything is right about 95 % of the time is too sure of itself. One number mends that: all
weighted sums z of the last layer are divided by a temperature before they become probabilities (Guo et al. 2017, "On
calibration of modern neural networks"). The answer stays the same, whatever the temperature.

z  (n, 10)  weighted sums of the output neurons, before their activation function, whichever that is
p  (n, 10)  softmax(z / temperature): what the network should believe; its largest is the confidence
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ShapeError
from digitlens.network.activations import softmax

Array = NDArray[np.floating[Any]]

COLDEST, HOTTEST = 1e-3, 1e3  # temperatures that are looked at, and believed


@dataclass(frozen=True, slots=True)
class Calibration:
    """The temperature that makes probabilities of a network's outputs. ShapeError for one that cannot be."""

    temperature: float  # what the last layer's z are divided by; above 1: the network was too sure of itself

    def __post_init__(self) -> None:
        if not COLDEST <= self.temperature <= HOTTEST:  # so written, it holds for NaN too
            raise ShapeError(f"a temperature lies from {COLDEST:g} to {HOTTEST:g}, got {self.temperature}")

    def probabilities(self, z: Array) -> NDArray[np.float64]:
        """The probability of each class, of the shape of z, in float64; each row adds up to 1.

        z: (..., classes), the weighted sums of the last layer.

        >>> Calibration(2.0).probabilities(np.array([[4.0, 0.0]])).round(3).tolist()
        [[0.881, 0.119]]
        """
        return np.asarray(softmax(z.astype(float) / self.temperature), float)

    def confidence(self, z: Array) -> NDArray[np.float64]:
        """How probable it is that the answer is right, 0..1: (...) for z of shape (..., classes)."""
        return np.asarray(self.probabilities(z).max(axis=-1))


def fit_calibration(z: Array, digits: NDArray[np.integer[Any]]) -> Calibration:
    """The temperature under which the right answers are most probable; of pictures that were held out of learning.

    z: (n, 10) weighted sums of the last layer; digits: (n,) what the pictures show. Raises ShapeError for others.
    """
    if z.ndim != 2 or digits.shape != z.shape[:1] or not len(z):
        raise ShapeError(f"fit_calibration() wants (n, 10) sums and (n,) digits, got {z.shape} and {digits.shape}")
    z = z.astype(float) - z.max(axis=1, keepdims=True)
    right = z[np.arange(len(z)), digits]

    def surprise(logarithm: float) -> float:
        t = np.exp(logarithm)
        return float((np.log(np.exp(z / t).sum(axis=1)) - right / t).mean())

    low, high = np.log(COLDEST), np.log(HOTTEST)
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(60):  # golden section: each time 0.618 of the interval is left, and the lowest point is in it
        inner, outer = high - golden * (high - low), low + golden * (high - low)
        if surprise(inner) <= surprise(outer):
            high = outer
        else:
            low = inner
    return Calibration(float(np.exp((low + high) / 2)))


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """How often a network is right when it is so sure; one entry a bin of confidence, from 0 to 1."""

    counts: NDArray[np.int64]  # (bins,)
    confidence: NDArray[np.float64]  # (bins,), the mean; 0 where there is none
    accuracy: NDArray[np.float64]  # (bins,), the share that is right; 0 where there is none

    @property
    def error(self) -> float:
        """The expected calibration error: how far confidence and accuracy lie apart, on average over the pictures."""
        return float((self.counts * np.abs(self.confidence - self.accuracy)).sum() / self.counts.sum())


def reliability(confidence: Array, right: NDArray[np.bool_], bins: int = 15) -> Reliability:
    """Sort answers by how sure they are. confidence: (n,), 0..1; right: (n,). ShapeError for others.

    >>> reliability(np.array([0.95, 0.85, 0.9, 0.9]), np.array([True, True, True, False]), bins=5).error.__round__(3)
    0.15
    """
    if confidence.ndim != 1 or right.shape != confidence.shape or not len(confidence) or bins < 1:
        raise ShapeError(
            f"reliability() wants (n,) confidences and as many answers, got {confidence.shape}, {right.shape}"
        )
    bin_of = np.clip((confidence * bins).astype(np.int64), 0, bins - 1)
    counts = np.bincount(bin_of, minlength=bins)
    some = np.maximum(counts, 1)
    sure = np.bincount(bin_of, weights=confidence, minlength=bins) / some
    return Reliability(counts, sure, np.bincount(bin_of, weights=right, minlength=bins) / some)
