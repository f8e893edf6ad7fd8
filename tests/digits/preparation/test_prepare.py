"""From any picture to 784 numbers: every form of the same digit ends in the same image, and every stage says why."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitlens.digits.preparation.adjusting import straighten
from digitlens.digits.preparation.framing import FRAMING_VERSION
from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.sources.mnist import load_mnist
from digitlens.errors import FileError, PictureError, ShapeError, UsageError


def framed_seven() -> np.ndarray:
    """A 7 as MNIST has it, with soft edges: (28, 28) uint8, longest side 20, centre of mass at 14."""
    big = np.zeros((200, 140))
    big[:30] = 1
    for i in range(30, 200):
        big[i, 115 - i // 3 : 140 - i // 3] = 1
    return np.rint(prepare(big).image * 255).astype(np.uint8)


SEVEN = framed_seven()
INK = SEVEN / np.float32(255)


def test_what_is_framed_already_passes_unchanged() -> None:
    for picture in (SEVEN, 255 - SEVEN, INK, SEVEN.reshape(784)):
        prepared = prepare(picture)
        assert np.array_equal(prepared.image, INK)
        assert prepared.image.dtype == np.float32
        assert prepared.ink_found
        assert prepared.stages[-1].reason == "already framed like MNIST"


@settings(max_examples=25)
@given(st.integers(0, 572), st.integers(0, 772), st.booleans())
def test_a_digit_anywhere_on_a_large_page_is_read_as_it_was(top: int, left: int, dark: bool) -> None:
    page = np.zeros((600, 800), np.uint8)
    page[top : top + 28, left : left + 28] = SEVEN
    assert np.array_equal(prepare(255 - page if dark else page).image, INK)


@pytest.mark.parametrize("times", [2, 4, 10, 30])
def test_an_enlarged_digit_is_read_as_it_was(times: int) -> None:
    assert np.abs(prepare(np.kron(SEVEN, np.ones((times, times), np.uint8))).image - INK).mean() < 0.02


@pytest.mark.parametrize("way", [Image.Resampling.BICUBIC, Image.Resampling.LANCZOS, Image.Resampling.BILINEAR])
@pytest.mark.parametrize("quality", [60, 85])
def test_a_compressed_enlargement_is_read_almost_as_it_was(way: Image.Resampling, quality: int) -> None:
    file = io.BytesIO()
    Image.fromarray(255 - SEVEN).resize((280, 280), way).save(file, "JPEG", quality=quality)
    assert np.abs(prepare(file.getvalue()).image - INK).mean() < 0.05


@pytest.mark.parametrize("side", [60, 120, 300, 900])
def test_a_photo_is_read_almost_as_the_digit_was(side: int) -> None:
    rng = np.random.default_rng(side)
    digit = np.zeros((side, side))
    inner = side * 2 // 3
    small = np.asarray(Image.fromarray(SEVEN).resize((inner, inner), Image.Resampling.BICUBIC))
    digit[side // 6 : side // 6 + inner, side // 6 : side // 6 + inner] = small / 255
    light = 210 + 30 * np.linspace(-0.5, 0.5, side)[:, None] + rng.normal(0, 4, (side, side))
    file = io.BytesIO()
    Image.fromarray(np.clip(light * (1 - digit) + 80 * digit, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=75)
    assert np.abs(prepare(file.getvalue()).image - INK).mean() < 0.06


def test_every_stage_has_its_picture_its_numbers_and_its_reason(tmp_path: Path) -> None:
    page = np.full((1400, 2000, 3), 255, np.uint8)
    page[300:1100, 700:1500][np.kron(SEVEN, np.ones((29, 29), np.uint8))[:800, :800] > 127] = 0
    path = tmp_path / "seven.png"
    Image.fromarray(page).save(path)
    prepared = prepare(path, ["straighten"])
    assert [s.name for s in prepared.stages] == ["decoded", "ink", "cropped", "scaled", "centred", "straighten"]
    assert all(stage.reason and stage.image.ndim == 2 for stage in prepared.stages)
    assert all(np.isfinite(number) for stage in prepared.stages for number in stage.parameters.values())
    by_name = {stage.name: stage for stage in prepared.stages}
    assert by_name["decoded"].image.shape == (1400, 2000)
    assert by_name["decoded"].reason == "a PNG of 2000×1400 pixels"
    box = by_name["cropped"].parameters
    rows, columns = np.nonzero(page[:, :, 0] == 0)
    drawn = {"top": rows.min(), "left": columns.min(), "rows": np.ptp(rows) + 1, "columns": np.ptp(columns) + 1}
    assert box == pytest.approx(drawn, abs=2)  # in pixels of the picture, although the ink was looked at reduced by 2
    assert by_name["ink"].parameters["reduction"] > 1
    assert "smaller" in by_name["scaled"].reason
    assert np.array_equal(prepared.image, straighten(by_name["centred"].image[None])[0])


def test_a_transparent_turned_picture_says_so() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    image = Image.new("LA", (60, 60), (0, 0))
    image.paste((0, 255), (10, 20, 50, 26))
    image.save(file, "PNG", exif=exif)
    decoded = prepare(file.getvalue()).stages[0]
    assert "turned" in decoded.reason
    assert "transparent, so put on white" in decoded.reason
    assert decoded.parameters["orientation"] == 6


def test_thin_strokes_are_strengthened_and_small_ones_enlarged() -> None:
    page = np.zeros((400, 400), np.uint8)
    page[40:360, 200:202] = page[200:202, 100:300] = 255
    assert "strengthened" in prepare(page).stages[3].reason
    assert "larger" in prepare(np.pad(np.eye(8), 3)).stages[3].reason


def test_uneven_light_is_named() -> None:
    page = np.tile(np.linspace(0.6, 0.9, 100), (100, 1))
    page[30:70, 45:55] = 0.1
    assert "uneven light" in prepare(page).stages[1].reason


@pytest.mark.parametrize(
    "page",
    [
        np.zeros((28, 28), np.uint8),
        np.full((300, 200), 255, np.uint8),
        np.ones((5, 5, 4)),
        np.zeros((1, 1)),
        np.random.default_rng(0).normal(0.5, 0.02, (100, 100)).clip(0, 1),
    ],
)
def test_no_ink_is_an_answer(page: np.ndarray) -> None:
    prepared = prepare(page, ["straighten"])
    assert not prepared.ink_found
    assert not prepared.image.any()
    assert [stage.name for stage in prepared.stages] == ["decoded", "ink"]
    assert "nothing" in prepared.stages[1].reason


@pytest.mark.parametrize(("side", "words"), [(1, "1 pixel,"), (4, "4 pixels,")])
def test_a_dot_is_too_little_ink(side: int, words: str) -> None:
    page = np.zeros((100, 100), np.uint8)
    page[50 : 50 + side, 60] = 255
    prepared = prepare(page)
    assert not prepared.ink_found
    assert words in prepared.stages[-1].reason


def test_images_that_are_framed_already_can_skip_framing() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[0:3, 0:3] = 255
    prepared = prepare(image, frame=False)
    assert np.array_equal(prepared.image, image / np.float32(255))
    assert prepare(image / 255.0, ["straighten"], frame=False).stages[-1].name == "straighten"
    with pytest.raises(ShapeError, match="frame=True"):
        prepare(np.zeros((27, 28)), frame=False)


def test_the_array_that_was_given_is_not_changed() -> None:
    page = 255 - SEVEN
    prepare(page, ["straighten"])
    assert np.array_equal(page, 255 - SEVEN)


def test_errors_come_before_work() -> None:
    with pytest.raises(UsageError, match="bend"):
        prepare("there is no such file", ["bend"])
    with pytest.raises(FileError):
        prepare("there is no such file")
    with pytest.raises(PictureError):
        prepare(b"no picture")
    assert FRAMING_VERSION == 1


FORMS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as it is": lambda image: image,
    "inverted": lambda image: 255 - image,
    "in a corner": lambda image: np.pad(image, ((0, 572), (772, 0))),
}


@pytest.mark.skipif(
    not os.environ.get("DIGITLENS_DATA"),
    reason="that real MNIST digits come back bit by bit was not checked: set DIGITLENS_DATA to a folder with MNIST",
)
@pytest.mark.parametrize("form", FORMS)
def test_mnists_own_digits_come_back_bit_by_bit(form: str) -> None:
    images = load_mnist(os.environ["DIGITLENS_DATA"]).test.images[:60]
    for image in images:
        assert np.array_equal(prepare(FORMS[form](image)).image, image / np.float32(255))
