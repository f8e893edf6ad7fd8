"""A turnstile in front of the event loop: only a few requests begin in each of its rounds, the addresses in turn.

The loop serves every connection that has something to say once a round. With hundreds that all say something a round
takes seconds, and everybody waits for it. Behind a turnstile it takes milliseconds, whoever asks how often.
"""

from __future__ import annotations

import asyncio

from digitlens.server.sharing.fair_queue import FairQueue


class Turnstile:
    """To be used in one event loop only."""

    def __init__(self, at_once: int) -> None:
        """at_once: how many begin in one round."""
        self._at_once = at_once
        self._waiting: FairQueue[asyncio.Future[None]] = FairQueue()
        self._opening = False

    async def enter(self, address: str) -> None:
        """Wait for a turn of this address."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.add(address, turn)
        if not self._opening:
            self._opening = True
            loop.call_soon(self._open)
        try:
            await turn
        except asyncio.CancelledError:
            self._waiting.remove(turn)
            raise

    def _open(self) -> None:
        for _ in range(min(self._at_once, len(self._waiting))):
            turn = self._waiting.take()
            if not turn.done():
                turn.set_result(None)
        self._opening = bool(len(self._waiting))
        if self._opening:
            asyncio.get_running_loop().call_soon(self._open)
