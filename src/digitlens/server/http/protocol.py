"""uvicorn's two protocols, HTTP and WebSocket, with the limits that they lack.

HTTP       a request's header comes within five seconds and fits into 16 KiB; only so many connections at once
WebSocket  a message comes in only so many fragments; who sends pings and does not read is dropped
both       who does not take what is sent to them is dropped: a WebSocket after two seconds, a download after ten
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
LAST_WORDS = 1  # seconds for answers under way when the app ends


class Config(uvicorn.Config):
    """What uvicorn is told: our two protocols, their limits, and to say nothing of its own."""

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
            timeout_graceful_shutdown=LAST_WORDS,
        )
        self.limits = limits


class Http(H11Protocol):
    """One connection."""

    config: Config
    _waiting: asyncio.TimerHandle | None = None  # for the end of a header

    @property
    def stalled(self) -> float:
        """Seconds after which a client that takes nothing is dropped."""
        return self.config.limits.stalled_http

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there; one too many is told so."""
        super().connection_made(transport)
        if len(self.connections) > self.config.limits.max_connections:
            self._say(503, "too many connections; try again in a moment")
        else:
            self._wait_for_header()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client: whenever they are the beginning of a header, its end is waited for, not for long."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE or self.transport.is_closing():
            self._stop_waiting()
        elif self._waiting is None:  # each further byte is heard, and does not lengthen the wait
            self._wait_for_header()

    def on_response_complete(self) -> None:
        """An answer has been sent, and the next request may have come already."""
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0] and self._waiting is None:
            self._wait_for_header()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """From here on it is a WebSocket."""
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """What could not be understood is answered with the status that h11 suggests, if that can still be sent."""
        error = sys.exception()
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._say(status, f"this is no request that can be understood: {error or msg}")

    def _wait_for_header(self) -> None:
        self._waiting = self.loop.call_later(self.config.limits.header_seconds, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        self._waiting = None
        if self.conn.trailing_data[0]:
            seconds = self.config.limits.header_seconds
            self._say(408, f"the header of a request has to come within {seconds:g} seconds")
        else:
            self.transport.close()

    def _say(self, status: int, error: str) -> None:
        """One last answer, and the end of the connection."""
        self._stop_waiting()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            code, headers, body = refusal(status, error)
            response = h11.Response(status_code=code, headers=[*headers, *page_headers(), (b"connection", b"close")])
            for event in (response, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class WebSocket(WebSocketsSansIOProtocol):
    """One WebSocket."""

    config: Config

    @property
    def stalled(self) -> float:
        """Seconds after which a client that takes nothing is dropped."""
        return self.config.limits.stalled_websocket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """From HTTP; what waits for the client waits where the watch sees it."""
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.config.limits.websocket_buffer)
        self.transport.set_write_buffer_limits(0)  # who sends waits until the message before is gone

    def data_received(self, data: bytes) -> None:
        """Bytes from the client; a second mistake, while the first one is closing the connection, ends it at once."""
        try:
            super().data_received(data)
        except InvalidState:
            self.transport.abort()

    async def send(self, message: ASGISendEvent) -> None:
        """To a client whose own mistake has closed the connection meanwhile, it is as if they had gone."""
        try:
            await super().send(message)
        except RuntimeError:
            if not self.close_sent:
                raise
            raise ClientDisconnected from None

    def handle_cont(self, event: Frame) -> None:
        """A further piece of a message; empty ones weigh nothing, so they are counted."""
        if len(self.frames) >= MAX_FRAGMENTS:
            self.conn.fail(1008, f"wanted a message in at most {MAX_FRAGMENTS:,} pieces")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def handle_ping(self) -> None:
        """A ping is answered, unless the answers pile up."""
        if self.transport.get_write_buffer_size() > MAX_UNREAD:
            self.transport.abort()
        if not self.transport.is_closing():
            super().handle_ping()


class Watch:
    """Drops whoever does not take what waits for them."""

    def __init__(self) -> None:
        self._seen: dict[Any, tuple[int, float]] = {}  # connection -> bytes that wait, and since when none were taken

    def look(self, connections: Iterable[Any]) -> None:
        """To be called a few times a second."""
        now = time.monotonic()
        seen = {}
        for connection in list(connections):
            waiting = connection.transport.get_write_buffer_size()
            if not waiting:
                continue
            before, since = self._seen.get(connection, (waiting + 1, now))
            seen[connection] = (waiting, now if waiting < before else since)
            if now - seen[connection][1] > connection.stalled:
                connection.transport.abort()
        self._seen = seen
