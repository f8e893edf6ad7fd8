"""Digits of our own pen on paper that makes them hard to find, from a seed: grey pictures, (rows, columns) uint8.

textured   on waves, hatching, cross-hatching or a weave, printed nearly as dark as the pen, on any grey; a neighbour
           may reach in from a side
filling    written so thickly, and cropped so closely, that the ink is half of the picture and of its border
stretched  the same, and then stretched to be as wide as high
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image as PillowImage

from digitlens.digits.preparation.framing import Image, box_of, resample
from digitlens.digits.preparation.ink import blurred
from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.digits.synthetic.pen.writer import pen_digits

Picture = np.ndarray


def inked(strokes: list[np.ndarray], height: float, pen: float, margin: float) -> Image:
    """Strokes as ink of that height, pen included, with an empty margin: all in pixels."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (height - pen) / max(float(high[1] - low[1]), 1e-9)
    columns, rows = np.ceil((high - low) * scale + pen + 2 * margin).astype(int)
    return ink_strokes([(one - low) * scale + pen / 2 + margin for one in strokes], (rows, max(columns, 8)), pen / 2)


def texture(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """What is printed on such paper: mean 0, about -1 to 1."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    angle, pace = rng.uniform(0, np.pi), rng.uniform(0.9, 1.7)
    along, across = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    bent = along + rng.uniform(1, 5) * np.sin(across / rng.uniform(8, 25) + rng.uniform(0, 6))
    printed = np.sin(pace * bent)
    kind = rng.integers(4)
    if kind == 1:
        printed = np.maximum(printed, np.sin(pace * (across + bent - along)))
    elif kind == 2:
        printed = np.where(np.sin(across / 9) > -0.6, np.sign(printed), 0)
    elif kind == 3:
        printed = rng.normal(0, 0.7, shape) + 0.5 * np.sin(2.2 * x) * np.sin(2.2 * y)
    return printed - printed.mean()


def paper(shape: tuple[int, int], rng: np.random.Generator) -> tuple[Image, float]:
    """Textured paper with nothing on it, and how much darker the pen is."""
    level = rng.uniform(115, 225)
    depth = rng.uniform(0.35, 0.65) * (level - 20)
    light = level + rng.uniform(-15, 15) * np.linspace(-1, 1, shape[1])
    return light + rng.uniform(0.2, 0.45) * depth * texture(shape, rng), depth


def seen(grey: Image, rng: np.random.Generator) -> Picture:
    """As a scanner of few pixels sees it."""
    soft = blurred(grey + rng.normal(0, 3, grey.shape), rng.uniform(0.5, 1.0))
    return np.rint(soft).clip(0, 255).astype(np.uint8)


def textured(strokes: list[np.ndarray], rng: np.random.Generator) -> Picture:
    height = rng.uniform(25, 60)
    ink = inked(strokes, height, rng.uniform(0.05, 0.11) * height + 1, rng.uniform(0.02, 0.18) * height)
    if rng.random() < 0.35:
        side = np.roll(ink, int(rng.integers(3, int(height // 3) + 4)), axis=0)[:, : max(2, ink.shape[1] // 8)]
        ink = np.concatenate([ink, side] if rng.random() < 0.5 else [side, ink], axis=1)
    blank, depth = paper(ink.shape, rng)
    return seen(blank - depth * ink, rng)


def filling(strokes: list[np.ndarray], rng: np.random.Generator) -> Picture:
    ink = inked(strokes, 48, rng.uniform(4.5, 7), 0)
    box = box_of(ink)
    assert box is not None
    small = resample(box.cut(ink), rng.uniform(16, 20) / max(box.rows, box.columns))
    grey = np.rint(255 * np.minimum(small, 1)).astype(np.uint8)
    return grey if rng.random() < 0.5 else 255 - grey


def stretched(strokes: list[np.ndarray], rng: np.random.Generator) -> Picture:
    grey = PillowImage.fromarray(filling(strokes, rng))
    side = max(grey.size)
    return np.asarray(grey.resize((side, side), PillowImage.Resampling.BILINEAR))


def nothing(rng: np.random.Generator) -> Picture:
    """Textured paper on which nothing is written."""
    return seen(paper((int(rng.integers(25, 61)), int(rng.integers(20, 61))), rng)[0], rng)


def pictures(kind: Callable[..., Picture], count: int, seed: int) -> Iterator[tuple[int, Picture]]:
    """The digit and its picture, `count` times."""
    written, rng = pen_digits(count, seed=seed), np.random.default_rng(seed)
    for digit, strokes in zip(written.digits.digits, written.strokes, strict=True):
        yield int(digit), kind(strokes, rng)
