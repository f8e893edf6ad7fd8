"""What is no writing changes nothing: the table under a sheet, a scanner's lid, circles, boxes, logos, codes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from tests.reading.page.hard_pages import KINDS, WRITTEN, pages

import digitlens as dl
from digitlens.digits.preparation.connected_components import pieces_of
from digitlens.digits.preparation.sheet import find_sheet
from digitlens.reading.page.figures import enclosing, enclosures

READER = dl.load("reader")


PAGES = {"in brackets": 32}  # where two of 8 would decide

# What touches a logo loses the edge of its stroke, and may then look different. In a table the numbers of cells may be
# so near to one another that they run together. A flat bracket may be a 1; a printed line may become a digit's foot.
LEAST = {
    "with a logo that touches": 0.6,
    "tables of numbers": 0.3,
    "telephone numbers": 0.6,
    "on ruled paper": 0.6,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_with_what_is_no_writing_is_read_as_without_it(kind: str) -> None:
    read = [[READER.read_page(page).text for page in pair] for *pair, _ in pages(kind, PAGES.get(kind, 8), seed=1)]
    assert np.mean([plain == hard for plain, hard in read]) >= LEAST.get(kind, 0.8), read


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_ends_a_number_is_no_digit(kind: str) -> None:
    """Slashes, colons, brackets, dashes, and the lines of a table."""
    read = [(READER.read_page(page).text, text) for page, text in WRITTEN[kind](20, 2)]
    assert np.mean(
        [[len(part) for part in a.split()] == [len(part) for part in b.split()] for a, b in read]
    ) >= LEAST.get(kind, 0.8), read


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
