"""A journal: a file that only grows, a line for each thing that is done, so that nothing done is ever done again.

Each line is the checksum (CRC-32) of a JSON object, eight hex digits, a space, and the object. A line is on the disk
before append() returns. Whoever is killed while writing leaves half a line at the end; it is dropped when the journal
is opened again. A damaged line anywhere else is an error, never passed over.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from digitlens.errors import FileError
from digitlens.files.lock import locked
from digitlens.files.naming import shown, why

LONGEST = 1_000_000  # bytes of a line
TORN = re.compile(rb"[0-9a-f]{8} \{")  # how a line begins; one torn before that is refused, for it may be anything

Entry = dict[str, Any]


class Journal:
    """An open journal; made by opened()."""

    def __init__(self, descriptor: int, name: str, entries: list[Entry]) -> None:
        self._descriptor, self._name = descriptor, name
        self.entries = entries

    def append(self, entry: Entry) -> None:
        """One more line, down to the disk. Raises FileError where that fails."""
        line = lined(entry)
        try:
            written = os.write(self._descriptor, line)
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
            os.fsync(self._descriptor)
        except OSError as error:
            raise FileError(f"writing {shown(self._name)} failed: {why(error)}; free some space, and go on") from error
        self.entries.append(entry)


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[Journal]:
    """The journal at `path`, made if it is not there; nobody else can open it meanwhile.

    Raises FileError where it cannot be opened, somebody has it open, or a line other than the last is damaged.
    """
    name = os.fspath(path)
    with locked(f"{name}.lock", timeout=0.0):
        try:
            descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
        except (OSError, ValueError) as error:
            raise FileError(
                f"opening {shown(name)} failed: {why(error)}; name a file in a folder that exists"
            ) from error
        try:
            entries, whole = parse(Path(name).read_bytes(), name)
            os.ftruncate(descriptor, whole)
            yield Journal(descriptor, name, entries)
        finally:
            os.close(descriptor)


def lined(entry: Entry) -> bytes:
    """An entry as a line."""
    text = json.dumps(entry, allow_nan=False, separators=(",", ":")).encode()
    return b"%08x %b\n" % (zlib.crc32(text), text)


def parse(data: bytes, name: str) -> tuple[list[Entry], int]:
    """The entries, and how many bytes of `data` they take: the rest is a line that was never finished. FileError.

    >>> entries, whole = parse(lined({"done": 1}) + lined({"done": 2})[:-3], "journal")
    >>> entries, whole
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
            right = data[at + 8 : at + 9] == b" " and int(data[at : at + 8], 16) == zlib.crc32(text)
            entry = json.loads(text) if right else None
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            raise _damaged(name, len(entries))
        entries.append(entry)
        at = end + 1
    if at < len(data) and not TORN.match(data, at):
        raise _damaged(name, len(entries))  # somebody else's file, without a line's end
    return entries, at


def _damaged(name: str, line: int) -> FileError:
    return FileError(f"line {line + 1} of {shown(name)} is damaged, or it is no journal; name another file")
