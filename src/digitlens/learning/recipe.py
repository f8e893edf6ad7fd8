"""Everything that decides a run, as one frozen value: the same recipe on the same digits gives the same network.

A recipe is hashable, compares by value, and goes through JSON and back unchanged. It is saved with the network that it
made. Each of its fields is declared here and nowhere else: see schema.py for what is made of a declaration.
"""

from __future__ import annotations

import dataclasses
import math
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from digitlens.checks import check_number, check_type, whole_number
from digitlens.digits.preparation.adjusting import STEPS
from digitlens.digits.synthetic.distortions import AUGMENTATIONS
from digitlens.errors import RecipeError
from digitlens.learning.schema import IMAGES, LEARNING, NETWORK, RUN, Field, field, schema_of, shown
from digitlens.network.activations import ACTIVATIONS, Activation
from digitlens.network.costs import COSTS, CostFunction, cost_for
from digitlens.network.initialisation import INITIALISATIONS, initialise
from digitlens.network.network import Network
from digitlens.network.optimisers import OPTIMISERS, Optimiser

SCHEDULES = ("constant", "linear", "cosine")
HIDDEN_LAYERS, NEURONS, PARAMETERS = 8, 4096, 4_000_000  # the largest network a recipe may ask for
NAME = 100  # characters of a name
_FINGERPRINT = re.compile("[0-9a-f]{64}")
RETIRED = {"teacher": "none"}  # fields that older recipes carry, with the only value that any engine ever served


def _outputs_for_costs() -> dict[str, tuple[str, list[str]]]:
    """For each cost that does not go with every output: those that it goes with."""
    fitting = {name: [each.name for each in ACTIVATIONS.values() if cost.takes(each)] for name, cost in COSTS.items()}
    return {cost: ("output", names) for cost, names in fitting.items() if len(names) < len(ACTIVATIONS)}


class StepSettings(NamedTuple):
    """What the steps of a run need beside the learning rate, as the kernel takes it."""

    momentum: float  # the share that momentum and Adam keep
    decay: float  # every step takes this share × the learning rate off each weight
    running_mean: float  # share of a running mean of the weights that each step keeps; 0: there is no mean


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train; every default is that of the recipe called `video`. Raises RecipeError for bad values.

    >>> Recipe().sizes(), Recipe(hidden=(30,), activation="relu").describe()
    ((784, 16, 16, 10), '784-30-10 relu')
    """

    name: str = field(
        "video",
        most=NAME,
        label="Name",
        help="What the recipe is called.",
        group=RUN,
        varied=False,
        option=False,
        page=False,
    )
    seed: int = field(
        0,
        at_most=2**63 - 1,
        label="Seed",
        help="All random numbers come from it: the same seed, the same run. Several runs take it and those after it.",
        group=RUN,
        varied=False,
    )
    data: str = field(  # the digits themselves are handed to the run
        "mnist",
        most=NAME,
        label="Data",
        help="The digits it was made for.",
        group=RUN,
        varied=False,
        option=False,
        page=False,
    )
    hidden: tuple[int, ...] = field(
        (16, 16),
        item=int,
        most=HIDDEN_LAYERS,
        at_least=1,
        at_most=NEURONS,
        unit="neurons",
        label="Hidden layers",
        help="Neurons in each hidden layer: 16-16, or none.",
        group=NETWORK,
        compared=((16, 16), (32, 32)),
    )
    activation: str = field(
        "sigmoid",
        choices=lambda: [name for name, each in ACTIVATIONS.items() if not each.whole_layer],
        value_labels={"relu": "ReLU", "leaky_relu": "leaky ReLU"},
        label="Activation function",
        help="Activation function of hidden neurons.",
        group=NETWORK,
        speaks=True,
        compared=("sigmoid", "relu"),
    )
    output: str = field(
        "sigmoid",
        choices=lambda: ACTIVATIONS,
        value_labels={"relu": "ReLU", "leaky_relu": "leaky ReLU"},
        label="Output",
        help="Activation function of output neurons.",
        group=NETWORK,
    )
    initialisation: str = field(
        "one_over_n",
        choices=lambda: INITIALISATIONS,
        value_labels={"one_over_n": "N(0, 1/n)", "standard_normal": "N(0, 1)", "he": "He", "glorot": "Glorot"},
        label="Initialisation",
        help="Distribution from which the first weights are drawn.",
        group=NETWORK,
        compared=("one_over_n", "standard_normal"),
    )
    precision: str = field(
        "float32",
        choices=lambda: ("float32", "float64"),
        label="Precision",
        help="Number format in which it computes.",
        group=NETWORK,
        page=False,
    )
    cost: str = field(
        "quadratic",
        choices=lambda: COSTS,
        value_labels={"cross_entropy": "cross-entropy"},
        needs=_outputs_for_costs,
        label="Cost",
        help="How wrong an answer is, as one number.",
        group=LEARNING,
        speaks=True,
        compared=("quadratic", "cross_entropy"),
    )
    optimiser: str = field(
        "gradient_descent",
        choices=lambda: OPTIMISERS,
        value_labels={"adam": "Adam"},
        label="Optimiser",
        help="How a step is made from the gradient.",
        group=LEARNING,
        speaks=True,
        compared=("gradient_descent", "adam"),
    )
    momentum: float = field(
        0.9,
        at_most=1,
        below=True,
        used_with=("optimiser", lambda: [name for name, make in OPTIMISERS.items() if make().momentum is not None]),
        step="momentum",
        label="Momentum",
        help="Share of its speed that each step keeps, with an optimiser that keeps some.",
        group=LEARNING,
    )
    learning_rate: float = field(
        0.75,
        at_most=1e6,
        slider=(1e-4, 10**1.5),
        label="Learning rate",
        help="How far each step goes, at the start.",
        group=LEARNING,
        compared=(0.75, 0.1),
    )
    schedule: str = field(
        "linear",
        choices=lambda: SCHEDULES,
        step="course",
        label="Rate schedule",
        help="How the learning rate changes during the run: it stays as it is, or falls to 0.",
        group=LEARNING,
        compared=("linear", "constant"),
    )
    mini_batch: int = field(
        32,
        at_least=1,
        at_most=1_000_000,
        unit="images",
        label="Mini-batch size",
        help="Images that are shown before each step.",
        group=LEARNING,
        compared=(32, 128),
    )
    epochs: int = field(
        60,
        at_least=1,
        at_most=100_000,
        unit="epochs",
        label="Epochs",
        help="How many times it goes through all training images.",
        group=LEARNING,
    )
    weight_decay: float = field(
        0.0,
        at_most=1,
        step="decay",
        label="Weight decay",
        help="Every step takes this share, times the learning rate, off each weight.",
        group=LEARNING,
        advanced=True,
        compared=(0.0, 0.0001),
    )
    averaging: float = field(
        0.0,
        at_most=1,
        below=True,
        step="running_mean",
        label="Weight averaging",
        help="Share of a running mean of the weights that each step keeps; 0 for no mean.",
        group=LEARNING,
        advanced=True,
    )
    labels: str = field(
        "true",
        choices=lambda: ("true", "random"),
        value_labels={"true": "as they are"},
        label="Labels",
        help="Random ones are shuffled among the training images: they can only be learned by heart.",
        group=IMAGES,
        compared=("true", "random"),
    )
    validation: int = field(
        5_000,
        at_most=1_000_000,
        unit="images",
        label="Held-out images",
        help="Training images that are not learned from; whatever is chosen is chosen on them.",
        group=IMAGES,
        advanced=True,
    )
    augmentation: str = field(
        "none",
        choices=lambda: ("none", *AUGMENTATIONS),
        label="Augmentation",
        help="How every training image is distorted, in another way every epoch.",
        group=IMAGES,
        advanced=True,
        compared=("none", "affine"),
    )
    preparation: tuple[str, ...] = field(
        (),
        item=str,
        choices=lambda: STEPS,
        value_labels={"none": "as they are", "straighten": "upright", "resize": "one size"},
        offered=((), ("straighten",), ("straighten", "resize")),
        label="Preparation",
        help="Steps that make images more alike before they are learned from, and before they are read.",
        group=IMAGES,
        advanced=True,
    )
    stored: str = field(
        "float32",
        choices=lambda: ("float32", "float16"),
        label="Stored as",
        help="Number format of the weights in a file; float16 is half as large, and rounded after training.",
        group=NETWORK,
        page=False,
    )
    frozen: int = field(
        0,
        at_most=HIDDEN_LAYERS,
        unit="layers",
        label="Frozen layers",
        help="How many layers, from the first, keep the weights that they begin with; the last one always learns.",
        group=LEARNING,
        page=False,
        sparse=True,
    )
    start: str = field(  # the network itself is handed to the run
        "",
        most=64,
        label="Start",
        help="The fingerprint of the network that it starts from; empty for random weights.",
        group=RUN,
        varied=False,
        option=False,
        page=False,
        sparse=True,
    )

    def __post_init__(self) -> None:
        for name, one in FIELDS.items():
            object.__setattr__(self, name, one.check(getattr(self, name)))
        if self.start and not _FINGERPRINT.fullmatch(self.start):
            raise FIELDS["start"].error(f"wants 64 hexadecimal digits, or nothing, got {shown(self.start)}")
        self.check_sizes(classes=1, pixels=1)  # there are no smaller images, and no fewer classes
        try:
            self.cost_function()
        except RecipeError as error:
            raise RecipeError(str(error), "cost") from error

    def sizes(self, classes: int = 10, pixels: int = 784) -> tuple[int, ...]:
        """How many neurons each layer has, the image first, for images of so many pixels in so many classes."""
        return (pixels, *self.hidden, classes)

    def check_sizes(self, classes: int, pixels: int) -> None:
        """Raise RecipeError if a network for so many classes and pixels has more parameters than a file may hold."""
        for name, number in (("classes", classes), ("pixels", pixels)):
            whole_number("check_sizes()", name, number, 1)
        parameters = sum(n * (n_before + 1) for n_before, n in pairwise(self.sizes(classes, pixels)))
        if parameters > PARAMETERS:
            raise FIELDS["hidden"].error(
                f"at most {PARAMETERS:,} weights and biases, as many as a file may hold, got {parameters:,}"
            )

    def activations(self) -> tuple[Activation, ...]:
        """The activation function of each layer after the picture."""
        return (ACTIVATIONS[self.activation],) * len(self.hidden) + (ACTIVATIONS[self.output],)

    def cost_function(self) -> CostFunction:
        """The cost, with its slope for this output."""
        return cost_for(self.cost, ACTIVATIONS[self.output])

    def optimiser_pair(self) -> Optimiser:
        """The optimiser as a pair (start, step), with the momentum it keeps."""
        make = OPTIMISERS[self.optimiser]
        return make() if make().momentum is None else make(self.momentum)

    def stream(self, purpose: str, *which: int) -> np.random.Generator:
        """The random numbers for one purpose: each has a stream of its own, all from the seed.

        purpose: what they are for, such as "order"; which: numbers that tell streams of one purpose apart, such as the
        epoch.

        Streams are addressed, not consumed in turn: an interrupted run needs no saved generator to go on.
        """
        check_type("stream()", "purpose", purpose, str, "a text")
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode()), *which])

    def initial_network(self, classes: int = 10, pixels: int = 784) -> Network:
        """The network before it learns anything, for images of so many pixels in so many classes."""
        rng, sizes = self.stream("initial weights"), self.sizes(classes, pixels)
        return initialise(sizes, self.activations(), self.initialisation, rng, np.dtype(self.precision))

    def rate(self, done: float) -> float:
        """The learning rate when the share `done` of all mini-batches, 0..1, lies behind."""
        check_number("rate()", "done", done)
        if self.schedule == "linear":
            return self.learning_rate * (1 - done)
        if self.schedule == "cosine":
            return self.learning_rate * (1 + math.cos(math.pi * done)) / 2
        return self.learning_rate

    def rates(self, first: int, last: int, batches: int) -> NDArray[np.float64]:
        """rate() for the mini-batches number `first` to below `last` of the run, each epoch of `batches` of them."""
        for name, number in (("first", first), ("last", last), ("batches", batches)):
            whole_number("rates()", name, number, 1 if name == "batches" else 0, 2**48)
        whole_number("rates()", "last", last, first, first + 10_000_000)
        done = np.arange(first, last) / (batches * self.epochs)
        if self.schedule == "linear":
            return self.learning_rate * (1 - done)
        if self.schedule == "cosine":
            return self.learning_rate * (1 + np.cos(math.pi * done)) / 2
        return np.full(len(done), self.learning_rate)

    def describe(self, classes: int = 10, pixels: int = 784) -> str:
        """The network in a few words, for images of so many pixels in so many classes.

        >>> Recipe().describe(classes=26, pixels=20 * 24)
        '480-16-16-26 sigmoid'
        """
        output = "" if self.output == self.activation or self.output == "sigmoid" else f", {self.output} outputs"
        return f"{'-'.join(map(str, self.sizes(classes, pixels)))} {self.activation}{output}"

    def describe_pace(self) -> str:
        """How it learns, in a few words.

        >>> Recipe().describe_pace()
        'learning rate 0.75 (linear), mini-batches of 32, 60 epochs'
        """
        epochs = f"{self.epochs} epoch{'s' * (self.epochs > 1)}"
        return f"learning rate {self.learning_rate:g} ({self.schedule}), mini-batches of {self.mini_batch}, {epochs}"

    def summary(self) -> str:
        """The recipe in a line.

        >>> Recipe().summary()
        '784-16-16-10 sigmoid, gradient descent, learning rate 0.75 (linear), mini-batches of 32, 60 epochs'
        """
        return f"{self.describe()}, {FIELDS['optimiser'].words(self.optimiser)}, {self.describe_pace()}"

    def changed(self, **fields: Any) -> Recipe:
        """The same recipe with some fields changed. Raises RecipeError for an unknown field or a bad value."""
        if unknown := [name for name in fields if name not in (*FIELDS, *RETIRED)]:
            raise RecipeError(f"a recipe has no field {shown(unknown[0])}; its fields are {', '.join(FIELDS)}")
        return Recipe.from_json({**self.to_json(), **fields})

    def steady(self) -> Recipe:
        """The same recipe with a learning rate that stays."""
        return self.changed(schedule="constant")

    def __repr__(self) -> str:
        changed = [f"{name}={getattr(self, name)!r}" for name, one in FIELDS.items() if self._changed(one)]
        return f"Recipe({', '.join(changed)})"

    def _repr_html_(self) -> str:
        from digitlens.markup import block, pairs

        rows = [(one.label, one.words(getattr(self, name))) for name, one in FIELDS.items()]
        return block(f"Recipe {self.name}", pairs(rows), about=self.describe())

    def _changed(self, one: Field) -> bool:
        return bool(getattr(self, one.name) != one.default)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: every field, but `frozen` and `start` only where they are not their defaults."""
        values = dataclasses.asdict(self).items()
        written = ((k, v) for k, v in values if not FIELDS[k].sparse or v != FIELDS[k].default)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in written}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Recipe:
        """The recipe that to_json() gave these values of. Raises RecipeError for a field that it does not know."""
        if not isinstance(values, Mapping):
            raise RecipeError(f"a recipe wants an object of fields and values, got {shown(values)}")
        if unknown := [name for name in values if name not in (*FIELDS, *RETIRED)]:
            raise RecipeError(f"a recipe has no field {shown(unknown)}; it was written by a newer version, perhaps")
        for name, value in RETIRED.items():
            if values.get(name, value) != value:
                problem = f"recipes have no such field any longer; {value!r} is read and left out"
                raise RecipeError(f"{name}: {problem}, got {shown(values[name])}", name)
        return cls(**{name: value for name, value in values.items() if name not in RETIRED})


FIELDS: Mapping[str, Field] = schema_of(Recipe)


def step_settings(recipe: Recipe) -> StepSettings:
    """What each step of this recipe's runs needs beside the learning rate."""
    values = {each.step: getattr(recipe, each.name) for each in FIELDS.values()}
    return StepSettings(*(values[name] for name in StepSettings._fields))


def varied_field(name: str) -> Field:
    """The field of that name, which runs can differ in. Raises RecipeError for any other name."""
    if name not in FIELDS or not FIELDS[name].varied:
        known = ", ".join(one.name for one in FIELDS.values() if one.varied)
        raise RecipeError(f"{str(name)[:80]!r} cannot be varied; it is one of {known}")
    return FIELDS[name]


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
    stored: str
    frozen: int
