"""How wide a pen wrote is measured from the ink, and can be changed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.digits.preparation.stroke_width import stroke_width, with_pen
from digitlens.digits.preparation.strokes import ink_strokes


def ring(radius: float, turned: float = 0.0) -> np.ndarray:
    """A leaning oval by a pen of twice the radius: (40, 40)."""
    angle = np.linspace(0, 2 * np.pi, 60) + turned
    x, y = 20 + 8 * np.cos(angle) + 3 * np.sin(angle), 20 + 11 * np.sin(angle)
    return ink_strokes([np.stack([x, y], axis=1)], (40, 40), radius)


@given(st.floats(0.8, 3), st.floats(0, 6))
def test_the_width_of_a_pen_is_what_it_wrote_with_but_for_soft_edges(radius: float, turned: float) -> None:
    assert 0.7 <= stroke_width(ring(radius, turned)) / (2 * radius) <= 1


@given(st.floats(0.8, 3), st.floats(0.2, 1))
def test_pale_ink_counts_for_less(radius: float, strength: float) -> None:
    assert stroke_width(strength * ring(radius)) == pytest.approx(strength * stroke_width(ring(radius)))


@given(st.floats(0.5, 3.5))
def test_a_pen_of_any_width_is_brought_between_the_limits(radius: float) -> None:
    ink = ring(radius)
    other = with_pen(ink, 2.0, 3.0)
    assert 1.75 <= stroke_width(other) <= 3.1
    assert 0 <= other.min() <= other.max() <= 1
    assert (other is ink) == (2.0 <= stroke_width(ink) <= 3.0)


def test_a_wider_pen_only_adds_ink_and_a_narrower_one_only_takes_some() -> None:
    ink = ring(1.5)
    assert (with_pen(ink, 4, 9) >= ink).all()
    assert (with_pen(ink, 0, 2) <= ink).all()


def test_no_ink_has_no_width_and_stays() -> None:
    empty = np.zeros((5, 7))
    assert stroke_width(empty) == 0
    assert with_pen(empty, 1, 2) is empty
