"""What stands beside a number and is in none speaks against it."""

from __future__ import annotations

import numpy as np
import pytest

import digitlens as dl
from digitlens.digits.preparation.framing import Box
from digitlens.digits.synthetic.pen.rows import sheet
from digitlens.reading.page.neighbours import Neighbours

NUMBER = [Box(100, 100, 40, 20), Box(100, 130, 40, 20)]


def boxes(*edges: tuple[int, int, int, int]) -> np.ndarray:
    return np.array(edges, float).reshape(-1, 4)


def test_nothing_stands_beside_a_number_by_itself() -> None:
    assert Neighbours(boxes(), boxes()).beside(NUMBER) == (0.0, 0.0, 0.0)
    assert Neighbours(boxes(), boxes((100, 100, 140, 120), (100, 130, 140, 150))).beside(NUMBER) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("ink", "wanted"),
    [
        ((120, 122, 140, 128), (0.5, 0.0, 0.0)),  # among its digits
        ((120, 80, 140, 85), (0.0, 0.5, 0.0)),  # to the left
        ((100, 160, 180, 170), (0.0, 1.0, 0.0)),  # to the right, and higher than it
        ((136, 122, 140, 128), (0.0, 0.0, 0.0)),  # a dot
        ((120, 300, 140, 305), (0.0, 0.0, 0.0)),  # far away
        ((200, 122, 240, 128), (0.0, 0.0, 0.0)),  # on another line
    ],
)
def test_ink_that_was_not_read_is_measured(ink: tuple[int, int, int, int], wanted: tuple[float, float, float]) -> None:
    assert Neighbours(boxes(ink), boxes()).beside(NUMBER) == wanted


@pytest.mark.parametrize(
    ("digit", "wanted"),
    [((75, 160, 115, 180), 1.0), ((100, 160, 140, 180), 0.0), ((75, 260, 115, 280), 0.0), ((180, 160, 220, 180), 0.0)],
)
def test_a_digit_close_by_that_is_staggered_is_noticed(digit: tuple[int, int, int, int], wanted: float) -> None:
    assert Neighbours(boxes(), boxes(digit)).beside(NUMBER)[2] == wanted


def test_a_number_beside_ink_that_is_no_digit_is_less_sure() -> None:
    reader = dl.load("reader")
    grey = sheet(["47"], np.random.default_rng(2), 60, 0.3).grey()
    plain = reader.read_page(grey).numbers
    spoiled = grey.copy()
    foot, left = plain[0].top + plain[0].height, plain[0].left - 24
    spoiled[foot - 20 : foot, left : left + 4] = 0  # a small stroke before it, such as a 1 in haste
    other = reader.read_page(spoiled).numbers
    assert [number.text for number in plain] == ["47"]
    assert [number.text for number in other] != ["47"] or (other[0].confidence or 0) < (plain[0].confidence or 0)
