"""Writes arrays as PNG files: the part of the format that 8-bit pictures need.

Reading pictures is the work of decode.py, which must know every kind of file. Writing our own images needs no library.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ShapeError

_COLOURS = {1: 0, 3: 2, 4: 6}  # numbers for each pixel (grey, RGB, RGB and alpha) -> PNG's colour type


def png(image: NDArray[np.uint8]) -> bytes:
    r"""The bytes of a PNG file that shows `image`: (rows, columns) grey, or (rows, columns, 3 or 4) in colour, uint8.

    Raises ShapeError for any other array.

    >>> png(np.zeros((28, 28), np.uint8))[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    channels = image.shape[2] if image.ndim == 3 else 1
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or channels not in _COLOURS or not image.size:
        raise ShapeError(
            f"png() wants uint8 of shape (rows, columns) or (rows, columns, 3 or 4), got {image.shape} in {image.dtype}"
        )
    rows, columns = image.shape[:2]
    lines = np.zeros(
        (rows, 1 + columns * channels), np.uint8
    )  # each line begins with the number of its filter; 0: none
    lines[:, 1:] = image.reshape(rows, -1)
    header = struct.pack(">IIBBBBB", columns, rows, 8, _COLOURS[channels], 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of the file: its length, type, bytes and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
