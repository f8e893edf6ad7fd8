"""A table that grows while a program works, so that what is done is kept: CSV, or JSON with a row a line.

Rows are added in groups, one group for each finished piece of work, which the first column names. A program that is
killed leaves at most one group incomplete, the last one. To go on is to drop that group and add the others.

CSV: the first line names the columns; text is in quotes, so that a spreadsheet can be told to leave "007" as it is.
"""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from digitlens.errors import FileError, UsageError
from digitlens.files.atomic import check_writable
from digitlens.files.bounded import read_bounded
from digitlens.files.lock import try_lock
from digitlens.files.naming import shown, why

LARGEST = 1 << 30  # bytes of a table that is gone on with
SYNCED = 1.0  # seconds after which what was added is synced to the disk
FORMATS = ("csv", "json lines")

_OPEN = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)

Row = Mapping[str, Any]


class GrowingTable:
    """An open table. `groups` are the groups of rows that it had when it was opened: in each, all rows of one name.

    path: the file. columns: their names; the first is the name of the group. form: one of FORMATS. resume: go on with
    the rows that are there, but those of the last group, which may be incomplete; else there must be none. same: a
    column, and its value in all rows that have one.

    Raises UsageError where there are rows and `resume` is false, or rows with another value, FileError for a file that
    is no such table, that another process has open, or that cannot be written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        columns: Sequence[str],
        form: str = "csv",
        *,
        resume: bool = False,
        same: tuple[str, str] = ("", ""),
    ) -> None:
        self._path, self._columns, self._csv = os.fspath(path), tuple(columns), form == "csv"
        check_writable(self._path)
        try:
            self._descriptor = os.open(os.path.realpath(self._path), _OPEN, 0o666)
        except OSError as error:
            raise FileError(f"opening {shown(path)} failed: {why(error)}; name a file that may be written") from error
        try:
            self._begin(resume, *same)
        except BaseException:
            os.close(self._descriptor)
            raise

    def _begin(self, resume: bool, column: str, value: str) -> None:
        if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            raise FileError(f"writing {shown(self._path)} wants a regular file; choose another name")
        if sys.platform != "win32" and not _lock(self._descriptor):  # there, others could not even read it
            raise FileError(f"{shown(self._path)} is being written by another process; wait for it, or name another")
        data = bytes(read_bounded(self._path, LARGEST))
        if data and not resume:
            raise UsageError(
                f"{shown(self._path)} is there already; add --resume (resume=True) to go on with it, or name another "
                "file"
            )
        self.groups: list[tuple[str, list[dict[str, Any]]]] = []
        self._starts: list[int] = []  # where each group begins, in bytes
        end = 0
        for start, stop, row in self._parsed(data):
            end = stop
            if column and row[column] not in ("", None, value):
                raise UsageError(
                    f"{shown(self._path)} has rows of the {column} {shown(str(row[column]))}, wanted {shown(value)}; "
                    "go on with that one, or name another file"
                )
            if not self.groups or self.groups[-1][0] != row[self._columns[0]]:
                self.groups.append((row[self._columns[0]], []))
                self._starts.append(start)
            self.groups[-1][1].append(row)
        self._length = end
        self.keep(len(self.groups) - 1)
        self._synced = time.monotonic()

    def keep(self, groups: int) -> None:
        """Go on behind the first so many groups, and drop the others."""
        if groups <= 0:
            self._length = 0
            self.groups, self._starts = [], []
        elif groups < len(self.groups):
            self._length = self._starts[groups]
            del self.groups[groups:], self._starts[groups:]
        os.ftruncate(self._descriptor, self._length)

    def add(self, rows: Sequence[Row]) -> None:
        """Add the rows of one group, at the end of the file. Raises FileError if that fails."""
        text = self._encoded(rows)
        data = text if self._length or not self._csv else self._encoded([]) + text
        try:
            written = 0
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
            self._length += len(data)
            if time.monotonic() - self._synced > SYNCED:
                os.fsync(self._descriptor)
                self._synced = time.monotonic()
        except OSError as error:
            raise FileError(
                f"writing {shown(self._path)} failed: {why(error)}; free some space, and go on with --resume"
            ) from error

    def close(self) -> None:
        """Sync it to the disk, without the beginning of a group that was being added; to close twice is no error."""
        if self._descriptor < 0:
            return
        try:
            if not self._length and self._csv:  # nothing was to be added: a table without rows
                os.ftruncate(self._descriptor, 0)
                os.write(self._descriptor, header := self._encoded([]))
                self._length = len(header)
            os.ftruncate(self._descriptor, self._length)
            os.fsync(self._descriptor)
        except OSError as error:
            raise FileError(f"writing {shown(self._path)} failed: {why(error)}; free some space") from error
        finally:
            os.close(self._descriptor)
            self._descriptor = -1

    def _encoded(self, rows: Sequence[Row]) -> bytes:
        """Rows as bytes; no rows of CSV: its first line."""
        if not self._csv:
            lines = (json.dumps({name: row[name] for name in self._columns}, allow_nan=False) for row in rows)
            return "".join(f"{line}\n" for line in lines).encode()
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        if rows:
            writer.writerows([[_writable(row[name]) for name in self._columns] for row in rows])
        else:
            writer.writerow(self._columns)
        return text.getvalue().encode()

    def _parsed(self, data: bytes) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Where each whole row begins and ends, and what it holds. Raises FileError for what is no such table."""
        head = self._encoded([]) if self._csv else b'{"%b": ' % self._columns[0].encode()
        if data[: len(head)] != head[: len(data)]:
            raise self._foreign()
        rows = self._csv_rows(data) if self._csv else self._json_rows(data)
        for start, end, row in rows:
            if tuple(row) != self._columns:
                raise self._foreign()
            yield start, end, row

    def _json_rows(self, data: bytes) -> Iterator[tuple[int, int, dict[str, Any]]]:
        at = 0
        for line in io.BytesIO(data):
            if not line.endswith(b"\n"):
                return
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                raise self._foreign()
            yield at, at + len(line), row
            at += len(line)

    def _csv_rows(self, data: bytes) -> Iterator[tuple[int, int, dict[str, Any]]]:
        taken, whole = 0, True

        def lines() -> Iterator[str]:
            nonlocal taken, whole
            for line in io.BytesIO(data):
                taken, whole = taken + len(line), line.endswith(b"\n")
                yield line.decode()

        reader, start = csv.reader(lines(), strict=True), 0
        try:
            for number, cells in enumerate(reader):
                if not whole:
                    return
                if number:
                    yield start, taken, dict(zip(self._columns, cells, strict=True))
                start = taken
        except (csv.Error, ValueError) as error:
            if whole and "end of data" not in str(error):  # within quotes to the end: a row that was being written
                raise self._foreign() from None

    def _foreign(self) -> FileError:
        return FileError(
            f"{shown(self._path)} is no table that this command has written, or is damaged; wanted the columns "
            f"{', '.join(self._columns)}; name another file"
        )


def text_of(value: Any) -> Any:
    """A value as it comes back from a table: half a character in a file name is written in ASCII.

    >>> text_of("seven.png")
    'seven.png'
    """
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value


def _writable(value: Any) -> Any:
    return "" if value is None else text_of(value)


def _lock(descriptor: int) -> bool:
    try:
        return try_lock(descriptor)
    except OSError:  # a file system without locks
        return True
