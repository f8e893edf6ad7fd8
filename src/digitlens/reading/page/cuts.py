"""Where digits that touch could be cut apart: paths from top to bottom that cross little ink.

own: (rows, columns) bool, one piece of ink  ->  strips: (rows, columns) int, 0, 1, 2 ... from left to right

A path goes down one row at a time, straight or one column aside, within a band around a column; it takes the way
that crosses the fewest pixels of ink. Bands lean as the writing leans. Of all paths those are kept that cross hardly
more than one stroke, and have ink on both sides. Which of them are true is not decided here.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from digitlens.reading.page.pieces import Mask

STEP = 12  # bands in the height of a line
BAND = 0.2  # of that height: how far a path may stray to either side
ASIDE = 0.05  # of a pixel of ink: what a step aside costs, so that paths are straight where it makes no difference
MOST_STROKES = 2.3  # that a path crosses: one of a 1 and its neighbour, two at most
MOST_CUTS = 6  # of one piece
LEAST_PART = 0.08  # of the piece's ink on either side
APART = 0.1  # of the height: paths that are nearer than that are one
STEEPEST = 1.0  # columns a row: how much writing leans at most


def thickness(own: Mask) -> float:
    """How thick the pen was, in pixels: twice the area over the length of the outline."""
    padded = np.pad(own, 1)
    outline = int((padded[1:] != padded[:-1]).sum()) + int((padded[:, 1:] != padded[:, :-1]).sum())
    return max(1.0, 2 * float(own.sum()) / (outline * math.pi / 4))


def cuts(own: Mask, height: float, lean: float, pen: float) -> tuple[NDArray[np.int64], list[float]]:
    """Cut a piece wherever that is possible at all.

    height: of the line, in pixels; lean: columns to the left a row down; pen: its thickness in pixels.
    Gives for each pixel between how many cuts it lies, (rows, columns), and the strokes that each cut crosses.
    """
    rows, columns = own.shape
    lean = min(max(lean, -STEEPEST), STEEPEST)
    shift = np.rint(lean * (np.arange(rows) - rows / 2)).astype(np.int64)  # of each row to the right makes it upright
    shift -= shift.min()
    wide = columns + int(shift.max())
    upright = np.zeros((rows, wide), dtype=bool)
    at = np.arange(columns) + shift[:, None]
    np.put_along_axis(upright, at, own, axis=1)
    paths, crossed = _paths(upright, height, pen)
    left = paths - shift[:, None]  # (rows, paths), in columns of the piece
    mass = np.cumsum(own, axis=1)
    total = int(mass[:, -1].sum())
    inked = np.clip(left, 0, columns)
    before = np.where(inked > 0, np.take_along_axis(mass, np.maximum(inked - 1, 0), axis=1), 0).sum(axis=0)  # (paths,)
    kept: list[int] = []
    for k in np.argsort(crossed, kind="stable"):
        fair = LEAST_PART * total <= before[k] <= (1 - LEAST_PART) * total and crossed[k] <= MOST_STROKES
        if fair and all(np.abs(paths[:, k] - paths[:, other]).mean() >= APART * height for other in kept):
            kept.append(int(k))
    kept = sorted(kept[:MOST_CUTS], key=lambda k: float(left[:, k].mean()))
    strips = np.zeros(own.shape, np.int64)
    for k in kept:
        strips += np.arange(columns) >= left[:, k][:, None]
    return strips, [float(crossed[k]) for k in kept]


def _paths(upright: Mask, height: float, pen: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The best path of each band: its first column on the right side for every row, (rows, paths), and strokes crossed."""
    rows, columns = upright.shape
    band = max(2, round(BAND * height))
    middles = np.arange(band // 2, columns - band // 2, max(1.0, height / STEP))
    if not len(middles):
        return np.zeros((rows, 0), np.int64), np.zeros(0)
    first = np.rint(middles).astype(np.int64) - band  # (paths,): each band's first column
    at = first[:, None] + np.arange(2 * band + 1)  # (paths, band)
    outside = (at < 0) | (at >= columns)
    at = np.clip(at, 0, columns - 1)
    cost = np.where(outside, 1e3, 0.0)
    came = np.empty((rows, *at.shape), np.int8)
    for row in range(rows):
        padded = np.pad(cost, ((0, 0), (1, 1)), constant_values=1e6)
        ways = np.stack([padded[:, 1:-1], padded[:, :-2] + ASIDE, padded[:, 2:] + ASIDE])
        best = ways.argmin(axis=0)
        came[row] = np.array([0, -1, 1])[best]
        cost = np.take_along_axis(ways, best[None], axis=0)[0] + upright[row][at]
    here = cost.argmin(axis=1)  # (paths,)
    which = np.arange(len(here))
    path = np.empty((rows, len(here)), np.int64)
    ink = np.zeros(len(here))
    for row in range(rows - 1, -1, -1):
        path[row] = first + here
        ink += upright[row][at[which, here]]
        here = here + came[row][which, here]
    return path, ink / pen
