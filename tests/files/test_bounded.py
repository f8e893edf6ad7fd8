"""Reading is bounded: in bytes, in time, and to real files."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from digitlens.errors import FileError
from digitlens.files import bounded
from digitlens.files.bounded import read_bounded, read_into


@pytest.mark.parametrize("size", [0, 1, 999, 1000])
def test_a_file_within_the_limit_is_read_whole(size: int, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(data := os.urandom(size))
    assert read_bounded(tmp_path / "file", 1000) == data


@pytest.mark.parametrize("size", [1001, 5_000_000])
def test_a_file_over_the_limit_is_refused(size: int, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(size))
    with pytest.raises(FileError, match=r"at most 1,000 bytes .* got more than 1,000"):
        read_bounded(tmp_path / "file", 1000)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(bytes(10))
    monkeypatch.setattr(bounded, "_size", lambda path: 5)
    with pytest.raises(FileError, match="not being written"):
        read_bounded(tmp_path / "file", 1000)


def test_pieces_are_handed_on_as_they_come(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(data := os.urandom(2_500_000))
    into, pieces = bytearray(3_000_000), []
    assert read_into(tmp_path / "file", memoryview(into), lambda piece: pieces.append(bytes(piece))) == 2_500_000
    assert b"".join(pieces) == data == into[:2_500_000]
    assert len(pieces) == 3


def test_a_profiler_that_keeps_every_frame_does_not_disturb(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(data := os.urandom(1_500_000))
    frames: list[object] = []
    sys.setprofile(lambda frame, event, argument: frames.append(frame))
    try:
        read = read_bounded(tmp_path / "file", 2_000_000)
    finally:
        sys.setprofile(None)
    assert read == data
    assert len(frames) > 5


def test_a_sampling_profiler_on_a_thread_of_its_own_does_not_disturb(tmp_path: Path) -> None:
    """As Dask's workers run one: frames that are looked at live on, with all that their variables hold."""
    (tmp_path / "file").write_bytes(data := os.urandom(100_000))
    frames, over = [], threading.Event()

    def sample() -> None:
        while not over.is_set():
            frames.append(sys._current_frames())
            del frames[:-1_000]

    sampler, before = threading.Thread(target=sample), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    sampler.start()
    try:
        for _ in range(40):
            assert read_bounded(tmp_path / "file", 100_000) == data
    finally:
        over.set()
        sampler.join()
        sys.setswitchinterval(before)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices in the file system: run this on Linux or macOS")
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for path, said in (
            (".", "a folder"),
            ("pipe", "a pipe"),
            ("loop", "symbolic links"),
            ("/dev/zero", "a device"),
            ("socket", "a socket"),
            ("none", "no such file"),
            ("\udcff", "no such file"),
            ("nul\0", "null"),
        ):
            with pytest.raises(FileError, match=said) as caught:
                read_bounded(path, 1000)
            assert str(caught.value).isprintable()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes in the file system: run this on Linux or macOS")
def test_a_file_that_becomes_a_pipe_meanwhile_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(bounded, "_size", lambda path: 5)
    with pytest.raises(FileError, match="no longer a regular file"):
        read_bounded(tmp_path / "pipe", 1000)


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()

    def forbidden(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(bounded.os, "open", forbidden)
    with pytest.raises(FileError, match="permission denied"):
        read_bounded(tmp_path / "file", 1000)
