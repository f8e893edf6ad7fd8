"""Who is kept, and for how long: 64 visitors, whoever has been away longest goes first, and nobody who is watched."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.server.loops import elsewhere
from tests.server.training.test_live_training import pictures
from tests.waiting import PATIENCE

from digitlens.server.refusal import Refused
from digitlens.server.sharing.budget import FullError
from digitlens.server.sharing.budgets import VISITORS, Budgets
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.memory import memory_of
from digitlens.server.training.requests import request_of
from digitlens.server.training.run import Training
from digitlens.server.training.snapshots import most_snapshots
from digitlens.server.training.timing import Timing
from digitlens.server.training.visitors import AWAY, Visitor, Visitors

TRAIN: dict[str, Any] = {"type": "train", "number": 1, "recipe": {"epochs": 1}, "data": "folder", "go": "nothing"}


def nothing(over: bool) -> None:
    pass


def name(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> DataSets:
    return DataSets(str(pictures(tmp_path_factory.mktemp("labelled") / "three", 10)))


def entered(known: Visitors, number: int, *, works: bool = True, address: str = "") -> Visitor:
    found, _ = known.find(name(number))
    visitor = known.enter(found, address or f"10.0.0.{number}")
    if works:
        known.handle(visitor, TRAIN)
    return visitor


def test_whoever_has_been_away_longest_goes_when_there_are_too_many(sets: DataSets) -> None:
    async def test() -> None:
        known = Visitors(sets, "plain")
        many = [entered(known, number) for number in range(VISITORS)]
        many[0].watch(nothing)  # it is here
        many[1].watch(nothing)
        many[1].unwatch(nothing)  # it was here until now
        gone = many[2].work
        entered(known, 1_000)
        assert name(2) not in known._visitors  # the third one has been away longest
        assert {name(0), name(1), name(1_000)} < set(known._visitors)
        assert len(known) == VISITORS
        assert isinstance(gone, Training)
        assert gone._given_up
        known.close()

    elsewhere(test)


def test_whoever_is_watched_stays_however_many_there_are(sets: DataSets) -> None:
    async def test() -> None:
        known = Visitors(sets, "plain")
        many = [entered(known, number, works=False) for number in range(VISITORS)]
        for visitor in many:
            visitor.watch(nothing)
        with pytest.raises(FullError):
            entered(known, 1_000)
        known.leave(many[7], nothing)
        entered(known, 1_000)
        assert len(known) == VISITORS
        known.close()

    elsewhere(test)


def test_nothing_trains_that_belongs_to_nobody_however_many_come_and_go(sets: DataSets) -> None:
    """A hundred at a time enter, begin a run and leave, all from one address."""

    async def test() -> None:
        budgets = Budgets()
        known = Visitors(sets, "plain", timing=Timing(forget_after=0.0, sweep=0.01), budgets=budgets)
        for first in range(0, 1_000, 50):
            crowd = [entered(known, number, works=False, address="10.0.0.1") for number in range(first, first + 50)]
            for visitor in crowd:
                visitor.watch(nothing)
            for visitor in crowd:
                known.handle(visitor, TRAIN | {"go": "run", "recipe": {"epochs": 1_000}})
            for visitor in crowd:
                known.leave(visitor, nothing)
            assert len(known) <= AWAY
            assert len(known.queue) <= AWAY + 1  # one may be about to end
            assert budgets.runs.held <= AWAY * 2**24
        async with asyncio.timeout(PATIENCE):
            while len(known) or len(known.queue):
                await asyncio.sleep(0.01)
        assert (budgets.runs.held, budgets.visitors.held) == (0, 0)
        known.close()

    elsewhere(test)


def test_who_had_to_give_way_begins_no_run(sets: DataSets) -> None:
    async def test() -> None:
        known = Visitors(sets, "plain")
        lost = entered(known, 0)  # and nobody watches it
        for number in range(1, VISITORS + 1):
            entered(known, number)
        with pytest.raises(Refused, match="reload"):
            known.handle(lost, TRAIN)
        assert lost.work is None
        known.close()

    elsewhere(test)


def test_runs_have_so_much_memory_together_and_who_finds_none_keeps_what_they_had(sets: DataSets) -> None:
    async def test() -> None:
        budgets = Budgets(runs=2 * memory_of(request_of(TRAIN, sets)))
        known = Visitors(sets, "plain", budgets=budgets)
        first, second = entered(known, 1), entered(known, 2)
        for visitor in (first, second):
            visitor.watch(nothing)
        before, large = second.work, TRAIN | {"recipe": {"epochs": 1, "hidden": [1_000]}}
        with pytest.raises(Refused, match="no room"):
            known.handle(second, large)
        assert second.work is before
        assert 0 < budgets.runs.held <= budgets.runs.most
        known.handle(first, {"type": "forget"})
        known.handle(second, large)
        assert second.work is not before
        known.close()

    elsewhere(test)


def test_what_a_run_keeps_is_about_what_was_estimated(sets: DataSets) -> None:
    for hidden in ([16, 16], [300]):
        request = request_of(TRAIN | {"recipe": {"epochs": 1, "hidden": hidden, "optimiser": "adam"}}, sets)
        weights = sum(n * (m + 1) for m, n in pairwise([784, *hidden, 3]))
        arrays = weights * 4 * 3 + most_snapshots(weights) * weights * 4  # the network and Adam's two memories
        assert arrays < memory_of(request) < arrays + 3 * 2**20


def test_half_an_hour_without_a_page_is_the_end(sets: DataSets) -> None:
    assert Timing().forget_after == 30 * 60

    async def test() -> None:
        known = Visitors(sets, "plain", timing=Timing(forget_after=0.2, sweep=0.02))
        here, away, empty = entered(known, 1), entered(known, 2), entered(known, 3, works=False)
        for visitor in (here, away, empty):
            visitor.watch(nothing)
        for visitor in (away, empty):
            known.leave(visitor, nothing)
        assert empty.name not in known._visitors  # there is nothing to come back to
        assert away.work is not None
        async with asyncio.timeout(PATIENCE):
            while away.name in known._visitors:
                await asyncio.sleep(0.01)
            while known._removal is not None:  # nobody is away any more
                await asyncio.sleep(0.01)
        assert list(known._visitors) == [here.name]
        known.close()

    elsewhere(test)


@pytest.mark.parametrize("wrong", [None, "", "x" * 32, "F" * 32, "0" * 33, 7, "0" * 31 + "\n"])
def test_a_name_is_thirty_two_hex_digits(sets: DataSets, wrong: Any) -> None:
    with pytest.raises(Refused, match="32 hex digits"):
        Visitors(sets, "plain").find(wrong)


def test_a_comparison_takes_the_place_of_a_run_and_forgets_it(sets: DataSets, tmp_path: Path) -> None:
    known = Visitors(sets, "plain", tmp_path)
    visitor = entered(known, 1)
    checkpoint = tmp_path / f"{name(1)}.digitlens.checkpoint"
    checkpoint.write_bytes(b"of the run before")
    run = visitor.work
    compare = TRAIN | {"type": "compare", "recipes": [{"epochs": 1}, {"epochs": 1, "activation": "relu"}], "seeds": 1}
    known.handle(visitor, compare)
    assert isinstance(run, Training)
    assert run._given_up
    assert not checkpoint.exists()
    assert not isinstance(visitor.work, Training)
    known.close()


def test_nothing_of_training_is_loaded_before_somebody_comes_to_train() -> None:
    program = """
import sys
from digitlens.server.http.address import Address
from digitlens.server.training.data_sets import DataSets
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_app
from digitlens.server.http import server
app = create_app(Networks(), Address("127.0.0.1", 8484), sets=DataSets())
early = [name for name in sys.modules if name.startswith("digitlens.learning") or name == "threadpoolctl"]
app.close()
app._app.state.visitors()
assert "digitlens.learning.training" in sys.modules
print(early)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.strip() == "[]"
