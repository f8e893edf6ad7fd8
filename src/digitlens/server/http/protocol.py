"""uvicorn's two protocols, HTTP and WebSocket, with limits that uvicorn does not have.

HTTP       the header of a request must arrive within five seconds and fit into 16 KiB; connections are limited
WebSocket  a message may have only so many fragments; a client that sends pings and does not read is dropped
both       a client that does not receive what is sent to it is dropped: a WebSocket after two seconds, else after ten
"""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Iterable
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame

from digitlens.server.http.address import BACKLOG
from digitlens.server.http.guard import MAX_HEADER
from digitlens.server.http.limits import Limits
from digitlens.server.http.responses import page_headers, refusal

MAX_MESSAGE = 64 * 1024  # bytes of a WebSocket message
MAX_FRAGMENTS = 1_024  # of one message
MAX_UNREAD = 64 * 1024  # bytes of answers to pings
SHUTDOWN_SECONDS = 1  # for responses in progress when the app ends


class Config(uvicorn.Config):
    """uvicorn's configuration: our two protocols, their limits, and no logging."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
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
        self.limits = limits


class Http(H11Protocol):
    """One HTTP connection."""

    config: Config
    _header_timer: asyncio.TimerHandle | None = None

    @property
    def stalled(self) -> float:
        """Seconds after which a client that receives nothing is dropped."""
        return self.config.limits.stalled_http

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected; it is refused if there are too many connections."""
        super().connection_made(transport)
        if len(self.connections) > self.config.limits.max_connections:
            self._send_last(503, "the server has too many connections; try again in a moment")
        else:
            self._wait_for_header()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed."""
        self._stop_waiting()
        super().connection_lost(exc)

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

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """The connection becomes a WebSocket."""
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """Answer an invalid request with the status that h11 suggests, if a response can still be sent."""
        error = sys.exception()
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._send_last(status, f"this is not a valid HTTP request: {error or msg}")

    def _wait_for_header(self) -> None:
        self._header_timer = self.loop.call_later(self.config.limits.header_seconds, self._too_slow)

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
            response = h11.Response(status_code=code, headers=[*headers, *page_headers(), (b"connection", b"close")])
            for event in (response, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class WebSocket(WebSocketsSansIOProtocol):
    """One WebSocket connection."""

    config: Config

    @property
    def stalled(self) -> float:
        """Seconds after which a client that receives nothing is dropped."""
        return self.config.limits.stalled_websocket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Taken over from HTTP. Little is buffered by the system, so that StallWatch sees what waits for the client."""
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.config.limits.websocket_buffer)
        self.transport.set_write_buffer_limits(0)  # a sender waits until the message before has left

    def data_received(self, data: bytes) -> None:
        """Bytes from the client. A second invalid frame, while the first one closes the connection, aborts it."""
        try:
            super().data_received(data)
        except InvalidState:
            self.transport.abort()

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message. If an invalid frame of the client has closed the connection, treat the client as gone."""
        try:
            await super().send(message)
        except RuntimeError:
            if not self.close_sent:
                raise
            raise ClientDisconnected from None

    def handle_cont(self, event: Frame) -> None:
        """A further fragment of a message. Fragments are counted, because empty ones have no size."""
        if len(self.frames) >= MAX_FRAGMENTS:
            self.conn.fail(1008, f"wanted a message in at most {MAX_FRAGMENTS:,} fragments")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def handle_ping(self) -> None:
        """Answer a ping, unless too many answers are unread."""
        if self.transport.get_write_buffer_size() > MAX_UNREAD:
            self.transport.abort()
        if not self.transport.is_closing():
            super().handle_ping()


class StallWatch:
    """Drops clients that do not receive what is sent to them."""

    def __init__(self) -> None:
        self._waiting: dict[
            Any, tuple[int, float]
        ] = {}  # connection -> bytes that wait, and when they last became fewer

    def check(self, connections: Iterable[Any]) -> None:
        """To be called a few times a second."""
        now = time.monotonic()
        waiting: dict[Any, tuple[int, float]] = {}
        for connection in list(connections):
            size = connection.transport.get_write_buffer_size()
            if not size:
                continue
            before, since = self._waiting.get(connection, (size + 1, now))
            waiting[connection] = (size, now if size < before else since)
            if now - waiting[connection][1] > connection.stalled:
                connection.transport.abort()
        self._waiting = waiting
