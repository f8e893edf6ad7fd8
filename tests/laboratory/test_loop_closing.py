"""Closing: what is open gets a loop by a short stroke, and as much ink elsewhere gives it none."""

from __future__ import annotations

import numpy as np
import pytest

from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.laboratory.loop_closing import ALIKE, LOOP, PEN, REACH, closed_loops
from digitlens.laboratory.parts import LEAST_HOLE, holes

PEN_DIGITS = pen_digits(400, seed=9).digits
WHICH, CLOSED, BESIDE = closed_loops(PEN_DIGITS.images, np.random.default_rng(1))
OPEN = PEN_DIGITS.images[WHICH]


def size(images: np.ndarray) -> np.ndarray:
    """Pixels of paper that are closed in, (n,)."""
    return holes(images).sum(axis=(1, 2))


def arc(gap: float, radius: float = 5.0) -> np.ndarray:
    """A ring that is open for so many degrees: (1, 28, 28)."""
    turns = np.radians(np.linspace(gap / 2, 360 - gap / 2, 60))
    stroke = np.stack([14 + radius * np.cos(turns), 14 + radius * np.sin(turns)], axis=1)
    return np.round(255 * ink_strokes([stroke], (28, 28), 1.0)).astype(np.uint8)[None]


def test_what_is_closed_had_no_loop_and_has_one_and_the_same_stroke_elsewhere_makes_none() -> None:
    assert 40 < WHICH.sum() == len(CLOSED) == len(BESIDE)
    assert (size(OPEN) < LEAST_HOLE).all()
    assert (size(CLOSED) >= LOOP).all()
    assert (size(BESIDE) < LEAST_HOLE).all()


def test_both_only_add_ink_and_about_as_much_of_it_and_not_in_the_same_place() -> None:
    for changed in (CLOSED, BESIDE):
        assert (changed >= OPEN).all()
    added, elsewhere = ((changed.astype(float) - OPEN).sum(axis=(1, 2)) / 255 for changed in (CLOSED, BESIDE))
    assert (added > 0).all()
    assert (np.abs(elsewhere / added - 1) <= ALIKE).all()
    assert abs(elsewhere.mean() / added.mean() - 1) < 0.05
    assert (added <= 2 * (PEN + 0.5) * (REACH + 3)).all(), "a short stroke is little ink"
    assert (BESIDE != CLOSED).any(axis=(1, 2)).all()


def test_what_is_added_is_one_straight_stroke() -> None:
    for before, after in zip(OPEN, CLOSED, strict=True):
        rows, columns = np.nonzero(after > before)
        middle = np.stack([rows - rows.mean(), columns - columns.mean()])
        narrow = np.linalg.svd(middle @ middle.T / len(rows))[1][1]
        assert narrow < 1.5, "across, its pixels lie close to a line"


@pytest.mark.parametrize(("gap", "can"), [(60, True), (90, True), (200, False)])
def test_a_short_stroke_closes_a_narrow_gap_and_no_wide_one(gap: float, can: bool) -> None:
    which, closed, beside = closed_loops(arc(gap, 6.5 if can else 9.0), np.random.default_rng(2))
    assert which.tolist() == [can]
    assert len(closed) == len(beside) == can
    if can:
        rows, columns = np.nonzero(closed[0] > arc(gap, 6.5)[0])
        assert columns.min() > 14, "the gap is on the right"
        assert abs(rows.mean() - 13.5) < 2.5


def test_a_ring_a_stroke_and_nothing_are_left_as_they_are() -> None:
    stroke = np.zeros((1, 28, 28), np.uint8)
    stroke[0, 5:23, 13:15] = 255
    which, closed, beside = closed_loops(np.concatenate([arc(0), stroke, 0 * stroke]), np.random.default_rng(3))
    assert which.tolist() == [False] * 3
    assert closed.shape == beside.shape == (0, 28, 28)
    assert closed_loops(stroke[:0], np.random.default_rng(3))[0].shape == (0,)


def test_the_same_random_numbers_choose_the_same_and_others_choose_other_places() -> None:
    again, other = (closed_loops(PEN_DIGITS.images, np.random.default_rng(seed)) for seed in (1, 2))
    for one, two in zip((WHICH, CLOSED, BESIDE), again, strict=True):
        np.testing.assert_array_equal(one, two)
    both = WHICH & other[0]
    np.testing.assert_array_equal(CLOSED[both[WHICH]], other[1][both[other[0]]])
    assert (BESIDE[both[WHICH]] != other[2][both[other[0]]]).any()
