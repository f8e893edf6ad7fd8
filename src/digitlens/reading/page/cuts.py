"""Possible cuts between touching digits: paths from top to bottom that cross little ink.

own: (rows, columns) bool, one piece of ink  ->  strips: (rows, columns) int, 0, 1, 2 ... from left to right

A path goes down row by row, straight or one column to the side, within a band around a column. It is the path that
crosses the fewest pixels of ink. Bands are slanted like the writing. A path is kept if it crosses hardly more than one
stroke and has ink on both sides. segmentation.py decides later which cuts are used.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.connected_components import Mask, pieces_of

STEP = 12  # bands for each line height of width
BAND = 0.2  # line heights: how far a path may deviate to either side
ASIDE = 0.05  # cost of a step to the side, in pixels of ink; it keeps paths straight where ink makes no difference
MOST_STROKES = 2.3  # the most that a path may cross
MOST_CUTS = 6  # of one piece
LEAST_PART = 0.08  # the least share of the piece's ink on either side
APART = 0.1  # line heights: the least distance of two paths
STEEPEST = 1.0  # columns for each row: the largest slant of writing


def thickness(own: Mask) -> float:
    """The thickness of the pen's strokes, in pixels: twice the area divided by the length of the outline."""
    padded = np.zeros((own.shape[0] + 2, own.shape[1] + 2), bool)  # several times as fast as np.pad
    padded[1:-1, 1:-1] = own
    outline = int((padded[1:] != padded[:-1]).sum()) + int((padded[:, 1:] != padded[:, :-1]).sum())
    return max(1.0, 2 * float(own.sum()) / (outline * math.pi / 4))


class Cut(NamedTuple):
    """A possible cut of a piece in two."""

    strokes: float  # how many strokes it crosses
    holes: float  # how much enclosed paper it crosses, in line heights


def cuts(own: Mask, height: float, lean: float, pen: float) -> tuple[NDArray[np.int64], list[Cut]]:
    """Cut a piece at every possible place: for each pixel the number of cuts to its left, (rows, columns); the cuts.

    height: of the line, in pixels; lean: columns to the left for each row down; pen: its thickness in pixels.
    The cuts are ordered from left to right.
    """
    rows, columns = own.shape
    lean = min(max(lean, -STEEPEST), STEEPEST)
    shift = np.rint(lean * (np.arange(rows) - rows / 2)).astype(
        np.int64
    )  # shift of each row to the right that makes the writing upright
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
    holes = holes_of(own)
    inside = (left >= 0) & (left < columns)
    hollow = np.take_along_axis(holes, np.clip(left, 0, columns - 1), axis=1) & inside
    return strips, [Cut(float(crossed[k]), float(hollow[:, k].sum()) / height) for k in kept]


def holes_of(own: Mask) -> Mask:
    """The paper enclosed by ink, as in a 0: (rows, columns)."""
    outside = pieces_of(np.pad(~own, 1, constant_values=True)).labels
    return (outside != outside[0, 0])[1:-1, 1:-1] & ~own


def _paths(upright: Mask, height: float, pen: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The best path of each band: its column in every row, (rows, paths), and how many strokes it crosses, (paths,)."""
    rows, columns = upright.shape
    band = max(2, round(BAND * height))
    middles = np.arange(band // 2, columns - band // 2, max(1.0, height / STEP))
    if not len(middles):
        return np.zeros((rows, 0), np.int64), np.zeros(0)
    first = np.rint(middles).astype(np.int64) - band  # (paths,): each band's first column
    at = first[:, None] + np.arange(2 * band + 1)  # (paths, band)
    outside = (at < 0) | (at >= columns)
    ink = upright[:, np.clip(at, 0, columns - 1)].astype(np.float32)  # (rows, paths, band)
    least = np.full(
        (rows + 1, len(first), 2 * band + 3), np.float32(1e6)
    )  # least cost of a path up to here; a wall on either side
    least[0, :, 1:-1] = np.where(outside, 1e3, 0.0)
    for row in range(rows):
        before, now = least[row], least[row + 1, :, 1:-1]
        np.minimum(before[:, :-2], before[:, 2:], out=now)
        now += np.float32(ASIDE)
        np.minimum(now, before[:, 1:-1], out=now)
        now += ink[row]
    place = least[rows].argmin(axis=1)  # (paths,), in columns of `least`
    which = np.arange(len(first))
    path = np.empty((rows, len(first)), np.int64)
    crossed = np.zeros(len(first))
    order = np.array([0, -1, 1])  # straight first: it wins a tie
    steps, sideways = order[:, None], np.abs(order)[:, None] * np.float32(ASIDE)
    for row in range(rows - 1, -1, -1):  # backtrack from the cheapest end
        path[row] = first + place - 1
        crossed += ink[row, which, place - 1]
        costs = least[row][which, place + steps] + sideways  # (3, paths)
        place = place + order[costs.argmin(axis=0)]
    return path, crossed / pen
