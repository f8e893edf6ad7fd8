"""Removes the ruled lines and box borders of forms, also where the writing touches them.

A line runs along one side of the picture, from border to border. It is nearly straight and thin, and it is the first
ink from that side. A box may stand free in the picture; then it has a line on each of its four sides. The bar of a 7 or
the foot of a 2 that fills its picture is not a line: the rest of the digit is connected to it and reaches the opposite
border.

ink: (rows, columns) float64, 0 nothing to 1 full ink
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.framing import Box, Image, box_of

RIM = 0.2  # share of each side in which lines are searched
THICKEST = 0.08  # of the longest side: the thickest line
SPAN = 0.7  # share of the columns that must show the line; writing may hide it in the others
STEEPEST = 0.15  # rows for each column; about 8 degrees
SEEN = 0.1  # the least ink of a line
LEAST_SIDE = 8  # pixels: in smaller pictures a line is as thick as a stroke
LEAST = 0.1  # share of the ink that must be left, or it was not a form

Edges = NDArray[np.intp]


def without_lines(ink: Image) -> Image:
    """The ink without ruled lines; the same array if there are none."""
    whole = Box(0, 0, *ink.shape)
    if min(ink.shape) < LEAST_SIDE:
        return ink
    edges = [line_along_top(side) for side in _sides(ink)]
    if any(edge is not None for edge in edges):
        return _within(ink, whole, edges)
    box = box_of(ink)
    if box is None or box == whole or min(box.rows, box.columns) < LEAST_SIDE:
        return ink
    edges = []
    for side in _sides(box.cut(ink)):
        edges.append(line_along_top(side))
        if edges[-1] is None:  # one of the four sides is missing: not a box
            return ink
    return _within(ink, box, edges)


def _sides(ink: Image) -> tuple[Image, ...]:
    """Views of the ink, turned so that its top, bottom, left or right side is on top."""
    return ink, ink[::-1], ink.T, ink.T[::-1]


def _within(ink: Image, box: Box, edges: list[Edges | None]) -> Image:
    """The ink within the lines of the box; all the ink if what is left can hardly be the writing."""
    cleared = np.zeros_like(ink)
    inner = box.cut(cleared)
    inner[:] = box.cut(ink)
    for side, edge in zip(_sides(inner), edges, strict=True):
        if edge is not None:
            side[np.arange(len(side))[:, None] < edge] = 0.0
    if inner.sum() < LEAST * ink.sum():
        return ink
    touched = []  # for each side, whether the remaining ink reaches the line or the border
    for side, edge in zip(_sides(inner), edges, strict=True):
        first = 0 if edge is None else np.minimum(edge, len(side) - 1)
        touched.append(bool((side[first, np.arange(side.shape[1])] >= SEEN).any()))
    for one, other in ((0, 1), (2, 3)):
        if touched[one] and touched[other] and (edges[one] is not None or edges[other] is not None):
            return ink
    return cleared


def line_along_top(ink: Image) -> Edges | None:
    """For each column, the number of rows down to the lower edge of a line along the top; None if there is no line."""
    rows, columns = ink.shape
    band = ink[: math.ceil(rows * RIM)] >= SEEN
    if np.count_nonzero(band) < SPAN * columns:  # most pictures
        return None
    met = np.any(band, axis=0)
    corner = columns // 25 + 1
    if np.count_nonzero(met) < SPAN * columns or not (met[:corner].any() and met[-corner:].any()):
        return None
    start = band.argmax(axis=0)  # (columns,), the first ink from above
    below = ~band & (np.arange(len(band))[:, None] > start)
    end = np.where(below.any(axis=0), below.argmax(axis=0), rows)  # and where it ends
    thickest = max(1.0, THICKEST * max(rows, columns))
    thin = np.flatnonzero(met & (end - start <= thickest))
    if len(thin) < SPAN * columns:
        return None
    middle = (start + end) / 2
    half = len(thin) // 2
    x0, x1 = np.median(thin[:half]), np.median(thin[half:])
    y0, y1 = np.median(middle[thin[:half]]), np.median(middle[thin[half:]])
    slope = (y1 - y0) / (x1 - x0)
    straight = y0 + slope * (np.arange(columns) - x0)
    on_it = thin[np.abs(middle[thin] - straight[thin]) <= max(1.0, thickest / 4)]
    if abs(slope) > STEEPEST or len(on_it) < SPAN * columns:
        return None
    thickness = float(np.median((end - start)[on_it]))
    edge = np.maximum(np.ceil(straight + thickness / 2), 0.0).astype(np.intp)
    edge[on_it] = end[on_it]
    return edge
