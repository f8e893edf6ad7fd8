"""Surrogates: random pictures that are as smooth as a given one, to compare it with.

Any smooth picture looks a little like some edge by chance. A surrogate has the power spectrum of the given picture,
averaged over directions, but random phases (Theiler et al. 1992). So it is as smooth, but shows no edge or bar in
particular.

pictures: (n, 784)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


def _rings() -> NDArray[np.int64]:
    """For each entry of a 28 × 28 spectrum, its spatial frequency rounded to whole waves: (28, 28)."""
    frequency = np.fft.fftfreq(28) * 28
    return np.rint(np.hypot(frequency[:, None], frequency)).astype(np.int64)


RINGS = _rings()
COARSE = 4  # waves across a picture, the most that count as coarse: 7 pixels each, twice as wide as a stroke


def surrogates(picture: Array, mask: NDArray[np.bool_], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """`count` random pictures as smooth as `picture`, (784,), is on the pixels of `mask`, (784,): (count, 784)."""
    masked = np.where(mask, picture - picture[mask].mean(), 0.0).reshape(28, 28)
    power = np.abs(np.fft.fft2(masked)) ** 2
    size = np.bincount(RINGS.ravel())
    strength = np.sqrt(np.bincount(RINGS.ravel(), power.ravel()) / size)[RINGS]  # the same all around each ring
    noise = np.fft.fft2(rng.standard_normal((count, 28, 28)))
    pictures: NDArray[np.float32] = np.fft.ifft2(noise * strength).real.reshape(count, 784).astype(np.float32)
    return pictures


def coarseness(pictures: Array, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The share of each picture's power at spatial frequencies of at most COARSE waves across, (n,), 0..1."""
    masked = np.where(mask, pictures - pictures[:, mask].mean(axis=1, keepdims=True), 0.0).reshape(-1, 28, 28)
    power = np.abs(np.fft.fft2(masked)) ** 2
    low, whole = power[:, RINGS <= COARSE].sum(axis=1), power.sum(axis=(1, 2))
    varies = np.ptp(pictures[:, mask], axis=1) > 0
    return np.divide(low, whole, out=np.zeros_like(low), where=varies)


def smoothness(pictures: Array, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The correlation of neighbouring pixels, over all pairs that share a side, (n,), -1..1."""
    grids, used = pictures.reshape(-1, 28, 28).astype(np.float64), mask.reshape(28, 28)
    across, down = used[:, 1:] & used[:, :-1], used[1:] & used[:-1]
    first = np.concatenate([grids[:, :, :-1][:, across], grids[:, :-1][:, down]], axis=1)
    second = np.concatenate([grids[:, :, 1:][:, across], grids[:, 1:][:, down]], axis=1)
    mean = grids[:, used].mean(axis=1, keepdims=True)
    covariance = ((first - mean) * (second - mean)).mean(axis=1)
    variance = grids[:, used].var(axis=1)
    return np.divide(covariance, variance, out=np.zeros_like(covariance), where=variance > 0)
