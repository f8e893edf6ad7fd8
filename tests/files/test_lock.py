"""A lock holds while its holder lives, and not a moment longer."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.waiting import PATIENCE

from digitlens.errors import FileError
from digitlens.files import lock
from digitlens.files.lock import locked

HOLDER = """
import sys
from digitlens.files.lock import locked
with locked(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_leaves_nothing_behind(tmp_path: Path) -> None:
    with locked(tmp_path / ".lock"):
        assert (tmp_path / ".lock").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_is_let_go_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locked(tmp_path / ".lock"):
        raise KeyError
    with locked(tmp_path / ".lock", timeout=0):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there; not checked: that it was")
def test_a_lock_whose_file_was_removed_meanwhile_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = tmp_path / ".lock", lock.try_lock
    removed = []

    def too_late(descriptor: int) -> bool:  # the one before us lets go between our opening and our locking
        if not removed:
            removed.append(path)
            path.unlink()
        return real(descriptor)

    monkeypatch.setattr(lock, "try_lock", too_late)
    assert lock._taken(path) is None  # else two would hold it: we the old file, the next one a new one
    with locked(path, timeout=0):
        assert path.exists()


def test_the_second_waits_and_gives_up_in_time(tmp_path: Path) -> None:
    time_now = [0.0]

    def sleep(seconds: float) -> None:
        time_now[0] += seconds

    with (
        locked(tmp_path / ".lock"),
        pytest.raises(FileError, match=r"waited 5 s for the lock '.*', which another process holds"),
        locked(tmp_path / ".lock", timeout=5, now=lambda: time_now[0], sleep=sleep),
    ):
        pass
    assert 5 <= time_now[0] < 6


def test_the_second_goes_on_when_the_first_is_done(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with locked(tmp_path / ".lock"):
            order.append("second")

    with locked(tmp_path / ".lock"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    holding = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(holding, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(FileError, match="another process"), locked(path, timeout=0):
            pass
        holder.kill()
    with locked(path, timeout=PATIENCE):
        pass
    assert list(tmp_path.iterdir()) == []


def test_many_threads_come_one_at_a_time(tmp_path: Path) -> None:
    inside, most = [0], [0]

    def run() -> None:
        for _ in range(5):
            with locked(tmp_path / ".lock", sleep=lambda _: time.sleep(0.001)):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0.0005)
                inside[0] -= 1

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "said"), [("none/.lock", "its folder exists"), ("nul\0", "null"), ("", "failed")])
def test_a_lock_that_cannot_be_made_is_a_file_error(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=said), locked(tmp_path / name):
        pass


def test_a_disk_without_locks_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_: int) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock, "try_lock", no_locks)
    with pytest.raises(FileError, match="use a folder on a local disk"), locked(tmp_path / ".lock"):
        pass


def test_a_folder_that_forbids_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(lock.os, "open", forbidden)
    with pytest.raises(FileError, match="must be writable"), locked(tmp_path / ".lock"):
        pass


def test_a_file_that_holds_something_is_no_lock_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "poetry.lock"
    path.write_text("somebody's own")
    with pytest.raises(FileError, match="no lock"), locked(path):
        pass
    assert path.read_text() == "somebody's own"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes in the file system: run this on Linux or macOS")
def test_a_pipe_is_no_lock(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="no lock"), locked(tmp_path / "pipe"):
        pass
    assert (tmp_path / "pipe").exists()


def test_a_name_that_is_too_long_for_a_lock_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"choose a shorter name|its folder exists"), locked(tmp_path / ("x" * 300)):
        pass
