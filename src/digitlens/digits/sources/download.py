"""MNIST from the web into a folder of ours, whatever the web does.

Several mirrors hold the four files; each has failed somebody before. So the bytes decide: a file counts when the
SHA-256 of what it unpacks to is MNIST's, and any failure at one mirror sends us to the next one. What has arrived is
kept beside the goal, in a `.part` file for each mirror, so that an interrupted download continues and bytes of two
mirrors never mix.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from digitlens.digits.sources import idx
from digitlens.digits.sources.fetch import BrokenOffError, OtherPieceError, Patience, RefusedError, fetch
from digitlens.digits.sources.mnist import FILES, PACKING, MnistFile, find, read_verified
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
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise FileError(f"making {shown(cache)} failed: {why(error)}; choose a folder that can be written") from error
    until = patience.now() + patience.deadline
    with locked(cache / ".lock", patience.deadline, now=patience.now, sleep=patience.sleep):
        for file in files:
            sweep_leftovers(cache / file.name)
            if not _is_right(find(cache, file), file):
                mirrors = _bring(cache, file, mirrors, patience, until, progress or (lambda name, done, total: None))


def _bring(
    cache: Path, file: MnistFile, mirrors: Sequence[str], patience: Patience, until: float, progress: Progress
) -> Sequence[str]:
    """One file from the first mirror that has it; returns the mirrors in the order to ask them for the next file."""
    said = []
    for mirror in mirrors:
        part = cache / f".{file.name}.{hashlib.sha256(mirror.encode()).hexdigest()[:8]}.part"
        try:
            data = _from_mirror(f"{mirror.rstrip('/')}/{file.name}.gz", part, file, patience, until, progress)
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
        f"MNIST's {file.name} could not be downloaded:\n" + "\n".join(said) + "\n"
        "Try again later: what has arrived is kept. Without a network, copy the four files of MNIST to "
        f"{shown(cache)}, or name their folder with --data FOLDER; --data pen needs no download"
    )


def _from_mirror(
    url: str, part: Path, file: MnistFile, patience: Patience, until: float, progress: Progress
) -> bytearray | memoryview:
    """One file's unpacked bytes from one mirror, in a few attempts; DownloadError with its last word."""
    said: DownloadError = RefusedError("was not asked")
    for attempt in range(patience.attempts):
        if attempt:
            _wait(attempt, said, patience, until)
        resumed = part.exists()
        try:
            fetch(url, part, file.size + PACKING, patience, until, lambda done, total: progress(file.name, done, total))
            return _unpacked(part, file)
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


def _unpacked(part: Path, file: MnistFile) -> bytearray | memoryview:
    """What was downloaded, unpacked; IdxError unless it is the file that was wanted."""
    came = read_bounded(part, file.size + PACKING)
    packed = came[:2] == b"\x1f\x8b" or came[:64].lstrip().startswith(b"<")  # gunzip knows a web page when it sees one
    data = idx.gunzip(came, file.size) if packed else came  # some servers unpack what they send
    if (sha := hashlib.sha256(data).hexdigest()) != file.sha256:
        raise IdxError(f"sent other bytes than MNIST's: SHA-256 {sha[:12]}…, wanted {file.sha256[:12]}…")
    return data


def _is_right(path: Path, file: MnistFile) -> bool:
    """Is the file already there, whole?"""
    try:
        read_verified(path, file)
    except (FileError, IdxError):
        return False
    return True
