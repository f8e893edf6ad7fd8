"""A run that starts from a trained network: what `train --from` and dl.train(start=...) do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from digitlens.digits.dataset import DataSet
from digitlens.learning.fine_tuning import fine_tune, recipe_from
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run, fitted
from digitlens.reading.reader import Reader


def tuned_run(
    start: Reader, find: Callable[[Recipe], DataSet], engine: str = "auto", changes: Mapping[str, Any] | None = None
) -> Run:
    """A run from `start` that has not begun.

    find: gives the images for a recipe. changes: of the recipe's fields. Raises what fine_tune() and Run() raise.
    """
    changes = changes or {}
    recipe = recipe_from(start, **changes)
    recipe, data = fine_tune(start, find(recipe), recipe)
    return Run(fitted(recipe, data, chosen="validation" in changes), data, engine=engine, start=start)
