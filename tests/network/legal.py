"""Every network that the blackboard allows, small: each activation function, output, cost and depth."""

from __future__ import annotations

from functools import cache
from itertools import pairwise, product

import numpy as np

from digitlens.network.activations import ACTIVATIONS, Activation
from digitlens.network.costs import COSTS
from digitlens.network.network import Layer, Network

HIDDEN = [each.name for each in ACTIVATIONS.values() if not each.whole_layer]
OUTPUTS = [
    (output, cost) for cost, output in product(COSTS, ACTIVATIONS) if COSTS[cost].takes(ACTIVATIONS[output])
]  # (output, cost)
CASES = [(hidden, *output) for hidden, output in product(HIDDEN, OUTPUTS)]  # (activation, output, cost)


def network_of(hidden: str, output: str, sizes: tuple[int, ...], rng: np.random.Generator) -> Network:
    """A network in float64 with weights and biases from N(0, 0.7²)."""
    layers = tuple(Layer(rng.normal(0, 0.7, (n, n_before)), rng.normal(0, 0.7, n)) for n_before, n in pairwise(sizes))
    return Network(layers, (ACTIVATIONS[hidden],) * (len(sizes) - 2) + (ACTIVATIONS[output],))


def batch_of(sizes: tuple[int, ...], count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (count, sizes[0]) with ink 0..1, and one-hot targets (count, sizes[-1])."""
    return rng.random((count, sizes[0])), np.eye(sizes[-1])[rng.integers(0, sizes[-1], count)]


@cache
def kinks(activation: Activation) -> tuple[float, ...]:
    """The z at which the slope jumps, found by looking: so that a new activation needs no word here."""
    if activation.whole_layer:
        return ()
    z = np.linspace(-8, 8, 16_001)
    jumps = np.flatnonzero(
        np.abs(np.diff(activation.slope(z))) > 0.005
    )  # the steepest smooth one, tanh, changes by 0.0008
    return tuple(_narrowed(activation, float(z[i]), float(z[i + 1])) for i in jumps)


def _narrowed(activation: Activation, low: float, high: float) -> float:
    for _ in range(60):
        middle = (low + high) / 2
        at_low, at_middle, at_high = activation.slope(np.array([low, middle, high]))
        low, high = (low, middle) if abs(at_middle - at_low) > abs(at_high - at_middle) else (middle, high)
    return low


def distance_to_kinks(activation: Activation, z: np.ndarray) -> float:
    """How near the nearest of these z comes to a kink; infinite where there is none."""
    return min((float(np.abs(z - kink).min()) for kink in kinks(activation)), default=np.inf)
