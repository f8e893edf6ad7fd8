"""What a page asks for, checked before anything is done: a message becomes an Order, or is refused by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from digitlens.app.digits import DigitSets
from digitlens.app.told import Order
from digitlens.digits.adjusting import STEPS
from digitlens.digits.distort import AUGMENTATIONS
from digitlens.errors import RecipeError
from digitlens.learning.recipe import HIDDEN_LAYERS, LABELS, NEURONS, SCHEDULES, Recipe
from digitlens.learning.recipes import RECIPES, named
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.costs import COSTS
from digitlens.network.initialisation import INITIALISATIONS
from digitlens.network.optimisers import OPTIMISERS

PARAMETERS, SEEDS = 1_000_000, 10  # the largest network of a page; runs on each side of a comparison
VISITOR = re.compile(r"[0-9a-f]{32}", re.ASCII)
OPTIONS = {
    "activation": [name for name in ACTIVATIONS if name != "softmax"],
    "output": list(ACTIVATIONS),
    "cost": list(COSTS),
    "optimiser": list(OPTIMISERS),
    "schedule": list(SCHEDULES),
    "initialisation": list(INITIALISATIONS),
    "augmentation": ["none", *AUGMENTATIONS],
    "labels": list(LABELS),
    "preparation": list(STEPS),
}
LIMITS = {"layers": HIDDEN_LAYERS, "neurons": NEURONS, "parameters": PARAMETERS, "epochs": 100_000, "seeds": SEEDS}


class Refused(ValueError):
    """An order that cannot be carried out."""

    def __init__(self, field: str, error: str) -> None:
        super().__init__(error)
        self.field = field


def number_of(message: Mapping[str, Any], name: str = "number", most: int = 2**53) -> int:
    """A whole number from 0. Raises Refused."""
    value = message.get(name)
    if type(value) is not int or not 0 <= value <= most:
        raise Refused(name, f"{name}: wants a whole number from 0 to {most}")
    return value


def order_of(message: Mapping[str, Any], sets: DigitSets, recipe: Any = None) -> Order:
    """What "train" asks for; with `recipe`, one side of what "compare" does. Raises Refused."""
    base, data = message.get("base", "video"), message.get("data", "mnist")
    if base not in RECIPES if isinstance(base, str) else True:
        raise Refused("base", f"base: one of {', '.join(RECIPES)}")
    if data not in sets.names() if isinstance(data, str) else True:
        raise Refused("data", f"data: one of {', '.join(sets.names())}")
    fields = message.get("recipe", {}) if recipe is None else recipe
    made = recipe_of(base, fields)
    return Order(number_of(message), made, base, data, sets.named(data), "validation" in fields)


def recipe_of(base: str, fields: Any) -> Recipe:
    """The named recipe with some fields changed. Raises Refused, with the field that is at fault."""
    if not isinstance(fields, dict):
        raise Refused("recipe", "recipe: wants an object of fields and values")
    if "teacher" in fields or "name" in fields:
        raise Refused("recipe", "recipe: name and teacher cannot be chosen here")
    try:
        recipe = named(base, **fields)
    except RecipeError as error:
        field, _, _ = str(error).partition(":")
        raise Refused(field if field in fields else "", str(error)) from error
    parameters = sum(n * (n_before + 1) for n_before, n in pairwise(recipe.sizes()))
    if parameters > PARAMETERS:
        words = f"hidden: at most {PARAMETERS:,} weights and biases can be watched here, got {parameters:,}"
        raise Refused("hidden", words)
    return recipe


def choices(engine: str, cores: int, sets: DigitSets) -> dict[str, Any]:
    """All that a page can choose from."""
    recipes = {name: recipe.to_json() for name, recipe in RECIPES.items()}
    about: dict[str, Any] = {"type": "choices", "engine": engine, "cores": cores, "data": sets.to_json()}
    return about | {"recipes": recipes, "options": OPTIONS, "limits": LIMITS}
