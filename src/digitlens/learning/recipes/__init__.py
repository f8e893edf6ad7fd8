"""The recipes that have names, one a file; each is reproduced by `digitlens train --recipe NAME`."""

from typing import Any

from digitlens.errors import RecipeError
from digitlens.learning.recipe import Recipe
from digitlens.learning.recipes.reader import READER
from digitlens.learning.recipes.straight import STRAIGHT
from digitlens.learning.recipes.talk import TALK
from digitlens.learning.recipes.video import VIDEO
from digitlens.learning.recipes.video_best import VIDEO_BEST

RECIPES = {recipe.name: recipe for recipe in (VIDEO, TALK, VIDEO_BEST, STRAIGHT, READER)}


def named(name: str, **changes: Any) -> Recipe:
    """The recipe called `name`, with some fields changed. Raises RecipeError for unknown names, fields and values.

    >>> named("talk", epochs=3).epochs
    3
    """
    if name not in RECIPES:
        raise RecipeError(f"recipe: one of {', '.join(RECIPES)}, got {name!r}")
    return RECIPES[name].changed(**changes)
