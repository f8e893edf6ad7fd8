"""Small data of our own: bars in four places are four classes, with noise; learnt in a second."""

from __future__ import annotations

from typing import Any

import numpy as np

from digitlens.digits.dataset import DataSet, Digits
from digitlens.learning.recipe import Recipe

CLASSES = ("0", "1", "2", "3")


def bars(count: int = 90, seed: int = 0) -> Digits:
    """`count` pictures of a horizontal bar: its height on the page is its class."""
    rng = np.random.default_rng(seed)
    digits = rng.integers(0, 4, count).astype(np.uint8)
    images = rng.integers(0, 60, (count, 28, 28)).astype(np.uint8)
    for image, digit in zip(images, digits, strict=True):
        row = 2 + 7 * int(digit) + int(rng.integers(0, 3))
        image[row : row + 3, 4:24] = rng.integers(150, 256)
    return Digits(images, digits)


def bar_data(count: int = 90, seed: int = 0) -> DataSet:
    """A data set of bars."""
    return DataSet("bars", "bars made for tests", bars(count, seed), bars(40, seed + 1), CLASSES)


def small(**changes: Any) -> Recipe:
    """A recipe that is done in a moment; the last mini-batch of its epochs is smaller than the others."""
    return Recipe(**({"hidden": (6, 5), "epochs": 3, "mini_batch": 16, "validation": 17} | changes))
