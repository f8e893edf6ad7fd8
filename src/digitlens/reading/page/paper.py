"""Separates the ink of a page from its paper, and rotates the page until its lines are level.

digits/preparation/ink.py expects one digit. On a page the writing is small and may be anywhere. So the level of the
paper is estimated tile by tile, and a shadow over a corner is still paper. Then the page is rotated until the lines of
writing, or the lines of the paper, are level.

grey: (rows, columns) uint8, as decoded  ->  depth: (rows, columns) float32, difference of each pixel to its paper

A page larger than four megapixels is first reduced by a whole factor, which limits time and memory. Whatever is as long
as a side of the page is made in blocks, because a page may also be 1 × 4,000,000 pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.grey_levels import as_bytes
from digitlens.digits.preparation.ink import FAINT, flat_level, level_counts, paper_is_light, reduce
from digitlens.digits.preparation.sheet import find_sheet

Depth = NDArray[np.float32]
Points = NDArray[np.float64]

MOST_PIXELS = 4_000_000  # a larger page is reduced
TILES = 40  # along the longest side, each with its own paper level
LEAST_TILE = 16  # pixels
STEP = 0.15  # how much darker paper becomes at the edge of a hard shadow ...
LEAST_STEPS = 4  # ... in so many tiles
STROKE = 3  # tiles: in a hard shadow, what is narrower than this may be a stroke
LEAST_CONTRAST = 0.08  # the least contrast of writing on uneven paper; less could be a shadow
STRONG = 6.0  # times the grain: the least depth of writing
THRESHOLD = 0.4  # of full ink: the edge of a stroke
THIN = 0.6  # of full ink: strokes that are fainter than this on a reduced page are thinner than its pixels

BLOCK = 16_384  # rows or columns that are interpolated at once

STEEPEST = 15  # degrees: the largest rotation that is corrected
POINTS = 20_000  # of ink, from which the rotation is estimated
MOST_BINS = 20_000  # across the page, in which ink is counted for one angle
EVIDENCE = 1.08  # how much sharper the lines must become for the page to be rotated
WIDE_ENOUGH = 3.0  # line heights: narrower writing says little about the rotation


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """The ink of a page, and the way back to the coordinates of the picture."""

    depth: Depth  # (rows, columns), 0 paper to 1 black on white
    contrast: float  # the depth of full ink; 0: the page is empty
    reduction: float  # width and height of a pixel of `depth`, in pixels of the picture
    turn: float  # radians clockwise by which the writing is rotated in the picture
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
        """Points of the straightened page, (n, 2) as (x, y)  ->  the same points in pixels of the picture."""
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        from_middle = points - np.array(self.depth.shape[::-1]) / 2
        unturned = from_middle @ np.array([[cos, sin], [-sin, cos]])
        return unturned * self.reduction + np.array(self.shape[::-1]) / 2


def find_paper(grey: NDArray[Any]) -> Paper:
    """Separate writing from paper. The page is not rotated yet.

    grey: (rows, columns), uint8 0..255 or float64 0..1.
    """
    grey = as_bytes(grey)
    factor = _reduction(*grey.shape)
    levels = reduce(grey, factor).astype(np.float32) / np.float32(255)
    sheet = find_sheet(levels)
    depth, grain, least = _depth(levels, grey) if sheet is None else _on_sheet(levels, sheet)
    strong = depth[depth > max(STRONG * grain, least)]
    contrast = float(np.quantile(strong, 0.8)) if len(strong) else 0.0
    return Paper(depth, contrast, factor, 0.0, grey.shape)


def _depth(levels: Depth, grey: NDArray[np.uint8]) -> tuple[Depth, float, float]:
    """The depth on the paper, its grain, and the least depth of writing. grey: (n, m), the levels of the paper."""
    flat = flat_level(grey, *level_counts(grey))
    return (*_from_tiles(levels), LEAST_CONTRAST) if flat is None else (*_from_flat(levels, flat / 255), FAINT)


def _on_sheet(levels: Depth, sheet: NDArray[np.bool_]) -> tuple[Depth, float, float]:
    """The same on a sheet: around it there is paper, too, as light as the sheet."""
    rows, columns = np.flatnonzero(sheet.any(axis=1)), np.flatnonzero(sheet.any(axis=0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    inside, part = sheet[box], levels[box]
    filled = np.where(inside, part, np.median(part[inside]))
    depth, grain, least = _depth(filled, np.rint(255 * part[inside]).astype(np.uint8)[None])
    whole = np.zeros_like(levels)
    whole[box] = np.where(inside, depth, 0)
    return whole, grain, least


def _reduction(rows: int, columns: int) -> int:
    """The whole factor that leaves about MOST_PIXELS of a page; of a very thin page, only one side becomes shorter."""
    factor = max(1, math.ceil(math.sqrt(rows * columns / MOST_PIXELS)))
    while math.ceil(rows / factor) * math.ceil(columns / factor) > 1.1 * MOST_PIXELS:
        factor += 1
    return factor


def _from_flat(levels: Depth, level: float) -> tuple[Depth, float]:
    """The depth on flat paper: a drawing, or a cleaned scan."""
    excess = levels - np.float32(level)
    dark = -float(np.minimum(excess, 0).sum()) >= float(np.maximum(excess, 0).sum())
    return np.maximum(-excess if dark else excess, 0), 0.0


def _from_tiles(levels: Depth) -> tuple[Depth, float]:
    """The depth on uneven paper, and its grain: the standard deviation of the paper from its own level."""
    side = max(LEAST_TILE, math.ceil(max(levels.shape) / TILES))
    sides = min(side, levels.shape[0]), min(side, levels.shape[1])
    tiles = _tiles(levels, sides)
    # More than half of a tile full of writing may be ink, so its paper is nearer to its lightest (or darkest) levels.
    low, middle, high = (tiles[:, :, round(share * (tiles.shape[2] - 1))] for share in (0.3, 0.5, 0.7))
    step = max(1, side // 8)
    excess = (levels - _spread(middle, levels.shape, sides))[::step, ::step]
    dark = paper_is_light(excess.astype(np.float64))
    paper = _spread(_smoothed(high if dark else low, dark), levels.shape, sides)
    if _has_shadow(high if dark else low):
        near = _without_strokes(levels if dark else -levels, STROKE * side)
        paper = np.minimum(paper, near) if dark else np.maximum(paper, -near)
    # Ink absorbs the same share of the light in the sun and in the shadow.
    depth = (paper - levels) / np.maximum(paper, np.float32(0.1)) if dark else levels - paper
    step = max(1, side // 16)
    blank = depth[::step, ::step]
    lower = blank[blank < np.quantile(blank, 0.7)]
    blank = lower if len(lower) else blank.ravel()  # none is lower where most are at the same level
    grain = 1.4826 * float(np.median(np.abs(blank - np.median(blank))))
    depth -= np.float32(np.median(blank))
    return np.maximum(
        depth, 0
    ), grain * 1.5  # times 1.5: the darkest 30 % were cut off, which makes the spread too small


def _has_shadow(tiles: NDArray[Any]) -> bool:
    """Whether the paper becomes much darker from one tile to the next but one, as at the edge of a hard shadow."""
    steps = [np.abs(tiles[2:] - tiles[:-2]), np.abs(tiles[:, 2:] - tiles[:, :-2])]
    return sum(int(np.count_nonzero(step > STEP)) for step in steps) >= LEAST_STEPS


def _without_strokes(levels: Depth, width: int) -> Depth:
    """The page without whatever is dark and narrower than `width` pixels; the edges of all else stay where they are.

    It is the morphological closing by a square: the lowest, over all squares around a pixel, of their lightest levels.
    """
    for lightest in (True, False):
        for axis in (0, 1):
            levels = _extreme(levels, width, axis, lightest)
    return levels


def _extreme(levels: Depth, width: int, axis: int, largest: bool) -> Depth:
    """The largest or smallest value within `width` pixels, an odd number, around each pixel along an axis."""
    pick, reach, n = np.maximum if largest else np.minimum, width // 2, levels.shape[axis]
    ends = [(0, 0), (0, 0)]
    ends[axis] = (reach, reach)
    found = np.pad(levels, ends, mode="edge").swapaxes(0, axis)
    seen = 1  # pixels that each value stands for
    while seen < 2 * reach + 1:
        step = min(seen, 2 * reach + 1 - seen)
        found = pick(found[:-step], found[step:])
        seen += step
    return found[:n].swapaxes(0, axis)


def _tiles(levels: Depth, sides: tuple[int, int]) -> Depth:
    """The levels of each tile, sorted: (tiles down, tiles across, sampled pixels)."""
    high, wide = sides
    rows, columns = levels.shape
    padded = np.pad(levels, ((0, -rows % high), (0, -columns % wide)), mode="edge")
    down, across = padded.shape[0] // high, padded.shape[1] // wide
    # Sixteen pixels in each direction are enough for a tile.
    tiles = padded.reshape(down, high, across, wide)[:, :: max(1, high // 16), :, :: max(1, wide // 16)]
    return np.sort(tiles.swapaxes(1, 2).reshape(down, across, -1), axis=2)


def _smoothed(tiles: NDArray[Any], dark: bool) -> NDArray[Any]:
    """Each tile smoothed with its neighbours: a tile that is all ink says nothing about the paper."""
    padded = np.pad(tiles, 1, mode="edge")
    around = [padded[i : i + tiles.shape[0], j : j + tiles.shape[1]] for i in range(3) for j in range(3)]
    return np.quantile(np.stack(around), 0.6 if dark else 0.4, axis=0)


def _spread(tiles: NDArray[Any], shape: tuple[int, ...], sides: tuple[int, int]) -> Depth:
    """The level of each pixel, interpolated between the four tiles around it: (rows, columns)."""
    spread = np.empty(shape, np.float32)
    for top in range(0, shape[0], BLOCK):
        down, some = _between(range(top, min(top + BLOCK, shape[0])), sides[0], tiles.shape[0])
        rows = down @ tiles[some].astype(np.float32)
        for left in range(0, shape[1], BLOCK):
            across, some = _between(range(left, min(left + BLOCK, shape[1])), sides[1], tiles.shape[1])
            spread[top : top + BLOCK, left : left + BLOCK] = rows[:, some] @ across.T
    return spread


def _between(places: range, side: int, count: int) -> tuple[Depth, slice]:
    """The matrix that interpolates linearly along one axis between the middles of tiles: (places, tiles); which tiles.

    side: of a tile, in pixels; count: the number of tiles along this axis.
    """
    at = (np.arange(places.start, places.stop, dtype=np.float32) + np.float32(0.5)) / np.float32(side) - np.float32(0.5)
    at = np.clip(at, 0, count - 1)
    first, last = int(at[0]), min(int(at[-1]) + 1, count - 1)  # those before and after have no share
    nearness = 1 - np.abs(at[:, None] - np.arange(first, last + 1, dtype=np.float32))
    return np.maximum(nearness, 0), slice(first, last + 1)


def reduced(paper: Paper, factor: int) -> Paper:
    """The page at 1 / `factor` of its size, before it is straightened. Strokes may become fainter, but none is lost."""
    depth = reduce(paper.depth, factor).astype(np.float32)
    inked = depth[reduce(paper.mask.astype(np.uint8), factor) > 0]
    deep = float(np.quantile(inked, 0.8)) if len(inked) else paper.contrast
    contrast = deep if deep < THIN * paper.contrast else paper.contrast
    return replace(paper, depth=depth, contrast=contrast, reduction=paper.reduction * factor)


def straightened(paper: Paper, size: float) -> Paper:
    """The page, rotated until its lines are level, if the angle is clear.

    size: how high the writing is, in pixels of `paper.depth`.
    """
    turn = find_turn(
        paper.depth > paper.threshold / 2, size
    )  # a low threshold: faint lines on the paper are the best evidence
    if not turn:
        return paper
    return Paper(turned(paper.depth, turn), paper.contrast, paper.reduction, turn, paper.shape)


def find_turn(mask: NDArray[np.bool_], size: float) -> float:
    """The clockwise rotation of a page, in radians; 0 if it is not clear. Level lines of writing leave level gaps.

    For every angle the ink is counted along lines of that angle. The more uneven the counts, the better the angle fits.
    mask: (rows, columns); size: the height of the writing, in pixels; 0: there is none.
    """
    y, x = np.nonzero(mask)
    if not size or len(y) < 20 or np.ptp(x) < WIDE_ENOUGH * size:
        return 0.0
    sample = slice(None, None, max(1, len(y) // POINTS))
    x, y = x[sample] - mask.shape[1] / 2, y[sample] - mask.shape[0] / 2
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
    """How abruptly ink starts and ends across lines of this angle: the sum of squared differences (Postl 1986)."""
    across = y * math.cos(math.radians(degrees)) - x * math.sin(math.radians(degrees))
    place = (across - across.min()) / max(bin_height, float(np.ptp(across)) / MOST_BINS)
    low = place.astype(np.int64)
    part = place - low  # shared between two bins, so that bin borders do not matter
    n = int(low.max()) + 2
    counts = np.bincount(low, weights=1 - part, minlength=n) + np.bincount(low + 1, weights=part, minlength=n)
    edges = np.diff(counts, prepend=0.0, append=0.0)
    return float(edges @ edges)


def turned(depth: Depth, turn: float) -> Depth:
    """The page rotated anticlockwise by `turn` radians about its middle, with bilinear interpolation.

    depth: (rows, columns)  ->  a shape that holds all of it; outside the page is paper.
    """
    rows, columns = depth.shape
    cos, sin = np.float32(math.cos(turn)), np.float32(math.sin(turn))
    high = min(2 * rows, math.ceil(cos * rows + abs(sin) * columns))  # writing on a narrow strip cannot be steep
    wide = min(2 * columns, math.ceil(cos * columns + abs(sin) * rows))
    stride = columns + 2
    padded = np.pad(depth, 1).ravel()  # a border of paper, which stands for everything outside
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
