"""TIFF, HEIC and PDF: files of one page or many, each page a picture.

    page_count(Path("scan.pdf"))             # 3: digitlens reads scan.pdf#page=1, scan.pdf#page=2 and scan.pdf#page=3
    open_page(Path("scan.pdf"), "PDF", 2)    # the second of them

TIFF is decoded by Pillow; HEIC and PDF by pillow-heif and pypdfium2, which come with the extra `formats`. None of the
three is imported before such a file is read. A TIFF's outline is parsed here first, with fixed bounds, as those of
other pictures are in containers.py. Of a HEIC file, the picture that it calls its first is read.
"""

from __future__ import annotations

import ctypes
import io
import math
import os
import re
import struct
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from digitlens.errors import DigitlensError, PictureError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as PillowImage

    Pixels = PillowImage | NDArray[np.uint8]

MAX_DOCUMENT_BYTES = 256 * 1024 * 1024  # of a file; only what the page needs is held in memory
MAX_PAGES = 10_000  # of one file
MAX_TIFF_PIXELS = 36_000_000  # a sheet scanned at 600 dots per inch has 35 million
MAX_DEEP_PIXELS = 16_000_000  # of a TIFF with transparency, or with more than 8 bits
MAX_HEIC_PIXELS = 25_000_000  # decoded whole; what phones write today
MAX_PDF_PIXELS = 6_000_000  # a larger page is drawn smaller
MAX_PDF_IMAGE = 100_000_000  # pixels of a picture on a page of a PDF
DOTS_PER_INCH = 200  # at which a page of a PDF is drawn: A4 has 1,654×2,339 pixels
MOST_OF_A_PAGE = 0.8  # of its area: a picture that fills it is drawn at its own resolution
DRAWING_SECONDS = 20.0  # for a page of a PDF
MAX_TAGS = 1_000  # of a page of a TIFF
HEAD = 16  # bytes that tell what a file is
ENDINGS = (".tif", ".tiff", ".heic", ".heif", ".pdf")

_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")  # brands of ISO/IEC 23008-12
_PAGE = re.compile(r"(.+)#page=([1-9]\d{0,5})\Z", re.DOTALL)  # as links into a PDF have it, RFC 8118
_PLAIN = ("1", "L", "P", "RGB")  # Pillow's names of what takes little memory
_TIFF_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_drawing = threading.Lock()  # PDFium works for one thread at a time

Source = Path | bytes


@dataclass(frozen=True, slots=True, eq=False)
class DocumentPage:
    """One page of a document that is no file, but bytes."""

    data: bytes
    page: int  # counted from 1


def kind_of(head: bytes) -> str:
    """What a file is, from its first bytes: "TIFF", "HEIC" or "PDF"; else "".

    >>> kind_of(b"%PDF-1.7"), kind_of(b"a text")
    ('PDF', '')
    """
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"
    if head[:5] == b"%PDF-":
        return "PDF"
    return "HEIC" if head[4:8] == b"ftyp" and head[8:12] in _HEIC else ""


def page_of(path: str) -> tuple[str, int]:
    """The file and the page, from 1, that a path such as "scan.pdf#page=2" names; page 0: it names none.

    >>> page_of("scan.pdf#page=2"), page_of("seven.png")
    (('scan.pdf', 2), ('seven.png', 0))
    """
    found = _PAGE.match(path)
    return (found[1], int(found[2])) if found else (path, 0)


def page_count(source: Source) -> int:
    """How many pages a document has; 1 for any other file, and for what cannot be opened: reading it says why."""
    if isinstance(source, Path) and not source.is_file():  # a pipe or a device is not opened to look
        return 1
    try:
        with _opened(source) as file:
            kind = kind_of(file.read(HEAD))
            if kind == "TIFF":
                return len(_tiff_pages(file))
        if kind == "PDF":
            with _drawing, closing(_pdf(source)) as document:
                return min(max(1, len(document)), MAX_PAGES)
    except (OSError, ValueError, DigitlensError):
        pass
    return 1


def pages_in(path: str) -> list[str]:
    """A file as it is, or each page of a document that has several: "scan.pdf#page=1", "scan.pdf#page=2", ..."""
    count = page_count(Path(path)) if _exists(path) else 1
    return [path] if count == 1 else [f"{path}#page={page}" for page in range(1, count + 1)]


def file_and_page(path: str | os.PathLike[str]) -> tuple[Path, int]:
    """The file that a path names, and the page of it, 0 if none: a file whose own name ends like that is itself."""
    name = os.fspath(path)
    file, page = (name, 0) if _exists(name) else page_of(name)
    return Path(file), page


def _exists(path: str) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - Path.exists raises an error where a name is too long


def open_page(source: Source, kind: str, page: int) -> Pixels:
    """One page of a document, as a Pillow image or an array (rows, columns, channels) of bytes. page: from 1.

    Raises PictureError.
    """
    try:
        if kind == "HEIC":
            _check_page(kind, page, 1)
            return _heic(source)
        return _tiff(source, page) if kind == "TIFF" else _drawn(source, page)
    except (DigitlensError, MemoryError):
        raise
    except Exception as error:  # whatever the decoders raise at damaged bytes
        raise PictureError(f"the {kind} file cannot be decoded ({error}); save it again, or as PNG") from None


def _opened(source: Source) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _check_page(kind: str, page: int, count: int) -> None:
    if not 1 <= page <= count:
        pages = "1 page" if count == 1 else f"{count:,} pages"
        raise PictureError(f"the {kind} file has {pages}, and page {page:,} was wanted")


def check_size(width: float, height: float, most: int) -> None:
    """Raise PictureError for a picture without pixels, or with too many."""
    if width < 1 or height < 1:
        raise PictureError(f"the picture has {width:.0f}×{height:.0f} pixels; wanted at least one")
    if width * height > most:
        raise PictureError(
            f"the picture has {width:.0f}×{height:.0f} pixels, more than the {most // 10**6} megapixels that we read; "
            "make it smaller"
        )


def _missing(kind: str, library: str) -> PictureError:
    return PictureError(f'{kind} is read by {library}, which is not installed: pip install "digitlens[formats]"')


# ---- TIFF -----------------------------------------------------------------------------------------------------------


def _tiff(source: Source, page: int) -> PillowImage:
    from PIL import Image

    with _opened(source) as file:
        pages = _tiff_pages(file)
        _check_page("TIFF", page, len(pages))
        frame, tags = pages[page - 1]
        _check_tags(tags)
        file.seek(0)
        with Image.open(file, formats=["TIFF"]) as image:
            image.seek(frame)
            check_size(*image.size, MAX_TIFF_PIXELS if image.mode in _PLAIN else MAX_DEEP_PIXELS)
            image.load()
            return image


def _check_tags(tags: dict[int, int]) -> None:
    """Raise PictureError for a page that would need too much memory: a tile can be larger than its picture."""
    width, height = tags.get(0x100, 0), tags.get(0x101, 0)
    check_size(width, height, MAX_TIFF_PIXELS)
    tile = tags.get(0x142, 1) * tags.get(0x143, 1)
    if tile > MAX_TIFF_PIXELS or tags.get(0x115, 1) > 8 or tags.get(0x102, 1) > 64:
        raise PictureError("the TIFF file has tiles or channels that are too large; save it again, or as PNG")


def _tiff_pages(file: BinaryIO) -> list[tuple[int, dict[int, int]]]:
    """The pages of a TIFF: which frame each is, and the first value of each of its tags. Previews are left out.

    Raises PictureError.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(HEAD)
    order = "<" if head[:2] == b"II" else ">"
    big = 0x2B in head[2:4]
    count_form, entry_form, next_form = ("Q", "HHQQ", "Q") if big else ("H", "HHII", "I")
    pages: list[tuple[int, dict[int, int]]] = []
    seen: set[int] = set()
    try:
        (at,) = struct.unpack_from(order + next_form, head, 8 if big else 4)
        while at:
            if at in seen or len(seen) >= MAX_PAGES:
                raise PictureError(f"the TIFF file has more than {MAX_PAGES:,} pages, or goes round; save it again")
            seen.add(at)
            file.seek(at)
            (count,) = struct.unpack(order + count_form, file.read(struct.calcsize(order + count_form)))
            if count > MAX_TAGS:
                raise PictureError("the TIFF file is damaged; save the picture again")
            step = struct.calcsize(order + entry_form)
            entries = file.read(count * step + struct.calcsize(order + next_form))
            tags, held = _tags(order, entry_form, entries, count, step)
            if held > size:  # its values lie over each other: reading all of them would take long
                raise PictureError("the TIFF file is damaged; save the picture again")
            if not tags.get(0xFE, 0) & 1:  # not a smaller copy of another one
                pages.append((len(seen) - 1, tags))
            (at,) = struct.unpack_from(order + next_form, entries, count * step)
    except (struct.error, OverflowError, ValueError):
        raise PictureError("the TIFF file is incomplete, or its structure is damaged; save the picture again") from None
    if not pages:
        raise PictureError("the TIFF file has no picture in it; save the picture again")
    return pages


def _tags(order: str, form: str, entries: bytes, count: int, step: int) -> tuple[dict[int, int], int]:
    """The first value of each tag that holds whole numbers, and how many bytes all values take."""
    tags, held = {}, 0
    inside = 8 if step == 20 else 4  # bytes of a value that stands in its entry
    for i in range(count):
        tag, kind, values, value = struct.unpack_from(order + form, entries, i * step)
        each = _TIFF_SIZES.get(kind, 1)
        held += each * values
        at = i * step + step - inside
        if kind == 3 and each * values <= inside:
            (value,) = struct.unpack_from(order + "H", entries, at)
        if kind in (3, 4, 16) and each * values <= inside:
            tags[tag] = value
    return tags, held


# ---- HEIC -----------------------------------------------------------------------------------------------------------


def _heic(source: Source) -> NDArray[np.uint8]:
    try:
        import pillow_heif
    except ImportError:
        raise _missing("HEIC", "pillow-heif") from None
    import numpy as np

    with _opened(source) as file:
        picture = pillow_heif.open_heif(file, convert_hdr_to_8bit=True)
        width, height = picture.size
        check_size(width, height, MAX_HEIC_PIXELS)
        return np.asarray(picture)  # decoded here


# ---- PDF ------------------------------------------------------------------------------------------------------------


def _pdf(source: Source) -> Any:
    """The document, to be closed. Raises PictureError."""
    try:
        import pypdfium2
    except ImportError:
        raise _missing("PDF", "pypdfium2") from None

    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        reason = "has a password" if "assword" in str(error) else "is damaged"
        raise PictureError(f"the PDF file {reason} ({error}); save it again, without one") from None
    return document


def _drawn(source: Source, page: int) -> PillowImage:
    """A page of a PDF as it would be printed, in colour on white."""
    with _drawing, closing(_pdf(source)) as document:
        _check_page("PDF", page, min(len(document), MAX_PAGES))
        with closing(document[page - 1]) as sheet:
            return _draw(sheet)


def _draw(sheet: Any) -> PillowImage:
    import pypdfium2
    from pypdfium2 import raw

    width, height = sheet.get_size()  # in points, of which an inch has 72
    dots = DOTS_PER_INCH / 72  # a point
    for part in sheet.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
        wide, high = (max(1, side) for side in part.get_px_size())
        check_size(wide, high, MAX_PDF_IMAGE)
        left, bottom, right, top = part.get_bounds()
        if (right - left) * (top - bottom) > MOST_OF_A_PAGE * width * height:  # a scan: as fine as it is
            dots = max(wide, high) / max(right - left, top - bottom)
    scale = min(dots, math.sqrt(MAX_PDF_PIXELS / (width * height)))
    columns, rows = max(1, int(width * scale)), max(1, int(height * scale))
    check_size(columns, rows, MAX_PDF_PIXELS)
    bitmap = pypdfium2.PdfBitmap.new_native(columns, rows, raw.FPDFBitmap_BGR, rev_byteorder=True)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, columns, rows)
    ends = time.monotonic() + DRAWING_SECONDS
    pause = raw.IFSDK_PAUSE(version=1)
    asked = dict(raw.IFSDK_PAUSE._fields_)["NeedToPauseNow"]
    pause.NeedToPauseNow = too_long = asked(lambda _: int(time.monotonic() > ends))
    flags = raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER
    status = raw.FPDF_RenderPageBitmap_Start(bitmap, sheet, 0, 0, columns, rows, 0, flags, ctypes.byref(pause))
    raw.FPDF_RenderPage_Close(sheet)
    del too_long  # held until here, while PDFium may call it
    if status != raw.FPDF_RENDER_DONE:
        raise PictureError(f"the page of the PDF file could not be drawn in {DRAWING_SECONDS:.0f} s; save it as PNG")
    image: PillowImage = bitmap.to_pil()
    return image
