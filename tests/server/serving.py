"""The app served by this very process, on loopback, and a client that sends exactly the bytes it is told to.

with running() as site:
    site.ask("GET", "/api/networks").json()
    site.raw(b"GET / HTTP/1.1\\r\\n\\r\\n")
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from starlette.types import ASGIApp
from tests.waiting import PATIENCE, until

from digitlens.digits.dataset import DataSet
from digitlens.digits.synthetic.pen.writer import pen_data
from digitlens.server.http.address import Address, listen
from digitlens.server.http.doors import Public
from digitlens.server.http.limits import Limits
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_app
from digitlens.server.http.server import Server
from digitlens.server.training.data_sets import DataSets

HOUR = 3_600.0
PATIENT = Limits(  # however busy the machine is, no honest client is taken for one that stalls
    header_seconds=HOUR,
    body_pause=HOUR,
    body_seconds=HOUR,
    linger=HOUR,
    stalled_http=HOUR,
    stalled_websocket=HOUR,
)


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP."""

    status: int  # 0: hung up without a word
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Site:
    """A running server."""

    address: Address
    server: Server
    guard: Any

    @property
    def host(self) -> str:
        return f"{self.address.host}:{self.address.port}"

    def connect(self, timeout: float = PATIENCE) -> socket.socket:
        return socket.create_connection((self.address.host, self.address.port), timeout)

    def raw(self, data: bytes, timeout: float = PATIENCE) -> Reply:
        """The answer to these bytes."""
        with self.connect(timeout) as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
            return reply(connection)

    def ask(
        self, method: str, path: str, *headers: tuple[str, str], body: bytes | None = None, host: str | None = ""
    ) -> Reply:
        """The answer to one request; host: another one than ours, or None for no Host header at all."""
        lines = [f"{method} {path} HTTP/1.1"]
        lines += [f"Host: {host or self.host}"] if host is not None else []
        lines += [f"{name}: {value}" for name, value in headers] + ["Connection: close"]
        lines += [f"Content-Length: {len(body)}"] if body is not None else []
        return self.raw("\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b""))

    def upgrade(self, path: str, *headers: tuple[str, str], host: str | None = "") -> Reply:
        """The answer to the wish for a WebSocket; 101 grants it."""
        key = ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13")
        lines = [f"GET {path} HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Host: {host or self.host}"] if host is not None else []
        lines += [f"{name}: {value}" for name, value in (*key, *headers)]
        return self.raw("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def connections(self) -> int:
        return len(self.server.server_state.connections)


def connected_from(site: Site, address: str) -> socket.socket:
    """A connection of another client than this one."""
    try:
        return socket.create_connection((site.address.host, site.address.port), PATIENCE, (address, 0))
    except OSError:
        pytest.skip("clients with several addresses were not tried: this system has only one on loopback")


def reply(connection: socket.socket) -> Reply:
    """One answer, read until it is complete."""
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            got = connection.recv(1 << 16)
            if not got:
                return Reply(0, {}, data)
            data += got
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        while len(body) < length and (got := connection.recv(1 << 16)):
            body += got
    except ConnectionError:
        return Reply(0, {}, data)
    return Reply(int(first.split()[1]), headers, body[:length])


def few() -> DataSets:
    """Some hundred digits for MNIST and for the pen's: nothing is looked for on the disk, and nothing takes long."""
    return DataSets(loaded={"mnist": replace(_few(), name="mnist"), "pen": _few()})


@functools.cache
def _few() -> DataSet:
    return pen_data(0, 300, 200)


@contextlib.contextmanager
def running(
    make: Callable[[Address], ASGIApp] | None = None,
    host: str = "127.0.0.1",
    token: str = "",
    limits: Limits = PATIENT,
    sets: DataSets | None = None,
    public: Public | None = None,
    embed: tuple[str, ...] = (),
) -> Iterator[Site]:
    """The app, or what `make` makes for the address, served in a thread until the block ends. sets: few() if None."""
    try:
        listener, number = listen(host, 0)
    except Exception as error:
        pytest.skip(f"the server was not tested: no loopback address here ({error})")
    address = Address(number, listener.getsockname()[1], host, token, public, embed)
    app = make(address) if make else create_app(Networks(), address, limits=limits, sets=sets or few())
    server = Server(app)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield Site(address, server, app)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the server does not end"
