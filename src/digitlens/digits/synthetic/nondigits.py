"""Synthetic non-digits: pictures from which a network learns to say "this is not a digit".

Each kind is drawn as pages, like users' pictures, so that they go through prepare() like every other picture.

page:   (rows, columns) uint8 grey, mostly dark on light
digits: the pictures that halves, pairs and turned digits are made from; pen digits by default
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import Digits
from digitlens.digits.preparation.ink import running_mean
from digitlens.digits.preparation.strokes import ink_drawings
from digitlens.digits.synthetic.pen.hand import write
from digitlens.digits.synthetic.pen.invented import invented
from digitlens.digits.synthetic.pen.letters import LETTERS
from digitlens.digits.synthetic.pen.skeletons import Allograph
from digitlens.digits.synthetic.pen.symbols import SYMBOLS
from digitlens.digits.synthetic.pen.writer import PEN, THICKEST, THINNEST, pen_digits
from digitlens.digits.synthetic.silhouettes import silhouette
from digitlens.errors import UsageError

Array = NDArray[np.float64]
Page = NDArray[np.uint8]

SIDE = 84  # rows and columns of a page: three times those of a framed picture
LONGEST = 60.0  # pixels: the longest side of a drawing: three times that of a framed digit, like the pen's width


def nondigits(kind: str, count: int, seed: int, digits: Digits | None = None) -> list[Page]:
    """`count` pages of one kind, the same for the same seed (and the same `digits`).

    kind: a name in KINDS. Raises UsageError for another kind, and if `digits` lacks a digit that is needed.

    >>> [page.shape for page in nondigits("scribble", 2, seed=0)]
    [(84, 84), (84, 84)]
    """
    if kind not in KINDS:
        raise UsageError(f"a kind of non-digit is one of {', '.join(KINDS)}, got {kind!r}")
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(sorted(KINDS).index(kind),)))
    if kind in DRAWN:
        return DRAWN[kind](rng, count)
    return CUT[kind](rng, count, pen_digits(max(count, 1_000), seed).digits if digits is None else digits)


def _noise(rng: np.random.Generator, count: int) -> list[Page]:
    """Noise: uniform, normal, or black and white; some of it blurred."""
    pages = []
    for i in range(count):
        rows, columns = rng.integers(28, SIDE + 1, 2) if rng.random() < 0.7 else (28, 28)
        page: Array = rng.random((rows, columns))
        if i % 3 == 1:
            page = rng.normal(0.5, rng.uniform(0.1, 0.5), page.shape)
        elif i % 3 == 2:
            page = (page < rng.uniform(0.03, 0.97)).astype(np.float64)
        if rng.random() < 0.5:
            page = running_mean(page, int(rng.integers(1, 6)))
            page = (page - page.min()) / max(float(np.ptp(page)), 1e-9)
        pages.append(_grey(page))
    return pages


def _blank(rng: np.random.Generator, count: int) -> list[Page]:
    """Empty or nearly empty: white, grey or uneven paper, with grain or specks."""
    pages = []
    for i in range(count):
        rows, columns = (int(n) for n in rng.integers(28, 2 * SIDE, 2))
        page: Array = np.full((rows, columns), rng.uniform(0.3, 1.0))
        if i % 2:  # brighter at one side
            down, right = rng.normal(0, 0.1, 2)
            page += np.add.outer(np.linspace(-down, down, rows), np.linspace(-right, right, columns))
        if i % 3:
            page += rng.normal(0, rng.uniform(0, 0.1), page.shape)
        for _ in range(rng.integers(0, 7) if i % 4 == 3 else 0):
            top, left = rng.integers(0, [rows, columns])
            high, wide = rng.integers(1, 4, 2)
            page[top : top + high, left : left + wide] -= rng.uniform(0.2, 0.8)
        pages.append(_grey(page))
    return pages


def _scribble(rng: np.random.Generator, count: int) -> list[Page]:
    """Scribbles: pen strokes without a meaning."""
    ways = (_wander, _wander, _waves, _coil, _zigzag, _crossing, _ticks)
    return pages_of([ways[rng.integers(len(ways))](rng) for _ in range(count)], rng)


def _wander(rng: np.random.Generator) -> list[Array]:
    """One to four lines with random turns."""
    strokes = []
    for _ in range(rng.integers(1, 5)):
        n = int(rng.integers(80, 260))
        keep = rng.uniform(0.8, 0.99)
        turns, turn = np.empty(n), rng.normal(0, 0.3)
        for k, push in enumerate(rng.normal(rng.normal(0, 0.01), 0.12, n)):
            turn = keep * turn + push
            turns[k] = turn
        heading = rng.uniform(0, 7) + np.cumsum(turns)
        start = rng.normal(0, 8, 2)
        strokes.append(start + np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1), axis=0))
    return strokes


def _waves(rng: np.random.Generator) -> list[Array]:
    """A tangle: a closed or open curve, the sum of several waves."""
    t = np.linspace(0, rng.uniform(0.8, 1.0) * 2 * np.pi, 160)
    x, y = (
        sum(rng.normal(0, 1 / n**0.5) * np.cos(n * t + rng.uniform(0, 7)) for n in range(1, int(rng.integers(4, 9))))
        for _ in "xy"
    )
    return [np.stack([x, y], axis=1)]


def _coil(rng: np.random.Generator) -> list[Array]:
    """Loops along a line, like a spring, or a spiral."""
    loops = rng.uniform(3.5, 9)
    t = np.linspace(0, loops * 2 * np.pi, int(30 * loops))
    along = t / t[-1]
    if rng.random() < 0.5:
        radius = along ** rng.uniform(0.5, 1.2)
        return [np.stack([radius * np.cos(t), rng.uniform(0.6, 1) * radius * np.sin(t)], axis=1)]
    angle = rng.uniform(0, 7)
    size = rng.uniform(0.15, 0.6) * (1 + rng.normal(0, 0.3) * along)
    line = np.stack([2 * along + size * np.cos(t), size * np.sin(t)], axis=1)
    return [line @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])]


def _zigzag(rng: np.random.Generator) -> list[Array]:
    """A zigzag, as people shade a shape or strike out a word."""
    n = int(rng.integers(5, 24))
    ends = np.stack([np.linspace(0, rng.uniform(0.5, 3), n), np.where(np.arange(n) % 2, 1.0, 0.0)], axis=1)
    ends += rng.normal(0, rng.uniform(0.02, 0.25), ends.shape)
    angle = rng.uniform(0, 7)
    return [ends @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])]


def _crossing(rng: np.random.Generator) -> list[Array]:
    """Straight or curved lines that cross: from a net to a heap of sticks."""
    strokes = []
    for _ in range(rng.integers(4, 10)):
        start, end = rng.uniform(0, 1, (2, 2))
        bow = (start + end) / 2 + rng.normal(0, rng.choice([0.01, 0.2]), 2)
        t = np.linspace(0, 1, 12)[:, None]
        strokes.append((1 - t) ** 2 * start + 2 * t * (1 - t) * bow + t**2 * end)
    return strokes


def _ticks(rng: np.random.Generator) -> list[Array]:
    """Many short marks that do not touch: dots, dashes, rain."""
    lean, length = rng.uniform(0, 7), rng.uniform(0, 0.35)
    starts = rng.uniform(0, 1, (int(rng.integers(4, 14)), 2))
    angles = lean + rng.normal(0, rng.choice([0.1, 2.0]), len(starts))
    step = length * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return [np.stack([start, start + move]) for start, move in zip(starts, step, strict=True)]


def _silhouette(rng: np.random.Generator, count: int) -> list[Page]:
    """Filled shapes; see silhouettes.py."""
    return [_grey(1.0 - silhouette(rng, SIDE).astype(np.float64)) for _ in range(count)]


def _letter(rng: np.random.Generator, count: int) -> list[Page]:
    """Letters and signs that look unlike any digit, in the handwriting of the pen digits."""
    return _written(LETTERS, count, rng)


_WRITTEN = 4  # times that an invented symbol is written: a hand draws several at once faster than one


def _symbol(rng: np.random.Generator, count: int) -> list[Page]:
    """Symbols in the same handwriting: half of them of music, science, trade and so on, half invented."""
    made_up = tuple(invented(rng) for _ in range(count // 2 // _WRITTEN))
    known = _written(SYMBOLS, count - len(made_up) * _WRITTEN, rng)
    return known + _written(made_up, len(made_up) * _WRITTEN, rng)


def _written(ways: tuple[Allograph, ...], count: int, rng: np.random.Generator) -> list[Page]:
    """Pages of drawings, each by one of these ways, chosen at random."""
    if not count:
        return []
    which = rng.integers(0, len(ways), count)
    drawings: list[list[Array]] = [[] for _ in which]
    for way, allograph in enumerate(ways):
        places = np.flatnonzero(which == way)
        for i, drawing in zip(places, write(allograph, len(places), rng) if len(places) else [], strict=True):
            drawings[i] = drawing
    return pages_of(drawings, rng)


_HALVES = ((0, "upper"), (0, "lower"), (2, "left"), (2, "lower"), (3, "left"), (5, "left"), (8, "left"))
_SLICES = {"upper": np.s_[:14], "lower": np.s_[14:], "left": np.s_[:, :14], "right": np.s_[:, 14:]}


def _half(rng: np.random.Generator, count: int, digits: Digits) -> list[Page]:
    """Halves of digits that are not digits themselves. (The right half of an 8 may be a 3, half a 1 is a 1.)"""
    by_digit = _by_digit(digits, {digit for digit, _ in _HALVES})
    halves = [_HALVES[i] for i in rng.integers(0, len(_HALVES), count)]
    return [_page(digits.images[rng.choice(by_digit[digit])][_SLICES[side]]) for digit, side in halves]


def _pair(rng: np.random.Generator, count: int, digits: Digits) -> list[Page]:
    """Two digits in one box: beside each other, touching or not, or one above the other."""
    pages = []
    for first, second in rng.integers(0, len(digits), (count, 2)):
        left, right = (_trimmed(digits.images[i]) for i in (first, second))
        beside = rng.random() < 0.8
        if not beside:
            left, right = left.T, right.T
        gap = int(rng.integers(-2, 7))
        rows, columns = max(len(left), len(right)) + 4, left.shape[1] + right.shape[1] + gap
        ink = np.zeros((rows, columns), np.uint8)
        for part, column in ((left, 0), (right, columns - right.shape[1])):
            row = int(np.clip((rows - len(part)) / 2 + rng.normal(0, 2), 0, rows - len(part)))
            target = ink[row : row + len(part), column : column + part.shape[1]]
            np.maximum(target, part, out=target)
        pages.append(_page(ink if beside else ink.T))
    return pages


_TURNED = (1, 2, 3, 4, 5, 6, 7, 8, 9)  # a 0 on its side is still a 0
_MIRRORED = (3, 4, 7, 9)  # a mirrored 2 may be a 5, a mirrored 6 an untidy 0


def _turned(rng: np.random.Generator, count: int, digits: Digits) -> list[Page]:
    """Digits rotated by 90 degrees to the left or right, or mirrored."""
    by_digit = _by_digit(digits, {*_TURNED})
    pages = []
    for way in rng.integers(0, 3, count):
        image = digits.images[rng.choice(by_digit[int(rng.choice(_TURNED if way else _MIRRORED))])]
        pages.append(_page(np.rot90(image, 2 * way - 3) if way else image[:, ::-1]))
    return pages


DRAWN: Mapping[str, Callable[[np.random.Generator, int], list[Page]]] = MappingProxyType(
    {
        "noise": _noise,
        "blank": _blank,
        "scribble": _scribble,
        "silhouette": _silhouette,
        "letter": _letter,
        "symbol": _symbol,
    }
)
CUT: Mapping[str, Callable[[np.random.Generator, int, Digits], list[Page]]] = MappingProxyType(
    {"half": _half, "pair": _pair, "turned": _turned}
)  # made from digits
KINDS = (*DRAWN, *CUT)


def pages_of(drawings: list[list[Array]], rng: np.random.Generator) -> list[Page]:
    """Pages with one drawing each, scaled to the page and drawn with a pen of random width."""
    if not drawings:
        return []
    placed = []
    for strokes in drawings:
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        scale = LONGEST / max(float((high - low).max()), 1e-9)
        placed.append([(stroke - (low + high) / 2) * scale + SIDE / 2 for stroke in strokes])
    pens = LONGEST / 20 * np.exp(rng.normal(*PEN, len(placed))).clip(THINNEST, THICKEST)
    return [_grey(1 - ink) for ink in ink_drawings(placed, (SIDE, SIDE), pens)]


def _grey(levels: Array) -> Page:
    """0..1 -> uint8, 0..255."""
    return np.rint(255 * np.clip(levels, 0, 1)).astype(np.uint8)


def _page(ink: Page) -> Page:
    """A page of dark ink on light paper with a margin; ink: 0..255."""
    return 255 - np.pad(ink, 6)


def _trimmed(ink: Page) -> Page:
    """The ink without empty rows and columns around it."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else ink[:1, :1]


def _by_digit(digits: Digits, needed: set[int]) -> dict[int, NDArray[np.intp]]:
    """The indices of the pictures of each needed digit. Raises UsageError if a digit has none."""
    indices = {digit: np.flatnonzero(digits.digits == digit) for digit in needed}
    if missing := [str(digit) for digit, own in indices.items() if not len(own)]:
        raise UsageError(
            f"nondigits() wants pictures of every digit that it cuts or turns, got no {', '.join(missing)}"
        )
    return indices
