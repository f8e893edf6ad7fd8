"""Work beside the event loop: everybody gets their turn, errors come back, and too much is said to be too much."""

from __future__ import annotations

import asyncio
import threading

import pytest
from tests.server.loops import elsewhere
from tests.waiting import PATIENCE

from digitlens.server.http.pool import FullError, Pool


def test_in_the_pool_everybody_gets_their_turn() -> None:
    pool, order, gate = Pool(threads=1), list[str](), threading.Event()

    async def ask(client: str) -> None:
        await pool.run(client, lambda: order.append(client))

    async def all_of_them() -> None:
        first = asyncio.ensure_future(pool.run("first", lambda: gate.wait(PATIENCE)))
        await asyncio.sleep(0)
        rest = [asyncio.ensure_future(ask("greedy")) for _ in range(20)]
        rest += [asyncio.ensure_future(ask(client)) for client in ("one", "two")]
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(first, *rest)

    elsewhere(all_of_them)
    assert len(order) == 22
    assert {"one", "two"} <= set(order[:3])


def test_the_pool_hands_on_errors_skips_who_is_gone_and_says_when_it_is_full() -> None:
    pool, gate, done = Pool(threads=1, most_waiting=2), threading.Event(), list[int]()

    async def fill() -> None:
        with pytest.raises(ZeroDivisionError):
            await pool.run("", lambda: 1 // 0)
        begun = threading.Event()
        first = asyncio.ensure_future(pool.run("", lambda: (begun.set(), gate.wait(PATIENCE))))
        while not begun.is_set():  # it waits no longer, but works
            await asyncio.sleep(0.01)
        waiting = [asyncio.ensure_future(pool.run("", lambda: done.append(1))) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(FullError):
            await pool.run("", lambda: None)
        waiting[0].cancel()
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(first, waiting[1])

    elsewhere(fill)
    assert done == [1]
