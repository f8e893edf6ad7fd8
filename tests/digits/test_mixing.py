"""MNIST with pen digits beside it: what is tested on stays, and the pen's are behind those to learn from."""

from __future__ import annotations

import numpy as np

from digitlens.digits.mixing import with_pen
from digitlens.digits.pen.writer import pen_data, world_digits


def test_the_pen_writes_beside_what_is_there() -> None:
    data = pen_data(training=40, test=10)
    mixed = with_pen(data, times=2, seed=3)
    np.testing.assert_array_equal(mixed.training.images[:40], data.training.images)
    np.testing.assert_array_equal(mixed.training.images[40:], world_digits(80, 3).digits.images)
    np.testing.assert_array_equal(mixed.training.digits[40:], world_digits(80, 3).digits.digits)
    assert mixed.test is data.test
    assert mixed.name == "pen+pen"
    assert "80 digits written by" in mixed.source
