"""The pictures that the bench learns from. What they are decides the time little, but it is always said."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.sources.find import VARIABLE, find_data
from digitlens.errors import DataError

EPOCH = 60_000  # images of one epoch: as many as MNIST has
WRITTEN = 6_000  # pen digits that are written for it, if it comes to that


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Pictures to learn from, and one line on what they are."""

    images: NDArray[np.uint8]  # (n, 784)
    digits: NDArray[np.uint8]  # (n,)
    what: str
    mnist: bool = False

    def repeated(self, count: int) -> Pictures:
        """`count` of them: the first ones, or all of them again and again."""
        there = len(self.digits)
        which = np.arange(count) % there
        what = self.what if count <= there else f"{self.what}; {there:,} of them, again and again"
        return Pictures(self.images[which], self.digits[which], what, self.mnist)


def find_pictures(data: str | Path | None = None, count: int = EPOCH) -> Pictures:
    """The digits that `data` names, else MNIST if it is on this machine, else pen digits; nothing is downloaded.

    Raises DataError for a place that was named and does not hold digits of ten classes.
    """
    try:
        found = None if data == "pen" else find_data(data, offline=True)
    except DataError:
        if data is not None or os.environ.get(VARIABLE):
            raise
        found = None
    if found is None:
        what = "pen digits" if data == "pen" else "pen digits, since MNIST is not on this machine"
        return _pen(min(count, WRITTEN), what).repeated(count)
    if len(found.classes) != 10:
        raise DataError(f"the bench wants digits of ten classes, got {len(found.classes)} in {found.source}")
    named = {"mnist": "MNIST", "pen": "pen digits"}.get(found.name, "pictures of the user's own")
    return Pictures(found.training.flat, found.training.digits, named, found.name == "mnist").repeated(count)


def _pen(count: int, what: str) -> Pictures:
    from digitlens.digits.synthetic.pen.writer import pen_digits

    written = pen_digits(count).digits
    return Pictures(written.flat, written.digits, what)
