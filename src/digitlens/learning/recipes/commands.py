"""A recipe as the command line that does the same, to copy."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from digitlens.digits.sources.find import NAMES
from digitlens.learning.recipe import FIELDS, Recipe
from digitlens.learning.recipes import named


def arguments(recipe: Recipe, base: str = "video", data: str = "") -> list[str]:
    """The shortest `digitlens train` that makes this recipe, starting from the one named `base`.

    data: what --data names; empty leaves it out, and whatever is found first is taken. Raises RecipeError for a base
    that there is not.

    >>> arguments(Recipe(hidden=(30,), learning_rate=0.1))
    ['digitlens', 'train', '--hidden', '30', '--learning-rate', '0.1']
    """
    words = ["digitlens", "train"]
    if base != "video":
        words += ["--recipe", base]
    start = named(base)
    if not data and recipe.data != start.data and recipe.data in NAMES:
        data = recipe.data  # the base would find others by itself
    if data:
        words += ["--data", data]
    values = {name: getattr(recipe, name) for name in FIELDS}
    return words + options({name: value for name, value in values.items() if value != getattr(start, name)})


def options(values: Mapping[str, Any]) -> list[str]:
    """Values of fields as options: what has none, such as the recipe's name, changes no bit and is left out.

    >>> options({"hidden": (), "epochs": 3})
    ['--hidden', 'none', '--epochs', '3']
    """
    return [word for name, value in values.items() for word in _option(name, value)]


def _option(name: str, value: Any) -> tuple[str, ...]:
    one = FIELDS[name]
    return (one.flag, one.write(value)) if one.option else ()


def command(recipe: Recipe, base: str = "video", data: str = "") -> str:
    """The same as one line for a shell.

    >>> command(Recipe(hidden=(), seed=3), data="my digits")
    "digitlens train --data 'my digits' --seed 3 --hidden none"
    """
    return shlex.join(arguments(recipe, base, data))
