"""uvicorn's two protocols, HTTP and WebSocket, with limits that uvicorn does not have.

HTTP       the header of a request must arrive within five seconds and fit into 16 KiB
WebSocket  a message may have only so many fragments; a client that sends pings and does not read is dropped; an upgrade
           that cannot become a WebSocket is answered, and its connection closed
both       connections are limited; a client that does not receive what is sent to it, or hardly anything of it, is
           dropped: a WebSocket after two seconds, else after ten
"""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol, RequestResponseCycle
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame
from websockets.protocol import State

from digitlens.server.http.address import BACKLOG
from digitlens.server.http.guard import MAX_HEADER
from digitlens.server.http.limits import Limits
from digitlens.server.http.responses import page_headers, refusal
from digitlens.server.sharing.budget import Claim, FullError
from digitlens.server.sharing.budgets import Budgets

SEND_BUFFER = 64 * 1024  # bytes that the system buffers for an HTTP client; beyond them, StallWatch sees what waits
SLOWEST = 4 * 1024  # bytes a second, of what waits for a client, that it must receive
MAX_LINE, MAX_LINES = 8_192, 128  # of the header of a WebSocket: bytes of a line, and lines; websockets takes no more
PIECE = 16 * 1024  # bytes that are read from a connection at a time
MAX_MESSAGE = 64 * 1024  # bytes of a WebSocket message
MAX_FRAGMENTS = 1_024  # of one message
MAX_UNREAD = 64 * 1024  # bytes of answers to pings
SHUTDOWN_SECONDS = 1  # for responses in progress when the app ends


class Config(uvicorn.Config):
    """uvicorn's configuration: our two protocols, their limits, and no logging."""

    def __init__(self, app: ASGIApp, limits: Limits, budgets: Budgets) -> None:
        super().__init__(
            app,
            loop="asyncio",
            http=Http,
            ws=WebSocket,
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=MAX_HEADER,
            ws_max_size=MAX_MESSAGE,
            ws_per_message_deflate=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        self.limits, self.budgets = limits, budgets


class _Paced(asyncio.BufferedProtocol):
    """A connection from which only a piece is read at a time, and the next one when that was handled, in its turn."""

    config: Config
    client: tuple[str, int] | None
    transport: asyncio.Transport
    _room: bytearray | None = None
    _arrived = b""

    @property
    def address(self) -> str:
        """The IP address of the client."""
        return self.client[0] if self.client else ""

    def get_buffer(self, sizehint: int) -> bytearray:
        """Where the next piece is written."""
        if self._room is None:
            self._room = bytearray(PIECE)
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """A piece has arrived."""
        assert self._room is not None
        self._arrived += bytes(self._room[:nbytes])
        self.transport.pause_reading()
        self.config.budgets.pieces.call(self.address, self._handle)

    def _handle(self) -> None:
        data, self._arrived = self._arrived, b""
        if not data or self.transport.is_closing():
            return
        if not self.held_back:
            self.transport.resume_reading()
        self.data_received(data)

    @property
    def held_back(self) -> bool:
        """Whether nothing may be read now for another reason."""
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        """Handle a piece."""
        raise NotImplementedError


class Http(H11Protocol, _Paced):
    """One HTTP connection."""

    config: Config
    _header_timer: asyncio.TimerHandle | None = None
    _claim: Claim | None = None

    @property
    def stalled(self) -> float:
        """Seconds after which a client that receives nothing is dropped."""
        return self.config.limits.stalled_http

    @property
    def held_back(self) -> bool:
        """Whether uvicorn does not want to read now."""
        return self.flow.read_paused

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected; it is refused if there are too many connections."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        try:
            self._claim = self.config.budgets.connections.claim(self.address, give_way=self._crowded_out)
        except FullError:
            self._crowded_out()
        else:
            self._wait_for_header()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed."""
        self._stop_waiting()
        self._give_back()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over to the other protocol, which counts it from then on."""
        self._stop_waiting()
        self._give_back()
        super().handle_websocket_upgrade(event)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client. If a header begins with them, a timer for its end is started."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE or self.transport.is_closing():
            self._stop_waiting()
        elif self._header_timer is None:  # further bytes do not extend the time
            self._wait_for_header()

    def on_response_complete(self) -> None:
        """A response has been sent, and the next request may have arrived already."""
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0] and self._header_timer is None:
            self._wait_for_header()

    def send_400_response(self, msg: str) -> None:
        """Answer an invalid request with the status that h11 suggests, if a response can still be sent."""
        error = sys.exception()
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._send_last(status, f"this is not a valid HTTP request: {error or msg}")

    def _wait_for_header(self) -> None:
        self._header_timer = self.loop.call_later(self.config.limits.header_seconds, self._too_slow)

    def _give_back(self) -> None:
        if self._claim is not None:
            self._claim.release()

    def _crowded_out(self) -> None:
        self._send_last(503, "the server has too many connections; try again in a moment")

    def _stop_waiting(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _too_slow(self) -> None:
        self._header_timer = None
        if self.conn.trailing_data[0]:
            seconds = self.config.limits.header_seconds
            self._send_last(408, f"the header of a request must arrive within {seconds:g} seconds; send it again")
        else:
            self.transport.close()

    def _send_last(self, status: int, error: str) -> None:
        """Send a last response and close the connection."""
        self._stop_waiting()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            code, headers, body = refusal(status, error)
            if self.conn.our_state is h11.SEND_RESPONSE and self.scope["method"] == "HEAD":
                body = b""  # its answer has none
            response = h11.Response(status_code=code, headers=[*headers, *page_headers(), (b"connection", b"close")])
            for event in (response, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle and not cycle.response_complete:  # whoever works on an answer need not go on
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()


class WebSocket(WebSocketsSansIOProtocol, _Paced):
    """One WebSocket connection."""

    config: Config
    _claim: Claim | None = None

    @property
    def stalled(self) -> float:
        """Seconds after which a client that receives nothing is dropped."""
        return self.config.limits.stalled_websocket

    @property
    def held_back(self) -> bool:
        """Whether uvicorn does not want to read now."""
        return self.read_paused

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Taken over from HTTP. Little is buffered by the system, so that StallWatch sees what waits for the client."""
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.config.limits.websocket_buffer)
        self.transport.set_write_buffer_limits(0)  # a sender waits until the message before has left
        connections = self.config.budgets.connections
        self._claim = connections.claim(self.address, give_way=self.transport.abort)  # just given back by Http

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed."""
        if self._claim is not None:
            self._claim.release()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client: first a complete request, which may be none for a WebSocket, later frames.

        A second invalid frame, while the first one closes the connection, aborts it.
        """
        try:
            super().data_received(data)
        except InvalidState:
            self.transport.abort()
            return
        if not self.handshake_initiated:  # websockets' parser, which is stricter than that of HTTP, says nothing
            self._refuse(data)

    def _refuse(self, request: bytes) -> None:
        """Answer an upgrade that cannot become a WebSocket, and close the connection."""
        lines = request.split(b"\r\n")
        if len(lines) > MAX_LINES or max(map(len, lines)) > MAX_LINE:
            status, error = 431, "the header of a WebSocket is too large; send fewer and shorter lines"
        else:
            status, error = 400, "wanted a GET request that can become a WebSocket, without a body and in ASCII"
        code, headers, body = refusal(status, error)
        lines = [b"HTTP/1.1 %d %s" % (code, STATUS_PHRASES[code])]
        lines += [name + b": " + value for name, value in (*headers, *page_headers(), (b"connection", b"close"))]
        self.conn.data_to_send()  # what the parser says in its own words
        self.handshake_complete = self.close_sent = True
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self.transport.close()

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message. If the connection is about to be closed, treat the client as gone."""
        if self.transport.is_closing():
            raise ClientDisconnected
        try:
            await super().send(message)
        except RuntimeError:
            if not self.close_sent and not self.transport.is_closing():
                raise
            raise ClientDisconnected from None

    def handle_cont(self, event: Frame) -> None:
        """A further fragment of a message. Fragments are counted, because empty ones have no size."""
        if len(self.frames) >= MAX_FRAGMENTS:
            self.conn.fail(1008, f"wanted a message in at most {MAX_FRAGMENTS:,} fragments")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def handle_parser_exception(self) -> None:  # pragma: no cover - which connection comes here is a matter of moments
        """Close a connection whose frames are wrong; one that is ending already has no word left to say it in."""
        if self.conn.close_sent is None:
            self.transport.abort()
        else:
            super().handle_parser_exception()

    def send_500_response(self) -> None:
        """Say that the app failed; to a client that was gone before its handshake there is nothing to say."""
        if self.conn.state is State.CONNECTING and not self.transport.is_closing():
            super().send_500_response()

    def handle_ping(self) -> None:
        """Answer a ping, unless too many answers are unread."""
        if self.transport.get_write_buffer_size() > MAX_UNREAD:
            self.transport.abort()
        if not self.transport.is_closing():
            super().handle_ping()


class StallWatch:
    """Drops clients that do not receive what is sent to them, or so slowly that they might as well not.

    As long as something waits for a client, it must receive SLOWEST bytes a second, in each `stalled` seconds anew.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._waiting: dict[Any, _Waiting] = {}

    def check(self, connections: Iterable[Any]) -> None:
        """To be called a few times a second."""
        now, before, self._waiting = self._now(), self._waiting, {}
        for connection in list(connections):
            size = connection.transport.get_write_buffer_size()
            if not size:
                continue
            waiting = self._waiting[connection] = before.get(connection) or _Waiting(size, now)
            waiting.received += max(0, waiting.size - size)
            waiting.size = size
            if now - waiting.since > connection.stalled:
                if waiting.received < SLOWEST * connection.stalled:
                    connection.transport.abort()
                self._waiting[connection] = _Waiting(size, now)


@dataclass(slots=True)
class _Waiting:
    """What waits for a client."""

    size: int  # bytes, when last looked at
    since: float  # when it was first looked at, in this stretch of time
    received: int = 0  # bytes that have left since then, at least
