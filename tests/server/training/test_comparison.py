"""A comparison: both sides get the same seeds, the runs are those of anybody, and others have their turns meanwhile."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.server.serving import Site
from tests.server.training.test_live_training import pictures
from tests.server.watching import page, training, visitors
from tests.waiting import until

from digitlens.digits.sources.folders import load_folder
from digitlens.learning.recipes import named
from digitlens.learning.training import Run, fitted
from digitlens.server.training.comparison import ComparisonRequest, ComparisonTraining
from digitlens.server.training.queue import TrainingQueue
from digitlens.server.training.timing import Timing

SIDES: list[dict[str, Any]] = [{"epochs": 4, "seed": 3}, {"epochs": 4, "seed": 3, "activation": "relu"}]
LONG_SIDES = [fields | {"epochs": 200} for fields in SIDES]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with training(pictures(tmp_path_factory.mktemp("labelled") / "three")) as site:
        yield site


def test_two_recipes_are_compared_seed_by_seed(site: Site) -> None:
    with page(site) as one:
        one.say(type="compare", number=2, recipes=SIDES, base="video", data="folder", seeds=3)
        frames = one.watches("comparison", state="finished")
    done = [header["done"] for header, _ in frames]
    assert done == sorted(done)
    header, arrays = frames[-1]
    assert {header["number"] for header, _ in frames} == {2}
    assert (header["done"], header["all"], header["seeds"]) == (6, 6, 3)
    assert header["names"] == ["sigmoid", "ReLU"]
    assert header["difference"]["pairs"] == 3
    assert "3 pairs" in header["sentence"]
    data = load_folder(visitors(site).sets.folder)
    for side, (name, fields) in enumerate(zip("ab", SIDES, strict=True)):
        assert [run["seed"] for run in header["runs"][side]] == [3, 4, 5]
        assert arrays[f"{name}_curves"].shape == (3, 4, 4)
        for which, told in enumerate(header["runs"][side]):
            recipe = fitted(named("video", **fields | {"seed": 3 + which}), data, chosen=False)
            run = Run(recipe, data)
            list(run)
            assert told["test_accuracy"] == run.history[-1]["test_accuracy"]
            assert told["seconds_per_epoch"] >= 0
            expected = [row["training_cost"] for row in run.history]
            assert arrays[f"{name}_curves"][which, :, 0].tolist() == pytest.approx(expected)
        weights = run.reader().network.layers[0].weights
        shown = arrays[f"{name}_pictures"] / 127 * header[f"{name}_strongest"]
        assert np.abs(shown - weights).max() <= header[f"{name}_strongest"] / 253


def test_a_comparison_rests_and_goes_on_where_it_was(site: Site) -> None:
    with page(site) as one:
        for number in range(3, 100):  # until one is not at its end before the wish to pause is there
            one.say(type="compare", number=number, recipes=LONG_SIDES, base="video", data="folder", seeds=2)
            one.sees("comparison", number=number, state="running")
            one.say(type="pause")
            seen, _ = one.sees("comparison", lambda header: header["state"] in ("paused", "finished"), number=number)
            if seen["state"] == "paused":
                break
            one.hears("refused")
        one.say(type="go", how="run")
        later, _ = one.sees("comparison", state="finished")
        assert later["done"] == 4
        assert [run["seed"] for run in later["runs"][0]] == [3, 4]
        one.say(type="go", how="run")
        assert "has ended" in one.hears("refused")["error"]
        one.train(4, epochs=1)
        assert one.sees(state="finished")[0]["number"] == 4


def test_a_side_that_diverges_is_told_as_such(site: Site) -> None:
    wild = {"epochs": 2, "activation": "identity", "output": "identity", "schedule": "constant"}
    with page(site) as one:
        both = [wild | {"learning_rate": 0.001}, wild | {"learning_rate": 1e6}]
        one.say(type="compare", number=5, recipes=both, base="video", data="folder", seeds=2)
        header, _ = one.sees("comparison", state="finished")
    assert [run["error"] for run in header["runs"][0]] == ["", ""]
    assert all("diverged" in run["error"] and run["test_accuracy"] is None for run in header["runs"][1])
    assert "2 of 2 runs" in header["sentence"]


def test_others_get_their_turns_while_somebody_compares(tmp_path: Path) -> None:
    timing = Timing(workers=1, turn=0.02)
    with (
        training(pictures(tmp_path / "three"), timing=timing) as site,
        page(site) as one,
        page(site) as other,
    ):
        long = [fields | {"epochs": 200, "mini_batch": 1} for fields in SIDES]
        one.say(type="compare", number=1, recipes=long, base="video", data="folder", seeds=10)
        one.sees("comparison", state="running")
        other.train(epochs=3)
        assert other.sees(state="finished")
        header, _ = one.sees("comparison")
        assert header["done"] < header["all"]
        one.say(type="forget")
        until(lambda: visitors(site).queue.idle)


def test_a_comparison_that_was_given_up_is_gone_at_once(site: Site) -> None:
    sets = visitors(site).sets
    message = {"number": 1, "recipes": SIDES, "base": "video", "data": "folder", "seeds": 1}
    one = ComparisonTraining(
        ComparisonRequest.of(message, sets), lambda: sets.load("folder"), TrainingQueue(0), lambda: None
    )
    one.go()
    while one.turn(lambda: False):
        pass
    assert one.over
    one.stop()
    left = weakref.ref(one)
    gc.disable()
    try:
        del one
        assert left() is None
    finally:
        gc.enable()
