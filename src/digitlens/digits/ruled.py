"""The ruled lines and box borders of forms are taken away, also where the writing touches them.

A line runs along one side of the picture from one border to the other, nearly straight, thin, and is the first ink
that one meets from that side. A box may stand free in the picture; then it has a line on each of its four sides. The
bar of a 7 or the foot of a 2 that fills its picture is no line: what would be left hangs on it and reaches the
opposite border.

ink: (rows, columns) float64, 0 nothing to 1 full ink
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.framing import Box, Image, box_of

RIM = 0.2  # so much of each side is where lines lie
THICKEST = 0.08  # of the longest side
SPAN = 0.7  # so many of the columns must show the line; writing may hide it in the others
STEEPEST = 0.15  # rows a column; about 8 degrees
SEEN = 0.1  # ink of a line is at least that dark
LEAST = 0.1  # so much of the ink must be left, or it was no form

Edges = NDArray[np.intp]


def without_lines(ink: Image) -> Image:
    """The same ink without ruled lines; the very same array where there are none."""
    for box, least in ((Box(0, 0, *ink.shape), 1), (box_of(np.where(ink < SEEN, 0.0, ink)), 4)):
        if box is None or min(box.rows, box.columns) < 4:
            return ink
        part = box.cut(ink)
        edges = [line_along_top(np.rot90(part, side)) for side in range(4)]  # the top, right, bottom and left side
        if sum(edge is not None for edge in edges) < least:
            continue
        inner = part.copy()
        for side, edge in enumerate(edges):
            if edge is not None:
                turned = np.rot90(inner, side)  # a view: what is cleared in it is cleared in `inner`
                turned[np.arange(len(turned))[:, None] < edge] = 0.0
        if _is_writing(inner, part, edges):
            cleaned = np.zeros_like(ink)
            box.cut(cleaned)[:] = inner
            return cleaned
    return ink


def line_along_top(ink: Image) -> Edges | None:
    """For each column how many rows, from the top, a line there and what is beyond it take; None: there is no line."""
    rows, columns = ink.shape
    band = ink[: math.ceil(rows * RIM)] >= SEEN
    met = band.any(axis=0)
    if met.mean() < SPAN or not (met[: columns // 25 + 1].any() and met[-(columns // 25) - 1 :].any()):
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


def _is_writing(inner: Image, part: Image, edges: list[Edges | None]) -> bool:
    """Whether what is left within the lines can be what was written: enough, and not from one side to the other."""
    if inner.sum() < LEAST * part.sum():
        return False
    touched = []
    for side, edge in enumerate(edges):
        turned = np.rot90(inner, side) >= SEEN
        first = np.zeros(turned.shape[1], np.intp) if edge is None else np.minimum(edge, len(turned) - 1)
        touched.append(bool(turned[first, np.arange(len(first))].any()))
    return not any(
        touched[side] and touched[side + 2] for side in (0, 1) if edges[side] is not None or edges[side + 2] is not None
    )
