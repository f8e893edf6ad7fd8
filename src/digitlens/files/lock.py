"""One at a time: a lock between processes that the system itself lets go of when its holder dies.

The lock is held on an open file, not by the file's existence, so a killed holder leaves nothing that blocks anyone. The
file is removed by the process that releases the lock; one that a killed holder left is taken over and then removed. It
is always empty: a file that holds something is somebody's own, whatever it is called, and stays.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from digitlens.errors import FileError
from digitlens.files.naming import shown, why

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_OPEN = os.O_RDWR | os.O_CREAT
for _flag in ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"):  # where the system has them; opening a pipe must not block
    _OPEN |= getattr(os, _flag, 0)
_POLL = 0.05  # seconds between two tries


@contextlib.contextmanager
def locked(
    path: str | os.PathLike[str],
    timeout: float = 60.0,
    *,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[None]:
    """Hold the lock file `path` while the block runs; wait at most `timeout` seconds for another holder.

    Threads of one process exclude each other as processes do. Raises FileError when the time is up, where the file
    cannot be made, and where there is a file of that name that is no lock.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder, locked(pathlib.Path(folder) / ".lock"):
    ...     print("alone")
    alone
    """
    give_up = now() + timeout
    while (descriptor := _taken(path)) is None:
        if now() >= give_up:
            raise FileError(
                f"waited {timeout:g} s for the lock {shown(path)}, which another process holds; "
                "let it finish, or end it, and try again"
            )
        sleep(_POLL)
    try:
        yield
    finally:
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(descriptor)
            with contextlib.suppress(OSError):  # the next holder has it open already, and removes it
                Path(path).unlink()
        else:
            with contextlib.suppress(OSError):
                Path(path).unlink()  # while held: who has opened it meanwhile sees its name gone, and tries again
            os.close(descriptor)


def _taken(path: str | os.PathLike[str]) -> int | None:
    """An open descriptor that holds the lock, or None if somebody else does."""
    try:
        descriptor = os.open(path, _OPEN, 0o666)
    except PermissionError as error:
        if sys.platform == "win32" and Path(path).exists():
            return None  # being removed by the one before us
        raise FileError(f"locking {shown(path)} failed: {why(error)}; the folder must be writable") from error
    except (OSError, ValueError) as error:
        advice = "choose a shorter name" if _too_long(error) else "check that its folder exists"
        raise FileError(f"locking {shown(path)} failed: {why(error)}; {advice}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size:
            os.close(descriptor)
            raise FileError(
                f"locking {shown(path)} wants an empty file, or none, got one that is no lock; move it away, or choose "
                "another name"
            )
        if try_lock(descriptor) and _is_named(descriptor, path):
            return descriptor
    except OSError as error:
        os.close(descriptor)
        raise FileError(f"locking {shown(path)} failed: {why(error)}; use a folder on a local disk") from error
    os.close(descriptor)
    return None


def _too_long(error: OSError | ValueError) -> bool:
    return isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG


def try_lock(descriptor: int) -> bool:
    """Lock an open file without waiting; False if another holds it. The lock ends when the descriptor is closed.

    Raises OSError where the file system knows no locks.
    """
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _is_named(descriptor: int, path: str | os.PathLike[str]) -> bool:
    """Is the open file still the one at `path`? Its last holder may have removed it between our opening and locking."""
    try:
        return os.path.samestat(os.fstat(descriptor), Path(path).stat())
    except FileNotFoundError:
        return False
