"""Does it cost a run anything to be watched, and to be watched by pages that never read?

    python benchmarks/streaming.py --rounds 5

The app runs in a process of its own, as `digitlens app` starts it; the pages are one more process, with a WebSocket
each, all of them on one visitor's run. Rounds take turns, A B B A: the pages that read alone, and the same with others
beside them that ask for the run and then never read; those come back whenever they have been dropped. The exit code is
1 if the run takes more than a tenth longer with the stalled pages than without them, or if a page that reads gets fewer
than twenty updates a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import secrets
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from digitlens.cli.terminal import out, print_json, say

COST, UPDATES = 1.10, 20.0  # the run's time with stalled pages over that without; frames a second to a page that reads
BACK = 3.0  # seconds after which a stalled page comes back: it has been dropped by then
PATIENCE = 120.0  # seconds for one run
BINARY, PING, PONG = 2, 9, 10  # opcodes
UPGRADE = (
    "GET /api/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def message(**fields: Any) -> bytes:
    """A text message as a page sends it, with a mask of zeros."""
    text = json.dumps(fields).encode()
    length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + struct.pack("!H", len(text))
    return b"\x81" + length + bytes(4) + text


class Page:
    """A page that reads all that comes, and counts."""

    def __init__(self, port: int, visitor: str) -> None:
        self._port, self._visitor = port, visitor
        self.frames = self.bytes = 0  # of the run
        self.header: dict[str, Any] = {}  # of the newest one
        self.news = asyncio.Event()

    async def open(self) -> None:
        """Connect, and say who is there."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(UPGRADE.format(port=self._port).encode())
        assert (await self._reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        await self._receive()  # hello
        self.send(type="visit", visitor=self._visitor)

    def send(self, **fields: Any) -> None:
        """Say something."""
        self._writer.write(message(**fields))

    async def listen(self) -> None:
        """Read until the connection ends."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                opcode, data = await self._receive()
                if opcode == PING:
                    self._writer.write(bytes([0x80 | PONG, 0x80 | len(data)]) + bytes(4) + data)
                elif opcode == BINARY:
                    header = json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
                    if header["type"] == "run":
                        self.frames, self.bytes, self.header = self.frames + 1, self.bytes + len(data), header
                        self.news.set()

    async def _receive(self) -> tuple[int, bytes]:
        """The next message: its opcode, and what is in it."""
        first, length = await self._reader.readexactly(2)
        if length > 125:
            kind, size = ("!H", 2) if length == 126 else ("!Q", 8)
            (length,) = struct.unpack(kind, await self._reader.readexactly(size))
        return first & 15, await self._reader.readexactly(length)

    def close(self) -> None:
        """Go."""
        self._writer.close()


def deaf(port: int, visitor: str) -> socket.socket:
    """A page that asks for a run and never reads, with hardly a buffer of its own."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.settimeout(10)
    connection.connect(("127.0.0.1", port))
    connection.sendall(UPGRADE.format(port=port).encode())
    said = b""
    while b"hello" not in said:
        said += connection.recv(1_024)
    connection.sendall(message(type="visit", visitor=visitor))
    return connection


async def stay_deaf(port: int, visitor: str) -> None:
    """One that comes back again and again, until cancelled."""
    while True:
        with contextlib.suppress(OSError), await asyncio.to_thread(deaf, port, visitor):
            await asyncio.sleep(BACK)


@dataclass(frozen=True)
class Watched:
    """One run, watched."""

    seconds: float  # from the order to the frame of the whole run
    training: float  # seconds of these in the engine
    updates: list[float]  # a second, for each page that reads
    frame: float  # bytes of a frame, mean


async def watched(port: int, recipe: dict[str, Any], data: str, reading: int, stalled: int) -> Watched:
    """A run from its order to its end, with so many pages that read, and so many that never do."""
    visitor = secrets.token_hex(16)
    pages = [Page(port, visitor) for _ in range(reading)]
    for page in pages:
        await page.open()
    tasks = [asyncio.create_task(page.listen()) for page in pages]
    tasks += [asyncio.create_task(stay_deaf(port, visitor)) for _ in range(stalled)]
    await asyncio.sleep(0.5)  # all of them are there
    leader, began = pages[0], time.perf_counter()
    leader.send(type="train", number=1, recipe=recipe, base="video", data=data, go="run")
    async with asyncio.timeout(PATIENCE):
        while leader.header.get("state") not in ("finished", "failed", "diverged"):
            leader.news.clear()
            await leader.news.wait()
    seconds = time.perf_counter() - began
    assert leader.header["state"] == "finished", leader.header["error"]
    frames, size = [page.frames for page in pages], sum(page.bytes for page in pages)
    leader.send(type="forget")
    for page in pages:
        page.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    each = [count / seconds for count in frames]
    return Watched(seconds, leader.header["seconds"], each, size / max(1, sum(frames)))


def serve(runs: str) -> tuple[subprocess.Popen[str], int]:
    """The app in a process of its own, and its port. `runs`: where it keeps its checkpoints."""
    command = [sys.executable, "-m", "digitlens", "app", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"DIGITLENS_RUNS": runs})
    assert process.stdout is not None
    found = re.search(r":(\d+)/", process.stdout.readline())
    assert found is not None, "the app did not start"
    return process, int(found[1])


def memory(pid: int) -> float:
    """MiB that a process holds; not a number where the system does not say."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return float("nan")
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS")) / 1024


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=6, show_default=True, help="Runs of each kind.")
@click.option("--pages", type=click.IntRange(1, 64), default=32, show_default=True, help="In all.")
@click.option("--stalled", type=click.IntRange(0, 63), default=8, show_default=True, help="Of these never read.")
@click.option("--epochs", type=click.IntRange(1), default=120, show_default=True, help="Of a run.")
@click.option("--data", type=click.Choice(["mnist", "pen"]), default="mnist", show_default=True, help="Learned from.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
def main(rounds: int, pages: int, stalled: int, epochs: int, data: str, as_json: bool) -> None:
    """Measure what a run costs that is watched by many pages, some of which never read."""
    reading, recipe = pages - stalled, {"epochs": epochs}
    without: list[Watched] = []
    beside: list[Watched] = []
    folder = tempfile.TemporaryDirectory()
    process, port = serve(folder.name)
    try:
        asyncio.run(watched(port, {"epochs": 3}, data, 1, 0))  # what is loaded with the first run is not measured
        before = memory(process.pid)
        for number in range(rounds):
            kinds = [(without, 0), (beside, stalled)]
            for results, deaf_ones in kinds if number % 2 == 0 else kinds[::-1]:
                results.append(asyncio.run(watched(port, recipe, data, reading, deaf_ones)))
        alone = asyncio.run(watched(port, recipe, data, 1, 0))
        after = memory(process.pid)
    finally:
        process.terminate()
        process.wait(10)
        folder.cleanup()
    times = [statistics.median(one.seconds for one in kind) for kind in (without, beside)]
    ratio, updates = times[1] / times[0], [rate for one in beside for rate in one.updates]
    good = ratio <= COST and min(updates) >= UPDATES
    told = {"pages": pages, "stalled": stalled, "epochs": epochs, "data": data, "rounds": rounds, "good": good}
    told |= {"seconds_without": times[0], "seconds_with": times[1], "ratio": ratio, "seconds_one_page": alone.seconds}
    told |= {"updates_least": min(updates), "updates_median": statistics.median(updates)}
    told |= {"bytes_a_frame": beside[-1].frame, "memory_before": before, "memory_after": after}
    if as_json:
        print_json(told)
    else:
        console = out()
        say(console, f"a run of {epochs} epochs on {data}, watched by {reading} pages that read: {times[0]:.2f} s")
        say(console, f"and by {stalled} more that never do: {times[1]:.2f} s, {ratio:.3f} times as long")
        say(console, f"watched by one page alone: {alone.seconds:.2f} s, {alone.training:.2f} s of them in the engine")
        rates = f"{statistics.median(updates):.1f} updates a second, at least {min(updates):.1f}"
        say(console, f"a page that reads, beside those that do not: {rates}, {beside[-1].frame / 1024:.0f} KiB each")
        say(console, f"memory of the server: {before:.0f} MiB before, {after:.0f} MiB after")
        wanted = f"wanted: at most {COST:g} times as long, and at least {UPDATES:g} updates a second"
        say(console, f"{wanted}: {'so it is' if good else 'that is missed'}")
    sys.exit(int(not good))


if __name__ == "__main__":
    main()
