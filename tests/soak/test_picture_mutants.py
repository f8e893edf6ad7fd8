"""A hundred thousand damaged picture files: each is read or refused by an error of ours, in bounded memory."""

from __future__ import annotations

import io
import tracemalloc
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from tests.soak.draw import count, seed

from digitlens.digits.preparation.prepare import prepare
from digitlens.errors import DigitlensError

MEGABYTES = 128  # for each file of at most a megapixel


def originals() -> list[bytes]:
    """Small honest files of every format and kind."""
    page = Image.new("RGB", (60, 44), (250, 245, 235))
    ImageDraw.Draw(page).line([(12, 8), (40, 8), (22, 38)], fill=(30, 30, 90), width=5)
    alpha = page.convert("RGBA")
    alpha.putalpha(page.convert("L").point(lambda level: 255 - level))
    exif = Image.Exif()
    exif[0x0112] = 6
    kinds: list[tuple[Image.Image, str, dict[str, Any]]] = [
        (page, "PNG", {"exif": exif}),
        (alpha, "PNG", {}),
        (page.quantize(16), "PNG", {"transparency": 0}),
        (Image.fromarray(np.asarray(page.convert("L")).astype(np.uint16) * 257), "PNG", {}),
        (page, "JPEG", {"exif": exif, "quality": 75}),
        (page, "JPEG", {"progressive": True}),
        (page.convert("CMYK"), "JPEG", {}),
        (page.quantize(16), "GIF", {}),
        (page, "GIF", {"save_all": True, "append_images": [page.rotate(9), page.rotate(20)]}),
        (page, "BMP", {}),
        (page.quantize(16), "BMP", {}),
        (page, "WEBP", {"exif": exif}),
        (alpha, "WEBP", {"lossless": True}),
        (page, "WEBP", {"save_all": True, "append_images": [page.rotate(9)]}),
    ]
    files = []
    for image, fmt, options in kinds:
        file = io.BytesIO()
        image.save(file, fmt, **options)
        files.append(file.getvalue())
    return files


def mutant(data: bytes, rng: np.random.Generator) -> bytes:
    """The same file with a few things done to it, near its start more often than elsewhere."""
    some = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        at = int(rng.integers(0, max(1, min(len(some), 80) if rng.random() < 0.5 else len(some))))
        kind = rng.integers(0, 7)
        if kind == 0:  # another byte
            some[at : at + 1] = bytes([rng.integers(0, 256)])
        elif kind == 1:  # one bit
            some[at : at + 1] = bytes(byte ^ (1 << int(rng.integers(0, 8))) for byte in some[at : at + 1])
        elif kind == 2:  # an extreme number
            some[at : at + 4] = [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\xff\xff"][
                rng.integers(0, 4)
            ]
        elif kind == 3:  # cut off
            del some[at:]
        elif kind == 4:  # something taken out
            del some[at : at + int(rng.integers(1, 20))]
        elif kind == 5:  # something twice
            some[at:at] = some[at : at + int(rng.integers(1, 40))]
        else:  # noise put in
            some[at:at] = rng.bytes(int(rng.integers(1, 20)))
    return bytes(some)


def megapixels(data: bytes) -> float:
    """How large a file that can be read is, in millions of pixels."""
    return prepare(data).stages[0].image.size / 1e6


@pytest.mark.soak
def test_mutants_of_pictures_are_read_or_refused() -> None:
    rng = np.random.default_rng(seed())
    files = originals()
    for data in files:
        assert prepare(data).ink_found
    read = 0
    for round_number in range(count(100_000)):
        data = mutant(files[round_number % len(files)], rng)
        watched = round_number % 20 == 0  # tracing memory takes time, so only now and then
        if watched:
            tracemalloc.start()
        said = "read"
        try:
            read += prepare(data).image.shape == (28, 28)
        except DigitlensError as error:
            said = str(error)
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error} at {data.hex()}")
        assert 0 < len(said) < 500, data.hex()
        if watched:
            peak = tracemalloc.get_traced_memory()[1] / 2**20
            tracemalloc.stop()
            assert peak <= MEGABYTES or megapixels(data) > 1, data.hex()
    assert 0 < read < count(100_000)  # some of both, or the mutants prove nothing
