"""A journal keeps what was written, drops a last line that was never finished, and never passes over a damaged one."""

from __future__ import annotations

import os
import sys
import tracemalloc
import zlib
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


posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices and links: run this on Linux or macOS")


@posix
@pytest.mark.parametrize("what", ["pipe", "/dev/zero", "/dev/null", "/dev/full", "folder", "link to a pipe", "loop"])
def test_what_is_no_regular_file_is_refused_at_once_and_stays(tmp_path: Path, what: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link to a pipe").symlink_to(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    before = sorted(tmp_path.iterdir())
    if what.startswith("/dev") and not Path(what).exists():
        pytest.skip(f"there is no {what} here")
    with pytest.raises(FileError), open_journal(tmp_path / what):
        pass
    assert sorted(tmp_path.iterdir()) == before
    assert not Path(f"{what}.lock").exists()


def test_a_file_larger_than_any_journal_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "film"
    with path.open("wb") as file:
        file.truncate(6 * 2**30)  # without a byte on the disk
    tracemalloc.start()
    with pytest.raises(FileError, match="at most"), open_journal(path):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20
    assert path.stat().st_size == 6 * 2**30


def test_more_lines_than_any_journal_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitlens.files.journal.MOST", 3)
    assert len(parse(b"".join(map(encoded, ENTRIES[:3])), "some")[0]) == 3
    with pytest.raises(FileError, match="more than 3 lines"):
        parse(b"".join(map(encoded, ENTRIES)), "some")


def test_a_line_of_deepest_json_is_damaged() -> None:
    text = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(FileError, match="damaged"):
        parse(b"%08x %b\n" % (zlib.crc32(text), text), "some")


@posix
def test_two_links_to_one_journal_are_one_journal(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).symlink_to(tmp_path / "runs.journal")
    with open_journal(tmp_path / "one") as journal:
        journal.append(ENTRIES[0])
        with pytest.raises(FileError, match="another process"), open_journal(tmp_path / "two"):
            pass
    with open_journal(tmp_path / "two") as journal:
        assert journal.entries == ENTRIES[:1]
    assert (tmp_path / "one").is_symlink()


def test_a_file_of_somebody_elses_that_is_called_as_the_lock_would_be_stays(tmp_path: Path) -> None:
    (tmp_path / "poetry.lock").write_text("somebody's own")
    with pytest.raises(FileError, match="no lock"), open_journal(tmp_path / "poetry"):
        pass
    assert (tmp_path / "poetry.lock").read_text() == "somebody's own"
