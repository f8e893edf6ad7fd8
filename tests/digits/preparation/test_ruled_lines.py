"""Lines and boxes of forms go, also where the writing touches them; what is written stays, whatever shape it has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.preparation.ruled_lines import without_lines


def five(rows: int = 80, columns: int = 60) -> np.ndarray:
    """A 5 of straight strokes with a little paper around it: ink."""
    ink = np.zeros((rows, columns))
    ink[16:22, 18:46] = ink[36:42, 18:42] = ink[60:66, 16:42] = 1
    ink[16:42, 18:24] = ink[38:66, 38:44] = 1
    return ink


LINES = {
    "below": lambda page: page.__setitem__(np.s_[-5:-3], 0.8),
    "all around": lambda page: [
        page.__setitem__(part, 0.7) for part in (np.s_[:2], np.s_[-3:], np.s_[:, :2], np.s_[:, -2:])
    ],
    "leaning": lambda page: [page.__setitem__((slice(3 + i // 15, 5 + i // 15), i), 1) for i in range(60)],
    "beyond it another cell": lambda page: [
        page.__setitem__(np.s_[:, 4:6], 1),
        page.__setitem__(np.s_[20:40:3, 0:4], 0.9),
    ],
}


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("name", LINES)
def test_lines_along_the_border_go_and_nothing_else(name: str, turns: int) -> None:
    page = five()
    LINES[name](page)
    cleared = without_lines(np.rot90(page, turns))
    assert np.array_equal(cleared, np.rot90(five(), turns))


def test_a_line_that_the_writing_touches_goes_too() -> None:
    page = five()
    page[66:78, 20:24] = 1  # down to the line, and through it
    wanted = page.copy()
    page[72:74] = 1
    wanted[72:] = 0
    cleared = without_lines(page)
    assert np.array_equal(cleared[:71], wanted[:71])
    assert not cleared[74:].any()
    assert not cleared[72, :18].any()


def test_a_box_that_stands_free_goes() -> None:
    page = np.zeros((140, 150))
    page[30:110, 40:100] = five()
    page[30:32, 40:100] = page[108:110, 40:100] = page[30:110, 40:42] = page[30:110, 98:100] = 1
    assert np.array_equal(without_lines(page)[34:106, 44:96], five()[4:76, 4:56])
    assert without_lines(page).sum() == five().sum()


def tight(name: str) -> np.ndarray:
    """Digits of straight strokes that fill their picture, with bars as thin as lines: ink."""
    ink = np.zeros((60, 44))
    if name == "7":
        ink[:3] = ink[:, -3:] = 1
    elif name == "2":
        ink[:3] = ink[-3:] = 1
        for i in range(60):
            ink[i, max(0, 40 - i * 2 // 3) : 44 - i * 2 // 3] = 1
    elif name == "1":
        ink[-3:] = ink[:, 20:24] = 1
    elif name == "0":
        ink[:3] = ink[-3:] = ink[:, :3] = ink[:, -3:] = 1
    return ink


@pytest.mark.parametrize("name", "7210")
def test_bars_of_digits_that_fill_their_picture_stay(name: str) -> None:
    assert np.array_equal(without_lines(tight(name)), tight(name))


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40))
def test_ink_is_only_ever_taken_away(seed: int, rows: int, columns: int) -> None:
    ink = (np.random.default_rng(seed).random((rows, columns)) < 0.5) * 1.0
    cleared = without_lines(ink)
    assert cleared.shape == ink.shape
    assert ((cleared == ink) | (cleared == 0)).all()
    assert cleared is ink or 0.1 * ink.sum() <= cleared.sum() < ink.sum()


def test_a_digit_in_a_box_is_prepared_as_it_is_without() -> None:
    plain = np.rint(255 * (1 - five())).astype(np.uint8)
    boxed = plain.copy()
    boxed[:2] = boxed[-2:] = boxed[:, :2] = boxed[:, -2:] = 60
    assert np.array_equal(prepare(boxed).image, prepare(plain).image)
