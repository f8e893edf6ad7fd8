"""MNIST: 60,000 handwritten digits to learn from and 10,000 to be tested on, in four files.

Y. LeCun, C. Cortes and C. J. C. Burges made it in 1998 from NIST's forms. Mirrors pack the four files in different
ways, so the unpacked bytes are held to their SHA-256, at every load: whoever trains on them knows on what.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import numpy as np

from digitlens.digits.dataset import DataSet
from digitlens.digits.sources import idx
from digitlens.errors import DataError, FileError, IdxError
from digitlens.files.bounded import read_bounded, read_into
from digitlens.files.naming import shown

if TYPE_CHECKING:
    from hashlib import _Hash

PACKING = 1 << 16  # bytes: gzip never makes a file longer than this over its contents


@dataclass(frozen=True, slots=True)
class MnistFile:
    """One of the four files, unpacked."""

    name: str
    size: int  # bytes
    sha256: str  # 64 hexadecimal digits

    @property
    def spellings(self) -> tuple[str, ...]:
        """The names it goes by, the first one found counts: unpacked before packed, the original before its twin."""
        twin = self.name.replace("-idx", ".idx")  # what some unpackers make of it
        return (self.name, twin, self.name + ".gz", twin + ".gz")


FILES = (
    MnistFile(
        "train-images-idx3-ubyte", 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
    ),
    MnistFile("train-labels-idx1-ubyte", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    MnistFile("t10k-images-idx3-ubyte", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    MnistFile("t10k-labels-idx1-ubyte", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
)  # training pictures, their labels, test pictures, their labels
FINGERPRINT = (
    "fabf4596668b9b9795ace8cca308569f82a78c7222f544a6c5b2200c9539b71d"  # of the training digits in these files
)


def load_mnist(folder: str | os.PathLike[str], *, files: Sequence[MnistFile] = FILES) -> DataSet:
    """The digits in a folder that holds the four files, unpacked or .gz, verified; the arrays are read-only.

    Raises DataError that names every file that is missing, cannot be read, or holds other bytes, and what to do.
    """
    place = Path(folder)
    if not place.is_dir():
        raise DataError(
            f"MNIST was looked for in {shown(place)}, which is no folder; name the folder of its four files"
        )
    contents: list[memoryview] = []
    begun: list[tuple[Path, MnistFile, _Hash]] = []
    troubles: list[str] = []
    with _hashing_beside() as update:  # while one file is read, the one before is hashed
        for file in files:
            path = find(place, file)
            try:
                data, sha = _read(path, file, update)
            except (FileError, IdxError) as error:
                troubles.append(str(error))
            else:
                contents.append(data)
                begun.append((path, file, sha))
    troubles += [_stranger(path, file, sha) for path, file, sha in begun if sha.hexdigest() != file.sha256]
    if troubles:
        raise DataError(
            f"MNIST in {shown(place)} is not usable:\n  " + "\n  ".join(troubles) + "\nPut the four files there ("
            f"{', '.join(file.name for file in files)}; as they are or as .gz), or let Digitlens download them"
        )
    training, test = idx.digits(*contents[:2]), idx.digits(*contents[2:])
    if tuple(files[:2]) == FILES[:2]:  # the very bytes, as has just been verified: why hash them again?
        training.trust_fingerprint(FINGERPRINT)
    return DataSet("mnist", f"MNIST in {shown(place)}", training, test)


def read_verified(path: Path, file: MnistFile) -> memoryview:
    """The unpacked bytes of one of the files, read from `path`, packed or not. Raises FileError or IdxError."""
    data, sha = _read(path, file, lambda sha, piece: sha.update(piece))
    if sha.hexdigest() != file.sha256:
        raise IdxError(_stranger(path, file, sha))
    return data


def find(folder: Path, file: MnistFile) -> Path:
    """Where a file lies in a folder, under the first of its spellings that is there; its own name if none is."""
    there = (folder / name for name in file.spellings if os.path.lexists(folder / name))
    return next(there, folder / file.name)


def missing(folder: Path, files: Sequence[MnistFile] = FILES) -> tuple[str, ...]:
    """Which of the files are not in a folder under any of their spellings; nothing is opened."""
    return tuple(file.name for file in files if not os.path.lexists(find(folder, file)))


def _read(path: Path, file: MnistFile, update: Callable[[_Hash, memoryview], object]) -> tuple[memoryview, _Hash]:
    """The unpacked bytes of a file, and the hash into which `update` brings them."""
    sha = hashlib.sha256()
    if path.suffix == ".gz":
        try:
            data = idx.gunzip(read_bounded(path, file.size + PACKING), file.size, lambda piece: update(sha, piece))
        except IdxError as error:
            raise IdxError(f"{shown(path)}: {error}") from error
        held = len(data)
    else:
        data = np.empty(file.size + 1, np.uint8).data  # large pages, and nothing zeroed first: twice as fast as bytes
        held = read_into(path, data, lambda piece: update(sha, piece))
    if held != file.size:
        more = "more" if held > file.size else f"{held:,}"
        raise IdxError(f"{shown(path)} wants {file.size:,} bytes, got {more}; get this file again")
    return data[: file.size].toreadonly(), sha  # for good: no array upon it can be made writable again


@contextlib.contextmanager
def _hashing_beside() -> Iterator[Callable[[_Hash, memoryview], object]]:
    """Hashing in a thread of its own, in the order given; finished when the block ends."""
    waiting: SimpleQueue[tuple[_Hash, memoryview] | None] = SimpleQueue()

    def work() -> None:
        while (item := waiting.get()) is not None:
            item[0].update(item[1])  # lets go of the interpreter's lock

    thread = threading.Thread(target=work, name="hashing MNIST", daemon=True)
    thread.start()
    try:
        yield lambda sha, piece: waiting.put((sha, piece))
    finally:
        waiting.put(None)
        thread.join()


def _stranger(path: Path, file: MnistFile, sha: _Hash) -> str:
    """What is said of a file with the right size and the wrong bytes."""
    return (
        f"{shown(path)} wants the SHA-256 {file.sha256[:12]}…, got {sha.hexdigest()[:12]}…: not MNIST's bytes, "
        "or damaged ones; get this file again"
    )
