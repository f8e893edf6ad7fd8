"""How to step downhill: gradient descent, momentum and Adam, each a pure pair (start, step).

    memory = optimiser.start(layers)
    layers, memory = optimiser.step(layers, gradient, memory, learning_rate)

Nothing is changed in place: the old layers, the old memory and the gradient stay as they were.
"""

from collections.abc import Callable
from dataclasses import dataclass

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
    """A pure pair, as above, and what others need to know of it."""

    name: str
    step: Callable[[Layers, Layers, Memory, float], tuple[Layers, Memory]]  # layers, gradient, memory, learning rate
    memories: int  # how many numbers it remembers for each weight and bias
    momentum: float | None = None  # the share that it keeps of what it remembers; None: there is no such share

    def start(self, layers: Layers) -> Memory:
        """The memory before the first step."""
        return Memory(0, tuple(each(np.zeros_like, layers) for _ in range(self.memories)))


def gradient_descent() -> Optimiser:
    """Straight downhill: W - rate · dC/dW."""

    def step(layers: Layers, gradient: Layers, memory: Memory, rate: float) -> tuple[Layers, Memory]:
        return each(lambda w, g: w - rate * g, layers, gradient), Memory(memory.steps + 1)

    return Optimiser("gradient_descent", step, memories=0)


def momentum(keep: float = 0.9) -> Optimiser:
    """A heavy ball: the velocity keeps a share of itself and adds the gradient (Polyak 1964)."""

    def step(layers: Layers, gradient: Layers, memory: Memory, rate: float) -> tuple[Layers, Memory]:
        velocity = each(lambda v, g: keep * v + g, memory.layers[0], gradient)
        return each(lambda w, v: w - rate * v, layers, velocity), Memory(memory.steps + 1, (velocity,))

    return Optimiser("momentum", step, memories=1, momentum=keep)


def adam(keep: float = 0.9, keep_squares: float = 0.999, epsilon: float = 1e-8) -> Optimiser:
    """Steps of about the same size for every weight (Kingma and Ba 2015, algorithm 1)."""

    def step(layers: Layers, gradient: Layers, memory: Memory, rate: float) -> tuple[Layers, Memory]:
        t = memory.steps + 1
        mean = each(lambda m, g: keep * m + (1 - keep) * g, memory.layers[0], gradient)
        squares = each(lambda v, g: keep_squares * v + (1 - keep_squares) * g * g, memory.layers[1], gradient)
        share, share_squares = 1 - keep**t, 1 - keep_squares**t  # both means began at 0: this much of them is real

        def move(w: Array, m: Array, v: Array) -> Array:
            return w - (rate / share) * m / (np.sqrt(v / share_squares) + epsilon)

        return each(move, layers, mean, squares), Memory(t, (mean, squares))

    return Optimiser("adam", step, memories=2, momentum=keep)


OPTIMISERS: dict[str, Callable[..., Optimiser]] = {f.__name__: f for f in (gradient_descent, momentum, adam)}


def each(f: Callable[..., Array], *networks: Layers) -> Layers:
    """One new Layer a layer: f of the weights, and f of the biases, of all the given ones."""
    return tuple(
        Layer(f(*(layer.weights for layer in same)), f(*(layer.biases for layer in same)))
        for same in zip(*networks, strict=True)
    )
