"""A journal: an append-only file with one line for each finished piece of work, so that none is done twice.

A line is the CRC-32 of a JSON object as eight hex digits, a space, and the object. It is on the disk before append()
returns. A process that is killed while writing leaves an incomplete last line, which is dropped when the journal is
opened again. A damaged line anywhere else is an error and is never skipped.

A journal is a regular file of at most 256 MiB and a million lines: whatever else bears its name is refused unread.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from digitlens.errors import FileError
from digitlens.files.atomic import check_writable
from digitlens.files.bounded import read_bounded
from digitlens.files.lock import locked
from digitlens.files.naming import shown, why

LONGEST = 1_000_000  # bytes of a line
LARGEST, MOST = 256 * 1024 * 1024, 1_000_000  # bytes and lines of a journal; a run takes about 1,000 bytes
TORN = re.compile(rb"[0-9a-f]{8} \{")  # the start of a line; a shorter incomplete line is refused: it may be anything

_OPEN = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)

Entry = dict[str, Any]


class Journal:
    """An open journal; see open_journal()."""

    def __init__(self, descriptor: int, name: str, entries: list[Entry]) -> None:
        self._descriptor, self._name = descriptor, name
        self.entries = entries

    def append(self, entry: Entry) -> None:
        """Add a line and sync it to the disk. Raises FileError if that fails."""
        line = encoded(entry)
        try:
            written = os.write(self._descriptor, line)
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
            os.fsync(self._descriptor)
        except OSError as error:
            raise FileError(
                f"writing {shown(self._name)} failed: {why(error)}; free some space, and start the command again"
            ) from error
        self.entries.append(entry)


@contextmanager
def open_journal(path: str | os.PathLike[str]) -> Iterator[Journal]:
    """Open the journal at `path`, or create it. It is locked: no other process can open it meanwhile.

    A link is followed. Raises FileError if it cannot be opened, is no regular file, or is too large; if another process
    has it open; or if a line before the last is damaged.
    """
    name = os.fspath(path)
    check_writable(name)  # a pipe, a device or a folder is refused before anything is opened
    real = os.path.realpath(name)  # so that two links to one journal share one lock
    with locked(f"{real}.lock", timeout=0.0):
        try:
            descriptor = os.open(real, _OPEN, 0o666)
        except OSError as error:
            raise FileError(f"opening {shown(name)} failed: {why(error)}; name a file that may be written") from error
        try:
            entries, length = parse(read_bounded(real, LARGEST), name)
            os.ftruncate(descriptor, length)
            yield Journal(descriptor, name, entries)
        finally:
            os.close(descriptor)


def encoded(entry: Entry) -> bytes:
    """An entry as a line of the journal."""
    text = json.dumps(entry, allow_nan=False, separators=(",", ":")).encode()
    return b"%08x %b\n" % (zlib.crc32(text), text)


def parse(data: bytes | bytearray, name: str) -> tuple[list[Entry], int]:
    """The entries, and how many bytes of `data` they take; the rest is an incomplete last line.

    Raises FileError for a damaged line, and for too many of them.

    >>> parse(encoded({"done": 1}) + encoded({"done": 2})[:-3], "journal")
    ([{'done': 1}], 20)
    """
    entries: list[Entry] = []
    at = 0
    while at < len(data):
        end = data.find(b"\n", at, at + LONGEST)
        if end < 0:
            if len(data) - at >= LONGEST:
                raise _damaged(name, len(entries))
            break
        text = data[at + 9 : end]
        try:
            intact = data[at + 8 : at + 9] == b" " and int(data[at : at + 8], 16) == zlib.crc32(text)
            entry = json.loads(text) if intact else None
        except (ValueError, RecursionError):
            entry = None
        if not isinstance(entry, dict):
            raise _damaged(name, len(entries))
        if len(entries) == MOST:
            raise FileError(f"{shown(name)} has more than {MOST:,} lines; name a new journal")
        entries.append(entry)
        at = end + 1
    if at < len(data) and not TORN.match(data, at):
        raise _damaged(name, len(entries))  # another kind of file, without a line end
    return entries, at


def _damaged(name: str, line: int) -> FileError:
    return FileError(f"line {line + 1} of {shown(name)} is damaged, or this file is not a journal; name another file")
