"""Homework that can be marked: train again from the recipe in a network's file, and see whether the bits agree.

The same recipe, the same images, the same engine and the same kind of processor give the same weights, to the bit.
Another processor may round sums otherwise: then the largest difference says how far apart both are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitlens.digits.dataset import DataSet
from digitlens.errors import DataError, UsageError
from digitlens.learning.fine_tuning import fine_tune, start_of
from digitlens.learning.fingerprints import fingerprint
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run
from digitlens.reading.reader import Reader

CLOSE = 1e-3  # a larger difference between two weights does not come from rounding in a few epochs


@dataclass(frozen=True, slots=True)
class Verified:
    """What training again has shown."""

    agrees: bool  # every weight and bias has the same bits
    fingerprint: str  # of the network that was given
    trained: str  # of the one that was trained again
    differing: int  # how many weights and biases differ
    largest_difference: float  # between two of them; 0 if they agree
    engine: str  # which engine trained again
    epochs: int  # how many it trained


def recipe_of(reader: Reader) -> Recipe:
    """The recipe that a network was trained by. Raises UsageError where it does not say one."""
    if not reader.recipe or "engine" not in reader.provenance:
        raise UsageError(
            f"{reader.name!r} does not say how it was trained, so it cannot be trained again; "
            "a file that `digitlens train` wrote does"
        )
    return Recipe.from_json(reader.recipe)


def verify(reader: Reader, data: DataSet, start: Reader | None = None) -> Verified:
    """Train again, as far as the given network was trained.

    data: the images it learned from. start: the network it started from; None: one that ships, if it started from one.
    Raises DataError for other images, UsageError for a network without a recipe and where the start is not found,
    RecipeError where its engine is not here.
    """
    recipe, story = recipe_of(reader), reader.provenance
    began = start_of(recipe, start)
    if began is not None:
        recipe, data = fine_tune(began, data, recipe)
    run = Run(recipe, data, engine=str(story["engine"]), every=int(story.get("mini_batch", 0)), start=began)
    if run.fingerprint != story.get("data_sha256"):
        raise DataError(
            f"{reader.name!r} learned from other images than {data.source} (their fingerprint is "
            f"{str(story.get('data_sha256'))[:12]}…, here {run.fingerprint[:12]}…); name the right ones with --data"
        )
    until = int(story.get("epochs", recipe.epochs)), int(story.get("mini_batch", 0))
    for record in run:
        if (record.epoch, record.mini_batch) >= until:
            break
    network = run.reader().network
    if network.sizes != reader.network.sizes:
        raise DataError(f"{reader.name!r} is another network than its recipe makes: {network.sizes}; it was changed")
    pairs = [
        (getattr(ours, part).astype(np.float64), getattr(theirs, part).astype(np.float64))
        for ours, theirs in zip(reader.network.layers, network.layers, strict=True)
        for part in ("weights", "biases")
    ]
    return Verified(
        agrees=fingerprint(reader.network) == fingerprint(network),
        fingerprint=fingerprint(reader.network),
        trained=fingerprint(network),
        differing=sum(int((a != b).sum()) for a, b in pairs),
        largest_difference=max(float(np.abs(a - b).max()) for a, b in pairs),
        engine=run.engine.name,
        epochs=until[0],
    )
