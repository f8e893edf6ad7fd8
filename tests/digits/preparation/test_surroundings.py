"""What is around a digit is no part of it: a table top, a scanner's lid, a circle; and all of a digit stays."""

from __future__ import annotations

import numpy as np
import pytest
from tests.digits.surroundings import KINDS, pictures

import digitlens as dl
from digitlens.digits.preparation.circles import without_circles
from digitlens.digits.preparation.prepare import Prepared, prepare
from digitlens.digits.preparation.sheet import beside_strips, sheet_of_digit
from digitlens.digits.preparation.strokes import ink_strokes

READER = dl.load("reader")
SEVEN = [np.array([[-30.0, -50.0], [30.0, -50.0], [-10.0, 50.0]])]


@pytest.mark.parametrize("kind", KINDS)
def test_a_digit_is_read_whatever_is_around_it(kind: str) -> None:
    read = [(digit, READER.read(picture)) for digit, picture in pictures(kind, 60, seed=4)]
    assert np.mean([reading.digit == digit for digit, reading in read]) >= 0.93
    assert np.mean([bool(reading.reason) for _, reading in read]) <= 0.07


def seven(rows: int = 200, columns: int = 200, x: float = 100, y: float = 100) -> np.ndarray:
    """Ink of a 7, 100 pixels high, about (x, y): (rows, columns), 0..1."""
    return ink_strokes([stroke + np.array([x, y]) for stroke in SEVEN], (rows, columns), 5.0)


def ring(side: int, radius: float, pen: float) -> np.ndarray:
    """Ink of a circle about the middle: (side, side), 0..1."""
    y, x = np.mgrid[:side, :side] - side / 2 + 0.5
    return np.clip(pen / 2 + 0.5 - np.abs(np.hypot(y, x) - radius), 0, 1)


def on_paper(ink: np.ndarray) -> np.ndarray:
    return np.rint(235 - 200 * ink).astype(np.uint8)


def on_desk(page: np.ndarray, level: int = 50) -> np.ndarray:
    return np.pad(page, ((60, 80), (70, 50)), constant_values=level)


def alike(one: Prepared, other: Prepared) -> bool:
    return bool(np.abs(one.image - other.image).mean() < 0.01)


PLAIN = prepare(on_paper(seven()))


@pytest.mark.parametrize(
    "familiar", [None, READER.familiarity and READER.familiarity.of_one], ids=["likeliest", "most"]
)
def test_the_sheet_and_what_is_within_a_circle_are_prepared_as_alone(familiar: object) -> None:
    for picture, said in (
        (on_desk(on_paper(seven())), "around the sheet"),
        (on_desk(on_paper(seven())) / 255.0, "around the sheet"),
        (on_paper(np.maximum(seven(), ring(200, 80, 4))), "a circle"),
        (on_desk(on_paper(np.maximum(seven(), ring(200, 80, 4)))), "a circle"),
        (255 - on_desk(on_paper(seven()), 20), "around the sheet"),
    ):
        prepared = prepare(picture, familiar=familiar)  # type: ignore[arg-type]
        assert said in prepared.stages[1].reason
        assert alike(prepared, PLAIN)


def test_where_it_lies_is_told_in_pixels_of_the_picture() -> None:
    alone, cropped = (prepare(p).stages[2].parameters for p in (on_paper(seven()), on_desk(on_paper(seven()))))
    assert [cropped["top"], cropped["left"]] == pytest.approx([alone["top"] + 60, alone["left"] + 70], abs=1)


def test_a_sheet_on_which_nothing_is_written_is_no_sheet() -> None:
    bar = np.full((200, 200), 240, np.uint8)
    bar[40:160, 85:115] = 10  # a 1 that is a block
    assert sheet_of_digit(bar) is not None
    prepared = prepare(bar)
    assert "sheet" not in prepared.stages[1].reason
    assert prepared.stages[2].parameters["rows"] == 120


def test_the_paper_within_a_thick_0_is_no_writing() -> None:
    zero = np.full((200, 200), 240, np.uint8)
    zero[30:170, 50:150] = 10
    zero[60:140, 75:125] = 240
    assert sheet_of_digit(zero) is not None
    prepared = prepare(zero)
    assert "sheet" not in prepared.stages[1].reason
    assert prepared.stages[2].parameters["rows"] == 140


def test_a_speck_on_a_sheet_is_no_writing() -> None:
    bar = np.full((300, 300), 240, np.uint8)
    bar[60:240, 120:180] = 10
    bar[150:153, 150:153] = 200
    assert prepare(bar).stages[2].parameters["rows"] == 180


def test_a_sheet_is_found_where_the_whole_picture_has_no_ink() -> None:
    """A strip of a pale table: as a whole it is uneven light, and only the sheet has writing."""
    rng = np.random.default_rng(0)
    grey = on_desk(on_paper(0.3 * seven()), 190).astype(float)
    picture = (grey + rng.normal(0, 2, grey.shape)).clip(0, 255).astype(np.uint8)
    assert prepare(picture).ink_found


@pytest.mark.parametrize("size", [28, 47])
def test_in_a_small_picture_nothing_is_looked_for(size: int) -> None:
    page = np.full((size, size), 20, np.uint8)
    page[5:-5, 5:-5] = 230
    page[size // 2 - 4 : size // 2 + 4, size // 2] = 20
    assert sheet_of_digit(page) is None
    ink = np.maximum(ring(size, size / 2 - 3, 2), 0)
    ink[size // 2 - 5 : size // 2 + 5, size // 2] = 1
    assert without_circles(ink) is ink


def test_what_is_no_circle_around_a_digit_stays() -> None:
    """A 0, a 0 with a dot in it, a disc beside a stroke, a long loop around a digit, and a digit beside a circle."""
    zero = ring(200, 70, 10)
    dot = zero.copy()
    dot[95:105, 95:105] = 1
    disc = np.zeros((200, 200))
    disc[20:120, 20:120], disc[130:180, 150:155] = 1, 1
    loop = np.zeros((200, 400))
    loop[40:160, 20:380] = 1
    loop[46:154, 26:374] = 0
    loop[60:140, 100:110] = 1
    beside = np.zeros((200, 400))
    beside[:, :200] = ring(200, 70, 6)
    beside[60:140, 300:310] = 1
    for ink in (zero, dot, disc, loop, beside):
        assert without_circles(ink) is ink


def test_of_circles_in_one_another_the_innermost_counts() -> None:
    small = seven(400, 400, 200, 200)
    ink = np.maximum.reduce([small, ring(400, 80, 4), ring(400, 120, 4), ring(400, 160, 4), ring(400, 190, 4)])
    left = without_circles(ink)
    assert left[200, 200 + 190] == left[200, 200 + 160] == left[200, 200 + 120] == 0
    assert left[200, 200 + 80] > 0  # the fourth is too much


def test_a_thin_circle_has_no_gaps_where_it_goes_aslant() -> None:
    thin = ring(200, 80, 0.4) > 0
    left = without_circles(np.maximum(seven(), thin))
    assert not left[thin].any()
    assert left.sum() == pytest.approx(seven().sum(), rel=0.01)


@pytest.mark.parametrize(("wide", "long", "stays"), [(60, 50, True), (90, 50, False), (90, 140, True)])
def test_the_slash_of_a_0_is_no_1_in_a_circle(wide: float, long: float, stays: bool) -> None:
    """A narrow 0 with a short slash; a 1 in a circle; a 0 as round as that with a long slash."""
    y, x = np.mgrid[:240, :240] - 119.5
    zero = np.abs(np.hypot(y / 90, x / wide) - 1) < 0.06
    slash = (np.abs(y + 2 * x) < 8) & (np.abs(y) < long / 2)
    ink = (zero | slash).astype(float)
    assert (without_circles(ink) is ink) == stays


@pytest.mark.parametrize("turns", range(4))
def test_beside_a_black_strip_is_the_sheet_though_the_digit_reaches_the_border(turns: int) -> None:
    page = on_paper(seven(200, 120))  # its corner reaches the right border
    found = sheet_of_digit(np.rot90(np.pad(page, ((0, 0), (20, 0)), constant_values=5), turns))
    assert found is not None
    assert np.array_equal(np.rot90(found[0], -turns), page[:, 2:])


@pytest.mark.parametrize("name", ["light on dark", "too wide", "all black", "a thick stroke", "narrow", "frayed"])
def test_what_is_no_strip_is_not_cut_off(name: str) -> None:
    page = np.full((200, 160), 235, np.uint8)
    page[60:140, 120:] = 10
    page[:, :20] = 5
    if name == "light on dark":
        page = np.full((200, 160), 5, np.uint8)
        page[40:, 70:90] = 235
    elif name == "too wide":
        page[:, :90] = 5
    elif name == "all black":
        page[:] = 5
    elif name == "a thick stroke":  # the other sides are mostly ink
        page[:, 120:] = 10
        page[:20, 120:] = 235
    elif name == "narrow":
        page = page[:, :50].repeat(40, axis=0)[:2_000]
    else:
        page[::2, 20:40] = 5
    assert beside_strips(page) is None
