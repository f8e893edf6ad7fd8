"""Learning from rows of numbers that need be no picture: what a table holds, a row for each example.

The engines learn from it as they learn from images. Bytes, 0 to 255 for 0 to 1, go through the compiled one; other
numbers are learned from as they are, by the plain one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import MOST_CLASSES, Digits
from digitlens.errors import ShapeError
from digitlens.kernel.capabilities import refuses
from digitlens.learning.data_split import DataSplit
from digitlens.learning.engine import Engine, Record, State
from digitlens.learning.engines import choose
from digitlens.learning.recipe import Recipe

CLOSE = 1e-6  # how near to a byte's share of 255 a number must be to be that byte


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of numbers beside the class of each: what an engine asks of Digits, without rows and columns of an image."""

    images: NDArray[Any]  # (n, columns), uint8 or floats
    digits: NDArray[Any]  # (n,), the class of each row, from 0
    derived: dict[str, Any] = field(default_factory=dict, init=False)  # what an engine made of the rows alone, by name

    def __post_init__(self) -> None:
        if self.images.ndim != 2 or self.images.dtype.kind not in "uf" or self.digits.shape != self.images.shape[:1]:
            raise ShapeError(
                f"Rows wants (n, columns) in uint8 or floats and (n,) classes, got {self.images.shape} in "
                f"{self.images.dtype} and {self.digits.shape}"
            )

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.images)

    def __getitem__(self, which: slice) -> Rows:
        """Some of them."""
        return Rows(self.images[which], self.digits[which])

    @property
    def flat(self) -> NDArray[Any]:
        """The rows, (n, columns)."""
        return self.images


def as_bytes(rows: NDArray[Any]) -> NDArray[np.uint8] | None:
    """Rows as bytes, 0 to 255 for 0 to 1, if each number is such a share of 255; None if one is not.

    >>> as_bytes(np.array([[0.0, 1.0, 3 / 255]])), as_bytes(np.array([[0.5]]))
    (array([[  0, 255,   3]], dtype=uint8), None)
    """
    if rows.dtype == np.uint8:
        return rows
    few = rows[:32]  # most data that are no pictures show it here
    for some in (few, rows):
        if not (np.all(some >= 0) and np.all(some <= 1)):
            return None
        found = np.rint(some * rows.dtype.type(255))
        if not np.all(np.abs(found / rows.dtype.type(255) - some) <= CLOSE):
            return None
    return found.astype(np.uint8)


def fallback_reason(recipe: Recipe, rows: Rows, classes: int) -> str:
    """Why the compiled engine cannot learn from these rows; empty if it can."""
    sizes = recipe.sizes(classes, rows.images.shape[1])
    reason = refuses(sizes, recipe.activations(), recipe.precision, cost=recipe.cost, optimiser=recipe.optimiser)
    if reason:
        return reason
    if rows.images.dtype != np.uint8:
        return "it learns from bytes, and these are other numbers than 0, 1/255, 2/255, ... 1"
    if classes > MOST_CLASSES:
        return f"it tells at most {MOST_CLASSES} classes apart, not {classes:,}"
    return ""


def learn(recipe: Recipe, rows: Rows, classes: int, state: State | None = None) -> Iterator[Record]:
    """Train on all rows, record by record, from the recipe's own beginning or from `state`.

    Raises RecipeError for a network that is too large, TrainingError where the run diverges.
    """
    columns = rows.images.shape[1]
    recipe.check_sizes(classes, columns)
    engine: Engine = choose(recipe, "plain" if fallback_reason(recipe, rows, classes) else "compiled")
    if engine.name == "compiled":
        rows = Rows(np.ascontiguousarray(rows.images), rows.digits.astype(np.uint8))
    everything, none = cast("Digits", rows), cast("Digits", rows[:0])
    split = DataSplit(everything, none, none, classes)
    yield from engine.run(recipe, recipe.initial_network(classes, columns), split, state)
