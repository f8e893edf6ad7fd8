"""One connection to the server's own protocols and guard, over a pair of sockets in this process."""

from __future__ import annotations

import asyncio
import io
import re
import socket
from contextlib import redirect_stderr, suppress
from functools import cache
from typing import Any

from starlette.types import Receive, Scope, Send

from digitlens.server.http.address import Address
from digitlens.server.http.guard import Guard
from digitlens.server.http.protocol import Http, WebSocket
from digitlens.server.http.server import Server

ADDRESS = Address("127.0.0.1", 8484)
HOSTS = {b"127.0.0.1:8484", b"localhost:8484", b"[::1]:8484"}
TURNS = 12  # of the event loop, in which everything that can happen at once has happened
MOST_TURNS = 500  # within which a connection that is gone is forgotten
LARGEST = 1 << 16  # bytes that are sent
MOST_PIECES = 20  # in which they are sent, the rest in one


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Behind the guard: a body is counted, a message is sent back. Nobody else's page, and no other host, gets here."""
    named = [value for name, value in scope["headers"] if name.lower() == b"host"]
    assert len(named) == 1, named
    assert named[0] in HOSTS, named
    from_pages = [value for name, value in scope["headers"] if name.lower() == b"origin"]
    assert all(page.removeprefix(b"http://") in HOSTS for page in from_pages), from_pages
    if scope["type"] == "http":
        length = 0
        while True:
            message = await receive()
            length += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": str(length).encode()})
        return
    await receive()
    await send({"type": "websocket.accept"})
    with suppress(OSError):  # the client is gone
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message.get("text") or "binary"})


class Conversation:
    """A server that lasts for all connections, one after another."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(self._failed)
        self.guard = Guard(app, ADDRESS)
        server = Server(self.guard)
        self.config, self.state = server.config, server.server_state
        self.failure: BaseException | None = None

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.failure = context.get("exception") or AssertionError(context["message"])

    def hold(self, data: bytes) -> bytes:
        """Send all this, hang up, and give what the server has answered. Raises what went wrong in the server."""
        self.failure = None
        with redirect_stderr(io.StringIO()) as said:
            answer = self.loop.run_until_complete(self._hold(data))
        if self.failure is not None:
            raise self.failure
        assert not said.getvalue(), said.getvalue()
        assert not self.state.connections, "a connection is left"
        assert not self.state.tasks, "a task is left"
        assert self.guard.budgets.bodies.held == 0, "bytes of a body are still counted"
        assert self.guard.budgets.connections.held == 0, "a connection is still counted"
        assert not re.search(rb"HTTP/1\.1 500", answer), answer
        return answer

    async def _hold(self, data: bytes) -> bytes:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        transport, _ = await self.loop.connect_accepted_socket(lambda: Http(self.config, self.state, {}), theirs)
        answer = b""
        with ours:
            for piece in _pieces(data[:LARGEST]):
                with suppress(BlockingIOError, ConnectionError):
                    ours.send(piece)
                answer += await self._heard(ours)
            protocol = transport.get_protocol()
            upgraded = isinstance(protocol, WebSocket)
            assert answer or not upgraded or transport.is_closing(), "an upgrade was not answered"
        await asyncio.sleep(0)
        transport.abort()
        for _ in range(MOST_TURNS):
            await asyncio.sleep(0)
            if not self.state.connections and not self.state.tasks:
                break
        return answer

    async def _heard(self, ours: socket.socket) -> bytes:
        heard = b""
        for _ in range(TURNS):
            await asyncio.sleep(0)
            with suppress(BlockingIOError, ConnectionError):
                heard += ours.recv(1 << 16)
        return heard


def _pieces(data: bytes) -> list[bytes]:
    """A header by itself, and what follows by itself, as a client sends them that waits for an answer between."""
    pieces = re.split(rb"(?<=\r\n\r\n)", data, maxsplit=MOST_PIECES)
    return [piece for piece in pieces if piece]


@cache
def _conversation() -> Conversation:
    return Conversation()


def talk(data: bytes) -> bytes:
    """What the server answers to these bytes. Raises AssertionError, and whatever goes wrong in the server."""
    return _conversation().hold(data)
