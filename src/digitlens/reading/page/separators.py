"""What stands between digits and is none: dashes, dots, commas, slashes, plus signs. Told by shape alone.

mine: (rows, columns) bool, where the ink of one piece is; high, wide: its size in heights of the line
"""

from __future__ import annotations

import numpy as np

from digitlens.reading.page.pieces import Mask

SMALL = 0.3  # what is smaller, both ways, is a dot or a comma
FLAT = 0.3  # what is lower, and wider than high, is a dash
SURE, LIKELY = 0.3, 0.8  # nats: what it costs to take it for a separator


def separator(mine: Mask, high: float, wide: float) -> tuple[str, float]:
    """What a piece is if it is no digit, and what it costs to say so; "" where it looks like none.

    >>> separator(np.ones((4, 20), bool), 0.1, 0.5)
    ('dash', 0.3)
    """
    if high < SMALL and wide < SMALL:
        return "dot", SURE
    if high < FLAT and wide > 1.3 * high:
        return "dash", SURE
    if high < 0.4 and wide > 1.8 * high:
        return "dash", LIKELY
    if 0.35 < high < 1.0 and _is_plus(mine):
        return "plus", SURE
    return "", 0.0


def _is_plus(mine: Mask) -> bool:
    """Two bars that cross in the middle, and nothing in the four corners."""
    rows, columns = mine.shape
    if not 0.5 < columns / rows < 2:
        return False
    corner_rows, corner_columns = max(1, rows * 3 // 8), max(1, columns * 3 // 8)
    corners = [
        mine[i : i + corner_rows, j : j + corner_columns].sum()
        for i in (0, rows - corner_rows)
        for j in (0, columns - corner_columns)
    ]
    arms = mine[: rows // 4].any(), mine[-(rows // 4) :].any(), mine[:, : columns // 4].any(), mine[:, -(columns // 4) :].any()
    return bool(sum(corners) < 0.1 * mine.sum() and all(arms))
