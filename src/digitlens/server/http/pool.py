"""A fair thread pool for work that takes a while, beside the event loop.

There is a queue for each client (an IP address), and the queues are served in turn. A client that asks for a thousand
jobs at once waits for its own thousand, and nobody else does. The threads are daemons, so Ctrl-C ends the app even
while one of them works.
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

MOST_WAITING = 256  # jobs in all queues
THREADS = min(4, os.cpu_count() or 1)  # few, because reading the largest picture takes 400 MiB


class FullError(Exception):
    """Too many jobs wait already; try again later."""


class Pool:
    """`threads` threads, which are started with the first job."""

    def __init__(self, threads: int = THREADS, most_waiting: int = MOST_WAITING) -> None:
        self._threads = threads
        self._most = most_waiting
        self._queues: OrderedDict[str, deque[Job]] = OrderedDict()
        self._waiting = 0
        self._change = threading.Condition()
        self._started = False

    async def run(self, client: str, work: Callable[[], T]) -> T:
        """The result of `work`, run when it is this client's turn. Raises FullError if too many jobs wait already."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._change:
            if self._waiting >= self._most:
                raise FullError
            self._queues.setdefault(client, deque()).append((work, future, loop))
            self._waiting += 1
            self._change.notify()
            if not self._started:
                self._started = True
                for number in range(self._threads):
                    threading.Thread(target=self._serve, name=f"reading {number}", daemon=True).start()
        return await future

    def _next(self) -> Job:
        """The first job of the first queue, which then goes to the end."""
        with self._change:
            while not self._queues:
                self._change.wait()
            client, queue = self._queues.popitem(last=False)
            job = queue.popleft()
            if queue:
                self._queues[client] = queue
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
