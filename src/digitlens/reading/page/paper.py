"""A page of writing becomes ink on straight paper: even light, no grain, lines of writing level.

What reads one digit (digits/preparation/ink.py) looks for one thing, from afar; here the writing is small and
everywhere. The paper's level is found tile by tile, so a shadow over a corner is paper too. Then the page is turned
until the lines of writing, or the lines it was written on, are level.

grey: (rows, columns) uint8, as decoded  ->  depth: (rows, columns) float32, how far each pixel lies from its paper

A page larger than four megapixels is reduced by a whole factor first: the work, and the memory, have a bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.ink import FAINT, counted, flat_level, paper_is_light, reduce

Depth = NDArray[np.float32]
Points = NDArray[np.float64]

MOST_PIXELS = 4_000_000  # that are looked at
TILES = 40  # along the longest side, each with its own paper level
LEAST_TILE = 16  # pixels
LEAST_CONTRAST = 0.08  # writing on uneven paper that differs less from it cannot be told from shadows
STRONG = 6.0  # so many times the grain is writing
THRESHOLD = 0.4  # of full ink: where a stroke ends

STEEPEST = 15  # degrees: pages that are turned further are not set straight
POINTS = 20_000  # of ink, from which the turn is found
EVIDENCE = 1.08  # how much sharper the lines must be for the page to be turned
WIDE_ENOUGH = 3.0  # writing that is not so many times as wide as a line is high says little about the turn


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """A page's ink, and how to find the way back to the picture."""

    depth: Depth  # (rows, columns), 0 paper to 1 black on white
    contrast: float  # the depth of full ink; 0: nothing is written here
    reduction: float  # how many pixels of the picture one pixel of `depth` is wide and high
    turn: float  # radians clockwise by which the writing was turned in the picture
    shape: tuple[int, int]  # rows and columns of the picture

    @property
    def threshold(self) -> float:
        """The depth above which there is ink."""
        return THRESHOLD * self.contrast if self.contrast else 2.0

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Where there is ink, (rows, columns)."""
        return self.depth > self.threshold

    def in_picture(self, points: NDArray[Any]) -> NDArray[np.float64]:
        """Points of the straightened page, (n, 2) as (x, y)  ->  where they are in the picture, in its pixels."""
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        from_middle = points - np.array(self.depth.shape[::-1]) / 2
        unturned = from_middle @ np.array([[cos, sin], [-sin, cos]])
        return unturned * self.reduction + np.array(self.shape[::-1]) / 2


def find_paper(grey: NDArray[Any]) -> Paper:
    """Tell writing from paper, as yet unturned.

    grey: (rows, columns), uint8 0..255 or float64 0..1.
    """
    if grey.dtype != np.uint8:
        grey = np.rint(grey * 255).astype(np.uint8)
    factor = math.ceil(math.sqrt(grey.size / MOST_PIXELS))
    levels = reduce(grey, factor).astype(np.float32) / np.float32(255)
    flat = flat_level(grey, *counted(grey))
    depth, grain = _from_flat(levels, flat / 255) if flat is not None else _from_tiles(levels)
    strong = depth[depth > max(STRONG * grain, LEAST_CONTRAST if flat is None else FAINT)]
    contrast = float(np.quantile(strong, 0.8)) if len(strong) else 0.0
    return Paper(depth, contrast, factor, 0.0, grey.shape)


def _from_flat(levels: Depth, level: float) -> tuple[Depth, float]:
    """The depth on paper of one level: a drawing, or a scan that was cleaned."""
    excess = levels - np.float32(level)
    dark = -float(np.minimum(excess, 0).sum()) >= float(np.maximum(excess, 0).sum())
    return np.maximum(-excess if dark else excess, 0), 0.0


def _from_tiles(levels: Depth) -> tuple[Depth, float]:
    """The depth on uneven paper, and its grain: how far the paper strays from its own level."""
    side = max(LEAST_TILE, math.ceil(max(levels.shape) / TILES))
    sides = min(side, levels.shape[0]), min(side, levels.shape[1])
    tiles = _tiles(levels, sides)
    # Of a tile full of writing more than half may be ink: its paper is nearer to its lightest, or darkest.
    low, middle, high = (tiles[:, :, round(share * (tiles.shape[2] - 1))] for share in (0.3, 0.5, 0.7))
    some = max(1, side // 8)
    excess = (levels - _spread(middle, levels.shape, sides))[::some, ::some]
    dark = paper_is_light(excess.astype(np.float64))
    paper = _spread(_smoothed(high if dark else low, dark), levels.shape, sides)
    # The same ink takes away the same share of the light, in the sun and in the shadow.
    depth = (paper - levels) / np.maximum(paper, np.float32(0.1)) if dark else levels - paper
    some = max(1, side // 16)
    blank = depth[::some, ::some]
    blank = blank[blank < np.quantile(blank, 0.7)]
    grain = 1.4826 * float(np.median(np.abs(blank - np.median(blank))))
    depth -= np.float32(np.median(blank))
    return np.maximum(depth, 0), grain * 1.5  # the darker three tenths were cut off, so the spread looks too small


def _tiles(levels: Depth, sides: tuple[int, int]) -> Depth:
    """The levels within each tile, in order: (tiles down, tiles across, pixels looked at)."""
    high, wide = sides
    rows, columns = levels.shape
    padded = np.pad(levels, ((0, -rows % high), (0, -columns % wide)), mode="edge")
    down, across = padded.shape[0] // high, padded.shape[1] // wide
    # Sixteen pixels each way are enough to know a tile.
    tiles = padded.reshape(down, high, across, wide)[:, :: max(1, high // 16), :, :: max(1, wide // 16)]
    return np.sort(tiles.swapaxes(1, 2).reshape(down, across, -1), axis=2)


def _smoothed(tiles: NDArray[Any], dark: bool) -> NDArray[Any]:
    """Each tile as its neighbours are: a tile that is all ink is no paper."""
    padded = np.pad(tiles, 1, mode="edge")
    around = [padded[i : i + tiles.shape[0], j : j + tiles.shape[1]] for i in range(3) for j in range(3)]
    return np.quantile(np.stack(around), 0.6 if dark else 0.4, axis=0)


def _spread(tiles: NDArray[Any], shape: tuple[int, ...], sides: tuple[int, int]) -> Depth:
    """A level for each pixel, between those of the four tiles around it: (rows, columns)."""
    down, across = (_between(*axis) for axis in zip(shape, sides, tiles.shape, strict=True))
    spread: Depth = (down @ tiles.astype(np.float32)) @ across.T
    return spread


def _between(n: int, side: int, count: int) -> Depth:
    """The matrix that interpolates linearly along one axis between the middles of tiles: (n, count)."""
    at = (np.arange(n, dtype=np.float32) + np.float32(0.5)) / np.float32(side) - np.float32(0.5)
    at = np.clip(at, 0, count - 1)
    return np.maximum(1 - np.abs(at[:, None] - np.arange(count, dtype=np.float32)), 0)


def straightened(paper: Paper, size: float) -> Paper:
    """Turn a page until its lines are level, where it is clear how far.

    size: how high the writing is, in pixels of `paper.depth`.
    """
    turn = find_turn(paper.depth > paper.threshold / 2, size)  # faint lines on the paper say it best
    if not turn:
        return paper
    return Paper(turned(paper.depth, turn), paper.contrast, paper.reduction, turn, paper.shape)


def find_turn(mask: NDArray[np.bool_], size: float) -> float:
    """How far a page is turned clockwise, in radians, 0 where that is not clear: lines that are level leave gaps.

    For every angle the ink is counted along lines of that angle; the more uneven these counts, the better it fits.
    mask: (rows, columns); size: how high the writing is.
    """
    y, x = np.nonzero(mask)
    if len(y) < 20 or np.ptp(x) < WIDE_ENOUGH * size:
        return 0.0
    some = slice(None, None, max(1, len(y) // POINTS))
    x, y = x[some] - mask.shape[1] / 2, y[some] - mask.shape[0] / 2
    coarse = np.arange(-STEEPEST, STEEPEST + 1.0)
    best = _best_turn(x, y, coarse, size / 4)
    best = _best_turn(x, y, best + np.linspace(-1, 1, 9), size / 6)
    best = _best_turn(x, y, best + np.linspace(-0.25, 0.25, 11), max(1.0, size / 12))
    if abs(best) < 0.2:
        return 0.0
    sharpness = [_sharpness(x, y, angle, size / 6) for angle in (best, 0.0)]
    return math.radians(best) if sharpness[0] > EVIDENCE * sharpness[1] else 0.0


def _best_turn(
    x: NDArray[np.float64], y: NDArray[np.float64], degrees: NDArray[np.float64], bin_height: float
) -> float:
    return float(degrees[np.argmax([_sharpness(x, y, angle, bin_height) for angle in degrees])])


def _sharpness(x: Points, y: Points, degrees: float, bin_height: float) -> float:
    """How abruptly ink begins and ends across lines of this angle: the sum of squared differences (Postl 1986)."""
    across = y * math.cos(math.radians(degrees)) - x * math.sin(math.radians(degrees))
    place = (across - across.min()) / bin_height
    low = place.astype(np.int64)
    part = place - low  # shared by two bins, so that no bin's border matters
    n = int(low.max()) + 2
    counts = np.bincount(low, weights=1 - part, minlength=n) + np.bincount(low + 1, weights=part, minlength=n)
    edges = np.diff(counts, prepend=0.0, append=0.0)
    return float(edges @ edges)


def turned(depth: Depth, turn: float) -> Depth:
    """The page turned back by `turn` radians about its middle: what was turned clockwise becomes level.

    depth: (rows, columns)  ->  a shape that holds all of it; what comes from outside is paper. Interpolates between
    four pixels.
    """
    rows, columns = depth.shape
    cos, sin = np.float32(math.cos(turn)), np.float32(math.sin(turn))
    high = min(2 * rows, math.ceil(cos * rows + abs(sin) * columns))  # writing on a narrow strip cannot be steep
    wide = min(2 * columns, math.ceil(cos * columns + abs(sin) * rows))
    stride = columns + 2
    padded = np.pad(depth, 1).ravel()  # a rim of paper, which stands for everything outside
    result = np.empty((high, wide), np.float32)
    x = np.arange(wide, dtype=np.float32) + np.float32(0.5 - wide / 2)
    for top in range(0, high, 128):  # in strips, which stay in the cache
        y = (np.arange(top, min(top + 128, high), dtype=np.float32) + np.float32(0.5 - high / 2))[:, None]
        from_x = np.clip(cos * x - sin * y + np.float32(columns / 2 + 0.5), 0, columns)
        from_y = np.clip(sin * x + cos * y + np.float32(rows / 2 + 0.5), 0, rows)
        left, above = from_x.astype(np.int32), from_y.astype(np.int32)
        from_x -= left
        from_y -= above
        corner = above * stride + left
        upper = padded[corner] * (1 - from_x) + padded[corner + 1] * from_x
        lower = padded[corner + stride] * (1 - from_x) + padded[corner + stride + 1] * from_x
        result[top : top + 128] = upper * (1 - from_y) + lower * from_y
    return result
