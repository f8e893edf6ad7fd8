"""What every engine is given to do: the same pictures, the same first weights, the same learning rate.

One epoch is all the pictures once, in a new random order, through a network with sigmoid outputs, with the quadratic
cost: 784-16-16-10 with sigmoid and plain stochastic gradient descent, unless the task says otherwise. Reading one
picture is one forward pass of that network for one picture.
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

WIDE = 400  # neurons a layer, from which 0.75 is too fast: every output would fall silent
SEED = 5  # with its first weights ReLU and Adam learn all ten digits; with some other seeds one digit is never learned


@dataclass(frozen=True, slots=True)
class Task:
    """How to learn: one row of the comparison. RecipeError for what is no recipe."""

    mini_batch: int = 32
    activation: str = "sigmoid"  # of the hidden layers, "sigmoid" or "relu"; outputs are sigmoid always
    optimiser: str = "gradient_descent"  # or "adam"
    hidden: tuple[int, ...] = (16, 16)
    images: int = 0  # of an epoch; 0: all there are

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))  # JSON has lists only
        if self.activation not in ("sigmoid", "relu") or self.optimiser not in ("gradient_descent", "adam"):
            raise UsageError(f"the bench learns with sigmoid or relu, by gradient_descent or adam, got {self}")
        self.recipe()

    @property
    def learning_rate(self) -> float:
        """One at which it learns; for Adam the usual one."""
        if self.optimiser == "adam":
            return 0.001
        if max(self.hidden, default=0) >= WIDE:
            return 0.1
        return {"sigmoid": 0.75, "relu": 0.2}[self.activation]

    @property
    def sizes(self) -> str:
        """784-16-16-10."""
        return "-".join(map(str, (784, *self.hidden, 10)))

    def recipe(self) -> Recipe:
        """The task as a recipe, without an end: an epoch follows the other at the same pace."""
        return Recipe(
            name="bench",
            seed=SEED,
            hidden=self.hidden,
            activation=self.activation,
            optimiser=self.optimiser,
            mini_batch=self.mini_batch,
            learning_rate=self.learning_rate,
            schedule="constant",
            epochs=100_000,
            validation=0,
        )

    def describe(self, images: int) -> str:
        """In words, with how many images an epoch has."""
        hidden = {"sigmoid": "sigmoid", "relu": "ReLU, sigmoid outputs"}[self.activation]
        optimiser = {"gradient_descent": "plain SGD", "adam": "Adam"}[self.optimiser]
        how = f"({hidden}, quadratic cost, {optimiser}), mini-batch {self.mini_batch}"
        return f"one epoch of {images:,} images through {self.sizes} {how}"

    def to_json(self, images: int) -> dict[str, Any]:
        """Plain JSON values: every field, with how many images an epoch has, and `learning_rate`."""
        return {**asdict(self), "images": images, "learning_rate": self.learning_rate}


@dataclass(frozen=True, eq=False)
class Work:
    """Pictures to learn from, and how.

    images: (n, 784) uint8, ink. digits: (n,) uint8, what they show.
    """

    images: NDArray[np.uint8]
    digits: NDArray[np.uint8]
    task: Task = Task()

    @cached_property
    def pixels(self) -> Floats:
        """The pictures as floats in memory, 0 to 1, (n, 784): made once, before anything is timed."""
        return np.divide(self.images, 255, dtype=np.float32)

    @cached_property
    def targets(self) -> Floats:
        """1 for the right digit, else 0, (n, 10)."""
        return one_hot(self.digits)

    def first_layers(self) -> Layers:
        """The weights everyone starts from, copies of one's own."""
        layers = self.task.recipe().initial_network().layers
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
