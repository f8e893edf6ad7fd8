"""Finds what is drawn on a page and is no writing: circles and boxes around numbers, logos, barcodes, QR codes, stamps.

What encloses digits is found by its hole: a thin piece with others in it that are nearly as high. What is printed
densely is found by how much of it is ink: a page written with a thin pen is mostly paper, everywhere.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.connected_components import Mask, Pieces, pieces_of
from digitlens.digits.preparation.ink import reduce, running_mean
from digitlens.reading.page import budget
from digitlens.reading.page.budget import Budget
from digitlens.reading.page.cuts import holes_of, thickness

LOOKED_AT = 2_000  # pieces; the highest
MOST = 200  # pieces that are examined; the largest
INSIDE = 0.3  # of the height of what encloses it: the least height of an enclosed digit
MANY, MANY_INSIDE = 6, 0.06  # or so many of so low a height: a table, which its cells do not make high writing
HOLLOW = 0.45  # of its box: the most ink of what encloses something

ALIKE = 0.4  # of the height of the writing: pieces that much higher or lower may be writing
SAMPLE = 40  # of these, whose pen is measured

GRAIN = 16  # pixels: writing is reduced to about this height before its density is looked at
THIN = 0.18  # of the height of the writing: a thicker pen makes writing dense, too
# The least ink of a square half as wide as the writing is high; the least sides of a figure, in heights of the writing;
# and the share of a piece that must lie in a figure, for it to be a part of it.
DENSE = 0.36, 1.25, 0.6
SOLID = 0.85, 0.2, 0.2  # filled: no pen leaves so much ink

SPOT = 0.25, 2.5  # heights of writing, and widths of its pen: the least height and width of a spot that is no dot ...
ROUND, DISC = 1.6, 0.7  # ... its largest ratio of sides, and the least ink of its box

FILLED = 0.6  # of a piece, for it to be a filled figure
HANGING = 0.6  # heights of writing: what hangs on a filled figure and is this high stays
BESIDE = 0.25  # heights of writing: small pieces this near to a figure belong to it
SMALL = 0.6  # heights of writing: they are smaller than this

BARS = 10  # so many stand in a barcode, at least
MOST_BARS = 500  # that are looked at
EVEN = 0.05  # of their height: how far their ends may be apart
APART = 0.5  # of their height: how far they may be from one another
LEANING = 0.03  # columns for each row: how far a bar may lean


def enclosing(boxes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which boxes have another within them that is nearly as high, or many: (n,). boxes: (n, 4), as Pieces.boxes."""
    around = np.zeros(len(boxes), bool)
    some = np.argsort(boxes[:, 0] - boxes[:, 2], kind="stable")[:LOOKED_AT]
    top, left, bottom, right = boxes[some].T
    high = bottom - top
    for i in np.argsort(-(high * (right - left)), kind="stable")[:MOST]:
        inside = (top > top[i]) & (bottom < bottom[i]) & (left > left[i]) & (right < right[i])
        lower = high[inside]
        around[some[i]] = (lower >= INSIDE * high[i]).any() or np.count_nonzero(lower >= MANY_INSIDE * high[i]) >= MANY
    return around


def enclosures(pieces: Pieces, joined: bool = True) -> Mask:
    """Where pieces are that enclose digits, (rows, columns): circles, and boxes of any shape.

    joined: also those with digits in several of their holes, such as a table. Its lines tell more than that.
    """
    work, found = Budget(budget.BOXES), np.zeros(len(pieces) + 1, bool)
    high = pieces.boxes[:, 2] - pieces.boxes[:, 0]
    for i in np.flatnonzero(enclosing(pieces.boxes)).tolist():
        top, left, bottom, right = pieces.boxes[i].tolist()
        size = (bottom - top) * (right - left)
        if pieces.areas[i] > HOLLOW * size or not work.spend(size):
            continue
        labels = pieces.labels[top:bottom, left:right]
        hollow = holes_of(labels == i + 1)
        within = np.bincount(labels[hollow], minlength=len(pieces) + 1)
        enclosed = within[1:] == pieces.areas
        found[i + 1] = (enclosed & (high >= INSIDE * high[i])).any()
        if found[i + 1] and not joined:
            inside = np.concatenate([[False], enclosed & (high >= MANY_INSIDE * high[i])])[labels]
            found[i + 1] = len(np.unique(pieces_of(hollow).labels[inside])) == 1
    return found[pieces.labels]


def pen_of(pieces: Pieces, size: float) -> float:
    """How thick the strokes are of pieces about as high as the writing, in pixels; 0 if there are none."""
    high = pieces.boxes[:, 2] - pieces.boxes[:, 0]
    some = np.flatnonzero(np.abs(high - size) <= ALIKE * size)[:SAMPLE]
    work, pens = Budget(budget.BOXES), []
    for i in some.tolist():
        top, left, bottom, right = pieces.boxes[i].tolist()
        if not work.spend((bottom - top) * (right - left)):
            break
        pens.append(thickness(pieces.labels[top:bottom, left:right] == i + 1))
    return float(np.median(pens)) if pens else 0.0


def dense_figures(pieces: Pieces, size: float, pen: float) -> Mask:
    """Where pieces are that are far denser than writing, (rows, columns): logos, QR codes.

    size: the height of the writing, in pixels; pen: how thick its strokes are, in pixels.
    """
    gone, kept = np.zeros(len(pieces) + 1, bool), np.zeros_like(pieces.labels, bool)
    if not size or pen > THIN * size:
        return gone[pieces.labels]
    factor = max(1, math.floor(size / GRAIN))
    rows, columns = pieces.labels.shape
    density = running_mean(reduce((pieces.labels > 0).astype(np.uint8), factor), max(1, round(size / factor / 4)))
    high, wide = pieces.boxes[:, 2] - pieces.boxes[:, 0], pieces.boxes[:, 3] - pieces.boxes[:, 1]
    for least, heights, share in (DENSE, SOLID):
        found = pieces_of(density > least)
        large = (found.boxes[:, 2:] - found.boxes[:, :2] >= heights * size / factor).all(axis=1)
        if not large.any():
            continue
        figures = np.concatenate([[False], large])[found.labels]
        near = running_mean(figures.astype(np.float64), max(1, round(BESIDE * size / factor))) > 0
        inside, beside = (
            np.bincount(pieces.labels[_enlarged(cells, factor, rows, columns)], minlength=len(gone))[1:]
            for cells in (figures, near)
        )
        figure = inside >= share * pieces.areas
        if (least, heights, share) == SOLID:
            _keep_what_touches(pieces, np.flatnonzero(figure), size, pen, kept)
        gone[1:] |= figure
        gone[1:] |= (np.maximum(high, wide) < SMALL * size) & (beside >= pieces.areas)
    return gone[pieces.labels] & ~kept


def spots(pieces: Pieces, size: float, pen: float) -> Mask:
    """Where filled spots are, (rows, columns): punch holes, bullets. A dot of the pen is as small as the pen is.

    size: the height of the writing, in pixels; pen: how thick its strokes are, in pixels.
    """
    high, wide = pieces.boxes[:, 2] - pieces.boxes[:, 0], pieces.boxes[:, 3] - pieces.boxes[:, 1]
    small, large = np.minimum(high, wide), np.maximum(high, wide)
    found = (small >= max(SPOT[0] * size, SPOT[1] * pen)) & (large <= ROUND * small)
    found &= pieces.areas >= DISC * high * wide
    if not pen or pen > THIN * size:
        found[:] = False
    return np.concatenate([[False], found])[pieces.labels]


def _keep_what_touches(pieces: Pieces, solid: NDArray[np.int64], size: float, pen: float, kept: Mask) -> None:
    """Mark what hangs on filled figures and is as high as writing: what is left without all that no pen can fill."""
    work, radius = Budget(budget.BOXES), math.ceil(pen) + 1
    for i in solid.tolist():
        top, left, bottom, right = pieces.boxes[i].tolist()
        if not work.spend((bottom - top) * (right - left)):
            break
        own = np.pad(pieces.labels[top:bottom, left:right] == i + 1, radius + 1)
        core = running_mean(own.astype(np.float64), radius) > 1 - 1e-9
        figure, around = (running_mean(core.astype(np.float64), radius + more) > 1e-9 for more in (0, 1))
        if np.count_nonzero(own & figure) < FILLED * np.count_nonzero(own):
            continue
        rest = pieces_of(own & ~around)  # a figure has a soft edge
        high = rest.boxes[:, 2] - rest.boxes[:, 0] >= HANGING * size
        writing = np.concatenate([[False], high])[rest.labels]
        writing |= (running_mean(writing.astype(np.float64), 1) > 1e-9) & own & ~figure
        inner = slice(radius + 1, -radius - 1)
        kept[top:bottom, left:right] |= writing[inner, inner]


def _enlarged(cells: Mask, factor: int, rows: int, columns: int) -> Mask:
    return cells.repeat(factor, axis=0).repeat(factor, axis=1)[:rows, :columns]


def barcodes(pieces: Pieces) -> Mask:
    """Where barcodes are, (rows, columns): many straight bars side by side, all as high and at one height."""
    top, left, bottom, right = pieces.boxes.T
    high, wide = bottom - top, right - left
    straight = wide <= pieces.areas / high + LEANING * high + 1
    bars = np.flatnonzero((high >= 3 * wide) & straight & (high >= 8))
    codes: list[list[int]] = []
    for i in bars[np.argsort(left[bars], kind="stable")][:MOST_BARS].tolist():
        even = EVEN * high[i] + 1
        for code in codes:
            last = code[-1]
            alike = abs(top[i] - top[last]) <= even and abs(bottom[i] - bottom[last]) <= even
            if alike and 0 <= left[i] - right[last] <= APART * high[i]:
                code.append(i)
                break
        else:
            codes.append([i])
    found = np.zeros(len(pieces) + 1, bool)
    for code in codes:
        if len(code) >= BARS:
            found[np.array(code) + 1] = True
    return found[pieces.labels]
