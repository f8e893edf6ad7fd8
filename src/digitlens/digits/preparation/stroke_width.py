"""How wide a pen wrote, and the same writing by a pen somewhat wider or narrower.

A stroke of length L and width w holds L · w of ink and has 2 · L of outline; outline is what the ink's slope adds up to
(its total variation), so the width is twice the ink over the outline. Ink is weighted by itself, so a soft edge or a
pale stroke counts for less. A pen is made wider by letting each pixel take over from its darkest neighbour, narrower
from its lightest, as far as is needed.

ink: (rows, columns) float64, 0 nothing to 1 full ink
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.float64]

THINNEST, THICKEST = 1.0, 2.5  # pixels at 28×28: 99 % of MNIST's digits have a wider pen than that, 75 % a narrower one
PASSES = 3  # each changes the width by two pixels at most


def stroke_width(ink: Ink) -> float:
    """The mean width of the strokes, in pixels; 0 where there is no ink.

    >>> bar = np.zeros((28, 28)); bar[4:24, 12:15] = 1
    >>> round(stroke_width(bar), 1)
    2.6

    (It has ends, too, and they are outline.)
    """
    around = _with_rim(ink)
    down, right = around[1:, 1:] - around[:-1, 1:], around[1:, 1:] - around[1:, :-1]
    outline = float(np.sqrt(down * down + right * right).sum())
    return 2.0 * float((ink * ink).sum()) / outline if outline else 0.0


def with_pen(ink: Ink, thinnest: float = THINNEST, thickest: float = THICKEST) -> Ink:
    """The same writing by a pen of at least `thinnest` and at most `thickest` pixels, as nearly as PASSES bring it.

    (rows, columns) -> the same shape: give it a rim of nothing for what a wider pen adds. Ink whose width lies between
    comes back as it is, the very same array.
    """
    for _ in range(PASSES):
        width = stroke_width(ink)
        missing = min(max(width, thinnest), thickest) - width
        if width == 0.0 or missing == 0.0:
            break
        share = min(max(missing / 2.0, -1.0), 1.0)
        other = _of_neighbours(np.maximum if share > 0 else np.minimum, ink)
        ink = ink + abs(share) * (other - ink)
    return ink


def _of_neighbours(extreme: np.ufunc, ink: Ink) -> Ink:
    """The largest, or the smallest, of each pixel and the four beside it; outside there is nothing."""
    wide = _with_rim(ink)
    five = (ink, wide[:-2, 1:-1], wide[2:, 1:-1], wide[1:-1, :-2], wide[1:-1, 2:])
    result: Ink = functools.reduce(extreme, five)
    return result


def _with_rim(ink: Ink) -> Ink:
    """The same with one pixel of nothing around it; np.pad takes ten times as long."""
    wide = np.zeros((ink.shape[0] + 2, ink.shape[1] + 2))
    wide[1:-1, 1:-1] = ink
    return wide
