"""What a neuron does with its weighted sum: each function beside its slope.

z is the weighted sum plus bias, (batch, n), and a = σ(z) what the neurons then hold, (batch, n).
Both keep the type they are given and are right far out, at z = ±100 too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import RecipeError

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Activation:
    """An activation function and its slope, both of z: sigmoid(z), sigmoid.slope(z)."""

    name: str  # by which recipes and model files know it
    function: Callable[[Array], Array] = field(repr=False)  # z -> a
    slope: Callable[[Array], Array] = field(repr=False)  # z -> da/dz, element by element
    range: tuple[float, float]  # the lowest and the highest a, or what a comes ever closer to
    whole_layer: bool = False  # each a depends on every z of its layer: for the last layer only

    def __call__(self, z: Array) -> Array:
        """The activations a = σ(z), of the shape and type of z."""
        return self.function(z)

    def __reduce__(self) -> tuple[Any, ...]:
        if ACTIVATIONS.get(self.name) is self:  # it is pickled by its name, and comes back as itself
            return _registered, (self.name,)
        return Activation, (self.name, self.function, self.slope, self.range, self.whole_layer)


def _registered(name: str) -> Activation:
    return ACTIVATIONS[name]


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


LEAK = 0.01  # the slope of leaky_relu below 0: a neuron that never fires can still learn to

sigmoid = Activation("sigmoid", _sigmoid, _sigmoid_slope, (0, 1))
relu = Activation("relu", lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(z.dtype), (0, inf))  # at the kink 0
leaky_relu = Activation(
    "leaky_relu", lambda z: np.maximum(z, LEAK * z), lambda z: np.where(z > 0, 1, LEAK).astype(z.dtype), (-inf, inf)
)
tanh = Activation("tanh", np.tanh, lambda z: 4 * _sigmoid_slope(2 * z), (-1, 1))  # 1 - tanh² would be 0 from z = 19 on
identity = Activation("identity", lambda z: z, np.ones_like, (-inf, inf))
softmax = Activation("softmax", _softmax, _softmax_slope, (0, 1), whole_layer=True)

#: The activation functions by name. Another one that is put here can be trained, saved and read like these.
ACTIVATIONS = {each.name: each for each in (sigmoid, relu, leaky_relu, tanh, identity, softmax)}
