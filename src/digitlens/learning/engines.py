"""Which engines there are, the fastest first, and which of them serves a recipe."""

from __future__ import annotations

from digitlens.errors import RecipeError
from digitlens.learning.compiled_engine import CompiledEngine
from digitlens.learning.engine import Engine
from digitlens.learning.plain_engine import PlainEngine
from digitlens.learning.recipe import Recipe


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


def _engines(name: str) -> list[Engine]:
    """All engines, the fastest first, or the one called `name`."""
    engines: list[Engine] = [CompiledEngine(), PlainEngine()]
    if name not in ("auto", *(engine.name for engine in engines)):
        raise RecipeError(f"engine: one of auto, {', '.join(engine.name for engine in engines)}, got {name!r}")
    return [engine for engine in engines if name in ("auto", engine.name)]
