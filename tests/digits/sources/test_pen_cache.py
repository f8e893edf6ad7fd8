"""Pen digits are written once and found again; what is not exactly what was written is written anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from digitlens.digits.dataset import Digits
from digitlens.digits.sources import pen_cache
from digitlens.digits.sources.find import find_data
from digitlens.digits.sources.mixture import with_pen
from digitlens.digits.sources.pen_cache import HEAD, kept
from digitlens.digits.synthetic.pen.writer import pen_data, pen_digits
from digitlens.errors import FileError

COUNT = 20


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache that keeps even a few digits."""
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    monkeypatch.setattr(pen_cache, "FEWEST", 1)
    return tmp_path / "cache" / "pen"


def writing(times: list[int], seed: int = 3) -> Callable[[], Digits]:
    """What writes some digits, and counts."""

    def write() -> Digits:
        times.append(1)
        return pen_digits(COUNT, seed).digits

    return write


def test_they_are_written_once_and_come_back_the_same_to_the_last_bit(cache: Path) -> None:
    times: list[int] = []
    first, again = (kept("training", COUNT, 3, writing(times)) for _ in range(2))
    assert len(times) == 1
    assert np.array_equal(first.images, again.images)
    assert np.array_equal(first.digits, again.digits)
    assert first.fingerprint() == again.fingerprint()
    assert not again.images.flags.writeable
    assert len(list(cache.iterdir())) == 1


def test_others_have_files_of_their_own(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[int] = []
    kept("training", COUNT, 3, writing(times))
    kept("test", COUNT, 3, writing(times))
    kept("training", COUNT, 4, writing(times, 4))
    assert len(times) == len(list(cache.iterdir())) == 3
    monkeypatch.setattr(pen_cache, "_pen_model", lambda: "another version")
    kept("training", COUNT, 3, writing(times))
    assert len(times) == 4


@pytest.mark.parametrize("where", ["cut", "longer", "first byte", "hash", "images", "empty", "a bomb"])
def test_a_damaged_file_is_written_anew(cache: Path, where: str) -> None:
    import zlib

    times: list[int] = []
    right = kept("training", COUNT, 3, writing(times))
    (file,) = cache.iterdir()
    data = bytearray(file.read_bytes())
    if where == "cut":
        del data[-5:]
    elif where == "longer":
        data += b"x"
    elif where == "empty":
        data.clear()
    elif where == "a bomb":
        data = data[:HEAD] + zlib.compress(bytes(50_000_000))
    else:
        data[{"first byte": 0, "hash": HEAD - 1, "images": HEAD + 100}[where]] ^= 1
    file.write_bytes(data)
    again = kept("training", COUNT, 3, writing(times))
    assert len(times) == 2
    assert np.array_equal(again.images, right.images)
    kept("training", COUNT, 3, writing(times))
    assert len(times) == 2


def test_where_there_is_no_cache_they_are_written_every_time(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[int] = []
    (tmp_path / "cache").write_text("a file, where the folder should be")
    kept("training", COUNT, 3, writing(times))
    monkeypatch.setattr(pen_cache.places, "cache_folder", lambda *_: None)
    kept("training", COUNT, 3, writing(times))
    assert len(times) == 2


def test_a_full_disk_is_no_error(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise FileError("writing failed: no space left on device")

    monkeypatch.setattr(pen_cache, "write_atomically", full)
    assert len(kept("training", COUNT, 3, writing([]))) == COUNT
    assert list(cache.iterdir()) == []


def test_few_are_not_kept_and_of_many_files_the_oldest_go(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(10):
        kept("training", COUNT, seed, writing([], seed))
        for file in cache.iterdir():  # a second older each time
            status = file.stat()
            os.utime(file, (status.st_atime - 1, status.st_mtime - 1))
    seeds = sorted(int(file.name.split("-")[2]) for file in cache.iterdir())
    assert seeds == list(range(10 - pen_cache.MOST_FILES, 10))
    monkeypatch.setattr(pen_cache, "FEWEST", COUNT + 1)
    kept("test", COUNT, 3, writing([]))
    assert len(list(cache.iterdir())) == pen_cache.MOST_FILES


def test_what_train_and_compare_call_pen_comes_from_there(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"training": 30, "test": 10}
    asked: list[tuple[str, int, int]] = []

    def few(kind: str, count: int, seed: int, write: Callable[[], Digits]) -> Digits:
        asked.append((kind, count, seed))
        return kept(kind, counts[kind], seed, lambda: getattr(pen_data(seed, **counts), kind))

    monkeypatch.setattr(pen_cache, "kept", few)
    found = find_data("pen")
    assert asked == [("training", 30_000, 0), ("test", 5_000, 0)]
    right = pen_data(0, **counts)
    assert (found.name, found.source) == (right.name, right.source)
    assert found.training.fingerprint() == right.training.fingerprint()
    assert found.test.fingerprint() == right.test.fingerprint()


def test_what_is_handed_over_to_be_written_is_what_the_pen_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[str, Digits] = {}

    def first_of(kind: str, count: int, seed: int, write: Callable[[], Digits]) -> Digits:
        monkeypatch.setattr(pen_cache.writer, "pen_digits", lambda count, seed: pen_digits(COUNT, seed))
        monkeypatch.setattr(pen_cache.writer, "pen_data", lambda seed, training, test: pen_data(seed, 1, COUNT))
        written[kind] = write()
        return written[kind]

    monkeypatch.setattr(pen_cache, "kept", first_of)
    found = pen_cache.pen_data(2)
    assert found.training.fingerprint() == pen_digits(COUNT, 2).digits.fingerprint()
    assert found.test.fingerprint() == pen_data(2, 1, COUNT).test.fingerprint()


def test_the_mixture_keeps_its_pen_digits_too(cache: Path) -> None:
    few = pen_data(training=40, test=10)
    first, again = with_pen(few), with_pen(few)
    assert first.training.fingerprint() == again.training.fingerprint()
    assert [file.name.split("-")[:3] for file in cache.iterdir()] == [["everywhere", "20", "1"]]
