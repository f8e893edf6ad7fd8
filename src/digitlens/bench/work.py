"""What every engine is given to do: the same pictures, the same first weights, the same learning rate.

One epoch is all the pictures once, in a new random order, through 784-16-16-10: sigmoid, quadratic cost, plain
stochastic gradient descent. Reading one picture is one forward pass of that network for one picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from digitlens.learning.recipe import Recipe
from digitlens.network.costs import one_hot

Floats = NDArray[np.float32]
Layers = list[tuple[Floats, Floats]]  # (n, n_before) weights and (n,) biases, layer by layer


@dataclass(frozen=True, eq=False)
class Work:
    """Pictures to learn from, and how.

    images: (n, 784) uint8, ink. digits: (n,) uint8, what they show.
    """

    images: NDArray[np.uint8]
    digits: NDArray[np.uint8]
    mini_batch: int = 32
    learning_rate: float = 0.75
    seed: int = 0

    @cached_property
    def pixels(self) -> Floats:
        """The pictures as floats in memory, 0 to 1, (n, 784): made once, before anything is timed."""
        return np.divide(self.images, 255, dtype=np.float32)

    @cached_property
    def targets(self) -> Floats:
        """1 for the right digit, else 0, (n, 10)."""
        return one_hot(self.digits)

    @property
    def recipe(self) -> Recipe:
        """The work as a recipe, without an end: an epoch follows the other at the same pace."""
        return Recipe(
            name="bench",
            seed=self.seed,
            mini_batch=self.mini_batch,
            learning_rate=self.learning_rate,
            schedule="constant",
            epochs=100_000,
            validation=0,
        )

    def first_layers(self) -> Layers:
        """The weights everyone starts from, copies of one's own."""
        layers = self.recipe.initial_network().layers
        return [(np.array(layer.weights, np.float32), np.array(layer.biases, np.float32)) for layer in layers]


class Learner(NamedTuple):
    """An engine with the work before it."""

    epoch: Callable[[], float | None]  # learns one epoch; seconds if the engine knows better than the caller's clock
    outputs: Callable[[Floats], NDArray[Any]]  # (n, 784) -> (n, 10), with what was learned so far


class Peer(Protocol):
    """One engine of the comparison, a module; both functions raise ImportError where its library is not installed."""

    def learner(self, work: Work) -> Learner:
        """Make ready to learn; nothing of this is timed."""

    def one_picture(self, work: Work) -> Callable[[], object]:
        """Make ready to read the first picture; each call reads it once."""
