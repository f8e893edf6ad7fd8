"""Silhouettes: filled black shapes, such as blobs, stars, boxes, and creatures with bodies and limbs.

An outline: (corners, 2) float64, points (x, y) in a square from -1 to 1, y pointing down. A shape is a union of
outlines.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Outlines = list[Array]
Point = tuple[float, float] | Array


def silhouette(rng: np.random.Generator, side: int) -> NDArray[np.bool_]:
    """A random shape, rotated and placed at random: (side, side), True where it is filled."""
    outlines = _SHAPES[rng.integers(len(_SHAPES))](rng)
    turn = rng.uniform(0, 2 * np.pi) if rng.random() < 0.5 else rng.normal(0, 0.15)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    if rng.random() < 0.5:
        matrix[0] *= -1  # mirrored
    outlines = [outline @ matrix.T for outline in outlines]
    points = np.concatenate(outlines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = side * rng.uniform(0.5, 0.9) / (high - low).max()
    middle = side / 2 + rng.uniform(-0.05, 0.05, 2) * side
    return filled([(outline - (low + high) / 2) * scale + middle for outline in outlines], side)


def filled(outlines: Outlines, side: int) -> NDArray[np.bool_]:
    """The pixels whose centres lie within at least one of the outlines: (side, side).

    >>> filled([np.array([[1.0, 0.0], [3.0, 0.0], [3.0, 2.0], [1.0, 2.0]])], 3).astype(int).tolist()
    [[0, 1, 1], [0, 1, 1], [0, 0, 0]]
    """
    inside = np.zeros((side, side), bool)
    centre = np.arange(side) + 0.5
    for outline in outlines:
        x, y = outline[:, 0], outline[:, 1]
        to_x, to_y = np.roll(x, -1), np.roll(y, -1)
        crosses = (y > centre[:, None]) != (to_y > centre[:, None])  # (rows, corners)
        share = np.divide(centre[:, None] - y, to_y - y, out=np.zeros_like(crosses, float), where=crosses)
        at = np.where(crosses, x + share * (to_x - x), -np.inf)  # where the side of the outline crosses the row
        inside |= (at[:, None, :] > centre[:, None]).sum(axis=2) % 2 == 1
    return inside


def _blob(rng: np.random.Generator) -> Outlines:
    """A rounded blob."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    radius = 1 + sum(
        rng.normal(0, rng.uniform(0.1, 0.5) / n) * np.cos(n * angle + rng.uniform(0, 7)) for n in range(2, 7)
    )
    return [_round(angle, np.maximum(radius, 0.2), rng.uniform(0.6, 1.0))]


def _star(rng: np.random.Generator) -> Outlines:
    """A star with three to nine points, or a flower with as many petals."""
    points, depth = int(rng.integers(3, 10)), rng.uniform(0.3, 0.8)
    if rng.random() < 0.4:
        angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
        return [_round(angle, depth + (1 - depth) * np.abs(np.cos(points * angle / 2)))]
    angle = np.linspace(0, 2 * np.pi, 2 * points, endpoint=False)
    return [_round(angle, np.where(np.arange(2 * points) % 2, depth, 1.0))]


def _polygon(rng: np.random.Generator) -> Outlines:
    """A polygon, regular or irregular."""
    corners = int(rng.integers(3, 8))
    angle = np.sort(np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(-0.4, 0.4, corners))
    return [_round(angle, rng.uniform(0.6, 1.0, corners), rng.uniform(0.6, 1.0))]


def _shards(rng: np.random.Generator) -> Outlines:
    """Overlapping boxes, ovals and triangles, like a castle or a machine."""
    return [
        _oval(rng.uniform(-0.7, 0.7, 2), rng.uniform(0.15, 0.6), rng.uniform(0.15, 0.6), int(rng.choice([3, 4, 4, 24])))
        for _ in range(rng.integers(2, 6))
    ]


def _beast(rng: np.random.Generator) -> Outlines:
    """An animal: a body, a head, ears, two to four legs, and a tail."""
    long, high = rng.uniform(0.5, 0.9), rng.uniform(0.22, 0.45)
    neck, head = rng.uniform(0.1, 0.7), rng.uniform(0.14, 0.3)
    face = np.array([long + rng.uniform(-0.1, 0.2), -high - neck + 0.1])
    parts = [
        _oval((0, 0), long, high),
        _limb((long * 0.7, -high * 0.3), face, head * 0.7),
        _oval(face, head * 1.3, head),
    ]
    if rng.random() < 0.6:  # the points of both ears, each up and away from the other
        ears = [np.array([[0.5, 0.0], [1.0, 0.0], [0.8, -2.2]]) * (side * head, head) for side in (-1, 1)]
        parts += [face + ear for ear in ears]
    foot = high + rng.uniform(0.2, 0.8)
    legs = np.linspace(-0.75, 0.75, int(rng.integers(2, 5))) * long
    parts += [_limb((x, 0), (x + rng.normal(0, 0.12), foot), rng.uniform(0.06, 0.14)) for x in legs]
    tail = (-long - rng.uniform(0.1, 0.6), rng.uniform(-0.7, 0.5))
    return [*parts, _limb((-long * 0.8, 0), tail, rng.uniform(0.04, 0.15))]


def _figure(rng: np.random.Generator) -> Outlines:
    """A person: a head, a body, two arms, two legs."""
    wide, high, head = rng.uniform(0.15, 0.4), rng.uniform(0.35, 0.6), rng.uniform(0.15, 0.3)
    thick = rng.uniform(0.07, 0.15)
    parts = [_oval((0, 0), wide, high), _oval((0, -high - head * 0.8), head, head)]
    for side in (-1, 1):
        hand = (side * rng.uniform(0.4, 0.95), rng.uniform(-0.9, 0.4))
        foot = (side * rng.uniform(0.1, 0.6), high + rng.uniform(0.4, 0.9))
        parts += [
            _limb((side * wide * 0.6, -high * 0.6), hand, thick),
            _limb((side * wide * 0.4, high * 0.5), foot, thick),
        ]
    return parts


def _tree(rng: np.random.Generator) -> Outlines:
    """A trunk with a crown: a tree, a mushroom, a lamp."""
    crown = _oval((0, -0.3), rng.uniform(0.5, 0.9), rng.uniform(0.4, 0.7), corners=int(rng.choice([3, 24])))
    return [crown, _limb((0, 0), (0, rng.uniform(0.6, 1.1)), rng.uniform(0.06, 0.25))]


def _fish(rng: np.random.Generator) -> Outlines:
    """An oval with a tail, and with fins or wings: a fish, a bird, an aeroplane."""
    long, high, tail = rng.uniform(0.5, 0.8), rng.uniform(0.15, 0.4), rng.uniform(0.25, 0.6)
    parts = [_oval((0, 0), long, high), np.array([[-long * 0.7, 0.0], [-1.1, -tail], [-1.0, tail]])]
    for side in (-1, 1):
        reach = (rng.uniform(-0.6, 0.2), side * (high + rng.uniform(0.05, 0.8)))
        parts.append(np.array([[0.3 * long, 0.0], reach, [-0.4 * long, 0.0]]))
    return parts


_SHAPES = (_blob, _blob, _star, _polygon, _shards, _beast, _beast, _figure, _tree, _fish)


def _round(angle: Array, radius: Array | float, flat: float = 1.0) -> Array:
    return np.stack([radius * np.cos(angle), flat * radius * np.sin(angle)], axis=1)


def _oval(middle: Point, wide: float, high: float, corners: int = 24) -> Array:
    """An oval; with few corners, an upright triangle or box."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False) + np.pi * (0.25 if corners == 4 else -0.5)
    return _round(angle, 1.0) * (wide, high) + np.asarray(middle)


def _limb(start: Point, end: Point, thick: float) -> Array:
    """A straight bar from `start` to `end`; `thick` is half its width."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    along = (end - start) / max(float(np.hypot(*(end - start))), 1e-9)
    across = thick * np.array([-along[1], along[0]])
    return np.array([start + across, end + across, end - across, start - across])
