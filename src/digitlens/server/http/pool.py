"""A fair thread pool for work that takes a while, beside the event loop.

The clients (IP addresses) take turns, so a client that asks for a thousand jobs at once waits for its own thousand, and
nobody else does. Quick jobs, such as reading one digit, never wait for long ones, such as reading a page: one thread is
for quick jobs alone. A job that nobody waits for any more is not begun, and a long one may ask whether it should stop.

The threads are daemons, so Ctrl-C ends the app even while one of them works.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from digitlens.server.sharing.budget import Budget, Claim, FullError
from digitlens.server.sharing.budgets import JOBS
from digitlens.server.sharing.fair_queue import FairQueue

T = TypeVar("T")

THREADS = max(2, min(4, os.cpu_count() or 1))  # few, because reading the largest picture takes 400 MiB


@dataclass(slots=True, eq=False)
class _Job(Generic[T]):
    """Work for a thread, and the future of its result."""

    work: Callable[[], T]
    future: asyncio.Future[T]
    loop: asyncio.AbstractEventLoop
    claim: Claim | None = None


class Pool:
    """`threads` threads, which are started with the first job."""

    def __init__(self, jobs: Budget | None = None, threads: int = THREADS) -> None:
        """jobs: the budget of jobs, waiting or running; None: one of its own. threads: at least two."""
        self._budget = Budget(JOBS) if jobs is None else jobs
        self._quick: FairQueue[_Job[Any]] = FairQueue()
        self._long: FairQueue[_Job[Any]] = FairQueue()
        self._most_long = threads - 1  # long jobs at the same time
        self._long_running = 0
        self._threads = threads
        self._change = threading.Condition()
        self._started = False

    async def run(self, client: str, work: Callable[[], T], *, long: bool = False) -> T:
        """The result of `work`, run when it is this client's turn. Cancel it, and it is not begun any more.

        long: whether it may take longer than a moment. Raises FullError if too many jobs wait already.
        """
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future(), loop)
        queue = self._long if long else self._quick
        with self._budget.claim(client, give_way=lambda: _settle(job.future, None, FullError())) as job.claim:
            with self._change:
                queue.add(client, job)
                self._start()
                self._change.notify()
            try:
                return await job.future
            finally:
                with self._change:
                    queue.remove(job)  # if it was not begun: nobody waits for it any more

    def _start(self) -> None:
        if not self._started:
            self._started = True
            for number in range(self._threads):
                threading.Thread(target=self._serve, name=f"reading {number}", daemon=True).start()

    def _next(self) -> tuple[_Job[Any], bool]:
        """The next job, and whether it is a long one."""
        with self._change:
            while True:
                if self._quick:
                    return self._quick.take(), False
                if self._long and self._long_running < self._most_long:
                    self._long_running += 1
                    return self._long.take(), True
                self._change.wait()

    def _serve(self) -> None:
        while True:
            job, long = self._next()
            result = error = None
            try:
                if not job.future.done():
                    if job.claim is not None:
                        job.claim.give_way = None  # from now on it is too late to give it up
                    result = job.work()
            except BaseException as raised:
                error = raised
            if long:
                with self._change:
                    self._long_running -= 1
                    self._change.notify()
            try:
                job.loop.call_soon_threadsafe(_settle, job.future, result, error)
            except RuntimeError:  # the loop is closed: the app has ended
                return
            del job, result, error


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
