"""Hundreds of clients of every kind at once: honest ones are served, and afterwards the server is what it was before.

In full (`make soak`): ten minutes of 300 clients; of single readings 99 in 100 are answered within a second. In short
nothing is said about times, because a busy machine may take longer.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.http.test_limits import UPGRADES, WEBSOCKET
from tests.server.http.test_live import UPGRADE, frame
from tests.server.training.test_live_training import pictures
from tests.soak.counted_server import ROOT, Counted, counted_server
from tests.soak.draw import count, seed
from tests.waiting import PATIENCE, until

from digitlens.digits.sources.examples import example_files
from digitlens.server.training.visitors import AWAY

FULL = 600  # seconds
CROWD = 300  # clients at once
GROWTH = 64 * 2**20  # bytes, from before the crowd to after it
WITHIN = 1.0  # seconds, for 99 in 100 single readings
EXAMPLES = [path.read_bytes() for path in example_files()]

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here: crowds were not tried"),
]
full = count(FULL) == FULL


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Counted]:
    """A server that has done everything once, so that all its modules are loaded."""
    with counted_server(pictures(tmp_path / "three"), tmp_path / "runs") as server:
        subprocess.run(crowd(server, 5, 0, 40), cwd=ROOT, check=True, capture_output=True, timeout=PATIENCE)
        rests(server)
        yield server


def crowd(server: Counted, seconds: int, drawn: int, clients: int) -> list[str]:
    return [sys.executable, "-m", "tests.soak.crowd", *map(str, (server.port, seconds, drawn, clients))]


def rests(server: Counted) -> dict[str, int]:
    """Wait until it holds nothing for anybody: no connection, body, job, page, visitor, run; what it counts then."""
    until(lambda: not any(value for name, value in server.counts().items() if name != "threads"))
    return server.counts()


def honest(port: int, digit: int) -> float | None:
    """Have one picture read; how long it took, or None if it was told to come back later."""
    began = time.monotonic()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("POST", "/api/read", EXAMPLES[digit])
        answer = connection.getresponse()
        body = answer.read()
    if answer.status == 503:
        return None
    assert (answer.status, json.loads(body)["digit"]) == (200, digit)
    return time.monotonic() - began


def test_in_a_crowd_honest_clients_are_served_and_the_server_stays_what_it_was(server: Counted) -> None:
    seconds = FULL if full else 8
    threads, handles, memory = rests(server)["threads"], server.handles(), server.memory()
    waits, most = list[float | None](), memory
    command = crowd(server, seconds, seed(), CROWD if full else 60)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        while running.poll() is None:
            waits.append(honest(server.port, len(waits) % 10))
            most = max(most, server.memory())
            time.sleep(0.05)
        said, _ = running.communicate()
    assert running.returncode == 0
    after = rests(server)
    until(lambda: server.handles() <= handles)
    until(lambda: server.memory() - memory < GROWTH)  # what was freed goes back every ten seconds
    grown = server.memory() - memory
    times = sorted(wait for wait in waits if wait is not None)
    print(
        f"{said.strip()}\n{len(times):,} honest readings in {seconds} s: median {statistics.median(times):.3f} s, "
        f"99 in 100 within {times[int(0.99 * len(times))]:.3f} s, the longest {times[-1]:.3f} s, "
        f"{len(waits) - len(times)} told to come back; memory {memory / 2**20:.0f} MiB before, at most "
        f"{most / 2**20:.0f}, {grown / 2**20:+.0f} afterwards; {after['threads']} threads, {handles} files"
    )
    assert after["threads"] <= threads
    assert len(times) > 0.98 * len(waits)
    if full:
        assert times[int(0.99 * len(times))] <= WITHIN


def test_a_thousand_visitors_who_vanish_leave_no_run_behind(server: Counted) -> None:
    visitors, memory, at_once = count(1_000), server.memory(), 16
    most = 0

    def come_and_go(first: int) -> None:
        nonlocal most
        for number in range(first, visitors, at_once):
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as one:
                one.connect()
                upgrade = f"GET /api/live HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{UPGRADE}\r\n\r\n"
                one.sock.sendall(upgrade.encode())
                assert one.sock.recv(1 << 16).startswith(b"HTTP/1.1 101")
                for message in (
                    {"type": "visit", "visitor": f"{number:032x}"},
                    {"type": "train", "number": 1, "recipe": {"epochs": 10_000}, "data": "folder"},
                ):
                    one.sock.sendall(frame(1, json.dumps(message).encode()))
                time.sleep(0.2)
            with lock:
                most = max(most, server.counts()["queued"])

    lock = threading.Lock()
    threads = [threading.Thread(target=come_and_go, args=(first,)) for first in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = rests(server)
    print(f"{(server.memory() - memory) / 2**20:+.1f} MiB when the last one has gone")
    until(lambda: server.memory() - memory < GROWTH)
    grown = server.memory() - memory
    runs = f"at most {most} runs at once, {after['runs']} afterwards"
    print(f"{visitors} visitors vanished: {runs}, {grown / 2**20:+.1f} MiB")
    assert most <= AWAY + at_once + 1  # those without a page, those who are there, and one that ends


def test_hundreds_of_upgrades_that_cannot_be_are_closed_and_keep_nobody_waiting(server: Counted) -> None:
    kinds, began = list(UPGRADES.values()), time.monotonic()
    with contextlib.ExitStack() as held:
        for number in range(count(600)):
            one = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
            held.callback(one.close)
            one.connect()
            method, path, headers = kinds[number % len(kinds)]
            lines = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{WEBSOCKET}{headers}\r\n"
            one.sock.sendall(lines.encode("latin-1"))
        sent, waited = time.monotonic(), honest(server.port, 7)
        until(lambda: server.counts()["connections"] == 0)
        closed = time.monotonic() - sent
    print(f"{count(600)} upgrades in {sent - began:.1f} s, all closed {closed:.1f} s later; honest: {waited:.3f} s")
    assert waited is not None
    if full:
        assert closed < 6
        assert waited < 1


def test_sixty_sockets_of_large_messages_keep_nobody_waiting(server: Counted) -> None:
    large = frame(1, b'{"type": "ping", "x": [' + b"1," * 32_000 + b"1]}")
    stop, waits = threading.Event(), list[float]()

    def flood() -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as one:
            one.connect()
            upgrade = f"GET /api/live HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{UPGRADE}\r\n\r\n"
            one.sock.sendall(upgrade.encode())
            assert one.sock.recv(1 << 16).startswith(b"HTTP/1.1 101")  # no frame may come before
            with contextlib.suppress(OSError):
                while not stop.is_set():
                    one.sock.sendall(large)
                    one.sock.recv(1 << 16)

    threads = [threading.Thread(target=flood, daemon=True) for _ in range(60)]
    for thread in threads:
        thread.start()
    until(lambda: server.counts()["pages"] == 60)
    for _ in range(count(1_000)):
        began = time.monotonic()
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as one:
            one.request("GET", "/api/networks")
            assert one.getresponse().status == 200
        waits.append(time.monotonic() - began)
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    waits.sort()
    print(f"GET beside 60 floods: median {statistics.median(waits):.3f} s, the longest {waits[-1]:.3f} s")
    rests(server)
    if full:
        assert waits[int(0.99 * len(waits))] < 1
