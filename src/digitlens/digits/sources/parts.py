"""The parts of a data set, as files and folders name them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from digitlens.digits.dataset import Digits
from digitlens.digits.sources.arrays import split
from digitlens.errors import DataError

PARTS = {  # what people call them; a longer word before one that it begins with
    "t10k": "test", "testing": "test", "test": "test", "training": "train", "train": "train",
    "validation": "valid", "valid": "valid", "val": "valid",
}  # fmt: skip


def joined(parts: Mapping[str, Digits]) -> tuple[Digits, Digits]:
    """What to learn from, and what to be tested on, of the parts "train", "test" and "valid".

    What is kept for validation is learned from as well, as a recipe holds out images of its own; without a test it is
    the test. Where there is neither, some of what is there is kept for the test. Raises DataError unless there are
    images to learn from and images to be tested on.

    >>> from digitlens.digits.synthetic.pen.writer import pen_digits
    >>> some = pen_digits(60).digits
    >>> [len(half) for half in joined({"train": some})], [len(half) for half in joined({"train": some, "valid": some})]
    ([50, 10], [60, 60])
    """
    training, test = _joined(parts["train"], parts.get("valid"), parts.get("test"))
    if not len(training) or not len(test):
        raise DataError(
            f"wants images to learn from and images to be tested on, got {len(training)} and {len(test)}; add some more"
        )
    return training, test


def _joined(training: Digits, valid: Digits | None, test: Digits | None) -> tuple[Digits, Digits]:
    if test is None:
        return split(training) if valid is None else (training, valid)
    if valid is None:
        return training, test
    images, digits = (
        np.concatenate(pair) for pair in ((training.images, valid.images), (training.digits, valid.digits))
    )
    return Digits(images, digits), test
