"""Ink from strokes: the formula, the laws that follow from it, and the fast way held to the plain one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from digitlens.digits.preparation import strokes as module
from digitlens.digits.preparation.strokes import (
    FramedStrokes,
    centre_of_mass,
    frame_drawings,
    frame_strokes,
    ink_drawings,
    ink_strokes,
)
from digitlens.errors import ShapeError

NEAR = st.floats(-5, 35, allow_subnormal=False)
STROKES = st_np.arrays(np.float64, st.tuples(st.integers(1, 6), st.just(2)), elements=NEAR)
DRAWINGS = st.lists(STROKES, max_size=4)
RADII = st.floats(0, 4)


def test_the_ink_of_a_pixel_is_the_formula_and_nothing_else():
    drawing = [np.array([[3.0, 4.0], [12.5, 9.0], [12.5, 9.0], [5.0, 17.0]]), np.array([[20.0, 3.0]])]
    radius = 1.3
    ink = ink_strokes(drawing, (20, 24), radius)
    along = np.linspace(0, 1, 2001)[:, None]
    ends = [(a, b) for s in drawing for a, b in zip(s, np.vstack([s[1:], s[-1:]]), strict=True)]
    dense = np.concatenate([a + along * (b - a) for a, b in ends])
    for row in range(20):
        for column in range(24):
            nearest = np.sqrt(((dense - (column + 0.5, row + 0.5)) ** 2).sum(axis=1).min())
            assert ink[row, column] == pytest.approx(np.clip(radius + 0.5 - nearest, 0, 1), abs=1e-4)


def test_a_dot_through_a_pixels_centre_with_a_pen_of_one_pixel_fills_that_pixel_only():
    ink = ink_strokes([np.array([[2.5, 1.5]])], (4, 5), 0.5)
    assert ink[1, 2] == 1
    assert ink.sum() == 1


def test_no_strokes_leave_no_ink():
    assert not ink_strokes([], (28, 28), 1.0).any()
    assert not ink_drawings([[], []], (28, 28), np.ones(2)).any()
    assert ink_drawings([], (28, 28), np.ones(0)).shape == (0, 28, 28)


def test_whole_numbers_and_lists_are_strokes_too():
    assert ink_strokes([[[2, 3], [5, 3]]], (8, 8), 1).sum() > 5


@given(DRAWINGS, RADII)
def test_ink_does_not_depend_on_the_order_or_direction_of_strokes_nor_on_doubled_points(drawing, radius):
    ink = ink_strokes(drawing, (28, 28), radius)
    turned = [np.repeat(stroke, 2, axis=0)[::-1] for stroke in reversed(drawing)]
    np.testing.assert_allclose(ink_strokes(turned, (28, 28), radius), ink, atol=1e-12)


@given(DRAWINGS, STROKES, RADII)
def test_the_ink_of_two_drawings_is_the_stronger_of_both(drawing, stroke, radius):
    both = ink_strokes([*drawing, stroke], (28, 28), radius)
    apart = np.maximum(ink_strokes(drawing, (28, 28), radius), ink_strokes([stroke], (28, 28), radius))
    np.testing.assert_array_equal(both, apart)


@given(DRAWINGS, RADII)
def test_ink_lies_between_none_and_full_and_a_thicker_pen_never_takes_any_away(drawing, radius):
    ink = ink_strokes(drawing, (28, 28), radius)
    assert ink.min() >= 0
    assert ink.max() <= 1
    assert (ink_strokes(drawing, (28, 28), radius + 0.5) >= ink).all()


@given(st.lists(st.tuples(DRAWINGS, RADII), max_size=5), st.integers(1, 30), st.integers(1, 30))
def test_many_drawings_at_once_are_inked_as_one_by_one(pairs, rows, columns):
    drawings, radii = [drawing for drawing, _ in pairs], np.array([radius for _, radius in pairs])
    together = ink_drawings(drawings, (rows, columns), radii)
    for drawing, radius, ink in zip(drawings, radii, together, strict=True):
        np.testing.assert_allclose(ink, ink_strokes(drawing, (rows, columns), radius), atol=1e-9)


def drawn(seed, size=200.0):
    rng = np.random.default_rng(seed)
    return [np.cumsum(rng.normal(0, size / 8, (rng.integers(2, 12), 2)), axis=0) for _ in range(rng.integers(1, 4))]


@given(st.integers(0, 10**6), st.floats(0, 3))
def test_the_longest_side_of_framed_ink_is_twenty_pixels(seed, radius):
    framed = frame_strokes(drawn(seed), radius)
    sides = np.ptp(np.concatenate(framed.strokes), axis=0) + 2 * radius
    assert sides.max() == pytest.approx(20)
    assert framed.radius == radius


@given(st.integers(0, 10**6), st.floats(0.75, 3))
def test_framed_ink_balances_on_the_centre_of_pixel_fourteen(seed, radius):
    framed = frame_strokes(drawn(seed), radius)
    roomy = ink_strokes([stroke + 10 for stroke in framed.strokes], (48, 48), radius)  # nothing cut off at the border
    np.testing.assert_allclose(centre_of_mass(roomy), 24.5, atol=0.2)


@given(st.integers(0, 10**6), st.floats(0, 3))
def test_framing_what_is_framed_changes_nothing(seed, radius):
    once = frame_strokes(drawn(seed), radius)
    twice = frame_strokes(once.strokes, radius)
    assert twice.scale == pytest.approx(1)
    np.testing.assert_allclose(np.concatenate(twice.strokes), np.concatenate(once.strokes), atol=1e-9)


@given(st.integers(0, 10**6), st.floats(0.01, 100), st.floats(-1000, 1000), st.floats(-1000, 1000))
def test_framing_forgets_where_and_how_large_a_digit_was_drawn(seed, size, x, y):
    here = frame_strokes(drawn(seed), 1.2)
    there = frame_strokes([stroke * size + (x, y) for stroke in drawn(seed)], 1.2)
    np.testing.assert_allclose(np.concatenate(there.strokes), np.concatenate(here.strokes), atol=1e-6)


@given(st.integers(0, 10**6), st.floats(0, 3))
def test_scale_and_shift_say_how_the_strokes_were_moved(seed, radius):
    drawing = drawn(seed)
    framed = frame_strokes(drawing, radius)
    for before, after in zip(drawing, framed.strokes, strict=True):
        np.testing.assert_allclose(before * framed.scale + framed.shift, after, atol=1e-9)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 10**6), max_size=6), st.floats(0, 3))
def test_many_drawings_at_once_are_framed_as_one_by_one(seeds, radius):
    drawings = [drawn(seed) if seed % 5 else [] for seed in seeds]
    for drawing, framed in zip(drawings, frame_drawings(drawings, np.full(len(seeds), radius)), strict=True):
        alone = frame_strokes(drawing, radius)
        assert framed.scale == pytest.approx(alone.scale)
        assert framed.shift == pytest.approx(alone.shift)
        assert len(framed.strokes) == len(alone.strokes)
        for ours, theirs in zip(framed.strokes, alone.strokes, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_a_dot_is_moved_to_the_middle_but_not_blown_up():
    framed = frame_strokes([np.full((5, 2), 123.4)], 1.5)
    assert framed.scale == 1
    np.testing.assert_allclose(framed.strokes[0], 14.5, atol=1e-9)
    assert framed.ink().max() == 1


def test_rounding_noise_around_a_far_dot_is_no_size():
    assert frame_strokes([np.array([[1e6, 1e6], [1e6 + 1e-9, 1e6]])], 1.0).scale == 1


@pytest.mark.parametrize("end", [(9.0, 0.0), (0.0, 9.0), (9.0, 9.0)])
def test_a_straight_line_is_framed_without_dividing_by_its_thickness(end):
    framed = frame_strokes([np.array([(0.0, 0.0), end])], 1.0)
    assert framed.scale == pytest.approx(2)
    np.testing.assert_allclose(framed.strokes[0].mean(axis=0), 14.5, atol=1e-9)


def test_a_piece_of_almost_no_length_is_a_dot():
    tiny = [np.array([[3.5, 3.5], [3.5 + 1e-200, 3.5]]), np.array([[0.0, 0.0], [1e-160, 1e-160]])]
    np.testing.assert_allclose(
        ink_strokes(tiny, (7, 7), 1.0), ink_strokes([s[:1] for s in tiny], (7, 7), 1.0), atol=1e-12
    )
    np.testing.assert_allclose(ink_drawings([tiny], (7, 7), np.ones(1))[0], ink_strokes(tiny, (7, 7), 1.0), atol=1e-12)


def test_a_drawing_without_strokes_is_framed_as_none():
    framed = frame_strokes([], 1.0)
    assert isinstance(framed, FramedStrokes)
    assert (framed.strokes, framed.scale, framed.shift) == ((), 1.0, (0.0, 0.0))
    assert not framed.ink().any()


def test_no_ink_balances_in_the_middle():
    assert centre_of_mass(np.zeros((2, 28, 28))).tolist() == [[14.5, 14.5]] * 2


BAD_STROKES = {
    "one stroke, not a list of strokes": np.zeros((4, 2)),
    "a stroke of triples": [np.zeros((4, 3))],
    "an empty stroke": [np.zeros((0, 2))],
    "not a number": [np.array([[1.0, np.nan]])],
    "infinite": [np.array([[1.0, -np.inf]])],
    "too far": [np.array([[1e10, 0.0]])],
    "words": [np.array([["a", "b"]])],
    "truths": [np.ones((2, 2), bool)],
    "complex numbers": [np.ones((2, 2), complex)],
    "ragged": [[[1.0, 2.0], [3.0]]],
    "too many points": [np.zeros((module.MOST_POINTS, 2)), np.zeros((1, 2))],
}


@pytest.mark.parametrize("strokes", BAD_STROKES.values(), ids=BAD_STROKES)
def test_strokes_that_are_none_are_refused(strokes):
    with pytest.raises(ShapeError):
        ink_strokes(strokes, (28, 28), 1.0)
    with pytest.raises(ShapeError):
        frame_strokes(strokes, 1.0)
    with pytest.raises(ShapeError):
        ink_drawings([strokes], (28, 28), np.ones(1))


@pytest.mark.parametrize("shape", [(28,), (28, 28, 1), (0, 28), (28, -1), (28, 5000), (28.0, 28), (np.nan, 28)])
def test_shapes_that_are_none_are_refused(shape):
    with pytest.raises(ShapeError, match="rows, columns"):
        ink_strokes([], shape, 1.0)


@pytest.mark.parametrize("radius", [-0.1, np.nan, np.inf])
def test_pens_that_are_none_are_refused(radius):
    with pytest.raises(ShapeError, match="radius"):
        ink_strokes([], (28, 28), radius)
    with pytest.raises(ShapeError, match="radius"):
        ink_drawings([[]], (28, 28), np.array([radius]))


def test_a_pen_that_fills_the_box_leaves_no_room_for_strokes():
    with pytest.raises(ShapeError, match="radius"):
        frame_strokes([], 10.0)
    with pytest.raises(ShapeError, match="radius"):
        frame_drawings([[]], np.array([10.0]))


def test_there_is_one_pen_a_drawing():
    with pytest.raises(ShapeError, match="one radius for each drawing"):
        ink_drawings([[], []], (28, 28), np.ones(3))


def test_work_without_end_is_refused():
    scribble = [np.random.default_rng(0).uniform(0, 4000, (50_000, 2))]
    with pytest.raises(ShapeError, match="visits at most"):
        ink_strokes(scribble, (4096, 4096), 100.0)
