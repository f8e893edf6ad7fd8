"""Pages that are no pages: an answer, soon, and never an error."""

from __future__ import annotations

import numpy as np
import pytest

import digitlens as dl
from digitlens.reading.page import split
from digitlens.reading.page.lines import MOST, find_lines
from digitlens.reading.page.page import find_page
from digitlens.reading.page.pieces import pieces_of

READER = dl.load("video")


def noise(rows: int, columns: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (rows, columns), dtype=np.uint8)


def specks(count: int) -> np.ndarray:
    page = np.full((600, 900), 255, np.uint8)
    rng = np.random.default_rng(1)
    for row, column in zip(rng.integers(0, 595, count), rng.integers(0, 895, count), strict=True):
        page[row : row + 4, column : column + 4] = 0
    return page


def hair() -> np.ndarray:
    page = np.full((200, 300), 255, np.uint8)
    page[::2] = 0
    return page


@pytest.mark.parametrize(
    "page",
    [
        np.zeros((300, 400), np.uint8),
        np.full((300, 400), 255, np.uint8),
        noise(200, 300),
        np.zeros((1, 20_000), np.uint8),
        np.full((20_000, 1), 255, np.uint8),
        noise(1, 5_000),
        noise(3, 1_500),
        noise(1, 1),
        specks(500),
        hair(),
        np.tile(np.linspace(0, 255, 300).astype(np.uint8), (100, 1)),
        np.eye(150, dtype=bool),
        np.random.default_rng(2).random((60, 90)),
    ],
    ids=lambda page: f"{page.shape} {page.dtype} {page.mean():.0f}",
)
def test_any_picture_becomes_a_page(page: np.ndarray) -> None:
    found = READER.read_page(page)
    rows, columns = page.shape
    assert found.text.replace(" ", "").replace("\n", "") == "".join(box.label for box in found.boxes)
    for box in found.boxes:
        assert 0 <= box.left < box.left + box.width <= columns
        assert 0 <= box.top < box.top + box.height <= rows


def test_of_very_many_things_only_the_largest_are_looked_at() -> None:
    mask = np.zeros((700, 700), bool)
    for row in range(0, 700, 14):
        for column in range(0, 700, 14):
            mask[row : row + 10, column : column + 8] = True
    mask[:12, :9] = True
    pieces = pieces_of(mask)
    assert len(pieces) == 2_500
    lines, left_out = find_lines(pieces)
    assert left_out == 2_500 - MOST
    kept = np.concatenate([line.pieces for line in lines])
    assert len(kept) == len(set(kept.tolist())) == MOST
    assert pieces.areas.argmax() in kept


def test_a_page_says_what_it_passed_over() -> None:
    page = np.full((420, 620), 255, np.uint8)
    for row in range(0, 420, 10):
        for column in range(0, 620, 12):
            page[row : row + 7, column : column + 2] = 0
    found = READER.read_page(page)
    assert found.notes[0] == "only the 1,000 largest of 2,184 things were looked at"
    assert "not cut apart" in found.notes[1]
    assert len(found.boxes) <= MOST


def test_a_page_of_many_short_lines_asks_the_networks_a_few_times_only() -> None:
    asked: list[int] = []

    def judge(images: np.ndarray) -> np.ndarray:
        asked.append(len(images))
        return READER.outputs(images)

    page = find_page(READER.read(specks(500)), judge)
    assert max(box.line for box in page.boxes) > 20
    assert sum(asked) > split.AT_ONCE
    assert set(asked[:-1]) == {split.AT_ONCE}
    assert 0 < asked[-1] <= split.AT_ONCE


def test_how_many_pictures_are_asked_about_together_does_not_change_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> list[tuple[int, ...]]:
        boxes = READER.read_page(specks(60)).boxes
        return [(box.left, box.top, box.width, box.height, box.digit, box.line) for box in boxes]

    together = found()
    assert len(together) > 20
    for at_once in (1, 7):  # 1: no picture sees another; 7: lines begin and end within such a lot
        monkeypatch.setattr(split, "AT_ONCE", at_once)
        assert found() == together
