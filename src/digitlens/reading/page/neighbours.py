"""What stands beside a number and is in none: a small digit that was taken for a mark, or one a little above its line.

Boxes are (top, left, bottom, right) in pixels of the straightened page, the last two exclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.connected_components import Pieces
from digitlens.digits.preparation.framing import Box
from digitlens.reading.page.lines import Line
from digitlens.reading.page.segmentation import Lattice

LEAST = 0.12  # of a number's height: lower ink beside it is a dot, or dirt
REACH = 1.5, 0.6  # heights: how far from a number, sideways and above or below, ink is beside it
STAGGERED = 0.25, 1.2  # heights that a digit of another line is higher or lower, to be perhaps one of the same number
CLOSE = 0.8  # heights: how far it then is, sideways


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The ink of a page that no digit was found in, and all its digits."""

    unread: NDArray[np.float64]  # (m, 4), boxes
    digits: NDArray[np.float64]  # (n, 4), boxes

    def beside(self, boxes: Sequence[Box]) -> tuple[float, float, float]:
        """For a number with these digits: the highest unread ink among them, that at its sides, and a staggered digit.

        The first two are in heights of its digits, at most 1; the last is 1 if there is a digit close by that stands a
        little higher or lower, else 0.
        """
        mine = _array(boxes)
        top, left = mine[:, :2].min(axis=0)
        bottom, right = mine[:, 2:].max(axis=0)
        height = float(np.median(mine[:, 2] - mine[:, 0]))
        ink = self.unread
        rows, y, x = ink[:, 2] - ink[:, 0], (ink[:, 0] + ink[:, 2]) / 2, (ink[:, 1] + ink[:, 3]) / 2
        near = (rows >= LEAST * height) & (y >= top - REACH[1] * height) & (y <= bottom + REACH[1] * height)
        near &= (ink[:, 3] >= left - REACH[0] * height) & (ink[:, 1] <= right + REACH[0] * height)
        among = (x >= left) & (x <= right)
        high = np.minimum(1.0, rows / height)
        others = self.digits
        away = np.maximum(left - others[:, 3], others[:, 1] - right)
        off = np.abs((others[:, 0] + others[:, 2]) / 2 - (top + bottom) / 2) / height
        staggered = (away < CLOSE * height) & (off > STAGGERED[0]) & (off < STAGGERED[1])
        staggered &= ~(others[:, None] == mine[None]).all(axis=2).any(axis=1)
        return (
            float(high[near & among].max(initial=0.0)),
            float(high[near & ~among].max(initial=0.0)),
            float(staggered.any()),
        )


def neighbours(lines: Sequence[Line], lattices: Sequence[Lattice], pieces: Pieces) -> Neighbours:
    """Those of a page. lattices: one for each line."""
    left_out = np.ones(len(pieces), dtype=bool)
    marks: list[Box] = []
    digits: list[Box] = []
    for line, lattice in zip(lines, lattices, strict=True):
        glyphs = [lattice.glyph(k) for k in lattice.way]
        if any(glyph.kind == "digit" for glyph in glyphs):
            left_out[line.pieces] = False
            marks += [glyph.box for glyph in glyphs if glyph.kind != "digit"]
            digits += [glyph.box for glyph in glyphs if glyph.kind == "digit"]
    unread = np.concatenate([pieces.boxes[left_out].astype(np.float64), _array(marks)])
    return Neighbours(unread, _array(digits))


def _array(boxes: Iterable[Box]) -> NDArray[np.float64]:
    edges = [(box.top, box.left, box.top + box.rows, box.left + box.columns) for box in boxes]
    return np.array(edges, np.float64).reshape(-1, 4)
