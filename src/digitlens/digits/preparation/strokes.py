"""Draws pen strokes as ink, at any size: a pixel is inked if the pen passes close to its centre.

A stroke: (points, 2) float64, each point (x, y) with y pointing down; a stroke of one point is a dot.
A drawing: a sequence of strokes.
Coordinates are pixels: the pixel in row r and column c covers [c, c+1] × [r, r+1], and its centre is (c + ½, r + ½).
Ink: (rows, columns) float64 in [0, 1], where

    ink of a pixel = clamp(radius + ½ − distance from the pixel's centre to the nearest point of any stroke, 0, 1)

The radius is half the pen's width in pixels; the half pixel more is a soft edge (anti-aliasing). Framing is done on the
geometry, before inking, so the pen keeps its width whatever the size of the drawing. The rules are those of framing.py,
and the pen's width counts as ink.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from digitlens.digits.preparation.framing import BOX, CENTRE, SIDE
from digitlens.errors import ShapeError

Array = NDArray[np.float64]
Drawing = Sequence[Array]

MIDDLE = CENTRE + 0.5  # the target of the centre of mass: the centre of that pixel

MOST_POINTS = 100_000  # of one drawing
MOST_SIDE = 4_096  # rows or columns of a picture
MOST_WORK = 500_000_000  # pixels visited, summed over the pieces of the strokes: about ten seconds
TOGETHER = 512  # drawings inked at once
FARTHEST = 1e9  # the largest coordinate: beyond it, float64 no longer tells pixels apart reliably


@dataclass(frozen=True, slots=True, eq=False)
class FramedStrokes:
    """Strokes moved and scaled like MNIST's digits: framed = stroke × scale + shift."""

    strokes: tuple[Array, ...]  # each (points, 2), in the pixels of a 28×28 picture
    scale: float
    shift: tuple[float, float]  # (x, y) in pixels of the framed picture
    radius: float  # half the pen's width, for which the frame was chosen

    def ink(self) -> Array:
        """The picture, (28, 28) in [0, 1]."""
        return ink_strokes(self.strokes, (SIDE, SIDE), self.radius)


def ink_strokes(strokes: Drawing, shape: tuple[int, int], radius: float) -> Array:
    """Draw strokes as ink, by the formula above. No strokes give no ink.

    strokes: sequence of (points, 2), in pixels; shape: (rows, columns); radius: in pixels  ->  (rows, columns), 0..1
    Raises ShapeError for strokes, shapes and radii that are malformed, not finite, or beyond the limits.

    >>> ink_strokes([np.array([[0.5, 1.5], [3.5, 1.5]])], (3, 4), radius=0.75)
    array([[0.25, 0.25, 0.25, 0.25],
           [1.  , 1.  , 1.  , 1.  ],
           [0.25, 0.25, 0.25, 0.25]])
    """
    strokes = _checked(strokes, "ink_strokes()")
    rows, columns = _checked_shape(shape)
    reach = _checked_radius(radius, "ink_strokes()") + 0.5
    squared = np.full((rows, columns), np.inf)  # distance² from each pixel's centre to the nearest point so far
    starts, ends, _ = _pieces([strokes])
    low, high = _windows(starts, ends, reach)
    low, high = np.maximum(low, 0), np.minimum(high, [columns, rows])
    work = float(np.prod(np.maximum(high - low, 0).astype(float), axis=1).sum())
    if work > MOST_WORK:
        raise ShapeError(
            f"ink_strokes() visits at most {MOST_WORK:,} pixels, got strokes that need {work:,.0f}; "
            "use a smaller picture, a thinner pen or fewer points"
        )
    for (x, y), (to_x, to_y), (left, top), (right, bottom) in zip(starts, ends, low, high, strict=True):
        if left >= right or top >= bottom:  # outside the picture
            continue
        along_x, along_y = to_x - x, to_y - y
        length2 = along_x * along_x + along_y * along_y
        from_x = np.arange(left, right) + 0.5 - x  # (columns of the window,)
        from_y = (np.arange(top, bottom) + 0.5 - y)[:, None]  # (rows of the window, 1)
        share = from_x * along_x + from_y * along_y
        share = np.clip(share / length2, 0.0, 1.0) if length2 > 0 else 0.0 * share  # how far along the nearest point is
        away_x, away_y = from_x - share * along_x, from_y - share * along_y
        window = squared[top:bottom, left:right]
        np.minimum(window, away_x * away_x + away_y * away_y, out=window)
    ink: Array = np.clip(reach - np.sqrt(squared), 0.0, 1.0)
    return ink


def frame_strokes(strokes: Drawing, radius: float) -> FramedStrokes:
    """Move and scale strokes like MNIST's digits (LeCun et al. 1998, section III.A); the pen keeps its width.

    The longest side of the *ink* (the strokes' box plus the pen's width) becomes 20 pixels; then the ink's centre of
    mass is moved to the centre of pixel 14. The mass is measured with the box in the middle of the picture, so framing
    again changes nothing. A dot, which has no size, keeps its scale.

    strokes: sequence of (points, 2), in any unit; radius: in pixels of the framed picture, below 10
    Raises ShapeError for strokes and radii that are malformed, not finite, or beyond the limits.

    >>> framed = frame_strokes([np.array([[100.0, 50.0], [100.0, 230.0]])], radius=1.0)
    >>> framed.scale, framed.strokes[0].round(6).tolist()
    (0.1, [[14.5, 5.5], [14.5, 23.5]])
    """
    strokes = _checked(strokes, "frame_strokes()")
    radius = _checked_radius(radius, "frame_strokes()", below=BOX / 2)
    if not strokes:
        return FramedStrokes((), 1.0, (0.0, 0.0), radius)
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = float(_scales(low, high, radius))
    boxed = [(stroke - (low + high) / 2) * scale + SIDE / 2 for stroke in strokes]  # the box in the middle
    ink = ink_strokes(boxed, (SIDE, SIDE), radius)
    move = MIDDLE - centre_of_mass(ink)
    shift = SIDE / 2 - (low + high) / 2 * scale + move
    return FramedStrokes(tuple(stroke + move for stroke in boxed), scale, (float(shift[0]), float(shift[1])), radius)


def centre_of_mass(ink: Array) -> Array:
    """The centre of mass of the ink, (x, y) in pixels; without ink, the middle of a framed picture.

    ink: (..., rows, columns)  ->  (..., 2)

    >>> centre_of_mass(np.eye(3)).tolist()
    [1.5, 1.5]
    """
    mass = ink.sum(axis=(-2, -1))
    x = ink.sum(axis=-2) @ (np.arange(ink.shape[-1]) + 0.5)
    y = ink.sum(axis=-1) @ (np.arange(ink.shape[-2]) + 0.5)
    divisor = np.where(mass > 0, mass, 1.0)
    return np.where((mass > 0)[..., None], np.stack([x, y], axis=-1) / divisor[..., None], MIDDLE)


def ink_drawings(drawings: Sequence[Drawing], shape: tuple[int, int], radii: Array) -> Array:
    """Draw many drawings at once: the same as ink_strokes(), a hundred times faster if the pieces are short.

    drawings: n drawings; shape: (rows, columns); radii: (n,), one pen for each drawing  ->  (n, rows, columns), 0..1
    Raises ShapeError as ink_strokes() does.

    >>> dot = np.array([[1.5, 0.5]])
    >>> ink_drawings([[dot], []], (1, 3), np.array([0.5, 0.5])).tolist()
    [[[0.0, 1.0, 0.0]], [[0.0, 0.0, 0.0]]]
    """
    drawings, radii = _checked_many(drawings, radii, "ink_drawings()")
    rows, columns = _checked_shape(shape)
    starts, ends, counts = _pieces(drawings)
    before = np.cumsum(counts) - counts
    ink = np.empty((len(drawings), rows, columns))
    by_pen = np.argsort(radii, kind="stable")
    for begin in range(
        0, len(drawings), TOGETHER
    ):  # few at a time stay in the cache; sorted by pen, their windows are alike
        group = by_pen[begin : begin + TOGETHER]
        group = group[np.argsort(-counts[group], kind="stable")]  # most pieces first: those with a piece k come first
        reach = radii[group] + 0.5
        squared = np.full((len(group), rows, columns), np.inf)
        for k in range(int(counts[group[0]])):
            active = int(np.count_nonzero(counts[group] > k))
            piece = before[group[:active]] + k
            _draw_near(squared[:active], starts[piece], ends[piece], reach[:active])
        ink[group] = np.clip(reach[:, None, None] - np.sqrt(squared), 0.0, 1.0)
    return ink


def _draw_near(squared: Array, start: Array, end: Array, reach: Array) -> None:
    """Update distances², (n, rows, columns), in place: one more straight piece for each drawing, within its reach."""
    along = end - start
    low, high = _windows(start, end, reach[:, None])
    width, height = np.minimum((high - low).max(axis=0), squared.shape[:0:-1])
    # A window that would leave the picture is pushed back into it: more pixels than needed, all of them right.
    left, top = np.clip(low, 0, [squared.shape[2] - width, squared.shape[1] - height]).T
    from_x = (np.arange(width) + (left + 0.5 - start[:, 0])[:, None])[:, None, :]  # (n, 1, width)
    from_y = (np.arange(height) + (top + 0.5 - start[:, 1])[:, None])[:, :, None]  # (n, height, 1)
    length2 = (along * along).sum(axis=1, keepdims=True)
    step = np.divide(along, length2, out=np.zeros_like(along), where=length2 > 0)
    share = from_x * step[:, 0, None, None] + from_y * step[:, 1, None, None]  # (n, height, width)
    np.clip(share, 0.0, 1.0, out=share)
    away_x = from_x - share * along[:, 0, None, None]
    away_y = from_y - share * along[:, 1, None, None]
    away_x *= away_x
    away_y *= away_y
    away_x += away_y
    windows = sliding_window_view(squared, (height, width), axis=(1, 2), writeable=True)
    where = np.arange(len(start)), top, left  # each drawing once, so nothing is overwritten
    windows[where] = np.minimum(windows[where], away_x)


def frame_drawings(drawings: Sequence[Drawing], radii: Array) -> list[FramedStrokes]:
    """Frame many drawings at once: the same as frame_strokes().

    drawings: n drawings; radii: (n,), one pen for each drawing
    Raises ShapeError as frame_strokes() does.

    >>> [framed.scale for framed in frame_drawings([[np.array([[0.0, 0.0], [9.0, 9.0]])], []], np.array([1.0, 1.0]))]
    [2.0, 1.0]
    """
    drawings, radii = _checked_many(drawings, radii, "frame_drawings()", below=BOX / 2)
    corners = [(np.min(p, axis=0), np.max(p, axis=0)) for p in (np.concatenate(d or [_NOWHERE]) for d in drawings)]
    low, high = np.array(corners).reshape(-1, 2, 2).transpose(1, 0, 2)  # (n, 2) each
    scales = _scales(low, high, radii)
    boxed = [
        [(stroke - middle) * scale + SIDE / 2 for stroke in strokes]
        for strokes, middle, scale in zip(drawings, (low + high) / 2, scales, strict=True)
    ]
    moves = MIDDLE - centre_of_mass(ink_drawings(boxed, (SIDE, SIDE), radii))
    shifts = SIDE / 2 - (low + high) / 2 * scales[:, None] + moves
    return [
        FramedStrokes(tuple(s + move for s in strokes), float(scale), (float(x), float(y)), float(radius))
        if strokes
        else FramedStrokes((), 1.0, (0.0, 0.0), float(radius))
        for strokes, scale, move, (x, y), radius in zip(boxed, scales, moves, shifts, radii, strict=True)
    ]


_NOWHERE = np.zeros((1, 2))  # the points of a drawing without strokes


def _scales(low: Array, high: Array, radius: float | Array) -> Array:
    """The scales that make boxes (..., 2) 20 pixels large, pen included; 1 for a dot, whose size is only rounding."""
    side = (high - low).max(axis=-1)
    noise = 1e-12 * np.maximum(np.abs(low), np.abs(high)).max(axis=-1)
    dot = side <= noise
    scales: Array = np.where(dot, 1.0, (BOX - 2 * np.asarray(radius)) / np.where(dot, 1.0, side))
    return scales


def _pieces(drawings: Sequence[Drawing]) -> tuple[Array, Array, NDArray[np.int64]]:
    """The straight pieces of all strokes: starts (pieces, 2), ends (pieces, 2), and the number in each drawing (n,)."""
    strokes = [stroke for strokes in drawings for stroke in strokes]
    of = np.repeat(np.arange(len(drawings)), [len(strokes) for strokes in drawings])  # the drawing of each stroke
    if not strokes:
        return np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(len(drawings), np.int64)
    points = np.concatenate(strokes)
    lengths = np.array([len(stroke) for stroke in strokes])
    last = np.zeros(len(points), bool)
    last[np.cumsum(lengths) - 1] = True
    dot = np.repeat(lengths == 1, lengths)  # a dot is a piece that ends where it starts
    start = np.flatnonzero(~last | dot)
    counts = np.bincount(of, weights=np.maximum(lengths - 1, 1), minlength=len(drawings)).astype(np.int64)
    return points[start], points[np.where(dot[start], start, start + 1)], counts


def _windows(starts: Array, ends: Array, reach: float | Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pixels whose centres a piece can reach: from (left, top) to before (right, bottom), each (pieces, 2)."""
    low = np.ceil(np.minimum(starts, ends) - reach - 0.5)
    high = np.floor(np.maximum(starts, ends) + reach - 0.5)
    return low.astype(np.int64), high.astype(np.int64) + 1


def _checked(strokes: Drawing, who: str) -> list[Array]:
    """The strokes as (points, 2) float64."""
    checked, points = [], 0
    for number, stroke in enumerate(strokes):
        array = _as_array(stroke, f"{who}, stroke {number}")
        if array.ndim != 2 or array.shape[1] != 2 or not len(array):
            raise ShapeError(f"{who} wants each stroke of shape (points, 2), got {array.shape} for stroke {number}")
        if not (np.abs(array) <= FARTHEST).all():  # written so that NaN is refused, too
            raise ShapeError(f"{who} wants finite coordinates within ±{FARTHEST:g}, stroke {number} has others")
        points += len(array)
        checked.append(array)
    if points > MOST_POINTS:
        raise ShapeError(f"{who} takes at most {MOST_POINTS:,} points in a drawing, got {points:,}")
    return checked


def _checked_many(
    drawings: Sequence[Drawing], radii: Array, who: str, below: float = FARTHEST
) -> tuple[list[list[Array]], Array]:
    radii = _as_array(radii, f"{who}, radii")
    if radii.shape != (len(drawings),):
        raise ShapeError(f"{who} wants one radius for each drawing, ({len(drawings)},), got {radii.shape}")
    for radius in radii:
        _checked_radius(float(radius), who, below)
    return [_checked(strokes, who) for strokes in drawings], radii


def _as_array(values: Any, who: str) -> Array:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ShapeError(f"{who}: wanted an array of numbers, got lists of different lengths ({error})") from None
    if array.dtype.kind not in "iuf":
        raise ShapeError(f"{who}: wanted numbers, got an array of {array.dtype}")
    return array.astype(np.float64, copy=False)


def _checked_radius(radius: float, who: str, below: float = FARTHEST) -> float:
    if not 0 <= radius < below:  # written so that NaN is refused, too
        raise ShapeError(f"{who} wants a pen radius from 0 to below {below:g} pixels, got {radius}")
    return float(radius)


def _checked_shape(shape: tuple[int, int]) -> tuple[int, int]:
    sides: list[Any] = list(shape)
    if len(sides) != 2 or not all(isinstance(side, int | np.integer) and 1 <= side <= MOST_SIDE for side in sides):
        raise ShapeError(f"inking strokes wants a shape (rows, columns), each from 1 to {MOST_SIDE:,}, got {shape}")
    return int(sides[0]), int(sides[1])
