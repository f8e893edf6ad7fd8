"""Removes printed lines and keeps the strokes: ruled paper, squared paper, the boxes of a form.

A line is straight, thin and much longer than any stroke. It is removed where it runs alone. Where a stroke crosses it,
the ink reaches further up or down than the line is thick, and is kept.

depth: (rows, columns) float32, 0 paper to 1 black; lines are horizontal or vertical
"""

from __future__ import annotations

import math

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
ASIDE = 3  # pixels: how far to the side a stroke may leave a line from where it met it
MOST_BOXES = 200  # pieces that are examined as boxes of a form; the largest
GAP = 4  # pixels: the largest gap in a line


def without_ruling(depth: Depth, threshold: float) -> tuple[Depth, int]:
    """The page without ruled lines, and how many there were.

    threshold: the depth above which there is ink.
    """
    on_level, level = _level_lines(depth, threshold)
    if not level:
        return depth, 0
    cleaned = _without(depth, on_level, threshold)
    margins_only = level < SQUARED
    on_upright, upright = _level_lines(np.ascontiguousarray(cleaned.T), threshold, margins_only)
    if not upright:
        return cleaned, level
    cleaned = _without(depth, on_level, threshold, on_upright.T)  # again: where they cross is no stroke
    return np.ascontiguousarray(_without(np.ascontiguousarray(cleaned.T), on_upright, threshold).T), level + upright


def _thickest(depth: Depth) -> int:
    """The largest thickness of a ruled line, in pixels."""
    return max(LEAST_THICKEST, round(THICKEST * max(depth.shape)))


def _level_lines(depth: Depth, threshold: float, whole: bool = False) -> tuple[Mask, int]:
    """Where the horizontal lines of the paper are, (rows, columns), and how many; whole: only from border to border."""
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
    return np.concatenate([[False], lines])[pieces.labels], int(lines.sum())


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
    """The stretches of a line that a stroke crosses: those with ink close above and close below."""
    near = mask.copy()
    for step in range(1, ASIDE + 1):
        near[:, step:] |= mask[:, :-step]
        near[:, :-step] |= mask[:, step:]
    last = len(mask) - 1
    above = near[np.maximum(start - 1, 0), column] | near[np.maximum(start - 2, 0), column]
    below = near[np.minimum(end, last), column] | near[np.minimum(end + 1, last), column]
    crossed: NDArray[np.bool_] = above & below
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


def without_boxes(
    depth: Depth, threshold: float, pieces: Pieces, size: float, highest: float = math.inf
) -> tuple[Depth, int]:
    """The page without the boxes of a form, and how many there were; the same array if there were none.

    A box is a piece that is wider than `size`, the height of the writing, and made of long horizontal and vertical
    lines. pieces: those of the page, with more depth than `threshold`. highest: in pixels; higher boxes are left.
    """
    top, left, bottom, right = pieces.boxes.T
    large = (right - left >= 1.1 * size) & (bottom - top >= 0.8 * size) & (bottom - top <= highest)
    boxes, work = 0, Budget(budget.BOXES)
    cleaned = depth
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
        part = np.where(own, cleaned[region], 0)
        part = erased(part, own, level, thickest, threshold, upright)
        part = erased(
            np.ascontiguousarray(part.T), np.ascontiguousarray((part > threshold).T), upright.T, thickest, threshold
        ).T
        if cleaned is depth:
            cleaned = depth.copy()
        cleaned[region] = np.where(own, part, cleaned[region])
    return cleaned, boxes


def _frame_of(own: Mask) -> tuple[Mask | None, Mask | None]:
    """The horizontal and the vertical lines of a box, (rows, columns) each; (None, None) if the piece is not a box."""
    level = long_runs(_thickened(own), max(LEAST_PIECE, own.shape[1] // 2), GAP)
    turned = np.ascontiguousarray(own.T)
    upright = long_runs(_thickened(turned), max(LEAST_PIECE, own.shape[0] // 2), GAP).T
    # A box has a line along all four of its sides.
    rows, columns = max(4, own.shape[0] // 6), max(4, own.shape[1] // 6)
    framed = (
        level[:rows].any(axis=0).mean() > 0.6
        and level[-rows:].any(axis=0).mean() > 0.6
        and upright[:, :columns].any(axis=1).mean() > 0.6
        and upright[:, -columns:].any(axis=1).mean() > 0.6
    )
    return (level, upright) if framed else (None, None)
