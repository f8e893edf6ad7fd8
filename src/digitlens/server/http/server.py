"""The server: one process, one event loop, until Ctrl-C."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from digitlens.server.http import memory
from digitlens.server.http.limits import Limits
from digitlens.server.http.protocol import Config, Watch

ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]  # SIGHUP is POSIX's, SIGBREAK is Windows's


def serve(app: ASGIApp, listener: socket.socket, started: Callable[[], object] | None = None) -> None:
    """Answer at `listener` until Ctrl-C, SIGTERM, or a terminal that is closed; a second Ctrl-C ends it at once.

    `started` is called as soon as requests are answered and signals are heeded.
    """
    memory.give_back()
    Server(app, started).run(sockets=[listener])


def _news(record: logging.LogRecord) -> bool:
    """That somebody hung up while they were being answered is none either."""
    return record.msg != "socket.send() raised exception."


class Server(uvicorn.Server):
    """uvicorn's, with our signals and our watch over clients that stall."""

    def __init__(self, app: ASGIApp, started: Callable[[], object] | None = None) -> None:
        super().__init__(Config(app, getattr(app, "limits", Limits())))
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)  # requests that make no sense are no news
        logging.getLogger("asyncio").addFilter(_news)
        self._watch = Watch()
        self._when_started = started

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if counter == 0 and self._when_started:
            self._when_started()
        self._watch.look(self.server_state.connections)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, once the app has been told; whoever still hangs on then is dropped."""
        close: Callable[[], object] = getattr(self.config.app, "close", lambda: None)
        close()
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The first signal ends the app in order, and with that it has done what was asked: no error."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in ENDING}
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:  # as nohup has it
                signal.signal(number, self.handle_exit)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal has come."""
        if self.should_exit:  # it is ending already, and somebody cannot wait
            signal.signal(sig, signal.SIG_DFL)
            signal.raise_signal(sig)
        self.should_exit = True
