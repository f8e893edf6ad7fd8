"""Picture files, arrays and Pillow images become grey pictures. The only room that knows Pillow.

A file is opened only if it is a regular one of at most 16 MiB, and decoded only if its outline says that it has at
most 16 megapixels (see containers.py); a JPEG, which can be decoded at a reduced size, may have more of both. PNG,
JPEG, WebP, BMP and GIF are read, of films the first picture, and the pages of TIFF, HEIC and PDF (documents.py). What
EXIF says about which way is up is done; all other metadata is dropped.

grey: (rows, columns), uint8 from 0 (black) to 255 (white), or float64 from 0 to 1 where the caller gave floats
"""

from __future__ import annotations

import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DIGIT_SHAPE
from digitlens.digits.preparation.colours import PALE, clearest, spread
from digitlens.digits.preparation.containers import Container, open_container, orientation_of
from digitlens.digits.preparation.documents import (
    HEAD,
    MAX_DOCUMENT_BYTES,
    DocumentPage,
    check_size,
    file_and_page,
    kind_of,
    open_page,
)
from digitlens.digits.preparation.grey_levels import as_bytes, chunks, eight_bits, over_backdrop
from digitlens.errors import DigitlensError, FileError, PictureError, ShapeError
from digitlens.files.lfs import LFS_POINTER, is_lfs_pointer
from digitlens.files.naming import shown

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

MAX_BYTES = 32 * 1024 * 1024  # of a JPEG ...
MAX_OTHER_BYTES = 16 * 1024 * 1024  # ... and of any other file
MAX_PIXELS = 16_000_000  # decoded
MAX_JPEG_PIXELS = 100_000_000  # of a JPEG, which is decoded at a half, a quarter or an eighth ...
MAX_SCANNED_PIXELS = 50_000_000  # ... and of one with several scans
END = b"\xff\xd9"  # of a JPEG
FILLED = b"\x55" * 64  # where pixels of a JPEG are missing, these become some, and other ones than nothing becomes

Grey = NDArray[np.uint8] | NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A picture in grey, and what it was before."""

    grey: Grey  # (rows, columns), uint8 0..255 or float64 0..1
    source: str  # "PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "HEIC", "PDF", "array" or "Pillow image"
    orientation: int = 1  # as EXIF counts: 1 upright; what was undone to get there
    backdrop: int = -1  # the grey that was put behind a transparent picture; -1: it was not transparent
    size: tuple[int, int] = (0, 0)  # rows and columns of the picture; those of `grey`, if not given
    reduction: int = 1  # how many pixels of the picture one of `grey` is wide and high

    def __post_init__(self) -> None:
        if self.reduction == 1:
            object.__setattr__(self, "size", self.grey.shape)


def decode(picture: Any, shape: tuple[int, int] = DIGIT_SHAPE, fine: int | None = None) -> Decoded:
    """A picture of any kind -> grey.

    picture: a path (of a document's second page: "scan.pdf#page=2"), the bytes of a picture file, an open file, an
    array, the same as lists of numbers, or a Pillow image; of a document without a page, the first one.
    shape: rows and columns of an array in which they lie one after the other. fine: so many pixels are enough, where a
    JPEG, which can be decoded at a reduced size, has more; None: as many as we read. What is decoded already is given
    back.

    Raises FileError where a file cannot be opened, PictureError where it is no picture or beyond the limits, and
    ShapeError for an array that is no picture.

    >>> decode(np.eye(28, dtype=bool)).grey.dtype
    dtype('uint8')
    """
    if isinstance(picture, Decoded):
        return picture
    if isinstance(picture, (bytes, bytearray, memoryview)):
        return _from_data(picture, fine=fine)
    if isinstance(picture, (str, os.PathLike)):
        return from_path(picture, fine)
    if isinstance(picture, np.ndarray):
        return from_array(picture, shape)
    if isinstance(picture, (list, tuple)):
        return from_array(_array_of(picture), shape)
    if isinstance(picture, DocumentPage):
        return _from_data(picture.data, picture.page)
    if any(kind.__module__ == "PIL.Image" for kind in type(picture).__mro__):  # asked without importing Pillow
        return from_image(picture)
    if callable(getattr(picture, "read", None)):
        return _from_data(bytes_of(picture), fine=fine)
    raise ShapeError(
        "a picture is a path, the bytes of a picture file, an open file, a NumPy array or a Pillow image, "
        f"got {type(picture).__name__}; if it can become an array, give numpy.asarray(picture)"
    )


def from_path(path: str | os.PathLike[str], fine: int | None = None) -> Decoded:
    """A picture file -> grey. fine: as for decode(). Raises FileError and PictureError, each with the file's name."""
    name = shown(path)  # a newline or half a character in a name must not spoil the message
    try:
        file, page = file_and_page(path)
        data = _read(file, name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"cannot open the picture {name}: {reason}; check the name and the permissions") from None
    try:
        if kind := kind_of(data[:HEAD]):
            return _from_document(file, file.stat().st_size, kind, page or 1)
        if page > 1:
            raise PictureError(f"it is no TIFF or PDF with pages, and page {page:,} was wanted")
        return from_bytes(data, fine=fine)
    except PictureError as error:
        raise PictureError(f"{name}: {error}") from None


def bytes_of(file: Any) -> bytes:
    """What an open file holds, such as a web framework hands over; one byte more than may be read of it tells.

    Raises PictureError.
    """
    try:
        data = file.read(MAX_BYTES + 1)
        if isinstance(data, bytes) and len(data) > MAX_BYTES and kind_of(data[:HEAD]):
            data += file.read(MAX_DOCUMENT_BYTES + 1 - len(data))
    except (OSError, ValueError) as error:
        raise PictureError(f"the open file cannot be read: {error}; open it for reading bytes") from error
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise PictureError(f"an open file gives bytes, this one gave {type(data).__name__}; open it with mode 'rb'")
    return bytes(data)


def _from_data(data: bytes | bytearray | memoryview, page: int = 1, fine: int | None = None) -> Decoded:
    """The bytes of a picture file or a document -> grey. Raises PictureError."""
    if kind := kind_of(bytes(data[:HEAD])):
        return _from_document(bytes(data) if len(data) <= MAX_DOCUMENT_BYTES else b"", len(data), kind, page)
    return from_bytes(bytes(data) if len(data) <= MAX_BYTES else b"", len(data), fine)


def _from_document(source: Path | bytes, size: int, kind: str, page: int) -> Decoded:
    """A page of a TIFF, HEIC or PDF file of so many bytes -> grey. Raises PictureError."""
    if size > MAX_DOCUMENT_BYTES:
        raise PictureError(f"the document {_too_large(size, MAX_DOCUMENT_BYTES)}")
    pixels = open_page(source, kind, page)
    if isinstance(pixels, np.ndarray):
        merged = _merge_channels(pixels)
        grey, backdrop = as_bytes(merged.grey), merged.backdrop
    else:
        grey, backdrop = _grey_of(pixels)
    rows, columns = grey.shape
    if grey.size <= MAX_PIXELS:
        return Decoded(grey, kind, 1, backdrop)
    return Decoded(_halved(grey), kind, 1, backdrop, (rows, columns), 2)


def _halved(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Each pixel the mean of four: (rows, columns) -> half of both, rounded up."""
    rows, columns = grey.shape
    if rows % 2 or columns % 2:
        grey = np.pad(grey, ((0, rows % 2), (0, columns % 2)), "edge")
    total = np.full((grey.shape[0] // 2, grey.shape[1] // 2), 2, np.uint16)
    for i in (0, 1):
        for j in (0, 1):
            total += grey[i::2, j::2]
    total >>= np.uint16(2)
    return total.astype(np.uint8)


def _read(path: Path, name: str) -> bytes:
    """The bytes of a regular file of at most MAX_BYTES, or the first of a document's.

    A pipe or a device is refused without waiting for it.
    """
    if not stat.S_ISREG(path.stat().st_mode):  # before opening: to open a device or a pipe may already do something
        what = "a folder" if path.is_dir() else "no regular file"
        raise PictureError(f"{name} is {what}; wanted a picture file")
    with path.open("rb") as file:
        data = file.read(HEAD)
        if kind_of(data):
            return data
        data += file.read(MAX_BYTES + 1 - len(data))
    if len(data) > MAX_BYTES:
        raise PictureError(f"{name} {_too_large(path.stat().st_size)}")
    return data


def _too_large(size: int, most: int = MAX_BYTES) -> str:
    return f"has {size:,} bytes, more than the {most:,} that such a picture may have; make it smaller"


def from_bytes(data: bytes, size: int | None = None, fine: int | None = None) -> Decoded:
    """The bytes of a picture file -> grey. size: how many there were; fine: as for decode(). Raises PictureError."""
    if (size or len(data)) > MAX_BYTES:
        raise PictureError(f"the picture {_too_large(size or len(data))}")
    if is_lfs_pointer(data):
        raise PictureError(f"this is no picture yet, but {LFS_POINTER}")
    container = open_container(data)
    jpeg = container.format == "JPEG"
    if not jpeg and len(data) > MAX_OTHER_BYTES:
        raise PictureError(f"the picture {_too_large(len(data), MAX_OTHER_BYTES)}")
    most = MAX_PIXELS if not jpeg else MAX_JPEG_PIXELS if container.scans == 1 else MAX_SCANNED_PIXELS
    check_size(container.width, container.height, most)
    reduction, enough = 1, min(fine or MAX_PIXELS, MAX_PIXELS) if jpeg else MAX_PIXELS
    while container.width * container.height > enough * reduction**2 and reduction < 8:
        reduction *= 2
    end = END if jpeg else b""
    grey, backdrop = _decoded(container, container.data + end, reduction)
    if not container.ends:
        filled, _ = _decoded(container, container.data + FILLED + end, reduction)
        if not np.array_equal(grey, filled):
            raise PictureError("the JPEG file is incomplete; save or download the picture again")
    turned = container.orientation
    rows, columns = (container.height, container.width)[:: 1 if turned < 5 else -1]
    return Decoded(_upright(grey, turned), container.format, turned, backdrop, (rows, columns), reduction)


def _decoded(container: Container, data: bytes, reduction: int) -> tuple[NDArray[np.uint8], int]:
    """The pixels in grey, reduced if it is a JPEG, and the backdrop of a transparent picture. Raises PictureError."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=[container.format]) as image:
            if container.format != "JPEG":
                check_size(*image.size, MAX_PIXELS)
                return _grey_of(image)
            small = image.width // reduction, image.height // reduction
            image.draft("L", small)  # the brightness alone, without making colours of it first
            check_size(*image.size, MAX_PIXELS)
            grey, _ = _grey_of(image)
        if spread(grey) < PALE:
            with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
                image.draft("RGB", small)
                grey = clearest(grey, np.asarray(image.convert("RGB")))
        return grey, -1
    except DigitlensError:
        raise
    except Exception as error:  # whatever Pillow and its decoders raise at damaged bytes
        raise PictureError(f"the {container.format} file cannot be decoded ({error}); save the picture again") from None


def from_image(image: PillowImage) -> Decoded:
    """A Pillow image -> grey. Raises PictureError."""
    check_size(*image.size, MAX_PIXELS)
    exif = image.info.get("exif", b"")
    orientation = orientation_of(exif if isinstance(exif, bytes) else b"")
    try:
        grey, backdrop = _grey_of(image)
    except Exception as error:
        raise PictureError(f"the Pillow image cannot be decoded ({error}); save it as PNG and open that") from None
    return Decoded(_upright(grey, orientation), "Pillow image", orientation, backdrop)


def _grey_of(image: PillowImage) -> tuple[NDArray[np.uint8], int]:
    """The pixels of a Pillow image in grey, and the backdrop of a transparent one (-1: none)."""
    if image.mode.startswith(("I", "F")):  # 16 bits a pixel, which Pillow would cut off at 255
        return eight_bits(np.asarray(image)), -1
    if image.has_transparency_data:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        alpha = np.asarray(image.getchannel("A"))
        if int(alpha.min()) < 255:
            return over_backdrop(np.asarray(image.convert("L")), alpha)
    grey = np.array(image.convert("L") if image.mode in ("1", "L", "RGB") else image.convert("RGB").convert("L"))
    if image.mode in ("1", "L") or spread(grey) >= PALE:
        return grey, -1
    return clearest(grey, np.asarray(image.convert("RGB"))), -1


def _upright(grey: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Undo what EXIF says the camera did: 2 mirrored, 3 upside down, 6 and 8 on a side, and so on."""
    if orientation in (5, 6, 7, 8):
        grey = grey.T
    if orientation in (2, 3, 6, 7):
        grey = grey[:, ::-1]
    if orientation in (3, 4, 7, 8):
        grey = grey[::-1]
    return np.ascontiguousarray(grey)


def _array_of(values: list[Any] | tuple[Any, ...]) -> NDArray[Any]:
    """Lists of numbers as an array; whole ones from 0 to 255 become bytes. Raises ShapeError."""
    try:
        array = np.array(values)
    except ValueError:  # lists of different lengths, or of unlike things
        array = np.array(None)
    if array.dtype.kind not in "buif":
        raise ShapeError(
            "a picture as lists has a list of numbers for each row, all of one length; several pictures are read by "
            "read_many() or read_pages()"
        )
    if array.dtype.kind in "ui" and array.size and int(array.min()) >= 0 and int(array.max()) <= 255:
        return array.astype(np.uint8)
    return array


def from_array(array: NDArray[Any], flat: tuple[int, int] = DIGIT_SHAPE) -> Decoded:
    """An array -> grey. Raises ShapeError.

    uint8 from 0 to 255, floats from 0 to 1, or truths; (rows, columns), with 1 (grey), 2 (grey, alpha), 3 (red,
    green, blue) or 4 (and alpha) channels behind, or one picture of a batch of one, (1, rows, columns). flat: what rows
    and columns an array of one dimension has; (784,) is 28×28.
    """
    who = "a picture"
    if isinstance(array, np.ma.MaskedArray):
        raise ShapeError(f"{who} cannot be a masked array; fill it first: array.filled(0)")
    shape = array.shape
    if shape == (flat[0] * flat[1],):
        array = array.reshape(flat)
    if array.ndim == 3 and shape[0] == 1 and shape[2] > 4:
        array = array[0]
    if array.ndim != 2 and not (array.ndim == 3 and 1 <= array.shape[2] <= 4):
        raise ShapeError(
            f"{who} has the shape (rows, columns) or (rows, columns, 1 to 4 channels), got {shape}; "
            "give one picture at a time"
        )
    try:
        check_size(array.shape[1], array.shape[0], MAX_PIXELS)
    except PictureError as error:
        raise ShapeError(str(error)) from None
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * np.uint8(255)
    elif array.dtype.kind == "f":
        low, high = float(array.min()), float(array.max())
        if not (low >= 0.0 and high <= 1.0):  # so written that NaN is refused as well
            raise ShapeError(
                f"{who} of floats holds numbers from 0 to 1, got some from {low:g} to {high:g}; "
                "divide by what stands for white, or give uint8 from 0 to 255"
            )
    elif array.dtype != np.uint8:
        raise ShapeError(
            f"{who} is uint8 from 0 to 255, float from 0 to 1 or bool, got {array.dtype}; convert it first"
        )
    return _merge_channels(array)


def _merge_channels(array: NDArray[Any]) -> Decoded:
    """(rows, columns) or (rows, columns, channels), uint8 or float64 -> grey."""
    if array.ndim == 2:
        bytes_already = array.dtype == np.uint8
        return Decoded(np.ascontiguousarray(array) if bytes_already else array.astype(np.float64, order="C"), "array")
    channels = array.shape[2]
    grey = _brightness(array)
    if channels in (1, 3):
        return Decoded(grey, "array")
    alpha = as_bytes(np.ascontiguousarray(array[:, :, -1]))
    if int(alpha.min()) == 255:
        return Decoded(as_bytes(clearest(grey, array) if channels == 4 else grey), "array")
    over, backdrop = over_backdrop(as_bytes(grey), alpha)
    return Decoded(over, "array", 1, backdrop)


def _brightness(array: NDArray[Any]) -> Grey:
    """(rows, columns, channels), uint8 or floats -> grey: the first channel of one or two, else as the eye sees it.

    Where the eye would see next to nothing, one of three colours: see colours.py.
    """
    eight = array.dtype == np.uint8
    grey: Grey = np.empty(array.shape[:2], np.uint8) if eight else np.empty(array.shape[:2], np.float64)
    if array.shape[2] <= 2:
        grey[:] = array[:, :, 0]
        return grey
    flat, levels = array.reshape(-1, array.shape[2]), grey.reshape(-1)
    for some in chunks(grey.size):  # brightness as the eye sees it (ITU-R 601), as Pillow rounds it
        red, green, blue = flat[some, :3].astype(np.float64).T
        level = 0.299 * red + 0.587 * green + 0.114 * blue
        levels[some] = np.floor(level + 0.5) if eight else np.minimum(level, 1.0)
    return clearest(grey, array) if array.shape[2] == 3 else grey
