"""The images of one run, in three parts: learned from, held out for choosing, and tested on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DataSet, Digits
from digitlens.errors import DataError
from digitlens.learning.recipe import FIELDS, Recipe


@dataclass(frozen=True, slots=True, eq=False)
class DataSplit:
    """The digits of one run: what it learns from, what it holds out for choosing, what it is tested on."""

    training: Digits  # to learn from
    validation: Digits  # held out, to choose by; empty where the recipe holds out none
    test: Digits  # to be tested on
    classes: int  # how many classes there are

    def __repr__(self) -> str:
        sizes = (
            f"{len(self.training):,} to learn from, {len(self.validation):,} held out, {len(self.test):,} for the test"
        )
        return f"<DataSplit: {sizes}>"

    @property
    def pixels(self) -> int:
        """How many pixels each image has."""
        return self.training.pixels


_Which = tuple[int, int | None]  # how many are held out, and the seed by which labels are shuffled, if they are


def split_data(recipe: Recipe, data: DataSet) -> DataSplit:
    """Hold out the recipe's validation images: the same ones for every seed, drawn once from the training images.

    Random labels are shuffled among all training images before. Of the same DataSet the same DataSplit, as long as no
    more than a few different ones are asked for: 40 MB need not be copied again for each of many runs.

    Raises RecipeError if fewer than one would be left to learn from, DataError for a digit that is no class.
    """
    with _LOCK:  # whoever comes second waits, instead of making the same once more
        known = data.derived.setdefault("splits", {})
        found = _kept(known, (recipe.validation, None), lambda: _parted(recipe, data))
        if recipe.labels == "random":
            true = found
            found = _kept(known, (recipe.validation, recipe.seed), lambda: _shuffled(recipe, data, true))
        return found


def _kept(known: dict[_Which, DataSplit], which: _Which, make: Callable[[], DataSplit]) -> DataSplit:
    """Those of this kind, or made now; they are the newest, and only a few are kept."""
    found = known.pop(which, None)
    known[which] = make() if found is None else found
    while len(known) > KEPT:
        del known[next(iter(known))]
    return known[which]


KEPT = 4  # DataSplit of a DataSet
_LOCK = threading.Lock()


def _parted(recipe: Recipe, data: DataSet) -> DataSplit:
    count = len(data.training)
    for some in (data.training, data.test):
        if len(some) and some.digits.max() >= len(data.classes):
            raise DataError(
                f"{data.source} holds a picture of class {some.digits.max()}, and its classes are 0 to "
                f"{len(data.classes) - 1}"
            )
    if recipe.validation >= count:
        raise FIELDS["validation"].error(
            f"the recipe holds out {recipe.validation:,} images, and {data.source} has only {count:,} "
            "to learn from; hold out fewer (--validation)"
        )
    if not recipe.validation:
        return DataSplit(data.training, data.training[:0], data.test, len(data.classes))
    held, kept = _held(recipe, count)
    return DataSplit(data.training[kept], data.training[held], data.test, len(data.classes))


def _held(recipe: Recipe, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of so many images are held out, and which are kept to learn from."""
    order = replace(recipe, seed=0).stream("validation").permutation(count)
    held, kept = order[: recipe.validation], order[recipe.validation :]
    held.sort()
    kept.sort()
    return held, kept


def _shuffled(recipe: Recipe, data: DataSet, true: DataSplit) -> DataSplit:
    """The same pictures, not copied, and all their labels in another order; those of the test stay true."""
    labels = recipe.stream("labels").permutation(data.training.digits)
    held, kept = _held(recipe, len(labels))
    training, validation = true.training.relabelled(labels[kept]), true.validation.relabelled(labels[held])
    return DataSplit(training, validation, true.test, true.classes)
