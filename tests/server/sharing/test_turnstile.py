"""Behind a turnstile a round of the event loop stays short, and whoever asks once is not behind who asks a lot."""

from __future__ import annotations

import asyncio
import time

from tests.server.loops import elsewhere

from digitlens.server.sharing.turnstile import Turnstile


def test_a_few_begin_in_each_round_and_the_addresses_take_turns() -> None:
    rounds: list[list[str]] = [[]]

    async def test() -> None:
        turnstile, loop = Turnstile(at_once=3), asyncio.get_running_loop()

        async def ask(address: str) -> None:
            await turnstile.enter(address)
            rounds[-1].append(address)

        asked = [asyncio.create_task(ask("greedy")) for _ in range(30)]
        asked.append(asyncio.create_task(ask("modest")))

        def next_round() -> None:
            if rounds[-1]:
                rounds.append([])
            loop.call_soon(next_round)

        next_round()
        await asyncio.gather(*asked)

    elsewhere(test)
    assert max(map(len, rounds)) <= 3
    assert "modest" in rounds[0]
    assert sum(map(len, rounds)) == 31


def test_who_is_gone_meanwhile_takes_no_turn() -> None:
    async def test() -> None:
        turnstile = Turnstile(at_once=1)
        tasks = [asyncio.create_task(turnstile.enter("a")) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert tasks[1].cancelled()
        assert not len(turnstile._waiting)
        async with asyncio.timeout(60):
            await turnstile.enter("b")

    elsewhere(test)


def test_what_takes_long_is_the_last_of_its_round() -> None:
    calls: list[str] = []

    async def test() -> None:
        turnstile, loop, ended = Turnstile(at_once=10, longest=0.0), asyncio.get_running_loop(), asyncio.Event()
        for number in range(3):
            turnstile.call("a", lambda number=number: (time.sleep(0.001), calls.append(str(number))))  # type: ignore[misc]
        turnstile.call("a", ended.set)

        def next_round() -> None:
            calls.append("|")
            if not ended.is_set():
                loop.call_soon(next_round)

        next_round()
        await ended.wait()

    elsewhere(test)
    assert "".join(calls).replace("||", "|").strip("|") == "0|1|2"


def test_an_error_in_one_is_told_and_the_others_have_their_turns() -> None:
    told: list[object] = []

    async def test() -> None:
        turnstile, ended = Turnstile(at_once=10), asyncio.Event()
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["exception"]))
        turnstile.call("a", lambda: 1 // 0)
        turnstile.call("a", ended.set)
        await ended.wait()

    elsewhere(test)
    assert [type(error) for error in told] == [ZeroDivisionError]
