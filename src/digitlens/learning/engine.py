"""What an engine is: the thing that owns everything between two records of a run.

    run(recipe, network, digits, state) -> Iterator[Record]

Images reach it as uint8 (n, 784) with their digits; it decides what it makes of them. Initial weights and the order of
the examples come from the recipe's own random streams, so that all engines get the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DataSet, Digits
from digitlens.errors import DataError, RecipeError
from digitlens.learning.recipe import Recipe
from digitlens.network.network import Layers, Network
from digitlens.network.optimisers import Memory


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Where a run stands, complete: from here it goes on to the same bits as if it had never stopped."""

    layers: Layers
    memory: Memory  # the optimiser's
    average: Layers | None  # the running mean of the weights, where the recipe keeps one
    epoch: int = 0  # epochs completed
    mini_batch: int = 0  # mini-batches completed in the epoch under way
    seconds: float = 0.0  # spent training so far


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Cost and accuracy on one set of digits."""

    cost: float  # mean over the images
    accuracy: float  # share of the images read rightly, 0..1


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """What a run says of itself from time to time: after each epoch, or after some mini-batches."""

    epoch: int  # epochs completed
    mini_batch: int  # mini-batches completed in the epoch under way; 0 at the end of an epoch
    seconds: float  # spent training so far, measuring not included
    learning_rate: float  # of the last step
    engine: str
    network: Network  # what has been learned so far: the running mean, where the recipe keeps one
    state: State
    training: Measured | None = None  # at the end of an epoch, on all that it learned from
    validation: Measured | None = None  # on what the recipe holds out, if it does
    test: Measured | None = None

    def __repr__(self) -> str:
        under_way = f", {self.mini_batch:,} mini-batches of the next" if self.mini_batch else ""
        measured = f", test accuracy {self.test.accuracy:.2%}" if self.test else ""
        return f"<Record: epoch {self.epoch}{under_way}{measured}>"


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """The digits of one run: what it learns from, what it holds out for choosing, what it is tested on."""

    training: Digits
    validation: Digits
    test: Digits
    classes: int


_Which = tuple[int, int | None]  # how many are held out, and the seed by which labels are shuffled, if they are


def lessons(recipe: Recipe, data: DataSet) -> Lessons:
    """Hold out the recipe's validation images: the same ones for every seed, drawn once from the training images.

    Random labels are shuffled among all training images before. Of the same DataSet the same Lessons, as long as no
    more than a few different ones are asked for: 40 MB need not be copied again for each of many runs.

    Raises RecipeError if fewer than one would be left to learn from, DataError for a digit that is no class.
    """
    with _LOCK:  # whoever comes second waits, instead of making the same once more
        known = _LESSONS.setdefault(data, {})
        found = _kept(known, (recipe.validation, None), lambda: _parted(recipe, data))
        if recipe.labels == "random":
            true = found
            found = _kept(known, (recipe.validation, recipe.seed), lambda: _shuffled(recipe, data, true))
        return found


def _kept(known: dict[_Which, Lessons], which: _Which, make: Callable[[], Lessons]) -> Lessons:
    """Those of this kind, or made now; they are the newest, and only a few are kept."""
    found = known.pop(which, None)
    known[which] = make() if found is None else found
    while len(known) > KEPT:
        del known[next(iter(known))]
    return known[which]


KEPT = 4  # Lessons of a DataSet
_LOCK = threading.Lock()
_LESSONS: WeakKeyDictionary[DataSet, dict[_Which, Lessons]] = WeakKeyDictionary()


def _parted(recipe: Recipe, data: DataSet) -> Lessons:
    count = len(data.training)
    for some in (data.training, data.test):
        if len(some) and some.digits.max() >= len(data.classes):
            raise DataError(
                f"{data.source} holds a picture of class {some.digits.max()}, and its classes are 0 to "
                f"{len(data.classes) - 1}"
            )
    if recipe.validation >= count:
        raise RecipeError(
            f"validation: the recipe holds out {recipe.validation:,} images, and {data.source} has only {count:,} "
            "to learn from; hold out fewer (--validation)"
        )
    if not recipe.validation:
        return Lessons(data.training, data.training[:0], data.test, len(data.classes))
    held, kept = _held(recipe, count)
    return Lessons(data.training[kept], data.training[held], data.test, len(data.classes))


def _held(recipe: Recipe, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of so many images are held out, and which are kept to learn from."""
    order = replace(recipe, seed=0).stream("validation").permutation(count)
    held, kept = order[: recipe.validation], order[recipe.validation :]
    held.sort()
    kept.sort()
    return held, kept


def _shuffled(recipe: Recipe, data: DataSet, true: Lessons) -> Lessons:
    """The same pictures, not copied, and all their labels in another order; those of the test stay true."""
    labels = recipe.stream("labels").permutation(data.training.digits)
    held, kept = _held(recipe, len(labels))
    training, validation = Digits(true.training.images, labels[kept]), Digits(true.validation.images, labels[held])
    return Lessons(training, validation, true.test, true.classes)


class Stop:
    """A flag that asks a run to end, from any thread or signal handler; no lock, for a handler may come at any time.

    It is a byte in memory, so that native code sees it without asking Python.
    """

    def __init__(self) -> None:
        self.flag = np.zeros(1, np.uint8)

    def set(self, on: bool = True) -> None:
        """Ask the run to end soon; False takes it back."""
        self.flag[0] = on

    def __call__(self) -> bool:
        """Has somebody asked?"""
        return bool(self.flag[0])


class Engine(Protocol):
    """The contract. `every`: a record after that many mini-batches as well; 0 is at the end of each epoch only.

    `stop` is asked between mini-batches, or, by native code, every few milliseconds; a Stop is seen between
    mini-batches in any case. Once it answers True the engine gives one last record and returns.
    """

    name: str

    def refuses(self, recipe: Recipe) -> str:
        """Why this engine cannot run the recipe; empty if it can."""

    def run(
        self,
        recipe: Recipe,
        network: Network,
        digits: Lessons,
        state: State | None = None,
        *,
        every: int = 0,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Record]:
        """Train from `network`, or go on from `state`."""


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
    from digitlens.learning.fast import FastEngine
    from digitlens.learning.reference import PlainEngine

    engines: list[Engine] = [FastEngine(), PlainEngine()]
    if name not in ("auto", *(engine.name for engine in engines)):
        raise RecipeError(f"engine: one of auto, {', '.join(engine.name for engine in engines)}, got {name!r}")
    return [engine for engine in engines if name in ("auto", engine.name)]
