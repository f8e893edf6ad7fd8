"""Pen digits: labelled digits that a pen model wrote. Data that is always there: no download; same seed, same digits.

Digits are written in blocks of a thousand, a hundred of each digit in random order, and each block has its own stream
of random numbers: digit i of a seed is the same however many are asked for. Test digits have streams of their own.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import SupportsIndex

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.preparation.framing import BOX, SIDE, corner_for, place
from digitlens.digits.preparation.strokes import frame_drawings, ink_drawings
from digitlens.digits.synthetic.pen.hand import write
from digitlens.digits.synthetic.pen.skeletons import ALLOGRAPHS
from digitlens.errors import UsageError

Array = NDArray[np.float64]

BLOCK = 1_000  # digits written from one stream of random numbers
MOST = 1_000_000  # digits at once: 0.8 GB of pictures, 2 GB of strokes
PEN = (0.2, 0.3)  # mean and spread of the log of the pen's radius in pixels
THINNEST, THICKEST = 0.6, 2.4  # radii
ANY_PEN = (0.2, 0.4)  # the same of people everywhere
CARE = 0.3  # and how much more carefully they write, so that the ways of writing stay apart
SQUARED = 0.06  # the share of theirs that is stretched to fill a square, as some old scans of forms are

TRAINING_STREAM, TEST_STREAM, EVERYWHERE_STREAM = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class PenDigits:
    """Pen digits beside the strokes they were inked from; n of each."""

    digits: Digits  # (n, 28, 28) framed pictures and what they show
    strokes: list[list[Array]]  # a drawing's strokes, each (points, 2), natural place and size on a pad of 280 × 280
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
    """Write digits, all classes alike often, the same for the same seed: the first of many are those of few.

    count: 1 to a million; seed: 0 to 2⁶⁴ − 1. Raises UsageError for others.

    >>> some = pen_digits(3, seed=0)
    >>> some.digits.images.shape, len(some.strokes)
    ((3, 28, 28), 3)
    >>> [name[0] for name in some.allographs] == [str(digit) for digit in some.digits.digits]
    True
    """
    who = "pen_digits()"
    return _pen_digits(_whole(who, "count", count, 1, MOST), _seed(who, seed), TRAINING_STREAM)


def world_digits(count: int, seed: int = 0) -> PenDigits:
    """As pen_digits(), but every way of writing is as common as every other, those of other countries among them.

    With thinner and thicker pens, too, and some stretched to fill a square. They are for learning beside MNIST, which
    is one country's handwriting. Raises UsageError as pen_digits() does.

    >>> "9 swung" in world_digits(1000).allographs
    True
    """
    who = "world_digits()"
    return _pen_digits(_whole(who, "count", count, 1, MOST), _seed(who, seed), EVERYWHERE_STREAM)


def pen_data(seed: int = 0, training: int = 30_000, test: int = 5_000) -> DataSet:
    """Digits to learn from and digits to be tested on, both written by the pen. The defaults take some seconds.

    training: the first pen_digits() of this seed; test: others, from a stream of their own
    Raises UsageError for counts and seeds as pen_digits() does.

    >>> data = pen_data(seed=1, training=20, test=10)
    >>> data.name, len(data.training), len(data.test)
    ('pen', 20, 10)
    """
    who = "pen_data()"
    seed = _seed(who, seed)
    training, test = _whole(who, "training", training, 1, MOST), _whole(who, "test", test, 1, MOST)
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
        which, drawings = _block(
            rng, everywhere
        )  # a whole block, however few are wanted: the same digits for any count
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
    """A thousand digits, every class a hundred times, its ways of writing as common as in MNIST, or all alike.

    Gives the allographs' places in the table, (1000,), and the drawings.
    """
    digits = np.array([allograph.digit for allograph in ALLOGRAPHS])
    weights = np.array([1.0 if everywhere else allograph.weight for allograph in ALLOGRAPHS])
    ways = []
    for digit in range(10):
        its = np.flatnonzero(digits == digit)
        ways.append(rng.choice(its, BLOCK // 10, p=weights[its] / weights[its].sum()))
    which = rng.permutation(np.concatenate(ways))
    drawings: list[list[Array]] = [[] for _ in which]
    for way, allograph in enumerate(ALLOGRAPHS):
        here = np.flatnonzero(which == way)
        for i, drawing in zip(here, write(allograph, len(here), rng, CARE if everywhere else 0.0), strict=True):
            drawings[i] = drawing
    return which, drawings


def _squared(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A framed picture, one bit deep, its ink stretched to fill the box of 20 × 20: (28, 28) -> the same."""
    ink = image >= 128
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    down, across = (np.linspace(some[0], some[-1], BOX).round().astype(int) for some in (rows, columns))
    full = 255.0 * ink[np.ix_(down, across)]
    return place(full, corner_for(full)).astype(np.uint8)


def _seed(who: str, seed: SupportsIndex) -> int:
    return _whole(who, "seed", seed, 0, 2**64 - 1)


def _whole(who: str, name: str, number: SupportsIndex, least: int, most: int) -> int:
    try:
        whole = operator.index(number)
    except TypeError:
        raise UsageError(f"{who} wants a whole number for {name}, got {number!r}") from None
    if not least <= whole <= most:
        raise UsageError(f"{who} wants {name} from {least} to {most}, got {whole}")
    return whole
