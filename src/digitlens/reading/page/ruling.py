"""Removes printed lines and keeps the strokes: ruled paper, squared paper, the boxes of a form, the lines of a table.

A line is straight, thin and much longer than any stroke. It is removed where it runs alone. Where a stroke crosses it,
the ink reaches further up or down than the line is thick, and is kept. Where vertical lines were is remembered, because
in a table they end numbers (cells.py).

depth: (rows, columns) float32, 0 paper to 1 black; lines are horizontal or vertical
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.connected_components import Mask, Pieces, pieces_of, runs
from digitlens.reading.page import budget
from digitlens.reading.page.budget import Budget

Depth = NDArray[np.float32]

LONG = 0.5  # of the page: the least length of a ruled line ...
AT_BOTH_ENDS = 0.06  # ... that starts and ends this near to the borders of the page ...
VERY_LONG = 0.75  # ... or is this long
PIECE = 24  # a line is found in pieces of 1/24 of the page, and need only be straight within them
LEAST_PIECE = 16  # pixels
THICKEST = 0.012  # of the page's longer side, and at least:
LEAST_THICKEST = 5  # pixels
SQUARED = 3  # from so many horizontal lines on, the paper may have vertical lines, too; with fewer, margins
AT_BORDER = 1  # pixels: a margin begins and ends this near to the borders of the page
MARGINS = 2  # so many vertical lines from border to border are margins; more are columns
ASIDE = 3  # pixels: how far to the side a stroke may leave a line from where it met it
MOST_BOXES = 200  # pieces that are examined as boxes of a form; the largest
GAP = 4  # pixels: the largest gap in a line
APART = 0.5  # of its length: how far apart horizontal lines meet a vertical one
BOXED = 0.6  # of a piece: how much of its height and width is a box, where digits reach out of it
NO_LINES = np.empty((0, 4), np.int64)


class Cleaned(NamedTuple):
    """A page from which printed lines were removed."""

    depth: Depth  # (rows, columns); the same array if there were none
    found: int  # how many lines, or boxes
    uprights: NDArray[np.int64]  # (n, 4) top, left, bottom, right of the vertical lines, but for margins


def without_ruling(depth: Depth, threshold: float) -> Cleaned:
    """The page without ruled lines.

    threshold: the depth above which there is ink.
    """
    on_level, level = _level_lines(depth, threshold)
    if not len(level):
        return Cleaned(depth, 0, NO_LINES)
    cleaned = _without(depth, on_level, threshold)
    margins_only = len(level) < SQUARED
    on_upright, upright = _level_lines(np.ascontiguousarray(cleaned.T), threshold, margins_only)
    if not len(upright):
        return Cleaned(cleaned, len(level), NO_LINES)
    cleaned = _without(depth, on_level, threshold, on_upright.T)  # again: where they cross is no stroke
    cleaned = np.ascontiguousarray(_without(np.ascontiguousarray(cleaned.T), on_upright, threshold).T)
    uprights = upright[:, [1, 0, 3, 2]]
    across = (uprights[:, 0] <= AT_BORDER) & (uprights[:, 2] >= len(depth) - AT_BORDER)
    if np.count_nonzero(across) <= MARGINS:
        uprights = uprights[~across]
    return Cleaned(cleaned, len(level) + len(upright), uprights)


def _thickest(depth: Depth) -> int:
    """The largest thickness of a ruled line, in pixels."""
    return max(LEAST_THICKEST, round(THICKEST * max(depth.shape)))


def _level_lines(depth: Depth, threshold: float, whole: bool = False) -> tuple[Mask, NDArray[np.int64]]:
    """Where the horizontal lines of the paper are, (rows, columns), and their boxes, (n, 4) as of Pieces.

    whole: only those from border to border.
    """
    columns = depth.shape[1]
    # Lines may be fainter than writing and a little slanted: a lower threshold is used, on thickened rows.
    straight = long_runs(_thickened(depth > threshold / 2), max(LEAST_PIECE, columns // PIECE), GAP)
    pieces = pieces_of(straight)
    _, left, _, right = pieces.boxes.T
    wide = right - left
    ends = (left <= AT_BOTH_ENDS * columns) & (right >= (1 - AT_BOTH_ENDS) * columns)
    lines = (wide >= LONG * columns) & (ends | (wide >= VERY_LONG * columns))
    if whole:
        lines &= (left <= AT_BORDER) & (right >= columns - AT_BORDER)
    lines &= pieces.areas <= wide * (_thickest(depth) + 4)
    return np.concatenate([[False], lines])[pieces.labels], pieces.boxes[lines]


def _without(depth: Depth, on_line: Mask, threshold: float, others: Mask | None = None) -> Depth:
    return erased(depth, depth > threshold / 2, on_line, _thickest(depth), threshold, others)


def erased(
    depth: Depth, mask: Mask, on_line: Mask, thickest: int, threshold: float, others: Mask | None = None
) -> Depth:
    """Remove horizontal lines from a page where no stroke crosses them.

    on_line: (rows, columns), the neighbourhood of the lines; thickest: the largest thickness of a line, in pixels;
    others: (rows, columns), vertical lines, which are no strokes either.
    """
    column, start, end = runs(np.ascontiguousarray(mask.T))  # stretches of ink within a column
    near = np.ascontiguousarray(on_line.T)
    before = np.concatenate([np.zeros((len(near), 1), np.int32), np.cumsum(near, axis=1, dtype=np.int32)], axis=1)
    touching = before[column, end] - before[column, start] > 0
    length = (end - start)[touching]
    if not len(length):
        return depth
    thickness = float(np.median(length))
    thin = touching & (end - start <= min(thickest, 1.5 * thickness + 1.5))
    stretch = np.zeros((depth.shape[1], depth.shape[0] + 1), np.int8)
    stretch[column[thin], start[thin]] += 1  # two stretches of a column never touch, so no place is counted twice
    stretch[column[thin], end[thin]] -= 1
    gone = np.cumsum(stretch[:, :-1], axis=1, dtype=np.int8).astype(bool).T
    level = float(np.median(depth[gone])) if gone.any() else 0.0
    line_only = gone | (on_line & (depth <= 0.7 * level))  # its blurred edge as well
    left_over = np.where(depth > max(1.6 * level, level + 0.5 * threshold), depth, 0)  # of a stroke along the line
    cleaned = np.where(line_only, left_over, depth).astype(np.float32)
    strokes = cleaned > threshold / 2
    if others is not None:
        strokes &= ~others
    crossed = _crossed(strokes, column[thin], start[thin], end[thin])
    back = np.zeros(stretch.shape, np.int8)
    back[column[thin][crossed], start[thin][crossed]] += 1
    back[column[thin][crossed], end[thin][crossed]] -= 1
    return np.where(np.cumsum(back[:, :-1], axis=1, dtype=np.int8).astype(bool).T, depth, cleaned)


def _crossed(
    mask: Mask, column: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """The stretches of a line that a stroke crosses: with ink close above and close below, and not beside all of it."""
    last = len(mask) - 1
    above, below = np.maximum(start - 1, 0), np.minimum(end, last)
    further = np.maximum(start - 2, 0), np.minimum(end + 1, last)
    leftwards, rightwards = mask.copy(), mask.copy()  # where ink is here, or not far to the left; or to the right
    for step in range(1, ASIDE + 1):
        leftwards[:, step:] |= mask[:, :-step]
        rightwards[:, :-step] |= mask[:, step:]
    left, right = (
        [side[one, column] | side[two, column] for one, two in zip((above, below), further, strict=True)]
        for side in (leftwards, rightwards)
    )
    crossed: NDArray[np.bool_] = (
        (left[0] | right[0]) & (left[1] | right[1]) & (left[0] | left[1]) & (right[0] | right[1])
    )
    return crossed


def long_runs(mask: Mask, least: int, gap: int = 0) -> Mask:
    """Only the runs of at least `least` pixels within a row; gaps of up to `gap` pixels count as filled.

    >>> long_runs(np.array([[1, 1, 0, 1, 0, 0, 1]], bool), 3, gap=1).astype(int).tolist()
    [[1, 1, 1, 1, 0, 0, 0]]
    """
    row, start, end = runs(mask)
    if gap and len(row):
        apart = np.ones(len(row), dtype=bool)
        apart[1:] = (row[1:] != row[:-1]) | (start[1:] - end[:-1] > gap)
        first = np.flatnonzero(apart)
        row, start, end = row[first], start[first], end[np.append(first[1:], len(end)) - 1]
    long = end - start >= least
    change = np.zeros((mask.shape[0], mask.shape[1] + 1), np.int8)
    change[row[long], start[long]] += 1
    change[row[long], end[long]] -= 1
    return np.cumsum(change[:, :-1], axis=1, dtype=np.int8).astype(bool)


def _thickened(mask: Mask) -> Mask:
    """The mask, dilated by one pixel up and down."""
    thick = mask.copy()
    thick[1:] |= mask[:-1]
    thick[:-1] |= mask[1:]
    return thick


def without_boxes(depth: Depth, threshold: float, pieces: Pieces, size: float) -> Cleaned:
    """The page without the boxes of a form and without tables.

    A box is a piece that is wider than `size`, the height of the writing, and made of long horizontal and vertical
    lines. pieces: those of the page, with more depth than `threshold`.
    """
    top, left, bottom, right = pieces.boxes.T
    large = (right - left >= 1.1 * size) & (bottom - top >= 0.8 * size)
    boxes, work = 0, Budget(budget.BOXES)
    cleaned, uprights = depth, [NO_LINES]
    thickest = _thickest(depth)
    for i in np.flatnonzero(large)[np.argsort(-pieces.areas[large])][:MOST_BOXES]:
        region = slice(top[i], bottom[i]), slice(left[i], right[i])
        if not work.spend(int((bottom[i] - top[i]) * (right[i] - left[i]))):  # boxes in boxes, more than any form has
            continue
        own = pieces.labels[region] == i + 1
        level, upright = _frame_of(own)
        if level is None or upright is None:
            continue
        boxes += 1
        uprights.append(_between(upright, level) + np.array([top[i], left[i], top[i], left[i]]))
        part = np.where(own, cleaned[region], 0)
        part = erased(part, own, level, thickest, threshold, upright)
        part = erased(
            np.ascontiguousarray(part.T), np.ascontiguousarray((part > threshold).T), upright.T, thickest, threshold
        ).T
        if cleaned is depth:
            cleaned = depth.copy()
        cleaned[region] = np.where(own, part, cleaned[region])
    return Cleaned(cleaned, boxes, np.concatenate(uprights))


def _between(upright: Mask, level: Mask) -> NDArray[np.int64]:
    """The boxes of the vertical lines that horizontal ones meet, far apart, (n, 4). A stroke may meet one of them."""
    boxes = pieces_of(upright).boxes
    reaches = []
    for top, left, bottom, right in boxes.tolist():
        first = max(0, top - GAP)
        meets = np.flatnonzero(level[first : bottom + GAP, left:right].any(axis=1))
        reaches.append(np.ptp(meets) if len(meets) else 0)
    return boxes[np.array(reaches, np.int64) >= APART * (boxes[:, 2] - boxes[:, 0])]


def _frame_of(own: Mask) -> tuple[Mask | None, Mask | None]:
    """The horizontal and the vertical lines of a box, (rows, columns) each; (None, None) if the piece is not a box."""
    level = long_runs(_thickened(own), max(LEAST_PIECE, own.shape[1] // 2), GAP)
    turned = np.ascontiguousarray(own.T)
    upright = long_runs(_thickened(turned), max(LEAST_PIECE, own.shape[0] // 2), GAP).T
    rows, columns = np.flatnonzero(level.any(axis=1)), np.flatnonzero(upright.any(axis=0))
    if not len(rows) or not len(columns):
        return None, None
    inside = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)  # a digit may reach out of its box
    high, wide = len(level[inside]), len(level[inside][0])
    if high < BOXED * own.shape[0] or wide < BOXED * own.shape[1]:
        return None, None
    # A box has a line along all four of its sides.
    down, across = max(4, high // 6), max(4, wide // 6)
    framed = (
        level[inside][:down].any(axis=0).mean() > 0.6
        and level[inside][-down:].any(axis=0).mean() > 0.6
        and upright[inside][:, :across].any(axis=1).mean() > 0.6
        and upright[inside][:, -across:].any(axis=1).mean() > 0.6
    )
    return (level, upright) if framed else (None, None)
