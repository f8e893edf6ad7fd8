"""The row: first come, first served; everybody gets their turn, nobody holds it, and whoever leaves is gone at once."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterator

import pytest
from tests.waiting import PATIENCE, until

from digitlens.learning.experiments import cores
from digitlens.server.training.queue import TrainingQueue, workers_on


class Busy:
    """Work that goes on until it is told to end, and writes down when it has its turn."""

    def __init__(self, name: str, diary: list[str], pieces: int = 10**9, owner: str = "") -> None:
        self.name, self.diary, self.pieces, self.owner = name, diary, pieces, owner
        self.moves = 0
        self.stopped = threading.Event()

    def turn(self, over: Callable[[], bool]) -> bool:
        self.diary.append(self.name)
        while self.pieces and not self.stopped.is_set():
            self.pieces -= 1
            time.sleep(0.001)
            if over():
                return True
        return False

    def place_changed(self) -> None:
        self.moves += 1

    def stop(self) -> None:
        self.stopped.set()


@pytest.fixture
def turns() -> Iterator[TrainingQueue]:
    turns = TrainingQueue(1, 0.02)
    yield turns
    turns.close(PATIENCE)
    assert not any(thread.is_alive() for thread in turns._threads)


def test_one_alone_keeps_its_turn(turns: TrainingQueue) -> None:
    diary: list[str] = []
    one = Busy("a", diary, 100)
    turns.enter(one)
    until(lambda: turns.place(one) is None)
    assert (diary, one.pieces) == (["a"], 0)


def test_those_who_wait_take_turns_in_the_order_in_which_they_came(turns: TrainingQueue) -> None:
    diary: list[str] = []
    works = [Busy(name, diary) for name in "abc"]
    for work in works:
        turns.enter(work)
    until(lambda: len(diary) >= 9)
    for work in works:
        work.stop()
        turns.leave(work)
    assert "".join(diary[:9]) == "abcabcabc"
    assert all(work.moves > 3 for work in works)


def test_the_runs_of_one_client_share_its_turns(turns: TrainingQueue) -> None:
    diary: list[str] = []
    works = [Busy("a", diary, owner="greedy") for _ in range(5)] + [Busy("b", diary, owner="modest")]
    for work in works:
        turns.enter(work)
    until(lambda: len(diary) >= 21)
    for work in works:
        work.stop()
        turns.leave(work)
    assert "".join(diary[1:21]) in ("ab" * 10, "ba" * 10)


def test_a_place_is_counted_from_the_one_at_work(turns: TrainingQueue) -> None:
    diary: list[str] = []
    first, *others = (Busy(name, diary) for name in "abcd")
    turns._turn = 1e9
    turns.enter(first)
    until(lambda: turns.place(first) == 0)
    for work in others:
        turns.enter(work)
        turns.enter(work)  # once more changes nothing
    assert [turns.place(work) for work in others] == [1, 2, 3]
    turns.leave(others[0])
    assert [turns.place(work) for work in others] == [None, 1, 2]
    assert [work.moves for work in others] == [0, 1, 1]
    new = Busy("e", diary)
    turns.enter(new, others[1])
    assert [turns.place(work) for work in (*others, new)] == [None, None, 2, 1]
    late = Busy("f", diary)
    turns.enter(late, first)  # who is at work gives no place away
    assert turns.place(late) == 3
    for work in (new, others[2], late):
        turns.leave(work)
    first.stop()
    until(lambda: turns.place(first) is None)
    assert diary == ["a"]


def test_who_enters_while_they_are_at_work_gets_another_turn(turns: TrainingQueue) -> None:
    diary: list[str] = []
    work = Busy("a", diary)
    turns.enter(work)
    until(lambda: turns.place(work) == 0)
    turns.enter(work)
    work.pieces = 1
    until(lambda: len(diary) == 2)
    until(lambda: turns.place(work) is None)
    turns.enter(work)
    turns.leave(work)  # and not, if they think better of it
    until(lambda: turns.place(work) is None)


def test_a_work_that_breaks_does_not_break_the_row(turns: TrainingQueue, capfd: pytest.CaptureFixture[str]) -> None:
    class Broken(Busy):
        def turn(self, over: Callable[[], bool]) -> bool:
            raise ZeroDivisionError("on purpose")

    diary: list[str] = []
    turns.enter(Broken("x", diary))
    good = Busy("a", diary, 1)
    turns.enter(good)
    until(lambda: diary == ["a"])
    assert "on purpose" in capfd.readouterr().err


def test_a_thread_that_waits_keeps_no_work_that_was_given_up(turns: TrainingQueue) -> None:
    diary: list[str] = []
    works = [Busy(name, diary) for name in "abc"]
    for work in works:
        turns.enter(work)
    until(lambda: len(diary) >= 6)
    for work in works:
        work.stop()
        turns.leave(work)
    until(lambda: turns.idle)
    gone = [weakref.ref(work) for work in works]
    del work
    works.clear()
    until(lambda: not any(one() for one in gone))


def test_so_many_work_at_once_and_no_more() -> None:
    diary: list[str] = []
    turns = TrainingQueue(3, 1e9)
    works = [Busy(name, diary) for name in "abcde"]
    for work in works:
        turns.enter(work)
    until(lambda: len(diary) == 3)
    assert sorted(turns.place(work) or 0 for work in works) == [0, 0, 0, 1, 2]
    turns.close(PATIENCE)
    assert (len(diary), any(thread.is_alive() for thread in turns._threads)) == (3, False)
    assert all(work.stopped.is_set() for work in works if work.name in diary)
    turns.enter(works[-1])
    assert turns.place(works[-1]) is None


def test_one_core_is_left_for_whoever_reads() -> None:
    assert [workers_on(cores) for cores in (1, 2, 8)] == [1, 1, 7]
    assert TrainingQueue().at_once == workers_on(cores())
