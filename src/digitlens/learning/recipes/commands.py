"""A recipe as the command line that does the same, to copy."""

from __future__ import annotations

import shlex

from digitlens.digits.sources.find import NAMES
from digitlens.errors import RecipeError
from digitlens.learning.recipe import Recipe
from digitlens.learning.recipes import named

_LEFT_OUT = ("name", "data")  # they change no bit
_NO_OPTION = ("teacher",)


def arguments(recipe: Recipe, base: str = "video", data: str = "") -> list[str]:
    """The shortest `digitlens train` that makes this recipe, starting from the one named `base`.

    data: what --data names; empty leaves it out, and whatever is found first is taken. Raises RecipeError for a recipe
    that the command line cannot say, or a base that there is not.

    >>> arguments(Recipe(hidden=(30,), learning_rate=0.1))
    ['digitlens', 'train', '--hidden', '30', '--learning-rate', '0.1']
    """
    words = ["digitlens", "train"]
    if base != "video":
        words += ["--recipe", base]
    wanted, given = recipe.to_json(), named(base).to_json()
    if not data and wanted["data"] != given["data"] and wanted["data"] in NAMES:
        data = wanted["data"]  # the base would find others by itself
    if data:
        words += ["--data", data]
    for field, value in wanted.items():
        if value == given[field] or field in _LEFT_OUT:
            continue
        if field in _NO_OPTION:
            raise RecipeError(f"{field}: `digitlens train` has no option for it")
        text = ",".join(map(str, value)) if isinstance(value, list) else repr(value) if value != str(value) else value
        words += [f"--{field.replace('_', '-')}", text]
    return words


def command(recipe: Recipe, base: str = "video", data: str = "") -> str:
    """The same as one line for a shell.

    >>> command(Recipe(hidden=(), seed=3), data="my digits")
    "digitlens train --data 'my digits' --seed 3 --hidden ''"
    """
    return shlex.join(arguments(recipe, base, data))
