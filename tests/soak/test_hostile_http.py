"""Minutes of hostile clients: an honest visitor is served all the while, and the server's memory stays what it was."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import socket
import statistics
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.server.http.test_ending import started
from tests.server.http.test_live import UPGRADE, frame
from tests.server.training.test_live_training import pictures
from tests.soak.draw import count, seed
from tests.soak.test_picture_mutants import mutant, originals
from tests.waiting import PATIENCE

from digitlens.digits.sources.examples import example_files

FULL = 600  # seconds
ATTACKERS = 6
SHORT = 5
REST = 6.0  # seconds until the last of them has been given up
GROWTH = 24 * 2**20  # bytes, from the first rest to the last
SETTLING = 100 * 2**20  # the same in the short run, whose first rest comes after a second
MOST = 400 * 2**20  # bytes, under attack
EXAMPLES = [path.read_bytes() for path in example_files()]
TARGETS = [
    "/",
    "/api/read",
    "/api/live",
    "/api/networks",
    "/api/images?on=training",
    "/networks/video.digitlens",
    "/..%2f",
    "//x",
]

Attack = Callable[["Attacker", socket.socket], None]


class Attacker:
    """One hostile client after the other, from a seed."""

    def __init__(self, port: int, drawn: int) -> None:
        self.port, self.rng, self.numbers = port, random.Random(drawn), np.random.default_rng(drawn)
        self.pictures = originals()
        self.done = 0

    def strike(self) -> None:
        """One attack, drawn at random; that the server hangs up or lets us wait is its good right."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as connection:
            connection.settimeout(self.rng.choice([0.02, 0.1, 0.5]))
            self.rng.choice(ATTACKS)(self, connection)
            if self.rng.random() < 0.7:
                connection.recv(1 << 16)
        self.done += 1

    def head(self, method: str = "GET", *headers: str) -> bytes:
        """A request's header, mostly honest."""
        host = f"127.0.0.1:{self.port}" if self.rng.random() < 0.9 else self.rng.choice(["evil.com", "", "localhost."])
        path = self.rng.choice(TARGETS) if method == "GET" else "/api/read"
        return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", *headers, "", ""]).encode()

    def damaged(self, data: bytes) -> bytes:
        return mutant(data, self.numbers)


def noise(attacker: Attacker, connection: socket.socket) -> None:
    connection.sendall(attacker.rng.randbytes(attacker.rng.randrange(1, 4_000)))


def damaged_request(attacker: Attacker, connection: socket.socket) -> None:
    method = attacker.rng.choice(["GET", "POST", "TRACE", "DELETE", "HEAD"])
    connection.sendall(attacker.damaged(attacker.head(method, "Content-Length: 5", "Origin: null") + b"12345"))


def half_a_request(attacker: Attacker, connection: socket.socket) -> None:
    data = attacker.head("POST", "Content-Length: 5000000") + bytes(100_000)
    connection.sendall(data[: attacker.rng.randrange(1, len(data))])


def pipeline(attacker: Attacker, connection: socket.socket) -> None:
    connection.sendall(b"".join(attacker.head() for _ in range(200)))


def damaged_picture(attacker: Attacker, connection: socket.socket) -> None:
    picture = attacker.damaged(attacker.rng.choice(attacker.pictures))
    connection.sendall(attacker.head("POST", f"Content-Length: {len(picture)}") + picture)


def large_body(attacker: Attacker, connection: socket.socket) -> None:
    size = attacker.rng.randrange(1 << 20, 12 << 20)
    if attacker.rng.random() < 0.5:
        connection.sendall(attacker.head("POST", f"Content-Length: {size}"))
        connection.sendall(bytes(size))
    else:
        connection.sendall(attacker.head("POST", "Transfer-Encoding: chunked"))
        for _ in range(size >> 16):
            connection.sendall(b"10000\r\n" + bytes(1 << 16) + b"\r\n")


def large_header(attacker: Attacker, connection: socket.socket) -> None:
    connection.sendall(attacker.head("GET", *(f"X-{i}: {'a' * 90}" for i in range(attacker.rng.randrange(1, 3_000)))))


def websocket(attacker: Attacker, connection: socket.socket) -> None:
    host = f"Host: 127.0.0.1:{attacker.port}"
    connection.sendall(f"GET /api/live HTTP/1.1\r\n{host}\r\n{UPGRADE}\r\n\r\n".encode())
    connection.recv(1 << 16)
    for _ in range(attacker.rng.randrange(1, 40)):
        opcode = attacker.rng.choice([0, 1, 1, 1, 2, 8, 9, 10])
        text = attacker.rng.choice(
            [b'{"type": "ping"}', b"[" * 50_000, b'{"type": NaN}', b"\xff", struct.pack("!H", 1000)]
        )
        data = frame(opcode, text, fin=attacker.rng.random() < 0.8)
        connection.sendall(attacker.damaged(data) if attacker.rng.random() < 0.3 else data)


def trainer(attacker: Attacker, connection: socket.socket) -> None:
    """One of a few visitors, who orders, pauses, compares and forgets as it comes, and reads nothing."""
    rng, host = attacker.rng, f"Host: 127.0.0.1:{attacker.port}"
    connection.sendall(f"GET /api/live HTTP/1.1\r\n{host}\r\n{UPGRADE}\r\n\r\n".encode())
    connection.recv(1 << 16)
    connection.sendall(frame(1, json.dumps({"type": "visit", "visitor": f"{rng.randrange(4):032x}"}).encode()))
    for _ in range(rng.randrange(1, 60)):
        recipe = {"epochs": rng.choice([1, 5, 100_000, 0]), "hidden": rng.choice([[], [8], [300], [10_000]])}
        recipe |= {
            "learning_rate": rng.choice([0.1, 1e6, -1]),
            "validation": rng.randrange(100),
            "seed": rng.randrange(9),
        }
        recipe |= {"labels": rng.choice(["true", "random"]), "activation": rng.choice(["relu", "identity"])}
        message = rng.choice(
            [
                {
                    "type": "train",
                    "number": 1,
                    "recipe": recipe,
                    "data": "folder",
                    "go": rng.choice(["run", "nothing"]),
                },
                {"type": "compare", "number": 2, "recipes": [{}, recipe], "data": "folder", "seeds": rng.randrange(12)},
                {"type": "go", "how": rng.choice(["run", "example", "mini_batch", "epoch", "away"])},
                {"type": "pause"},
                {"type": "moment", "at": rng.randrange(1_000), "ask": 1},
                {"type": rng.choice(["forget", "visit", "dance"])},
            ]
        )
        data = frame(1, json.dumps(message).encode())
        connection.sendall(attacker.damaged(data) if rng.random() < 0.05 else data)
    time.sleep(rng.random() / 5)


def flood(attacker: Attacker, connection: socket.socket) -> None:
    host = f"Host: 127.0.0.1:{attacker.port}"
    connection.sendall(f"GET /api/live HTTP/1.1\r\n{host}\r\n{UPGRADE}\r\n\r\n".encode())
    piece = attacker.rng.choice([frame(9, b"x" * 125), frame(1, b'{"type": "ping"}'), frame(1, b"", fin=False)])
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        connection.sendall(piece * 500)


def crowd(attacker: Attacker, connection: socket.socket) -> None:
    with contextlib.ExitStack() as held:
        for _ in range(100):
            more = held.enter_context(socket.create_connection(("127.0.0.1", attacker.port), 5))
            more.sendall(attacker.head()[: attacker.rng.randrange(200)])


def deaf(attacker: Attacker, connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.sendall(attacker.head() * 50)
    time.sleep(0.3)


ATTACKS: list[Attack] = [noise, damaged_request, half_a_request, pipeline, damaged_picture, damaged_picture]
ATTACKS += [large_body, large_header, websocket, websocket, trainer, trainer, flood, crowd, deaf]


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) * 1024


def honest(port: int, digit: int) -> float:
    """Have one picture read; how long it took."""
    began = time.monotonic()
    for _ in range(100):  # told to come back: one connection too many, or this thread was too slow
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("POST", "/api/read", EXAMPLES[digit])
            answer = connection.getresponse()
            body = answer.read()
        if answer.status not in (408, 503):
            break
        time.sleep(0.05)
    assert (answer.status, json.loads(body)["digit"]) == (200, digit)
    return time.monotonic() - began


@pytest.mark.soak
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="hostile clients were not tried: this system has no /proc"
)
def test_hostile_clients_disturb_nobody_and_leave_memory_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = FULL if count(FULL) == FULL else SHORT
    drawn = seed()
    monkeypatch.setenv("DIGITLENS_RUNS", str(tmp_path / "runs"))
    with started("--data", str(pictures(tmp_path / "three"))) as (process, port):
        attackers = [Attacker(port, drawn + number) for number in range(ATTACKERS)]
        early, first = under_attack(process, port, attackers, seconds / 5)
        late, last = under_attack(process, port, attackers, seconds * 4 / 5)
        files = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE)
    waits, memory = ([*one, *other] for one, other in zip(early, late, strict=True))
    attacks = sum(attacker.done for attacker in attackers)
    print(
        f"{attacks:,} attacks in {seconds} s; an honest visitor waited {statistics.median(waits):.3f} s, at most "
        f"{max(waits):.3f} s; memory at most {max(memory) >> 20} MiB, at rest after a fifth of the time "
        f"{first / 2**20:.1f}, at the end {last / 2**20:.1f}; {files} files open at the end"
    )
    assert (process.returncode, said) == (0, "")
    assert all(attacker.done for attacker in attackers)
    assert last - first < (GROWTH if seconds == FULL else SETTLING)
    assert files < 30
    assert max(memory) < MOST


def under_attack(
    process: subprocess.Popen[str], port: int, attackers: list[Attacker], seconds: float
) -> tuple[tuple[list[float], list[int]], int]:
    """How long an honest visitor waits meanwhile, and how much memory the server holds then; and once it is at rest."""
    stop = threading.Event()

    def attack(attacker: Attacker) -> None:
        while not stop.is_set():
            attacker.strike()

    threads = [threading.Thread(target=attack, args=(attacker,), daemon=True) for attacker in attackers]
    for thread in threads:
        thread.start()
    waits, memory = [honest(port, 7)], [resident(process.pid)]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        waits.append(honest(port, len(waits) % 10))
        memory.append(resident(process.pid))
        time.sleep(0.1)
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    time.sleep(REST)
    honest(port, 7)
    return (waits, memory), resident(process.pid)
