"""Atomic writing: a file is either the old one or the new one, complete, whatever happens while it is written.

The bytes are written to a temporary file in the same folder, synced to the disk, read back and compared. Then the
temporary file is renamed to the file's name in one step. A writer that is killed leaves its temporary file behind;
`sweep_leftovers` removes it.

A temporary file is called `.NAME.xxxxxxxxxxxx.tmp`. Its writer holds a lock on it, which the system releases when the
writer dies. So a temporary file that can be locked has no writer any more.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
import sys
import time
from pathlib import Path

from digitlens.errors import FileError
from digitlens.files.lock import try_lock
from digitlens.files.naming import shown, why

_OPEN = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_SETTLED = 60.0  # seconds: where files cannot be locked, a temporary file this old is taken for a leftover
_ADVICE = {
    errno.ENOSPC: "free some space, or choose another disk",
    getattr(errno, "EDQUOT", errno.ENOSPC): "free some space, or choose another disk",
    errno.EFBIG: "choose a disk that takes files of this size",
    errno.EROFS: "choose a folder that can be written",
    errno.EACCES: "choose a folder that can be written",
    errno.EPERM: "choose a folder that can be written",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def write_atomically(path: str | os.PathLike[str], data: bytes | bytearray | memoryview) -> None:
    """Write `data` to `path`, all or nothing. After a failure, the folder is as it was before.

    A link is followed, and the file it leads to is replaced. Of two writers at once, one wins: the file is never mixed.
    Raises FileError: disk full, folder missing or not writable, `path` is a folder or a device, bytes changed on disk.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(Path(folder) / "seven.txt", b"7")
    ...     [p.name for p in Path(folder).iterdir()]
    ['seven.txt']
    """
    target = _target(path)
    temporary: Path | None = None
    try:
        descriptor, temporary = _create(target)
        with open(descriptor, "w+b") as file:  # noqa: PTH123 - a descriptor is no path
            file.write(data)
            file.flush()
            os.fsync(descriptor)
            file.seek(0)
            if file.read() != data:  # compared before the rename: a bad disk must not cost the old file too
                raise FileError(f"writing {shown(path)}: the bytes came back changed; do not trust this disk")
            if sys.platform != "win32":
                temporary.replace(target)  # still open and locked: no sweep can remove it meanwhile
        if sys.platform == "win32":
            temporary.replace(target)  # an open file cannot be renamed there
        _sync_folder(target.parent)
    except BaseException as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
        if isinstance(error, OSError):
            raise _failure(f"writing {shown(path)} ({len(data):,} bytes)", error) from error
        raise


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise FileError unless write_atomically() could write to `path` now: to be asked before long work, not after it.

    A temporary file is made in the folder and removed again, so this also finds folders that only look writable.

    >>> check_writable("no such folder/mine.digitlens")
    Traceback (most recent call last):
        ...
    digitlens.errors.FileError: writing 'no such folder/mine.digitlens' wants an existing folder, got ...
    """
    target = _target(path)
    temporary: Path | None = None
    try:
        descriptor, temporary = _create(target)
        os.close(descriptor)
    except OSError as error:
        raise _failure(f"writing {shown(path)}", error) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _failure(what: str, error: OSError) -> FileError:
    advice = _ADVICE.get(error.errno or 0, "choose another place, or try again")
    return FileError(f"{what} failed: {why(error)}; {advice}")


def sweep_leftovers(path: str | os.PathLike[str]) -> list[Path]:
    """Remove the temporary files that killed writers of `path` left behind, and return their paths.

    Only temporary files of exactly this name are removed, and only if their writer is dead. Where the system cannot
    tell (Windows, some network disks), they must be a minute old. Never raises: a leftover does no harm.
    """
    target = Path(os.path.realpath(path))
    ours = re.compile(re.escape(f".{_stem(target.name)}.") + r"[0-9a-f]{12}\.tmp")
    removed = []
    try:
        leftovers = [Path(entry.path) for entry in os.scandir(target.parent) if ours.fullmatch(entry.name)]
    except (OSError, ValueError):
        return []
    for leftover in leftovers:
        with contextlib.suppress(OSError):
            if _abandoned(leftover):
                removed.append(leftover)
    return sorted(removed)


def _abandoned(leftover: Path) -> bool:
    """Remove one temporary file if its writer is dead; whether it was removed."""
    if not stat.S_ISREG(leftover.lstat().st_mode):
        return False
    if sys.platform == "win32":
        if time.time() - leftover.stat().st_mtime < _SETTLED:
            return False
        leftover.unlink()  # fails while its writer has it open
        return True
    else:  # noqa: RET505 - a type checker reads only the branch of its own platform
        descriptor = os.open(leftover, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            try:
                dead = try_lock(descriptor)
            except OSError:  # a file system without locks
                dead = time.time() - os.fstat(descriptor).st_mtime > _SETTLED
            if dead:
                leftover.unlink()  # while locked: a writer that has just created it will notice that it is gone
            return dead
        finally:
            os.close(descriptor)


def _target(path: str | os.PathLike[str]) -> Path:
    """The path with links resolved. Raises FileError if no file can be written there."""
    try:
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode
    except FileNotFoundError:
        if target.parent.is_dir():
            return target
        raise FileError(
            f"writing {shown(path)} wants an existing folder, got {shown(target.parent)}, which is none; make it first"
        ) from None
    except OSError as error:
        raise FileError(
            f"writing {shown(path)} failed: {why(error)}; {_ADVICE.get(error.errno or 0, 'check the path')}"
        ) from error
    except ValueError as error:  # a NUL, or a character that no file name can hold
        raise FileError(f"writing {shown(path)} failed: {why(error)}; check the path") from error
    if stat.S_ISDIR(mode):
        raise FileError(f"writing {shown(path)} wants the name of a file, got a folder; add a file name")
    if not stat.S_ISREG(mode):
        raise FileError(f"writing {shown(path)} wants a regular file, got a device or a pipe; choose another name")
    return target


def _create(target: Path) -> tuple[int, Path]:
    """A new temporary file beside `target`, open and locked by us."""
    while True:
        temporary = target.parent / f".{_stem(target.name)}.{secrets.token_hex(6)}.tmp"
        descriptor = os.open(temporary, _OPEN, 0o666)
        try:
            ours = sys.platform == "win32" or try_lock(descriptor)  # on Windows an open file cannot be removed anyway
        except OSError:  # a file system without locks
            return descriptor, temporary
        alive = sys.platform == "win32" or os.fstat(descriptor).st_nlink > 0
        if ours and alive:  # otherwise a sweep removed it before we could lock it
            return descriptor, temporary
        os.close(descriptor)


def _stem(name: str) -> str:
    """NAME in `.NAME.xxxxxxxxxxxx.tmp`: the file's name, or a hash of it if it is too long to be extended."""
    raw = os.fsencode(name)
    return name if len(raw) <= 200 else hashlib.sha256(raw).hexdigest()[:32]


def _sync_folder(folder: Path) -> None:
    """Sync the folder, so that the new name is on the disk. Windows does this by itself, and cannot open a folder."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network disks cannot sync a folder
                raise
        finally:
            os.close(descriptor)
