"""Pen digits in the cache: written once, which takes seconds, and found again by every later run.

A file holds the digits of one kind, count and seed. Its name also says which pen model wrote them, as a hash of its
source, so that digits of another version are never taken for those of this one. What does not hold exactly the bytes
that were written is written again. Few enough files are kept that they need less than 200 MB.

    20 bytes   "digitlens digits 1" and two line ends
    32 bytes   SHA-256 of what follows, unpacked
    the rest   images, (n, 28, 28) uint8, and labels, (n,) uint8, packed by zlib
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.synthetic.pen import writer
from digitlens.errors import FileError
from digitlens.files import places
from digitlens.files.atomic import sweep_leftovers, write_atomically
from digitlens.files.bounded import read_bounded

MAGIC = b"digitlens digits 1\n\n"
HEAD = len(MAGIC) + 32
FEWEST = 3_000  # digits: fewer are written in a second, and are not kept
MOST_FILES = 6  # that are kept: the training and test digits of a few versions and seeds
ONE = 28 * 28 + 1  # bytes of an image and its label


def pen_data(seed: int = 0) -> DataSet:
    """The same as writer.pen_data(), from the cache where it is there."""
    about = writer.pen_data(seed, training=1, test=1)
    training = kept("training", 30_000, seed, lambda: writer.pen_digits(30_000, seed).digits)
    test = kept("test", 5_000, seed, lambda: writer.pen_data(seed, training=1, test=5_000).test)
    return DataSet(about.name, about.source, training, test)


def kept(kind: str, count: int, seed: int, write: Callable[[], Digits]) -> Digits:
    """`count` digits of a kind and seed: from the cache, or else what write() gives, which is then kept there.

    Where there is no cache, or it cannot be written, write() is all there is.
    """
    folder = places.cache_folder("pen")
    if folder is None or count < FEWEST:
        return write()
    path = folder / f"{kind}-{count}-{seed}-{_pen_model()}.digits"
    with suppress(FileError, ValueError, zlib.error):
        return _unpacked(bytes(read_bounded(path, HEAD + ONE * count)), count)
    digits = write()
    with suppress(FileError, OSError):
        folder.mkdir(parents=True, exist_ok=True)
        sweep_leftovers(path)
        write_atomically(path, _packed(digits))
        _keep_few(folder)
    return digits


def _packed(digits: Digits) -> bytes:
    data = digits.images.tobytes() + digits.digits.tobytes()
    return MAGIC + hashlib.sha256(data).digest() + zlib.compress(data, 1)


def _unpacked(data: bytes, count: int) -> Digits:
    """The digits of a file's bytes. Raises ValueError or zlib.error unless they are exactly what _packed() gave."""
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(data[HEAD:], ONE * count + 1)
    sound = data[:HEAD] == MAGIC + hashlib.sha256(unpacked).digest() and unpacking.eof and not unpacking.unused_data
    if not sound or len(unpacked) != ONE * count:
        raise ValueError("these are not the digits that were written")
    values = np.frombuffer(unpacked, np.uint8)
    return Digits(values[:-count].reshape(count, 28, 28), values[-count:])


def _keep_few(folder: Path) -> None:
    """Remove the oldest files, so that no more than MOST_FILES are left."""
    files = sorted(folder.glob("*.digits"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[MOST_FILES:]:
        file.unlink(missing_ok=True)


@cache
def _pen_model() -> str:
    """Which version of the pen model this is: a hash of its source, and NumPy's version, whose sines it takes."""
    from digitlens.digits import preparation

    sha = hashlib.sha256(np.__version__.encode())
    for package in (Path(writer.__file__), Path(str(preparation.__file__))):
        for module in sorted(package.parent.glob("*.py")):
            sha.update(module.read_bytes())
    return sha.hexdigest()[:16]
