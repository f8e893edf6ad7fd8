"""Pen digits: labelled digits written by a pen model. The data that is always there: no download, one seed, same digits.

Digits are written in blocks of a thousand, a hundred of each digit, and each block has its own stream of random numbers:
picture i of a seed is the same however many are asked for.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.pen.hand import write
from digitlens.digits.pen.skeletons import ALLOGRAPHS
from digitlens.digits.strokes import SIDE, frame_drawings, ink_drawings
from digitlens.errors import UsageError

Array = NDArray[np.float64]

BLOCK = 1_000
MOST = 10_000_000  # digits: 8 GB of pictures


@dataclass(frozen=True, slots=True, eq=False)
class PenDigits:
    """Digits beside the strokes they were inked from."""

    digits: Digits  # n pictures, framed
    strokes: list[list[Array]]  # n drawings: strokes of (points, 2), natural place and size on a pad of 280 × 280
    allographs: list[str]  # n names: which way of writing the digit, such as "7 crossed"
    radii: Array  # (n,), half the pen's width in pixels of the framed picture

    def __len__(self) -> int:
        return len(self.digits)


def pen_digits(count: int, seed: int = 0) -> PenDigits:
    return _write(count, seed, stream=0)


def pen_data(seed: int = 0, training: int = 60_000, test: int = 10_000) -> DataSet:
    return DataSet(
        name="pen",
        source=f"written by the pen model, seed {seed}",
        training=_write(training, seed, stream=0).digits,
        test=_write(test, seed, stream=1).digits,
    )


def _write(count: int, seed: int, stream: int) -> PenDigits:
    images = np.empty((count, SIDE, SIDE), np.uint8)
    labels = np.empty(count, np.uint8)
    radii = np.empty(count)
    strokes: list[list[Array]] = []
    names: list[str] = []
    for block in range(-(-count // BLOCK)):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(stream, block)))
        here = slice(block * BLOCK, min((block + 1) * BLOCK, count))
        many = here.stop - here.start
        which, drawings, pens = _block(rng)
        drawings = drawings[:many]
        framed = frame_drawings(drawings, pens[:many])
        ink = ink_drawings([f.strokes for f in framed], (SIDE, SIDE), pens[:many])
        images[here] = np.rint(255 * ink)
        labels[here] = [ALLOGRAPHS[a].digit for a in which[:many]]
        radii[here] = pens[:many]
        strokes += drawings
        names += [ALLOGRAPHS[a].name for a in which[:many]]
    return PenDigits(Digits(images, labels), strokes, names, radii)


def _block(rng: np.random.Generator):
    weights = np.array([a.weight for a in ALLOGRAPHS])
    digit = np.array([a.digit for a in ALLOGRAPHS])
    which = np.concatenate([
        rng.choice(np.flatnonzero(digit == d), BLOCK // 10, p=weights[digit == d] / weights[digit == d].sum())
        for d in range(10)
    ])
    which = rng.permutation(which)
    drawings = [None] * BLOCK
    for a, allograph in enumerate(ALLOGRAPHS):
        members = np.flatnonzero(which == a)
        for i, d in zip(members, write(allograph, len(members), rng), strict=True):
            drawings[i] = d
    pens = np.exp(rng.normal(np.log(1.15), 0.24, BLOCK)).clip(0.6, 2.4)
    return which, drawings, pens
