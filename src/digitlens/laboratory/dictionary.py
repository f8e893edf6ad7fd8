"""Edges and bars of every orientation, place and size: how well does the best of them explain a weight picture?

A part is a Gabor function (Daugman 1985): a wave across, which fades along and across. One that is even across is a
bar, a stroke with a surround of the other sign; one that is odd is an edge, the border between two sides.

pictures: (n, 784) weights; mask: (784,) bool, the pixels that count
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ShapeError

Array = NDArray[np.floating[Any]]

KINDS = ("bar", "edge")
WAVES = (5.0, 8.0, 12.0)  # pixels from one crest to the next: a bar is half as wide
LENGTHS = (0.5, 1.0)  # waves: the standard deviation along
ACROSS = 0.4  # waves: the standard deviation across
ANGLES = 12  # 15° apart
PLACES = np.arange(3, 26, 2)  # rows and columns of the middle
LEAST = 0.5  # of a part must lie on pixels that count


@dataclass(frozen=True, slots=True)
class Part:
    """One edge or bar."""

    kind: str
    angle: float  # degrees that it leans to the right of upright: 0 is a vertical bar, 90 a horizontal one
    row: int
    column: int
    wave: float
    length: float  # standard deviation along, in pixels

    def picture(self) -> NDArray[np.float64]:
        """What it looks like, (28, 28), its largest number about 1."""
        row, column = np.mgrid[:28, :28] - np.array([self.row, self.column])[:, None, None]
        turn = np.radians(self.angle)
        across = column * np.cos(turn) + row * np.sin(turn)
        along = row * np.cos(turn) - column * np.sin(turn)
        fading = np.exp(-0.5 * ((along / self.length) ** 2 + (across / (ACROSS * self.wave)) ** 2))
        phase = 2 * np.pi * across / self.wave
        wave: NDArray[np.float64] = fading * (np.cos(phase) if self.kind == "bar" else np.sin(phase))
        return wave


@dataclass(frozen=True, slots=True, eq=False)
class Dictionary:
    """All parts, made ready for some pixels."""

    parts: tuple[Part, ...]
    pictures: NDArray[np.float32]  # (parts, pixels that count), each with mean 0 and length 1
    mask: NDArray[np.bool_]  # (784,)

    def explained(self, pictures: Array) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Which share of each picture's variance its best part explains, (n,), 0..1; and which part that is, (n,).

        Light or dark does not matter: a part may be taken with either sign. A picture without variance has 0.
        """
        if pictures.ndim != 2 or pictures.shape[1] != 784:
            raise ShapeError(f"explained() wants pictures (n, 784), got {pictures.shape}")
        seen = pictures[:, self.mask].astype(np.float64)
        seen -= seen.mean(axis=1, keepdims=True)
        length = np.linalg.norm(seen, axis=1, keepdims=True)
        seen = np.divide(seen, length, out=np.zeros_like(seen), where=length > 0)
        best, which = np.empty(len(seen)), np.empty(len(seen), np.int64)
        for first in range(0, len(seen), 256):
            fits = np.abs(seen[first : first + 256].astype(np.float32) @ self.pictures.T)
            which[first : first + 256] = fits.argmax(axis=1)
            best[first : first + 256] = fits.max(axis=1)
        return best**2, which


def dictionary(mask: NDArray[np.bool_]) -> Dictionary:
    """Every part, for the pixels that count: (784,) bool. Raises ShapeError unless some do, and parts lie there."""
    if mask.shape != (784,) or mask.sum() < 2:
        raise ShapeError(f"dictionary() wants a mask (784,) with pixels that count, got {mask.shape}")
    parts, pictures = [], []
    angles = np.arange(ANGLES) * 180 / ANGLES
    for kind, wave, length, angle, row, column in product(KINDS, WAVES, LENGTHS, angles, PLACES, PLACES):
        part = Part(kind, float(angle), int(row), int(column), wave, length * wave)
        picture = part.picture().ravel()
        seen = picture[mask]
        if seen @ seen < LEAST * (picture @ picture):
            continue  # most of it lies where no ink ever comes
        seen = seen - seen.mean()
        parts.append(part)
        pictures.append((seen / np.linalg.norm(seen)).astype(np.float32))
    if not parts:
        raise ShapeError(f"dictionary() wants pixels that count side by side: no part lies on these {mask.sum()}")
    return Dictionary(tuple(parts), np.array(pictures), mask)
