"""The way to a client: the newest of each kind, one thing under way, and whoever does not read costs nothing."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from benchmarks.streaming import deaf
from tests.server.loops import elsewhere
from tests.server.serving import PATIENT, Site
from tests.server.training.test_live_training import LONG, pictures
from tests.server.watching import page, training
from tests.waiting import PATIENCE, until

from digitlens.server.http.stream import MOST, Stream
from digitlens.server.training.run_store import RunStore
from digitlens.server.training.status_board import StatusBoard
from digitlens.server.training.visitors import OnChange, Visitor


class House:
    """As much of Visitors as a stream knows."""

    def leave(self, visitor: Visitor, news: OnChange) -> None:
        visitor.unwatch(news)


class Busy:
    """Work that posts a number again and again, and counts how often somebody has a frame made."""

    def __init__(self, visitor: Visitor) -> None:
        self.board, self.number, self.made = StatusBoard(visitor.notify), 0, 0
        self.over = False

    def post(self) -> None:
        self.number += 1
        self.board.post("run", self.make)

    def make(self) -> bytes:
        self.made += 1
        return str(self.number).encode()


class Client:
    """What has been sent to it, and a door that can be shut."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.under_way = self.most_under_way = 0
        self.open = asyncio.Event()
        self.open.set()

    async def send(self, message: Any) -> None:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await self.open.wait()
        self.got.append(message)
        self.under_way -= 1


def streams(
    test: Callable[[Visitor, Busy, Callable[[], tuple[Client, Stream]]], Awaitable[None]], most: float = MOST
) -> None:
    """Run a test in a loop of its own, with a visitor at work and as many clients as it makes."""

    async def run() -> None:
        visitor = Visitor("0" * 32, RunStore(None))
        work = Busy(visitor)
        visitor.work = work  # type: ignore[assignment]
        made: list[Stream] = []

        def client() -> tuple[Client, Stream]:
            one = Client()
            made.append(Stream(one.send, most))
            made[-1].show(House(), visitor)  # type: ignore[arg-type]
            return one, made[-1]

        await test(visitor, work, client)
        for stream in made:
            stream.end()
        assert not visitor.watched

    elsewhere(run)


async def settled(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


def test_a_client_that_keeps_up_sees_the_newest_at_once_and_at_most_thirty_a_second() -> None:
    async def test(visitor: Visitor, work: Busy, client: Callable[[], tuple[Client, Stream]]) -> None:
        began = time.monotonic()
        one, _ = client()
        for _ in range(200):
            work.post()
            await asyncio.sleep(0.002)
        await settled(lambda: one.got and one.got[-1] == b"200")
        numbers = [int(data) for data in one.got]
        assert numbers == sorted(set(numbers))
        assert one.most_under_way == 1
        assert len(numbers) >= 3
        assert len(numbers) <= 1 + MOST * (time.monotonic() - began)

    streams(test)


def test_the_end_does_not_wait_for_its_time() -> None:
    async def test(visitor: Visitor, work: Busy, client: Callable[[], tuple[Client, Stream]]) -> None:
        work.post()
        one, _ = client()
        await settled(lambda: one.got == [b"1"])
        work.post()
        await asyncio.sleep(0.1)
        assert one.got == [b"1"]
        work.over = True
        work.post()
        await settled(lambda: one.got == [b"1", b"3"])

    streams(test, most=0.001)  # a frame in a quarter of an hour


def test_who_reads_slowly_misses_some_and_who_does_not_read_has_nothing_made_for_them() -> None:
    async def test(visitor: Visitor, work: Busy, client: Callable[[], tuple[Client, Stream]]) -> None:
        work.post()
        slow, _ = client()
        await settled(lambda: slow.got)
        slow.open.clear()
        work.post()
        await settled(lambda: slow.under_way)
        made = work.made
        for _ in range(1_000):
            work.post()
            await asyncio.sleep(0)
        assert work.made == made
        assert slow.most_under_way == 1
        slow.open.set()
        await settled(lambda: slow.got[-1] == b"1002")
        assert slow.got == [b"1", b"2", b"1002"]

    streams(test)


def test_many_clients_are_sent_the_same_frame_and_it_is_made_once() -> None:
    async def test(visitor: Visitor, work: Busy, client: Callable[[], tuple[Client, Stream]]) -> None:
        clients = [client()[0] for _ in range(32)]
        for _ in range(5):
            work.post()
            await settled(lambda: all(one.got and one.got[-1] == str(work.number).encode() for one in clients))
        assert work.made == 5
        assert len({id(one.got[-1]) for one in clients}) == 1

    streams(test)


def test_the_loop_hears_of_news_once_however_often_there_is_some() -> None:
    async def test(visitor: Visitor, work: Busy, client: Callable[[], tuple[Client, Stream]]) -> None:
        client()
        told: list[Any] = []
        loop = asyncio.get_running_loop()
        soon = loop.call_soon_threadsafe
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loop, "call_soon_threadsafe", lambda *given: told.append(given) or soon(*given))
            await asyncio.to_thread(lambda: [work.post() for _ in range(1_000)] and time.sleep(0))
        assert len(told) < 100  # the end of that thread is one of them

    streams(test)


def test_what_is_said_goes_first_and_the_newest_of_each_kind() -> None:
    async def test(visitor: Visitor, work: Busy, client: Callable[[], tuple[Client, Stream]]) -> None:
        work.post()
        one, stream = client()
        stream.say("moment", b"old")
        stream.say("download", {"done": 1})
        stream.say("moment", b"new")
        await settled(lambda: len(one.got) == 3)
        assert one.got == [b"new", {"done": 1}, b"1"]

    streams(test)


def test_another_work_of_the_visitor_is_seen_from_its_beginning() -> None:
    async def test(visitor: Visitor, work: Busy, client: Callable[[], tuple[Client, Stream]]) -> None:
        work.post()
        one, _ = client()
        await settled(lambda: one.got == [b"1"])
        other = Busy(visitor)
        visitor.work = other  # type: ignore[assignment]
        other.post()
        await settled(lambda: len(one.got) == 2)
        assert one.got == [b"1", b"1"]
        work.post()  # of the one before nothing is heard any more
        await asyncio.sleep(0.1)
        assert len(one.got) == 2

    streams(test)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    limits = replace(PATIENT, stalled_websocket=2.0, websocket_buffer=4_096)
    with training(pictures(tmp_path_factory.mktemp("labelled") / "three"), limits=limits) as site:
        yield site


def test_a_page_that_watches_and_never_reads_is_dropped_and_can_come_back(site: Site) -> None:
    with page(site) as one:
        one.train(**LONG, hidden=[64])
        one.sees(state="running")
        with deaf(site.address.port, one.visitor) as other:
            until(lambda: site.connections() == 2)
            counted = 0
            deadline = time.monotonic() + PATIENCE
            while site.connections() == 2 and time.monotonic() < deadline:
                one.sees()  # and whoever reads sees it all the while
                counted += 1
            assert site.connections() == 1
            assert counted > 3
            with contextlib.suppress(ConnectionError):
                while other.recv(1 << 16):
                    pass
        with page(site, one.visitor) as again:
            header, _ = again.sees()
            assert header["state"] == "running"
            assert header["epoch"] >= 1
            again.say(type="forget")
