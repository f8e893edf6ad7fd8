"""Pictures that are as smooth as a given one, and show nothing: what an edge must be told from.

A weight picture that is smooth looks a little like some edge by chance. A surrogate has the same power at every spatial
frequency and direction of its spectrum, averaged over directions, but its phases are drawn at random (Theiler et al.
1992), so that it has the same smoothness and no parts in particular.

pictures: (n, 784)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


def _rings() -> NDArray[np.int64]:
    """Which ring of spatial frequencies each entry of a 28 × 28 spectrum lies in."""
    frequency = np.fft.fftfreq(28) * 28
    return np.rint(np.hypot(frequency[:, None], frequency)).astype(np.int64)


RINGS = _rings()
COARSE = 4  # waves across a picture: of 7 pixels each, twice as wide as a stroke


def surrogates(picture: Array, mask: NDArray[np.bool_], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """So many pictures as smooth as this one, (784,), on the pixels that count: (count, 784)."""
    seen = np.where(mask, picture - picture[mask].mean(), 0.0).reshape(28, 28)
    power = np.abs(np.fft.fft2(seen)) ** 2
    size = np.bincount(RINGS.ravel())
    strength = np.sqrt(np.bincount(RINGS.ravel(), power.ravel()) / size)[RINGS]  # the same all around each ring
    noise = np.fft.fft2(rng.standard_normal((count, 28, 28)))
    found: NDArray[np.float32] = np.fft.ifft2(noise * strength).real.reshape(count, 784).astype(np.float32)
    return found


def coarseness(pictures: Array, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The share of the power of the spectrum that lies in up to COARSE waves across the picture, (n,), 0..1."""
    seen = np.where(mask, pictures - pictures[:, mask].mean(axis=1, keepdims=True), 0.0).reshape(-1, 28, 28)
    power = np.abs(np.fft.fft2(seen)) ** 2
    low, whole = power[:, RINGS <= COARSE].sum(axis=1), power.sum(axis=(1, 2))
    varies = np.ptp(pictures[:, mask], axis=1) > 0
    return np.divide(low, whole, out=np.zeros_like(low), where=varies)


def smoothness(pictures: Array, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How alike neighbouring pixels are: the correlation over all pairs that share a side, (n,), -1..1."""
    seen, counts = pictures.reshape(-1, 28, 28).astype(np.float64), mask.reshape(28, 28)
    across, down = counts[:, 1:] & counts[:, :-1], counts[1:] & counts[:-1]
    one = np.concatenate([seen[:, :, :-1][:, across], seen[:, :-1][:, down]], axis=1)
    other = np.concatenate([seen[:, :, 1:][:, across], seen[:, 1:][:, down]], axis=1)
    middle = seen[:, counts].mean(axis=1, keepdims=True)
    above = ((one - middle) * (other - middle)).mean(axis=1)
    spread = seen[:, counts].var(axis=1)
    return np.divide(above, spread, out=np.zeros_like(above), where=spread > 0)
