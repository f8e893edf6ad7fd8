"""A journal keeps what was written, drops a last line that was never finished, and never passes over a damaged one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.errors import FileError
from digitlens.files.journal import encoded, open_journal, parse

ENTRIES: list[dict[str, Any]] = [{"run": i, "said": "ä\n" * i, "rate": 0.1} for i in range(4)]


def test_what_was_written_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "runs.journal"
    for entry in ENTRIES:
        with open_journal(path) as journal:
            journal.append(entry)
    with open_journal(path) as journal:
        assert journal.entries == ENTRIES
    assert [one.name for one in tmp_path.iterdir()] == ["runs.journal"]


@given(st.integers(0, len(b"".join(map(encoded, ENTRIES)))))
def test_cut_anywhere_all_whole_lines_are_left(at: int) -> None:
    data = b"".join(map(encoded, ENTRIES))
    if 0 < at - (data.rfind(b"\n", 0, at) + 1) < 10:  # so little that it could be the beginning of anything
        with pytest.raises(FileError, match="damaged"):
            parse(data[:at], "some")
        return
    entries, whole = parse(data[:at], "some")
    assert entries == ENTRIES[: len(entries)]
    assert data[:whole] == b"".join(map(encoded, entries))
    assert whole <= at < whole + len(encoded(ENTRIES[-1])) + 20


def test_half_a_line_at_the_end_is_dropped_and_the_next_one_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "runs.journal"
    path.write_bytes(encoded(ENTRIES[0]) + encoded(ENTRIES[1])[:-4])
    with open_journal(path) as journal:
        assert journal.entries == ENTRIES[:1]
        journal.append(ENTRIES[2])
    assert path.read_bytes() == encoded(ENTRIES[0]) + encoded(ENTRIES[2])


@given(st.data())
def test_a_changed_byte_is_noticed(data: Any) -> None:
    whole = bytearray(b"".join(map(encoded, ENTRIES)))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    if at == len(whole) - 1:  # the end of the last line, which now looks as if it had never been finished
        assert parse(bytes(whole), "some")[0] == ENTRIES[:3]
    else:
        with pytest.raises(FileError, match="damaged"):
            parse(bytes(whole), "some")


@pytest.mark.parametrize(
    "data", [b"\n", b"no journal\n", b"00000000 {}\n", b"x" * 1_100_000, encoded({"a": 1})[:9] + b"[]\n"]
)
def test_what_is_no_journal_is_refused_and_left_as_it_is(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(data)
    with pytest.raises(FileError, match="not a journal"), open_journal(path):
        pass
    assert path.read_bytes() == data


def test_it_is_open_once_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "runs.journal"
    with open_journal(path), pytest.raises(FileError, match="another process"), open_journal(path):
        pass
    with open_journal(path):
        pass


def test_where_no_file_can_be_it_says_so(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "runs.journal", tmp_path):
        with pytest.raises(FileError), open_journal(path):
            pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk was not tried: there is no /dev/full")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with open_journal(tmp_path / "runs.journal") as journal:
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, journal._descriptor)
        os.close(full)
        with pytest.raises(FileError, match="free some space"):
            journal.append({})
