"""How to step downhill: gradient descent, momentum and Adam, each a pure pair (start, step).

    memory = optimiser.start(layers)
    layers, memory = optimiser.step(layers, gradient, memory, learning_rate)

Nothing is changed in place: the old layers, the old memory and the gradient stay as they were.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from digitlens.network.activations import Array
from digitlens.network.network import Layer, Layers


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What an optimiser remembers between two steps."""

    steps: int = 0  # how many steps were taken
    layers: tuple[Layers, ...] = ()  # gradient descent keeps none, momentum one, Adam two, each shaped like the network


@dataclass(frozen=True, slots=True)
class Optimiser:
    """How to step downhill: a pure pair (start, step), and what others need to know of it."""

    name: str  # by which recipes know it
    #: layers, gradient, memory, learning_rate -> layers, memory
    step: Callable[[Layers, Layers, Memory, float], tuple[Layers, Memory]] = field(repr=False)
    memories: int  # how many numbers it remembers for each weight and bias
    momentum: float | None = None  # the share that it keeps of what it remembers; None: there is no such share

    def start(self, layers: Layers) -> Memory:
        """The memory before the first step; layers: the network's."""
        return Memory(0, tuple(each(np.zeros_like, layers) for _ in range(self.memories)))


def gradient_descent() -> Optimiser:
    """Straight downhill: W - rate · dC/dW."""
    return Optimiser("gradient_descent", _descend, memories=0)


def _descend(layers: Layers, gradient: Layers, memory: Memory, rate: float) -> tuple[Layers, Memory]:
    return each(lambda w, g: w - rate * g, layers, gradient), Memory(memory.steps + 1)


def momentum(keep: float = 0.9) -> Optimiser:
    """A heavy ball: the velocity keeps a share of itself, `keep`, and adds the gradient (Polyak 1964)."""
    return Optimiser("momentum", partial(_roll, keep), memories=1, momentum=keep)


def _roll(keep: float, layers: Layers, gradient: Layers, memory: Memory, rate: float) -> tuple[Layers, Memory]:
    velocity = each(lambda v, g: keep * v + g, memory.layers[0], gradient)
    return each(lambda w, v: w - rate * v, layers, velocity), Memory(memory.steps + 1, (velocity,))


def adam(keep: float = 0.9, keep_squares: float = 0.999, epsilon: float = 1e-8) -> Optimiser:
    """Steps of about the same size for every weight (Kingma and Ba 2015, algorithm 1).

    keep, keep_squares: the share that each step keeps of the mean of the gradients, and of their squares; epsilon: what
    is added to the root of the latter, so that it is not 0.
    """
    return Optimiser("adam", partial(_adapt, keep, keep_squares, epsilon), memories=2, momentum=keep)


def _adapt(
    keep: float, keep_squares: float, epsilon: float, layers: Layers, gradient: Layers, memory: Memory, rate: float
) -> tuple[Layers, Memory]:
    t = memory.steps + 1
    mean = each(lambda m, g: keep * m + (1 - keep) * g, memory.layers[0], gradient)
    squares = each(lambda v, g: keep_squares * v + (1 - keep_squares) * g * g, memory.layers[1], gradient)
    share, share_squares = 1 - keep**t, 1 - keep_squares**t  # both means began at 0: this much of them is real

    def move(w: Array, m: Array, v: Array) -> Array:
        return w - (rate / share) * m / (np.sqrt(v / share_squares) + epsilon)

    return each(move, layers, mean, squares), Memory(t, (mean, squares))


OPTIMISERS: dict[str, Callable[..., Optimiser]] = {f.__name__: f for f in (gradient_descent, momentum, adam)}


def each(f: Callable[..., Array], *networks: Layers) -> Layers:
    """One new Layer a layer: f of the weights, and f of the biases, of all the given ones."""
    return tuple(
        Layer(f(*(layer.weights for layer in same)), f(*(layer.biases for layer in same)))
        for same in zip(*networks, strict=True)
    )
