"""Pages that are no pages: an answer, soon, and never an error."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading.page.shapes import page_of

import digitlens as dl
from digitlens.digits.preparation.connected_components import pieces_of
from digitlens.digits.preparation.decode import decode
from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.digits.synthetic.pen.rows import Sheet
from digitlens.reading.page import segmentation
from digitlens.reading.page.lines import MOST, find_lines
from digitlens.reading.page.page import PagePicture, find_page

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


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_page_of_any_shape_is_an_answer(seed: int) -> None:
    """Thin, huge, sparse, ruled, boxed, woven pages, and noise."""
    _, page = page_of(np.random.default_rng(seed), most=60_000)
    found = READER.read_page(page)
    rows, columns = page.shape
    for box in found.boxes:
        assert 0 <= box.left < box.left + box.width <= columns
        assert 0 <= box.top < box.top + box.height <= rows


@settings(max_examples=60)
@given(
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    st.sampled_from([5e-324, 1e-310, 1e-17, 1e-3, 0.5, 1.0]),
    st.sampled_from([0.0, 0.1, 1 / 3, 0.999]),
    st.integers(0, 2**32 - 1),
)
def test_a_few_pixels_however_alike_are_an_answer(
    shape: tuple[int, int], spread: float, base: float, seed: int
) -> None:
    levels = np.random.default_rng(seed).integers(0, 4, shape) / 3 * spread
    picture = np.minimum(base + levels, 1.0)
    assert READER.read_page(picture).whole.activations.shape == (10,)
    assert READER.read(np.rint(255 * picture).astype(np.uint8)).prepared.image.shape == (28, 28)


def thin(text: str, rows: int, columns: int, pen: float, margin: float = 0.15) -> np.ndarray:
    """Digits as high as the page allows, by a thin pen."""
    height = rows * (1 - 2 * margin)
    page = Sheet(rows, columns, pen)
    page.write(text, margin * columns, margin * rows, height, np.random.default_rng(1), gap=0.3, wobble=0.0)
    return page.grey()


@pytest.mark.parametrize(
    ("text", "rows", "columns", "pen"), [("111", 800, 1600, 3.0), ("0", 640, 480, 3.0), ("47", 1200, 2000, 2.0)]
)
def test_large_writing_by_a_thin_pen_is_read(text: str, rows: int, columns: int, pen: float) -> None:
    found = READER.read_page(thin(text, rows, columns, pen))
    assert len(found.boxes) == len(text)
    assert found.boxes[0].height > 0.6 * rows


@pytest.mark.parametrize("side", [400, 1000])
@pytest.mark.parametrize("every", [20, 50])
def test_empty_squared_paper_is_a_page_without_digits(side: int, every: int) -> None:
    page = np.full((side, side), 255, np.uint8)
    page[::every] = page[:, ::every] = 150
    assert READER.read_page(page).boxes == ()


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


def test_a_page_says_what_it_left_out() -> None:
    page = np.full((420, 620), 255, np.uint8)
    for row in range(0, 420, 10):
        for column in range(0, 620, 12):
            page[row : row + 7, column : column + 2] = 0
    found = READER.read_page(page)
    assert all(number in found.notes[0] for number in ("1,184", "2,184"))
    assert "not cut apart" in found.notes[1]
    assert len(found.boxes) <= MOST


def test_a_page_of_many_short_lines_asks_the_networks_a_few_times_only() -> None:
    asked: list[int] = []

    def judge(images: np.ndarray) -> np.ndarray:
        asked.append(len(images))
        return READER.outputs(images)

    grey = specks(900)
    page = find_page(PagePicture(decode(grey), None, READER.name, READER.classes, lambda: READER.read(grey)), judge)
    assert max(box.line for box in page.boxes) > 20
    assert sum(asked) > segmentation.AT_ONCE
    assert set(asked[:-1]) == {segmentation.AT_ONCE}
    assert 0 < asked[-1] <= segmentation.AT_ONCE


def zigzags(lines: int, each: int, teeth: int = 12) -> np.ndarray:
    """Lines of wide zigzags, 100 × 46 pixels, each of which can be cut in many places."""
    one = np.stack([np.linspace(0, 100, teeth), np.arange(teeth) % 2 * 46], axis=1)
    strokes = [one + np.array([20 + 124 * column, 20 + 72 * line]) for line in range(lines) for column in range(each)]
    return np.rint(255 * (1 - ink_strokes(strokes, (72 * lines + 40, 124 * each + 40), 2.0))).astype(np.uint8)


def framed_of(page: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> tuple[int, dl.Page]:
    """How many pictures reading this page frames, which is what takes the time; and what it was read as."""
    count = 0
    real = segmentation.frame

    def counted(ink: np.ndarray) -> np.ndarray:
        nonlocal count
        count += 1
        return real(ink)

    with monkeypatch.context() as patch:
        patch.setattr(segmentation, "frame", counted)
        found = READER.read_page(page)
    return count, found


def test_a_page_of_zigzags_is_cut_only_as_far_as_the_work_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    count, found = framed_of(zigzags(lines=20, each=14), monkeypatch)
    assert (
        segmentation.MOST_CHOICES / 2 < count <= segmentation.MOST_CHOICES + 20 * 14
    )  # that many, where every line were whole
    (note,) = found.to_json()["notes"]
    told = re.fullmatch(
        r"touching digits were not cut apart in the last (\d+) of 20 lines, because .*",
        note,
    )
    assert told
    assert 5 < int(told[1]) < 20


def test_lines_that_are_cut_before_the_work_is_too_much_are_read_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def by_line(page: dl.Page) -> list[list[tuple[int, ...]]]:
        return [
            [(box.left, box.top, box.width, box.height, box.digit) for box in page.boxes if box.line == line]
            for line in range(3)
        ]

    page = zigzags(lines=3, each=4)
    count, whole = framed_of(page, monkeypatch)
    assert whole.notes == ()
    monkeypatch.setattr(segmentation, "MOST_CHOICES", count - 1)
    less, bounded = framed_of(page, monkeypatch)
    assert count * 2 // 3 < less < count
    assert by_line(bounded)[:2] == by_line(whole)[:2]
    assert by_line(bounded)[2] != by_line(whole)[2]
    assert bounded.notes[0].startswith("touching digits were not cut apart in the last of 3 lines, because")
    monkeypatch.setattr(segmentation, "MOST_CHOICES", 1)
    none, uncut = framed_of(page, monkeypatch)
    assert none == 12
    assert uncut.notes[0].startswith("touching digits were not cut apart, because")
    monkeypatch.setattr(segmentation, "MOST_CHOICES", count)
    assert framed_of(page, monkeypatch)[0] == count  # as many as are allowed


def test_how_many_pictures_are_asked_about_together_does_not_change_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> list[tuple[int, ...]]:
        boxes = READER.read_page(specks(60)).boxes
        return [(box.left, box.top, box.width, box.height, box.digit, box.line) for box in boxes]

    together = found()
    assert len(together) > 20
    for at_once in (1, 7):  # 1: no picture sees another; 7: lines begin and end within such a lot
        monkeypatch.setattr(segmentation, "AT_ONCE", at_once)
        assert found() == together
