"""Takes away a circle around a digit, as around the number of a question, or a box of any shape.

A circle is a thin piece of ink, about as wide as it is high, that goes all around another one of a digit's size and
touches it nowhere. No digit is like that, what lies within a 0, a 6 or an 8 is paper, but for one: a 0 with a slash. So
one straight stroke counts as a digit only if it is short for the circle, and the circle is round.

ink: (rows, columns) float64, 0 nothing to 1 full ink
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.connected_components import Mask, Pieces, pieces_of
from digitlens.digits.preparation.framing import Image
from digitlens.digits.preparation.specks import cells_of

CELLS = 200  # along the longest side
LEAST_SIDE = 48  # pixels: in a smaller picture nothing has room for a digit within
INSIDE = 0.25  # of the height of a circle: the least height of the digit in it
LONGEST = 1.7  # times the shorter side of a circle: its longer one
HOLLOW = 0.45  # of its box: the most ink of a circle
MOST = 3  # circles, one in the other
STRAIGHT = 0.25  # of how far it spreads along: how far a straight stroke spreads across
ROUND = 0.8  # the same of a circle around a 1, at least
SHORT = 0.65  # of the circle's diameter: the length of a 1 in it, at most


def without_circles(ink: Image) -> Image:
    """The ink within the innermost circle; the same array if there is none."""
    if min(ink.shape) < LEAST_SIDE:
        return ink
    size = math.ceil(max(ink.shape) / CELLS)
    pieces = pieces_of(cells_of(ink, size) > 0.05)
    stay = None
    for _ in range(MOST):
        within = _within_largest(pieces)
        if within is None:
            break
        stay = np.concatenate([[False], within])[pieces.labels]
        pieces = pieces_of(stay)
    if stay is None:
        return ink
    return np.where(stay.repeat(size, axis=0).repeat(size, axis=1)[: ink.shape[0], : ink.shape[1]], ink, 0.0)


def _within_largest(pieces: Pieces) -> NDArray[np.bool_] | None:
    """Which pieces lie within the largest, (n,); None if it is no circle around a digit."""
    if len(pieces) < 2:
        return None
    high, wide = pieces.boxes[:, 2] - pieces.boxes[:, 0], pieces.boxes[:, 3] - pieces.boxes[:, 1]
    i = int((high * wide).argmax())
    if max(high[i], wide[i]) > LONGEST * min(high[i], wide[i]) or pieces.areas[i] > HOLLOW * high[i] * wide[i]:
        return None
    hollow = _hollow(pieces.labels == i + 1)
    inside = np.bincount(pieces.labels[hollow], minlength=len(pieces) + 1)[1:]
    within: NDArray[np.bool_] = inside == pieces.areas
    if not (high[within] >= INSIDE * high[i]).any():
        return None
    digit = np.concatenate([[False], within])[pieces.labels]
    return None if _is_slash(_spreads(digit), _spreads(pieces.labels == i + 1)) else within


def _is_slash(stroke: tuple[float, float], circle: tuple[float, float]) -> bool:
    """Whether what lies in a circle is the slash of a 0. Both: how far it spreads along, and across."""
    if stroke[1] >= STRAIGHT * stroke[0]:
        return False
    length, diameter = math.sqrt(12) * stroke[0], math.sqrt(8) * circle[0]  # of a line, and of a ring
    return circle[1] < ROUND * circle[0] or length > SHORT * diameter


def _spreads(mask: Mask) -> tuple[float, float]:
    """How far a mask spreads: the standard deviation along its longer axis, and across, in cells."""
    y, x = np.nonzero(mask)
    down, along, both = (float(np.mean((a - a.mean()) * (b - b.mean()))) for a, b in ((y, y), (x, x), (y, x)))
    apart = math.hypot((down - along) / 2, both)
    return math.sqrt((down + along) / 2 + apart), math.sqrt(max((down + along) / 2 - apart, 0.0))


def _hollow(circle: Mask) -> Mask:
    """Everything that a piece goes around."""
    closed = np.pad(circle, 1)
    closed[:, 1:] |= closed[:, :-1]  # where the next cell of it is a diagonal step away, paper does not get through
    others = pieces_of(~closed)
    hollow: Mask = ((others.labels != 0) & (others.labels != others.labels[0, 0]))[1:-1, 1:-1]
    return hollow
