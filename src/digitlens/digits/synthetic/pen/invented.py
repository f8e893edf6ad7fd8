"""Symbols that nobody has seen: put together at random, as skeletons for the same hand as digits.

There are more symbols in the world than any table lists. What they share is how they are built: a stem with something
on it, a frame with something in it, something all round, something twice, something mirrored. A drawing has enough
parts that it is a digit only by rare chance.

A part: its control points, as in skeletons.py, in a square of 100 by 100.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.synthetic.pen.letters import NO_DIGIT
from digitlens.digits.synthetic.pen.skeletons import Allograph, Stroke

Array = NDArray[np.float64]
Parts = list[Stroke]


def invented(rng: np.random.Generator) -> Allograph:
    """A symbol made up at random.

    >>> symbol = invented(np.random.default_rng(0))
    >>> symbol.digit, all(len(stroke.points) >= 3 for stroke in symbol.strokes)
    (-1, True)
    """
    parts = _WAYS[rng.integers(len(_WAYS))](rng)
    angle = rng.choice([0.0, 0.0, 0.5, 1.0, 1.5]) * np.pi
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = [Stroke((part.points - 50) @ turn.T + 50, part.corners) for part in parts]
    return Allograph("invented", NO_DIGIT, 1.0, tuple(turned))


def _stem(rng: np.random.Generator) -> Parts:
    """An upright line, straight or bowed, with two to four things on it or beside it."""
    bow = rng.normal(0, rng.choice([2, 12]))
    parts = [_line((50, 0), (50 + bow, 50), (50, 100))]
    for _ in range(rng.integers(2, 5)):
        height, side = rng.choice([0, 25, 50, 75, 100]) + rng.normal(0, 4), rng.choice([-1, 1])
        parts.append(_on_a_stem(rng, height, side))
    return parts


def _on_a_stem(rng: np.random.Generator, height: float, side: int) -> Stroke:
    """Something on an upright line at x = 50: a bar, a flag, a bow, a head, a ring or a dot beside it."""
    reach = rng.uniform(20, 45)
    way = rng.integers(6)
    if way == 0:
        left, right = reach * rng.choice([0, 1, 1]), reach
        return _line((50 - left * side, height), (50, height + rng.normal(0, 4)), (50 + right * side, height))
    if way == 1:
        return _line(
            (50, height), (50 + reach * side / 2, height + 12), (50 + reach * side, height + rng.normal(25, 6))
        )
    if way == 2:
        return _arc(50 + side * reach / 2, height, reach / 2, rng.uniform(10, 20), 0.5, 0 if side < 0 else np.pi)
    if way == 3:
        return _disc(50 + side * 13, height, 13, 10)
    if way == 4:
        return _arc(50 + side * 15, height, 15, 13)
    return _disc(50 + side * reach, height, 5, 5)


def _framed(rng: np.random.Generator) -> Parts:
    """A ring, a polygon or a bracket on either side, with something in it."""
    way = rng.integers(4)
    if way == 0:
        parts = [_arc(50, 50, 48, 48)]
    elif way == 1:
        parts = [_polygon(int(rng.integers(3, 7)), rng.choice([-0.5, 0.0, 0.25]) * np.pi)]
    else:
        bow = rng.choice([-14, 14])
        parts = [_line((x, 2), (x + bow * d, 50), (x, 98), corner=way == 3) for x, d in ((4, -1), (96, 1))]
    for _ in range(rng.integers(1, 4)):
        parts.append(_inside(rng))
    return parts


def _inside(rng: np.random.Generator) -> Stroke:
    """Something small near the middle: a line, an angle, a bow, a ring, a spot."""
    x, y = rng.normal(50, 9, 2)
    size = rng.uniform(10, 32)
    way = rng.integers(5)
    if way == 0:
        angle = rng.choice([0, 0.25, 0.5, 0.75]) * np.pi
        across, down = size * np.cos(angle), size * np.sin(angle)
        return _line((x - across, y - down), (x, y), (x + across, y + down))
    if way == 1:
        return _line((x - size, y), (x, y + rng.choice([-1, 1]) * size), (x + size, y), corner=True)
    if way == 2:
        return _arc(x, y, size, size / 2, rng.uniform(0.4, 0.8), rng.uniform(0, 6))
    if way == 3:
        return _arc(x, y, size / 2, size / 2)
    return _disc(x, y, size / 3, size / 3)


def _all_round(rng: np.random.Generator) -> Parts:
    """Three to eight equal rays, petals or spots about a middle, which may be a ring or a spot."""
    n, inner = int(rng.integers(3, 9)), rng.choice([0.0, 14.0, 26.0])
    first, kind = rng.uniform(0, 2 * np.pi), rng.integers(4)
    parts = [] if inner == 0 else [_arc(50, 50, inner, inner) if rng.random() < 0.6 else _disc(50, 50, inner, inner)]
    for angle in first + np.arange(n) * 2 * np.pi / n:
        way, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        near, far = 50 + (inner + 4) * way, 50 + 50 * way
        if kind == 0:
            parts.append(_line(near, (near + far) / 2, far))
        elif kind == 1:
            parts.append(_line(near, (near + far) / 2 + 14 * across, far, (near + far) / 2 - 14 * across, near))
        elif kind == 2:
            parts.append(_disc(far[0], far[1], 8, 8))
        else:
            parts += [_line(near, (near + far) / 2, far), _line(far - 12 * across, far, far + 12 * across)]
    return parts


def _repeated(rng: np.random.Generator) -> Parts:
    """One or two strokes two to four times, beside each other or above each other."""
    motif = [_inside(rng) for _ in range(rng.integers(1, 3))]
    n = int(rng.integers(2, 5))
    step = np.array([rng.uniform(28, 50), rng.normal(0, 3)])
    return [Stroke(part.points + k * step, part.corners) for k in range(n) for part in motif]


def _mirrored(rng: np.random.Generator) -> Parts:
    """Two or three lines on the left, and the same on the right, often with one in the middle."""
    parts: Parts = []
    for _ in range(rng.integers(1, 3)):
        n = int(rng.integers(3, 6))
        points = np.stack([rng.uniform(0, 50, n), np.sort(rng.uniform(0, 100, n))], axis=1)
        if rng.random() < 0.5:
            points[rng.choice([0, -1]), 0] = 50  # it meets its twin
        corners = rng.random(n) < 0.5
        parts += [Stroke(points, corners), Stroke(points * [-1, 1] + [100, 0], corners)]
    middle = rng.integers(4)
    if middle == 1:
        parts.append(_line((50, 0), (50, 50), (50, 100)))
    elif middle == 2:
        height = rng.uniform(0, 100)
        parts.append(_line((0, height), (50, height), (100, height)))
    elif middle == 3:
        parts.append(_disc(50, rng.uniform(0, 100), 9, 9))
    return parts


def _net(rng: np.random.Generator) -> Parts:
    """Three to six lines, bows and spots between the nine places of a small grid, as in letters of other scripts."""
    places = np.array([(x, y) for x in (0, 50, 100) for y in (0, 50, 100)], np.float64) * [rng.uniform(0.6, 1.0), 1.0]
    parts: Parts = []
    for _ in range(rng.integers(3, 7)):
        start, end = places[rng.choice(9, 2, replace=False)] + rng.normal(0, 4, (2, 2))
        bow = rng.normal(0, rng.choice([2, 16]), 2)
        parts.append(_line(start, (start + end) / 2 + bow, end))
    if rng.random() < 0.4:
        parts.append(_disc(*places[rng.integers(9)], *rng.uniform(5, 16, 2)))
    if rng.random() < 0.4:
        parts.append(_arc(*places[rng.integers(9)], *rng.uniform(8, 24, 2)))
    return parts


_WAYS: tuple[Callable[[np.random.Generator], Parts], ...] = (
    _stem, _stem, _framed, _all_round, _repeated, _mirrored, _net, _net,
)  # fmt: skip


def _line(*points: tuple[float, float] | Array, corner: bool = False) -> Stroke:
    """A line through points; `corner`: it turns sharply at all of them."""
    return Stroke(np.array(points, np.float64), np.full(len(points), corner))


def _arc(
    x: float, y: float, wide: float, high: float, share: float = 1.03, start: float = -1.6, end: float = 1.0
) -> Stroke:
    """A share of an ellipse about (x, y), from an angle on; its radius may shrink to the share `end`: a spiral."""
    angles = start + np.linspace(0, share * 2 * np.pi, max(4, round(8 * share)))
    radii = np.linspace(1, end, len(angles))
    points = np.stack([x + wide * radii * np.cos(angles), y + high * radii * np.sin(angles)], axis=1)
    return Stroke(points, np.zeros(len(points), bool))


def _disc(x: float, y: float, wide: float, high: float) -> Stroke:
    """A filled ellipse, as a pen fills it: round and round, inwards."""
    return _arc(x, y, wide, high, 1.0 + max(wide, high) / 10, end=0.1)


def _polygon(corners: int, start: float) -> Stroke:
    """A closed polygon with that many corners; each side has a point in its middle."""
    angles = start + np.arange(corners + 1) * 2 * np.pi / corners
    ends = 50 + 50 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.empty((2 * corners + 1, 2))
    points[::2], points[1::2] = ends, (ends[:-1] + ends[1:]) / 2
    return Stroke(points, np.arange(len(points)) % 2 == 0)
