"""Functions that somebody has added to Python, and that neither the kernel nor the page knows."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from digitlens.network.activations import ACTIVATIONS, Activation, Array
from digitlens.network.costs import COSTS, Cost, CostFunction
from digitlens.network.initialisation import INITIALISATIONS, Initialisation
from digitlens.network.network import Layers, Trace
from digitlens.network.optimisers import OPTIMISERS, Memory, Optimiser, each

SOFTPLUS = Activation("softplus", lambda z: np.logaddexp(0, z), ACTIVATIONS["sigmoid"].function, (0, inf))
GAUSSIAN = Activation("gaussian", lambda z: np.exp(-z * z), lambda z: -2 * z * np.exp(-z * z), (0, 1))


def _absolute(output: Activation) -> CostFunction:
    def slope(trace: Trace, y: Array) -> Array:
        return np.sign(trace.a[-1] - y) * output.slope(trace.z[-1])

    return CostFunction(lambda trace, y: np.abs(trace.a[-1] - y).sum(axis=-1), slope)


ABSOLUTE = Cost("absolute", "Σ |a − y|", (-inf, inf), _absolute)


def nesterov(keep: float = 0.9) -> Optimiser:
    """Momentum that looks ahead (Nesterov 1983)."""

    def step(layers: Layers, gradient: Layers, memory: Memory, rate: float) -> tuple[Layers, Memory]:
        velocity = each(lambda v, g: keep * v + g, memory.layers[0], gradient)
        moved = each(lambda w, v, g: w - rate * (keep * v + g), layers, velocity, gradient)
        return moved, Memory(memory.steps + 1, (velocity,))

    return Optimiser("nesterov", step, memories=1, momentum=keep)


TENTH = Initialisation("tenth", lambda rng, n, n_before: rng.normal(0, 0.1, (n, n_before)), "this test")

ADDED: dict[str, tuple[dict[str, Any], Any]] = {  # by field of a recipe: the registry, and what is put there
    "activation": (ACTIVATIONS, SOFTPLUS),
    "cost": (COSTS, ABSOLUTE),
    "optimiser": (OPTIMISERS, nesterov),
    "initialisation": (INITIALISATIONS, TENTH),
}
