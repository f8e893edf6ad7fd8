"""What the commands that train have in common: options of a recipe, and the digits that it was made for."""

from __future__ import annotations

import pytest

from digitlens.cli.recipe_options import given
from digitlens.learning.recipes import RECIPES, named
from digitlens.learning.training import named_for


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_learns_from_what_it_was_made_for_unless_something_else_is_named(name: str) -> None:
    recipe = named(name)
    assert named_for(recipe, None) == (None if recipe.data == "mnist" else recipe.data)
    assert named_for(recipe, "pen") == "pen"
    assert named_for(named("reader"), None) == "mnist+pen"


def test_only_what_was_given_changes_a_recipe() -> None:
    assert given({"epochs": None, "seed": 0, "preparation": ()}) == {"seed": 0, "preparation": ()}
