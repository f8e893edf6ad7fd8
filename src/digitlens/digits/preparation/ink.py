"""From grey to ink: find the paper, its brightness everywhere, and how much darker (or lighter) the writing is.

In a photo, paper is grey, grainy, and brighter on one side. So the level of the paper is estimated all over the
picture. The difference to it is the ink. Grain is set to 0 and strokes to full ink. A clean drawing, or a scan whose
paper has one level, keeps its values exactly.

Two things cannot always be decided from the grey alone: which of two tones is the paper where a thick digit fills its
frame, and what is stroke and what is the printed texture of the paper. Then Ink.others says in which other ways one
could look at the picture, and prepare() keeps the one that looks most like a digit.

grey: (rows, columns), uint8 0..255 or float64 0..1  ->  ink: (rows, columns) float64, 0 nothing to 1 full ink

In a large picture, the ink is first located at a reduced size, and then computed in full resolution. All arithmetic is
sums, means and matrix products in float64, so that another language can repeat it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.framing import Box, Image, box_of
from digitlens.digits.preparation.ruled_lines import without_lines
from digitlens.digits.preparation.specks import main_ink

WORKING = 640  # pixels: the longest side that is worked on; 28×28 needs no more
FLAT = 0.35  # if this share of the pixels have the same level, the paper is flat: the picture is not a photo
FULL_ENOUGH = 0.9  # strokes with this much contrast count as full ink, and values are not scaled
FAINT = 0.06  # smaller deviations from the paper are grain, or the edge of a stroke
CERTAIN = 0.2  # fainter ink in a photo is set to 0
BINS = 64  # of the histogram from which a threshold is taken
NARROW = 2.0**-52  # of a float64: no two are nearer to each other than this share of their size ...
SMALLEST = 1e-280  # ... unless they are smaller than this
LEAST_CONTRAST = 0.04  # with less contrast than this, the picture counts as empty
STANDING_OUT = 4.0  # times the grain: what deviates less from the paper is grain, ...
SMALL = 32  # pixels: in a picture without a longer side, texture and strokes are of one size
SMOOTHED = 96  # pixels: the longest side of a picture that is smoothed
STROKES = 1.0, 1.6, 2.2  # of these: ... unless something stands out where grain and texture are smoothed away, ...
STROKES_OUT = 3.2  # ... so many times what is left of the grain: strokes survive it
TEXTURED = 1 / 8  # of the contrast: with more grain than this, the paper has a texture
BLURS = 0.8, 1.2, 1.7  # pixels of 96: how far textured paper may be smoothed
OPEN = 0.65  # how far from 1 the shares of light in the picture and along its border may be, and either may be paper


class Look(NamedTuple):
    """One way to look at a picture, where more than one is possible."""

    reversed: bool = False  # the tone that seems to be the ink is taken for the paper
    blur: float = 0.0  # the standard deviation of the bell curve it is smoothed with, in pixels, of 96 at most


PLAIN = Look()


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """The ink of a picture, and how it was separated from the paper."""

    ink: Image  # (rows, columns), 0..1: of the region
    region: Box  # the part of the picture where the writing is, in pixels of the picture
    reduction: int  # how many pixels of the picture one pixel of `ink` is wide and high
    dark: bool  # True: dark ink on light paper; False: light on dark
    flat: bool  # True: the paper has one level; False: it is uneven, and was levelled
    paper: float  # 0..1, mean level of the paper
    contrast: float  # 0..1, difference between full ink and paper
    grain: float  # 0..1, estimated standard deviation of the paper's noise
    look: Look = PLAIN  # how the picture was looked at
    others: tuple[Look, ...] = ()  # how else it may be looked at, with another result; none where all is clear


def reduce(levels: NDArray[Any], factor: int) -> Image:
    """A smaller picture: the mean of every square of `factor` × `factor` pixels, fewer at the last row and column."""
    if factor == 1:
        return levels.astype(np.float64)
    rows, columns = levels.shape
    kind = np.uint32 if levels.dtype == np.uint8 else np.float64
    top, left = np.arange(0, rows, factor), np.arange(0, columns, factor)
    strips = np.add.reduceat(levels, top, axis=0, dtype=kind)
    sums = np.add.reduceat(strips, left, axis=1, dtype=kind)
    high, wide = np.diff(top, append=rows), np.diff(left, append=columns)
    return sums / (high[:, None] * wide[None, :])


def running_mean(values: Image, radius: int) -> Image:
    """The mean over the square from -radius to +radius around each pixel, clipped to the picture."""
    for axis in (0, 1):
        n = values.shape[axis]
        total = np.cumsum(np.insert(values, 0, 0.0, axis=axis), axis=axis)
        low = np.maximum(np.arange(n) - radius, 0)
        high = np.minimum(np.arange(n) + radius + 1, n)
        width = (high - low).astype(np.float64)
        values = (total.take(high, axis) - total.take(low, axis)) / (width[:, None] if axis == 0 else width)
    return values


def blurred(levels: Image, spread: float) -> Image:
    """The picture smoothed by a bell curve of that standard deviation, in pixels; the border goes on outside."""
    reach = math.ceil(3 * spread)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        n = levels.shape[axis]
        levels = sum(
            (w * levels.take(np.clip(np.arange(k, k + n), 0, n - 1), axis) for k, w in enumerate(weights, -reach)),
            np.zeros_like(levels),
        )
    return levels


def surface(levels: Image) -> Image:
    """The level of the paper as a smooth surface of second degree, fitted robustly: (rows, columns)."""
    factor = math.ceil(max(levels.shape) / 48)
    blocks = reduce(levels, factor)
    bases = _basis(*blocks.shape)
    values, trusted = blocks.ravel(), np.ones(blocks.size, dtype=bool)
    weights = np.zeros(6)
    for _ in range(5):  # each time without the fifth of the pixels that fits worst: these are not paper
        square = bases[trusted].T @ bases[trusted] + 1e-6 * np.eye(6)
        weights[:] = np.linalg.solve(square, bases[trusted].T @ values[trusted])
        miss = np.abs(values - bases @ weights)
        trusted = miss <= np.quantile(miss, 0.8)
    result: Image = (_basis(*levels.shape) @ weights).reshape(levels.shape)
    return result


def _basis(rows: int, columns: int) -> Image:
    """1, y, x, y², xy, x² at each pixel, y and x from -1 to 1: (rows · columns, 6)."""
    y = np.repeat((np.arange(rows) + 0.5) / rows * 2 - 1, columns)
    x = np.tile((np.arange(columns) + 0.5) / columns * 2 - 1, rows)
    return np.stack([np.ones_like(x), y, x, y * y, x * y, x * x], axis=1)


def level_counts(levels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The levels that occur, sorted, and how many pixels have each."""
    if levels.dtype != np.uint8:
        return np.unique(levels, return_counts=True)
    times = np.bincount(levels.ravel(), minlength=256)  # ten times as fast as sorting them
    values = np.flatnonzero(times)
    return values, times[values]


def flat_level(levels: NDArray[Any], values: NDArray[Any], times: NDArray[np.intp]) -> float | None:
    """The level of flat paper: one that at least the share FLAT of all pixels have exactly; None if there is none.

    values, times: as from level_counts(). If two levels are that common, as in a one-bit scan, the one that is more
    common along the border is the paper.
    """
    common = np.flatnonzero(times >= FLAT * levels.size)
    if len(common) < 2:
        return float(values[common[0]]) if len(common) else None
    edge = border(levels)
    return float(max(((times[i] / levels.size + np.mean(edge == values[i])), values[i]) for i in common)[1])


def border(levels: NDArray[Any]) -> NDArray[Any]:
    """The outermost pixels of the picture, (n,)."""
    return np.concatenate([levels[0], levels[-1], levels[:, 0], levels[:, -1]])


def paper_is_light(excess: Image) -> bool:
    """Whether the writing is dark on light paper: most of the picture and of its border is paper.

    excess: (rows, columns), the picture minus a first estimate of its paper.
    """
    return light_shares(excess) >= 1.0


def light_shares(excess: Image) -> float:
    """Which share of the picture is light, plus which share of its border: 0..2, far from 1 where the paper is clear.

    excess: (rows, columns), the picture, perhaps minus a first estimate of its paper.
    """
    few = max(excess.size // 512, 1)  # a small digit on a large page has hardly more pixels
    ends = few - 1, excess.size - few
    middle = np.partition(excess, ends, axis=None)[list(ends)].mean()  # a fifth of the time of sorting them all
    return float(np.mean(excess > middle) + np.mean(border(excess) > middle))


def otsu(values: Image) -> float:
    """The threshold that splits values into the two classes that differ most (Otsu 1979), from 64 bins.

    Where the values are all alike, it is a little above them.
    """
    low, high = float(values.min()), float(values.max())
    if high - low <= BINS * NARROW * max(abs(low), abs(high), SMALLEST):  # no 64 numbers lie between them: all alike
        return high + 1 / (2 * BINS)
    counts, edges = np.histogram(values, bins=BINS)
    weights = counts / max(counts.sum(), 1)
    middle = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(weights)
    mass = np.cumsum(weights * middle)
    spread = below * (1 - below)
    between = (mass[-1] * below - mass) ** 2 / np.where(spread > 1e-12, spread, np.inf)
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    return float(edges[1:][best].mean())  # if the valley between two peaks is empty: its middle


def _between(depth: Image) -> float:
    """A threshold between paper and ink, also if there is so little ink that Otsu's would split the paper."""
    few = max(depth.size // 512, 1)
    return max(otsu(depth), float(np.partition(depth, -few, axis=None)[-few]) / 3)


def find_ink(grey: NDArray[Any], look: Look = PLAIN, faint: bool = False) -> Ink | None:
    """Find the writing in a picture. Returns None if there is none.

    grey: (rows, columns), uint8 0..255 or float64 0..1. faint: what hardly stands out from textured paper counts, too;
    it may as well be the texture.
    """
    whole = Box(0, 0, *grey.shape)
    working = SMOOTHED if look.blur else WORKING
    if max(grey.shape) > working:
        factor = math.ceil(max(grey.shape) / working)
        coarse = _ink_at(grey, whole, factor, look, faint)
        if coarse is None:
            return None
        box = box_of(coarse.ink)
        assert box is not None
        margin = factor * (4 + max(box.rows, box.columns) // 4)
        top, left = max(0, box.top * factor - margin), max(0, box.left * factor - margin)
        bottom = min(grey.shape[0], (box.top + box.rows) * factor + margin)
        right = min(grey.shape[1], (box.left + box.columns) * factor + margin)
        whole = Box(top, left, bottom - top, right - left)
    return _ink_at(grey, whole, math.ceil(max(whole.rows, whole.columns) / working), look, faint)


def _ink_at(grey: NDArray[Any], region: Box, factor: int, look: Look, faint: bool) -> Ink | None:
    """The ink within a region, computed at 1 / `factor` of its size."""
    part = region.cut(grey)
    levels: NDArray[Any] = part if factor == 1 else reduce(part, factor)
    full = 255.0 if grey.dtype == np.uint8 else 1.0
    difference = _on_flat_paper(levels, full, look) or _on_uneven_paper(levels.astype(np.float64), full, look)
    contrast = float(difference.depth.max())
    if difference.grain:  # then the darkest pixel may be noise
        contrast = _contrast(difference.depth)
    if contrast < LEAST_CONTRAST:
        return None
    hidden = contrast < STANDING_OUT * difference.grain
    if hidden and (difference.flat or not (faint or _strokes_stand_out(levels, full, look))):
        other = look._replace(reversed=True)
        return _ink_at(grey, region, factor, other, faint) if difference.open and other != look else None
    scale = 1.0 if difference.flat and contrast >= FULL_ENOUGH else contrast
    ink = np.minimum(difference.depth / scale, 1.0)
    if difference.grain:
        ink = without_grain(ink, difference.grain / scale)
    cleared = without_lines(ink)
    if difference.grain or cleared is not ink:
        ink = main_ink(cleared)
        if not ink.any():
            return None
    others = tuple(other for other in _looks(difference, contrast) if other != look)
    dark, flat = difference.dark, difference.flat
    return Ink(ink, region, factor, dark, flat, difference.paper, contrast, difference.grain, look, others)


def _strokes_stand_out(levels: NDArray[Any], full: float, look: Look) -> bool:
    """Whether something stands out from textured paper, once it is smoothed by about half a stroke's width."""
    if max(levels.shape) <= SMALL:
        return False
    small = reduce(levels, math.ceil(max(levels.shape) / SMOOTHED))
    for spread in STROKES:
        smooth = _on_uneven_paper(small, full, look._replace(blur=spread))
        if _contrast(smooth.depth) >= max(LEAST_CONTRAST, STROKES_OUT * smooth.grain):
            return True
    return False


def _looks(difference: _Difference, contrast: float) -> list[Look]:
    """In which ways the picture may be looked at."""
    textured = not difference.flat and difference.grain > TEXTURED * contrast
    ways = (False, True) if difference.open else (difference.reversed,)
    return [Look(way, blur) for blur in ((0.0, *BLURS) if textured else (0.0,)) for way in ways]


def _contrast(depth: Image) -> float:
    """The contrast of the strokes: over pixels that are deep and lie among others that are."""
    around = running_mean(depth, 1)
    strokes = depth[(depth >= _between(depth)) & (around >= _between(around))]
    return float(np.quantile(strokes, 0.6)) if len(strokes) else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Difference:
    """The difference between a picture and its paper."""

    depth: Image  # (rows, columns), 0..1: difference to the paper, in the direction of the ink
    dark: bool
    flat: bool
    paper: float
    grain: float
    open: bool  # whether it could as well be in the other direction
    reversed: bool  # whether it is in the less likely direction


def _on_flat_paper(levels: NDArray[Any], full: float, look: Look) -> _Difference | None:
    """The difference of a clean drawing or scan to its flat paper; None if the paper is not flat."""
    values, times = level_counts(levels)  # computing on the levels that occur is faster than on all pixels
    level = flat_level(levels, values, times)
    if level is None:
        return None
    excess = (values - level) / full
    far = np.abs(excess)
    dark = bool((np.maximum(-excess, 0) * times).sum() >= (np.maximum(excess, 0) * times).sum())
    if look.reversed:
        level, dark = float(values[0] if dark else values[-1]), not dark
        excess = (values - level) / full
    sided = np.maximum(-excess if dark else excess, 0.0)
    if levels.dtype == np.uint8:
        table = np.zeros(256)
        table[values] = sided
        depth = table[levels]
    else:
        depth = np.maximum((level - levels if dark else levels - level) / full, 0.0)
    grain = 0.0
    faint = (far > 0) & (far < FAINT)
    if times[faint].sum() > times[far >= FAINT].sum() / 2:  # compressed, or with noise, half of which paper hides
        small = depth[(depth > 0) & (depth < _between(depth))]
        grain = max(FAINT, 1.4826 * float(np.median(small))) if len(small) else FAINT
    return _Difference(depth, dark, True, level / full, grain, _is_open(light_shares(levels)), look.reversed)


def _is_open(shares: float) -> bool:
    """Whether either tone may be the paper. shares: as from light_shares()."""
    return abs(shares - 1.0) < OPEN


def _on_uneven_paper(levels: Image, full: float, look: Look) -> _Difference:
    """The difference of a photo to its paper, whose level is estimated all over the picture."""
    if look.blur:
        levels = blurred(levels, look.blur)
    guess = surface(levels)
    shares = light_shares(levels - guess)
    dark = (shares >= 1.0) != look.reversed
    sign = 1.0 if dark else -1.0
    depth = sign * (guess - levels) / full
    smooth = guess
    radius = max(2, max(levels.shape) // 6)
    for _ in range(2):
        blank = (depth < _between(depth)).astype(np.float64)
        # Where there is hardly any paper nearby, the surface is used.
        smooth = (running_mean(levels * blank, radius) + 0.05 * guess) / (running_mean(blank, radius) + 0.05)
        depth = sign * (smooth - levels) / full
    blank_depth = depth[depth < _between(depth)]
    grain = 1.4826 * float(np.median(np.abs(blank_depth - np.median(blank_depth))))
    paper = float(smooth.mean()) / full
    return _Difference(np.maximum(depth, 0.0), dark, False, paper, grain, _is_open(shares), look.reversed)


def without_grain(ink: Image, grain: float) -> Image:
    """The ink without the grain of the paper. ink: (rows, columns), 0..1; grain: its standard deviation."""
    if 3.0 * grain <= CERTAIN:
        return np.where(ink < CERTAIN, 0.0, ink)
    # A single pixel is too noisy, but the mean of nine is not.
    return np.where((running_mean(ink, 1) < CERTAIN) | (ink < grain), 0.0, ink)
