"""MNIST, and beside it what its writers did not write: other countries' ways, and thinner and thicker pens.

MNIST is one country's handwriting, in one kind of pen. A network that has learned from it alone reads a 1 with a flag
as a 7, a 9 with a curled foot as a 3, and a thin pen worse.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.synthetic.pen.writer import world_digits

Images = NDArray[np.uint8]

WORLD = 0.5  # so many of the pen model's for each picture there is to learn from
THINNER, THICKER = 0.2, 0.1  # the shares of those pictures that are shown in another pen
SEED = 1


def with_pen(data: DataSet, seed: int = SEED) -> DataSet:
    """The same digits, some of those to learn from in another pen, and behind them others of the pen model.

    No picture is there twice, so that what a recipe holds out has not been learned from. What is tested on stays as it
    is.

    >>> from digitlens.digits.synthetic.pen.writer import pen_data
    >>> with_pen(pen_data(training=20, test=10))
    <DataSet pen+pen: 30 to learn from, 10 to be tested on>
    """
    own, count = data.training, len(data.training)
    order = np.random.default_rng([seed, 28]).permutation(count)
    thin, thick = order[: round(THINNER * count)], order[count - round(THICKER * count) :]
    images = own.images.copy()
    images[thin], images[thick] = thinner(images[thin]), thicker(images[thick])
    pen = world_digits(max(1, round(WORLD * count)), seed).digits
    return DataSet(
        name=f"{data.name}+pen",
        source=f"{data.source}, {len(thin) + len(thick):,} of them in other pens; and {len(pen):,} digits written by "
        f"Digitlens's own pen model, seed {seed}",
        training=Digits(np.concatenate([images, pen.images]), np.concatenate([own.digits, pen.digits])),
        test=data.test,
        classes=data.classes,
    )


def thicker(images: Images) -> Images:
    """A pen one pixel thicker: each pixel as dark as the darkest of 2 × 2. (n, 28, 28) -> the same shape."""
    wide = images.copy()
    np.maximum(wide[:, 1:], images[:, :-1], out=wide[:, 1:])
    higher = wide.copy()
    np.maximum(wide[:, :, 1:], higher[:, :, :-1], out=wide[:, :, 1:])
    return wide


def thinner(images: Images) -> Images:
    """A pen one pixel thinner: each pixel as light as the lightest of 2 × 2. (n, 28, 28) -> the same shape."""
    return ~thicker(~images)
