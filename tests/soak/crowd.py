"""A crowd of clients of every kind at once, in a process of its own: python -m tests.soak.crowd PORT SECONDS SEED COUNT

COUNT clients come, do what their kind does, go, and are followed by others, from several addresses of this machine.
At the end it prints one line of JSON: how many of each kind there were, and which answers honest ones got.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.server.http.test_limits import UPGRADES, WEBSOCKET
from tests.server.http.test_live import UPGRADE, frame

from digitlens.digits.sources.examples import example_files

ADDRESSES = [f"127.0.0.{number}" for number in range(2, 10)]
PICTURES = [path.read_bytes() for path in example_files()]
PATIENCE = 5.0  # seconds that a client waits for an answer before it goes
LARGE = b'{"type": "ping", "x": [' + b"1," * 32_000 + b"1]}"  # a message of 64 KB
VISITORS = 40  # names, so that some come back, and some watch the same


class Client:
    """One client and its connection."""

    def __init__(self, port: int, rng: random.Random, answers: Counter[str]) -> None:
        self.port, self.rng, self.answers = port, rng, answers

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        place = (self.rng.choice(ADDRESSES), 0) if sys.platform == "linux" else None
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=place)

    def head(self, method: str, path: str, *headers: str) -> bytes:
        return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *headers, "", ""]).encode()

    async def answer(self, reader: asyncio.StreamReader) -> int:
        """The status of an answer that is read to its end."""
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split()[1])
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line.split(b":")[1]))
        return status

    async def post(self, writer: asyncio.StreamWriter, path: str, body: bytes) -> None:
        writer.write(self.head("POST", path, f"Content-Length: {len(body)}") + body)
        await writer.drain()

    async def live(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A WebSocket."""
        reader, writer = await self.connect()
        writer.write(self.head("GET", "/api/live", UPGRADE))
        await reader.readuntil(b"\r\n\r\n")
        return reader, writer

    def say(self, writer: asyncio.StreamWriter, **message: object) -> None:
        writer.write(frame(1, json.dumps(message).encode()))

    def visit(self, writer: asyncio.StreamWriter, name: int) -> None:
        self.say(writer, type="visit", visitor=f"{name:032x}")

    def train(self, writer: asyncio.StreamWriter) -> None:
        recipe = {"epochs": 10_000, "hidden": [self.rng.choice([16, 100, 300])], "validation": 0}
        self.say(writer, type="train", number=1, recipe=recipe, data="folder")

    async def listen(self, reader: asyncio.StreamReader, seconds: float) -> None:
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(seconds):
                while await reader.read(1 << 16):
                    pass


async def reader(client: Client) -> None:
    """Has digits read, one after the other."""
    incoming, outgoing = await client.connect()
    with contextlib.closing(outgoing):
        for _ in range(client.rng.randrange(1, 5)):
            await client.post(outgoing, "/api/read", client.rng.choice(PICTURES))
            client.answers[f"read {await client.answer(incoming)}"] += 1
            await asyncio.sleep(client.rng.random())


async def drawer(client: Client) -> None:
    """Opens the page, stays, and says that it is there."""
    incoming, outgoing = await client.connect()
    with contextlib.closing(outgoing):
        for path in ("/", "/api/networks", "/networks/video.digitlens"):
            outgoing.write(client.head("GET", path))
            client.answers[f"get {await client.answer(incoming)}"] += 1
    incoming, outgoing = await client.live()
    with contextlib.closing(outgoing):
        for _ in range(5):
            client.say(outgoing, type="ping")
            await client.listen(incoming, 0.5)


async def trainer(client: Client) -> None:
    """Trains for a while and watches; some leave the run behind."""
    incoming, outgoing = await client.live()
    with contextlib.closing(outgoing):
        client.visit(outgoing, client.rng.randrange(VISITORS))
        client.train(outgoing)
        await client.listen(incoming, 4 * client.rng.random())
        client.say(outgoing, type=client.rng.choice(["pause", "forget", "ping"]))
        await outgoing.drain()


async def watcher(client: Client) -> None:
    """Watches the run of somebody else."""
    incoming, outgoing = await client.live()
    with contextlib.closing(outgoing):
        client.visit(outgoing, client.rng.randrange(VISITORS))
        await client.listen(incoming, 3)


async def vanishing(client: Client) -> None:
    """Orders a run and is gone at once."""
    _, outgoing = await client.live()
    client.visit(outgoing, client.rng.getrandbits(100) + VISITORS)
    client.train(outgoing)
    await outgoing.drain()
    await asyncio.sleep(client.rng.random() / 2)
    outgoing.transport.abort()


async def stalled(client: Client) -> None:
    """Begins something and goes no further: a header, a body, a download that it does not take."""
    incoming, outgoing = await client.connect()
    with contextlib.closing(outgoing):
        half = client.head("POST", "/api/read", "Content-Length: 4000000") + bytes(1_000_000)
        many = client.head("GET", "/networks/reader.digitlens") * 20
        outgoing.write(client.rng.choice([half, half[:40], many, b""]))
        incoming._transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(6)


async def flooding(client: Client) -> None:
    """Sends as fast as it can: large messages, pings, requests."""
    if client.rng.random() < 0.3:
        incoming, outgoing = await client.connect()
        data = client.head("GET", "/api/networks") * 50
    else:
        incoming, outgoing = await client.live()
        data = client.rng.choice([frame(1, LARGE), frame(9, b"x" * 125) * 500, frame(1, b'{"type": "ping"}') * 500])
    listening = asyncio.create_task(client.listen(incoming, 3))
    with contextlib.closing(outgoing):
        until = time.monotonic() + 2
        while time.monotonic() < until and not outgoing.is_closing():
            outgoing.write(data)
            await outgoing.drain()
            await asyncio.sleep(0)
    listening.cancel()


async def malformed(client: Client) -> None:
    """Sends what is no request, and upgrades that cannot be."""
    incoming, outgoing = await client.connect()
    with contextlib.closing(outgoing):
        if client.rng.random() < 0.3:
            outgoing.write(client.rng.randbytes(client.rng.randrange(1, 4_000)))
        else:
            method, path, headers = client.rng.choice(list(UPGRADES.values()))
            lines = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n{WEBSOCKET}{headers}\r\n"
            outgoing.write(lines.encode("latin-1"))
        await client.listen(incoming, 6)


async def hanging_up(client: Client) -> None:
    """Posts a page, or a digit, and hangs up."""
    _, outgoing = await client.connect()
    await client.post(outgoing, client.rng.choice(["/api/read?page=1", "/api/read"]), client.rng.choice(PICTURES))
    await asyncio.sleep(client.rng.random() / 5)
    outgoing.transport.abort()


KINDS: list[Callable[[Client], Awaitable[None]]] = [
    reader,
    drawer,
    trainer,
    watcher,
    vanishing,
    stalled,
    flooding,
    malformed,
    hanging_up,
]


async def crowd(port: int, seconds: float, seed: int, count: int) -> dict[str, int]:
    """So many clients at once for so long; how many of each kind there were, and the answers of honest ones."""
    until, done, answers = time.monotonic() + seconds, Counter[str](), Counter[str]()

    async def come_and_go(number: int) -> None:
        rng = random.Random(seed + number)
        while time.monotonic() < until:
            kind = rng.choice(KINDS)
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(4 * PATIENCE):
                    await kind(Client(port, rng, answers))
            done[kind.__name__] += 1
            await asyncio.sleep(rng.random())

    await asyncio.gather(*(come_and_go(number) for number in range(count)))
    return {**done, **answers}


if __name__ == "__main__":
    port, seconds, seed, count = map(int, sys.argv[1:])
    print(json.dumps(asyncio.run(crowd(port, seconds, seed, count))))
