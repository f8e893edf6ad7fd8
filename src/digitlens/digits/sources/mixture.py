"""A mixture of MNIST and pen digits, with the handwriting of other countries and with thinner and thicker pens.

MNIST is the handwriting of one country with one kind of pen. A network trained on it alone reads a 1 with a flag as a 7
and a 9 with a curled foot as a 3, and it reads thin pens worse.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.sources.pen_cache import kept
from digitlens.digits.synthetic.pen.writer import world_digits

Images = NDArray[np.uint8]

WORLD = 0.5  # pen digits for each training picture
THINNER, THICKER = 0.2, 0.1  # shares of the training pictures whose pen is made thinner or thicker
SEED = 1


def with_pen(data: DataSet, seed: int = SEED) -> DataSet:
    """The same data with pen digits appended to the training digits, and some training digits with another pen.

    No picture is in it twice, so what a recipe holds out is not also learned from. The test digits stay the same.

    >>> from digitlens.digits.synthetic.pen.writer import pen_data
    >>> with_pen(pen_data(training=20, test=10))
    <DataSet pen+pen: 30 to learn from, 10 to be tested on>
    """
    original, count = data.training, len(data.training)
    order = np.random.default_rng([seed, 28]).permutation(count)
    thin, thick = order[: round(THINNER * count)], order[count - round(THICKER * count) :]
    images = original.images.copy()
    images[thin], images[thick] = thinner(images[thin]), thicker(images[thick])
    share = max(1, round(WORLD * count))
    pen = kept("everywhere", share, seed, lambda: world_digits(share, seed).digits)
    return DataSet(
        name=f"{data.name}+pen",
        source=f"{data.source}, {len(thin) + len(thick):,} of them in other pens; and {len(pen):,} digits written by "
        f"Digitlens's own pen model, seed {seed}",
        training=Digits(np.concatenate([images, pen.images]), np.concatenate([original.digits, pen.digits])),
        test=data.test,
        classes=data.classes,
    )


def thicker(images: Images) -> Images:
    """A pen one pixel thicker: each pixel is the maximum of 2 × 2. (n, 28, 28) -> the same shape."""
    wide = images.copy()
    np.maximum(wide[:, 1:], images[:, :-1], out=wide[:, 1:])
    higher = wide.copy()
    np.maximum(wide[:, :, 1:], higher[:, :, :-1], out=wide[:, :, 1:])
    return wide


def thinner(images: Images) -> Images:
    """A pen one pixel thinner: each pixel is the minimum of 2 × 2. (n, 28, 28) -> the same shape."""
    return ~thicker(~images)
