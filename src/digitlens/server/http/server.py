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

from digitlens.server.http.limits import Limits
from digitlens.server.http.protocol import Config, StallWatch
from digitlens.server.sharing import memory
from digitlens.server.sharing.budgets import Budgets

ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]  # SIGHUP is POSIX's, SIGBREAK is Windows's

TIDIED_EVERY = 10  # seconds: then what nobody uses any more is given back


def serve(app: ASGIApp, listener: socket.socket, started: Callable[[], object] | None = None) -> None:
    """Serve `app` at `listener` until Ctrl-C, SIGTERM, or until the terminal is closed. A second Ctrl-C ends at once.

    `started` is called as soon as requests and signals are handled.
    """
    memory.return_freed_memory()
    Server(app, started).run(sockets=[listener])


def _worth_logging(record: logging.LogRecord) -> bool:
    """Whether a record of asyncio's log is of interest: a client that hangs up during a response is not."""
    return record.msg != "socket.send() raised exception."


class Server(uvicorn.Server):
    """uvicorn's server with our handling of signals, which drops clients that stall."""

    def __init__(self, app: ASGIApp, started: Callable[[], object] | None = None) -> None:
        limits = getattr(app, "limits", Limits())
        budgets: Budgets = getattr(app, "budgets", None) or limits.budgets()
        super().__init__(Config(app, limits, budgets))
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)  # invalid requests are not logged
        logging.getLogger("asyncio").addFilter(_worth_logging)
        self._stall_watch = StallWatch()
        self._when_started = started
        self._tidy = memory.Tidying()

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        if counter == 0 and self._when_started:
            self._when_started()
        self._stall_watch.check(self.server_state.connections)
        if counter % (10 * TIDIED_EVERY) == 0:
            self._tidy()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the app, shut down as uvicorn does, and drop the connections that are still open."""
        close: Callable[[], object] = getattr(self.config.app, "close", lambda: None)
        close()
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The first signal ends the app in order, without an error code."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in ENDING}
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:  # stays ignored, as under nohup
                signal.signal(number, self.handle_exit)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Handle a signal: end in order; at the second one, at once."""
        if self.should_exit:  # the second signal
            signal.signal(sig, signal.SIG_DFL)
            signal.raise_signal(sig)
        self.should_exit = True
