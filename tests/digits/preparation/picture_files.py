"""Picture files for tests, honest ones and handmade ones."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

PAGE = np.full((20, 30), 255, np.uint8)
PAGE[5:15, 10:13] = 0


def saved(image: Any, fmt: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    (Image.fromarray(image) if isinstance(image, np.ndarray) else image).save(file, fmt, **options)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *between: bytes, pixels: bytes | None = None) -> bytes:
    """A grey PNG of our own making: white, with whatever chunks between header and pixels."""
    body = zlib.compress((b"\0" + b"\xff" * width) * height, 1) if pixels is None else pixels
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(between) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def transparent(grey: int, mode: str = "RGBA") -> Image.Image:
    """A stroke of one grey on nothing."""
    image = Image.new("LA", (30, 20), (grey, 0))
    image.paste((grey, 255), (10, 5, 13, 15))
    return image.convert("RGBA").quantize(4) if mode == "P" else image.convert(mode)


def frames(fmt: str, n: int, **options: Any) -> bytes:
    some = [Image.new("L", (4, 4), i % 251) for i in range(n)]
    return saved(some[0], fmt, save_all=True, append_images=some[1:], **options)
