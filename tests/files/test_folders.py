"""A folder appears whole or not at all, and what a killed writer left is gone when the next one has been there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.waiting import PATIENCE, until

from digitlens.errors import FileError
from digitlens.files import folders
from digitlens.files.folders import check_new_folder, sweep_folders, write_folder

FILES = [("0/00000.png", b"nought"), ("7/00001.png", b"seven"), ("list.txt", b"0 7")]
WRITER = """
import sys, time
from digitlens.files.folders import write_folder
def files():
    yield "7/00001.png", b"seven"
    print("begun", flush=True)
    time.sleep(600)
write_folder(sys.argv[1], files())
"""


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_all_files_are_there_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for target in (tmp_path / "digits", tmp_path / "empty"):
        write_folder(target, FILES)
        assert {str(file.relative_to(target).as_posix()): file.read_bytes() for file in target.rglob("*.*")} == dict(
            FILES
        )
    assert names(tmp_path) == ["digits", "empty"]


def test_what_fails_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    def files() -> Iterator[tuple[str, bytes]]:
        yield FILES[0]
        raise OSError(28, "No space left on device")

    with pytest.raises(FileError, match="no space left on device; nothing was written"):
        write_folder(tmp_path / "digits", files())
    with pytest.raises(FileError):
        write_folder(tmp_path / "digits", [("nul\0", b"")])
    assert names(tmp_path) == []


def test_a_folder_that_has_been_filled_meanwhile_stays(tmp_path: Path) -> None:
    def files() -> Iterator[tuple[str, bytes]]:
        yield FILES[0]
        (tmp_path / "digits").mkdir()
        (tmp_path / "digits" / "thesis.txt").write_text("two years of work")

    with pytest.raises(FileError):
        write_folder(tmp_path / "digits", files())
    assert names(tmp_path) == ["digits"]
    assert names(tmp_path / "digits") == ["thesis.txt"]


def test_where_no_folder_can_be_made_it_says_so_before_anything_is_done(tmp_path: Path) -> None:
    check_new_folder(tmp_path / "digits")
    assert names(tmp_path) == []
    for name in ("none/digits", "nul\0"):
        with pytest.raises(FileError, match="name another folder"):
            check_new_folder(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is for POSIX; not checked: what it leaves is removed")
def test_what_a_killed_writer_left_is_removed_by_the_next_and_a_living_one_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "digits"
    write = [sys.executable, "-c", WRITER, str(target)]
    with subprocess.Popen(write, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "begun\n"
        assert sweep_folders(target) == []  # its writer lives
        (leftover,) = tmp_path.iterdir()
        running.send_signal(signal.SIGKILL)
        running.wait(PATIENCE)
    assert leftover.is_dir()
    until(lambda: sweep_folders(tmp_path / "others") == [])  # of another name
    assert leftover.is_dir()
    write_folder(target, FILES)
    assert names(tmp_path) == ["digits"]


def test_only_temporary_folders_of_exactly_this_name_are_removed(tmp_path: Path) -> None:
    stay = [".digits.0123456789ab.tmpx", ".digits.0123.tmp", ".other.0123456789ab.tmp", "digits.0123456789ab.tmp"]
    for name in stay:
        (tmp_path / name).mkdir()
    (tmp_path / ".digits.0123456789ac.tmp").write_text("a file")
    old = tmp_path / ".digits.0123456789ab.tmp"
    old.mkdir()
    os.utime(old, (time.time() - 100_000,) * 2)
    assert sweep_folders(tmp_path / "digits") == [old]
    assert names(tmp_path) == sorted([*stay, ".digits.0123456789ac.tmp"])
    assert sweep_folders(tmp_path / "none" / "digits") == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks no folders; there age decides always")
def test_on_a_disk_without_locks_age_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_: int) -> bool:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(folders, "try_lock", no_locks)
    new, old = tmp_path / ".digits.0123456789ab.tmp", tmp_path / ".digits.0123456789ac.tmp"
    new.mkdir()
    old.mkdir()
    os.utime(old, (time.time() - 100_000,) * 2)
    assert sweep_folders(tmp_path / "digits") == [old]
    write_folder(tmp_path / "digits", FILES)
    assert names(tmp_path) == [new.name, "digits"]
