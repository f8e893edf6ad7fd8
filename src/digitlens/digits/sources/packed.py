"""Packed digits: a whole data set in one file, for a page that trains in its tab (web/train/data/packed.js).

    "digitpak"             8 bytes
    version                4 bytes, little-endian: 1
    length of the header   4 bytes, little-endian
    header                 JSON in UTF-8: name, source, classes, rows, columns, training, test (how many images), bytes
                           and sha256 (of the body), packed (bytes of it in the file), fingerprint (of what is learned
                           from)
    body                   compressed as gzip does

The body holds the labels, a byte each, those to learn from first; what kind each pixel is, 0 no ink, 1 grey, 2 full
ink, in two bits, four pixels a byte, the first one lowest; and the greys, a byte each. Pixels that are one of two
extremes say less than a byte, so this takes a fifth less room than gzip alone finds.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import LARGEST_SIDE, DataSet, Digits
from digitlens.errors import DataError, DigitlensError

MAGIC, VERSION, SUFFIX = b"digitpak", 1, ".digits"
MOST = 2**29  # bytes of a body: 650,000 digits
_HEADER = 64 * 1024  # bytes of a header
_COUNTS = ("rows", "columns", "training", "test", "bytes", "packed")
_TEXTS = ("name", "source", "sha256", "fingerprint")


def pack(data: DataSet) -> bytes:
    """A data set as the bytes of a file. Raises DataError for one that is too large."""
    halves = data.training, data.test
    ink = np.concatenate([half.flat.ravel() for half in halves])
    kinds = np.zeros(-(-len(ink) // 4) * 4, np.uint8)
    kinds[: len(ink)] = (ink > 0).astype(np.uint8) + (ink == 255)
    fours = kinds.reshape(-1, 4) << np.array([0, 2, 4, 6], np.uint8)
    labels = np.concatenate([half.digits for half in halves])
    greys = ink[(ink > 0) & (ink < 255)]
    body = labels.tobytes() + np.bitwise_or.reduce(fours, axis=1).astype(np.uint8).tobytes() + greys.tobytes()
    if len(body) > MOST:
        raise DataError(f"a packed file holds {MOST:,} bytes, got {len(body):,}; pack fewer images")
    packed = gzip.compress(body, 9, mtime=0)
    rows, columns = data.image_shape
    header = {
        "name": data.name,
        "source": data.source,
        "classes": list(data.classes),
        "rows": rows,
        "columns": columns,
        "training": len(data.training),
        "test": len(data.test),
        "bytes": len(body),
        "packed": len(packed),
        "sha256": hashlib.sha256(body).hexdigest(),
        "fingerprint": data.training.fingerprint(),
    }
    text = json.dumps(header).encode()
    return MAGIC + struct.pack("<II", VERSION, len(text)) + text + packed


def header_of(packed: bytes) -> dict[str, Any]:
    """What a packed file says of itself, checked. Raises DataError for what is no packed file that we read."""
    return _opened(packed)[0]


def unpack(packed: bytes) -> DataSet:
    """The data set that pack() was given. Raises DataError for a file that is cut short, changed or of another kind."""
    header, begin = _opened(packed)
    body = _inflated(packed[begin:], header["bytes"])
    if hashlib.sha256(body).hexdigest() != header["sha256"]:
        raise DataError("these packed digits were changed: their SHA-256 is another one than their header says")
    training, images = header["training"], header["training"] + header["test"]
    pixels = header["rows"] * header["columns"]
    numbers = np.frombuffer(body, np.uint8)
    labels, rest = numbers[:images], numbers[images:]
    fours, greys = np.split(rest, [-(-images * pixels // 4)])
    ink = _ink(fours, greys, images * pixels).reshape(images, header["rows"], header["columns"])
    try:
        return DataSet(
            name=header["name"],
            source=header["source"],
            training=Digits(ink[:training], labels[:training]),
            test=Digits(ink[training:], labels[training:]),
            classes=tuple(header["classes"]),
        )
    except DigitlensError as error:
        raise DataError(f"these packed digits cannot be: {error}") from error


def _opened(packed: bytes) -> tuple[dict[str, Any], int]:
    """The header, and where the body begins."""
    if packed[:8] != MAGIC:
        raise DataError(f"packed digits begin with {MAGIC.decode()}, got {bytes(packed[:8])!r}; name another file")
    if len(packed) < 16:
        raise DataError(f"these packed digits are cut short: {len(packed)} bytes are here")
    version, length = struct.unpack_from("<II", packed, 8)
    if version != VERSION:
        raise DataError(f"packed digits of version {version}, and we read version {VERSION}; pack them again")
    if length > _HEADER or 16 + length > len(packed):
        raise DataError(f"the header of these packed digits claims {length:,} bytes; {len(packed) - 16:,} are here")
    try:
        header = json.loads(packed[16 : 16 + length])
        sound = all(type(header[name]) is int and 0 <= header[name] <= MOST for name in _COUNTS)
        sound &= all(isinstance(header[name], str) for name in _TEXTS) and isinstance(header["classes"], list)
        sound &= all(1 <= header[side] <= LARGEST_SIDE for side in ("rows", "columns"))
    except (ValueError, KeyError, TypeError, RecursionError):
        sound = False
    if not sound:
        raise DataError("the header of these packed digits is not one of ours; pack them again")
    if len(packed) - 16 - length != header["packed"]:
        here, told = len(packed) - 16 - length, header["packed"]
        raise DataError(f"these packed digits are cut short, or longer than they say: {here:,} bytes of {told:,}")
    images = header["training"] + header["test"]
    if not images * (1 + -(-header["rows"] * header["columns"] // 4)) <= header["bytes"] + images <= MOST:
        raise DataError(f"the header of these packed digits contradicts itself: {images:,} images")
    return header, 16 + length


def _inflated(data: bytes, size: int) -> bytes:
    """What gzip compressed, of exactly this size; no more is ever made."""
    inflater = zlib.decompressobj(31)
    try:
        body = inflater.decompress(data, size + 1)
    except zlib.error as error:
        raise DataError(f"these packed digits are damaged: {error}") from error
    if len(body) != size or not inflater.eof or inflater.unused_data:
        raise DataError(f"these packed digits are damaged: they should unpack to {size:,} bytes")
    return body


def _ink(fours: NDArray[np.uint8], greys: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    """The pixels, (count,), from their kinds and the greys of those that are grey."""
    kinds = ((fours[:, None] >> np.array([0, 2, 4, 6], np.uint8)) & 3).reshape(-1)[:count]
    ink = np.array([0, 0, 255, 255], np.uint8)[kinds]
    grey = kinds == 1
    if (wanted := int(grey.sum())) != len(greys):
        raise DataError(
            f"these packed digits are damaged: {wanted:,} pixels are grey, and {len(greys):,} greys are here"
        )
    ink[grey] = greys
    return ink
