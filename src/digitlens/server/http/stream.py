"""What one client sees of what goes on: always the newest of each kind, never more than it takes.

Whoever works never waits for whoever watches. News is a mark and no more; the frame is made when this client has taken
the one before. So a client that reads slowly sees fewer frames, and one that does not read at all costs nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocketDisconnect

if TYPE_CHECKING:
    from digitlens.server.training.visitors import Visitor, Visitors

MOST = 30.0  # times a second that something is sent by itself
Send = Callable[[dict[str, Any] | bytes], Awaitable[None]]


class Stream:
    """The way to one client; for the event loop alone."""

    def __init__(self, send: Send, most: float = MOST) -> None:
        """`most`: times a second."""
        self._send, self._pause = send, 1 / most
        self._news, self._end = asyncio.Event(), asyncio.Event()
        self._said: dict[str, dict[str, Any] | bytes] = {}  # by what it is: the newest replaces the one before
        self._task: asyncio.Task[None] | None = None
        self._visitors: Visitors | None = None
        self.visitor: Visitor | None = None

    def show(self, visitors: Visitors, visitor: Visitor) -> None:
        """From now on, whatever this visitor has."""
        self.end()
        self._visitors, self.visitor = visitors, visitor
        visitor.watch(self.wake)
        self._task = asyncio.create_task(self._serve(visitor))

    def say(self, about: str, message: dict[str, Any] | bytes) -> None:
        """Something for this client; what was said about the same and is not sent yet, is never sent."""
        self._said[about] = message
        self._news.set()

    def wake(self, over: bool) -> None:
        """There is something new to be seen; it does not wait for its time if it is the end."""
        self._news.set()
        if over:
            self._end.set()

    def end(self) -> None:
        """The client is gone, or watches another."""
        if self._task is not None:
            self._task.cancel()
        if self._visitors is not None and self.visitor is not None:
            self._visitors.leave(self.visitor, self.wake)
        self.visitor = self._task = None

    async def _serve(self, visitor: Visitor) -> None:
        seen: dict[str, int] = {}
        of: object = None
        self._news.set()
        with contextlib.suppress(WebSocketDisconnect, ConnectionError):  # whoever listens to it hears that it is gone
            while True:
                await self._news.wait()
                self._news.clear()
                self._end.clear()
                began = time.monotonic()
                while self._said:
                    await self._send(self._said.pop(next(iter(self._said))))
                work = visitor.work
                if work is not of:
                    of, seen = work, {}
                for frame in work.board.newer(seen) if work is not None else ():
                    await self._send(frame)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, began + self._pause - time.monotonic())):
                        await self._end.wait()
