"""Small random distortions: from one handwritten digit, others as another hand might have written it.

A distortion is a grid: 5 × 5 control points stand on the picture, seven pixels apart, and each says how far away every
pixel near it looks for its ink. Between control points the distances are interpolated, which reproduces a straight map
(turning, stretching, slanting, moving) exactly, so those are grids too. To augment means to train on such pictures as
well; adding a way to do so is one entry in AUGMENTATIONS.

images: (n, 28, 28) uint8, ink from 0 (none) to 255 (full)
grids: (n, 2, 5, 5) float32, pixels: [:, 0] how far down and [:, 1] how far right the control points look; their rows
    and columns are 0, 7, 14, 21 and 28

bend() is a definition: native code is held to it bit by bit. All of it is float32, each operation rounded by itself
(none fused) and in this order, for the pixel in row r and column c:

1. share(r) = (r mod 7) / 7 and rest(r) = 1 - share(r); cell(r) = r div 7; the same for c
2. for both directions: at[g] = grid[cell(r)][g] * rest(r) + grid[cell(r) + 1][g] * share(r)
3. for both directions: d = at[cell(c)] * rest(c) + at[cell(c) + 1] * share(c)
4. y = r + d_down and x = c + d_right, each clamped to -1..28; y0 = floor(y), x0 = floor(x), fy = y - y0, fx = x - x0
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
CHUNK = 64  # images bent at once: what one chunk needs fits a cache

_SHARE = np.arange(7, dtype=np.float32) / np.float32(7)  # (7,), the same in every cell
_REST = np.float32(1) - _SHARE
_PLACE = np.arange(28, dtype=np.float32)
_WIDTH = 31  # of a picture with what is read around it: rows and columns -1..29


def bend(images: Images, grids: Grids) -> Images:
    """Each image as its grid distorts it.

    images: (n, 28, 28) uint8; grids: (n, 2, 5, 5) float32 -> (n, 28, 28) uint8, a new array.
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
    m = len(images)
    rows = grids[:, :, :-1, None] * _REST[:, None] + grids[:, :, 1:, None] * _SHARE[:, None]  # (m, 2, 4, 7, 5)
    columns = rows.reshape(m, 2, 28, 5)
    d = (columns[..., :-1, None] * _REST + columns[..., 1:, None] * _SHARE).reshape(m, 2, 28, 28)
    y = np.clip(_PLACE[:, None] + d[:, 0], -1, 28)  # (m, 28, 28), as all below
    x = np.clip(_PLACE + d[:, 1], -1, 28)
    y0, x0 = np.floor(y), np.floor(x)
    fy, fx = y - y0, x - x0
    gy, gx = 1 - fy, 1 - fx
    padded = np.zeros((m, _WIDTH, _WIDTH), np.float32)
    padded[:, 1:29, 1:29] = images
    ink = padded.reshape(-1)
    start = np.arange(1 + _WIDTH, ink.size, _WIDTH**2)[:, None, None]  # where pixel (0, 0) of each picture stands
    p00 = start + y0.astype(np.intp) * _WIDTH + x0.astype(np.intp)
    upper = ink.take(p00) * gx + ink[1:].take(p00) * fx
    lower = ink[_WIDTH:].take(p00) * gx + ink[_WIDTH + 1 :].take(p00) * fx
    return (upper * gy + lower * fy + np.float32(0.5)).astype(np.uint8)


TURN, STRETCH, SLANT, SHIFT = np.radians(6.0), 0.06, 0.08, 0.7  # standard deviations; the shift's is in pixels
WOBBLE = 0.7  # pixels: the standard deviation of how far one control point strays by itself
MOST = 2.5  # standard deviations: what lies beyond is drawn back to here, for a digit must stay what it is


def affine(rng: np.random.Generator, count: int, strength: float = 1.0) -> Grids:
    """Turned, stretched in height and in width, slanted and moved a little, about the middle: (count, 2, 5, 5)."""
    drawn = np.clip(rng.standard_normal((6, count, 1, 1), dtype=np.float32), -MOST, MOST)
    sizes = np.array([TURN / 2, STRETCH, STRETCH, SLANT, SHIFT, SHIFT], np.float32) * np.float32(strength)
    half, high, wide, slant, down, right = drawn * sizes[:, None, None, None]  # (count, 1, 1) each
    # `half` is the tangent of half the angle: with it a rotation needs no sine, whose last bit differs among machines.
    cosine, sine = (1 - half * half) / (1 + half * half), 2 * half / (1 + half * half)
    place = np.arange(-14, 15, 7, dtype=np.float32)  # from the middle
    row = (1 + high) * place[:, None]  # (count, 5, 1): first stretched
    column = (1 + wide) * place + slant * place[:, None]  # (count, 5, 5): and slanted
    grids = np.empty((count, 2, 5, 5), np.float32)
    grids[:, 0] = cosine * row + sine * column - place[:, None] + down  # then turned, then moved
    grids[:, 1] = cosine * column - sine * row - place + right
    return grids


def gentle(rng: np.random.Generator, count: int) -> Grids:
    """As affine(), half as strong: as much as a small network can follow, (count, 2, 5, 5)."""
    return affine(rng, count, 0.5)


def moderate(rng: np.random.Generator, count: int) -> Grids:
    """As affine(), between that and gentle(): 0.7 times as strong, (count, 2, 5, 5)."""
    return affine(rng, count, 0.7)


def elastic(rng: np.random.Generator, count: int, wobble: float = WOBBLE) -> Grids:
    """As affine(), and each control point strays by itself, as a hand is never quite steady: (count, 2, 5, 5)."""
    return affine(rng, count) + np.float32(wobble) * rng.standard_normal((count, 2, 5, 5), dtype=np.float32)


def unsteady(rng: np.random.Generator, count: int) -> Grids:
    """As elastic(), by a hand still less steady, for a large network and many epochs: (count, 2, 5, 5)."""
    return elastic(rng, count, 1.0)


AUGMENTATIONS: Mapping[str, Callable[[np.random.Generator, int], Grids]] = MappingProxyType(
    {"affine": affine, "moderate": moderate, "gentle": gentle, "elastic": elastic, "unsteady": unsteady}
)


def distorted(images: Images, augmentation: str, rng: np.random.Generator) -> Images:
    """Each image distorted by a grid of its own, drawn from `rng`: (n, 28, 28) uint8 -> the same shape and type.

    Raises ShapeError for another shape or type, and UsageError for an unknown augmentation.

    >>> distorted(np.zeros((3, 28, 28), np.uint8), "elastic", np.random.default_rng(0)).shape
    (3, 28, 28)
    """
    _check(images)
    if augmentation not in AUGMENTATIONS:
        raise UsageError(f"there is no augmentation {augmentation!r}; known are {', '.join(sorted(AUGMENTATIONS))}")
    return bend(images, AUGMENTATIONS[augmentation](rng, len(images)))


def _check(images: Any) -> None:
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.shape[1:] != (28, 28):
        raise ShapeError(
            f"bend() wants images of shape (n, 28, 28) in uint8, got {_shown(images)}; for one image use image[None]"
        )


def _shown(given: Any) -> str:
    return f"{given.shape} in {given.dtype}" if isinstance(given, np.ndarray) else type(given).__name__
