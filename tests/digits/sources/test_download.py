"""Downloads against a server on this machine that fails in every way we know of."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.faults.server import FAULTS, FaultyServer
from tests.faults.small_mnist import CONTENTS, PACKED, SMALL

from digitlens.digits.sources import download as download_module
from digitlens.digits.sources.download import MIRRORS, download_mnist
from digitlens.digits.sources.fetch import Patience, RefusedError, check_address
from digitlens.digits.sources.mnist import load_mnist
from digitlens.errors import DownloadError, FileError
from digitlens.files.lock import locked

NAME, DATA = CONTENTS[0]
ONE = SMALL[:1]


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    time: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def patience(self, **changed: Any) -> Patience:
        return Patience(
            **({"silence": 0.3, "now": self.now, "sleep": self.sleep, "chance": lambda: 0.5} | changed)  # type: ignore[arg-type]
        )


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(PACKED) as server:
        yield server


@pytest.fixture
def other() -> Iterator[FaultyServer]:
    with FaultyServer(PACKED) as server:
        yield server


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob(".*.part"))


def test_at_least_three_mirrors_are_asked_and_all_are_https() -> None:
    assert len(MIRRORS) >= 3
    assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in MIRRORS)


def test_a_download_leaves_the_four_files_unpacked_and_nothing_else(server: FaultyServer, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []
    cache = tmp_path / "new" / "mnist"
    download_mnist(cache, mirrors=[server.url], files=SMALL, progress=lambda *said: seen.append(said))
    assert names(cache) == sorted(name for name, _ in CONTENTS)
    assert len(load_mnist(cache, files=SMALL).training) == 12
    assert (NAME, len(PACKED[f"/{NAME}.gz"]), len(PACKED[f"/{NAME}.gz"])) in seen


def test_what_is_there_and_right_is_not_downloaded_again(server: FaultyServer, tmp_path: Path) -> None:
    download_mnist(tmp_path, mirrors=[server.url], files=SMALL)
    (tmp_path / NAME).write_bytes(DATA[:-1] + b"?")
    server.requests.clear()
    download_mnist(tmp_path, mirrors=[server.url], files=SMALL)
    assert [path for path, _ in server.requests] == [f"/{NAME}.gz"]
    assert (tmp_path / NAME).read_bytes() == DATA


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_survived_by_another_attempt_or_the_next_mirror(
    fault: str, server: FaultyServer, other: FaultyServer, tmp_path: Path
) -> None:
    server.faults = [fault]
    # a drip is slow, not silent: only the real clock sees it
    patience = Patience(silence=0.3, first_wait=0.01) if fault == "drip" else Clock().patience()
    download_mnist(tmp_path, mirrors=[server.url, other.url], files=ONE, patience=patience)
    assert (tmp_path / NAME).read_bytes() == DATA
    assert names(tmp_path) == [NAME]


@pytest.mark.parametrize("fault", ["403", "404", "page", "wrong bytes", "bomb", "too much", "redirect loop", "204"])
def test_a_mirror_that_has_nothing_better_is_asked_once(
    fault: str, server: FaultyServer, other: FaultyServer, tmp_path: Path
) -> None:
    server.faults = [fault] * 9
    clock = Clock()
    download_mnist(tmp_path, mirrors=[server.url, other.url], files=ONE, patience=clock.patience())
    assert len([path for path, _ in server.requests if path == f"/{NAME}.gz"]) == 1
    assert clock.slept == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("403", "403 Forbidden"),
        ("429 for an hour", "asks to wait 3,600 s"),
        ("500", "500 Internal Server Error"),
        ("stall", "timed out"),
        ("reset", "reset"),
        ("truncation", "ended after"),
        ("wrong bytes", "other bytes than MNIST's"),
        ("page", "a web page"),
        ("redirect loop", "redirects more than 5 times"),
        ("redirect elsewhere", "not https"),
        ("redirect to nowhere", "no address"),
        ("redirect to rubbish", "no address"),
        ("bomb", "holds more"),
        ("too much", "wanted"),
        ("huge claim", "offers 1,000,000,000,000,000 bytes"),
        ("nonsense", "220 smtp ready"),
        ("nothing", "closed connection"),
        ("204", "204 No Content"),
    ],
)
def test_the_error_says_what_every_mirror_said_and_what_to_do(
    fault: str, said: str, server: FaultyServer, tmp_path: Path
) -> None:
    server.faults = [fault] * 9
    with pytest.raises(DownloadError) as caught:
        download_mnist(tmp_path, mirrors=[server.url, "http://example.org/"], files=ONE, patience=Clock().patience())
    first, *mirrors, advice = str(caught.value).splitlines()
    assert NAME in first
    assert said in mirrors[0]
    assert "not https" in mirrors[1]
    assert "\x1b" not in str(caught.value)
    assert "--data FOLDER" in advice
    assert str(tmp_path) in advice
    assert [name for name in names(tmp_path) if not name.endswith(".part")] == []


def test_a_download_goes_on_where_it_broke_off(server: FaultyServer, tmp_path: Path) -> None:
    server.faults = ["truncation"]
    download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=Clock().patience())
    packed = PACKED[f"/{NAME}.gz"]
    assert server.requests[1][1]["Range"] == f"bytes={len(packed) * 2 // 3}-"
    assert (tmp_path / NAME).read_bytes() == DATA


def test_the_next_run_goes_on_where_the_last_one_gave_up(server: FaultyServer, tmp_path: Path) -> None:
    server.faults = ["truncation"]
    with pytest.raises(DownloadError, match="ended after"):
        download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=Clock().patience(attempts=1))
    assert len(parts(tmp_path)) == 1
    download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=Clock().patience(attempts=1))
    assert "Range" in server.requests[1][1]
    assert names(tmp_path) == [NAME]


@pytest.mark.parametrize("second", ["Range ignored", "no length", "wrong Content-Range", "416"])
def test_a_server_that_cannot_go_on_starts_over(second: str, server: FaultyServer, tmp_path: Path) -> None:
    server.faults = ["truncation", second]
    download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=Clock().patience())
    assert names(tmp_path) == [NAME]
    assert (tmp_path / NAME).read_bytes() == DATA


def test_a_rest_whose_end_is_not_told_is_taken_too(server: FaultyServer, tmp_path: Path) -> None:
    server.faults = ["truncation", "rest without total"]
    download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=Clock().patience(attempts=2))
    assert (tmp_path / NAME).read_bytes() == DATA


def test_a_part_that_is_whole_already_is_used(server: FaultyServer, tmp_path: Path) -> None:
    server.faults = ["truncation"]
    with pytest.raises(DownloadError):
        download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=Clock().patience(attempts=1))
    parts(tmp_path)[0].write_bytes(PACKED[f"/{NAME}.gz"])
    download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=Clock().patience(attempts=1))
    assert (tmp_path / NAME).read_bytes() == DATA


def test_a_part_that_was_wrong_is_thrown_away_and_asked_for_again(server: FaultyServer, tmp_path: Path) -> None:
    server.faults = ["truncation"]
    with pytest.raises(DownloadError):
        download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=Clock().patience(attempts=1))
    parts(tmp_path)[0].write_bytes(b"\x1f\x8b" + bytes(100))
    download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=Clock().patience(attempts=2))
    assert (tmp_path / NAME).read_bytes() == DATA


def test_bytes_of_two_mirrors_never_mix(server: FaultyServer, other: FaultyServer, tmp_path: Path) -> None:
    other.files[f"/{NAME}.gz"] = gzip.compress(DATA, 1)  # the same file, packed in another way
    server.faults = ["truncation", "404"]
    other.faults = ["truncation", "503"]
    clock = Clock()
    download_mnist(tmp_path, mirrors=[server.url, other.url], files=ONE, patience=clock.patience())
    assert (tmp_path / NAME).read_bytes() == DATA
    assert "Range" not in other.requests[0][1]


def test_an_unpacked_file_from_a_server_that_unpacks_is_taken(server: FaultyServer, tmp_path: Path) -> None:
    server.files[f"/{NAME}.gz"] = DATA
    download_mnist(tmp_path, mirrors=[server.url], files=ONE)
    assert (tmp_path / NAME).read_bytes() == DATA


def test_waits_double_and_are_bounded(server: FaultyServer, tmp_path: Path) -> None:
    server.faults = ["500"] * 6
    clock = Clock()
    download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=clock.patience(attempts=7, longest_wait=4))
    assert clock.slept == [0.5, 1, 2, 4, 4, 4]


def test_a_server_that_asks_to_wait_is_given_the_time(server: FaultyServer, tmp_path: Path) -> None:
    server.faults = ["429"]
    clock = Clock()
    download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=clock.patience())
    assert clock.slept == [3]


def test_a_wait_until_some_date_is_an_ordinary_wait(server: FaultyServer, tmp_path: Path) -> None:
    server.faults = ["503 until a date"]
    clock = Clock()
    download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=clock.patience())
    assert clock.slept == [0.5]


def test_when_the_time_is_up_no_mirror_is_asked_any_more(
    server: FaultyServer, other: FaultyServer, tmp_path: Path
) -> None:
    server.faults = ["500"] * 99
    clock = Clock()
    with pytest.raises(DownloadError, match="no time for another attempt"):
        download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=clock.patience(attempts=99, deadline=20))
    assert clock.time <= 20
    with pytest.raises(DownloadError, match="the time is up"):
        download_mnist(tmp_path, mirrors=[other.url], files=ONE, patience=clock.patience(attempts=1, deadline=0))
    assert other.requests == []


def test_time_that_runs_out_within_an_answer_ends_it(server: FaultyServer, tmp_path: Path) -> None:
    server.faults = ["drip"]
    patience = Patience(silence=60, deadline=0.3, attempts=1)
    with pytest.raises(DownloadError, match="time"):
        download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=patience)


def test_the_clock_is_looked_at_between_two_pieces(server: FaultyServer, tmp_path: Path) -> None:
    ticks = itertools.count()
    patience = Patience(now=lambda: next(ticks), deadline=4.5, silence=5, attempts=1)
    with pytest.raises(DownloadError, match="the time is up"):
        download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=patience)
    assert len(server.requests) == 1


def test_a_steady_answer_may_take_longer_than_a_silence(server: FaultyServer, tmp_path: Path) -> None:
    server.faults = ["steady"]
    download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=Patience(silence=0.1, slowest=100, attempts=1))
    assert (tmp_path / NAME).read_bytes() == DATA


def test_a_chunk_whose_size_is_none_is_a_broken_answer(server: FaultyServer, tmp_path: Path) -> None:
    server.faults = ["bad chunk"]
    with pytest.raises(DownloadError, match="IncompleteRead"):
        download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=Clock().patience(attempts=1))


def test_a_mirror_without_attempts_was_not_asked(server: FaultyServer, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="was not asked"):
        download_mnist(tmp_path, mirrors=[server.url], files=ONE, patience=Clock().patience(attempts=0))


def test_a_mirror_that_is_not_there_is_no_end(other: FaultyServer, tmp_path: Path) -> None:
    with FaultyServer({}) as gone:
        pass
    clock = Clock()
    download_mnist(tmp_path, mirrors=[gone.url, other.url], files=SMALL, patience=clock.patience())
    assert len(clock.slept) == 3  # for the first file only: the mirror that answered is asked first from then on
    assert len(names(tmp_path)) == 4


def test_two_downloads_at_once_ask_once(server: FaultyServer, tmp_path: Path) -> None:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            download_mnist(tmp_path, mirrors=[server.url], files=SMALL)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(server.requests) == 4
    assert len(names(tmp_path)) == 4


def test_a_download_that_another_never_finishes_is_not_waited_for_forever(server: FaultyServer, tmp_path: Path) -> None:
    with locked(tmp_path / ".lock"), pytest.raises(FileError, match="another process holds"):
        download_mnist(tmp_path, mirrors=[server.url], files=SMALL, patience=Clock().patience(deadline=30))


def test_what_a_killed_download_left_is_cleared_away(server: FaultyServer, tmp_path: Path) -> None:
    (tmp_path / f".{NAME}.0123456789ab.tmp").write_bytes(b"half")
    (tmp_path / ".lock").touch()
    download_mnist(tmp_path, mirrors=[server.url], files=SMALL)
    assert len(names(tmp_path)) == 4


def test_a_cache_that_cannot_be_made_is_a_file_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="choose a folder"):
        download_mnist(tmp_path / "file" / "mnist", mirrors=[], files=SMALL)


def test_a_disk_that_will_not_take_the_bytes_is_no_mirrors_fault(
    server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(download_module, "fetch", full)
    with pytest.raises(FileError, match="no space left"):
        download_mnist(tmp_path, mirrors=[server.url, server.url], files=ONE)


@pytest.mark.parametrize("address", ["http://example.org/", "ftp://example.org/", "file:///etc/passwd", "", "data:,x"])
def test_only_https_is_asked(address: str) -> None:
    with pytest.raises(RefusedError):
        check_address(address)


def test_https_is_never_left_for_http_not_even_on_this_machine() -> None:
    check_address("https://example.com/a", "https://example.org/b")
    check_address("http://localhost:1/a", "http://127.0.0.1:2/b")
    for url in ("http://example.org/a", "http://127.0.0.1/a", "http://[::1]/a"):
        with pytest.raises(RefusedError):
            check_address(url, "https://example.org/b")


def test_an_https_mirror_is_spoken_to_in_tls(tmp_path: Path) -> None:
    with FaultyServer(PACKED) as plain:  # speaks no TLS, so the handshake fails: that much reaches it
        mirror = plain.url.replace("http:", "https:")
        with pytest.raises(DownloadError, match=r"(?i)ssl|tls|record|timed out|version"):
            download_mnist(tmp_path, mirrors=[mirror], files=ONE, patience=Clock().patience(attempts=1))
    with contextlib.suppress(IndexError):
        assert plain.requests[0][0] != f"/{NAME}.gz"
