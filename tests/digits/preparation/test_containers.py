"""The outline of a picture file: which way up, and what must end in one clear error and no more."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.digits.preparation.picture_files import PAGE, chunk, frames, png, saved, transparent

from digitlens.digits.preparation import containers
from digitlens.digits.preparation.containers import open_container, orientation_of
from digitlens.digits.preparation.decode import MAX_BYTES, decode, from_bytes
from digitlens.errors import PictureError


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_the_way_the_camera_was_held(orientation: int) -> None:
    upright = np.full((24, 40), 255, np.uint8)
    upright[:8, :8] = 0
    # What the camera stored, so that this orientation makes it upright again.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    for fmt, options in (("PNG", {}), ("JPEG", {"quality": 95}), ("WEBP", {"lossless": True})):
        data = saved(np.ascontiguousarray(stored), fmt, exif=exif, **options)
        grey = from_bytes(data).grey
        assert grey.shape == upright.shape
        assert np.abs(grey.astype(int) - upright).max() < 20
        with Image.open(io.BytesIO(data)) as image:  # an opened picture too, without the caller's doing anything
            assert np.abs(decode(image).grey.astype(int) - upright).max() < 20


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_ignored(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(from_bytes(saved(PAGE, exif=exif)).grey, PAGE)


@given(st.binary(max_size=40))
def test_rubbish_for_exif_counts_as_upright(rubbish: bytes) -> None:
    for start in (b"", b"II*\0\x08\0\0\0", b"Exif\0\0MM\0*"):
        assert 1 <= orientation_of(start + rubbish) <= 8


def test_exif_without_an_orientation_counts_as_upright() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    assert orientation_of(exif.tobytes()) == 1


BIG = 2**31 - 1
OPEN = {
    "nothing": b"",
    "three bytes": b"abc",
    "text": b"<!doctype html><title>404</title>",
    "a bomb of 9400 by 9400": png(9400, 9400),
    "a size of two thousand millions": png(BIG, BIG, pixels=b""),
    "no width": png(0, 20, pixels=b""),
    "no size": png(0, 0, pixels=b""),
    "truncated pixels": png(200, 200, pixels=zlib.compress(b"\0" * 40200)[:20]),
    "no pixels": png(20, 20, pixels=b""),
    "a PNG cut in its header": png(20, 20)[:20],
    "a PNG cut in its pixels": png(20, 20)[:-20],
    "a PNG without a header": b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"x" * 9) + chunk(b"IEND", b""),
    "a wrong checksum": png(20, 20)[:-20] + b"\0" + png(20, 20)[-19:],
    "a TIFF": saved(PAGE, "TIFF"),
    "an EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "a PSD": b"8BPS\0\x01" + bytes(40),
    "an SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "a JPEG cut short": saved(PAGE, "JPEG")[:-200],
    "a JPEG cut at its start": saved(PAGE, "JPEG")[:10],
    "a JPEG with a hole": saved(PAGE, "JPEG")[:20] + b"\0" * 9 + saved(PAGE, "JPEG")[20:],
    "a JPEG without a size": b"\xff\xd8\xff\xda\0\x08" + bytes(50),
    "a GIF cut short": saved(PAGE, "GIF")[:-9],
    "a GIF without a picture": b"GIF89a\x09\0\x09\0\0\0\0;",
    "a BMP cut short": saved(PAGE, "BMP")[:-300],
    "a BMP with only a name": b"BM",
    "a BMP of an unknown kind": b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, 9, 9, 1, 8, 77) + bytes(60),
    "a WebP cut short": saved(PAGE, "WEBP")[:-9],
    "a WebP without anything": b"RIFF\4\0\0\0WEBP",
    "a WebP with a cut canvas": b"RIFF\4\0\0\0WEBPVP8X\x0a\0\0\0\0\0",
    "more bytes than allowed": png(20, 20) + bytes(MAX_BYTES),
}


@pytest.mark.parametrize("name", OPEN)
def test_what_is_no_picture_is_refused_with_advice(name: str) -> None:
    with pytest.raises(PictureError) as caught:
        from_bytes(OPEN[name])
    assert len(str(caught.value)) < 300


def test_a_twelve_bit_jpeg_is_refused() -> None:
    data = bytearray(saved(PAGE, "JPEG"))
    data[data.index(b"\xff\xc0") + 4] = 12
    with pytest.raises(PictureError, match="JPEG"):
        from_bytes(bytes(data))


def test_a_decoder_that_finds_another_size_than_the_outline_is_not_let_on(monkeypatch: pytest.MonkeyPatch) -> None:
    large = png(5000, 5000)
    monkeypatch.setattr(
        "digitlens.digits.preparation.decode.open_container", lambda _: containers.Container("PNG", 9, 9, 1, large)
    )
    with pytest.raises(PictureError, match="megapixels"):
        from_bytes(large)


def test_a_long_line_of_pixels_is_read() -> None:
    assert from_bytes(png(65535, 1)).grey.shape == (1, 65535)


def test_a_picture_that_is_also_a_zip_is_read_as_a_picture() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a", "b")
    assert np.array_equal(from_bytes(saved(PAGE) + archive.getvalue()).grey, PAGE)


def test_what_surrounds_the_pixels_does_no_harm() -> None:
    text = chunk(b"tEXt", b"a\0b")
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000), 9))
    profile = chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50_000_000), 9))
    for data in (png(28, 28, text * 100_000), png(28, 28, bomb, profile)):
        assert from_bytes(data).grey.shape == (28, 28)


@pytest.mark.parametrize(("fmt", "options"), [("GIF", {"optimize": False}), ("PNG", {}), ("WEBP", {"lossless": True})])
def test_of_a_film_the_first_picture_is_read(fmt: str, options: dict[str, Any]) -> None:
    assert from_bytes(frames(fmt, 60, duration=20, **options)).grey.tolist() == [[0] * 4] * 4


def test_ten_thousand_frames_cost_no_more_than_one() -> None:
    still = saved(PAGE, "GIF")
    start, body = still[:-1], still[still.index(b",") : -1]
    control = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 28, 28, 0, 0, 1, 10, 0, 0))
    film = chunk(b"acTL", struct.pack(">II", 10_000, 0)) + control
    for data in (start + body * 10_000 + b";", png(28, 28, film, *[control] * 10_000)):
        assert from_bytes(data).grey.size >= 600


def test_comments_before_the_picture_of_a_gif_are_passed_over() -> None:
    still = saved(transparent(0, "P"), "GIF", transparency=0)
    at = still.index(b"!\xf9") if b"!\xf9" in still else still.index(b",")
    assert from_bytes(still[:at] + b"!\xfe\x03abc\0" * 1000 + still[at:]).grey.shape == (20, 30)


def in_front(data: bytes, at: int, piece: bytes) -> bytes:
    """A file with more pieces than any picture has."""
    return data[:at] + piece * (containers.MAX_BLOCKS + 1) + data[at:]


CROWDED = {
    "PNG": lambda data: in_front(data, 33, chunk(b"tEXt", b"")),  # behind the header chunk
    "JPEG": lambda data: in_front(data, 2, b"\xff\xfe\0\2"),
    "GIF": lambda data: in_front(data, data.index(b","), b"!\xfe\0"),
    "WEBP": lambda data: in_front(data, 12, b"junk\0\0\0\0"),
}


@pytest.mark.parametrize("fmt", CROWDED)
def test_more_pieces_than_any_picture_has_are_refused(fmt: str) -> None:
    with pytest.raises(PictureError, match="blocks"):
        from_bytes(CROWDED[fmt](saved(PAGE, fmt)))


def test_a_jpeg_with_padding_and_metadata_is_read() -> None:
    data = saved(PAGE, "JPEG")
    noise = b"\xff" * 70_000 + b"\xff\xfe\0\x05abc" + b"\xff\xe2\0\x08MPF\0\0\0"
    assert np.array_equal(from_bytes(data[:2] + noise + data[2:]).grey, from_bytes(data).grey)


def test_a_jpeg_of_very_many_scans_is_refused() -> None:
    with pytest.raises(PictureError, match="scans"):
        from_bytes(saved(PAGE, "JPEG")[:-2] + b"\xff\xda\0\x02" * 50)


def jpegs() -> Iterator[bytes]:
    """Of several sizes and kinds, from a seed."""
    rng = np.random.default_rng(0)
    for rows, columns in ((16, 16), (31, 90), (77, 200)):
        page = np.where(rng.random((rows, columns)) < 0.05, 0, 230).astype(np.uint8)
        for mode in ("L", "RGB"):
            for progressive in (False, True):
                yield saved(Image.fromarray(page).convert(mode), "JPEG", quality=80, progressive=progressive)


def test_a_jpeg_without_its_end_marker_is_read_if_all_its_pixels_are_there() -> None:
    for data in jpegs():
        assert np.array_equal(from_bytes(data[:-2]).grey, from_bytes(data).grey)


def test_a_jpeg_of_very_many_tables_between_its_scans_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MAX_BLOCKS", 50)
    with pytest.raises(PictureError, match="blocks"):
        from_bytes(saved(PAGE, "JPEG")[:-2] + b"\xff\xfe\0\x02" * 60)


def test_a_jpeg_that_ends_within_a_table_is_refused() -> None:
    with pytest.raises(PictureError, match="incomplete"):
        from_bytes(saved(PAGE, "JPEG")[:-2] + b"\xff\xc4\0\x20\0")


def test_a_jpeg_that_ends_early_is_refused() -> None:
    for data in list(jpegs())[4:]:
        for missing in (20, 60, 140):
            with pytest.raises(PictureError, match="incomplete"):
                from_bytes(data[:-missing])


def test_what_follows_a_jpeg_is_left_out() -> None:
    """Some phones put a film there, and any two of its bytes may look like a marker."""
    film = np.random.default_rng(1).integers(0, 256, 2_000_000, dtype=np.uint8).tobytes()
    for data in jpegs():
        assert np.array_equal(from_bytes(data + film).grey, from_bytes(data).grey)


def rle_bmp(size: int) -> bytes:
    head = (
        b"BM"
        + struct.pack("<IHHI", 0, 0, 0, 54 + 1024)
        + struct.pack("<IiiHHIIiiII", 40, 30, 20, 1, 8, 1, 0, 0, 0, 256, 0)
    )
    return (
        head + b"".join(bytes([i, i, i, 0]) for i in range(256)) + (b"\x1e\xff\0\0" * 20 + b"\0\1").ljust(size, b"\0")
    )


def test_a_small_run_length_bmp_is_read_and_a_large_one_refused() -> None:
    assert from_bytes(rle_bmp(100)).grey.shape == (20, 30)
    with pytest.raises(PictureError, match="run-length"):
        from_bytes(rle_bmp(containers.MAX_RUNS + 1))


def test_an_old_bmp_header_is_read() -> None:
    row = b"\xff\0" * 2
    old = (
        b"BM"
        + struct.pack("<IHHI", 0, 0, 0, 32)
        + struct.pack("<IHHHH", 12, 4, 2, 1, 1)
        + b"\0\0\0\xff\xff\xff"
        + row * 2
    )
    assert from_bytes(old).grey.shape == (2, 4)


def test_a_webp_film_has_the_size_of_its_canvas() -> None:
    container = open_container(frames("WEBP", 3, lossless=True))
    assert (container.width, container.height) == (4, 4)


def test_a_canvas_larger_than_allowed_is_refused_before_it_is_made() -> None:
    canvas = b"VP8X\x0a\0\0\0\x02\0\0\0" + b"\xff\x3f\0" * 2
    with pytest.raises(PictureError, match="megapixels"):
        from_bytes(b"RIFF\x16\0\0\0WEBP" + canvas)
