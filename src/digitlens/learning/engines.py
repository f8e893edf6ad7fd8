"""Which engines there are, the fastest first, and which of them serves a recipe."""

from __future__ import annotations

from digitlens.checks import check_type
from digitlens.errors import RecipeError
from digitlens.learning.compiled_engine import CompiledEngine
from digitlens.learning.engine import Engine
from digitlens.learning.plain_engine import PlainEngine
from digitlens.learning.recipe import Recipe
from digitlens.network import activations, costs, initialisation, optimisers


def choose(recipe: Recipe, name: str = "auto") -> Engine:
    """The engine that serves the recipe: the fastest that can, or the one called `name`.

    Raises RecipeError if that one cannot, and says why.
    """
    reasons = []
    for engine in _engines(name):
        if not (reason := engine.refuses(recipe)):
            return engine
        reasons.append(f"the {engine.name} engine cannot: {reason}")
    raise RecipeError("; ".join(reasons))


def refusal(recipe: Recipe, name: str) -> str:
    """Why the engine called `name` cannot run the recipe; empty if it can. Raises RecipeError if there is none."""
    return _engines(name)[0].refuses(recipe)


def only_here(recipe: Recipe) -> bool:
    """Whether a part of the recipe, such as its activation, was registered in this process alone: no other can run it.

    What another process knows as well stands in its module under its own name, as `relu` does in activations.py.
    """
    parts = (
        (activations, recipe.activation),
        (activations, recipe.output),
        (costs, recipe.cost),
        (optimisers, recipe.optimiser),
        (initialisation, recipe.initialisation),
    )
    return not all(hasattr(module, name) for module, name in parts)


def _engines(name: str) -> list[Engine]:
    """All engines, the fastest first, or the one called `name`."""
    check_type("a run", "engine", name, str, "the name of an engine")
    engines: list[Engine] = [CompiledEngine(), PlainEngine()]
    if name not in ("auto", *(engine.name for engine in engines)):
        raise RecipeError(f"engine: one of auto, {', '.join(engine.name for engine in engines)}, got {name!r}")
    return [engine for engine in engines if name in ("auto", engine.name)]
