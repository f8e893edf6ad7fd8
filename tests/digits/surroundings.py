"""One digit of our own pen, and around it what is no part of it, from a seed: grey pictures, (rows, columns) uint8.

on_a_table     a sheet of paper on something darker or lighter, perhaps turned, in uneven light
on_a_scanner   the black lid of a scanner along some sides
cropped        the same along one side, and the digit reaches one of the others
in_a_circle    a circle around the digit, drawn by hand or printed
in_a_box       a box around the digit that touches no border
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageFilter

from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.digits.synthetic.pen.writer import pen_digits

Picture = np.ndarray


def inked(strokes: list[np.ndarray], high: float, margin: float, rng: np.random.Generator) -> np.ndarray:
    """The ink of a digit of that height, 0 to 1, on a sheet with about that margin on each side."""
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    pen = high * rng.uniform(0.03, 0.07)
    scale = (high - 2 * pen) / max(float(size[1]), 1e-9)
    left, right, top, bottom = pen + margin * rng.uniform(0.6, 1.4, 4)
    columns, rows = np.ceil(size * scale + [left + right, top + bottom]).astype(int)
    return ink_strokes([(one - low) * scale + [left, top] for one in strokes], (int(rows), int(columns)), pen)


def on_paper(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink on white or grey paper."""
    paper = rng.uniform(0.75, 1.0)
    return 255 * paper * (1 - rng.uniform(0.6, 0.95) * ink)


def as_picture(grey: np.ndarray) -> Picture:
    return np.rint(np.clip(grey, 0, 255)).astype(np.uint8)


def on_a_table(strokes: list[np.ndarray], rng: np.random.Generator) -> Picture:
    high = rng.uniform(60, 300)
    sheet = Image.fromarray(as_picture(on_paper(inked(strokes, high, rng.uniform(0.25, 1.0) * high, rng), rng)))
    turned = sheet.convert("LA").rotate(rng.uniform(-12, 12), Image.Resampling.BICUBIC, expand=True)
    margins = (rng.uniform(0.08, 0.6, 4) * high).astype(int)
    rows, columns = turned.height + margins[0] + margins[1], turned.width + margins[2] + margins[3]
    table = rng.uniform(0.1, 0.45)
    y, x = np.mgrid[:rows, :columns]
    wood = 255 * table * (1 + 0.15 * np.sin(x / 37 + y / 90)) + rng.normal(0, 5, (rows, columns))
    photo = Image.fromarray(as_picture(wood))
    photo.paste(turned.getchannel("L"), (int(margins[2]), int(margins[0])), turned.getchannel("A"))
    seen = np.asarray(photo.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.5))), np.float64)
    (first, last), (left, right) = rng.uniform(0.8, 1.1, 2), rng.uniform(-0.1, 0.1, 2)
    light = np.add.outer(np.linspace(first, last, rows), np.linspace(left, right, columns))
    return as_picture(seen * light + rng.normal(0, 3, seen.shape))


def on_a_scanner(strokes: list[np.ndarray], rng: np.random.Generator) -> Picture:
    high = rng.uniform(60, 300)
    page = as_picture(on_paper(inked(strokes, high, rng.uniform(0.2, 0.8) * high, rng), rng))
    widths = (rng.uniform(0.04, 0.3, 4) * high).astype(int) * (rng.random(4) < 0.5)
    if not widths.any():
        widths[rng.integers(4)] = 0.1 * high
    return np.pad(page, (tuple(widths[:2]), tuple(widths[2:])), constant_values=8)


def cropped(strokes: list[np.ndarray], rng: np.random.Generator) -> Picture:
    high = rng.uniform(60, 300)
    ink = inked(strokes, high, 0.3 * high, rng)
    sides = [int(np.flatnonzero(ink.any(axis=axis))[end]) for axis, end in ((1, 0), (1, -1), (0, 0), (0, -1))]
    strip, reached = (int(n) for n in rng.permutation(4)[:2])
    box = [0, ink.shape[0], 0, ink.shape[1]]
    box[reached] = sides[reached]
    page = as_picture(on_paper(ink[box[0] : box[1], box[2] : box[3]], rng))
    widths = [0, 0, 0, 0]
    widths[strip] = int(rng.uniform(0.05, 0.25) * high)
    return np.pad(page, (tuple(widths[:2]), tuple(widths[2:])), constant_values=8)


def in_a_circle(strokes: list[np.ndarray], rng: np.random.Generator) -> Picture:
    high = rng.uniform(40, 200)
    ink = inked(strokes, high, high, rng)
    rows, columns = np.nonzero(ink > 0.5)
    middle = np.array([np.ptp(columns) / 2 + columns.min(), np.ptp(rows) / 2 + rows.min()])
    reach = np.hypot(np.ptp(columns), np.ptp(rows)) / 2 * rng.uniform(1.25, 1.6)
    angle = np.linspace(0, rng.uniform(2.0, 2.15) * np.pi, 80)
    wobble = 1 + 0.04 * np.sin(angle * rng.uniform(1, 3) + rng.uniform(0, 6))
    stretch = np.array([rng.uniform(0.9, 1.1), 1.0])
    path = middle + reach * wobble[:, None] * stretch * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    away = np.maximum(np.ceil(-path.min(axis=0)), 0) + 8
    more = np.maximum(np.ceil(path.max(axis=0) - np.array(ink.shape[::-1])), 0) + 8
    ink = np.pad(ink, ((int(away[1]), int(more[1])), (int(away[0]), int(more[0]))))
    circle = ink_strokes([path + away], ink.shape, high * rng.uniform(0.01, 0.05))
    return as_picture(on_paper(np.maximum(ink, circle), rng))


def in_a_box(strokes: list[np.ndarray], rng: np.random.Generator) -> Picture:
    high = rng.uniform(40, 200)
    ink = inked(strokes, high, 0.3 * high, rng)
    thick, away = max(1, int(rng.uniform(0.01, 0.05) * high)), int(rng.uniform(0.05, 0.4) * high)
    return as_picture(on_paper(np.pad(np.pad(ink, thick, constant_values=1), away), rng))


KINDS: dict[str, Callable[[list[np.ndarray], np.random.Generator], Picture]] = {
    "on a table": on_a_table,
    "on a scanner": on_a_scanner,
    "cropped on a scanner": cropped,
    "in a circle": in_a_circle,
    "in a box": in_a_box,
}


def pictures(kind: str, count: int, seed: int) -> Iterator[tuple[int, Picture]]:
    """The digit and its picture, `count` times."""
    written, rng = pen_digits(count, seed=seed), np.random.default_rng(seed)
    for digit, strokes in zip(written.digits.digits, written.strokes, strict=True):
        yield int(digit), KINDS[kind](strokes, rng)
