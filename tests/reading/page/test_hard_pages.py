"""What is no writing changes nothing: the table under a sheet, a scanner's lid, circles, boxes, logos, codes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps
from tests.reading.page.hard_pages import KINDS, WRITTEN, narrow_tables, pages

import digitlens as dl
from digitlens.digits.preparation.connected_components import pieces_of
from digitlens.digits.preparation.sheet import find_sheet
from digitlens.digits.synthetic.pen.rows import Sheet, sheet
from digitlens.reading.page.figures import enclosing, enclosures

READER = dl.load("reader")


PAGES = {"in brackets": 32, "sudokus": 8}  # where two of 8 would decide; of many digits

# What touches a logo loses the edge of its stroke, and may then look different. Of a sudoku some 35 digits must all be
# found.
LEAST = {"with a logo that touches": 0.6, "sudokus": 0.5, "times": 0.9}


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_with_what_is_no_writing_is_read_as_without_it(kind: str) -> None:
    read = [[READER.read_page(page).text for page in pair] for *pair, _ in pages(kind, PAGES.get(kind, 8), seed=1)]
    assert np.mean([plain == hard for plain, hard in read]) >= LEAST.get(kind, 0.8), read


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_ends_a_number_is_no_digit(kind: str) -> None:
    """Slashes, colons, brackets, dashes, and the lines of a table."""
    read = [(READER.read_page(page).text, text) for page, text in WRITTEN[kind](PAGES.get(kind, 20), 2)]
    assert np.mean(
        [[len(part) for part in a.split()] == [len(part) for part in b.split()] for a, b in read]
    ) >= LEAST.get(kind, 0.8), read


def boxed(text: str, wide: float, rows: int = 1, apart: float = 0.0) -> NDArray[np.uint8]:
    """Rows of boxes with a digit of `text` in each; wide: of a box, in heights of the writing; apart: in pixels."""
    high, tall = 60, 90
    pitch = wide * high + apart
    written = Sheet(100 + rows * tall, 100 + int(len(text) * pitch), 3.0)
    for row in range(rows):
        for i, digit in enumerate(text):
            written.write(digit, 50 + (i + 0.25) * pitch, 65 + row * tall, high, np.random.default_rng([row, i]))
    image = Image.fromarray(written.grey())
    draw = ImageDraw.Draw(image)
    for row in range(rows):
        for i in range(len(text)):
            left, top = 50 + i * pitch, 50 + row * tall
            draw.rectangle((left, top, left + wide * high, top + tall), outline=0, width=2)
    return np.asarray(image)


@pytest.mark.parametrize(("wide", "apart"), [(1.2, 0.0), (2.4, 0.0), (1.2, 20.0), (2.0, 30.0)])
def test_a_row_of_boxes_with_a_digit_in_each_is_one_number(wide: float, apart: float) -> None:
    """Also where a 1 leaves wide gaps beside it."""
    page = READER.read_page(boxed("3141492", wide, 1, apart))
    assert [len(number.text) for number in page.numbers] == [7]


def test_a_box_that_a_digit_reaches_out_of_is_a_box() -> None:
    page = READER.read_page(boxed("3141592", 1.2, 1, apart=20.0))  # the 5 is wider than its box
    assert [len(number.text) for number in page.numbers] == [7]


def test_each_cell_of_a_grid_is_a_number() -> None:
    page = READER.read_page(boxed("31459", 1.4, 3))
    assert [len(number.text) for number in page.numbers] == [1] * 15


def test_a_table_that_is_turned_and_large_has_cells_too() -> None:
    grey, text = next(narrow_tables(1, 2))
    image = Image.fromarray(grey)
    image = image.resize((4 * image.width, 4 * image.height)).rotate(
        3, Image.Resampling.BICUBIC, expand=True, fillcolor=255
    )
    read = READER.read_page(image).text
    assert [len(part) for part in read.split()] == [len(part) for part in text.split()]


def test_a_margin_ends_no_number() -> None:
    written = sheet(["4711", "0815"], np.random.default_rng(3), gap=0.3)
    grey = written.grey()
    grey[30::50][:, :] = np.minimum(grey[30::50], 150)
    between = int(written.boxes[0][0] + written.boxes[0][2] + 4)
    grey[:, between : between + 2] = 150
    assert [len(number.text) for number in READER.read_page(grey).numbers] == [4, 4]


def test_cells_part_numbers_where_something_is_expected() -> None:
    grey, text = next(narrow_tables(1, 2))
    page = READER.read_page(grey, expect=r"\d{2,3}")
    assert [len(number.text) for number in page.numbers] == [len(part) for part in text.split()]
    assert all(number.fits for number in page.numbers)
    assert [len(number.text) for number in READER.read_page(boxed("3141492", 2.0), expect=r"d{4,7}").numbers] == [7]


@pytest.mark.parametrize(("aside", "numbers"), [(0.0, [2, 2]), (7.0, [2, 2]), (25.0, [4])])
def test_a_colon_of_dots_no_larger_than_the_pen_ends_a_number(aside: float, numbers: list[int]) -> None:
    """It may lean; two specks that stand in no such way are dust."""
    written = Sheet(200, 500, 3.0)
    end = written.write("17", 60, 70, 60, np.random.default_rng(1), gap=0.25)
    for x, y in ((end + 10 + aside, 90), (end + 10, 118)):
        written.strokes.append(np.array([[x, y], [x, y + 0.5]]))
    written.write("08", end + 25, 70, 60, np.random.default_rng(2), gap=0.25)
    assert [len(number.text) for number in READER.read_page(written.grey()).numbers] == numbers


def test_punch_holes_are_no_digits_also_where_a_line_runs_through_them() -> None:
    image = Image.fromarray(sheet(["4711", "0815"], np.random.default_rng(3), gap=0.3).grey())
    image = ImageOps.expand(image, (120, 0, 0, 30), 255)
    draw = ImageDraw.Draw(image)
    draw.line((0, 100, image.width, 100), fill=150, width=2)
    for y in (54, 100, 286):
        draw.ellipse((20, y - 14, 48, y + 14), fill=60)
    read = READER.read_page(image).text
    assert [len(part) for part in read.split()] == [4, 4]


def test_a_line_and_a_margin_that_cross_all_writing_do_not_turn_the_page() -> None:
    written = sheet(["2909"], np.random.default_rng(8), gap=0.5)
    grey = np.pad(written.grey(), ((0, 0), (90, 0)), constant_values=255)
    grey[78:80], grey[:, 70:72] = 140, 140
    page = READER.read_page(grey)
    assert page.turn == 0
    assert [len(number.text) for number in page.numbers] == [4]


def lit(rows: int = 300, columns: int = 400) -> NDArray[np.float64]:
    """A page in light that falls off to one side."""
    return np.tile(np.linspace(0.95, 0.35, columns), (rows, 1))


def test_a_sheet_is_where_its_edges_are() -> None:
    levels = np.full((300, 400), 0.2)
    levels[50:250, 80:330] = 0.9
    levels[100:150, 100:110] = 0.1  # writing
    found = find_sheet(levels)
    assert found is not None
    assert found[60:240, 90:320].all()
    assert not found[:50].any()
    assert not found[:, 330:].any()


@pytest.mark.parametrize(
    "name", ["uneven light", "a hard shadow", "a round table", "one tone", "a narrow strip", "a bar"]
)
def test_what_is_no_sheet_is_not_taken_for_one(name: str) -> None:
    levels = lit()
    if name == "a hard shadow":
        levels = np.where(np.arange(400) < 180, 0.9, 0.5) * np.ones((300, 1))
    elif name == "a round table":
        y, x = np.mgrid[:300, :400]
        levels = np.where((y - 150) ** 2 + (x - 200) ** 2 < 140**2, 0.9, 0.2)
    elif name == "one tone":
        levels = np.full((300, 400), 0.7)
    elif name == "a narrow strip":
        levels = levels[:5]
    elif name == "a bar":
        levels = np.full((24, 400), 0.1)
        levels[10:14] = 0.9
    assert find_sheet(levels) is None


def test_a_sheet_that_reaches_the_border_lies_on_black() -> None:
    levels = np.full((300, 400), 0.95)
    levels[:, :60] = 0.05
    found = find_sheet(levels)
    assert found is not None
    assert found[:, 70:].all()
    assert not found[:, :60].any()


def test_a_circle_encloses_a_digit_and_a_zero_with_a_speck_in_it_does_not() -> None:
    image = Image.new("L", (300, 120))
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 10, 110, 110), outline=255, width=4)
    draw.line((60, 40, 60, 85), fill=255, width=6)
    draw.ellipse((160, 10, 230, 110), outline=255, width=4)
    draw.ellipse((190, 55, 198, 63), fill=255)
    pieces = pieces_of(np.asarray(image) > 0)
    found = enclosures(pieces)
    assert found[60, 11]
    assert not found[60, 60]
    assert not found[:, 150:].any()
    assert enclosing(pieces.boxes).sum() == 1
