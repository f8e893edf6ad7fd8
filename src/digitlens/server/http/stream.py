"""The stream of frames to one client: always the newest of each kind, and no faster than the client receives them.

A run never waits for the clients that watch it. A change only sets a flag; the frame is made when the client has
received the one before. So a slow client gets fewer frames, and one that does not read at all costs nothing.
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

MOST = 30.0  # updates a second
Send = Callable[[dict[str, Any] | bytes], Awaitable[None]]


async def _at_once() -> None:
    pass


class Stream:
    """The stream to one client. To be used in the event loop only."""

    def __init__(self, send: Send, most: float = MOST, turn: Callable[[], Awaitable[None]] = _at_once) -> None:
        """most: the largest number of updates a second. turn: waits until the next one may be made."""
        self._send, self._pause, self._turn = send, 1 / most, turn
        self._changed, self._end = asyncio.Event(), asyncio.Event()
        self._messages: dict[str, dict[str, Any] | bytes] = {}  # by kind: a newer one replaces one that was not sent
        self._task: asyncio.Task[None] | None = None
        self._visitors: Visitors | None = None
        self.visitor: Visitor | None = None

    def show(self, visitors: Visitors, visitor: Visitor) -> None:
        """From now on, send what this visitor's work shows."""
        visitor.watch(self.wake)  # before it is left, if it is the same: nobody may be without a page meanwhile
        self.end()
        self._visitors, self.visitor = visitors, visitor
        self._task = asyncio.create_task(self._serve(visitor))

    def say(self, kind: str, message: dict[str, Any] | bytes) -> None:
        """Send a message to this client; it replaces one of the same kind that was not sent yet."""
        self._messages[kind] = message
        self._changed.set()

    def wake(self, over: bool) -> None:
        """Something has changed; if the work is over, it is sent at once."""
        self._changed.set()
        if over:
            self._end.set()

    def end(self) -> None:
        """The client is gone, or watches another visitor."""
        if self._task is not None:
            self._task.cancel()
        if self._visitors is not None and self.visitor is not None:
            self._visitors.leave(self.visitor, self.wake)
        self.visitor = self._task = None

    async def _serve(self, visitor: Visitor) -> None:
        sent: dict[str, int] = {}
        current: object = None
        self._changed.set()
        with contextlib.suppress(WebSocketDisconnect, ConnectionError):  # its reader notices that the client is gone
            while True:
                await self._changed.wait()
                self._changed.clear()
                self._end.clear()
                began = time.monotonic()
                while self._messages:
                    await self._send(self._messages.pop(next(iter(self._messages))))
                await self._turn()
                work = visitor.work
                if work is not current:
                    current, sent = work, {}
                for frame in work.board.newer(sent) if work is not None else ():
                    await self._send(frame)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, began + self._pause - time.monotonic())):
                        await self._end.wait()
