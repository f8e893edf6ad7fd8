"""Straightening takes out the slant alone; resizing gives all digits one height and width, and centres them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.digits.preparation.adjusting import (
    CHUNK,
    HEIGHT,
    MOST,
    REASONS,
    STEPS,
    WIDTH,
    adjust,
    resize,
    slants,
    spreads,
    straighten,
)
from digitlens.errors import ShapeError, UsageError


def leaning(slant: float) -> np.ndarray:
    """A stroke with soft edges that leans: (1, 28, 28)."""
    row, column = np.mgrid[0:28, 0:28]
    stroke = np.clip(2.5 - np.abs(column - 13.5 + slant * (row - 13.5)), 0, 1)
    stroke[:5] = stroke[23:] = 0
    return stroke.astype(np.float32)[None]


@given(st.floats(-0.5, 0.5))
def test_a_leaning_stroke_stands_upright_afterwards(slant: float) -> None:
    image = leaning(slant)
    assert slants(image)[0] == pytest.approx(slant, abs=0.03)
    upright = straighten(image)
    assert slants(upright)[0] == pytest.approx(0, abs=0.02)
    assert upright.sum() == pytest.approx(image.sum(), rel=1e-3)
    assert upright.dtype == np.float32
    assert 0 <= upright.min() <= upright.max() <= 1 + 1e-6


def test_what_stands_upright_stays_as_it_is() -> None:
    image = leaning(0)
    assert np.allclose(straighten(image), image, atol=1e-6)


def test_no_ink_and_one_dot_stay_as_they_are() -> None:
    images = np.zeros((2, 28, 28), np.float32)
    images[1, 7, 9] = 1
    assert np.array_equal(straighten(images), images)
    resized = resize(images)
    assert not resized[0].any()
    assert resized[1, 14, 14] == 1  # in the middle


def block(top: int, left: int, rows: int, columns: int) -> np.ndarray:
    """A full rectangle: (1, 28, 28)."""
    image = np.zeros((1, 28, 28), np.float32)
    image[0, top : top + rows, left : left + columns] = 1
    return image


@given(st.integers(12, 24), st.integers(8, 18), st.integers(0, 4), st.integers(0, 9))
def test_whatever_its_size_it_is_as_high_and_wide_as_all_others_and_in_the_middle(
    rows: int, columns: int, top: int, left: int
) -> None:
    image = block(top, left, rows, columns)
    resized = resize(image)
    assert np.allclose(spreads(resized), [[HEIGHT], [WIDTH]], atol=0.15)
    place = np.arange(28)
    for axis in (2, 1):
        assert resized.sum(axis=axis)[0] @ place / resized.sum() == pytest.approx(14, abs=0.05)
    assert resized.dtype == np.float32
    assert 0 <= resized.min() <= resized.max() <= 1 + 1e-6


def test_a_stroke_stays_a_stroke_and_a_small_mark_small() -> None:
    stroke = block(4, 13, 20, 2)
    assert spreads(resize(stroke))[1][0] < MOST * 0.8 < WIDTH / 2
    mark = block(12, 12, 4, 4)
    assert resize(mark).sum() < 1.1 * MOST**2 * mark.sum()


def test_what_has_the_size_already_stays_as_it_is() -> None:
    once = resize(block(5, 8, 19, 12))
    assert np.abs(resize(once) - once).max() < 0.05


@pytest.mark.parametrize("step", STEPS)
def test_a_batch_is_its_images_one_by_one(step: str) -> None:
    images = np.concatenate([leaning(s) for s in (-0.4, 0.1, 0.3)])
    assert np.allclose(STEPS[step](images), np.concatenate([STEPS[step](x[None]) for x in images]), atol=1e-6)


def test_more_images_than_are_adjusted_at_once_are_all_adjusted() -> None:
    images = np.concatenate([leaning(slant) for slant in np.linspace(-0.4, 0.4, CHUNK + 3)])
    adjusted = adjust(images, ["straighten", "resize"])
    assert np.allclose(adjusted[-1], resize(straighten(images[-1:]))[0], atol=1e-6)
    assert np.allclose(adjusted[CHUNK - 1], resize(straighten(images[CHUNK - 1 : CHUNK]))[0], atol=1e-6)


def test_steps_are_applied_by_name_and_in_order() -> None:
    image = leaning(0.3)
    assert np.array_equal(adjust(image, ["straighten", "straighten"]), straighten(straighten(image)))
    assert np.array_equal(adjust(image, []), image)
    assert set(STEPS) == set(REASONS)


def test_an_unknown_step_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"'bend'.*straighten"):
        adjust(leaning(0), ["bend"])


@pytest.mark.parametrize("shape", [(28, 28), (3, 784), (3, 0, 28)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="rows, columns"):
        adjust(np.zeros(shape, np.float32), ["straighten"])
