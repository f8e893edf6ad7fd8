"""MNIST with other hands and pens beside it: what is tested on stays, and the others are behind those to learn from."""

from __future__ import annotations

import numpy as np

from digitlens.digits.sources.mixture import thicker, thinner, with_pen
from digitlens.digits.synthetic.pen.writer import pen_data, world_digits


def test_other_hands_and_pens_come_behind_what_is_there() -> None:
    data = pen_data(training=40, test=10)
    mixed = with_pen(data, seed=3)
    assert len(mixed.training) == 40 + 20
    np.testing.assert_array_equal(mixed.training.images[40:], world_digits(20, 3).digits.images)
    np.testing.assert_array_equal(mixed.training.digits[:40], data.training.digits)
    np.testing.assert_array_equal(mixed.training.digits[40:], world_digits(20, 3).digits.digits)
    kinds = []
    for before, after in zip(data.training.images, mixed.training.images[:40], strict=True):
        ways = {"own": before, "thinner": thinner(before[None])[0], "thicker": thicker(before[None])[0]}
        kinds.append(next(name for name, image in ways.items() if np.array_equal(after, image)))
    assert [kinds.count(name) for name in ("own", "thinner", "thicker")] == [28, 8, 4]
    assert mixed.test is data.test
    assert mixed.name == "pen+pen"
    assert "20 digits written by" in mixed.source
    assert with_pen(data, seed=3).training.fingerprint() == mixed.training.fingerprint()


def test_a_pen_is_a_pixel_thicker_or_thinner() -> None:
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 5:8, 10:13] = 200
    assert np.flatnonzero(thicker(image)[0].any(axis=1)).tolist() == [5, 6, 7, 8]
    assert np.flatnonzero(thicker(image)[0].any(axis=0)).tolist() == [10, 11, 12, 13]
    assert np.flatnonzero(thinner(image)[0].any(axis=1)).tolist() == [6, 7]
    np.testing.assert_array_equal(thinner(np.zeros_like(image)), np.zeros_like(image))
