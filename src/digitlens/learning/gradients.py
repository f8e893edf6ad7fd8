"""How large the gradient is in each layer while a network learns: where it vanishes, a layer learns nothing.

The size of a layer's gradient is the norm of dC/dW over a few training digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DataSet, Digits, pixels
from digitlens.errors import TrainingError
from digitlens.learning.recipe import FIELDS, Recipe
from digitlens.learning.training import Run
from digitlens.network.costs import CostFunction, one_hot
from digitlens.network.gradient import backward
from digitlens.network.network import Network

FEW = 1_000  # training digits that a size is measured on
TIMES = 8  # measured so often in an epoch


def gradient_norms(network: Network, digits: Digits, cost: CostFunction) -> tuple[float, ...]:
    """The norm of dC/dW for each layer, the first hidden layer's first; the pictures are taken as they are."""
    targets = one_hot(digits.digits, network.sizes[-1], network.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        trace = network.forward(pixels(digits.flat, network.dtype))
        return tuple(float(np.linalg.norm(layer.weights)) for layer in backward(network, trace, targets, cost))


def deeper(recipe: Recipe, depth: int) -> Recipe:
    """The same recipe with that many hidden layers, each like its first one. RecipeError where it has none."""
    if not recipe.hidden:
        raise FIELDS["hidden"].error("a network without a hidden layer cannot be made deeper")
    return recipe.changed(hidden=recipe.hidden[:1] * depth)


def sizes_over(recipe: Recipe, data: DataSet) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The sizes while it learns: (times,) epochs from the start, and (times, layers).

    A run that diverges is told as far as it came. Raises what Run raises.
    """
    run: Any = Run(recipe, data)
    batches = -(-len(run.split.training) // recipe.mini_batch)
    run = Run(recipe, data, every=max(1, batches // TIMES))
    few, cost = run.split.training[:FEW], recipe.cost_function()
    start = recipe.initial_network(len(data.classes), data.pixels)
    at, sizes = [0.0], [gradient_norms(start, few, cost)]
    try:
        for record in run:
            at.append(record.epoch + record.mini_batch / batches)
            sizes.append(gradient_norms(record.network, few, cost))
    except TrainingError:
        pass
    return np.array(at), np.array(sizes)
