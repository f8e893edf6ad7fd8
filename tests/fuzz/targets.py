"""What is fuzzed: each target takes any bytes, and raises nothing. What our own exceptions refuse is refused rightly.

Everything here parses bytes from outside. Each target goes on as far as the bytes carry it: a model file that loads is
read with and written again, a picture that can be opened is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress

import numpy as np
from tests.fuzz.connection import talk

from digitlens.digits.preparation.containers import open_container
from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.sources import idx
from digitlens.digits.sources.tables import csv_part
from digitlens.errors import DigitlensError, FileError, IdxError, ModelFileError, PictureError
from digitlens.files.npz import arrays_of
from digitlens.reading.html import reader_html
from digitlens.server.http.live import MessageError, parse
from digitlens.server.refusal import Refused
from digitlens.server.training.comparison import ComparisonRequest
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.requests import request_of
from digitlens.storage.model_file import from_bytes, to_bytes

SMALL = 10_000  # pixels: a larger picture is not decoded here, tests/soak does that
UNPACKED = 1 << 16  # bytes of a gzip file
SETS = DataSets()
PICTURE = np.eye(12)


def model_file(data: bytes) -> None:
    """A model file; then what is done with one."""
    with suppress(ModelFileError):
        reader = from_bytes(data)
        json.dumps(reader.read(PICTURE).to_json(), allow_nan=False)
        reader_html(reader)
        from_bytes(to_bytes(reader))


def picture(data: bytes) -> None:
    """The outline of a picture file; then its pixels, if there are few."""
    with suppress(PictureError):
        outline = open_container(data)
        if outline.width * outline.height <= SMALL:
            assert prepare(data).image.shape == (28, 28)


def table(data: bytes) -> None:
    """CSV with a row for each image; and NumPy's arrays."""
    with suppress(DigitlensError):
        csv_part(data)
    with suppress(FileError):
        arrays_of(data, UNPACKED)


def idx_file(data: bytes) -> None:
    """An IDX file, of images and of labels; and a gzip file around it."""
    with suppress(IdxError):
        data = bytes(idx.gunzip(data, UNPACKED))
    for read in (idx.images, idx.labels, idx.many_labels, idx.unpacked):
        with suppress(IdxError):
            read(data)
    half = len(data) // 2
    with suppress(IdxError):
        idx.digits(data[:half], data[half:])


def message(data: bytes) -> None:
    """A message of a page, as WebSocket hands it over: text. Then the run or the comparison that it asks for."""
    with suppress(MessageError, Refused):
        asked = parse(data.decode("utf-8", "replace"))
        if asked["type"] == "train":
            request_of(asked, SETS)
        elif asked["type"] == "compare":
            ComparisonRequest.of(asked, SETS)


def http(data: bytes) -> None:
    """What a client sends over one connection: requests, upgrades, and frames after them."""
    talk(data)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "model_file": model_file,
    "picture": picture,
    "idx_file": idx_file,
    "table": table,
    "message": message,
    "http": http,
}
