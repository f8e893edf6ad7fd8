"""A dictionary of edges and bars of every orientation, place and size. How well does the best explain given weights?

A part is a Gabor function (Daugman 1985): a wave that fades out in both directions. An even wave is a bar: a stroke
with a surround of the opposite sign. An odd wave is an edge: the border between two sides.

pictures: (n, 784) weights; mask: (784,) bool, the pixels that are examined
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
LEAST = 0.5  # share of a part's power that must lie on examined pixels


@dataclass(frozen=True, slots=True)
class Part:
    """One edge or bar."""

    kind: str
    angle: float  # degrees, clockwise from vertical: 0 is a vertical bar, 90 a horizontal one
    row: int
    column: int
    wave: float
    length: float  # standard deviation along, in pixels

    def picture(self) -> NDArray[np.float64]:
        """The part as a picture, (28, 28), with a maximum of about 1."""
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
    """All parts, restricted to the examined pixels and normalised."""

    parts: tuple[Part, ...]
    pictures: NDArray[np.float32]  # (parts, examined pixels), each with mean 0 and length 1
    mask: NDArray[np.bool_]  # (784,)

    def explained(self, pictures: Array) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The share of each picture's variance that its best part explains, (n,), 0..1; the index of that part, (n,).

        A part may be used with either sign. A picture without variance gets 0.
        Raises ShapeError unless `pictures` is (n, 784).
        """
        if pictures.ndim != 2 or pictures.shape[1] != 784:
            raise ShapeError(f"explained() wants pictures (n, 784), got {pictures.shape}")
        examined = pictures[:, self.mask].astype(np.float64)
        examined -= examined.mean(axis=1, keepdims=True)
        length = np.linalg.norm(examined, axis=1, keepdims=True)
        examined = np.divide(examined, length, out=np.zeros_like(examined), where=length > 0)
        best, which = np.empty(len(examined)), np.empty(len(examined), np.int64)
        for first in range(0, len(examined), 256):
            fits = np.abs(examined[first : first + 256].astype(np.float32) @ self.pictures.T)
            which[first : first + 256] = fits.argmax(axis=1)
            best[first : first + 256] = fits.max(axis=1)
        return best**2, which


def dictionary(mask: NDArray[np.bool_]) -> Dictionary:
    """The dictionary for the examined pixels, mask: (784,) bool.

    Raises ShapeError if fewer than two pixels are examined, or if no part lies on them.
    """
    if mask.shape != (784,) or mask.sum() < 2:
        raise ShapeError(
            f"dictionary() wants a mask (784,) with at least 2 pixels set, got {mask.shape} with {mask.sum()}"
        )
    parts, pictures = [], []
    angles = np.arange(ANGLES) * 180 / ANGLES
    for kind, wave, length, angle, row, column in product(KINDS, WAVES, LENGTHS, angles, PLACES, PLACES):
        part = Part(kind, float(angle), int(row), int(column), wave, length * wave)
        picture = part.picture().ravel()
        examined = picture[mask]
        if examined @ examined < LEAST * (picture @ picture):
            continue  # most of it lies where there is never any ink
        examined = examined - examined.mean()
        parts.append(part)
        pictures.append((examined / np.linalg.norm(examined)).astype(np.float32))
    if not parts:
        raise ShapeError(
            f"dictionary() wants a mask in which the pixels lie side by side: no part lies on these {mask.sum()}"
        )
    return Dictionary(tuple(parts), np.array(pictures), mask)
