"""The options that change fields of a recipe, the same for every command that trains."""

from __future__ import annotations

import re
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.screen import load_data

if TYPE_CHECKING:
    from digitlens.learning.recipe import Recipe


def _hidden(_: Any, __: Any, text: str | None) -> tuple[int, ...] | None:
    """16,16 or 16-16 -> (16, 16); an empty text is no hidden layer at all."""
    if text is None:
        return None
    if not re.fullmatch(r"(\d{1,9}([-,x]\d{1,9})*)?", text, re.ASCII):
        raise click.BadParameter(f"wants numbers with commas between them, like 16,16, got {text!r}")
    return tuple(int(n) for n in re.findall(r"\d+", text))


OPTIONS = (
    click.option("--hidden", metavar="N,N", callback=_hidden, help="Neurons in each hidden layer: 16,16."),
    click.option("--activation", help="Of hidden neurons: sigmoid, relu, tanh, identity."),
    click.option("--output", help="Of output neurons: sigmoid, softmax, relu, tanh, identity."),
    click.option("--initialisation", help="one_over_n, standard_normal, glorot, he."),
    click.option("--cost", help="quadratic or cross_entropy."),
    click.option("--optimiser", help="gradient_descent, momentum, adam."),
    click.option("--momentum", type=float, help="The share that momentum and adam keep."),
    click.option("--learning-rate", type=float, help="Of the first step."),
    click.option("--schedule", help="How the learning rate goes on: constant, linear or cosine, to 0."),
    click.option("--mini-batch", type=int, help="Images a step."),
    click.option("--epochs", type=int, help="How many times to go through all images."),
    click.option("--weight-decay", type=float, help="Shrinks the weights at every step."),
    click.option("--averaging", type=float, help="Share of a running mean of the weights that is kept at each step."),
    click.option("--labels", help="true, or random: shuffled, so that it can only learn by heart."),
    click.option("--validation", type=int, help="Training images held out for choosing."),
    click.option("--preparation", metavar="NAME,NAME", help="Adjusting steps before the network: straighten, resize."),
    click.option(
        "--augmentation",
        help="How training images are drawn anew every epoch: none, gentle, moderate, affine, elastic, unsteady.",
    ),
    click.option("--precision", help="float32 or float64."),
    click.option("--stored", help="How the file holds the weights: float32, or float16, which is half as large."),
)


def recipe_options(f: Any) -> Any:
    """Adds them to a command, in this order."""
    return reduce(lambda command, option: option(command), reversed(OPTIONS), f)


def given(changes: dict[str, Any]) -> dict[str, Any]:
    """The fields that were given, as a recipe takes them."""
    found = {field: value for field, value in changes.items() if value is not None}
    if "preparation" in found:
        found["preparation"] = tuple(step for step in found["preparation"].split(",") if step)
    return found


def digits_for(recipe: Recipe, data: str | None, *, offline: bool = False) -> Any:
    """What --data names; without it MNIST wherever it is found, or what the recipe was made for if that is another."""
    from digitlens.learning.training import named_for

    return load_data(named_for(recipe, data), offline=offline)


def check_drawing(path: str | None, what: str, *ends: str) -> None:
    """Before anything is trained: figures can be drawn, and a file of that kind written. MissingExtra, or UsageError.

    what: what is written, for the words, such as "figures are written as PNG"; ends: of its name.
    """
    if path is None:
        return
    from digitlens.figures.theme import available

    available()
    if not path.lower().endswith(ends):
        raise click.UsageError(f"{what}; give it a name that ends in {ends[0]}")
    if not Path(path).absolute().parent.is_dir():
        raise click.UsageError(f"the folder of {path[:200]!r} does not exist; make it first")
