"""Reading a file without being hurt by it: only real files, and never more bytes than the caller allows.

A path that somebody gives may be a folder, a pipe that never ends, a link that leads to itself, or /dev/zero. The file
is looked at before it is opened and again once it is open, because it may have changed in between.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from digitlens.errors import FileError
from digitlens.files.naming import shown, why

_OPEN = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)  # a pipe must not keep us waiting
_PIECE = 1 << 20  # what is read at a time: large enough to be fast, small enough to be hashed while the next is read


def read_bounded(path: str | os.PathLike[str], limit: int) -> bytearray:
    """All bytes of a regular file that holds at most `limit` of them.

    Raises FileError where there is no such file, where it cannot be read, is not a regular file, or holds more.
    """
    data = bytearray(min(_size(path), limit) + 1)  # one more than it should hold, so that growth is found out
    with memoryview(
        data
    ) as view:  # given back here: a profiler may keep the frames that held it, and `del` needs it gone
        held = read_into(path, view)
    if held > limit or held == len(data):
        raise FileError(
            f"reading {shown(path)} wants at most {limit:,} bytes and a file that is not being written, "
            f"got more than {held - 1:,}; is this the right file?"
        )
    del data[held:]
    return data


def read_into(
    path: str | os.PathLike[str], into: memoryview, each: Callable[[memoryview], object] | None = None
) -> int:
    """Fill `into` with the beginning of a regular file; returns how many bytes it got.

    Give one byte more than the file should hold, and a full `into` says that it holds too many. `each` is called with
    every piece as it arrives. Raises FileError as read_bounded does.
    """
    _size(path)
    held = 0
    try:
        descriptor = os.open(path, _OPEN)
        with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123 - a descriptor is no path
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FileError(f"reading {shown(path)}: it has just stopped being a regular file; try again")
            while True:
                with into[held : held + _PIECE] as piece:
                    if not (got := file.readinto(piece)):
                        break
                if each is not None:
                    each(into[held : held + got])
                held += got
    except (OSError, ValueError) as error:
        raise FileError(f"reading {shown(path)} failed: {why(error)}; check that the file may be read") from error
    return held


def _size(path: str | os.PathLike[str]) -> int:
    """How many bytes a regular file holds now; FileError where it is something else, and what."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError) as error:  # ValueError: a NUL, or a character that no file name can hold
        raise FileError(f"reading {shown(path)} failed: {why(error)}; check the path") from error
    if not stat.S_ISREG(status.st_mode):
        raise FileError(f"reading {shown(path)} wants a regular file, got {_kind(status.st_mode)}; check the path")
    return status.st_size


def _kind(mode: int) -> str:
    """What else a path can be, in words."""
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a device" if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else "a socket"
