"""`dl.train`, `dl.compare`: they learn from the digits that a recipe was made for, unless others are handed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.faults.small_mnist import CONTENTS, SMALL

import digitlens as dl
from digitlens.digits import sources
from digitlens.digits.mnist import load_mnist


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
