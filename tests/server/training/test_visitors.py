"""Who is kept, and for how long: 64 visitors, whoever has been away longest goes first, and nobody who is watched."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.server.loops import elsewhere
from tests.server.training.test_live_training import pictures
from tests.waiting import PATIENCE

from digitlens.server.refusal import Refused
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.run import Training
from digitlens.server.training.timing import Timing
from digitlens.server.training.visitors import MOST, Visitor, Visitors

TRAIN: dict[str, Any] = {"type": "train", "number": 1, "recipe": {"epochs": 1}, "data": "folder", "go": "nothing"}


def nothing(over: bool) -> None:
    pass


def name(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> DataSets:
    return DataSets(str(pictures(tmp_path_factory.mktemp("labelled") / "three", 10)))


def entered(known: Visitors, number: int, *, works: bool = True) -> Visitor:
    visitor, _ = known.enter(name(number))
    if works:
        known.handle(visitor, TRAIN)
    return visitor


def test_whoever_has_been_away_longest_goes_when_there_are_too_many(sets: DataSets) -> None:
    async def test() -> None:
        known = Visitors(sets, "plain")
        many = [entered(known, number) for number in range(MOST)]
        many[0].watch(nothing)  # it is here
        many[1].last_seen += 1
        empty = entered(known, 1_000, works=False)  # has left nothing, but it is the new one
        assert name(2) not in known._visitors  # the third one has been away longest
        assert {name(0), name(1)} < set(known._visitors)
        entered(known, 1_001)
        assert empty.name not in known._visitors
        assert len(known._visitors) == MOST
        gone = many[2].work
        assert isinstance(gone, Training)
        assert gone._given_up
        known.close()

    elsewhere(test)


def test_whoever_is_watched_stays_however_many_there_are(sets: DataSets) -> None:
    async def test() -> None:
        known = Visitors(sets, "plain")
        many = [entered(known, number, works=False) for number in range(MOST)]
        for visitor in many:
            visitor.watch(nothing)
        entered(known, 1_000)
        assert len(known._visitors) == MOST + 1
        for visitor in many:
            known.leave(visitor, nothing)
        entered(known, 1_001)
        assert len(known._visitors) == MOST
        known.close()

    elsewhere(test)


def test_half_an_hour_without_a_page_is_the_end(sets: DataSets) -> None:
    assert Timing().forget_after == 30 * 60

    async def test() -> None:
        known = Visitors(sets, "plain", timing=Timing(forget_after=0.2, sweep=0.02))
        here, away, empty = entered(known, 1), entered(known, 2), entered(known, 3, works=False)
        for visitor in (here, away, empty):
            visitor.watch(nothing)
        for visitor in (away, empty):
            known.leave(visitor, nothing)
        async with asyncio.timeout(PATIENCE):
            while empty.name in known._visitors:
                await asyncio.sleep(0.01)
            assert away.work is not None
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
        Visitors(sets, "plain").enter(wrong)


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
app = create_app(Networks(), Address(4, 8484), sets=DataSets())
early = [name for name in sys.modules if name.startswith("digitlens.learning") or name == "threadpoolctl"]
app.close()
app._app.state.visitors()
assert "digitlens.learning.training" in sys.modules
print(early)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.strip() == "[]"
