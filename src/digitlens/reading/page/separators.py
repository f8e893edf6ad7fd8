"""What stands between digits and is none: dashes, dots, commas, slashes, plus signs. Told by shape and place alone.

mine: (rows, columns) bool, where the ink of one piece is
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitlens.reading.page.connected_components import Mask

SMALL = 0.3  # what is smaller, both ways, is a dot or a comma
LOW_DOWN = 0.4  # what is no higher than that, and begins below the middle, as well
FLAT = 0.3  # what is lower, and wider than high, is a dash
RAISED = 1.15  # a slash is at least so much higher than the digits beside it
LEANING = 0.15  # columns to the right a row up, more than the writing: a slash
STRAIGHT = 0.8  # of the pen's width: how far the ink of a slash strays from a straight line
SURE, LIKELY = 0.3, 0.8  # nats: what it costs to take it for a separator


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece lies among the digits beside it, in heights of these."""

    high: float  # its height
    wide: float  # its width
    top: float  # how far its top is below theirs
    foot: float  # how far its foot is above theirs
    between: bool  # there are digits on both sides
    lean: float  # columns to the left a row down: of the writing in this line
    pen: float  # the pen's width, in pixels


def separator(mine: Mask, place: Place) -> tuple[str, float]:
    """What a piece is if it is no digit, and what it costs to say so, in nats; "" where it looks like none.

    >>> separator(np.ones((4, 20), bool), Place(high=0.1, wide=0.5, top=0.4, foot=0.5, between=True, lean=0.0, pen=4.0))
    ('dash', 0.3)
    """
    if place.high < SMALL and place.wide < SMALL:
        return "dot", SURE
    if place.high < FLAT and place.wide > 1.3 * place.high:
        return "dash", SURE
    if place.high < 0.4 and place.wide > 1.8 * place.high:
        return "dash", LIKELY
    if place.high < LOW_DOWN and place.wide < SMALL and place.top > 0.5:
        return "comma", SURE
    if place.between and place.high > RAISED and place.wide < 0.8 * place.high and _is_slash(mine, place):
        return "slash", SURE
    if 0.35 < place.high < 1.0 and _is_plus(mine):
        return "plus", SURE
    return "", 0.0


def _is_slash(mine: Mask, place: Place) -> bool:
    """A straight stroke that leans to the right more than the writing does."""
    y, x = np.nonzero(mine)
    lean, start = np.polyfit(y, x, 1)
    astray = np.abs(x - lean * y - start) / np.hypot(1, lean)
    return bool(-lean > max(place.lean, 0.0) * 0.5 + LEANING and np.quantile(astray, 0.9) < STRAIGHT * place.pen)


def _is_plus(mine: Mask) -> bool:
    """Two bars that cross in the middle, and nothing in the four corners."""
    rows, columns = mine.shape
    if not 0.5 < columns / rows < 2:
        return False
    down, across = rows * 3 // 8, columns * 3 // 8
    corners = [mine[i : i + down, j : j + across].sum() for i in (0, rows - down) for j in (0, columns - across)]
    upper, left = mine[: rows // 4], mine[:, : columns // 4]
    lower, right = mine[rows - rows // 4 :], mine[:, columns - columns // 4 :]
    return bool(sum(corners) < 0.1 * mine.sum() and all(arm.any() for arm in (upper, lower, left, right)))
