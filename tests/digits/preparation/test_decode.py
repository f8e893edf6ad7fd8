"""Picture files and arrays become the same grey, whatever they were before."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.digits.preparation.picture_files import PAGE, saved, transparent

from digitlens.digits.preparation import decode as decoding
from digitlens.digits.preparation.decode import MAX_BYTES, MAX_OTHER_BYTES, decode, from_array, from_bytes, from_path
from digitlens.digits.preparation.prepare import prepare
from digitlens.errors import DigitlensError, FileError, PictureError, ShapeError


@pytest.mark.parametrize(
    ("fmt", "options", "within"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("GIF", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 95}, 40),
        ("JPEG", {"quality": 95}, 40),
        ("JPEG", {"quality": 95, "progressive": True}, 40),
    ],
)
def test_every_format_gives_the_same_grey(fmt: str, options: dict[str, Any], within: int) -> None:
    decoded = from_bytes(saved(PAGE, fmt, **options))
    assert decoded.source == fmt
    assert decoded.grey.dtype == np.uint8
    assert np.abs(decoded.grey.astype(int) - PAGE).max() <= within


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "LA", "RGBA"])
def test_every_kind_of_pixel_gives_the_same_grey(mode: str) -> None:
    assert np.array_equal(from_bytes(saved(Image.fromarray(PAGE).convert(mode))).grey, PAGE)


def test_cmyk_becomes_grey() -> None:
    grey = from_bytes(saved(Image.fromarray(PAGE).convert("CMYK"), "JPEG", quality=100)).grey
    assert np.abs(grey.astype(int) - PAGE).max() < 30


def test_sixteen_bits_become_eight() -> None:
    wide = np.linspace(0, 65535, 600).reshape(20, 30).astype(np.uint16)
    assert np.array_equal(from_bytes(saved(wide)).grey, np.rint(wide.astype(float) / 257).astype(np.uint8))


def test_floats_of_pillow_are_from_zero_to_one() -> None:
    assert decode(Image.fromarray(np.array([[0.0, 0.5, 1.0]], np.float32))).grey.tolist() == [[0, 128, 255]]


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_black_strokes_on_nothing_are_put_on_white(mode: str) -> None:
    decoded = from_bytes(saved(transparent(0, mode)))
    assert decoded.backdrop == 255
    assert np.array_equal(decoded.grey, PAGE)


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_white_strokes_on_nothing_are_put_on_black(mode: str) -> None:
    decoded = from_bytes(saved(transparent(255, mode)))
    assert decoded.backdrop == 0
    assert np.array_equal(decoded.grey, 255 - PAGE)


def test_paper_that_is_visible_goes_on_behind_the_transparent_part() -> None:
    paper = np.zeros((40, 50, 2), np.uint8)
    paper[10:30, 10:40, 0], paper[10:30, 10:40, 1] = PAGE, 255
    paper[13:27, 25:38, 0] = 0
    decoded = from_array(paper)
    assert decoded.backdrop == 255
    assert decoded.grey[0, 0] == 255


@pytest.mark.parametrize(("level", "behind"), [(30, 255), (225, 0)])
def test_strokes_of_a_brush_that_varies_a_little_are_not_taken_for_paper(level: int, behind: int) -> None:
    brush = np.zeros((28, 28, 2), np.uint8)
    brush[5:20, 8:12] = (level - 25, 255)
    brush[5:20, 12:16] = (level + 25, 255)
    assert from_bytes(saved(Image.fromarray(brush))).backdrop == behind


def test_wholly_transparent_is_blank() -> None:
    assert np.unique(from_bytes(saved(Image.new("RGBA", (30, 20), (9, 9, 9, 0)))).grey).size == 1


def test_a_file_is_read_by_text_path_and_bytes(tmp_path: Path) -> None:
    path = tmp_path / "sieben 7️⃣\n.png"
    path.write_bytes(saved(PAGE))
    for picture in (path, str(path), path.read_bytes(), bytearray(path.read_bytes()), memoryview(path.read_bytes())):
        assert np.array_equal(decode(picture).grey, PAGE)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"seven\.png"):
        from_path(tmp_path / "seven.png")


@pytest.mark.parametrize("name", ["a\0b.png", "x" * 5000, "\udcff.png", "-.png", "a\nb"])
def test_strange_names_end_in_one_clear_error(name: str) -> None:
    with pytest.raises(FileError) as caught:
        from_path(name)
    assert "\n" not in str(caught.value)
    assert str(caught.value).encode()  # can be printed


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "seven.png"
    path.write_bytes(b"seven")
    with pytest.raises(PictureError, match=r"seven\.png"):
        from_path(path)


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(PictureError, match="1,000,000,000 bytes"):
        from_path(path)


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="a folder"):
        from_path(tmp_path)


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(DigitlensError):
        from_path(tmp_path / "a")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes and devices as files are not checked: only POSIX has them")
def test_pipes_and_devices_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", "/dev/zero"):
        with pytest.raises(PictureError, match="no regular file"):
            from_path(path)


@pytest.mark.parametrize(
    "array",
    [
        PAGE,
        PAGE / 255.0,
        (PAGE / 255.0).astype(np.float16),
        (PAGE / 255.0).astype(">f8"),
        (PAGE / 255.0).astype(np.longdouble),
        PAGE > 0,
        np.asfortranarray(PAGE),
        np.repeat(PAGE, 2, axis=1)[:, ::2],
        PAGE[:, :, None],
        np.stack([PAGE] * 3, axis=2),
        np.stack([PAGE / 255.0] * 3, axis=2),
        np.stack([PAGE] * 3 + [np.full_like(PAGE, 255)], axis=2),
        np.stack([PAGE / 255.0, np.ones(PAGE.shape)], axis=2),
        PAGE[None],
    ],
)
def test_arrays_of_every_honest_kind_are_taken(array: Any) -> None:
    array = array.view()
    array.flags.writeable = False
    grey = from_array(array).grey
    assert grey.shape == PAGE.shape
    assert np.allclose(grey / (255.0 if grey.dtype == np.uint8 else 1.0), PAGE / 255.0, atol=1e-6)


def test_a_row_of_784_is_a_picture_of_28_by_28() -> None:
    assert from_array(np.zeros(784)).grey.shape == (28, 28)


@pytest.mark.parametrize(
    "array",
    [
        np.full((28, 28), np.nan),
        np.full((28, 28), np.inf),
        np.full((28, 28), -0.1),
        np.full((28, 28), 255.0),
        np.zeros((28, 28), complex),
        np.zeros((28, 28), object),
        np.full((28, 28), "7"),
        np.zeros((28, 28), np.int64),
        np.zeros((28, 28), "datetime64[s]"),
        np.ma.masked_array(np.zeros((28, 28))),
        np.zeros((0, 28)),
        np.array(7.0),
        np.zeros((1, 1, 1, 28, 28)),
        np.zeros(783),
        np.zeros((60, 1, 28, 28)),
        np.zeros((60, 28, 28)),
        np.zeros((28, 28, 5)),
        np.broadcast_to(np.uint8(0), (5000, 5000)),
    ],
)
def test_arrays_that_are_no_picture_are_refused_with_advice(array: Any) -> None:
    with pytest.raises(ShapeError):
        decode(array)


@pytest.mark.parametrize("picture", [[[0, 128], [255, 1]], ((0, 128), (255, 1))])
def test_lists_of_numbers_are_an_array(picture: Any) -> None:
    assert decode(picture).grey.tolist() == [[0, 128], [255, 1]]
    assert decode([[float(v) / 255 for v in row] for row in picture]).grey.dtype == np.float64


@pytest.mark.parametrize("picture", [[], [[1, 2], [3]], ["a.png", "b.png"], [PAGE, PAGE], [[300, 1]], [[-1, 1]], [b""]])
def test_lists_that_are_no_picture_are_refused_with_advice(picture: Any) -> None:
    with pytest.raises(ShapeError):
        decode(picture)


@pytest.mark.parametrize("thing", [None, 7, object()])
def test_other_things_are_refused_with_advice(thing: Any) -> None:
    with pytest.raises(ShapeError, match="asarray"):
        decode(thing)


def test_a_pillow_image_is_taken_and_a_broken_one_refused() -> None:
    assert np.array_equal(decode(Image.fromarray(PAGE)).grey, PAGE)
    with pytest.raises(PictureError, match="Pillow image"):
        decode(Image.open(io.BytesIO(saved(PAGE)[:-30])))
    with pytest.raises(PictureError, match="pixels"):
        decode(Image.new("L", (0, 5)))


@pytest.mark.parametrize("bits", [1, 5, 10, 12])
def test_fewer_bits_in_sixteen_are_stretched(bits: int) -> None:
    wide = np.linspace(0, 2**bits - 1, 600).reshape(20, 30).astype(np.uint16)
    stretched = from_bytes(saved(wide)).grey
    assert (stretched.min(), stretched.max()) == (0, 255)
    assert np.abs(stretched - wide.astype(float) * (255 / (2**bits - 1))).max() <= 0.5


def test_sixteen_bits_of_black_stay_black() -> None:
    assert not from_bytes(saved(np.zeros((9, 9), np.uint16))).grey.any()


def test_only_a_jpeg_may_have_more_than_16_mebibytes() -> None:
    large = bytes(MAX_OTHER_BYTES)
    assert np.array_equal(from_bytes(saved(PAGE, "JPEG") + large).grey, from_bytes(saved(PAGE, "JPEG")).grey)
    with pytest.raises(PictureError, match="16,777,216"):
        from_bytes(saved(PAGE) + large)
    with pytest.raises(PictureError, match="33,554,432"):
        from_bytes(saved(PAGE, "JPEG") + bytes(MAX_BYTES))


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_too_many_pixels_is_refused(progressive: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_PIXELS", 100)
    monkeypatch.setattr(decoding, "MAX_JPEG_PIXELS", 1600)
    monkeypatch.setattr(decoding, "MAX_SCANNED_PIXELS", 900)
    page = np.full((40, 40), 255, np.uint8)
    assert from_bytes(saved(page[:30, :30], "JPEG", progressive=progressive)).grey.shape == (8, 8)
    if progressive:
        with pytest.raises(PictureError, match="40×40"):
            from_bytes(saved(page, "JPEG", progressive=True))
    else:
        assert from_bytes(saved(page, "JPEG")).grey.shape == (10, 10)
        with pytest.raises(PictureError, match="41×40"):
            from_bytes(saved(np.full((40, 41), 255, np.uint8), "JPEG"))


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_jpeg_is_decoded_at_a_reduced_size_and_says_so(
    orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MAX_PIXELS", PAGE.size // 3)
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = from_bytes(saved(PAGE, "JPEG", exif=exif))
    rows, columns = PAGE.shape if orientation == 1 else PAGE.shape[::-1]
    assert (decoded.size, decoded.reduction) == ((rows, columns), 2)
    assert decoded.grey.shape == (-(-rows // 2), -(-columns // 2))
    stage = prepare(saved(PAGE, "JPEG", exif=exif)).stages[0]
    assert dict(stage.parameters) == {"rows": rows, "columns": columns, "reduction": 2} | (
        {"orientation": 6} if orientation == 6 else {}
    )
    assert "2 times reduced" in stage.reason


def test_a_jpeg_is_decoded_no_finer_than_is_wanted_and_other_pictures_are() -> None:
    grey = np.full((64, 48), 255, np.uint8)
    grey[20:40, 10:20] = 0
    data = {kind: io.BytesIO() for kind in ("JPEG", "PNG")}
    for kind, file in data.items():
        Image.fromarray(grey).save(file, kind)
    for fine, reduction in ((10_000, 1), (1_000, 2), (200, 4), (1, 8)):
        found = decode(data["JPEG"].getvalue(), fine=fine)
        assert (found.size, found.reduction) == ((64, 48), reduction)
        assert found.grey.shape == (64 // reduction, 48 // reduction)
        assert decode(data["PNG"].getvalue(), fine=fine).reduction == 1
        assert decode(found) is found
