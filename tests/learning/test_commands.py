"""A recipe as a command line: parsed again, it is the same recipe, to the last bit of every number."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digitlens.cli.train import command as train
from digitlens.errors import RecipeError
from digitlens.learning.recipe import FIELDS as DECLARED
from digitlens.learning.recipe import Recipe
from digitlens.learning.recipes import RECIPES, named
from digitlens.learning.recipes.commands import arguments, command


def one_of(field: str) -> st.SearchStrategy[str]:
    return st.sampled_from(list(DECLARED[field].choices()))


REAL = st.floats(0, 0.99, allow_subnormal=False)
FIELDS: dict[str, Any] = {
    "seed": st.integers(0, 2**63 - 1),
    "hidden": st.lists(st.integers(1, 300), max_size=3),
    "activation": one_of("activation"),
    "output": one_of("output"),
    "initialisation": one_of("initialisation"),
    "stored": one_of("stored"),
    "precision": one_of("precision"),
    "optimiser": one_of("optimiser"),
    "momentum": REAL,
    "learning_rate": st.floats(0, 1e6),
    "schedule": one_of("schedule"),
    "mini_batch": st.integers(1, 1_000_000),
    "epochs": st.integers(1, 100_000),
    "weight_decay": REAL,
    "averaging": REAL,
    "labels": one_of("labels"),
    "validation": st.integers(0, 1_000_000),
    "augmentation": one_of("augmentation"),
    "preparation": st.sampled_from([[], ["straighten"]]),
}


def parsed(words: list[str]) -> Recipe:
    """The recipe that `digitlens train` makes of its arguments."""
    assert words[:2] == ["digitlens", "train"]
    with train.make_context("train", words[2:]) as context:
        given = {
            name: value
            for name, value in context.params.items()
            if value is not None and name in Recipe().to_json() and name != "name"
        }
        return named(context.params["name"] or "video", **given)


@given(st.sampled_from(sorted(RECIPES)), st.fixed_dictionaries({}, optional=FIELDS))
def test_a_command_line_gives_the_recipe_it_was_made_from(base: str, fields: dict[str, Any]) -> None:
    try:
        recipe = named(base, **fields)
    except RecipeError:  # an output that does not go with this recipe's cost
        assume(False)
    assert parsed(arguments(recipe, base)) == recipe
    assert shlex.split(command(recipe, base)) == arguments(recipe, base)


def test_every_field_that_the_command_line_can_say_is_tried() -> None:
    assert {*Recipe().to_json()} - {*FIELDS} == {"name", "data", "cost"}
    assert parsed(arguments(Recipe(cost="cross_entropy"))) == Recipe(cost="cross_entropy")


def test_it_is_no_longer_than_it_must_be() -> None:
    assert command(named("video")) == "digitlens train"
    assert command(named("talk"), "talk") == "digitlens train --recipe talk"
    assert command(named("reader"), "reader") == "digitlens train --recipe reader"
    assert command(named("reader", data="mnist"), "reader") == "digitlens train --recipe reader --data mnist"
    assert command(named("video", learning_rate=0.1), data="pen") == "digitlens train --data pen --learning-rate 0.1"


def test_a_folder_with_odd_letters_is_quoted() -> None:
    odd = "my 'digits'; rm -r $HOME"
    assert shlex.split(command(Recipe(), data=odd)) == ["digitlens", "train", "--data", odd]


def test_a_base_that_there_is_not_is_refused() -> None:
    with pytest.raises(RecipeError, match="recipe: one of"):
        arguments(Recipe(), "none such")
