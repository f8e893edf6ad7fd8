"""A hand that follows a skeleton, never twice alike: it wobbles, bends, slants, hurries and rounds corners.

All writings of one allograph are made at once; n is how many.
points: (n, points, 2), the control points of one stroke, in the skeleton's units: a digit is 100 high, some 60 wide
line:   (n, line points, 2), the same stroke as the straight pieces that the pen draws
Habits below are (mean, spread) or the spread alone of normal distributions. They were set by looking: at sheets of
digits beside MNIST's training digits, and at averages over those (how wide, how slanted, how much ink).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.synthetic.pen.skeletons import Allograph, Stroke

Array = NDArray[np.float64]

PAD = 280.0  # width and height of the pad that is written on, in its own units
PIECE = 9.0  # about how long a straight piece of a line is: under two pixels, once framed

CARELESS = (-0.1, 0.4)  # log of how far a hand strays, beside the average hand
ALONE = 4.5  # how far a control point strays by itself
TOGETHER = 2.5  # how far a stroke strays as a whole
REACH = (0.02, 0.22)  # how much too early a stroke begins and too late it ends, as a share of the way to the next point
CUT = 0.4  # how far the fastest hand cuts a curve
WAIST = 10.0  # how far the middle moves down
BOW = 6.0  # how far the middle moves sideways
SAG = 4.0  # how far the sides hang down
TAPER = 0.25  # how much wider the top is than the foot, as a share of the width
FULLER = 0.1  # how much wider the right half is than the left
LEAN = 0.1  # how much higher the right half is than the left
WIDTH = (0.2, 0.23)  # log of the width, beside the skeleton's
SLANT = (0.16, 0.25)  # to the right, as the tangent of the angle
TURN = 0.08  # of the whole digit, radians
SIZE = (np.log(130.0), 0.3)  # log of the longest side, in units of the pad
SMALLEST, LARGEST = 40.0, 250.0
PLACE = 15.0  # of the digit's middle, around the middle of the pad


def write(allograph: Allograph, n: int, rng: np.random.Generator, care: float = 0.0) -> list[list[Array]]:
    """Write an allograph n times: n drawings, each a list of strokes (line points, 2), on a pad of 280 × 280 units.

    care: how much more carefully than usual, as a log: with 0.5 the hand strays 0.6 times as far.

    >>> from digitlens.digits.synthetic.pen.skeletons import ALLOGRAPHS
    >>> drawings = write(ALLOGRAPHS[0], 3, np.random.default_rng(0))
    >>> len(drawings), [stroke.shape for stroke in drawings[0]]
    (3, [(35, 2)])
    """
    speed = rng.beta(1.5, 2.5, n)  # 0: careful; 1: as fast as can be
    careless = np.exp(rng.normal(*CARELESS, n) - care)
    strokes = [_hurry(_reach(_wobble(s.points, careless, rng), rng), speed) for s in allograph.strokes]
    rounding = np.minimum(1.2 * speed, 1.0)
    bent = _bend(strokes, rng)
    lines = [_line(points, stroke, rounding) for points, stroke in zip(bent, allograph.strokes, strict=True)]
    placed = _place(lines, rng)
    return [[line[i] for line in placed] for i in range(n)]


def _wobble(skeleton: Array, careless: Array, rng: np.random.Generator) -> Array:
    """(points, 2) -> (n, points, 2): each control point strays a little, and so does each stroke as a whole."""
    n = len(careless)
    alone = rng.normal(0.0, ALONE, (n, len(skeleton), 2))
    together = rng.normal(0.0, TOGETHER, (n, 1, 2))
    wobbled: Array = skeleton + careless[:, None, None] * (alone + together)
    return wobbled


def _reach(points: Array, rng: np.random.Generator) -> Array:
    """Begin and end too early or too late, along the way the pen was going."""
    more = rng.normal(*REACH, (len(points), 2, 1))
    reached = points.copy()
    reached[:, 0] += more[:, 0] * (points[:, 0] - points[:, 1])
    reached[:, -1] += more[:, 1] * (points[:, -1] - points[:, -2])
    return reached


def _hurry(points: Array, speed: Array) -> Array:
    """Cut the curves: a fast hand turns before it has arrived, a slow one swings a little wide."""
    cut = points.copy()
    between = (points[:, :-2] + points[:, 2:]) / 2
    cut[:, 1:-1] += CUT * (speed[:, None, None] - 0.2) * (between - points[:, 1:-1])
    return cut


def _bend(strokes: list[Array], rng: np.random.Generator) -> list[Array]:
    """Bend the whole digit smoothly, all its strokes alike; the middle (30, 50) becomes (0, 0)."""
    spreads = (WAIST, BOW, SAG, TAPER, FULLER, LEAN)
    waist, bow, sag, taper, fuller, lean = rng.normal(0.0, np.array(spreads)[:, None, None], (6, len(strokes[0]), 1))
    bent = []
    for points in strokes:
        x, y = points[..., 0] / 30.0 - 1.0, points[..., 1] / 50.0 - 1.0  # about -1 to 1, both
        arch = np.cos(np.pi / 2 * np.clip(y, -1.0, 1.0))  # 1 in the middle, 0 at the top and the foot
        bent_x = 30.0 * (x * (1.0 - taper * y) + fuller * np.abs(x)) + bow * arch
        bent_y = 50.0 * y * (1.0 + lean * x) + waist * arch + sag * x * x
        bent.append(np.stack([bent_x, bent_y], axis=-1))
    return bent


def _place(lines: list[Array], rng: np.random.Generator) -> list[Array]:
    """Make the digit wide or narrow, slant it, turn it, and put it somewhere on the pad, large or small."""
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
    middle = middle.clip(room, PAD - room)  # nobody writes over the edge
    return [(line - (low + high) / 2) * scale + middle for line in turned]


def _line(points: Array, stroke: Stroke, rounding: Array) -> Array:
    """A smooth line through control points: cubic pieces whose slopes agree, but for corners that are not rounded.

    points: (n, points, 2); rounding: (n,), 0 keeps corners, 1 makes them as smooth as the rest  ->  (n, line points, 2)
    """
    chords = np.diff(points, axis=1)  # (n, points - 1, 2)
    # The pen's time for a chord is the root of its length: such a ("centripetal") spline makes no loops of its own.
    time = np.sqrt(np.sqrt((chords * chords).sum(axis=-1, keepdims=True)) + 1e-6)
    pace = chords / time
    before, after = time[:, :-1], time[:, 1:]
    smooth = (pace[:, :-1] * after + pace[:, 1:] * before) / (before + after)  # (n, points - 2, 2), at inner points
    sharp = (stroke.corners * (1.0 - rounding[:, None]))[:, 1:-1, None]  # (n, points - 2, 1)
    first = 1.5 * pace[:, :1] - 0.5 * smooth[:, :1]  # no bending at the very ends
    last = 1.5 * pace[:, -1:] - 0.5 * smooth[:, -1:]
    leaving = np.concatenate([first, smooth + sharp * (pace[:, 1:] - smooth)], axis=1) * time
    arriving = np.concatenate([smooth + sharp * (pace[:, :-1] - smooth), last], axis=1) * time
    line = [points[:, :1]]
    for i, length in enumerate(np.sqrt((np.diff(stroke.points, axis=0) ** 2).sum(axis=1))):
        pieces = int(np.ceil(length * 1.1 / PIECE))
        t = np.arange(1, pieces + 1)[:, None] / pieces  # (pieces, 1)
        here = slice(i, i + 1)
        square = 3.0 * chords[:, here] - 2.0 * leaving[:, here] - arriving[:, here]
        cube = leaving[:, here] + arriving[:, here] - 2.0 * chords[:, here]
        line.append(points[:, here] + t * (leaving[:, here] + t * (square + t * cube)))
    return np.concatenate(line, axis=1)
