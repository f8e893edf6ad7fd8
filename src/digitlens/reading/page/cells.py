"""The cells that a line of writing runs through: in a table each cell holds a number of its own.

Not every vertical line ends a number. In a comb, a row of joined boxes, each box holds one digit, and all of them are
one number; so it is on squared paper with a digit in each square, or where people write across the lines. So lines
count as those of a table where cells hold several digits each, or where each cell of a grid of several rows, which
does not fill the page, holds one.

Boxes of lines are (top, left, bottom, right) in pixels of the straightened page, the last two exclusive.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.framing import Box
from digitlens.reading.page.ruling import AT_BORDER
from digitlens.reading.page.segmentation import Lattice

OVER = 0.1  # heights of a line: a vertical line reaches beyond its digits by this much, above and below together
WITHIN = 0.25  # of a digit's width: a vertical line that is this far from both of its sides runs through it
MOST_CROSSED = 0.2  # of the digits: where vertical lines run through more, nobody wrote into cells
SEVERAL = 1.5  # digits in a cell, on average: no comb
ROOM = 1.3  # heights: the least width of a cell for several digits
ROWS = 3  # lines of writing: so many rows of cells with one digit each are a grid


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a line, as the vertical lines between them."""

    edges: tuple[float, ...] = ()  # columns, from left to right
    near: int = 0  # in a comb, how many cells further the next digit of a number may stand; 0: cells of a table

    def part(self, before: Box, after: Box) -> bool | None:
        """Whether the cells of two neighbouring digits part them; None: they say nothing, so their gap decides."""
        first, second = (bisect(self.edges, box.left + box.columns / 2) for box in (before, after))
        if not self.near:
            return True if first != second else None
        return False if 0 < second - first <= self.near else None

    def beside(self, corner: tuple[int, int]) -> Cells:
        """The same cells, for boxes that are relative to a corner: its row and its column."""
        return Cells(tuple(edge - corner[1] for edge in self.edges), self.near)


NO_CELLS = Cells()


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """The digits of a line, and the vertical lines that run past them."""

    left: NDArray[np.float64]  # (digits,), in pixels
    right: NDArray[np.float64]  # (digits,)
    height: float  # pixels
    uprights: NDArray[np.int64]  # (m,), which of all, from left to right
    edges: NDArray[np.float64]  # (m,), their columns

    @property
    def cells(self) -> NDArray[np.int64]:
        """(digits,), which cell each digit stands in."""
        return np.searchsorted(self.edges, (self.left + self.right) / 2)

    @property
    def crossed(self) -> int:
        """How many digits a vertical line runs through."""
        rim = WITHIN * (self.right - self.left)
        first, last = np.searchsorted(self.edges, self.left + rim), np.searchsorted(self.edges, self.right - rim)
        return int(np.count_nonzero(first != last))

    def occupied(self, bounded: bool) -> tuple[int, list[float]]:
        """How many digits stand in cells, and how wide these cells are, in heights of the line.

        bounded: only in cells with a line at both sides.
        """
        widths = np.diff(np.concatenate([[-np.inf], self.edges, [np.inf]])) / self.height
        cells = self.cells[np.isfinite(widths[self.cells])] if bounded else self.cells
        found: list[float] = widths[np.unique(cells)].tolist()
        return len(cells), found


def cells_of(lattices: Sequence[Lattice], uprights: NDArray[np.int64], rows: int) -> list[Cells]:
    """The cells of each line of a page, which is `rows` high. uprights: (n, 4), the boxes of its vertical lines."""
    if not len(uprights):
        return [NO_CELLS] * len(lattices)
    of_lines = [_row_of(lattice, uprights) for lattice in lattices]
    across = (uprights[:, 0] <= AT_BORDER) & (uprights[:, 2] >= rows - AT_BORDER)
    return [
        _cells(row, [other for other in of_lines if np.isin(other.uprights, row.uprights).any()], across)
        for row in of_lines
    ]


def _row_of(lattice: Lattice, uprights: NDArray[np.int64]) -> _Row:
    glyphs = (lattice.glyph(k) for k in lattice.way)
    boxes = np.array([glyph.box for glyph in glyphs if glyph.kind == "digit"], np.float64).reshape(-1, 4)
    top, left, high, wide = boxes.T
    if not len(boxes):
        return _Row(left, left, 0.0, np.empty(0, np.int64), left)
    above, below = float(np.median(top)), float(np.median(top + high))
    past = (uprights[:, 0] <= above) & (uprights[:, 2] >= below)
    past &= uprights[:, 2] - uprights[:, 0] >= (1 + OVER) * (below - above)
    middles = (uprights[:, 1] + uprights[:, 3]) / 2
    which = np.flatnonzero(past)
    which = which[np.argsort(middles[which], kind="stable")]
    return _Row(left, left + wide, below - above, which, middles[which])


def _cells(row: _Row, table: Sequence[_Row], across: NDArray[np.bool_]) -> Cells:
    """The cells of a line. table: this and all other lines that vertical lines of it run past; across: the page."""
    digits = sum(len(other.left) for other in table)
    if not digits or sum(other.crossed for other in table) > MOST_CROSSED * digits:
        return NO_CELLS
    edges = tuple(row.edges.tolist())
    several, roomy = _several(table, bounded=True)
    if several:
        return Cells(edges) if roomy else NO_CELLS
    if len(table) >= ROWS and not across[row.uprights].any():
        return Cells(edges)
    if _several(table, bounded=False)[0]:
        return NO_CELLS  # one box in a line of writing
    steps = np.sort(np.diff(row.cells))
    steps = steps[steps > 0]  # two boxes side by side have a gap between them, which is a cell as well
    return Cells(edges, int(steps[(len(steps) - 1) // 2])) if len(steps) else NO_CELLS


def _several(table: Sequence[_Row], bounded: bool) -> tuple[bool, bool]:
    """Whether there are several digits in a cell, on average, and room for them. bounded: as of _Row.occupied()."""
    counts, widths = zip(*(row.occupied(bounded) for row in table), strict=True)
    of_all = [width for of_row in widths for width in of_row]
    if not of_all:
        return _several(table, bounded=False)
    return sum(counts) >= SEVERAL * len(of_all), float(np.median(of_all)) >= ROOM
