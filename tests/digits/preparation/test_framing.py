"""Ink of any size becomes 28×28 as MNIST was made, and what is made so already is not touched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digitlens.digits.preparation.framing import (
    BOX,
    CENTRE,
    Box,
    box_for_framing,
    box_of,
    centre_of_mass,
    frame,
    resample,
    resampling,
    scale_for,
    scaled,
    upper_quartile,
)
from digitlens.digits.preparation.stroke_width import THICKEST, THINNEST, stroke_width
from digitlens.errors import ShapeError

SEEDS = st.integers(0, 2**32 - 1)


def scribble(seed: int, longest: int = 60) -> np.ndarray:
    """Some thick crossing strokes whose longest side is `longest`: (longest, fewer)."""
    rng = np.random.default_rng(seed)
    rows, columns = longest, int(rng.integers(longest // 3, longest + 1))
    ink = np.zeros((rows, columns))
    thick = max(2, longest // 10)
    for _ in range(3):
        at = int(rng.integers(0, rows - thick + 1))
        ink[at : at + thick] = 1
        at = int(rng.integers(0, columns - thick + 1))
        ink[:, at : at + thick] = 1
    return ink


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_the_upper_quartile_is_numpys_to_the_bit(values: list[float]) -> None:
    assert upper_quartile(np.array(values)) == float(np.quantile(values, 0.75))


@pytest.mark.parametrize("side", [128, 129])
def test_a_resampling_that_is_kept_is_the_same_and_cannot_be_changed(side: int) -> None:
    first, again = resampling(side, 0.3), resampling(side, 0.3)
    assert np.array_equal(first, again)
    assert (first is again) == (not first.flags.writeable) == (side == 128)


def with_mnists_pen(ink: np.ndarray) -> bool:
    """Whether framing leaves the pen of this ink as it is."""
    size = scaled(ink)
    return size.pen == size.drawn


@given(SEEDS, st.integers(30, 200))
def test_framed_ink_has_the_size_and_the_place_of_mnists_digits(seed: int, longest: int) -> None:
    ink = scribble(seed, longest)
    assume(with_mnists_pen(ink))  # with another pen it is as large but for the pen
    framed = frame(ink)
    box = box_of(framed)
    assert box is not None
    assert max(box.rows, box.columns) == BOX
    assert all(CENTRE - 0.5 - 2e-6 <= middle <= CENTRE + 0.5 for middle in centre_of_mass(framed))
    assert 0 <= framed.min() <= framed.max() <= 1


@given(SEEDS, st.integers(10, 200))
def test_framing_twice_is_framing_once(seed: int, longest: int) -> None:
    ink = scribble(seed, longest)
    assume(with_mnists_pen(ink))
    once = frame(ink)
    assert np.array_equal(frame(once), once)


@given(SEEDS, st.tuples(*[st.integers(0, 30)] * 4))
def test_empty_paper_around_the_ink_changes_nothing(seed: int, around: tuple[int, int, int, int]) -> None:
    ink = scribble(seed)
    page = np.pad(ink, (around[:2], around[2:]))
    assert np.array_equal(frame(page), frame(ink))


@given(SEEDS, st.integers(2, 12))
def test_an_enlarged_digit_comes_back_as_it_was(seed: int, times: int) -> None:
    ink = scribble(seed)
    assume(with_mnists_pen(ink))
    framed = frame(ink)
    assert np.allclose(frame(np.kron(framed, np.ones((times, times)))), framed, atol=0.13)


@given(st.integers(1, 300), st.floats(0.02, 8))
def test_resampling_keeps_what_is_constant(before: int, scale: float) -> None:
    matrix = resampling(before, scale)
    if before * scale == matrix.shape[0] or scale > 1:
        assert np.allclose(matrix.sum(axis=1), 1)
    assert matrix.min() >= 0
    assert matrix.sum(axis=1).max() <= 1 + 1e-9


@given(SEEDS, st.integers(1, 9), st.integers(1, 9))
def test_reducing_by_whole_numbers_is_averaging_blocks(seed: int, blocks: int, factor: int) -> None:
    ink = np.random.default_rng(seed).random((blocks * factor, 2 * factor))
    averages = ink.reshape(blocks, factor, 2, factor).mean(axis=(1, 3))
    assert np.allclose(resample(ink, 1 / factor), averages)


@given(SEEDS, st.integers(5, 90), st.floats(0.05, 1))
def test_reducing_keeps_the_mass(seed: int, side: int, scale: float) -> None:
    ink = np.random.default_rng(seed).random((side, side))
    assert resample(ink, scale).sum() == pytest.approx(ink.sum() * scale**2, rel=1e-6)


def test_mnists_own_sizes_are_not_resampled() -> None:
    assert [scale_for(n) for n in (19, 20)] == [1, 1]
    assert scale_for(18) > 1 > scale_for(21)
    ink = np.random.default_rng(0).random((20, 11))
    small, scale, gain, *_ = scaled(ink)
    assert small is ink
    assert (scale, gain) == (1, 1)


def test_the_blur_around_strokes_does_not_make_them_smaller() -> None:
    blurred = np.full((60, 60), 0.1)
    blurred[10:50, 20:30] = 1
    assert box_for_framing(blurred) == Box(10, 20, 40, 10)
    assert box_for_framing(blurred[:20, :20]) == Box(0, 0, 20, 20)  # MNIST's size: every pixel stays


def test_thin_strokes_are_strengthened() -> None:
    ink = np.zeros((200, 100))
    ink[:, 50:53] = ink[99:102] = 1
    small, scale, gain, *_ = scaled(ink)
    assert scale == 0.1
    assert gain > 2
    assert small.max() == pytest.approx(0.8, abs=0.2)


@pytest.mark.parametrize("width", [2, 20, 60])
def test_ink_that_is_resampled_gets_a_pen_like_mnists(width: int) -> None:
    ink = np.zeros((200, 140))
    ink[:, :width] = ink[:width] = 1
    small = scaled(ink)
    assert (small.pen > small.drawn) is (width == 2)
    assert (small.pen < small.drawn) is (width == 60)
    assert THINNEST - 0.15 <= stroke_width(small.ink) <= THICKEST + 0.05
    assert stroke_width(frame(ink)) == pytest.approx(stroke_width(small.ink))


def test_of_mnists_size_only_a_pen_thinner_than_any_in_mnist_is_made_wider() -> None:
    ink = np.zeros((20, 12))
    ink[:, 5] = ink[10] = 0.7
    assert scaled(ink).ink is ink
    small = scaled(ink / 2)
    assert small.scale == 1
    assert small.drawn < small.pen
    assert small.ink.shape == (22, 14)


@pytest.mark.parametrize("turns", range(4))
def test_ink_that_would_leave_the_picture_stays_inside(turns: int) -> None:
    ink = np.zeros((20, 20))
    ink[:, 0] = 1
    ink[0] = 0.01  # so little of it that the centre of mass is at one edge
    framed = frame(np.rot90(ink, turns))
    assert framed.sum() == pytest.approx(ink.sum())


def test_no_ink_comes_back_as_no_ink() -> None:
    assert box_of(np.zeros((9, 9))) is None
    assert box_for_framing(np.zeros((9, 9))) is None
    assert not frame(np.zeros((100, 3))).any()


@pytest.mark.parametrize("shape", [(28,), (5, 28, 28)])
def test_one_picture_at_a_time(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="one picture"):
        frame(np.zeros(shape))
