"""The containers of picture files: size, orientation, and the parts that the first picture needs. Nothing is decoded.

A picture file may also hold animations, comments and colour profiles, and some files are made so that opening them
takes minutes. So before a decoder sees the bytes, their structure is parsed here, with fixed bounds, and only the parts
that one picture needs are passed on.

PNG   signature, then chunks: length (4), type (4), data, checksum (4)
JPEG  segments: FF, type, length (2), data; then scans
GIF   screen, palette, then blocks: extension 21, image 2C, end 3B
BMP   one header
WebP  RIFF chunks: type (4), length (4, little-endian), data
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from digitlens.errors import PictureError

MAX_BLOCKS = 200_000  # chunks, segments or blocks of one file
MAX_SCANS = 40  # a progressive JPEG has about ten
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")  # in a scan, all but stuffed bytes and restarts
MAX_RUNS = 500_000  # pixels or bytes of a run-length-encoded BMP, which decodes slowly


@dataclass(frozen=True, slots=True)
class Container:
    """The structure of a picture file."""

    format: str  # "PNG", "JPEG", "GIF", "BMP" or "WEBP", Pillow's names
    width: int
    height: int
    orientation: int  # EXIF: 1 (upright) to 8; any other value counts as 1
    data: bytes  # the file, reduced to what its first picture needs
    scans: int = 1  # of a JPEG; with more than one, a decoder keeps all of it in memory
    ends: bool = True  # False: a JPEG whose end marker is missing; perhaps some of its pixels are, too


def open_container(data: bytes) -> Container:
    """Recognise a picture file and reduce it to what its first picture needs. Raises PictureError."""
    try:
        for signature, reader in _READERS:
            if data.startswith(signature):
                return reader(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        raise PictureError("the file is incomplete, or its structure is damaged; save the picture again") from None
    raise PictureError(
        f"wanted a PNG, JPEG, WebP, BMP or GIF file, got one that begins with {data[:8]!r}; "
        "open it in a picture program and save it as PNG"
        if data
        else "the file is empty; wanted a PNG, JPEG, WebP, BMP or GIF"
    )


def orientation_of(exif: bytes) -> int:
    """The orientation in EXIF data (a small TIFF file): 1 to 8, or 1 if the data are invalid."""
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (n,) = struct.unpack_from(order + "H", exif, start)
        for i in range(min(n, 1000)):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", exif, start + 2 + 12 * i)
            if tag == 0x0112 and kind == 3:  # Orientation, a SHORT
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _png(data: bytes) -> Container:
    parts, exif, at = [data[:8]], b"", 8
    for _ in range(MAX_BLOCKS):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise PictureError("the PNG file is incomplete; save or download the picture again")
        if kind in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            if zlib.crc32(data[at + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
                raise PictureError(
                    f"the PNG file is damaged: wrong checksum in {kind.decode()}; save the picture again"
                )
            parts.append(data[at:end])
        elif kind == b"eXIf":
            exif = data[at + 8 : end - 4]
        at = end
        if kind == b"IEND":
            break
    else:
        raise _too_many("PNG")
    _, first, width, height = struct.unpack_from(">I4sII", parts[1])
    if first != b"IHDR":
        raise PictureError("the PNG file does not begin with its size; save the picture again")
    return Container("PNG", width, height, orientation_of(exif), b"".join(parts))


def _jpeg(data: bytes) -> Container:
    parts, exif, at, size = [data[:2]], b"", 2, (0, 0)
    for _ in range(MAX_BLOCKS):
        while data[at : at + 2] == b"\xff\xff":  # padding
            at = _end_of_padding(data, at)
        mark, kind, length = struct.unpack_from(">BBH", data, at)
        if mark != 0xFF or length < 2:
            raise PictureError("the JPEG file is damaged; save the picture again")
        segment = data[at : at + 2 + length]
        if kind == 0xDA:  # the first scan: pixels follow
            break
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", segment, 5)
            size = (width, height)
        if kind == 0xE1 and segment[4:10] == b"Exif\0\0" and not exif:
            exif = segment[4:]
        metadata = 0xE0 <= kind <= 0xEF or kind == 0xFE
        if not metadata or kind in (0xE0, 0xEE):  # JFIF's and Adobe's segments define the colours
            parts.append(segment)
        at += 2 + length
    else:
        raise _too_many("JPEG")
    end, scans, ends = _end_of_scans(data, at)
    return Container("JPEG", *size, orientation_of(exif), b"".join([*parts, data[at:end]]), scans, ends)


def _end_of_scans(data: bytes, at: int) -> tuple[int, int, bool]:
    """Where the end marker of a JPEG is, how many scans there are, and whether there is a marker. at: the first scan.

    What follows it is left out: a phone puts a film there, which has any bytes in it.
    """
    scans = 0
    for _ in range(MAX_BLOCKS):
        mark = _MARKER.search(data, at)
        if mark is None:
            return len(data), scans, False
        kind = mark[0][-1]
        if kind == 0xD9:
            return mark.start(), scans, True
        scans += kind == 0xDA
        if scans > MAX_SCANS:
            raise PictureError(f"the JPEG file has more than {MAX_SCANS} scans; save the picture again as PNG")
        (length,) = struct.unpack_from(">H", data, mark.end())
        at = mark.end() + length
        if at > len(data):
            raise PictureError("the JPEG file is incomplete; save or download the picture again")
    raise _too_many("JPEG")


def _end_of_padding(data: bytes, at: int) -> int:
    """The position of the last byte of a run of FF bytes."""
    rest = data[at : at + 65536]
    return at + max(1, len(rest) - len(rest.lstrip(b"\xff")) - 1)


def _gif(data: bytes) -> Container:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    parts = [data[:at]]
    for _ in range(MAX_BLOCKS):
        if data[at] == 0x21:  # an extension: comment, program, or (F9) which colour is transparent
            end = _end_of_blocks(data, at + 2)
            if data[at + 1] == 0xF9:
                parts.append(data[at:end])
            at = end
        elif data[at] == 0x2C:
            left, top, wide, high, flags = struct.unpack_from("<HHHHB", data, at + 1)
            pixels = at + 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0) + 1
            parts += [data[at : _end_of_blocks(data, pixels)], b";"]
            return Container("GIF", max(width, left + wide), max(height, top + high), 1, b"".join(parts))
        else:
            raise PictureError("the GIF file has no picture in it; save the picture again as PNG")
    raise _too_many("GIF")


def _end_of_blocks(data: bytes, at: int) -> int:
    """The position after a sequence of blocks, each with its length in front, that an empty block ends."""
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _bmp(data: bytes) -> Container:
    (header,) = struct.unpack_from("<I", data, 14)
    if header == 12:
        width, height = struct.unpack_from("<HH", data, 18)
        return Container("BMP", width, height, 1, data)
    width, height, _, _, compression = struct.unpack_from("<iiHHI", data, 18)
    if compression in (1, 2) and max(len(data), abs(width * height)) > MAX_RUNS:
        raise PictureError(f"the BMP file is run-length encoded and over {MAX_RUNS:,} pixels or bytes; save it as PNG")
    return Container("BMP", abs(width), abs(height), 1, data)


def _webp(data: bytes) -> Container:
    size, exif, at = (0, 0), b"", 12
    for _ in range(MAX_BLOCKS):
        if at + 8 > len(data):
            return Container("WEBP", *size, orientation_of(exif), data)
        kind, length = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + length]
        if kind == b"VP8X":  # the canvas of an animation, or of a picture with metadata
            width, more_width, height, more_height = struct.unpack_from("<HBHB", body, 4)
            size = (1 + width + (more_width << 16), 1 + height + (more_height << 16))
        elif kind == b"VP8 " and size == (0, 0):
            width, height = struct.unpack_from("<HH", body, 6)
            size = (width & 0x3FFF, height & 0x3FFF)
        elif kind == b"VP8L" and size == (0, 0):
            (bits,) = struct.unpack_from("<I", body, 1)
            size = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        elif kind == b"EXIF":
            exif = body
        at += 8 + length + length % 2
    raise _too_many("WebP")


def _too_many(name: str) -> PictureError:
    return PictureError(f"the {name} file has more than {MAX_BLOCKS} blocks; save the picture again")


_READERS: tuple[tuple[bytes, Callable[[bytes], Container]], ...] = (
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"\xff\xd8", _jpeg),
    (b"GIF87a", _gif),
    (b"GIF89a", _gif),
    (b"BM", _bmp),
)
