"""The work of a page: what would be more than its budget is left out, and the page says so."""

from __future__ import annotations

import io
import tracemalloc

import numpy as np
import pytest
from PIL import Image
from tests.reading.page.test_hostile_pages import zigzags

import digitlens as dl
from digitlens.digits.preparation.connected_components import pieces_of, runs_in
from digitlens.digits.synthetic.pen.rows import sheet
from digitlens.reading.page import budget, lines, page, paper, ruling
from digitlens.reading.page.budget import Budget
from digitlens.reading.page.lines import find_lines
from digitlens.reading.page.paper import find_paper
from digitlens.reading.page.ruling import without_boxes

READER = dl.load("video")
MEBIBYTES = 400  # for any picture that is accepted
TWO_LINES = sheet(["12345", "678"], np.random.default_rng(1), gap=0.3).grey()


def nested(count: int, side: int = 300) -> np.ndarray:
    """Boxes in boxes: (side, side) float32, 1 where there is ink."""
    depth = np.zeros((side, side), np.float32)
    for i in range(0, 12 * count, 12):
        depth[i : side - i, i : side - i] = 1
        depth[i + 2 : side - i - 2, i + 2 : side - i - 2] = 0
    return depth


def test_a_budget_is_spent_until_too_little_is_left() -> None:
    work = Budget(10)
    assert [work.spend(6), work.spend(6), work.spend(4), work.spend(1)] == [True, False, True, False]
    assert work.left == 0


def test_boxes_in_boxes_are_examined_as_far_as_the_budget_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    depth = nested(8)
    pieces = pieces_of(depth > 0.4)
    assert without_boxes(depth, 0.4, pieces, 20.0)[1] == 8
    monkeypatch.setattr(budget, "BOXES", 300 * 300 + 276 * 276)
    assert without_boxes(depth, 0.4, pieces, 20.0)[1] == 2
    monkeypatch.setattr(ruling, "MOST_BOXES", 1)
    assert without_boxes(depth, 0.4, pieces, 20.0)[1] == 1


def test_pieces_in_pieces_are_used_as_far_as_their_area_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = pieces_of(nested(8) > 0.4)
    monkeypatch.setattr(lines, "MOST_AREA", 300 * 300 + 276 * 276)
    found, left_out = find_lines(pieces)
    assert left_out == 6
    assert sorted(np.concatenate([line.pieces for line in found]).tolist()) == [0, 1]


def test_lines_that_are_too_large_together_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = READER.read_page(TWO_LINES)
    monkeypatch.setattr(budget, "LINES", 25_000)  # pixels: the first line has 20,700, the second 9,500
    less = READER.read_page(TWO_LINES)
    assert less.text == whole.text.split("\n")[0]
    assert less.notes == ("1 of 2 lines were not read, because they are too large",)


def test_lines_whose_digits_would_be_too_much_work_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = READER.read_page(TWO_LINES)
    monkeypatch.setattr(budget, "CHOICES", 180_000)  # the first line takes 172,000
    less = READER.read_page(TWO_LINES)
    assert 0 < len(less.boxes) < len(whole.boxes)
    assert "not read" in less.notes[0]


def test_pieces_that_are_too_large_together_are_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = zigzags(lines=3, each=2)
    assert READER.read_page(drawn).notes == ()
    monkeypatch.setattr(budget, "CUTS", 4 * 104 * 50)  # the boxes of about four zigzags
    (note,) = READER.read_page(drawn).notes
    assert "in the last of 3 lines" in note
    monkeypatch.setattr(budget, "CUTS", 1)
    assert len(READER.read_page(drawn).boxes) == 6


def test_a_page_that_is_all_grain_is_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = READER.read_page(TWO_LINES)
    monkeypatch.setattr(page, "MOST_RUNS", runs_in(find_paper(TWO_LINES).mask) - 1)
    less = READER.read_page(TWO_LINES)
    assert [len(line) for line in less.text.split("\n")] == [len(line) for line in whole.text.split("\n")]
    for one, other in zip(less.boxes, whole.boxes, strict=True):
        assert (one.left, one.top) == pytest.approx((other.left, other.top), abs=4)
        assert one.left % 2 == one.top % 2 == 0


@pytest.mark.parametrize("shape", [(1, 16_000_000), (16_000_000, 1), (3, 5_000_000), (4_000, 4_000), (4_001, 3_999)])
def test_a_page_is_reduced_to_about_four_megapixels_whatever_its_shape(shape: tuple[int, int]) -> None:
    grey = np.full(shape, 255, np.uint8)
    grey[:, :: max(2, shape[1] // 8)] = 0
    depth = find_paper(grey).depth
    assert paper.MOST_PIXELS / 8 < depth.size <= 1.1 * paper.MOST_PIXELS


def levels(shape: tuple[int, ...]) -> np.ndarray:
    """Paper that is not flat, with some marks on it."""
    grey = (np.arange(np.prod(shape[:2])) // 1_000 % 60 + 190).astype(np.uint8)
    grey[::5_000] = grey[1::5_000] = 0
    grey = grey.reshape(shape[:2])
    return grey if len(shape) == 2 else np.repeat(grey[:, :, None], shape[2], axis=2)


def png(grey: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    "picture",
    [
        png(levels((16_000_000, 1))),
        png(np.stack([levels((2, 8_000_000))] * 4, axis=2)),
        levels((4_000, 4_000, 3)),
        levels((4_000, 4_000)) / np.float32(255),
    ],
    ids=["a column", "transparent rows", "colours", "floats"],
)
def test_the_largest_pictures_of_every_shape_take_little_memory(picture: bytes | np.ndarray) -> None:
    tracemalloc.start()
    try:
        READER.read_page(picture)
        peak = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    assert peak <= MEBIBYTES
