"""Possible cuts between touching digits: paths from top to bottom that cross little ink.

own: (rows, columns) bool, one piece of ink  ->  strips: (rows, columns) int, 0, 1, 2 ... from left to right

A path goes down row by row, straight or one column to the side, within a band around a column. It is the path that
crosses the fewest pixels of ink. Bands are slanted like the writing. A path is kept if it crosses hardly more than one
stroke and has ink on both sides. segmentation.py decides later which cuts are used.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
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
AT_ONCE = 50_000  # bands times rows of the pieces that are cut together
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


class _Upright(NamedTuple):
    """A piece whose writing was made upright."""

    own: Mask  # (rows, columns), as it is
    upright: Mask  # (rows, columns and what the slant adds)
    shift: NDArray[np.int64]  # (rows,): by how many columns each row was moved to the right
    pen: float  # its thickness in pixels


def cuts(
    masks: Sequence[Mask], height: float, lean: float, pens: Sequence[float]
) -> list[tuple[NDArray[np.int64], list[Cut]]]:
    """Cut each piece at every possible place: for each pixel the number of cuts to its left, (rows, columns); the cuts.

    masks: pieces of one line; height: of the line, in pixels; lean: columns to the left for each row down; pens: the
    thickness of each, in pixels. The cuts of a piece are ordered from left to right.
    """
    pieces = [_upright(own, lean, pen) for own, pen in zip(masks, pens, strict=True)]
    found = _paths([piece.upright for piece in pieces], height)
    return [_best(piece, height, *each) for piece, each in zip(pieces, found, strict=True)]


def _upright(own: Mask, lean: float, pen: float) -> _Upright:
    rows, columns = own.shape
    lean = min(max(lean, -STEEPEST), STEEPEST)
    shift = np.rint(lean * (np.arange(rows) - rows / 2)).astype(np.int64)
    shift -= shift.min()
    upright = np.zeros((rows, columns + int(shift.max())), dtype=bool)
    np.put_along_axis(upright, np.arange(columns) + shift[:, None], own, axis=1)
    return _Upright(own, upright, shift, pen)


def _best(
    piece: _Upright, height: float, paths: NDArray[np.int64], inked: NDArray[np.float64]
) -> tuple[NDArray[np.int64], list[Cut]]:
    """The best paths of a piece, as cuts() gives them. paths: (rows, n); inked: (n,), how much ink each crosses."""
    own, crossed = piece.own, inked / piece.pen
    columns = own.shape[1]
    left = paths - piece.shift[:, None]  # (rows, n), in columns of the piece
    mass = np.cumsum(own, axis=1)
    total = int(mass[:, -1].sum())
    within = np.clip(left, 0, columns)
    before = np.where(within > 0, np.take_along_axis(mass, np.maximum(within - 1, 0), axis=1), 0).sum(axis=0)  # (n,)
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


class _Bands(NamedTuple):
    """The bands of one piece, one for each of its paths."""

    first: NDArray[np.int64]  # (n,), the first column of each
    outside: NDArray[np.bool_]  # (n, width), where a band reaches beyond the piece
    ink: NDArray[np.float32]  # (rows, n, width)


def _paths(pieces: Sequence[Mask], height: float) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """The best path of each band of each piece: its column in every row, (rows, n), and the ink it crosses, (n,)."""
    found: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
    some: list[_Bands] = []
    for piece in pieces:
        bands = _bands(piece, height)
        rows = max(len(each.ink) for each in (*some, bands))
        if some and rows * sum(len(each.first) for each in (*some, bands)) > AT_ONCE:
            found += _paths_of(some)
            some = []
        some.append(bands)
    return found + _paths_of(some) if some else found


def _bands(upright: Mask, height: float) -> _Bands:
    columns = upright.shape[1]
    band = max(2, round(BAND * height))
    middles = np.arange(band // 2, columns - band // 2, max(1.0, height / STEP))
    first = np.rint(middles).astype(np.int64) - band
    at = first[:, None] + np.arange(2 * band + 1)
    ink = upright[:, np.clip(at, 0, columns - 1)].astype(np.float32)
    return _Bands(first, (at < 0) | (at >= columns), ink)


def _paths_of(pieces: Sequence[_Bands]) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """As _paths(), of all bands at once: the pieces stand side by side on one level, each as high as it is."""
    counts = [len(piece.first) for piece in pieces]
    rows, n, width = max(len(piece.ink) for piece in pieces), sum(counts), pieces[0].ink.shape[2]
    first = np.concatenate([piece.first for piece in pieces])
    ink = np.zeros((rows, n, width), np.float32)
    least = np.full((rows + 1, n, width + 2), np.float32(1e6))  # least cost of a path up to here; a wall on either side
    tops: dict[int, list[tuple[slice, NDArray[np.float64]]]] = defaultdict(
        list
    )  # where pieces begin, and at which cost
    places = [slice(end - count, end) for end, count in zip(accumulate(counts), counts, strict=True)]
    for piece, place in zip(pieces, places, strict=True):
        top = rows - len(piece.ink)
        ink[top:, place] = piece.ink
        tops[top].append((place, np.where(piece.outside, 1e3, 0.0)))
    for row in range(rows):
        for place, begin in tops.get(row, ()):
            least[row, place, 1:-1] = begin
        before, now = least[row], least[row + 1, :, 1:-1]
        np.minimum(before[:, :-2], before[:, 2:], out=now)
        now += np.float32(ASIDE)
        np.minimum(now, before[:, 1:-1], out=now)
        now += ink[row]
    at = least[rows].argmin(axis=1)  # (n,), in columns of `least`
    which = np.arange(n)
    path = np.empty((rows, n), np.int64)
    crossed = np.zeros(n)
    order = np.array([0, -1, 1])  # straight first: it wins a tie
    steps, sideways = order[:, None], np.abs(order)[:, None] * np.float32(ASIDE)
    for row in range(rows - 1, -1, -1):  # backtrack from the cheapest end; above its piece a path crosses nothing
        path[row] = first + at - 1
        crossed += ink[row, which, at - 1]
        costs = least[row][which, at + steps] + sideways  # (3, n)
        at = at + order[costs.argmin(axis=0)]
    return [(path[rows - len(piece.ink) :, place], crossed[place]) for piece, place in zip(pieces, places, strict=True)]
