"""Whole pages: every digit found once, in its place and in reading order."""

from __future__ import annotations

import io
import json
import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.reading.page.pages import matched, photograph

import digitlens as dl
from digitlens.digits.preparation import decode
from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.digits.synthetic.pen.rows import Sheet, sheet

READER = dl.load("video")


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def counts(page: dl.Page) -> list[list[int]]:
    """How many digits each number has, line by line."""
    return [[len(number) for number in line.split(" ")] for line in page.text.split("\n")]


def test_every_digit_of_a_page_has_a_box_of_its_own_in_reading_order() -> None:
    written = sheet(["12345", "678", "9012345"], rng(1), gap=0.3)
    page = READER.read_page(written.grey())
    assert counts(page) == [[5], [3], [7]]
    assert matched(page, written) == 15
    assert [box.line for box in page.boxes] == [0] * 5 + [1] * 3 + [2] * 7
    assert [box.number for box in page.boxes] == [box.line for box in page.boxes]


def test_most_digits_are_read_rightly_even_by_the_network_of_the_talk() -> None:
    written = [sheet([f"{n}{n + 1}{n + 2}", f"{n + 5}{n + 4}"], rng(n), gap=0.3) for n in range(5)]
    right = total = 0
    for one in written:
        read = READER.read_page(one.grey()).text.replace("\n", "")
        assert len(read) == len(one.digits)
        right += sum(a == b for a, b in zip(read, one.digits, strict=True))
        total += len(one.digits)
    assert right >= 0.6 * total  # by chance: a tenth


@pytest.mark.parametrize("height", [24, 48, 100, 240])
def test_small_and_large_writing_is_found_alike(height: int) -> None:
    written = sheet(["2468", "13579"], rng(3), height, gap=0.3)
    page = READER.read_page(written.grey())
    assert counts(page) == [[4], [5]]
    assert matched(page, written) == 9


def test_a_telephone_number_is_split_by_its_wide_gaps() -> None:
    written = sheet(["555 123 4567"], rng(4), gap=0.25)
    page = READER.read_page(written.grey())
    assert counts(page) == [[3, 3, 4]]
    assert [box.number for box in page.boxes] == [0] * 3 + [1] * 3 + [2] * 4


def test_a_column_of_figures_is_read_from_top_to_bottom() -> None:
    written = Sheet(900, 500, 2.4)
    for row in range(8):
        written.write("28", 150 + 5 * row, 60 + 100 * row, 60, rng(row), gap=0.3)
    page = READER.read_page(written.grey())
    assert counts(page) == [[2]] * 8
    assert matched(page, written) == 16
    assert all(a.top < b.top for a, b in pairwise(page.boxes[::2]))


def with_bar(written: Sheet, left: float, top: float, right: float, bottom: float) -> None:
    written.strokes.append(np.array([[left, top], [right, bottom]]))


@pytest.mark.parametrize(("top", "bottom"), [(95.0, 95.0), (93.0, 97.0)])
def test_a_dash_ends_a_number_and_is_no_digit(top: float, bottom: float) -> None:
    written = Sheet(200, 600, 2.4)
    end = written.write("38", 60, 60, 70, rng(1), gap=0.3)
    with_bar(written, end + 5, top, end + 35, bottom)
    written.write("62", end + 60, 60, 70, rng(2), gap=0.3)
    page = READER.read_page(written.grey())
    assert counts(page) == [[2, 2]]


def test_a_plus_sign_and_an_equals_sign_are_no_digits() -> None:
    written = Sheet(200, 800, 2.4)
    end = written.write("38", 60, 60, 70, rng(1), gap=0.3)
    with_bar(written, end + 5, 95, end + 45, 95)
    with_bar(written, end + 25, 75, end + 25, 115)
    end = written.write("62", end + 70, 60, 70, rng(2), gap=0.3)
    with_bar(written, end + 5, 88, end + 45, 88)
    with_bar(written, end + 5, 105, end + 45, 105)
    written.write("900", end + 70, 60, 70, rng(3), gap=0.3)
    page = READER.read_page(written.grey())
    assert counts(page) == [[2, 2, 3]]


def test_a_decimal_point_does_not_end_a_number() -> None:
    written = Sheet(200, 600, 3.0)
    end = written.write("38", 60, 60, 70, rng(1), gap=0.3)
    with_bar(written, end, 126, end + 1, 127)
    written.write("62", end + 22, 60, 70, rng(2), gap=0.3)
    assert counts(READER.read_page(written.grey())) == [[4]]


def test_the_bar_of_a_five_that_floats_belongs_to_it() -> None:
    body = np.array([[100.0, 60], [98, 85], [120, 85], [128, 100], [120, 118], [95, 118]])
    bar = np.array([[106.0, 55], [134, 53]])  # does not touch
    others = [np.array([[x, 55.0], [x, 120]]) for x in (60.0, 170.0)]
    grey = np.rint(255 * (1 - ink_strokes([body, bar, *others], (180, 230), 1.6))).astype(np.uint8)
    page = READER.read_page(grey)
    assert len(page.boxes) == 3
    assert page.boxes[1].top <= 53
    assert page.boxes[1].top + page.boxes[1].height >= 118


def ruled(grey: NDArray[np.uint8], every: int, level: int, thick: int = 2) -> NDArray[np.uint8]:
    lined = grey.copy()
    for row in range(every, len(grey) - 5, every):
        lined[row : row + thick] = np.minimum(lined[row : row + thick], level)
    return lined


@pytest.mark.parametrize("level", [200, 120, 0])
def test_ruled_lines_are_no_digits_and_cut_none_in_two(level: int) -> None:
    written = sheet(["3847", "61025"], rng(6), gap=0.35)
    page = READER.read_page(ruled(written.grey(), 37, level))
    assert counts(page) == [[4], [5]]
    assert matched(page, written) >= 8  # where a line runs along a stroke, a little of it may be lost


def test_the_boxes_of_a_form_are_no_digits() -> None:
    written = Sheet(200, 800, 3.0)
    for i, digit in enumerate("40718"):
        written.write(digit, 75 + 110 * i, 70, 60, rng(i))
    grey = written.grey()
    for i in range(6):
        grey[40:160, 50 + 110 * i : 53 + 110 * i] = 0
    grey[40:43, 50:603] = grey[157:160, 50:603] = 0
    page = READER.read_page(grey)
    assert matched(page, written) == len(page.boxes) == 5


@pytest.mark.parametrize("turn", [-15, -5, 5, 15])
def test_a_turned_page_is_set_straight_and_its_boxes_are_where_the_digits_are(turn: int) -> None:
    written = sheet(["314159", "265358", "979323"], rng(8), gap=0.3)
    straight = written.grey()
    page = READER.read_page(photograph(straight, turn, rng(9)))
    assert counts(page) == [[6]] * 3
    assert abs(page.turn - turn) < 3
    # Where the middle of each digit went: turned about the middle of the page, which grew.
    angle = np.radians(turn)
    grown = np.array(photograph(straight, turn, rng(9)).shape[::-1])
    old = np.array([[left + width / 2, top + height / 2] for left, top, width, height in written.boxes])
    from_middle = old - np.array(straight.shape[::-1]) / 2
    to = from_middle @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) + grown / 2
    middles = np.array([[box.left + box.width / 2, box.top + box.height / 2] for box in page.boxes])
    assert np.abs(middles - to).max() < 12


def test_white_on_black_is_read_as_black_on_white_is() -> None:
    grey = sheet(["57", "903"], rng(2), gap=0.3).grey()
    dark, light = READER.read_page(grey), READER.read_page(255 - grey)
    assert dark.text == light.text
    assert [box.to_json() for box in dark.boxes] == [box.to_json() for box in light.boxes]


def test_dust_and_grain_are_no_digits() -> None:
    written = sheet(["4096", "1024"], rng(5), gap=0.3)
    grey = written.grey().astype(np.float64)
    dusty = rng(6)
    for row, column in zip(dusty.integers(0, len(grey), 300), dusty.integers(0, grey.shape[1], 300), strict=True):
        grey[row : row + 2, column : column + 2] = 60
    grey = np.clip(grey * 0.9 + dusty.normal(0, 5, grey.shape), 0, 255)
    page = READER.read_page(np.rint(grey).astype(np.uint8))
    assert counts(page) == [[4], [4]]


def test_an_empty_page_has_an_empty_text() -> None:
    for level in (0, 128, 255):
        page = dl.read_page(np.full((200, 300), level, np.uint8))
        assert (page.text, page.boxes) == ("", ())


def test_a_page_as_json() -> None:
    page = READER.read_page(sheet(["12 3"], rng(1), gap=0.3).grey())
    told = json.loads(json.dumps(page.to_json(), allow_nan=False))
    assert told["text"] == page.text
    assert told["network"] == "video"
    assert not {"digit", "activations", "confidence"} & set(told)  # a page is not one digit
    assert [box["number"] for box in told["boxes"]] == [0, 0, 1]
    for box, real in zip(told["boxes"], page.boxes, strict=True):
        assert box["digit"] == int(real.activations.argmax()) == real.digit
        assert box["activation"] == pytest.approx(real.activations.max(), abs=1e-6)
        assert {"left", "top", "width", "height", "line"} < set(box)


def test_what_is_familiar_decides_where_it_is_known() -> None:
    from digitlens.reading.page.page import PagePicture, find_page

    grey = sheet(["12 3"], rng(1), gap=0.3).grey()
    picture = PagePicture(decode.decode(grey), None, READER.name, READER.classes, lambda: READER.read(grey))
    page = find_page(picture, READER.outputs, lambda images: np.full(len(images), 0.25))
    assert [(box.to_json()["familiarity"], box.to_json()["is_digit"]) for box in page.boxes] == [(0.25, True)] * 3
    page = find_page(picture, READER.outputs, lambda images: np.full(len(images), 0.25), 0.26)
    assert [box.is_digit for box in page.boxes] == [False] * 3
    assert [box.is_digit for box in find_page(picture, READER.outputs).boxes] == [None] * 3


def test_the_whole_picture_is_read_as_one_digit_only_when_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from digitlens.reading import reader

    grey = sheet(["12 3"], rng(1), gap=0.3).grey()
    with monkeypatch.context() as without:
        without.setattr(reader, "prepare", None)
        page = pickle.loads(pickle.dumps(READER.read_page(grey)))
        assert page.text == READER.read_page(grey).text
    assert np.array_equal(page.whole.activations, READER.read(grey).activations)
    assert page.whole is page.whole


def test_the_annotated_picture_has_the_size_of_the_picture_and_colour_around_each_digit(tmp_path: Path) -> None:
    written = sheet(["80"], rng(1), gap=0.3)
    page = READER.read_page(written.grey())
    picture = page.annotated()
    assert isinstance(picture, Image.Image)
    assert picture.size == written.grey().shape[::-1]
    colours = np.asarray(picture).astype(int)
    coloured = np.ptp(colours, axis=2) > 50
    for box in page.boxes:
        assert coloured[box.top - 1, box.left : box.left + box.width].all()
        assert not coloured[box.top + 3 : box.top + box.height - 3, box.left + 3 : box.left + box.width - 3].any()


TOUCHING = 24


def test_touching_digits_are_mostly_told_apart() -> None:
    found = touching = 0
    for seed in range(TOUCHING):
        written = sheet([str(10 + 3 * seed % 90)], rng(seed), gap=-0.04, wobble=0.02)
        page = READER.read_page(written.grey())
        found += len(page.boxes) == 2
        touching += 1
    assert found >= 0.7 * touching


def test_the_boxes_of_a_jpeg_decoded_at_a_reduced_size_are_in_its_own_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    written = sheet(["12345", "678"], rng(1), gap=0.3)
    large = np.kron(written.grey(), np.ones((2, 2), np.uint8))
    file = io.BytesIO()
    Image.fromarray(large).save(file, "JPEG", quality=95)
    monkeypatch.setattr(decode, "MAX_PIXELS", large.size // 2)
    page = READER.read_page(file.getvalue())
    assert counts(page) == [[5], [3]]
    for box, (left, top, width, height) in zip(page.boxes, written.boxes, strict=True):
        assert np.abs(np.array([box.left, box.top, box.width, box.height]) / 2 - (left, top, width, height)).max() < 4
    assert page.annotated().size == (large.shape[1] // 2, large.shape[0] // 2)


def test_the_photo_of_a_page_is_not_decoded_finer_than_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from digitlens.reading import reader

    grey = sheet(["4711", "0815"], np.random.default_rng(4), 80).grey()
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "JPEG", quality=95)
    usual = dl.read_page(file.getvalue())
    monkeypatch.setattr(reader, "FINE_PAGE", grey.size // 2)
    small = dl.read_page(file.getvalue())
    assert small.whole.prepared.stages[0].parameters["reduction"] == 2
    assert small.text == usual.text
    for a, b in zip(small.boxes, usual.boxes, strict=True):
        assert abs(a.left - b.left) <= 4
        assert abs(a.top - b.top) <= 4
