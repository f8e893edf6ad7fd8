"""Every network that the blackboard allows, small: each activation function, output, cost and depth."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np

from digitlens.network.activations import ACTIVATIONS
from digitlens.network.network import Layer, Network

HIDDEN = ("sigmoid", "relu", "tanh", "identity")
OUTPUTS = [(output, "quadratic") for output in ACTIVATIONS] + [
    ("sigmoid", "cross_entropy"),
    ("softmax", "cross_entropy"),
]  # (output, cost)
CASES = [(hidden, *output) for hidden, output in product(HIDDEN, OUTPUTS)]  # (activation, output, cost)


def network_of(hidden: str, output: str, sizes: tuple[int, ...], rng: np.random.Generator) -> Network:
    """A network in float64 with weights and biases from N(0, 0.7²)."""
    layers = tuple(Layer(rng.normal(0, 0.7, (n, n_before)), rng.normal(0, 0.7, n)) for n_before, n in pairwise(sizes))
    return Network(layers, (ACTIVATIONS[hidden],) * (len(sizes) - 2) + (ACTIVATIONS[output],))


def batch_of(sizes: tuple[int, ...], count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (count, sizes[0]) with ink 0..1, and one-hot targets (count, sizes[-1])."""
    return rng.random((count, sizes[0])), np.eye(sizes[-1])[rng.integers(0, sizes[-1], count)]
