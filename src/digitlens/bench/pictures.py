"""The pictures that the bench learns from. They hardly affect the times, but the report always names them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DIGIT_SHAPE, shape_name
from digitlens.digits.sources.find import VARIABLE, find_data
from digitlens.errors import DataError

EPOCH = 60_000  # images of one epoch: as many as MNIST has
WRITTEN = 6_000  # pen digits that are written if there is no MNIST


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Pictures to learn from, and a line that describes them."""

    images: NDArray[np.uint8]  # (n, 784)
    digits: NDArray[np.uint8]  # (n,)
    what: str
    mnist: bool = False

    def repeated(self, count: int) -> Pictures:
        """`count` pictures: the first ones, or, if there are fewer, all of them repeated."""
        available = len(self.digits)
        which = np.arange(count) % available
        what = self.what if count <= available else f"{self.what}; {available:,} of them, repeated"
        return Pictures(self.images[which], self.digits[which], what, self.mnist)


def find_pictures(data: str | Path | None = None, count: int = EPOCH) -> Pictures:
    """The digits that `data` names; without it MNIST if it is on this machine, else pen digits. Nothing is downloaded.

    Raises DataError for a named place that does not hold digits of ten classes.
    """
    try:
        digits = None if data == "pen" else find_data(data, offline=True)
    except DataError:
        if data is not None or os.environ.get(VARIABLE):
            raise
        digits = None
    if digits is None:
        what = "pen digits" if data == "pen" else "pen digits, since MNIST is not on this machine"
        return _pen(min(count, WRITTEN), what).repeated(count)
    if len(digits.classes) != 10 or digits.image_shape != DIGIT_SHAPE:
        raise DataError(
            f"the bench wants digits of ten classes and 28×28 pixels, got {len(digits.classes)} classes of "
            f"{shape_name(digits.image_shape)} pixels in {digits.source}"
        )
    named = {"mnist": "MNIST", "pen": "pen digits"}.get(digits.name, "pictures of the user's own")
    return Pictures(digits.training.flat, digits.training.digits, named, digits.name == "mnist").repeated(count)


def _pen(count: int, what: str) -> Pictures:
    from digitlens.digits.synthetic.pen.writer import pen_digits

    pen = pen_digits(count).digits
    return Pictures(pen.flat, pen.digits, what)
