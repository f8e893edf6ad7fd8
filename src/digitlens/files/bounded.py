"""Bounded reading: only regular files, and never more bytes than the caller allows.

A path from a user may be a folder, a pipe that never ends, a link to itself, or /dev/zero. The file is checked before
it is opened and again when it is open, because it may have changed in between.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from digitlens.errors import FileError
from digitlens.files.naming import shown, why

_OPEN = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)  # opening a pipe must not block
_PIECE = 1 << 20  # bytes read at a time: enough to be fast, few enough that a caller can hash them meanwhile


def read_bounded(path: str | os.PathLike[str], limit: int) -> bytearray:
    """All bytes of a regular file of at most `limit` bytes.

    Raises FileError if there is no such file, if it cannot be read, is not a regular file, or is larger.
    """
    size = _size(path)
    if size > limit:
        raise _too_large(path, limit)
    data = bytearray(size + 1)  # one byte more than the file has, to notice if it grows
    with memoryview(
        data
    ) as view:  # released here: `del` fails while a view exists, and a profiler may keep the frames alive
        length = read_into(path, view)
    if length == len(data):
        raise _too_large(path, min(limit, length - 1))
    del data[length:]
    return data


def _too_large(path: str | os.PathLike[str], limit: int) -> FileError:
    return FileError(
        f"reading {shown(path)} wants at most {limit:,} bytes and a file that is not being written, "
        f"got more than {limit:,}; is this the right file?"
    )


def read_into(
    path: str | os.PathLike[str], into: memoryview, each: Callable[[memoryview], object] | None = None
) -> int:
    """Read the beginning of a regular file into `into`, and return how many bytes were read.

    If `into` is one byte larger than the file should be, a full `into` means that the file is too large. `each` is
    called with every piece after it is read. Raises FileError as read_bounded does.
    """
    _size(path)
    length = 0
    try:
        descriptor = os.open(path, _OPEN)
        with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123 - a descriptor is no path
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FileError(
                    f"reading {shown(path)}: it changed while being opened and is no longer a regular file; try again"
                )
            while True:
                with into[length : length + _PIECE] as piece:
                    if not (got := file.readinto(piece)):
                        break
                if each is not None:
                    each(into[length : length + got])
                length += got
    except (OSError, ValueError) as error:
        raise FileError(f"reading {shown(path)} failed: {why(error)}; check that the file may be read") from error
    return length


def _size(path: str | os.PathLike[str]) -> int:
    """The size of a regular file, in bytes. Raises FileError if it is something else, and says what."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError) as error:  # ValueError: a NUL, or a character that no file name can hold
        raise FileError(f"reading {shown(path)} failed: {why(error)}; check the path") from error
    if not stat.S_ISREG(status.st_mode):
        raise FileError(f"reading {shown(path)} wants a regular file, got {_kind(status.st_mode)}; check the path")
    return status.st_size


def _kind(mode: int) -> str:
    """What kind of file this is, in words, if it is not a regular file."""
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a device" if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else "a socket"
