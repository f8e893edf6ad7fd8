"""Small data sets in the form of those of the catalogue, with hashes of their own, for tests."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import zipfile
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.sources import idx
from digitlens.digits.sources.catalogue import CATALOGUE, KnownSet, PublishedFile

Arrays = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


def arrays(classes: int = 10, side: int = 28, seed: int = 1) -> Arrays:
    """Images and labels to learn from, and to be tested on; every class is there."""
    rng = np.random.default_rng(seed)

    def part(n: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        return rng.integers(0, 256, (n, side, side), np.uint8), rng.permutation(np.arange(n, dtype=np.uint8) % classes)

    return part(3 * classes) + part(classes)


def published(name: str, data: bytes) -> PublishedFile:
    return PublishedFile(name, len(data), sha256=hashlib.sha256(data).hexdigest())


def small(name: str, made: Arrays | None = None) -> tuple[KnownSet, dict[str, bytes]]:
    """A small set of the catalogue, and its files by name, as they are served; `made` as they are once loaded."""
    known = CATALOGUE[name]
    made = made or arrays(len(known.classes), known.image_shape[0])
    if name == "usps":
        files = {
            file.name: bz2.compress(usps_text(*made[2 * i : 2 * i + 2]).encode()) for i, file in enumerate(known.files)
        }
        return replace(known, files=tuple(published(*item) for item in files.items())), files
    stored = [_turned(array) if known.turned and array.ndim == 3 else array for array in made]
    stored = [array + np.uint8(known.first_label) if array.ndim == 1 else array for array in stored]
    packed = [gzip.compress(idx.write(array), mtime=0) for array in stored]
    if name == "qmnist":
        for i in (1, 3):
            table = np.zeros((len(stored[i]), 8), ">i4")
            table[:, 0] = stored[i]
            header = bytes([0, 0, 0x0C, 2]) + np.array(table.shape, ">u4").tobytes()
            packed[i] = gzip.compress(header + table.tobytes(), mtime=0)
    files = dict(zip(known.names, packed, strict=True))
    if not known.files[0].holds:
        return replace(known, files=tuple(published(*item) for item in files.items())), files
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for member, data in files.items():
            archive.writestr(f"gzip/{member}", data)
    served = replace(published("gzip.zip", whole.getvalue()), holds=tuple(files))
    return replace(known, files=(served,)), {"gzip.zip": whole.getvalue()}


def usps_text(images: NDArray[np.uint8], digits: NDArray[np.uint8]) -> str:
    rows = [
        " ".join(f"{i}:{value / 127.5 - 1:.6g}" for i, value in enumerate(row, 1))
        for row in images.reshape(len(images), -1)
    ]
    return "".join(f"{digit + 1} {row}\n" for digit, row in zip(digits, rows, strict=True))


def _turned(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(images.transpose(0, 2, 1))
