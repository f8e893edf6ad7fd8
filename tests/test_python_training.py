"""`dl.train`, `dl.compare`, `dl.sweep`: from the digits that a recipe was made for, unless others are handed over."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.faults.small_mnist import CONTENTS, SMALL

import digitlens as dl
from digitlens.digits.sources import find as sources
from digitlens.digits.sources.mnist import load_mnist
from digitlens.files.journal import open_journal


@pytest.fixture(autouse=True)
def small_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small MNIST stands where the real one would: twelve images to learn from, five to be tested on."""
    for name, data in CONTENTS:
        (tmp_path / name).write_bytes(data)
    monkeypatch.setenv("DIGITLENS_DATA", str(tmp_path))
    monkeypatch.setattr(sources, "load_mnist", lambda folder: load_mnist(folder, files=SMALL))


@pytest.fixture(scope="module")
def few() -> dl.DataSet:
    written = dl.pen_digits(120, seed=4).digits
    return dl.DataSet("few", "a few pen digits", written[:100], written[100:])


def test_a_recipe_learns_from_the_digits_it_was_made_for() -> None:
    run = dl.train("reader")
    assert (run.data.name, len(run.data.training), run.recipe.data) == ("mnist+pen", 18, "mnist+pen")
    assert dl.train("video").data.name == "mnist"
    assert dl.train(dl.Recipe(data="mnist+pen", validation=2)).data.name == "mnist+pen"


def test_digits_that_are_handed_over_or_named_come_first(few: dl.DataSet) -> None:
    assert dl.train("reader", few).data is few
    assert (dl.train("reader", "mnist").data.name, dl.train("video", "mnist+pen").data.name) == ("mnist", "mnist+pen")


def test_what_is_compared_learns_from_the_digits_that_the_recipe_was_made_for(few: dl.DataSet) -> None:
    made_for = dl.compare("activation", ["relu", "tanh"], seeds=1, recipe="reader", hidden=(4,), epochs=1, validation=1)
    handed = dl.compare("activation", ["relu", "tanh"], seeds=1, recipe="reader", data=few, hidden=(4,), epochs=1)
    for result, name in ((made_for, "mnist+pen"), (handed, "few")):
        outcomes = [outcome for side in result.sides for outcome in side.outcomes]
        assert [(outcome.recipe.data, outcome.error) for outcome in outcomes] == [(name, "")] * 2


def test_a_recipe_that_was_made_for_digits_without_a_name_wants_them_handed_over(few: dl.DataSet) -> None:
    made = dl.train("video", few, epochs=1).recipe
    with pytest.raises(dl.DigitlensError, match=r"made for digits called 'few'.*hand them over"):
        dl.train(made)
    assert dl.train(made, few).recipe == made


def test_what_is_swept_learns_from_the_digits_that_the_recipe_was_made_for(few: dl.DataSet) -> None:
    grid: dict[str, Any] = {"activation": ["relu", "tanh"]}
    swept = dl.sweep(grid, recipe="reader", hidden=(4,), epochs=1)
    assert [(row["data"], row["error"]) for row in swept.table] == [("mnist+pen", "")] * 2
    assert {row["data"] for row in dl.sweep(grid, recipe="reader", data="mnist", epochs=1).table} == {"mnist"}
    assert {row["data"] for row in dl.sweep(grid, recipe="reader", data=few, hidden=(4,), epochs=1).table} == {"few"}


def test_a_grid_is_swept_into_rows_that_are_a_plain_table(few: dl.DataSet) -> None:
    told: list[tuple[int, int]] = []
    rates = np.array([0.01, 2.0])
    swept = dl.sweep(
        {"hidden": [(), (8, 4)], "learning_rate": rates},
        seeds=2, data=few, epochs=2, seed=5, jobs=2, on_progress=lambda *now: told.append(now),
    )  # fmt: skip
    table = swept.table
    assert [(row["hidden"], row["learning_rate"], row["seed"]) for row in table] == [
        (hidden, rate, seed) for hidden in ("none", "8-4") for rate in (0.01, 2.0) for seed in (5, 6)
    ]
    assert told == [(done, 8) for done in range(9)]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(table[0]))  # which refuses a row with other columns
    writer.writeheader()
    writer.writerows(table)
    again = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert [float(row["test_accuracy"]) for row in again] == [row["test_accuracy"] for row in table]
    assert [row["recipe"]["hidden"] for row in swept.to_json()] == [[]] * 4 + [[8, 4]] * 4
    assert repr(swept) == "<Swept: 8 runs>"


def test_the_best_recipe_is_the_one_that_read_most_of_what_was_held_out(few: dl.DataSet) -> None:
    swept = dl.sweep({"learning_rate": [1e-6, 2.0]}, data=few, epochs=20, mini_batch=10, validation=30)
    held_out = [row["validation_accuracy"] for row in swept.table]
    assert held_out[1] > held_out[0]
    assert swept.best is not None
    run = dl.train(swept.best, few)
    for _ in run:
        pass
    assert run.history[-1]["validation_accuracy"] == held_out[1]


def test_values_are_drawn_from_ranges_and_lists(few: dl.DataSet) -> None:
    wanted = {"learning_rate": dl.Range(0.1, 2, log=True), "mini_batch": dl.Range(4, 9), "hidden": [(4,), ()]}
    table = dl.sweep(wanted, runs=12, data=few, epochs=1).table
    assert len(table) == 12
    assert all(0.1 <= row["learning_rate"] <= 2 for row in table)
    assert {row["mini_batch"] for row in table} <= set(range(4, 10))
    assert {row["hidden"] for row in table} == {"4", "none"}
    assert len({row["learning_rate"] for row in table}) == 12


def test_a_journal_keeps_every_run_and_the_sweep_goes_on_from_there(few: dl.DataSet, tmp_path: Path) -> None:
    journal = tmp_path / "j"
    first = dl.sweep({"activation": ["relu"]}, data=few, epochs=1, journal=journal)
    told: list[int] = []
    both = dl.sweep(
        {"activation": ["relu", "tanh"]}, data=few, epochs=1, journal=str(journal),
        on_progress=lambda done, total: told.append(done),
    )  # fmt: skip
    assert told == [1, 2]  # the first of them stood there already
    assert both.rows[0] == first.rows[0]
    with open_journal(journal) as kept:
        assert kept.entries[1:] == list(both.rows)
    with pytest.raises(dl.DigitlensError, match="other digits"):
        dl.sweep({"activation": ["relu"]}, data="mnist", epochs=1, journal=journal)


def test_without_a_journal_nothing_is_written(few: dl.DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    assert len(dl.sweep({"activation": ["relu"]}, data=few, epochs=1).rows) == 1
    assert list(empty.iterdir()) == []


def test_a_run_that_fails_is_a_row_like_the_others_with_its_error(few: dl.DataSet) -> None:
    wild: dict[str, Any] = {"activation": "relu", "output": "relu", "schedule": "constant", "epochs": 3, "hidden": (6,)}
    swept = dl.sweep({"learning_rate": [1e6, 0.01]}, data=few, **wild)
    failed, learned = swept.table
    assert list(failed) == list(learned)
    assert ("diverged" in failed["error"], failed["test_accuracy"], learned["error"]) == (True, None, "")
    assert swept.best is not None
    assert swept.best.learning_rate == 0.01
    assert repr(swept) == "<Swept: 2 runs, 1 of them failed>"
    assert dl.sweep({"learning_rate": [1e6]}, data=few, **wild).best is None


@pytest.mark.parametrize(
    ("values", "given", "says"),
    [
        ({"colour": ["red"]}, {}, "'colour' cannot be varied"),
        ({"seed": [1, 2]}, {}, "'seed' cannot be varied"),
        ({"data": ["pen"]}, {}, "'data' cannot be varied"),
        ({"activation": "relu"}, {}, "a list of values"),
        ({"activation": []}, {}, "a list of values"),
        ({"activation": []}, {"runs": 2}, "a list of values"),
        ({"epochs": 3}, {}, "a list of values"),
        ({"activation": ["step"]}, {}, "one of"),
        ({"epochs": dl.Range(1, 3)}, {}, "say how many"),
        ({"activation": dl.Range(1, 3)}, {"runs": 2}, "activation: "),
        ({"epochs": [1]}, {"seeds": 0}, "seeds: a whole number"),
        ({"epochs": [1]}, {"seeds": 1.5}, "seeds: a whole number"),
        ({"epochs": [1]}, {"runs": True}, "runs: a whole number"),
        ({"epochs": [1]}, {"runs": 1_000_000}, "1 to 100,000 runs"),
        ({"epochs": [1]}, {"jobs": 1.5}, "jobs"),
        ({"epochs": [1]}, {"recipe": "soup"}, "recipe: one of"),
        ({"epochs": [1]}, {"epohcs": 3}, "no field 'epohcs'"),
    ],
)
def test_a_sweep_that_makes_no_sense_is_refused(
    few: dl.DataSet, values: dict[str, Any], given: dict[str, Any], says: str
) -> None:
    with pytest.raises(dl.DigitlensError, match=says):
        dl.sweep(values, data=few, **given)


def test_a_range_goes_from_a_number_to_a_larger_one() -> None:
    with pytest.raises(dl.DigitlensError, match="number for low"):
        dl.Range("1", "2")  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["colour", "seed", "name", "data"])
def test_what_decides_no_bit_is_not_compared(few: dl.DataSet, field: str) -> None:
    with pytest.raises(dl.DigitlensError, match=f"'{field}' cannot be varied"):
        dl.compare(field, ["a", "b"], data=few)
