"""A model of handwriting: a hand follows a skeleton and varies it. It wobbles, bends, slants, hurries, rounds corners.

All n drawings of one allograph are made at once.
points: (n, points, 2), the control points of one stroke, in the skeleton's units: a digit is 100 high, some 60 wide
line:   (n, line points, 2), the same stroke as the straight pieces that the pen draws
The constants below are (mean, spread), or the spread alone, of normal distributions. They were set by comparing sheets
of pen digits with MNIST's training digits, by eye and by averages (width, slant, amount of ink).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.synthetic.pen.skeletons import Allograph, Stroke

Array = NDArray[np.float64]

PAD = 280.0  # width and height of the writing pad, in its own units
PIECE = 9.0  # length of a straight piece of a line, about: under two pixels after framing

CARELESS = (-0.1, 0.4)  # log of a hand's deviations, relative to the average hand
ALONE = 4.5  # deviation of a single control point
TOGETHER = 2.5  # deviation of a whole stroke
REACH = (0.02, 0.22)  # how far a stroke is extended at each end, as a share of the distance to the next point
CUT = 0.4  # how much the fastest hand cuts a curve
WAIST = 10.0  # shift of the middle downwards
BOW = 6.0  # shift of the middle sideways
SAG = 4.0  # shift of the sides downwards
TAPER = 0.25  # top wider than bottom, as a share of the width
FULLER = 0.1  # right half wider than the left
LEAN = 0.1  # right half higher than the left
WIDTH = (0.2, 0.23)  # log of the width, relative to the skeleton's
SLANT = (0.16, 0.25)  # to the right, as the tangent of the angle
TURN = 0.08  # rotation of the whole digit, radians
SIZE = (np.log(130.0), 0.3)  # log of the longest side, in units of the pad
SMALLEST, LARGEST = 40.0, 250.0
PLACE = 15.0  # shift of the digit's middle from the middle of the pad


def write(allograph: Allograph, n: int, rng: np.random.Generator, care: float = 0.0) -> list[list[Array]]:
    """Write an allograph n times: n drawings, each a list of strokes (line points, 2), on a pad of 280 × 280 units.

    care: how much more carefully than usual, as a log: with 0.5 the deviations are 0.6 times as large.

    >>> from digitlens.digits.synthetic.pen.skeletons import ALLOGRAPHS
    >>> drawings = write(ALLOGRAPHS[0], 3, np.random.default_rng(0))
    >>> len(drawings), [stroke.shape for stroke in drawings[0]]
    (3, [(35, 2)])
    """
    speed = rng.beta(1.5, 2.5, n)  # 0: careful; 1: as fast as possible
    careless = np.exp(rng.normal(*CARELESS, n) - care)
    strokes = [_hurry(_reach(_wobble(s.points, careless, rng), rng), speed) for s in allograph.strokes]
    rounding = np.minimum(1.2 * speed, 1.0)
    bent = _bend(strokes, rng)
    lines = [_line(points, stroke, rounding) for points, stroke in zip(bent, allograph.strokes, strict=True)]
    placed = _place(lines, rng)
    return [[line[i] for line in placed] for i in range(n)]


def _wobble(skeleton: Array, careless: Array, rng: np.random.Generator) -> Array:
    """(points, 2) -> (n, points, 2): random deviations of each control point and of each stroke as a whole."""
    n = len(careless)
    alone = rng.normal(0.0, ALONE, (n, len(skeleton), 2))
    together = rng.normal(0.0, TOGETHER, (n, 1, 2))
    wobbled: Array = skeleton + careless[:, None, None] * (alone + together)
    return wobbled


def _reach(points: Array, rng: np.random.Generator) -> Array:
    """Lengthen or shorten the ends of the strokes, in their own direction."""
    more = rng.normal(*REACH, (len(points), 2, 1))
    reached = points.copy()
    reached[:, 0] += more[:, 0] * (points[:, 0] - points[:, 1])
    reached[:, -1] += more[:, 1] * (points[:, -1] - points[:, -2])
    return reached


def _hurry(points: Array, speed: Array) -> Array:
    """Cut the curves: a fast hand turns before it reaches a control point, a slow one overshoots a little."""
    cut = points.copy()
    between = (points[:, :-2] + points[:, 2:]) / 2
    cut[:, 1:-1] += CUT * (speed[:, None, None] - 0.2) * (between - points[:, 1:-1])
    return cut


def _bend(strokes: list[Array], rng: np.random.Generator) -> list[Array]:
    """Bend the whole digit smoothly, all its strokes in the same way; the middle (30, 50) becomes (0, 0)."""
    spreads = (WAIST, BOW, SAG, TAPER, FULLER, LEAN)
    waist, bow, sag, taper, fuller, lean = rng.normal(0.0, np.array(spreads)[:, None, None], (6, len(strokes[0]), 1))
    bent = []
    for points in strokes:
        x, y = points[..., 0] / 30.0 - 1.0, points[..., 1] / 50.0 - 1.0  # about -1 to 1, both
        arch = np.cos(np.pi / 2 * np.clip(y, -1.0, 1.0))  # 1 in the middle, 0 at the top and the bottom
        bent_x = 30.0 * (x * (1.0 - taper * y) + fuller * np.abs(x)) + bow * arch
        bent_y = 50.0 * y * (1.0 + lean * x) + waist * arch + sag * x * x
        bent.append(np.stack([bent_x, bent_y], axis=-1))
    return bent


def _place(lines: list[Array], rng: np.random.Generator) -> list[Array]:
    """Stretch, slant, rotate and scale the digit, and place it on the pad."""
    n = len(lines[0])
    width = np.exp(rng.normal(*WIDTH, (n, 1)))
    slant = rng.normal(*SLANT, (n, 1))
    turn = rng.normal(0.0, TURN, (n, 1))
    size = np.exp(rng.normal(*SIZE, (n, 1, 1))).clip(SMALLEST, LARGEST)
    middle = PAD / 2 + rng.normal(0.0, PLACE, (n, 1, 2))
    turned = []
    for line in lines:
        x, y = line[..., 0] * width - line[..., 1] * slant, line[..., 1]  # y points down: to the right is minus
        turned.append(np.stack([np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y], axis=-1))
    everything = np.concatenate(turned, axis=1)
    low, high = everything.min(axis=1, keepdims=True), everything.max(axis=1, keepdims=True)  # (n, 1, 2)
    scale = size / (high - low).max(axis=-1, keepdims=True)
    room = scale * (high - low) / 2
    middle = middle.clip(room, PAD - room)  # within the pad
    return [(line - (low + high) / 2) * scale + middle for line in turned]


def _line(points: Array, stroke: Stroke, rounding: Array) -> Array:
    """A smooth line through control points: cubic pieces with equal slopes where they meet, except at corners.

    points: (n, points, 2); rounding: (n,), 0 keeps corners, 1 makes them smooth  ->  (n, line points, 2)
    """
    chords = np.diff(points, axis=1)  # (n, points - 1, 2)
    # A centripetal spline: the time for a chord is the root of its length. Such a spline adds no loops of its own.
    time = np.sqrt(np.sqrt((chords * chords).sum(axis=-1, keepdims=True)) + 1e-6)
    pace = chords / time
    before, after = time[:, :-1], time[:, 1:]
    smooth = (pace[:, :-1] * after + pace[:, 1:] * before) / (before + after)  # (n, points - 2, 2), at inner points
    sharp = (stroke.corners * (1.0 - rounding[:, None]))[:, 1:-1, None]  # (n, points - 2, 1)
    first = 1.5 * pace[:, :1] - 0.5 * smooth[:, :1]  # no curvature at the ends
    last = 1.5 * pace[:, -1:] - 0.5 * smooth[:, -1:]
    leaving = np.concatenate([first, smooth + sharp * (pace[:, 1:] - smooth)], axis=1) * time
    arriving = np.concatenate([smooth + sharp * (pace[:, :-1] - smooth), last], axis=1) * time
    line = [points[:, :1]]
    for i, length in enumerate(np.sqrt((np.diff(stroke.points, axis=0) ** 2).sum(axis=1))):
        pieces = int(np.ceil(length * 1.1 / PIECE))
        t = np.arange(1, pieces + 1)[:, None] / pieces  # (pieces, 1)
        now = slice(i, i + 1)
        square = 3.0 * chords[:, now] - 2.0 * leaving[:, now] - arriving[:, now]
        cube = leaving[:, now] + arriving[:, now] - 2.0 * chords[:, now]
        line.append(points[:, now] + t * (leaving[:, now] + t * (square + t * cube)))
    return np.concatenate(line, axis=1)
