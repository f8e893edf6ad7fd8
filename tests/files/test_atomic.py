"""A file is the old one or the new one, whole: with a full disk, a killed writer, or several at once."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import until

from digitlens.errors import FileError
from digitlens.files import atomic
from digitlens.files.atomic import check_writable, sweep_leftovers, write_atomically

posix = pytest.mark.skipif(sys.platform == "win32", reason="checks what only POSIX has: run this on Linux or macOS")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write everywhere; for a moment, be somebody who may not."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("data", [b"", b"7", bytes(3_000_000), bytearray(b"seven"), memoryview(b"seven")])
def test_what_is_written_is_there_and_nothing_else(data: bytes, tmp_path: Path) -> None:
    write_atomically(tmp_path / "seven", data)
    assert (tmp_path / "seven").read_bytes() == data
    assert names(tmp_path) == ["seven"]


@pytest.mark.parametrize("name", ["seven.txt", "-rf", "tw\no", "🙂", "é" * 120, ".hidden", "[a-z]*"])
def test_any_name_will_do_and_is_swept_under_that_name_only(name: str, tmp_path: Path) -> None:
    if sys.platform == "win32" and set(name) & set("\n*"):
        pytest.skip("no such names on Windows: run this on Linux or macOS")
    write_atomically(tmp_path / name, b"new")
    leftover = tmp_path / f".{atomic._stem(name)}.0123456789ab.tmp"
    leftover.write_bytes(b"half")
    os.utime(leftover, (1, 1))
    other = tmp_path / ".other.0123456789ab.tmp"
    other.touch()
    assert sweep_leftovers(tmp_path / name) == [leftover]
    assert names(tmp_path) == sorted([name, other.name])


def test_a_file_is_replaced_by_its_name_alone_in_the_folder_we_are_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_atomically("seven", b"old")
    write_atomically("seven", b"new")
    assert (tmp_path / "seven").read_bytes() == b"new"


def test_a_new_file_has_the_rights_that_any_new_file_has(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_atomically(tmp_path / "seven", b"7")
    assert (tmp_path / "seven").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("none/seven", "which is none; make it first"),
        (".", "got a folder"),
        ("nul\0", "null"),
        ("file/seven", "check the path"),
        ("x" * 300, "too long"),
    ],
)
@pytest.mark.parametrize("how", [lambda path: write_atomically(path, b"7"), check_writable])
def test_a_path_where_no_file_can_be_is_refused_with_a_reason(path: str, said: str, how: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match=r"^writing '") as caught:
        how(tmp_path / path)
    assert said in str(caught.value) or sys.platform == "win32"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("name", ["seven", "x" * 255])
def test_to_ask_whether_a_file_can_be_written_changes_nothing(name: str, tmp_path: Path) -> None:
    check_writable(tmp_path / name)
    assert names(tmp_path) == []
    (tmp_path / name).write_bytes(b"old")
    check_writable(tmp_path / name)
    assert names(tmp_path) == [name]
    assert (tmp_path / name).read_bytes() == b"old"


@posix
def test_a_device_or_a_pipe_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/null")
    for path in (tmp_path / "pipe", tmp_path / "link"):
        with pytest.raises(FileError, match="a device or a pipe"):
            write_atomically(path, b"7")
        with pytest.raises(FileError, match="a device or a pipe"):
            check_writable(path)
    assert not Path("/dev/null").is_file()


@posix
def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "seven").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real" / "seven")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "seven").read_bytes() == b"new"
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(FileError, match="symbolic links"):
        write_atomically(tmp_path / "loop", b"new")


@posix
def test_a_folder_that_cannot_be_written_is_a_file_error() -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "seven").write_bytes(b"old")
        folder.chmod(0o555)
        try:
            with as_nobody(), pytest.raises(FileError, match="choose a folder that can be written"):
                write_atomically(folder / "seven", b"new")
            with as_nobody(), pytest.raises(FileError, match="choose a folder that can be written"):
                check_writable(folder / "seven")
        finally:
            folder.chmod(0o755)
        assert (folder / "seven").read_bytes() == b"old"
        assert names(folder) == ["seven"]


@posix
def test_a_disk_that_takes_no_more_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "seven").write_bytes(b"old")
    program = f"""
        import resource
        from digitlens.errors import FileError
        from digitlens.files.atomic import write_atomically
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_atomically({str(tmp_path / "seven")!r}, bytes(100_000))
        except FileError as error:
            print(error)
    """
    said = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True)
    assert "(100,000 bytes) failed: file too large" in said.stdout
    assert (tmp_path / "seven").read_bytes() == b"old"
    assert names(tmp_path) == ["seven"]


def test_a_full_disk_says_what_to_do_and_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seven").write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match="no space left on device; free some space"):
        write_atomically(tmp_path / "seven", b"new")
    assert (tmp_path / "seven").read_bytes() == b"old"
    assert names(tmp_path) == ["seven"]


def test_bytes_that_come_back_changed_never_take_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seven").write_bytes(b"old")
    fsync = os.fsync

    def spoil(descriptor: int) -> None:
        fsync(descriptor)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, b"!")

    monkeypatch.setattr(os, "fsync", spoil)
    with pytest.raises(FileError, match="came back changed"):
        write_atomically(tmp_path / "seven", b"new")
    assert (tmp_path / "seven").read_bytes() == b"old"
    assert names(tmp_path) == ["seven"]


def test_ctrl_c_in_the_middle_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "seven", b"new")
    assert names(tmp_path) == []


@posix
def test_bytes_and_then_the_name_itself_are_brought_down_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, synced = os.fsync, []

    def noted(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_ino, names(tmp_path) == ["seven"]))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    write_atomically(tmp_path / "seven", b"7")
    file, folder = (tmp_path / "seven").stat().st_ino, tmp_path.stat().st_ino
    assert synced == [(file, False), (folder, True)]  # whether it had its name already


def test_a_folder_that_cannot_be_synced_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync
    calls = []

    def files_only(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", files_only)
    write_atomically(tmp_path / "seven", b"new")
    assert (tmp_path / "seven").read_bytes() == b"new"


WRITER = """
import sys
from digitlens.files.atomic import write_atomically
while True:
    write_atomically(sys.argv[1], sys.argv[2].encode() * 200_000)
"""


def test_writers_at_once_leave_one_whole_file_though_one_is_killed_and_its_rest_is_swept(tmp_path: Path) -> None:
    path = tmp_path / "seven"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), letter]) for letter in "ab"]
    try:
        until(path.exists)
        for _ in range(100):
            data = path.read_bytes()
            assert data in (b"a" * 200_000, b"b" * 200_000)
            sweep_leftovers(path)  # takes nothing from the living: they would fail, and their loops end
        assert [writer.poll() for writer in writers] == [None, None]
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
    if sys.platform != "win32":
        sweep_leftovers(path)
        assert names(tmp_path) == ["seven"]
    assert len(set(path.read_bytes())) == 1


def test_threads_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "seven"
    threads = [threading.Thread(target=write_atomically, args=(path, bytes([digit]) * 100_000)) for digit in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    data = path.read_bytes()
    assert len(data) == 100_000
    assert len(set(data)) == 1
    assert names(tmp_path) == ["seven"]


@posix
def test_the_sweep_leaves_what_is_not_a_leftover(tmp_path: Path) -> None:
    (tmp_path / ".seven.0123456789ab.tmp").mkdir()
    (tmp_path / ".seven.0123456789ac.tmp").symlink_to("/dev/null")
    for name in (".seven.0123.tmp", ".seven.0123456789ab.tmp~", "seven.0123456789ab.tmp", ".seven.XYZ456789abc.tmp"):
        (tmp_path / name).touch()
    before = names(tmp_path)
    assert sweep_leftovers(tmp_path / "seven") == []
    assert sweep_leftovers(tmp_path / "none" / "seven") == []
    assert names(tmp_path) == before


@posix
def test_a_temporary_file_that_a_sweep_took_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = atomic.try_lock
    swept = []

    def too_late(descriptor: int) -> bool:
        if not swept:
            swept.extend(tmp_path.glob(".seven.*.tmp"))
            swept[0].unlink()
        return real(descriptor)

    monkeypatch.setattr(atomic, "try_lock", too_late)
    write_atomically(tmp_path / "seven", b"7")
    assert names(tmp_path) == ["seven"]


@posix
def test_on_a_disk_without_locks_age_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_: int) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(atomic, "try_lock", no_locks)
    write_atomically(tmp_path / "seven", b"7")
    (old := tmp_path / ".seven.000000000000.tmp").touch()
    (new := tmp_path / ".seven.111111111111.tmp").touch()
    os.utime(old, (1, 1))
    assert sweep_leftovers(tmp_path / "seven") == [old]
    assert new.exists()
