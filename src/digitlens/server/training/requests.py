"""What a page asks for, checked before anything is done: a message becomes an RunRequest, or is refused by field."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from digitlens.errors import RecipeError
from digitlens.learning.engines import choose
from digitlens.learning.recipe import FIELDS, Recipe
from digitlens.learning.recipes import RECIPES, named
from digitlens.learning.schema import GROUPS
from digitlens.server.refusal import Refused
from digitlens.server.training.data_sets import HOW, DataSets
from digitlens.server.training.run_status import RunRequest

PARAMETERS, SEEDS = 1_000_000, 10  # the largest network of a page; runs on each side of a comparison
TOGETHER = 20_000_000  # numbers that an engine holds for one mini-batch, several times over
VISITOR = re.compile(r"[0-9a-f]{32}", re.ASCII)
LIMITS = {"parameters": PARAMETERS, "seeds": SEEDS}


def number_of(message: Mapping[str, Any], name: str = "number", most: int = 2**53) -> int:
    """A whole number from 0. Raises Refused."""
    value = message.get(name)
    if type(value) is not int or not 0 <= value <= most:
        raise Refused(name, f"{name}: wants a whole number from 0 to {most}")
    return value


def order_of(message: Mapping[str, Any], sets: DataSets, recipe: Any = None) -> RunRequest:
    """What "train" asks for; with `recipe`, one side of what "compare" does. Raises Refused."""
    base, data = message.get("base", "video"), message.get("data", "mnist")
    if base not in RECIPES if isinstance(base, str) else True:
        raise Refused("base", f"base: one of {', '.join(RECIPES)}")
    if data not in sets.names() if isinstance(data, str) else True:
        raise Refused("data", f"data: one of {', '.join(sets.names())}")
    if not sets.here(data):
        raise Refused("data", HOW)
    fields = message.get("recipe", {}) if recipe is None else recipe
    count = sets.training(data)
    made = recipe_of(base, fields, count, len(sets.classes(data)), math.prod(sets.image_shape(data)))
    if "validation" in fields and made.validation >= count:
        held = f"{made.validation:,} of {count:,} images cannot be held out"
        raise Refused("validation", f"validation: {held}: at least one has to be left to learn from")
    about = sets.classes(data), sets.image_shape(data)
    return RunRequest(number_of(message), made, base, data, sets.named(data), "validation" in fields, *about)


def recipe_of(base: str, fields: Any, count: int, classes: int = 10, pixels: int = 784) -> Recipe:
    """The named recipe with some fields changed, for `count` images of so many pixels in so many classes.

    Raises Refused, and names the field at fault.
    """
    if not isinstance(fields, dict):
        raise Refused("recipe", "recipe: wants an object of fields and values")
    if "name" in fields:
        raise Refused("recipe", "recipe: its name cannot be chosen here")
    try:
        recipe = named(base, **fields)
    except RecipeError as error:
        raise Refused(error.field, str(error)) from error
    sizes = recipe.sizes(classes, pixels)
    parameters = sum(n * (n_before + 1) for n_before, n in pairwise(sizes))
    if parameters > PARAMETERS:
        words = f"hidden: at most {PARAMETERS:,} weights and biases can be watched here, got {parameters:,}"
        raise Refused("hidden", words)
    if len(set(recipe.preparation)) < len(recipe.preparation):
        raise Refused("preparation", "preparation: every step once")
    plain = choose(recipe).name == "plain"
    most = TOGETHER // sum(sizes[not plain :])  # the compiled engine makes no floats of the pictures
    if min(recipe.mini_batch, count) > most:
        words = f"mini_batch: at most {most:,} at a time with this network, got {recipe.mini_batch:,}"
        raise Refused("mini_batch", words)
    return recipe


def choices(engine: str, cores: int, sets: DataSets) -> dict[str, Any]:
    """All that a page can choose from."""
    fields = sorted(FIELDS.values(), key=lambda field: GROUPS.index(field.group))
    return {
        "type": "choices",
        "engine": engine,
        "cores": cores,
        "data": sets.to_json(),
        "recipes": {name: recipe.to_json() for name, recipe in RECIPES.items()},
        "summaries": {name: recipe.summary() for name, recipe in RECIPES.items()},
        "fields": [field.to_json() for field in fields],
        "limits": LIMITS,
    }
