"""Start from a trained network: it learns on from somebody's own images, in small steps, to keep what it knows.

    recipe, data = fine_tune(start, data)
    run = Run(recipe, data, start=start)

The recipe names the network that it starts from by its fingerprint, so that a run can be done again, and resumed. What
the network is (its layers, its activation functions, how images are adjusted before it) comes from there. Its outputs
stay where it knows all classes of the data; else the last layer is a new one, from random weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from digitlens.digits.dataset import DataSet, shape_name
from digitlens.errors import RecipeError, UsageError
from digitlens.files.naming import shown
from digitlens.learning.fingerprints import fingerprint
from digitlens.learning.recipe import FIELDS, NAME, Recipe
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader

PACE: dict[str, Any] = {
    "optimiser": "adam",
    "learning_rate": 0.0001,
    "schedule": "linear",
    "mini_batch": 16,
    "epochs": 30,
    "augmentation": "gentle",
    "validation": 0,
}  # tried on development writers, see benchmarks/fine_tuning.py


def fine_tune(start: Reader, data: DataSet, recipe: Recipe | None = None, **changes: Any) -> tuple[Recipe, DataSet]:
    """How the network `start` learns on from these images, and the images with its classes, if it knows all of them.

    recipe: how; None: in small steps, for a few hundred images, with these changes of its fields. Raises UsageError for
    images of another size, RecipeError for a recipe of another network and for fields that the network decides.
    """
    if data.image_shape != start.image_shape:
        raise UsageError(
            f"the network {shown(start.name)} sees images of {shape_name(start.image_shape)} pixels, and those of "
            f"{shown(data.name)} have {shape_name(data.image_shape)}; with --size pictures are made that large"
        )
    found = recipe_from(start, **changes) if recipe is None else recipe
    for name, value in _decided(start).items():
        if getattr(found, name) != value:
            wanted, got = (FIELDS[name].write(one)[:60] for one in (value, getattr(found, name)))
            raise FIELDS[name].error(f"{wanted}, as in the network that it starts from, got {got}")
    return found, _relabelled(data, start.classes) if set(data.classes) <= set(start.classes) else data


def recipe_from(start: Reader, **changes: Any) -> Recipe:
    """The recipe that trains a network on. Raises RecipeError for fields that the network itself decides."""
    decided = _decided(start)
    if fixed := [name for name in changes if name in decided]:
        raise FIELDS[fixed[0]].error("the network that it starts from decides it; leave it out")
    stem = start.name.replace("\\", "/").rpartition("/")[2].removesuffix(".digitlens")  # a file's name is its reader's
    named = {"name": f"{stem[: NAME - 6]}-tuned", "cost": start.cost}
    return Recipe(**{**PACE, **named, **decided, **changes})


def _decided(start: Reader) -> dict[str, Any]:
    """The fields of a recipe that the network decides."""
    network = start.network
    hidden = sorted({activation.name for activation in network.activations[:-1]})
    if len(hidden) > 1:
        raise RecipeError(f"a recipe has one activation for all hidden layers, {start.name!r:.80} has {len(hidden)}")
    decided = {"hidden": network.sizes[1:-1], "output": network.activations[-1].name, "preparation": start.adjusting}
    return {**decided, **({"activation": hidden[0]} if hidden else {}), "start": fingerprint(network)}


def start_of(recipe: Recipe, given: Reader | None = None) -> Reader | None:
    """The network that a recipe starts from: the one that was given, or one that ships; None for random weights.

    Raises UsageError for another one, and where it is not found.
    """
    if not recipe.start:
        if given is not None:
            raise UsageError(f"this run did not start from a network; leave out --from {shown(given.name)}")
        return None
    from digitlens.storage.shipped import names, open_reader

    for reader in [given] if given is not None else map(open_reader, names()):
        if fingerprint(reader.network) == recipe.start:
            return reader
    what = f"{shown(given.name)} is another one" if given is not None else "it is none that ships"
    raise UsageError(f"this run started from the network {recipe.start[:12]}…; {what}; name its file with --from")


def _relabelled(data: DataSet, classes: tuple[str, ...]) -> DataSet:
    """The same images, whose labels are numbers of these classes."""
    if data.classes == classes:
        return data
    numbers = np.array([classes.index(name) for name in data.classes], np.uint8)
    training, test = (half.relabelled(numbers[half.digits]) for half in (data.training, data.test))
    return DataSet(data.name, data.source, training, test, classes)


def starting_network(start: Reader, recipe: Recipe, data: DataSet) -> Network:
    """The network that learning starts from, in the recipe's precision; with a new last layer for other classes.

    Raises RecipeError for another network than the recipe names.
    """
    if recipe.start != fingerprint(start.network):
        named = f"the network {recipe.start[:12]}…" if recipe.start else "random weights"
        raise FIELDS["start"].error(f"the recipe starts from {named}, got {start!r:.100}")
    kind = np.dtype(recipe.precision)
    layers = [Layer(layer.weights.astype(kind), layer.biases.astype(kind)) for layer in start.network.layers]
    if data.classes != start.classes:
        layers[-1] = recipe.initial_network(len(data.classes), data.pixels).layers[-1]
    return Network(tuple(layers), start.network.activations)
