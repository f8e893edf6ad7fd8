"""What an engine is: the thing that owns everything between two records of a run.

    run(recipe, network, digits, state) -> Iterator[Record]

Images reach it as uint8 (n, pixels) with their digits; it decides what it makes of them. Initial weights and the order
of the examples come from the recipe's own random streams, so that all engines get the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from digitlens.learning.data_split import DataSplit
from digitlens.learning.recipe import Recipe
from digitlens.network.network import Layers, Network
from digitlens.network.optimisers import Memory


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Where a run stands, complete: from here it goes on to the same bits as if it had never stopped."""

    layers: Layers  # the weights and biases as they are now
    memory: Memory  # the optimiser's
    average: Layers | None  # the running mean of the weights, where the recipe keeps one
    epoch: int = 0  # epochs completed
    mini_batch: int = 0  # mini-batches completed in the epoch under way
    seconds: float = 0.0  # spent training so far

    def __repr__(self) -> str:
        return f"<State: {self.epoch} epochs and {self.mini_batch:,} mini-batches done>"


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Cost and accuracy on one set of images."""

    cost: float  # mean over the images
    accuracy: float  # share of the images read correctly, 0..1


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """How far a run has come: one after each epoch, or after some mini-batches."""

    epoch: int  # epochs completed
    mini_batch: int  # mini-batches completed in the epoch under way; 0 at the end of an epoch
    seconds: float  # spent training so far, measuring not included
    learning_rate: float  # of the last step
    engine: str  # "compiled" or "plain"
    network: Network  # what has been learned so far: the running mean, where the recipe keeps one
    state: State  # all that is needed to go on from here
    training: Measured | None = None  # at the end of an epoch, on all that it learned from; None within an epoch
    validation: Measured | None = None  # on what the recipe holds out, if it does
    test: Measured | None = None  # on the test images

    def __repr__(self) -> str:
        under_way = f", {self.mini_batch:,} mini-batches of the next" if self.mini_batch else ""
        measured = f", test accuracy {self.test.accuracy:.2%}" if self.test else ""
        return f"<Record: epoch {self.epoch}{under_way}{measured}>"

    def _repr_html_(self) -> str:
        from digitlens.markup import block, table

        sets = (("training", self.training), ("held out", self.validation), ("test", self.test))
        rows = [[name, one.cost, f"{one.accuracy:.2%}"] for name, one in sets if one]
        about = f"learning rate {self.learning_rate:.4g}, {self.seconds:.2f} s, {self.engine} engine"
        return block(repr(self)[1:-1], table(["images", "cost", "accuracy"], rows) if rows else "", about=about)


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
    """What can train a recipe: the plain engine, which is NumPy, and the compiled one."""

    name: str  # "plain" or "compiled"

    def refuses(self, recipe: Recipe) -> str:
        """Why this engine cannot run the recipe; empty if it can."""

    def run(
        self,
        recipe: Recipe,
        network: Network,
        digits: DataSplit,
        state: State | None = None,
        *,
        every: int = 0,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Record]:
        """Train, record by record.

        recipe: how. It must be one that the engine does not refuse.
        network: where learning starts.
        digits: what it learns from and is measured on.
        state: where to go on instead; None: at the beginning.
        every: a record after that many mini-batches, too; 0: at the end of each epoch only.
        stop: asked between mini-batches, or, by native code, every few milliseconds; a Stop is seen between
        mini-batches in any case. Once it answers True, the engine gives one last record and ends.
        """
