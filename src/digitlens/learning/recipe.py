"""Everything that decides a run, as one frozen value: the same recipe on the same digits gives the same network.

A recipe is hashable, compares by value, and goes through JSON and back unchanged. It is saved with the
network that it made.
"""

from __future__ import annotations

import dataclasses
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.adjusting import STEPS
from digitlens.digits.synthetic.distort import AUGMENTATIONS
from digitlens.errors import RecipeError
from digitlens.network.activations import ACTIVATIONS, Activation
from digitlens.network.costs import COSTS, Cost, cost_for
from digitlens.network.initialisation import INITIALISATIONS, initialise
from digitlens.network.network import Network
from digitlens.network.optimisers import OPTIMISERS, Optimiser

SCHEDULES = ("constant", "linear", "cosine")
LABELS = ("true", "random")
STORED = ("float32", "float16")
HIDDEN_LAYERS, NEURONS, PARAMETERS = 8, 4096, 4_000_000  # the largest network a recipe may ask for
NAME = 100  # characters of a name


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train; every default is that of the recipe called `video`. RecipeError for values without sense.

    >>> Recipe().sizes(), Recipe(hidden=(30,), activation="relu").describe()
    ((784, 16, 16, 10), '784-30-10 relu')
    """

    name: str = "video"
    seed: int = 0
    data: str = "mnist"  # what it was meant for: the digits themselves are handed to the run
    # the network
    hidden: tuple[int, ...] = (16, 16)
    activation: str = "sigmoid"
    output: str = "sigmoid"
    initialisation: str = "one_over_n"
    precision: str = "float32"
    # learning
    cost: str = "quadratic"
    optimiser: str = "gradient_descent"
    momentum: float = 0.9  # for optimisers that keep some: the share they keep
    learning_rate: float = 0.75
    schedule: str = "linear"  # how the learning rate goes from there towards 0
    mini_batch: int = 32
    epochs: int = 60
    weight_decay: float = 0.0  # each step shrinks the weights by learning rate × this
    averaging: float = 0.0  # share of the running mean of the weights that each step keeps; 0: no averaging
    # the digits
    labels: str = "true"  # "random": what is to be learned by heart is shuffled among the training images
    validation: int = 5_000  # training images held out, on which anything chosen is chosen
    augmentation: str = "none"  # how training images are drawn anew every epoch, see digits/synthetic/distort.py
    preparation: tuple[str, ...] = ()  # names of adjusting steps, see digits/preparation/adjusting.py
    teacher: str = "none"  # a network to learn from
    stored: str = "float32"  # its weights in a file; "float16": rounded when it has learned, and half as large

    def __post_init__(self) -> None:
        for field in ("hidden", "preparation"):
            if isinstance(getattr(self, field), list):
                object.__setattr__(self, field, tuple(getattr(self, field)))  # JSON has lists only
        self._types()
        self._one_of("activation", [name for name in ACTIVATIONS if name != "softmax"])
        self._one_of("output", ACTIVATIONS)
        self._one_of("initialisation", INITIALISATIONS)
        self._one_of("cost", COSTS)
        self._one_of("optimiser", OPTIMISERS)
        self._one_of("schedule", SCHEDULES)
        self._one_of("precision", ("float32", "float64"))
        self._one_of("labels", LABELS)
        self._one_of("stored", STORED)
        self._one_of("augmentation", ("none", *AUGMENTATIONS))
        self._within("seed", 0, 2**63 - 1)
        self._within("learning_rate", 0, 1e6)
        self._within("mini_batch", 1, 1_000_000)
        self._within("epochs", 1, 100_000)
        self._within("momentum", 0, 1, below=True)
        self._within("weight_decay", 0, 1)
        self._within("averaging", 0, 1, below=True)
        self._within("validation", 0, 1_000_000)
        for field in ("learning_rate", "momentum", "weight_decay", "averaging"):
            object.__setattr__(self, field, float(getattr(self, field)))  # NumPy's float64 would widen float32 weights
        for field in ("name", "data"):
            if len(getattr(self, field)) > NAME:
                raise RecipeError(f"{field}: at most {NAME} characters, got {len(getattr(self, field)):,}")
        if len(self.hidden) > HIDDEN_LAYERS or not all(1 <= n <= NEURONS for n in self.hidden):
            raise RecipeError(
                f"hidden: at most {HIDDEN_LAYERS} layers of 1 to {NEURONS} neurons each, got {_said(self.hidden)}"
            )
        sizes = self.sizes()
        parameters = sum(n * (n_before + 1) for n_before, n in pairwise(sizes))
        if parameters > PARAMETERS:
            raise RecipeError(
                f"hidden: at most {PARAMETERS:,} weights and biases, as many as a file may hold, got {parameters:,}"
            )
        unknown = [name for name in self.preparation if name not in STEPS]
        if unknown:
            raise RecipeError(f"preparation: steps among {', '.join(STEPS)}, got {_said(unknown)}")
        self.cost_function()

    def sizes(self, classes: int = 10) -> tuple[int, ...]:
        """How many neurons each layer has, the picture first."""
        return (784, *self.hidden, classes)

    def activations(self) -> tuple[Activation, ...]:
        """The activation function of each layer after the picture."""
        return (ACTIVATIONS[self.activation],) * len(self.hidden) + (ACTIVATIONS[self.output],)

    def cost_function(self) -> Cost:
        """The cost, with its slope for this output."""
        return cost_for(self.cost, ACTIVATIONS[self.output])

    def optimiser_pair(self) -> Optimiser:
        """The optimiser as a pair (start, step), with the momentum it keeps."""
        make = OPTIMISERS[self.optimiser]
        return make() if self.optimiser == "gradient_descent" else make(self.momentum)

    def stream(self, purpose: str, *which: int) -> np.random.Generator:
        """The random numbers for one purpose, such as ("order", epoch): each a stream of its own, all from the seed.

        Streams are addressed, not consumed in turn: an interrupted run needs no saved generator to go on.
        """
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode()), *which])

    def initial_network(self, classes: int = 10) -> Network:
        """The network that has not learned anything yet."""
        rng = self.stream("initial weights")
        return initialise(self.sizes(classes), self.activations(), self.initialisation, rng, np.dtype(self.precision))

    def rate(self, done: float) -> float:
        """The learning rate when the share `done` of all mini-batches, 0..1, lies behind."""
        if self.schedule == "linear":
            return self.learning_rate * (1 - done)
        if self.schedule == "cosine":
            return self.learning_rate * (1 + math.cos(math.pi * done)) / 2
        return self.learning_rate

    def rates(self, first: int, last: int, batches: int) -> NDArray[np.float64]:
        """rate() for the mini-batches number `first` to below `last` of the run, each epoch of `batches` of them."""
        done = np.arange(first, last) / (batches * self.epochs)
        if self.schedule == "linear":
            return self.learning_rate * (1 - done)
        if self.schedule == "cosine":
            return self.learning_rate * (1 + np.cos(math.pi * done)) / 2
        return np.full(len(done), self.learning_rate)

    def describe(self) -> str:
        """The network in a few words."""
        output = "" if self.output == self.activation or self.output == "sigmoid" else f", {self.output} outputs"
        return f"{'-'.join(map(str, self.sizes()))} {self.activation}{output}"

    def changed(self, **fields: Any) -> Recipe:
        """The same recipe with some fields changed. Raises RecipeError for fields that there are none of."""
        known = self.to_json()
        if unknown := [name for name in fields if name not in known]:
            raise RecipeError(f"a recipe has no field {_said(unknown[0])}; its fields are {', '.join(known)}")
        return Recipe.from_json({**known, **fields})

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, every field."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(self).items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Recipe:
        """The recipe that to_json() came from. Raises RecipeError for fields it does not know: never ignored."""
        if not isinstance(values, Mapping):
            raise RecipeError(f"a recipe wants an object of fields and values, got {_said(values)}")
        unknown = [name for name in values if name not in {field.name for field in dataclasses.fields(cls)}]
        if unknown:
            raise RecipeError(f"a recipe has no field {_said(unknown)}; it was written by a newer version, perhaps")
        return cls(**values)

    def _types(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            kind = type(field.default)
            items = value if kind is tuple and isinstance(value, tuple) else (value,)
            wanted: Any = {tuple: int if field.name == "hidden" else str, float: (int, float)}.get(kind, kind)
            right = all(isinstance(item, wanted) and not isinstance(item, bool) for item in items)
            if not right or (kind is tuple and not isinstance(value, tuple)):
                raise RecipeError(f"{field.name}: wants {field.type}, got {_said(value)}")

    def _one_of(self, field: str, names: Any) -> None:
        if getattr(self, field) not in names:
            raise RecipeError(f"{field}: one of {', '.join(names)}, got {_said(getattr(self, field))}")

    def _within(self, field: str, low: float, high: float, *, below: bool = False) -> None:
        value = getattr(self, field)
        if not low <= value <= high or (below and value == high):  # false for nan too
            raise RecipeError(f"{field}: from {low} to {'below ' if below else ''}{high:g}, got {_said(value)}")


class RecipeChanges(TypedDict, total=False):
    """The fields of a Recipe as keyword arguments of train(), compare() and sweep(), whose `data` is an argument.

    A test holds it to the fields of Recipe. A type checker refuses other names and types.
    """

    name: str
    seed: int
    hidden: Sequence[int]
    activation: str
    output: str
    initialisation: str
    precision: str
    cost: str
    optimiser: str
    momentum: float
    learning_rate: float
    schedule: str
    mini_batch: int
    epochs: int
    weight_decay: float
    averaging: float
    labels: str
    validation: int
    augmentation: str
    preparation: Sequence[str]
    teacher: str
    stored: str


def _said(value: Any) -> str:
    """A value as it may stand in a message: short, and whatever it is."""
    try:
        return repr(value)[:80]
    except ValueError:  # Python refuses to print whole numbers beyond 4,300 digits
        return "a number too long to print"
