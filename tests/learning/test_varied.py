"""One field varied: the same seeds for all sides, and sentences that follow from the numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from tests.learning.bars import bar_data, small

from digitlens.errors import RecipeError, UsageError
from digitlens.learning.experiments import Experiments, Outcome
from digitlens.learning.recipe import FIELDS, varied_field
from digitlens.learning.varied import Varied, accuracy, compare_outcomes, curves

DATA = bar_data()


def made(test: list[float | None], **fields: Any) -> list[Outcome]:
    """Outcomes that came to this; None: ended in an error."""
    return [
        Outcome(
            i,
            small(seed=i, **fields),
            "plain",
            1.0,
            () if read is None else ({"epoch": 1, "seconds": 0.5, "test_accuracy": read},),
            None,
            "it diverged" if read is None else "",
        )
        for i, read in enumerate(test)
    ]


def test_every_seed_runs_with_every_value_and_nothing_else_differs() -> None:
    varied = Varied(small(seed=7), "activation", ("sigmoid", "relu", "tanh"), 2)
    recipes = varied.recipes(DATA)
    assert [(recipe.seed, recipe.activation) for recipe in recipes] == [
        (seed, activation) for seed in (7, 8) for activation in ("sigmoid", "relu", "tanh")
    ]
    assert {recipe.changed(seed=0, activation="sigmoid") for recipe in recipes} == {small(data="bars")}
    assert varied.names == ("sigmoid", "ReLU", "tanh")


def test_what_comes_out_is_what_the_runs_came_to() -> None:
    varied = Varied(small(), "hidden", ((6,), (6, 5)), 2)
    outcomes = Experiments(varied.recipes(DATA), DATA, jobs=2).in_order()
    result = varied.compared(outcomes)
    told = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert [side["name"] for side in told["sides"]] == ["hidden layers 6", "hidden layers 6-5"]
    for i, side in enumerate(told["sides"]):
        reads = [outcomes[i].history[-1]["test_accuracy"], outcomes[i + 2].history[-1]["test_accuracy"]]
        assert (side["seeds"], side["accuracies"]) == ([0, 1], reads)
        assert side["mean"] == pytest.approx(np.mean(reads))
        assert side["spread"] == pytest.approx(np.std(reads, ddof=1))
        assert side["seconds_per_epoch"] > 0
    first, second = (side["accuracies"] for side in told["sides"])
    assert told["differences"][0]["mean"] == pytest.approx(np.mean(np.subtract(second, first)))
    assert told["differences"][0]["pairs"] == 2
    assert told["sentence"].endswith("2 pairs of runs cannot tell that from chance: it takes at least 6.") or (
        "exactly as many" in told["sentence"]
    )


def test_a_run_that_ended_in_an_error_is_named_and_left_out_with_its_pair() -> None:
    a, b = made([0.9] * 7), made([0.91] * 6 + [None], activation="relu")
    result = compare_outcomes(a, b, ("sigmoid", "ReLU"))
    assert result.pairs == 6
    assert result.sentence.startswith("1 of 7 runs with ReLU ended in an error. After 3 epochs, ReLU reads 1.00 points")
    side = Varied(small(), "activation", ("sigmoid", "relu"), 7).compared(
        [one for pair in zip(a, b, strict=True) for one in pair]
    )
    told = side.sides[1].to_json()
    assert (told["accuracies"][-1], told["errors"]) == (None, ["it diverged"])
    assert told["mean"] == pytest.approx(0.91)


def test_where_epochs_differ_no_epoch_is_named() -> None:
    result = compare_outcomes(made([0.9] * 6), made([0.91] * 6, epochs=5), ("epochs 3", "epochs 5"))
    assert result.sentence.startswith("epochs 5 reads 1.00 points more")


def test_several_comparisons_share_the_level() -> None:
    base, better = [0.9] * 6, [0.91, 0.92, 0.91, 0.92, 0.91, 0.92]
    alone = compare_outcomes(made(base), made(better), ("a", "b"))
    assert alone.low is not None
    together = compare_outcomes(made(base), made(better), ("a", "b"), among=3)
    assert together.low is None
    assert together.sentence.endswith("it takes at least 7.")
    more = compare_outcomes(made(base * 2), made(better * 2), ("a", "b"), among=3)
    assert "98.3 % interval" in more.sentence


def test_curves_are_rows_by_run_and_epoch() -> None:
    outcomes = made([0.5, None, 0.25])
    found = curves(outcomes, ("test_accuracy", "test_cost"))
    assert found.shape == (3, 1, 2)
    assert found[[0, 2], 0, 0].tolist() == [0.5, 0.25]
    assert np.isnan(found[1]).all()
    assert np.isnan(found[:, :, 1]).all()
    assert np.isnan(accuracy(outcomes[1]))


@pytest.mark.parametrize(
    ("values", "seeds"), [((1,), 1), ((1, 1), 1), (tuple(range(9)), 1), ((1, 2), 0), ((1, 2), 101)]
)
def test_what_cannot_be_compared_is_refused(values: tuple[int, ...], seeds: int) -> None:
    with pytest.raises(UsageError):
        Varied(small(), "epochs", values, seeds)


@pytest.mark.parametrize("name", ["colour", *(name for name, field in FIELDS.items() if not field.varied)])
def test_a_field_that_cannot_differ_is_refused_by_name(name: str) -> None:
    with pytest.raises(RecipeError, match=f"'{name}' cannot be varied"):
        varied_field(name)
    with pytest.raises(RecipeError, match=f"'{name}' cannot be varied"):
        Varied(small(), name, (1, 2), 1)


def test_a_value_without_sense_is_refused_with_its_field() -> None:
    with pytest.raises(RecipeError, match="activation"):
        Varied(small(), "activation", ("sigmoid", "step"), 1).recipes(DATA)
