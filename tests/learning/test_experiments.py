"""Experiments: the same bits however many run at once, one failure among successes, and a stop that stops."""

from __future__ import annotations

import subprocess
import threading
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from tests.learning.bars import bar_data, bars, small

from digitlens.digits.dataset import DataSet
from digitlens.errors import DataError, RecipeError, UsageError
from digitlens.learning.engines import choose
from digitlens.learning.experiments import Experiments, Outcome, Progress
from digitlens.learning.training import Run
from digitlens.learning.training_work import ON_THREADS
from digitlens.parallel.local import cores
from digitlens.reading.reader import Reader

DATA = bar_data()
ENGINES = ["plain", *(name for name in ON_THREADS if choose(small()).name == name)]
DIVERGING = small(activation="relu", output="identity", learning_rate=1e6, epochs=10)
ENDLESS = small(epochs=100_000, hidden=(30,))
SOME = [small(seed=1), small(hidden=(), preparation=("straighten",)), small(optimiser="adam", learning_rate=0.01)]


def bits(reader: Reader | None) -> Any:
    """All that decides how it reads, and its story without the seconds, which no two runs share."""
    assert reader
    arrays = [part.tobytes() for layer in reader.network.layers for part in (layer.weights, layer.biases)]
    functions = [each.name for each in reader.network.activations]
    return arrays, functions, reader.adjusting, reader.recipe, reader.provenance, timeless(reader.history)


def timeless(history: Any) -> list[dict[str, float]]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in history]


def left_behind() -> list[Any]:
    """Threads and child processes of ours that are still there."""
    threads = [thread for thread in threading.enumerate() if thread.name == "digitlens worker"]
    return threads + [process for process in STARTED if process.returncode is None]


STARTED: list[subprocess.Popen[bytes]] = []


@pytest.fixture(autouse=True)
def nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> Any:
    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            STARTED.append(self)

    STARTED.clear()
    monkeypatch.setattr("digitlens.parallel.process.subprocess.Popen", Noted)
    yield
    assert left_behind() == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_runs_side_by_side_come_to_the_bits_of_a_run_alone(engine: str, jobs: int) -> None:
    outcomes = Experiments(SOME, DATA, jobs=jobs, engine=engine).in_order()
    assert [(each.index, each.recipe, each.engine) for each in outcomes] == [
        (index, recipe, engine) for index, recipe in enumerate(SOME)
    ]
    assert len(STARTED) == (1 if engine in ON_THREADS else jobs)  # what must be straightened has a process of its own
    for outcome in outcomes:
        run = Run(outcome.recipe, DATA, engine=engine)
        list(run)
        assert bits(outcome.reader) == bits(run.reader())
        assert timeless(outcome.history) == timeless(run.history)
        assert (len(outcome.history), outcome.error, outcome.seconds > 0) == (3, "", True)
    assert bits(outcomes[0].reader) != bits(outcomes[1].reader)


def test_each_recipe_goes_where_its_engine_needs_it() -> None:
    outcomes = Experiments([small(), small(precision="float64"), small()], DATA, jobs=1).in_order()
    assert [each.engine for each in outcomes] == [choose(each.recipe).name for each in outcomes]
    assert outcomes[1].reader
    assert outcomes[1].reader.network.dtype == np.float64
    assert len(STARTED) == 1  # one worker serves all its recipes


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_diverges_is_reported_beside_the_good_ones(engine: str) -> None:
    outcomes = Experiments([small(), DIVERGING, small(seed=3)], DATA, jobs=2, engine=engine).in_order()
    assert [each.error == "" for each in outcomes] == [True, False, True]
    assert "lower the learning rate, which is 1e+06" in outcomes[1].error
    assert outcomes[1].reader is None
    assert outcomes[0].reader
    assert outcomes[2].reader


def test_what_a_killed_worker_had_in_hand_is_trained_by_another_to_the_same_bits() -> None:
    killed: list[int] = []

    def heard(progress: Progress) -> None:
        if not killed:
            killed.append(STARTED[0].pid)
            STARTED[0].kill()

    recipes = [small(epochs=200), small()]
    outcomes = Experiments(recipes, DATA, jobs=1, engine="plain", on_progress=heard).in_order()
    assert len(STARTED) == 2
    for recipe, outcome in zip(recipes, outcomes, strict=True):
        run = Run(recipe, DATA, engine="plain")
        list(run)
        assert bits(outcome.reader) == bits(run.reader())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("how", ["stop", "close", "raise"])
def test_whoever_ends_the_walk_ends_the_runs_and_keeps_what_is_finished(engine: str, how: str) -> None:
    class Enough(Exception):
        pass

    def heard(progress: Progress) -> None:
        if experiments.outcomes and how == "raise":
            raise Enough

    experiments = Experiments([ENDLESS, small(), ENDLESS], DATA, jobs=2, engine=engine, on_progress=heard)
    experiments._size = lambda index: -index  # type: ignore[method-assign,assignment,return-value]  # as they stand
    walk = iter(experiments)
    if how == "raise":
        with pytest.raises(Enough):
            next(walk)
    else:
        assert next(walk).index == 1
        if how == "close":
            walk.close()  # type: ignore[attr-defined]
        else:
            stopper = threading.Timer(0.2, experiments.stop)
            stopper.start()
            assert list(walk) == []
            stopper.join()
    assert left_behind() == []
    assert list(experiments.outcomes) == [1]
    assert experiments.progress.done == 1
    assert experiments.progress.seconds == experiments._past  # the clock rests


def test_a_stop_that_came_before_the_walk_counts_and_the_next_walk_goes_on() -> None:
    experiments = Experiments(SOME, DATA, jobs=2)
    experiments.stop()
    assert list(experiments) == []
    first = next(iter(experiments))
    kept = dict(experiments.outcomes)
    assert first.index in kept
    rest = list(experiments)
    assert len(kept) + len(rest) == 3
    assert [each.index for each in experiments.in_order()] == [0, 1, 2]
    assert experiments.outcomes[first.index] is first


def test_straightening_too_can_be_stopped() -> None:
    many = bars(4_000)
    data = DataSet("bars", "bars", many, many, DATA.classes)
    experiments = Experiments([small(preparation=("straighten",), epochs=100_000)], data, jobs=1)
    stopper = threading.Timer(0.05, experiments.stop)
    stopper.start()
    assert list(experiments) == []
    stopper.join()


@pytest.mark.parametrize("engine", ENGINES)
def test_progress_only_grows_and_ends_at_all(engine: str) -> None:
    seen: list[Progress] = []
    recipes = [small(epochs=epochs) for epochs in (1, 7, 3)] + [DIVERGING]
    experiments = Experiments(recipes, DATA, jobs=2, engine=engine, on_progress=seen.append)
    assert (experiments.progress.done, experiments.progress.seconds_left) == (0, None)
    for _outcome in experiments:
        assert threading.current_thread() is threading.main_thread()
    assert len(seen) >= 1 + 7 + 3
    for before, after in pairwise(seen):
        assert before.done <= after.done
        assert before.epochs <= after.epochs
        assert before.seconds < after.seconds
    last = seen[-1]
    assert (last.done, last.total, last.epochs, last.all_epochs, last.seconds_left) == (4, 4, 21, 21, 0)
    assert all(each.seconds_left is None or each.seconds_left >= 0 for each in seen)


def test_the_time_left_comes_from_epochs_of_runs_under_way() -> None:
    experiments = Experiments([small(epochs=10), small(epochs=20), small(epochs=4)], DATA, jobs=2)
    experiments._spent[0] = (5, 10.0)  # 2 s an epoch: 10 s left
    assert experiments.progress.seconds_left == max((10 + 40 + 8) / 2, 40)  # nobody shares a run
    experiments._spent[1] = (10, 10.0)  # 1 s an epoch, 10 s left; on average 20 / 15
    assert experiments.progress.seconds_left == pytest.approx((10 + 10 + 4 * 20 / 15) / 2)
    experiments.outcomes[0] = Outcome(0, small(), "plain", 11.0, (), None, "failed")
    assert experiments.progress.epochs == 20


def test_no_recipes_give_no_outcomes() -> None:
    experiments = Experiments([], DATA)
    assert (list(experiments), experiments.in_order(), experiments.progress.total) == ([], [], 0)
    assert experiments.progress.seconds_left == 0


@pytest.mark.parametrize("jobs", [0, -1, 1.5, "2"])
def test_fewer_jobs_than_one_are_refused(jobs: Any) -> None:
    with pytest.raises(UsageError, match=r"^jobs: .*got "):
        Experiments([small()], DATA, jobs=jobs)


def test_recipes_that_do_not_fit_are_refused_as_a_run_does_before_anything_starts() -> None:
    wrong = DataSet("bars", "bars", DATA.training, bars(5), ("0", "1"))
    for recipe, data, error in (
        (small(validation=90), DATA, RecipeError),
        (small(), wrong, DataError),
    ):
        with pytest.raises(error) as alone:
            Run(recipe, data)
        with pytest.raises(error) as among:
            Experiments([small(validation=0), recipe], data)
        assert str(among.value) == str(alone.value)
    with pytest.raises(RecipeError, match="engine: one of"):
        Experiments([small()], DATA, engine="quantum")


def test_two_walks_at_once_are_refused() -> None:
    experiments = Experiments(SOME, DATA, jobs=1)
    walk = iter(experiments)
    next(walk)
    with pytest.raises(UsageError, match="one walk at a time"):
        next(iter(experiments))
    assert len(list(walk)) == 2


def test_as_many_jobs_as_cores_unless_told() -> None:
    assert Experiments([small()], DATA).jobs == cores() >= 1


@pytest.mark.parametrize("engine", ENGINES)
def test_runs_with_random_labels_learn_from_those_whatever_ran_before(engine: str) -> None:
    recipes = [small(), small(labels="random"), small(labels="random", seed=1), small(seed=1)]
    outcomes = Experiments(recipes, DATA, jobs=1, engine=engine).in_order()
    for recipe, outcome in zip(recipes, outcomes, strict=True):
        alone = Run(recipe, DATA, engine=engine)
        list(alone)
        assert bits(outcome.reader)[0] == bits(alone.reader())[0]
    assert len({repr(bits(outcome.reader)[0]) for outcome in outcomes}) == 4


def test_the_old_name_of_the_callback_works_and_says_the_new_one() -> None:
    old: dict[str, Any] = {"heard": print}
    with pytest.warns(DeprecationWarning, match=r"Experiments\(heard=...\) is called Experiments\(on_progress=...\)"):
        assert Experiments([small()], DATA, **old).on_progress is print
