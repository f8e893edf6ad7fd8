"""Work beside the event loop: everybody gets their turn, errors come back, and too much is said to be too much."""

from __future__ import annotations

import asyncio
import threading

import pytest
from tests.server.loops import elsewhere
from tests.waiting import PATIENCE

from digitlens.server.http.pool import Pool
from digitlens.server.sharing.budget import Budget, FullError


def test_in_the_pool_everybody_gets_their_turn() -> None:
    pool, order, gate = Pool(threads=2), list[str](), threading.Event()

    async def ask(client: str) -> None:
        await pool.run(client, lambda: order.append(client), long=True)  # one of the two threads does these

    async def all_of_them() -> None:
        first = asyncio.ensure_future(pool.run("first", lambda: gate.wait(PATIENCE), long=True))
        await asyncio.sleep(0)
        rest = [asyncio.ensure_future(ask("greedy")) for _ in range(20)]
        rest += [asyncio.ensure_future(ask(client)) for client in ("one", "two")]
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(first, *rest)

    elsewhere(all_of_them)
    assert len(order) == 22
    assert {"one", "two"} <= set(order[:3])


def test_quick_work_never_waits_for_long_work_of_whatever_client() -> None:
    pool, gate = Pool(threads=3), threading.Event()

    async def all_of_them() -> None:
        long = [
            asyncio.ensure_future(pool.run(client, lambda: gate.wait(PATIENCE), long=True))
            for client in ("a", "a", "b", "c", "d")
        ]
        await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):
            assert [await pool.run(client, lambda: 7) for client in ("a", "b", "e")] == [7, 7, 7]
        assert not any(one.done() for one in long)
        gate.set()
        await asyncio.gather(*long)

    elsewhere(all_of_them)


def test_the_pool_hands_on_errors_skips_who_is_gone_and_says_when_it_is_full() -> None:
    budget = Budget(3)
    pool, gate, done = Pool(budget, threads=2), threading.Event(), list[int]()

    async def fill() -> None:
        with pytest.raises(ZeroDivisionError):
            await pool.run("", lambda: 1 // 0)
        begun = threading.Event()
        first = asyncio.ensure_future(pool.run("", lambda: (begun.set(), gate.wait(PATIENCE)), long=True))
        while not begun.is_set():  # it waits no longer, but works
            await asyncio.sleep(0.01)
        waiting = [asyncio.ensure_future(pool.run("", lambda: done.append(1), long=True)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(FullError):
            await pool.run("", lambda: None)
        waiting[0].cancel()
        await asyncio.sleep(0)
        assert budget.held == 2
        gate.set()
        await asyncio.gather(first, waiting[1])

    elsewhere(fill)
    assert (done, budget.held) == ([1], 0)


def test_in_a_full_pool_who_asks_most_gives_way_to_who_asks_once() -> None:
    pool, gate = Pool(Budget(10), threads=2), threading.Event()

    async def fill() -> None:
        greedy = [asyncio.ensure_future(pool.run("greedy", lambda: gate.wait(PATIENCE), long=True)) for _ in range(10)]
        await asyncio.sleep(0)
        modest = asyncio.ensure_future(pool.run("modest", lambda: 7, long=True))
        with pytest.raises(FullError):
            await greedy[-1]
        gate.set()
        assert await modest == 7
        await asyncio.gather(*greedy[:-1])

    elsewhere(fill)
