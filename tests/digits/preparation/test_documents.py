"""TIFF, HEIC and PDF: every page is a picture, and what is hostile in them is refused."""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digitlens.digits.preparation import decode as decoding
from digitlens.digits.preparation import documents
from digitlens.digits.preparation.decode import decode
from digitlens.digits.preparation.documents import DocumentPage, file_and_page, page_count, pages_in
from digitlens.errors import PictureError

GREY = np.full((40, 60), 255, np.uint8)
GREY[10:30, 20:24] = 0
OTHER = np.full((40, 60), 255, np.uint8)
OTHER[5:35, 40:50] = 90


def saved(kind: str, *pages: np.ndarray, **options: Any) -> bytes:
    file = io.BytesIO()
    first, *others = [Image.fromarray(page) for page in pages]
    first.save(file, kind, save_all=True, append_images=others, **options)
    return file.getvalue()


def tiff(*pages: dict[int, int], order: str = "<", round_to: int | None = None) -> bytes:
    """A TIFF file of pages that have these tags (and a pixel), the last followed by the page `round_to`, if any."""
    data = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 12) + b"\xff" * 4)
    starts = []
    for number, tags in enumerate(pages):
        starts.append(len(data))
        wanted = {0x100: 1, 0x101: 1, 0x102: 8, 0x103: 1, 0x106: 1, 0x111: 8, 0x115: 1, 0x116: 1, 0x117: 1} | tags
        data += struct.pack(order + "H", len(wanted))
        for tag, value in sorted(wanted.items()):
            data += struct.pack(order + "HHII", tag, 4, 1, value)
        last = number == len(pages) - 1
        after = (0 if round_to is None else starts[round_to]) if last else len(data) + 4
        data += struct.pack(order + "I", after)
    return bytes(data)


def pdf(content: bytes = b"", trailer: bytes = b"", box: bytes = b"0 0 72 36", side: int = 1) -> bytes:
    """A PDF of one page with this content, and an image /I of so many pixels a side."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [%b] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>"
        % box,
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 1 /ColorSpace /DeviceGray "
        b"/Length 1 >>\nstream\n0\nendstream" % (side, side),
    ]
    data, starts = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        starts.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = len(data)
    data += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % start for start in starts)
    return bytes(data + b"trailer\n<< /Size 6 /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (trailer, table))


def test_every_page_of_a_tiff_is_read(tmp_path: Path) -> None:
    data = saved("TIFF", GREY, OTHER)
    path = tmp_path / "scan.tif"
    path.write_bytes(data)
    assert page_count(data) == page_count(path) == 2
    assert pages_in(str(path)) == [f"{path}#page=1", f"{path}#page=2"]
    for page, wanted in ((1, GREY), (2, OTHER)):
        for found in (decode(f"{path}#page={page}"), decode(DocumentPage(data, page))):
            np.testing.assert_array_equal(found.grey, wanted)
            assert found.source == "TIFF"
    for first in (data, io.BytesIO(data), path, memoryview(data)):
        np.testing.assert_array_equal(decode(first).grey, GREY)


@pytest.mark.parametrize("options", [{"compression": "tiff_lzw"}, {"compression": "jpeg"}, {"big_tiff": True}])
def test_tiffs_of_many_kinds_are_read(options: dict[str, Any]) -> None:
    np.testing.assert_allclose(decode(saved("TIFF", GREY, **options)).grey.astype(int), GREY, atol=40)


def test_a_fax_is_read() -> None:
    file = io.BytesIO()
    Image.fromarray(GREY).convert("1").save(file, "TIFF", compression="group4")
    np.testing.assert_array_equal(decode(file.getvalue()).grey, GREY)


def test_floats_beyond_one_are_stretched() -> None:
    np.testing.assert_array_equal(decode(saved("TIFF", GREY.astype(np.float32))).grey, GREY)
    np.testing.assert_array_equal(decode(saved("TIFF", (GREY / 255).astype(np.float32))).grey, GREY)


def test_a_tiff_of_either_byte_order_is_read_without_its_preview() -> None:
    for order in "<>":
        data = tiff({0xFE: 1}, {}, {0xFE: 1}, order=order)
        assert page_count(data) == 1
        assert decode(data).grey.tolist() == [[255]]
    short = bytearray(tiff({}))
    short[short.index(struct.pack("<HHI", 0x100, 4, 1)) + 2] = 3  # a SHORT in place of a LONG
    assert decode(bytes(short)).grey.shape == (1, 1)


def test_a_large_scan_is_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    grey = np.arange(15, dtype=np.uint8).reshape(3, 5) * 16
    monkeypatch.setattr(decoding, "MAX_PIXELS", 8)
    found = decode(saved("TIFF", grey))
    assert (found.size, found.reduction) == ((3, 5), 2)
    assert found.grey.tolist() == [[48, 80, 104], [168, 200, 224]]
    even = decode(saved("TIFF", np.full((4, 6), 7, np.uint8)))
    assert even.grey.tolist() == [[7] * 3] * 2


def test_a_deep_tiff_may_have_fewer_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_DEEP_PIXELS", 100)
    assert decode(saved("TIFF", GREY)).grey.shape == GREY.shape
    with pytest.raises(PictureError, match="megapixels"):
        decode(saved("TIFF", GREY.astype(np.uint16)))


HOSTILE = {
    "pages that go round": tiff({}, {}, round_to=0),
    "no page": tiff()[:4] + bytes(8),
    "previews only": tiff({0xFE: 1}),
    "no pixels": tiff({0x100: 0}),
    "more pixels than we read": tiff({0x100: 60_000, 0x101: 60_000}),
    "a tile larger than its picture": tiff({0x142: 65_536, 0x143: 65_536}),
    "many channels": tiff({0x115: 60_000}),
    "values over each other": tiff({}).replace(
        struct.pack("<HHII", 0x111, 4, 1, 8), struct.pack("<HHII", 0x111, 4, 2**31, 8)
    ),
    "too many tags": b"II*\0\x08\0\0\0" + b"\xff\xff" + bytes(100),
    "cut short": saved("TIFF", GREY)[:20],
    "cut in its pixels": saved("TIFF", GREY, compression="tiff_lzw")[:-200],
    "only a name": b"II*\0",
    "a PDF with a password": pdf(trailer=b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <"
                                 + b"42" * 32 + b"> >> /ID [<00> <00>]"),
    "a PDF that is none": b"%PDF-1.7\n" + bytes(100),
    "a HEIC that is none": b"\0\0\0\x18ftypheic" + bytes(100),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_damaged_or_hostile_is_refused_with_advice(name: str) -> None:
    if "PDF" in name:
        pytest.importorskip("pypdfium2", reason="PDF was not checked: the extra formats is not installed")
    if "HEIC" in name:
        pytest.importorskip("pillow_heif", reason="HEIC was not checked: the extra formats is not installed")
    with pytest.raises(PictureError) as caught:
        decode(HOSTILE[name])
    assert 20 < len(str(caught.value)) < 400
    assert page_count(HOSTILE[name]) == 1


def test_a_page_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    path.write_bytes(saved("TIFF", GREY, OTHER))
    with pytest.raises(PictureError, match="2 pages, and page 3"):
        decode(f"{path}#page=3")
    (tmp_path / "one.png").write_bytes(saved("PNG", GREY))
    np.testing.assert_array_equal(decode(f"{tmp_path / 'one.png'}#page=1").grey, GREY)
    with pytest.raises(PictureError, match="page 2"):
        decode(f"{tmp_path / 'one.png'}#page=2")


def test_a_file_whose_own_name_has_a_page_in_it_is_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.tif#page=2"
    assert file_and_page(str(path)) == (tmp_path / "x.tif", 2)
    path.write_bytes(saved("TIFF", GREY))
    assert file_and_page(path) == (path, 0)


def test_a_folder_or_a_device_has_one_page(tmp_path: Path) -> None:
    assert page_count(tmp_path) == 1
    assert pages_in(str(tmp_path / "missing.pdf")) == [str(tmp_path / "missing.pdf")]


def test_a_document_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_DOCUMENT_BYTES", 100)
    data = saved("TIFF", GREY)
    (tmp_path / "scan.tif").write_bytes(data)
    for source in (data, tmp_path / "scan.tif"):
        with pytest.raises(PictureError, match="bytes"):
            decode(source)


def test_an_open_document_may_be_larger_than_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 1_000)
    np.testing.assert_array_equal(decode(io.BytesIO(saved("TIFF", GREY))).grey, GREY)
    with pytest.raises(PictureError, match="bytes"):
        decode(io.BytesIO(b"x" * 2_000))


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for library, data in (("pypdfium2", pdf()), ("pillow_heif", HOSTILE["a HEIC that is none"])):
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(PictureError, match=r"pip install .digitlens\[formats\]"):
            decode(data)
        assert page_count(data) == 1


def test_memory_that_is_missing_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(documents, "_tiff", full)
    with pytest.raises(MemoryError):
        decode(saved("TIFF", GREY))


def test_a_heic_file_is_one_picture() -> None:
    heif = pytest.importorskip("pillow_heif", reason="HEIC was not checked: the extra formats is not installed")
    for image in (Image.fromarray(GREY), Image.fromarray(GREY).convert("RGB")):
        file = io.BytesIO()
        heif.from_pillow(image).save(file, quality=90)
        found = decode(file.getvalue())
        assert (found.source, found.grey.shape) == ("HEIC", GREY.shape)
        assert np.abs(found.grey.astype(int) - GREY).mean() < 5
        with pytest.raises(PictureError, match="1 page"):
            decode(DocumentPage(file.getvalue(), 2))


def test_a_heic_file_of_too_many_pixels_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    heif = pytest.importorskip("pillow_heif", reason="HEIC was not checked: the extra formats is not installed")
    file = io.BytesIO()
    heif.from_pillow(Image.fromarray(GREY)).save(file)
    monkeypatch.setattr(documents, "MAX_HEIC_PIXELS", 100)
    with pytest.raises(PictureError, match="megapixels"):
        decode(file.getvalue())


def test_the_pages_of_a_pdf_are_drawn_as_fine_as_their_scans(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="PDF was not checked: the extra formats is not installed")
    data = saved("PDF", GREY, OTHER, resolution=300)
    (tmp_path / "scan.pdf").write_bytes(data)
    assert page_count(data) == page_count(tmp_path / "scan.pdf") == 2
    for page, wanted in ((1, GREY), (2, OTHER)):
        found = decode(f"{tmp_path / 'scan.pdf'}#page={page}")
        assert (found.source, found.grey.shape) == ("PDF", GREY.shape)
        assert np.abs(found.grey.astype(int) - wanted).mean() < 12  # it is a JPEG in there


def test_a_drawn_page_of_a_pdf_has_two_hundred_dots_an_inch() -> None:
    pytest.importorskip("pypdfium2", reason="PDF was not checked: the extra formats is not installed")
    found = decode(pdf(b"0 0 0 rg 36 0 18 36 re f"))
    assert found.grey.shape == (100, 200)
    assert found.grey[:, 105:145].max() == 0
    assert found.grey[:, :95].min() == found.grey[:, 155:].min() == 255
    assert decode(pdf(box=b"0 0 14400 14400")).grey.size <= documents.MAX_PDF_PIXELS
    assert decode(pdf(b"q 7 0 0 7 9 9 cm /I Do Q")).grey.shape == (100, 200)  # a small picture is no scan


def test_what_takes_too_long_to_draw_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pypdfium2", reason="PDF was not checked: the extra formats is not installed")
    monkeypatch.setattr(documents, "DRAWING_SECONDS", -1.0)
    with pytest.raises(PictureError, match="could not be drawn"):
        decode(pdf(b"0 0 9 9 re f\n" * 5_000))


def test_a_bomb_within_a_pdf_is_refused() -> None:
    pytest.importorskip("pypdfium2", reason="PDF was not checked: the extra formats is not installed")
    with pytest.raises(PictureError, match="megapixels"):
        decode(pdf(b"q 72 0 0 36 0 0 cm /I Do Q", side=60_000))
