"""The tasks of the bench: all engines get the same pictures, the same initial weights and the same learning rate.

One epoch is all pictures once, in a new random order. The network is 784-16-16-10 with sigmoid, the quadratic cost and
plain stochastic gradient descent, unless the task says otherwise; outputs are always sigmoid. Reading one picture is
one forward pass of that network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import UsageError
from digitlens.learning.recipe import Recipe
from digitlens.network.costs import one_hot

Floats = NDArray[np.float32]
Layers = list[tuple[Floats, Floats]]  # (n, n_before) weights and (n,) biases, layer by layer

WIDE = 400  # neurons in a layer from which a learning rate of 0.75 is too high: every output would go to 0
SEED = 5  # ReLU with Adam learns all ten digits from its initial weights; with some other seeds one is never learned


@dataclass(frozen=True, slots=True)
class Task:
    """How to learn: one row of the comparison. Raises UsageError or RecipeError for invalid values."""

    mini_batch: int = 32
    activation: str = "sigmoid"  # of the hidden layers, "sigmoid" or "relu"; outputs are always sigmoid
    optimiser: str = "gradient_descent"  # or "adam"
    hidden: tuple[int, ...] = (16, 16)
    images: int = 0  # of an epoch; 0: all

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))  # JSON has lists only
        if self.activation not in ("sigmoid", "relu") or self.optimiser not in ("gradient_descent", "adam"):
            raise UsageError(f"the bench learns with sigmoid or relu, by gradient_descent or adam, got {self}")
        self.recipe()

    @property
    def learning_rate(self) -> float:
        """A learning rate at which it learns; for Adam the usual one."""
        if self.optimiser == "adam":
            return 0.001
        if max(self.hidden, default=0) >= WIDE:
            return 0.1
        return {"sigmoid": 0.75, "relu": 0.2}[self.activation]

    @property
    def sizes(self) -> str:
        """The sizes of the layers as text, such as 784-16-16-10."""
        return "-".join(map(str, (784, *self.hidden, 10)))

    def recipe(self) -> Recipe:
        """The task as a recipe with a constant learning rate and practically endless epochs."""
        return Recipe(
            name="bench",
            seed=SEED,
            hidden=self.hidden,
            activation=self.activation,
            optimiser=self.optimiser,
            mini_batch=self.mini_batch,
            learning_rate=self.learning_rate,
            epochs=100_000,
            validation=0,
        ).steady()

    def describe(self, images: int) -> str:
        """The task in words. images: of an epoch."""
        hidden = {"sigmoid": "sigmoid", "relu": "ReLU, sigmoid outputs"}[self.activation]
        optimiser = {"gradient_descent": "plain SGD", "adam": "Adam"}[self.optimiser]
        how = f"({hidden}, quadratic cost, {optimiser}), mini-batch {self.mini_batch}"
        return f"one epoch of {images:,} images through {self.sizes} {how}"

    def to_json(self, images: int) -> dict[str, Any]:
        """Plain JSON values: every field, and `learning_rate`. images: of an epoch."""
        return {**asdict(self), "images": images, "learning_rate": self.learning_rate}


@dataclass(frozen=True, eq=False)
class Work:
    """Pictures to learn from, and the task.

    images: (n, 784) uint8, ink. digits: (n,) uint8, labels.
    """

    images: NDArray[np.uint8]
    digits: NDArray[np.uint8]
    task: Task = Task()

    @cached_property
    def pixels(self) -> Floats:
        """The pictures as floats, 0 to 1, (n, 784): made once, before anything is timed."""
        return np.divide(self.images, 255, dtype=np.float32)

    @cached_property
    def targets(self) -> Floats:
        """1 for the right digit, else 0, (n, 10)."""
        return one_hot(self.digits)

    def first_layers(self) -> Layers:
        """A copy of the initial weights, which are the same for every engine."""
        layers = self.task.recipe().initial_network().layers
        return [(np.array(layer.weights, np.float32), np.array(layer.biases, np.float32)) for layer in layers]


class Learner(NamedTuple):
    """An engine that is ready to learn."""

    epoch: Callable[[], float | None]  # learns one epoch; returns seconds if the engine measures its own time
    outputs: Callable[[Floats], NDArray[Any]]  # (n, 784) -> (n, 10), of the network as trained so far


class Peer(Protocol):
    """An engine of the comparison: a module. Both functions raise ImportError if its library is not installed."""

    def learner(self, work: Work) -> Learner:
        """Prepare to learn; this is not timed."""

    def one_picture(self, work: Work) -> Callable[[], object]:
        """Prepare to read the first picture; each call of the result reads it once."""
