"""MNIST: 60,000 handwritten digits for training and 10,000 for testing, in four files.

Y. LeCun, C. Cortes and C. J. C. Burges made it in 1998 from NIST's forms. Mirrors compress the four files in different
ways, so the SHA-256 of the unpacked bytes is checked, at every load.
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

PACKING = 1 << 16  # bytes: the most that gzip adds to a file that cannot be compressed


@dataclass(frozen=True, slots=True)
class MnistFile:
    """One of the four files, unpacked."""

    name: str
    size: int  # bytes
    sha256: str  # 64 hexadecimal digits

    @property
    def spellings(self) -> tuple[str, ...]:
        """The names that the file may have, in the order in which they are tried."""
        twin = self.name.replace("-idx", ".idx")  # some unpackers name it so
        return (self.name, twin, self.name + ".gz", twin + ".gz")

    @property
    def served(self) -> str:
        """What its address ends in."""
        return self.name + ".gz"

    @property
    def most(self) -> int:
        """How many bytes it has at most as it is served."""
        return self.size + PACKING

    def checked(self, came: bytearray) -> bytearray | memoryview:
        """What was downloaded, unpacked; IdxError unless it is this file."""
        packed = came[:2] == b"\x1f\x8b" or came[:64].lstrip().startswith(
            b"<"
        )  # gunzip knows a web page when it sees one
        data = idx.gunzip(came, self.size) if packed else came  # some servers unpack what they send
        if (sha := hashlib.sha256(data).hexdigest()) != self.sha256:
            raise IdxError(f"sent other bytes than MNIST's: SHA-256 {sha[:12]}…, wanted {self.sha256[:12]}…")
        return data


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
    """MNIST from a folder that holds the four files, unpacked or .gz. The bytes are verified; the arrays are read-only.

    Raises DataError, which names every file that is missing, cannot be read, or has other bytes, and says what to do.
    """
    place = Path(folder)
    if not place.is_dir():
        raise DataError(
            f"MNIST wants a folder with its four files, got {shown(place)}, which is not a folder; name one"
        )
    contents: list[memoryview] = []
    begun: list[tuple[Path, MnistFile, _Hash]] = []
    problems: list[str] = []
    with _hashing_thread() as update:  # one file is read while the one before is hashed
        for file in files:
            path = find(place, file)
            try:
                data, sha = _read(path, file, update)
            except (FileError, IdxError) as error:
                problems.append(str(error))
            else:
                contents.append(data)
                begun.append((path, file, sha))
    problems += [_wrong_bytes(path, file, sha) for path, file, sha in begun if sha.hexdigest() != file.sha256]
    if problems:
        raise DataError(
            f"MNIST in {shown(place)} is not usable:\n  " + "\n  ".join(problems) + "\nPut the four files there ("
            f"{', '.join(file.name for file in files)}; as they are or as .gz), or let Digitlens download them"
        )
    images, labels, test_images, test_labels = contents
    training, test = idx.digits(images, labels), idx.digits(test_images, test_labels)
    if tuple(files[:2]) == FILES[:2]:  # the bytes have just been verified, so need not be hashed again
        training.trust_fingerprint(FINGERPRINT)
    return DataSet("mnist", f"MNIST in {shown(place)}", training, test)


def read_verified(path: Path, file: MnistFile) -> memoryview:
    """The unpacked bytes of one of the files, read from `path`, which may be a .gz. Raises FileError or IdxError."""
    data, sha = _read(path, file, lambda sha, piece: sha.update(piece))
    if sha.hexdigest() != file.sha256:
        raise IdxError(_wrong_bytes(path, file, sha))
    return data


def find(folder: Path, file: MnistFile) -> Path:
    """The path of a file in a folder: the first of its spellings that exists; its own name if none does.

    It may lie in a folder of its own name, as Kaggle's archive has it, or all of them in MNIST/raw, as torchvision's.
    """
    for place in (folder, folder / "raw", folder / "MNIST" / "raw"):
        paths = [place / name for name in file.spellings if os.path.lexists(place / name)]
        for path in sorted(paths, key=os.path.isdir):  # those that are files first
            if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises an error where a name is too long
                return path
            inside = [path / name for name in file.spellings if os.path.isfile(path / name)]  # noqa: PTH113 - the same
            if inside:
                return inside[0]
    return folder / file.name


def missing(folder: Path, files: Sequence[MnistFile] = FILES) -> tuple[str, ...]:
    """The names of the files that a folder lacks under all their spellings. No file is opened."""
    paths = {file.name: find(folder, file) for file in files}
    return tuple(
        name
        for name, path in paths.items()
        if not os.path.lexists(path) or os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises an error for long names
    )


def _read(path: Path, file: MnistFile, update: Callable[[_Hash, memoryview], object]) -> tuple[memoryview, _Hash]:
    """The unpacked bytes of a file, and their hash, which `update` computes piece by piece."""
    sha = hashlib.sha256()
    if _is_packed(path):
        try:
            data = idx.gunzip(read_bounded(path, file.most), file.size, lambda piece: update(sha, piece))
        except IdxError as error:
            raise IdxError(f"{shown(path)}: {error}") from error
        length = len(data)
    else:
        data = np.empty(file.size + 1, np.uint8).data  # twice as fast as bytes: large pages, not zeroed first
        length = read_into(path, data, lambda piece: update(sha, piece))
    if length != file.size:
        got = "more" if length > file.size else f"{length:,}"
        raise IdxError(f"{shown(path)} must have {file.size:,} bytes, got {got}; get this file again")
    return data[: file.size].toreadonly(), sha  # an array on a read-only view cannot be made writable again


def _is_packed(path: Path) -> bool:
    """Whether a file is compressed, by its first bytes; its name alone may say so of one that a browser unpacked."""
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises an error where a name is too long
        return False
    try:
        with path.open("rb") as file:
            begin = file.read(2)
    except OSError:
        return False  # whoever reads it says why
    return begin == b"\x1f\x8b" or (path.suffix == ".gz" and begin != b"\0\0")


@contextlib.contextmanager
def _hashing_thread() -> Iterator[Callable[[_Hash, memoryview], object]]:
    """Hash pieces in a thread of its own, in the order of the calls. All are done when the block ends."""
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


def _wrong_bytes(path: Path, file: MnistFile, sha: _Hash) -> str:
    """The message for a file with the right size and the wrong bytes."""
    return (
        f"{shown(path)} must have the SHA-256 {file.sha256[:12]}…, got {sha.hexdigest()[:12]}…: not MNIST's bytes, "
        "or damaged ones; get this file again"
    )
