"""Pages of every shape: thin and huge, sparse and full, ruled, boxed, woven, of noise. Drawn from a generator.

A page is what somebody could hand over to make reading it expensive, or by mistake. None of them has to make sense.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from digitlens.digits.preparation.decode import MAX_PIXELS
from digitlens.digits.synthetic.pen.rows import drawings_by_digit

Page = NDArray[np.uint8]  # (rows, columns), white paper 255
Rng = np.random.Generator
DARK, LIGHT = 0, 255


def blank(rows: int, columns: int) -> Page:
    return np.full((rows, columns), LIGHT, np.uint8)


def between(rng: Rng, low: float, high: float) -> int:
    """A whole number, small ones as likely as large ones."""
    return max(1, round(math.exp(rng.uniform(math.log(low), math.log(max(low, high))))))


def sides(rng: Rng, most: int = MAX_PIXELS) -> tuple[int, int]:
    """Rows and columns: a square, a page, or as thin as one pixel."""
    area = between(rng, 30, most)
    ratio = math.exp(rng.normal(0, 0.5 if rng.random() < 0.6 else 4))
    rows = min(max(1, round(math.sqrt(area * ratio))), area)
    return rows, max(1, area // rows)


def drawn(rows: int, columns: int, lines: list[list[tuple[float, float]]], pen: int) -> Page:
    image = Image.new("L", (columns, rows), LIGHT)
    draw = ImageDraw.Draw(image)
    for line in lines:
        draw.line(line, fill=DARK, width=pen)
    return np.array(image)


def noise(rng: Rng, rows: int, columns: int) -> Page:
    if rng.random() < 0.3:
        return rng.integers(0, 256, (rows, columns), dtype=np.uint8)
    return np.where(rng.random((rows, columns), np.float32) < rng.uniform(0, 0.6), np.uint8(DARK), np.uint8(LIGHT))


def coarse_noise(rng: Rng, rows: int, columns: int) -> Page:
    """Noise of larger grains, which hang together here and there."""
    grain = between(rng, 2, 60)
    few = rng.random((-(-rows // grain), -(-columns // grain))) < rng.uniform(0.05, 0.65)
    many = np.repeat(np.repeat(few, grain, axis=0)[:rows], grain, axis=1)[:, :columns]
    return np.where(many, np.uint8(DARK), np.uint8(LIGHT))


def stripes(rng: Rng, rows: int, columns: int) -> Page:
    """Hair, bars, ruled and squared paper."""
    page, period = blank(rows, columns), between(rng, 2, 120)
    thick = between(rng, 1, period - 1)
    level = int(rng.integers(0, 220))
    which = rng.integers(3)
    for i in range(thick):
        if which != 1:
            page[i::period] = level
        if which != 0:
            page[:, i::period] = level
    return page


def chequers(rng: Rng, rows: int, columns: int) -> Page:
    period = between(rng, 1, 80)
    y, x = np.arange(rows)[:, None] // period, np.arange(columns) // period
    return np.where((y + x) % 2 == 0, np.uint8(DARK), np.uint8(LIGHT))


def comb(rng: Rng, rows: int, columns: int) -> Page:
    """A bar with teeth, or several: one piece that can be cut everywhere."""
    page, period, pen = blank(rows, columns), between(rng, 2, 60), between(rng, 1, 6)
    every = between(rng, 8, max(8, rows))
    for top in range(0, rows, every):
        page[top : top + pen] = DARK
        for i in range(pen):
            page[top : top + int(every * 0.8), i::period] = DARK
    return page


def spirals(rng: Rng, rows: int, columns: int) -> Page:
    """One spiral, or a field of them."""
    size = between(rng, 10, 2 * max(rows, columns))
    pen, pitch = between(rng, 1, 5), between(rng, 3, 30)
    turns = max(2, size // (2 * pitch))
    angle = np.linspace(0, 2 * math.pi * min(turns, 200), 60 * min(turns, 200))
    one = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (angle * pitch / (2 * math.pi))[:, None] / 2
    ys, xs = (range(size // 2, side + size, size + pitch)[:12] for side in (rows, columns))
    return drawn(rows, columns, [[tuple(p) for p in np.add(one, [x, y])] for y in ys for x in xs], pen)


def boxes(rng: Rng, rows: int, columns: int) -> Page:
    """Boxes in boxes, or beside one another."""
    page, pen = blank(rows, columns), between(rng, 1, 5)
    if rng.random() < 0.5:
        step = between(rng, pen + 1, 80)
        for i in range(0, min(rows, columns) // 2, step):
            bottom, right = rows - i, columns - i
            page[i : i + pen, i:right] = page[max(i, bottom - pen) : bottom, i:right] = DARK
            page[i:bottom, i : i + pen] = page[i:bottom, max(i, right - pen) : right] = DARK
        return page
    high, wide = between(rng, 6, max(6, rows)), between(rng, 6, max(6, columns))
    for top in range(0, rows, high + pen + 2):
        for left in range(0, columns, wide + pen + 2):
            page[top : top + high, left : left + wide] = DARK
            page[top + pen : top + high - pen, left + pen : left + wide - pen] = LIGHT
    return page


def zigzags(rng: Rng, rows: int, columns: int) -> Page:
    """Long zigzags, beside, below or into one another."""
    tooth, high, pen = between(rng, 3, 80), between(rng, 5, max(5, rows)), between(rng, 1, 5)
    every = max(pen + 2, round(high * rng.uniform(0.05, 1.3)))
    wide = between(rng, 2 * tooth, max(2 * tooth, columns))
    lines = []
    for top in range(0, rows, every)[:150]:
        for left in range(0, columns, wide + 4)[:150]:
            xs = np.arange(left, left + wide, tooth)[:2_000]
            lines.append([(float(x), float(top + high * (k % 2))) for k, x in enumerate(xs)] + [(left, top)])
    return drawn(rows, columns, lines[:1_500], pen)


def stairs(rng: Rng, rows: int, columns: int) -> Page:
    """Marks along slanted lines, whose regions lie over one another."""
    size = between(rng, 4, 60)
    down = rng.uniform(-0.6, 0.6) * size
    page = blank(rows, columns)
    for k in range(between(rng, 1, 60)):
        for i in range(between(rng, 1, 200)):
            top, left = int(k * 1.5 * size + i * down) % max(rows, 1), int(i * 1.3 * size)
            page[top : top + size, left : left + max(1, size // 2)] = DARK
            page[top + 2 : top + size - 2, left + 2 : left + max(1, size // 2) - 2] = LIGHT
    return page


def marks(rng: Rng, rows: int, columns: int) -> Page:
    """Small marks, few or very many."""
    page, high, wide = blank(rows, columns), between(rng, 1, 40), between(rng, 1, 40)
    count = between(rng, 1, 20_000)
    for row, column in zip(rng.integers(0, rows, count), rng.integers(0, columns, count), strict=True):
        page[row : row + high, column : column + wide] = DARK
    return page


def writing(rng: Rng, rows: int, columns: int) -> Page:
    """Digits of any size and pen, apart or one over the other."""
    drawings = drawings_by_digit()
    height = between(rng, 6, max(6, 1.2 * rows))
    pen, gap = between(rng, 1, max(1, height / 8)), rng.uniform(-0.3, 0.8)
    lines, top = [], 0.1 * height
    while top < rows and len(lines) < 1_500:
        left = 0.2 * height
        while left < columns and len(lines) < 1_500:
            strokes = drawings[int(rng.integers(10))][int(rng.integers(50))]
            points = np.concatenate(strokes)
            low, high = points.min(axis=0), points.max(axis=0)
            scale = height / max(high[1] - low[1], 1.0)
            lines += [[tuple(p) for p in (stroke - low) * scale + [left, top]] for stroke in strokes if len(stroke) > 1]
            left += (high[0] - low[0]) * scale + gap * height + 1
        top += height * rng.uniform(0.7, 2)
    return drawn(rows, columns, lines, pen)


def slope(rng: Rng, rows: int, columns: int) -> Page:
    """No writing at all: light that changes, in steps or smoothly."""
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)
    level = 128 + 127 * np.sin(rng.uniform(0, 9) * y + rng.uniform(0, 9) * x).astype(np.float32)
    step = between(rng, 1, 128)
    return (np.rint(level / step) * step).clip(0, 255).astype(np.uint8)


KINDS: Mapping[str, Callable[[Rng, int, int], Page]] = {
    kind.__name__: kind
    for kind in (noise, coarse_noise, stripes, chequers, comb, spirals, boxes, zigzags, stairs, marks, writing, slope)
}


def photographed(rng: Rng, page: Page) -> Page:
    """Under uneven light, with grain: where paper has no level of its own."""
    rows, columns = page.shape
    light = np.linspace(rng.uniform(0.4, 1), rng.uniform(0.4, 1), columns, dtype=np.float32)
    seen = page * light + rng.normal(0, rng.uniform(0, 12), (rows, 1)).astype(np.float32)
    seen += rng.integers(-6, 7, (rows, columns), dtype=np.int8)
    return np.rint(seen.clip(0, 255)).astype(np.uint8)


def page_of(rng: Rng, most: int = MAX_PIXELS) -> tuple[str, Page]:
    """A page of at most so many pixels, and what it is called."""
    rows, columns = sides(rng, most)
    kind = list(KINDS)[int(rng.integers(len(KINDS)))]
    page = KINDS[kind](rng, rows, columns)
    if rng.random() < 0.15:  # and something else on it, which has another size
        other = list(KINDS)[int(rng.integers(len(KINDS)))]
        page = np.minimum(page, KINDS[other](rng, rows, columns))
        kind += f" and {other}"
    if rng.random() < 0.2:
        page, kind = photographed(rng, page), f"{kind}, photographed"
    if rng.random() < 0.1:
        page, kind = 255 - page, f"{kind}, inverted"
    return f"{kind}, {rows}×{columns}", page
