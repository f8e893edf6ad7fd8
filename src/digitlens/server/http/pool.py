"""Work that takes a while, beside the event loop: a few threads, a bounded queue, and everybody gets their turn.

Work waits in one row for each client (an address), and the rows are served in turn: who asks for a thousand things at
once waits for their own thousand, and nobody else does. The threads are daemons, so that Ctrl-C ends the app even
while one of them is at work.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
Job = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]

MOST_WAITING = 256  # jobs in all rows
THREADS = min(4, os.cpu_count() or 1)  # the largest picture takes 400 MiB while it is read


class FullError(Exception):
    """So much waits already that this should be asked again later."""


class Pool:
    """`threads` threads that are started with the first job."""

    def __init__(self, threads: int = THREADS, most_waiting: int = MOST_WAITING) -> None:
        self._threads = threads
        self._most = most_waiting
        self._rows: OrderedDict[str, deque[Job]] = OrderedDict()
        self._waiting = 0
        self._change = threading.Condition()
        self._started = False

    async def run(self, client: str, work: Callable[[], T]) -> T:
        """What `work` returns or raises, once it was this client's turn. FullError if too much waits already."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._change:
            if self._waiting >= self._most:
                raise FullError
            self._rows.setdefault(client, deque()).append((work, future, loop))
            self._waiting += 1
            self._change.notify()
            if not self._started:
                self._started = True
                for number in range(self._threads):
                    threading.Thread(target=self._serve, name=f"reading {number}", daemon=True).start()
        return await future

    def _next(self) -> Job:
        """The first job of the row whose turn it is, which then goes to the end."""
        with self._change:
            while not self._rows:
                self._change.wait()
            client, row = self._rows.popitem(last=False)
            job = row.popleft()
            if row:
                self._rows[client] = row
            self._waiting -= 1
            return job

    def _serve(self) -> None:
        while True:
            work, future, loop = self._next()
            if future.cancelled():
                continue
            try:
                result, error = work(), None
            except BaseException as raised:
                result, error = None, raised
            try:
                loop.call_soon_threadsafe(_settle, future, result, error)
            except RuntimeError:  # the loop is closed: the app has ended
                return
            del work, future, result, error


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
