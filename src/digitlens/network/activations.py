"""What a neuron does with its weighted sum: each function beside its slope.

z is the weighted sum plus bias, (batch, n), and a = σ(z) what the neurons then hold, (batch, n).
Both keep the type they are given and are right far out, at z = ±100 too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import RecipeError

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Activation:
    """An activation function and its slope, both of z: sigmoid(z), sigmoid.slope(z)."""

    name: str
    function: Callable[[Array], Array]  # z -> a
    slope: Callable[[Array], Array]  # z -> da/dz, element by element

    def __call__(self, z: Array) -> Array:
        """The activations a = σ(z), of the shape and type of z."""
        return self.function(z)


def _sigmoid(z: Array) -> Array:
    small = np.exp(-np.abs(z))  # at most 1: exp(-z) itself overflows below z = -709
    return np.maximum(small, z >= 0) / (1 + small)  # 1 on top where z >= 0; np.where takes far longer to choose


def _sigmoid_slope(z: Array) -> Array:
    small = np.exp(-np.abs(z))
    return small / (1 + small) ** 2  # σ(z)(1 - σ(z)) would be 0 from z = 37 on


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))  # the same for any shift of z, and this one cannot overflow
    return e / e.sum(axis=-1, keepdims=True)


def _softmax_slope(z: Array) -> Array:
    raise RecipeError("softmax has no slope neuron by neuron: its outputs share one sum; costs.py goes through it")


sigmoid = Activation("sigmoid", _sigmoid, _sigmoid_slope)
relu = Activation("relu", lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(z.dtype))  # at the kink we say 0
tanh = Activation("tanh", np.tanh, lambda z: 4 * _sigmoid_slope(2 * z))  # 1 - tanh² would be 0 from z = 19 on
identity = Activation("identity", lambda z: z, np.ones_like)
softmax = Activation("softmax", _softmax, _softmax_slope)  # for the last layer only

ACTIVATIONS = {each.name: each for each in (sigmoid, relu, tanh, identity, softmax)}
