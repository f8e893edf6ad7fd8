"""MNIST, and the other data sets of the catalogue, from the web into a folder of ours, whatever the web does.

Several mirrors hold the files; each has failed somebody before. So the bytes decide: a file counts when its hash is the
published one, of MNIST's the SHA-256 of what it unpacks to; and any failure at one mirror sends us to the next one.
What has arrived is kept beside the goal, in a `.part` file for each mirror, so that an interrupted download continues
and bytes of two mirrors never mix.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from digitlens.digits.sources import idx
from digitlens.digits.sources.catalogue import KnownSet, PublishedFile
from digitlens.digits.sources.fetch import BrokenOffError, OtherPieceError, Patience, RefusedError, fetch
from digitlens.digits.sources.mnist import FILES, MnistFile, find, read_verified
from digitlens.errors import DownloadError, FileError, IdxError
from digitlens.files.atomic import sweep_leftovers, write_atomically
from digitlens.files.bounded import read_bounded
from digitlens.files.lock import locked
from digitlens.files.naming import shown, why

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://systemds.apache.org/assets/datasets/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)

Progress = Callable[[str, int, int | None], object]  # name of the file, bytes done, bytes in all if known

_PATIENT = Patience()


class Wanted(Protocol):
    """A file that is to be downloaded."""

    @property
    def name(self) -> str:
        """What it is called in our folder."""

    @property
    def served(self) -> str:
        """What its address ends in."""

    @property
    def most(self) -> int:
        """How many bytes it has at most as it is served."""

    def checked(self, came: bytearray) -> bytearray | memoryview:
        """What is kept of the bytes that came; IdxError unless they are the right ones."""


def download_mnist(
    cache_folder: str | os.PathLike[str],
    *,
    mirrors: Sequence[str] = MIRRORS,
    files: Sequence[MnistFile] = FILES,
    progress: Progress | None = None,
    patience: Patience = _PATIENT,
) -> None:
    """Bring the four files into `cache_folder`, unpacked and verified; those that are there and right stay as they are.

    Two processes at once: one downloads, the other waits for it. Raises DownloadError that says what every mirror said,
    and FileError where the folder cannot be written.
    """
    cache = Path(cache_folder)
    advice = (
        f"Without a network, copy the four files of MNIST to {shown(cache)}, or name their folder with --data FOLDER; "
        "--data pen needs no download"
    )
    _make(cache)
    until = patience.now() + patience.deadline
    with locked(cache / ".lock", patience.deadline, now=patience.now, sleep=patience.sleep):
        for file in files:
            sweep_leftovers(cache / file.name)
            if not _is_right(find(cache, file), file):
                mirrors = _bring(
                    cache, file, mirrors, patience, until, progress or _quiet, f"MNIST's {file.name}", advice
                )


def download_set(
    known: KnownSet,
    cache_folder: Path,
    *,
    progress: Progress | None = None,
    patience: Patience = _PATIENT,
) -> None:
    """Bring a data set of the catalogue into `cache_folder`, verified. What is there already stays as it is.

    EMNIST comes as one archive, of which the files of the sets that we know are kept. Raises as download_mnist() does.
    """
    _make(cache_folder)
    advice = f"Without a network, copy its files ({', '.join(known.names)}) to {shown(cache_folder)}"
    until = patience.now() + patience.deadline
    mirrors: Sequence[str] = known.mirrors
    with locked(cache_folder / ".lock", patience.deadline, now=patience.now, sleep=patience.sleep):
        for file in known.files:
            sweep_leftovers(cache_folder / file.name)
            if not _is_here(cache_folder, file, known):
                what = f"{known.title}'s {file.name}"
                mirrors = _bring(cache_folder, file, mirrors, patience, until, progress or _quiet, what, advice)
                if file.holds:
                    _unpack_archive(cache_folder, file)


def _is_here(folder: Path, file: PublishedFile, known: KnownSet) -> bool:
    """Is the file there, whole; of an archive, what this data set needs of it?"""
    try:
        if not file.holds:
            return bool(file.checked(read_bounded(folder / file.name, file.most)))
        return all(idx.unpacked(read_bounded(folder / name, file.most)) for name in known.names)
    except (FileError, IdxError):
        return False


def _unpack_archive(folder: Path, file: PublishedFile) -> None:
    """What an archive holds, whose bytes were verified; it goes."""
    archive = folder / file.name
    try:
        with zipfile.ZipFile(archive) as packed:
            for name in file.holds:
                write_atomically(folder / name, packed.read(f"gzip/{name}"))
        archive.unlink()
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise FileError(
            f"unpacking {shown(archive)} failed: {str(error)[:100]}; free some space, and try again"
        ) from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise FileError(f"making {shown(folder)} failed: {why(error)}; choose a folder that can be written") from error


def _quiet(name: str, done: int, total: int | None) -> None:
    """Say nothing about progress."""


def _bring(
    cache: Path,
    file: Wanted,
    mirrors: Sequence[str],
    patience: Patience,
    until: float,
    progress: Progress,
    what: str,
    advice: str,
) -> Sequence[str]:
    """One file from the first mirror that has it; returns the mirrors in the order to ask them for the next file."""
    said = []
    for mirror in mirrors:
        part = cache / f".{file.name}.{hashlib.sha256(mirror.encode()).hexdigest()[:8]}.part"
        try:
            data = _from_mirror(f"{mirror.rstrip('/')}/{file.served}", part, file, patience, until, progress)
        except DownloadError as error:
            said.append(f"  {mirror}: {error}")
        except OSError as error:  # fetch() speaks of the network in errors of its own, so this is the disk
            raise FileError(f"writing {shown(part)} failed: {why(error)}; free some space, and try again") from error
        else:
            write_atomically(cache / file.name, data)
            for old in cache.glob(f".{file.name}.????????.part"):
                old.unlink(missing_ok=True)
            return [mirror, *(other for other in mirrors if other != mirror)]
    raise DownloadError(
        f"{what} could not be downloaded:\n" + "\n".join(said) + "\n"
        f"Try again later: what has arrived is kept. {advice}"
    )


def _from_mirror(
    url: str, part: Path, file: Wanted, patience: Patience, until: float, progress: Progress
) -> bytearray | memoryview:
    """What is kept of one file from one mirror, in a few attempts; DownloadError with its last word."""
    said: DownloadError = RefusedError("was not asked")
    for attempt in range(patience.attempts):
        if attempt:
            _wait(attempt, said, patience, until)
        resumed = part.exists()
        try:
            fetch(url, part, file.most, patience, until, lambda done, total: progress(file.name, done, total))
            return file.checked(read_bounded(part, file.most))
        except BrokenOffError as error:
            said = error
            if isinstance(error, OtherPieceError):
                part.unlink(missing_ok=True)
        except IdxError as error:
            part.unlink(missing_ok=True)
            said = RefusedError(str(error))
            if not resumed:  # these bytes are all from now: the mirror has nothing better
                raise said from error
        except RefusedError:
            part.unlink(missing_ok=True)
            raise
    raise said


def _wait(attempt: int, said: DownloadError, patience: Patience, until: float) -> None:
    """Wait before another attempt: as long as the server asked, else twice as long each time, give or take a half."""
    seconds = min(patience.first_wait * 2 ** (attempt - 1), patience.longest_wait) * (0.5 + patience.chance())
    asked = said.wait if isinstance(said, BrokenOffError) else None
    if asked is not None:
        if asked > patience.longest_wait:
            raise RefusedError(f"{said}, and asks to wait {asked:,.0f} s, which is too long") from said
        seconds = max(asked, seconds)
    if patience.now() + seconds >= until:
        raise RefusedError(f"{said}, and there is no time for another attempt") from said
    patience.sleep(seconds)


def _is_right(path: Path, file: MnistFile) -> bool:
    """Is the file already there, whole?"""
    try:
        read_verified(path, file)
    except (FileError, IdxError):
        return False
    return True
