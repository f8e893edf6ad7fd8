"""A turnstile in front of the event loop: only a little begins in each of its rounds, the addresses in turn.

The loop serves every connection that has something to say once a round. With hundreds that all say something a round
takes seconds, and everybody waits for it. Behind a turnstile it takes milliseconds, whoever asks how often.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial

from digitlens.server.sharing.fair_queue import FairQueue

LONGEST = 0.005  # seconds of a round after which nothing more begins


class Turnstile:
    """To be used in one event loop only."""

    def __init__(self, at_once: int, longest: float = LONGEST) -> None:
        """at_once: how many begin in one round. longest: seconds after which no further one does."""
        self._at_once, self._longest = at_once, longest
        self._waiting: FairQueue[Callable[[], object]] = FairQueue()
        self._opening = False

    def call(self, address: str, work: Callable[[], object]) -> None:
        """Call `work` when it is the turn of this address."""
        self._waiting.add(address, work)
        if not self._opening:
            self._opening = True
            asyncio.get_running_loop().call_soon(self._open)

    async def enter(self, address: str) -> None:
        """Wait for a turn of this address."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        work = partial(_begin, turn)
        self.call(address, work)
        try:
            await turn
        except asyncio.CancelledError:
            self._waiting.remove(work)
            raise

    def _open(self) -> None:
        began = time.monotonic()
        for _ in range(min(self._at_once, len(self._waiting))):
            work = self._waiting.take()
            try:
                work()
            except Exception as error:  # as the loop does with what it calls
                loop = asyncio.get_running_loop()
                loop.call_exception_handler({"message": f"an error in {work!r}", "exception": error})
            if time.monotonic() - began > self._longest:
                break
        self._opening = bool(self._waiting)
        if self._opening:
            asyncio.get_running_loop().call_soon(self._open)


def _begin(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
