"""Atomic writing of a folder: it appears under its name when all its files are written, or not at all.

They are written into a temporary folder beside it, `.NAME.xxxxxxxxxxxx.tmp`, which is renamed at the end. Its writer
holds a lock on it that the system releases when the writer dies. So one that can be locked has no writer any more: it
was left by a process that was killed, and the next writer of that name removes it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from digitlens.errors import FileError
from digitlens.files.lock import try_lock
from digitlens.files.naming import shown, why

_SETTLED = 86_400.0  # seconds: where folders cannot be locked, a temporary one this old is taken for a leftover
_LONGEST = 100  # characters of the name that stand in the temporary one


def write_folder(folder: str | os.PathLike[str], files: Iterable[tuple[str, bytes]]) -> None:
    """Write files into a new or empty folder, all or nothing.

    files: the path of each within the folder, and its bytes. What killed writers of the
    same name left behind is removed first. Raises FileError if writing fails; what was written is then removed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     write_folder(Path(place) / "digits", [("7/00001.png", b"...")])
    ...     [file.name for file in Path(place).rglob("*.png")], [folder.name for folder in Path(place).iterdir()]
    (['00001.png'], ['digits'])
    """
    target = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow links
    sweep_folders(target)
    temporary = _temporary(target)
    try:
        temporary.mkdir()
        with _held(temporary):
            for name, data in files:
                file = temporary / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            if target.is_dir():
                target.rmdir()  # fails if it is no longer empty
            if sys.platform != "win32":
                temporary.replace(target)  # still locked: no sweep can remove it meanwhile
        if sys.platform == "win32":
            temporary.replace(target)
    except (OSError, ValueError) as error:  # ValueError: a NUL, or a character that no name can hold
        raise FileError(
            f"writing the folder {shown(folder)} failed: {why(error)}; nothing was written; free some space, or name "
            "another folder"
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_new_folder(folder: str | os.PathLike[str]) -> None:
    """Raise FileError unless a folder can be made beside `folder` now: to be asked before long work, not after it."""
    target = Path(os.path.abspath(folder))  # noqa: PTH100
    temporary = _temporary(target)
    try:
        temporary.mkdir()
        temporary.rmdir()
    except (OSError, ValueError) as error:
        raise FileError(f"writing the folder {shown(folder)} failed: {why(error)}; name another folder") from error


def _temporary(target: Path) -> Path:
    return target.parent / f".{target.name[:_LONGEST]}.{secrets.token_hex(6)}.tmp"


def sweep_folders(folder: str | os.PathLike[str]) -> list[Path]:
    """Remove the temporary folders that killed writers of `folder` left behind, and return their paths.

    Only temporary folders of this name are removed, and only if their writer is dead; where the system cannot tell,
    they must be a day old. Never raises: a leftover does no harm.
    """
    target = Path(os.path.abspath(folder))  # noqa: PTH100
    ours = re.compile(re.escape(f".{target.name[:_LONGEST]}.") + r"[0-9a-f]{12}\.tmp")
    removed = []
    with contextlib.suppress(OSError, ValueError):
        found = [Path(entry.path) for entry in os.scandir(target.parent) if ours.fullmatch(entry.name)]
        for leftover in found:
            with contextlib.suppress(OSError):
                if not leftover.is_symlink() and leftover.is_dir() and _abandoned(leftover):
                    removed.append(leftover)
    return sorted(removed)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Lock a folder while the block runs, where the system can."""
    if sys.platform == "win32":  # a folder cannot be opened there
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            try_lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _abandoned(leftover: Path) -> bool:
    """Remove one temporary folder if its writer is dead; whether it was removed."""
    if sys.platform == "win32":
        dead = time.time() - leftover.stat().st_mtime > _SETTLED
    else:
        descriptor = os.open(leftover, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            dead = try_lock(descriptor)
        except OSError:  # a file system without locks
            dead = time.time() - os.fstat(descriptor).st_mtime > _SETTLED
        finally:
            os.close(descriptor)
    if dead:
        shutil.rmtree(leftover, ignore_errors=True)
    return dead
