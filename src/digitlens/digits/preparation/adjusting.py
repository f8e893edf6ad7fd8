"""Steps that make images more alike, and keep their size: slanted ones are straightened, all brought to one height.

A network is trained behind a list of such steps and must be read behind the same list, so each has a name that goes
into the model file. A step is one function from (n, rows, columns) to the same shape, for images of any size; adding
one is one entry in STEPS.

images: (n, rows, columns) float32, ink from 0 (none) to 1 (full); digits have 28 rows and 28 columns
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ShapeError, UsageError

Images = NDArray[np.float32]


HEIGHT, WIDTH = 5.5, 3.4  # pixels of 28: how far the ink of an average digit of MNIST spreads, once it is straightened
SIDE = 28  # rows and columns of those images; of others, the same share of their rows and columns is taken
CHUNK = 1_024  # images adjusted at once: a data set is not held in float64 several times over
MOST = 1.7  # so much larger, or smaller, at most: a 1 must stay a stroke


def slants(images: Images) -> NDArray[np.float64]:
    """How many columns each digit leans to the left per row downwards: (n,), from its moments; 0 where there is no ink.

    It is minus the covariance of column and row over the variance of the row, with ink as weight.
    """
    ink = images.astype(np.float64)
    _, rows, columns = ink.shape
    mass = np.maximum(ink.sum(axis=(1, 2)), 1e-12)  # (n,)
    row, column = np.arange(rows), np.arange(columns)
    by_row, by_column = ink.sum(axis=2), ink.sum(axis=1)  # (n, rows), (n, columns)
    mean_row, mean_column = by_row @ row / mass, by_column @ column / mass  # (n,)
    from_row = row - mean_row[:, None]  # (n, rows)
    from_column = column - mean_column[:, None]  # (n, columns)
    covariance = np.einsum("nij,ni,nj->n", ink, from_row, from_column) / mass
    variance = np.einsum("ni,ni->n", by_row, from_row**2) / mass
    return np.where(variance > 1e-6, -covariance / np.maximum(variance, 1e-6), 0.0)


def straighten(images: Images) -> Images:
    """Take the slant out: shear along the rows, about the centre of mass, until row and column are uncorrelated.

    images: (n, rows, columns), 0..1 -> the same shape and type. Between two pixels it interpolates linearly.

    >>> leaning = np.zeros((1, 28, 28), np.float32)
    >>> for i in range(4, 24): leaning[0, i, 24 - i // 2] = 1
    >>> [round(float(slants(x)[0]), 2) + 0 for x in (leaning, straighten(leaning))]
    [0.5, 0.0]
    """
    _, rows, columns = images.shape
    ink = images.astype(np.float64)
    mass = np.maximum(ink.sum(axis=(1, 2)), 1e-12)
    mean_row = ink.sum(axis=2) @ np.arange(rows) / mass  # (n,)
    # Row i of the new image is row i of the old one, moved by this much (columns to the left, fractions included).
    move = -slants(images)[:, None] * (np.arange(rows) - mean_row[:, None])  # (n, rows)
    whole = np.floor(move)
    part = (move - whole)[:, :, None]
    padded = np.zeros((len(ink), rows, columns + 2))  # an empty column on either side stands for everything outside
    padded[:, :, 1:-1] = ink
    starts = np.arange(1, padded.size, columns + 2).reshape(len(ink), rows, 1)  # where column 0 of each row lies
    first = np.arange(columns) + whole[:, :, None].astype(np.int64)  # (n, rows, columns)

    def take(index: NDArray[np.int64]) -> NDArray[np.float64]:
        return padded.ravel().take(starts + np.minimum(np.maximum(index, -1), columns))

    moved = (1.0 - part) * take(first) + part * take(first + 1)
    return moved.astype(images.dtype)


def resize(images: Images) -> Images:
    """Give all the same height and width, not by their outermost ink but by how far all of it spreads; and centre them.

    That is moment normalisation (Casey, IBM J. Res. Dev. 14, 1970): rows and columns are each stretched, MOST times at
    most, until the ink's standard deviation is HEIGHT and WIDTH, with its centre of mass at pixel index 14: the middle
    of 28 pixels. Between two pixels it interpolates linearly. images: (n, rows, columns), 0..1 -> the same shape and
    type.

    >>> small = np.zeros((1, 28, 28), np.float32)
    >>> small[0, 5:17, 10:20] = 1      # a block of 12 rows and 10 columns
    >>> [round(float(each[0]), 1) for x in (small, resize(small)) for each in spreads(x)]
    [3.5, 2.9, 5.6, 3.4]
    """
    ink = images.astype(np.float64)
    taken = []
    for axis, wanted in ((2, HEIGHT), (1, WIDTH)):
        along = ink.sum(axis=axis)  # (n, side)
        side = along.shape[1]
        place, (middle, spread) = np.arange(side), _middle_and_spread(along)
        larger = np.clip(wanted * (side / SIDE) / np.maximum(spread, 1e-12), 1 / MOST, MOST)  # (n,)
        looks = (place - side // 2) / larger[:, None] + middle[:, None]  # (n, side): where a new row takes its ink
        taken.append(np.maximum(1.0 - np.abs(looks[:, :, None] - place), 0.0))  # (n, side new, side old)
    resized = taken[0] @ ink @ taken[1].transpose(0, 2, 1)
    return resized.astype(images.dtype)


def spreads(images: Images) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each digit spreads, down and along: the standard deviation of row and of column, (n,) pixels each."""
    ink = images.astype(np.float64)
    return _middle_and_spread(ink.sum(axis=2))[1], _middle_and_spread(ink.sum(axis=1))[1]


def _middle_and_spread(along: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of the place, (n,) each, of ink that lies along a line: (n, side)."""
    place, mass = np.arange(along.shape[1]), np.maximum(along.sum(axis=1), 1e-12)
    middle = along @ place / mass
    return middle, np.sqrt(np.einsum("ni,ni->n", along, (place - middle[:, None]) ** 2) / mass)


STEPS: Mapping[str, Callable[[Images], Images]] = MappingProxyType({"straighten": straighten, "resize": resize})
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "straighten": "the slant of the handwriting is taken out",
        "resize": "height and width become those of an average digit",
    }
)


def adjust(images: Images, names: Sequence[str]) -> Images:
    """Apply the named steps in order.

    images: (n, rows, columns), 0..1 -> the same shape. Raises ShapeError for anything else, UsageError for an unknown
    name.

    >>> adjust(np.zeros((2, 20, 24), np.float32), ["straighten"]).shape
    (2, 20, 24)
    """
    if images.ndim != 3 or 0 in images.shape[1:]:
        raise ShapeError(
            f"adjust() wants images of shape (n, rows, columns), got {images.shape}; for one image use image[None]"
        )
    check(names)
    if not names:
        return images
    adjusted = np.empty_like(images)
    for first in range(0, len(images), CHUNK):
        some = images[first : first + CHUNK]
        for name in names:
            some = STEPS[name](some)
        adjusted[first : first + CHUNK] = some
    return adjusted


def adjust_bytes(images: NDArray[np.uint8], names: Sequence[str]) -> NDArray[np.uint8]:
    """As adjust(), for ink as digits keep it: (n, rows, columns) uint8, 0 none to 255 full -> the same shape."""
    if not names:
        return images
    return np.round(adjust(np.divide(images, 255, dtype=np.float32), names) * 255).astype(np.uint8)


def check(names: Sequence[str]) -> Sequence[str]:
    """The names themselves. Raises UsageError where one is unknown."""
    for name in names:
        if name not in STEPS:
            raise UsageError(f"there is no adjusting step {name!r}; known are {', '.join(sorted(STEPS))}")
    return names
