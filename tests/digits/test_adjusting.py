"""Straightening takes the slant out, and does nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.digits.adjusting import REASONS, STEPS, adjust, slants, straighten
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


def test_a_batch_is_its_images_one_by_one() -> None:
    images = np.concatenate([leaning(s) for s in (-0.4, 0.1, 0.3)])
    assert np.allclose(straighten(images), np.concatenate([straighten(x[None]) for x in images]), atol=1e-6)


def test_steps_are_applied_by_name_and_in_order() -> None:
    image = leaning(0.3)
    assert np.array_equal(adjust(image, ["straighten", "straighten"]), straighten(straighten(image)))
    assert np.array_equal(adjust(image, []), image)
    assert set(STEPS) == set(REASONS)


def test_an_unknown_step_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"'bend'.*straighten"):
        adjust(leaning(0), ["bend"])


@pytest.mark.parametrize("shape", [(28, 28), (3, 784), (3, 27, 28)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="28, 28"):
        adjust(np.zeros(shape, np.float32), ["straighten"])
