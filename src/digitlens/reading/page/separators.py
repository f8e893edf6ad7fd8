"""Separators: dashes, dots, commas, slashes, brackets and plus signs, recognised by shape and place alone.

mine: (rows, columns) bool, the ink of one piece
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitlens.digits.preparation.connected_components import Mask

SMALL = 0.3  # a piece that is smaller in both directions is a dot or a comma
STACKED = 0.52  # so is a piece that is smaller than this and has another such piece above or below it: a colon
LOW_DOWN = 0.4  # so is a piece that is lower than this and starts below the middle
DEEP, HANGING = 0.6, 0.05  # or one that is lower than this and reaches so far below the digits
FLAT = 0.3  # a piece that is lower, and wider than high, is a dash
HIGHER = 1.15  # the least height of a slash
LEANING = 0.15  # columns to the right for each row up, beyond the slant of the writing: the least slant of a slash ...
HIGH = 1.35  # ... unless it is this high
STRAIGHT = 0.5, 0.025  # of the pen's width, and of its height: the largest deviation of a slash from a straight line
EVEN = 0.8  # of the pen's width: the largest deviation of a bracket from an even bend
BENT = 0.07  # of its height: how far the middle of a bracket lies beside its ends, at least
LARGE, BOWED = 1.5, 1.4  # a slash of this height may deviate so many times as far, if ...
AWAY = 0.2  # ... it leans by as many columns for each row
SOFT = 1.0  # pixels at both sides of a stroke that belong to its piece
BRACKET = 1.3  # the least height of a bracket
SURE, LIKELY = 0.3, 0.8  # nats: the cost of calling a piece a separator


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece lies relative to the digits beside it, in heights of these digits."""

    high: float  # its height
    wide: float  # its width
    top: float  # how far its top is below theirs
    foot: float  # how far its foot is above theirs
    between: bool  # there are digits on both sides
    lean: float  # slant of the writing in this line: columns to the left for each row down
    pen: float  # the pen's width, in pixels
    stacked: bool = False  # another small piece stands above or below it


def separator(mine: Mask, place: Place) -> tuple[str, float]:
    """The kind of separator that a piece looks like, and the cost of calling it one, in nats; "" if it looks like none.

    >>> separator(np.ones((4, 20), bool), Place(high=0.1, wide=0.5, top=0.4, foot=0.5, between=True, lean=0.0, pen=4.0))
    ('dash', 0.3)
    """
    if place.high < SMALL and place.wide < SMALL:
        return "dot", SURE
    if place.high < FLAT and place.wide > 1.3 * place.high:
        return "dash", SURE
    if place.high < 0.4 and place.wide > 1.8 * place.high:
        return "dash", LIKELY
    if place.stacked and place.high < STACKED and place.wide < STACKED:
        return "dot", SURE
    if place.high < LOW_DOWN and place.wide < SMALL and place.top > 0.5:
        return "comma", SURE
    if place.between and place.high < DEEP and place.wide < SMALL and place.top > 0.5 and place.foot < -HANGING:
        return "comma", SURE
    if is_slash(mine, place):
        return "slash", SURE
    if place.high > BRACKET and place.wide < 0.5 * place.high and _is_bracket(mine, place.pen):
        return "bracket", SURE
    if 0.35 < place.high < 1.0 and _is_plus(mine):
        return "plus", SURE
    return "", 0.0


def is_slash(mine: Mask, place: Place) -> bool:
    """Whether this is a straight stroke between digits, higher than they are, that leans further to the right."""
    if not (place.between and place.high > HIGHER and place.wide < 1.2 * place.high):
        return False
    y, x = np.nonzero(mine)
    lean, start = np.polyfit(y, x, 1)
    deviation = np.quantile(np.abs(x - lean * y - start) / np.hypot(1, lean), 0.9)
    leaning = place.high > HIGH or -lean > max(place.lean, 0.0) * 0.5 + LEANING
    most = STRAIGHT[0] * place.pen + STRAIGHT[1] * len(mine)
    return bool(leaning and deviation < most * (BOWED if place.high > LARGE and -lean > AWAY else 1.0))


def _is_bracket(mine: Mask, pen: float) -> bool:
    """Whether this is one thin stroke from top to bottom that bends to one side, and evenly."""
    ink = mine.sum(axis=1)
    if not ink.all() or float(np.median(ink)) > 2 * (pen + SOFT):
        return False
    row = np.linspace(-1, 1, len(mine))
    middle = (mine * np.arange(mine.shape[1])).sum(axis=1) / ink
    curve = np.polyfit(row, middle, 2)
    away = np.abs(middle - np.polyval(curve, row))
    return bool(abs(curve[0]) >= BENT * len(mine) and np.quantile(away, 0.9) < EVEN * pen)


def _is_plus(mine: Mask) -> bool:
    """Whether this is two bars that cross in the middle, with empty corners."""
    rows, columns = mine.shape
    if not 0.5 < columns / rows < 2:
        return False
    down, across = rows * 3 // 8, columns * 3 // 8
    corners = [mine[i : i + down, j : j + across].sum() for i in (0, rows - down) for j in (0, columns - across)]
    upper, left = mine[: rows // 4], mine[:, : columns // 4]
    lower, right = mine[rows - rows // 4 :], mine[:, columns - columns // 4 :]
    return bool(sum(corners) < 0.1 * mine.sum() and all(arm.any() for arm in (upper, lower, left, right)))
