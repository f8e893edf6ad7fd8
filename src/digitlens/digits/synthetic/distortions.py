"""Small random distortions: from one handwritten digit, others as another hand might have written it.

A distortion is a grid: 5 × 5 control points stand on the picture, from its first row and column to just behind its
last ones, and each says how far away every pixel near it looks for its ink. Between control points the distances are
interpolated, which reproduces a straight map (turning, stretching, slanting, moving) exactly, so those are grids too.
To augment means to train on such pictures as well; adding a way to do so is one entry in AUGMENTATIONS.

images: (n, rows, columns) uint8, ink from 0 (none) to 255 (full)
grids: (n, 2, 5, 5) float32, pixels: [:, 0] how far down and [:, 1] how far right the control points look; they stand at
    0, 1/4, 2/4, 3/4 and 4/4 of the rows and of the columns: of a picture of 28×28, at 0, 7, 14, 21 and 28

bend() is a definition: native code is held to it bit by bit. All of it is float32, each operation rounded by itself
(none fused) and in this order, for the pixel in row r and column c:

1. share(r) = (4 r mod rows) / rows and rest(r) = 1 - share(r); cell(r) = 4 r div rows; the same for c and columns
2. for both directions: at[g] = grid[cell(r)][g] * rest(r) + grid[cell(r) + 1][g] * share(r)
3. for both directions: d = at[cell(c)] * rest(c) + at[cell(c) + 1] * share(c)
4. y = r + d_down, clamped to -1..rows, and x = c + d_right, clamped to -1..columns; y0 = floor(y), x0 = floor(x),
   fy = y - y0, fx = x - x0
5. p00, p01 are the pixels (y0, x0), (y0, x0 + 1), and p10, p11 those a row below; outside the picture there is no ink
6. upper = p00 * (1 - fx) + p01 * fx; lower = p10 * (1 - fx) + p11 * fx; value = upper * (1 - fy) + lower * fy
7. the new ink is value + 0.5 without its fraction
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ShapeError, UsageError

Images = NDArray[np.uint8]
Grids = NDArray[np.float32]
FARTHEST = 1e6  # pixels; far outside the picture, and far from where float32 overflows
CHUNK = 64  # images distorted at once: what one chunk needs fits a cache
SIDE = 28  # rows and columns of the pictures that all distances below are meant for


def bend(images: Images, grids: Grids) -> Images:
    """Each image as its grid distorts it.

    images: (n, rows, columns) uint8; grids: (n, 2, 5, 5) float32 -> (n, rows, columns) uint8, a new array.
    Raises ShapeError for other shapes or types, and where a control point looks beyond FARTHEST or is not finite.

    >>> dot, right = np.zeros((1, 28, 28), np.uint8), np.zeros((1, 2, 5, 5), np.float32)
    >>> dot[0, 9, 9], right[0, 1] = 200, 0.5   # every pixel looks half a pixel to the right
    >>> bend(dot, right)[0, 9, 7:11].tolist()
    [0, 100, 100, 0]
    """
    _check(images)
    given: Any = grids
    if not isinstance(given, np.ndarray) or given.dtype != np.float32 or given.shape != (len(images), 2, 5, 5):
        raise ShapeError(
            f"bend() wants one float32 grid an image, ({len(images)}, 2, 5, 5), got {_shown(given)}; "
            "the functions in AUGMENTATIONS draw such grids"
        )
    if not (np.abs(grids) <= FARTHEST).all():  # so written, it holds for NaN too
        raise ShapeError(
            f"bend() wants grids of finite numbers, at most {FARTHEST:,.0f} pixels, got {np.abs(grids).max():g}; "
            "look for a division by zero or an overflow where they were made"
        )
    bent = np.empty(images.shape, np.uint8)
    for first in range(0, len(images), CHUNK):
        some = slice(first, first + CHUNK)
        bent[some] = _bent(images[some], grids[some])
    return bent


def _bent(images: Images, grids: Grids) -> Images:
    """Steps 1 to 7, for one chunk."""
    m, rows, columns = images.shape
    cell_r, share_r = _cells(rows)
    cell_c, share_c = _cells(columns)
    rest_r, rest_c = (np.float32(1) - share for share in (share_r, share_c))
    at = grids.take(cell_r, 2) * rest_r[:, None] + grids.take(cell_r + 1, 2) * share_r[:, None]  # (m, 2, rows, 5)
    d = at.take(cell_c, 3) * rest_c + at.take(cell_c + 1, 3) * share_c  # (m, 2, rows, columns)
    y = np.clip(np.arange(rows, dtype=np.float32)[:, None] + d[:, 0], -1, rows)  # (m, rows, columns), as all below
    x = np.clip(np.arange(columns, dtype=np.float32) + d[:, 1], -1, columns)
    y0, x0 = np.floor(y), np.floor(x)
    fy, fx = y - y0, x - x0
    gy, gx = 1 - fy, 1 - fx
    width = columns + 3  # of a picture with what is read around it: -1..columns + 1
    padded = np.zeros((m, rows + 3, width), np.float32)
    padded[:, 1 : rows + 1, 1 : columns + 1] = images
    ink = padded.reshape(-1)
    start = np.arange(1 + width, ink.size, width * (rows + 3))[:, None, None]  # where pixel (0, 0) of each one stands
    p00 = start + y0.astype(np.intp) * width + x0.astype(np.intp)
    upper = ink.take(p00) * gx + ink[1:].take(p00) * fx
    lower = ink[width:].take(p00) * gx + ink[width + 1 :].take(p00) * fx
    return (upper * gy + lower * fy + np.float32(0.5)).astype(np.uint8)


def _cells(side: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Step 1 for each of so many rows: before which two control points it lies, and how far on, (side,) each."""
    cell, share = np.divmod(4 * np.arange(side), side)
    return cell, share.astype(np.float32) / np.float32(side)


TURN, STRETCH, SLANT, SHIFT = np.radians(6.0), 0.06, 0.08, 0.7  # standard deviations; the shift's is in pixels of 28
WOBBLE = 0.7  # pixels of 28: the standard deviation of how far one control point strays by itself
MOST = 2.5  # standard deviations: what lies beyond is drawn back to here, for a digit must stay what it is


Shape = tuple[int, int]  # rows and columns of a picture


def affine(rng: np.random.Generator, count: int, shape: Shape = (SIDE, SIDE), strength: float = 1.0) -> Grids:
    """Turned, stretched in height and in width, slanted and moved a little, about the middle: (count, 2, 5, 5)."""
    drawn = np.clip(rng.standard_normal((6, count, 1, 1), dtype=np.float32), -MOST, MOST)
    sizes = np.array([TURN / 2, STRETCH, STRETCH, SLANT, SHIFT, SHIFT], np.float32) * np.float32(strength)
    half, high, wide, slant, down, right = drawn * sizes[:, None, None, None]  # (count, 1, 1) each
    # `half` is the tangent of half the angle: with it a rotation needs no sine, whose last bit differs among machines.
    cosine, sine = (1 - half * half) / (1 + half * half), 2 * half / (1 + half * half)
    # A picture of another size is distorted as if it had been scaled to 28×28 and back.
    place = np.arange(-SIDE // 2, SIDE // 2 + 1, SIDE // 4, dtype=np.float32)  # from the middle
    row = (1 + high) * place[:, None]  # (count, 5, 1): first stretched
    column = (1 + wide) * place + slant * place[:, None]  # (count, 5, 5): and slanted
    grids = np.empty((count, 2, 5, 5), np.float32)
    grids[:, 0] = cosine * row + sine * column - place[:, None] + down  # then turned, then moved
    grids[:, 1] = cosine * column - sine * row - place + right
    return grids * _scale(shape)


def gentle(rng: np.random.Generator, count: int, shape: Shape = (SIDE, SIDE)) -> Grids:
    """As affine(), half as strong: as much as a small network can follow, (count, 2, 5, 5)."""
    return affine(rng, count, shape, 0.5)


def moderate(rng: np.random.Generator, count: int, shape: Shape = (SIDE, SIDE)) -> Grids:
    """As affine(), between that and gentle(): 0.7 times as strong, (count, 2, 5, 5)."""
    return affine(rng, count, shape, 0.7)


def elastic(rng: np.random.Generator, count: int, shape: Shape = (SIDE, SIDE), wobble: float = WOBBLE) -> Grids:
    """As affine(), and each control point strays by itself, as a hand is never quite steady: (count, 2, 5, 5)."""
    strays = np.float32(wobble) * _scale(shape)  # (2, 1, 1)
    return affine(rng, count, shape) + strays * rng.standard_normal((count, 2, 5, 5), dtype=np.float32)


def unsteady(rng: np.random.Generator, count: int, shape: Shape = (SIDE, SIDE)) -> Grids:
    """As elastic(), by a hand still less steady, for a large network and many epochs: (count, 2, 5, 5)."""
    return elastic(rng, count, shape, 1.0)


def _scale(shape: Shape) -> NDArray[np.float32]:
    """How many pixels of such a picture are one of 28×28, down and right: (2, 1, 1); exactly 1 for 28×28."""
    return (np.array(shape, np.float32) / np.float32(SIDE))[:, None, None]


AUGMENTATIONS: Mapping[str, Callable[[np.random.Generator, int, Shape], Grids]] = MappingProxyType(
    {"affine": affine, "moderate": moderate, "gentle": gentle, "elastic": elastic, "unsteady": unsteady}
)


def distorted(images: Images, augmentation: str, rng: np.random.Generator) -> Images:
    """Each image distorted by a grid of its own, drawn from `rng`: (n, rows, columns) uint8 -> the same shape and type.

    Raises ShapeError for another shape or type, and UsageError for an unknown augmentation.

    >>> distorted(np.zeros((3, 28, 28), np.uint8), "elastic", np.random.default_rng(0)).shape
    (3, 28, 28)
    """
    _check(images)
    if augmentation not in AUGMENTATIONS:
        raise UsageError(f"there is no augmentation {augmentation!r}; known are {', '.join(sorted(AUGMENTATIONS))}")
    return bend(images, AUGMENTATIONS[augmentation](rng, len(images), images.shape[1:]))


def _check(images: Any) -> None:
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.ndim != 3 or 0 in images.shape[1:]:
        raise ShapeError(
            f"bend() wants images of shape (n, rows, columns) in uint8, got {_shown(images)}; for one image use "
            "image[None]"
        )


def _shown(given: Any) -> str:
    return f"{given.shape} in {given.dtype}" if isinstance(given, np.ndarray) else type(given).__name__
