"""MNIST, and beside it pen digits in the ways of writing that MNIST's writers did not use.

MNIST is one country's handwriting. A network that has learned from it alone reads a 1 with a flag as a 7 and a 9 with
a curled foot as a 3.
"""

from __future__ import annotations

import numpy as np

from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.pen.writer import world_digits

TIMES = 1.5  # so many pen digits for each picture there is to learn from
SEED = 1


def with_pen(data: DataSet, times: float = TIMES, seed: int = SEED) -> DataSet:
    """The same digits, and behind those to learn from `times` as many of the pen; what is tested on stays as it is.

    >>> from digitlens.digits.pen.writer import pen_data
    >>> with_pen(pen_data(training=20, test=10))
    <DataSet pen+pen: 50 to learn from, 10 to be tested on>
    """
    pen = world_digits(round(times * len(data.training)), seed).digits
    images = np.concatenate([data.training.images, pen.images])
    digits = np.concatenate([data.training.digits, pen.digits])
    return DataSet(
        name=f"{data.name}+pen",
        source=f"{data.source}; and {len(pen):,} digits written by Digitlens's own pen model, seed {seed}",
        training=Digits(images, digits),
        test=data.test,
        classes=data.classes,
    )
