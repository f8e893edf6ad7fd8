"""A hand that follows a skeleton, never twice alike: it wobbles, slants, hurries, misses ends and rounds corners.

All of one allograph's writings are made at once; n is how many.
points: (n, points, 2), the control points of one stroke, in the skeleton's units (a digit is 100 high)
line:   (n, line points, 2), the same stroke as the straight pieces that the pen draws
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.pen.skeletons import Allograph, Stroke

Array = NDArray[np.float64]

PAD = 280.0  # width and height of the pad that is written on, in its own units
PIECE = 9.0  # about how long a straight piece of a line is: under two pixels, once framed


def write(allograph: Allograph, n: int, rng: np.random.Generator) -> list[list[Array]]:
    """Write an allograph n times; n lists of strokes, each (line points, 2), somewhere on a pad of 280 × 280 units.

    >>> from digitlens.digits.pen.skeletons import ALLOGRAPHS
    >>> drawings = write(ALLOGRAPHS[0], 3, np.random.default_rng(0))
    >>> len(drawings), [stroke.shape for stroke in drawings[0]]
    (3, [(33, 2)])
    """
    speed = rng.beta(1.5, 2.5, n)  # 0: careful; 1: as fast as can be
    care = np.exp(rng.normal(-0.1, 0.4, n))  # how far the hand strays from its skeleton
    bend = _bending(n, rng)
    lines = []
    for stroke in allograph.strokes:
        points = _wobble(stroke.points, care, rng)
        points = _extend(points, rng)
        points = _hurry(points, speed)
        lines.append(_line(bend(points), stroke, rounding=np.minimum(1.2 * speed, 1.0)))
    place = _placing(n, rng)
    lines = [place(line) for line in lines]
    return [[line[i] for line in lines] for i in range(n)]


def _wobble(skeleton: Array, care: Array, rng: np.random.Generator) -> Array:
    """(points, 2) -> (n, points, 2): each control point strays a little, all of a stroke somewhat further together."""
    n, points = len(care), len(skeleton)
    alone = rng.normal(0.0, 3.0, (n, points, 2))
    together = rng.normal(0.0, 2.0, (n, 1, 2))
    wobbled: Array = skeleton + care[:, None, None] * (alone + together)
    return wobbled


def _extend(points: Array, rng: np.random.Generator) -> Array:
    """Begin and end too early or too late, along the way the pen was going."""
    n = len(points)
    more = rng.normal(0.02, 0.16, (n, 2, 1))
    points = points.copy()
    first, last = points[:, 0] - points[:, 1], points[:, -1] - points[:, -2]
    points[:, 0] += more[:, 0] * first
    points[:, -1] += more[:, 1] * last
    return points


def _hurry(points: Array, speed: Array) -> Array:
    """Cut the curves: a fast hand turns before it has arrived."""
    cut = points.copy()
    between = (points[:, :-2] + points[:, 2:]) / 2
    cut[:, 1:-1] += 0.25 * (speed[:, None, None] - 0.2) * (between - points[:, 1:-1])
    return cut


class _bending:  # noqa: N801  # reads as a verb where it is used
    """Bend the whole digit smoothly: the upper half larger or smaller than the lower, wider or narrower, bowed."""

    def __init__(self, n: int, rng: np.random.Generator) -> None:
        self.waist = rng.normal(0.0, 6.0, (n, 1))  # how far the middle moves down
        self.wider = rng.normal(0.0, 0.16, (n, 1))  # the top's width over the foot's
        self.bow = rng.normal(0.0, 4.0, (n, 1))  # how far the middle moves sideways
        self.fuller = rng.normal(0.0, 0.08, (n, 1))  # right half over left half

    def __call__(self, points: Array) -> Array:
        x, y = points[..., 0] - 30.0, points[..., 1] / 100.0
        arch = np.sin(np.pi * np.clip(y, 0.0, 1.0))
        bowed = x * (1 + self.wider * (1 - 2 * y)) + self.bow * arch + self.fuller * np.abs(x)
        return np.stack([bowed, 100.0 * (y - 0.5) + self.waist * arch], axis=-1)


def _placing(n: int, rng: np.random.Generator):  # type: ignore[no-untyped-def]
    height = np.exp(rng.normal(np.log(130.0), 0.25, n)).clip(50.0, 200.0) / 100.0
    narrow = np.exp(rng.normal(0.0, 0.18, n))
    slant = rng.normal(0.15, 0.22, n)
    turn = rng.normal(0.0, 0.08, n)
    centre = PAD / 2 + rng.normal(0.0, 12.0, (n, 1, 2))
    # (x, y) -> stretch, then slant to the right, then turn
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.empty((n, 2, 2))
    matrix[:, 0, 0], matrix[:, 0, 1] = cos * narrow, -cos * slant - sin
    matrix[:, 1, 0], matrix[:, 1, 1] = sin * narrow, -sin * slant + cos
    matrix *= height[:, None, None]
    return lambda line: line @ matrix.transpose(0, 2, 1) + centre


def _line(points: Array, stroke: Stroke, rounding: Array) -> Array:
    """A smooth line through control points: cubic pieces whose tangents agree, but for corners that are not rounded.

    points: (n, points, 2); rounding: (n,), 0 keeps corners, 1 makes them as smooth as the rest  ->  (n, line points, 2)
    """
    chords = np.diff(points, axis=1)  # (n, points - 1, 2)
    time = np.sqrt(np.sqrt((chords * chords).sum(axis=-1, keepdims=True)) + 1e-6)  # centripetal: no loops of its own
    pace = chords / time
    before, after = time[:, :-1], time[:, 1:]
    smooth = (pace[:, :-1] * after + pace[:, 1:] * before) / (before + after)  # (n, points - 2, 2) at inner points
    first = 1.5 * pace[:, :1] - 0.5 * smooth[:, :1] if len(stroke.points) > 2 else pace
    last = 1.5 * pace[:, -1:] - 0.5 * smooth[:, -1:] if len(stroke.points) > 2 else pace
    sharp = (stroke.corners[None, :] * (1 - rounding[:, None]))[:, 1:-1, None]  # (n, points - 2, 1)
    leaving = np.concatenate([first, smooth + sharp * (pace[:, 1:] - smooth)], axis=1) * time
    arriving = np.concatenate([smooth + sharp * (pace[:, :-1] - smooth), last], axis=1) * time
    lengths = np.sqrt((np.diff(stroke.points, axis=0) ** 2).sum(axis=1))
    line = [points[:, :1]]
    for i, length in enumerate(lengths):
        pieces = int(np.ceil(length * 1.1 / PIECE))
        t = (np.arange(pieces) + 1)[:, None] / pieces
        line.append(
            points[:, i : i + 1]
            + t * leaving[:, i : i + 1]
            + t * t * (3 * chords[:, i : i + 1] - 2 * leaving[:, i : i + 1] - arriving[:, i : i + 1])
            + t * t * t * (leaving[:, i : i + 1] + arriving[:, i : i + 1] - 2 * chords[:, i : i + 1])
        )
    return np.concatenate(line, axis=1)
