"""Pictures are measured once: what is kept is what the measuring functions say."""

from __future__ import annotations

import numpy as np

from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.laboratory.loop_closing import closed_loops
from digitlens.laboratory.parts import filled, inked_outside, parts_of
from digitlens.laboratory.stimuli import stimuli


def test_what_is_kept_is_what_is_measured() -> None:
    pen = pen_digits(200, seed=4).digits
    seen = stimuli(pen.images, pen.digits, np.random.default_rng(1))
    has = parts_of(pen.images)
    np.testing.assert_array_equal(seen.has, has)
    np.testing.assert_array_equal(seen.looped, has[:, 0])
    assert 0 < seen.looped.sum() < 200
    np.testing.assert_array_equal(seen.filled, filled(pen.images[seen.looped]))
    rng = np.random.default_rng(1)
    np.testing.assert_array_equal(seen.ink_outside, inked_outside(pen.images[seen.looped], rng))
    opened, closed, beside = closed_loops(pen.images, rng)
    np.testing.assert_array_equal(seen.open, opened)
    np.testing.assert_array_equal(seen.closed, closed)
    np.testing.assert_array_equal(seen.ink_elsewhere, beside)
    np.testing.assert_array_equal(seen.images, pen.images)
    np.testing.assert_array_equal(seen.digits, pen.digits)
