"""Checks the messages of a page: a message becomes a RunRequest, or is refused with the field at fault."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from digitlens.errors import RecipeError
from digitlens.learning.choices import PARAMETERS
from digitlens.learning.choices import choices as recipe_choices
from digitlens.learning.engines import choose
from digitlens.learning.recipe import Recipe
from digitlens.learning.recipes import RECIPES, named
from digitlens.server.refusal import Refused
from digitlens.server.training.data_sets import MNIST_MISSING, DataSets
from digitlens.server.training.run_status import RunRequest
from digitlens.server.training.update_rate import COSTS

MINI_BATCH_NUMBERS = 20_000_000  # numbers that an engine needs for one mini-batch, at most, times a small factor
MINI_BATCH_SECONDS = 0.5  # that a mini-batch may take, by estimate: a run that is paused works until its end
VISITOR = re.compile(r"[0-9a-f]{32}", re.ASCII)


def number_of(message: Mapping[str, Any], name: str = "number", most: int = 2**53) -> int:
    """A whole number from 0 to `most` in a message. Raises Refused."""
    value = message.get(name)
    if type(value) is not int or not 0 <= value <= most:
        raise Refused(name, f"{name}: wants a whole number from 0 to {most}")
    return value


def request_of(message: Mapping[str, Any], sets: DataSets, recipe: Any = None) -> RunRequest:
    """The request of a "train" message; with `recipe`, of one side of a "compare" message. Raises Refused."""
    base, data = message.get("base", "video"), message.get("data", "mnist")
    if base not in RECIPES if isinstance(base, str) else True:
        raise Refused("base", f"base: one of {', '.join(RECIPES)}")
    if data not in sets.names() if isinstance(data, str) else True:
        raise Refused("data", f"data: one of {', '.join(sets.names())}")
    if not sets.available(data):
        raise Refused("data", MNIST_MISSING)
    fields = message.get("recipe", {}) if recipe is None else recipe
    count = sets.training(data)
    made = recipe_of(base, fields, count, len(sets.classes(data)), math.prod(sets.image_shape(data)))
    if "validation" in fields and made.validation >= count:
        most = f"at most {count - 1:,} of the {count:,} training images can be held out"
        raise Refused("validation", f"validation: {most}, got {made.validation:,}")
    about = sets.classes(data), sets.image_shape(data)
    return RunRequest(number_of(message), made, base, data, sets.data_option(data), "validation" in fields, *about)


def recipe_of(base: str, fields: Any, count: int, classes: int = 10, pixels: int = 784) -> Recipe:
    """The named recipe with some fields changed, for `count` images of so many pixels in so many classes.

    Raises Refused, and names the field at fault.
    """
    if not isinstance(fields, dict):
        raise Refused("recipe", "recipe: wants an object of fields and values")
    if "name" in fields:
        raise Refused("recipe", "recipe: its name cannot be set here; leave `name` out")
    try:
        recipe = named(base, **fields)
    except RecipeError as error:
        raise Refused(error.field, str(error)) from error
    sizes = recipe.sizes(classes, pixels)
    parameters = sum(n * (n_before + 1) for n_before, n in pairwise(sizes))
    if parameters > PARAMETERS:
        words = f"hidden: at most {PARAMETERS:,} weights and biases in the page, got {parameters:,}; use fewer neurons"
        raise Refused("hidden", words)
    if len(set(recipe.preparation)) < len(recipe.preparation):
        raise Refused("preparation", "preparation: every step at most once")
    engine = choose(recipe).name
    numbers = sum(sizes[engine != "plain" :])  # the compiled engine does not convert the pictures to floats
    seconds = parameters * COSTS[engine][0] * np.dtype(recipe.precision).itemsize / 4  # for each image
    most = min(MINI_BATCH_NUMBERS // numbers, int(MINI_BATCH_SECONDS / seconds))
    if min(recipe.mini_batch, count) > most:
        words = f"mini_batch: at most {most:,} at a time with this network, got {recipe.mini_batch:,}"
        raise Refused("mini_batch", words)
    return recipe


def choices(engine: str, cores: int, sets: DataSets) -> dict[str, Any]:
    """The message "choices": everything that a page can choose from."""
    return {"type": "choices", "engine": engine, "cores": cores, "data": sets.to_json(), **recipe_choices()}
