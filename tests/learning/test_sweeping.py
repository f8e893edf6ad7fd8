"""A sweep runs each recipe once, however often it is ended, and to the bits of an undisturbed one."""

from __future__ import annotations

import random
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.learning.bars import bar_data, bars, small
from tests.learning.sweeping import start, timeless
from tests.parallel.dask_cluster import cluster
from tests.waiting import PATIENCE

from digitlens.digits.dataset import DataSet
from digitlens.errors import DataError, FileError, UsageError
from digitlens.files.journal import open_journal
from digitlens.learning import sweeping
from digitlens.learning.sweeping import Range, at_random, best, flat, grid, sweep
from digitlens.learning.training import Run
from digitlens.learning.training_work import TrainingWork

DATA = bar_data()


def journal_rows(path: Path) -> list[dict[str, Any]]:
    with open_journal(path) as journal:
        return journal.entries[1:]


def test_a_grid_has_every_combination_from_every_seed() -> None:
    recipes = grid(small(seed=3), {"learning_rate": [0.1, 0.2], "hidden": [(4,), (5, 6)]}, seeds=2)
    told = [(recipe.learning_rate, recipe.hidden, recipe.seed) for recipe in recipes]
    assert told == [(rate, hidden, seed) for rate in (0.1, 0.2) for hidden in ((4,), (5, 6)) for seed in (3, 4)]


def test_what_is_drawn_lies_in_its_range_and_is_the_same_every_time() -> None:
    ranges: dict[str, Any] = {
        "learning_rate": Range(0.01, 1.0, log=True),
        "epochs": Range(1, 9),
        "momentum": Range(0.5, 0.9),
        "activation": ["relu", "tanh"],
    }
    recipes = at_random(small(), ranges, 200)
    assert recipes == at_random(small(), ranges, 200)
    assert recipes != at_random(small(seed=1), ranges, 200)
    rates = np.array([recipe.learning_rate for recipe in recipes])
    assert rates.min() >= 0.01
    assert rates.max() <= 1.0
    assert 0.35 < (rates < 0.1).mean() < 0.65  # evenly in the logarithm
    assert {recipe.epochs for recipe in recipes} == set(range(1, 10))
    assert {recipe.activation for recipe in recipes} == {"relu", "tanh"}
    momenta = np.array([recipe.momentum for recipe in recipes])
    assert 0.35 < (momenta < 0.7).mean() < 0.65


@pytest.mark.parametrize("ends", [(1, 1), (2, 1), (0, float("inf")), (float("nan"), 1)])
def test_a_range_without_sense_is_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(UsageError):
        Range(*ends)
    with pytest.raises(UsageError, match="above 0"):
        Range(0, 1, log=True)


def test_too_many_or_no_runs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="100,000"):
        grid(small(), {"learning_rate": [0.1] * 400}, seeds=300)
    with pytest.raises(UsageError):
        at_random(small(), {}, 0)
    with pytest.raises(UsageError, match="jobs"):
        sweep([small()], DATA, tmp_path / "j", jobs=0)


def test_the_rows_are_what_the_runs_come_to_and_stand_in_the_journal(tmp_path: Path) -> None:
    recipes = grid(small(epochs=1), {"hidden": [(4,), (3, 3)], "activation": ["sigmoid", "relu"]})
    seen: list[tuple[int, int]] = []
    rows = sweep(recipes, DATA, tmp_path / "j", jobs=2, on_progress=lambda *now: seen.append(now))
    assert [row["recipe"] for row in rows] == [recipe.changed(data="bars").to_json() for recipe in recipes]
    assert seen == [(done, 4) for done in range(5)]
    for recipe, row in zip(recipes, rows, strict=True):
        run = Run(recipe.changed(data="bars"), DATA)
        list(run)
        assert {name: row[name] for name in run.history[-1] if name not in ("seconds", "mini_batch")} == {
            name: value for name, value in run.history[-1].items() if name not in ("seconds", "mini_batch")
        }
    assert sorted(map(str, journal_rows(tmp_path / "j"))) == sorted(map(str, rows))


def test_nothing_is_run_twice(tmp_path: Path) -> None:
    recipes = [small(epochs=1, seed=seed) for seed in (0, 1, 1)]
    seen: list[tuple[int, int]] = []
    first = sweep(recipes, DATA, tmp_path / "j", jobs=1, on_progress=lambda *now: seen.append(now))
    more = [*recipes, small(epochs=1, seed=2)]
    again = sweep(more, DATA, tmp_path / "j", jobs=1, on_progress=lambda *now: seen.append(now))
    assert seen == [(0, 2), (1, 2), (2, 2), (2, 3), (3, 3)]
    assert [row["recipe"]["seed"] for row in journal_rows(tmp_path / "j")] == [0, 1, 2]
    assert again[:2] == first  # to the seconds that they took


def test_a_run_of_which_workers_die_is_an_error_and_tried_again_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitlens.parallel.process.COMMAND", "raise SystemExit(9)")
    recipes = [small(epochs=1, precision="float64"), small(epochs=1)]
    lost, good = sweep(recipes, DATA, tmp_path / "j")
    assert "exit code 9" in lost["error"]
    assert good["error"] == ""
    monkeypatch.undo()
    found, same = sweep(recipes, DATA, tmp_path / "j")
    assert found["error"] == ""
    assert same == good


def test_a_run_that_fails_is_a_row_with_its_reason(tmp_path: Path) -> None:
    wild = small(activation="relu", output="identity", learning_rate=1e6)
    rows = sweep([wild, small(epochs=1)], DATA, tmp_path / "j")
    assert "diverged" in rows[0]["error"]
    assert [row["recipe"]["output"] for row in best(rows)] == ["sigmoid"]


def test_the_best_is_chosen_on_what_was_held_out() -> None:
    rows: list[dict[str, Any]] = [
        {"error": "", "validation_accuracy": v, "test_accuracy": t, "recipe": {"hidden": [3, 4]}}
        for v, t in ((0.5, 0.9), (0.7, 0.1), (0.6, 0.95))
    ]
    assert [row["validation_accuracy"] for row in best(rows)] == [0.7, 0.6, 0.5]
    assert flat(rows)[0] == {"hidden": "3-4", "error": "", "validation_accuracy": 0.5, "test_accuracy": 0.9}


def test_a_journal_of_other_digits_is_refused(tmp_path: Path) -> None:
    sweep([small(epochs=1)], DATA, tmp_path / "j")
    other = DataSet("bars", "others", bars(91, 5), bars(40, 6), DATA.classes)
    with pytest.raises(FileError, match="other digits"):
        sweep([small(epochs=1)], other, tmp_path / "j")


def test_the_plain_engine_runs_in_processes_to_the_same_rows(tmp_path: Path) -> None:
    recipes = [small(epochs=1, precision="float64", seed=seed) for seed in range(3)]
    rows = sweep(recipes, DATA, tmp_path / "j", jobs=2)
    for recipe, row in zip(recipes, rows, strict=True):
        run = Run(recipe, DATA, engine="plain")
        list(run)
        assert (row["engine"], row["test_accuracy"]) == ("plain", run.history[-1]["test_accuracy"])
        assert row["fingerprint"] == sweeping._bits(run.reader())


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing was killed: this system knows no SIGKILL")
def test_killed_twice_and_resumed_each_run_is_there_once_and_equal(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    chance = random.Random(7)
    for _ in range(2):
        process = start(killed, seeds=3)
        assert process.stdout
        for _ in range(chance.randint(2, 8)):
            process.stdout.readline()
        process.kill()
        process.communicate(timeout=PATIENCE)
    for path in (killed, whole):
        process = start(path, seeds=3)
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    rows, expected = (sorted(timeless(journal_rows(path)), key=str) for path in (killed, whole))
    assert len(rows) == 30
    assert rows == expected


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing was killed: this system knows no SIGKILL")
def test_on_a_dask_cluster_whose_worker_is_killed_each_run_is_there_once_and_equal(tmp_path: Path) -> None:
    from tests.cli.conftest import save

    from digitlens.digits.sources.find import find_data
    from digitlens.digits.synthetic.pen.writer import pen_digits

    folder = tmp_path / "digits"
    written = pen_digits(60, seed=3).digits
    for number, (image, digit) in enumerate(zip(written.images, written.digits, strict=True)):
        (folder / str(digit)).mkdir(parents=True, exist_ok=True)
        save(image, folder / str(digit) / f"{number}.png", times=1)
    data = find_data(str(folder), offline=True)
    recipes = grid(small(epochs=40, validation=5), {"learning_rate": [0.1, 0.3, 1.0]}, seeds=8)
    done: list[int] = []

    with cluster(tmp_path) as dask:

        def heard(now: int, total: int) -> None:
            done.append(now)
            if now == 5:
                dask.workers[0].kill()

        rows = sweep(recipes, data, tmp_path / "j", cluster=dask.address, named=str(folder), on_progress=heard)
        assert dask.workers[0].wait(PATIENCE) == -signal.SIGKILL
    assert done == list(range(25))
    assert len(journal_rows(tmp_path / "j")) == 24
    expected = sweep(recipes, data, tmp_path / "alone")
    assert timeless(rows) == timeless(expected)


def test_a_worker_with_other_digits_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitlens.digits.sources.find.find_data", lambda named, **how: DATA)
    TrainingWork("auto", None, None, DATA.training.fingerprint()).begin()
    with pytest.raises(DataError, match="other data"):
        TrainingWork("auto", None, None, "0" * 64).begin()


def test_without_dask_a_cluster_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from digitlens.errors import MissingExtra

    monkeypatch.setitem(sys.modules, "distributed.core", None)
    with pytest.raises(MissingExtra, match="cluster"):
        sweep([small()], DATA, tmp_path / "j", cluster="tcp://127.0.0.1:1")
