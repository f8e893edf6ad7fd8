"""Pen digits: labelled digits that a pen model wrote. Data that is always there: no download; same seed, same digits.

Digits are written in blocks of a thousand, a hundred of each digit in random order. Each block has its own stream of
random numbers, so digit i of a seed is the same whatever the count. Test digits have streams of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import SupportsIndex

import numpy as np
from numpy.typing import NDArray

from digitlens.checks import whole_number
from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.preparation.framing import BOX, SIDE, corner_for, place
from digitlens.digits.preparation.strokes import frame_drawings, ink_drawings
from digitlens.digits.synthetic.pen.hand import write
from digitlens.digits.synthetic.pen.skeletons import ALLOGRAPHS

Array = NDArray[np.float64]

BLOCK = 1_000  # digits written from one stream of random numbers
MOST = 1_000_000  # digits at once: 0.8 GB of pictures, 2 GB of strokes
PEN = (0.2, 0.3)  # mean and spread of the log of the pen's radius in pixels
THINNEST, THICKEST = 0.6, 2.4  # radii
ANY_PEN = (0.2, 0.4)  # the same for world_digits()
CARE = 0.3  # world_digits() and quick ones are written more carefully, so that the ways of writing stay distinct
SQUARED = 0.06  # share of world_digits() that is stretched to fill a square, as in some old scans of forms

TRAINING_STREAM, TEST_STREAM, EVERYWHERE_STREAM = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class PenDigits:
    """n pen digits, with the strokes that they were drawn from."""

    digits: Digits  # (n, 28, 28) framed pictures and their labels
    strokes: list[list[Array]]  # the strokes of each drawing, each (points, 2), on a pad of 280 × 280, before framing
    allographs: list[str]  # the way of writing, such as "7 crossed"
    radii: Array  # (n,), half the pen's width, in pixels of the framed picture

    def __len__(self) -> int:
        """How many there are."""
        return len(self.digits)

    def __repr__(self) -> str:
        return f"<PenDigits: {len(self):,} pictures with their strokes>"

    def _repr_html_(self) -> str:
        from collections import Counter

        from digitlens.markup import block, table

        ways = sorted(Counter(self.allographs).items())
        return block(repr(self)[1:-1], table(["way of writing", "pictures"], ways))


def pen_digits(count: int, seed: int = 0) -> PenDigits:
    """Write `count` digits, about the same number of each class. The same seed gives the same digits.

    The first digits do not depend on the count. count: 1 to a million; seed: 0 to 2⁶⁴ − 1. Raises UsageError for
    others.

    >>> some = pen_digits(3, seed=0)
    >>> some.digits.images.shape, len(some.strokes)
    ((3, 28, 28), 3)
    >>> [name[0] for name in some.allographs] == [str(digit) for digit in some.digits.digits]
    True
    """
    who = "pen_digits()"
    return _pen_digits(whole_number(who, "count", count, 1, MOST), _seed(who, seed), TRAINING_STREAM)


def world_digits(count: int, seed: int = 0) -> PenDigits:
    """Like pen_digits(), but every way of writing is equally common, including those of other countries.

    The pens vary more, and some digits are stretched to fill a square. They are training data beside MNIST, which is
    the handwriting of one country. Raises UsageError as pen_digits() does.

    >>> "9 swung" in world_digits(1000).allographs
    True
    """
    who = "world_digits()"
    return _pen_digits(whole_number(who, "count", count, 1, MOST), _seed(who, seed), EVERYWHERE_STREAM)


def pen_data(seed: int = 0, training: int = 30_000, test: int = 5_000) -> DataSet:
    """A data set of pen digits. The default counts take a few seconds.

    training: how many, the first pen_digits() of this seed; test: how many, from a stream of their own
    Raises UsageError for counts and seeds as pen_digits() does.

    >>> data = pen_data(seed=1, training=20, test=10)
    >>> data.name, len(data.training), len(data.test)
    ('pen', 20, 10)
    """
    who = "pen_data()"
    seed = _seed(who, seed)
    training, test = whole_number(who, "training", training, 1, MOST), whole_number(who, "test", test, 1, MOST)
    return DataSet(
        name="pen",
        source=f"written by Digitlens's own pen model, seed {seed}",
        training=_pen_digits(training, seed, TRAINING_STREAM).digits,
        test=_pen_digits(test, seed, TEST_STREAM).digits,
    )


def _pen_digits(count: int, seed: int, stream: int) -> PenDigits:
    images = np.empty((count, SIDE, SIDE), np.uint8)
    radii = np.empty(count)
    strokes: list[list[Array]] = []
    names: list[str] = []
    for number, begin in enumerate(range(0, count, BLOCK)):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(stream, number)))
        end = min(begin + BLOCK, count)
        everywhere = stream == EVERYWHERE_STREAM
        which, drawings = _block(rng, everywhere)  # always a whole block, so that digits do not depend on the count
        which, drawings = which[: end - begin], drawings[: end - begin]
        pens = np.exp(rng.normal(*(ANY_PEN if everywhere else PEN), BLOCK)).clip(THINNEST, THICKEST)[: end - begin]
        framed = frame_drawings(drawings, pens)
        images[begin:end] = np.rint(255.0 * ink_drawings([frame.strokes for frame in framed], (SIDE, SIDE), pens))
        if everywhere:
            for i in begin + np.flatnonzero(rng.random(BLOCK)[: end - begin] < SQUARED):
                images[i] = _squared(images[i])
        radii[begin:end] = pens
        strokes += drawings
        names += [ALLOGRAPHS[way].name for way in which]
    labels = np.array([int(name[0]) for name in names], np.uint8)
    return PenDigits(Digits(images, labels), strokes, names, radii)


def _block(rng: np.random.Generator, everywhere: bool) -> tuple[NDArray[np.int64], list[list[Array]]]:
    """A block of a thousand digits, a hundred of each class: the index of each allograph, (1000,), and the drawings.

    The ways of writing a digit are as common as in MNIST, or, everywhere, equally common.
    """
    digits = np.array([allograph.digit for allograph in ALLOGRAPHS])
    weights = np.array([1.0 if everywhere else allograph.weight for allograph in ALLOGRAPHS])
    ways = []
    for digit in range(10):
        own = np.flatnonzero(digits == digit)
        ways.append(rng.choice(own, BLOCK // 10, p=weights[own] / weights[own].sum()))
    which = rng.permutation(np.concatenate(ways))
    drawings: list[list[Array]] = [[] for _ in which]
    for way, allograph in enumerate(ALLOGRAPHS):
        places = np.flatnonzero(which == way)
        for i, drawing in zip(places, write(allograph, len(places), rng, CARE if everywhere else 0.0), strict=True):
            drawings[i] = drawing
    return which, drawings


def _squared(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A framed picture in black and white, its ink stretched to fill the box of 20 × 20: (28, 28) -> (28, 28)."""
    ink = image >= 128
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    down, across = (np.linspace(filled[0], filled[-1], BOX).round().astype(int) for filled in (rows, columns))
    full = 255.0 * ink[np.ix_(down, across)]
    return place(full, corner_for(full)).astype(np.uint8)


def _seed(who: str, seed: SupportsIndex) -> int:
    return whole_number(who, "seed", seed, 0, 2**64 - 1)
