"""The plain engine: network/ over mini-batches, in NumPy. Every other engine is held to it by tests.

x  (batch, pixels)   a mini-batch of pictures, ink from 0 to 1
y  (batch, classes)  its targets
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from digitlens.digits.dataset import Digits, pixels
from digitlens.digits.synthetic.distortions import bend
from digitlens.learning.augmentation import grids
from digitlens.learning.data_split import DataSplit
from digitlens.learning.engine import Measured, Record, State
from digitlens.learning.recipe import Recipe, step_settings
from digitlens.learning.records import beginning, records
from digitlens.network.activations import Array
from digitlens.network.costs import CostFunction, one_hot
from digitlens.network.gradient import backward
from digitlens.network.network import Layer, Layers, Network
from digitlens.network.optimisers import Optimiser, each

READY_AT_ONCE = 256  # images that are made floats together when learning: 0.8 MB, which stays in the cache
MEASURED_AT_ONCE = 1_000  # images a forward pass when measuring: 3 MB, the same


class PlainEngine:
    """NumPy alone, one step after the other."""

    name = "plain"

    def refuses(self, recipe: Recipe) -> str:
        """Why this engine cannot run the recipe; empty if it can."""
        return ""

    def run(
        self,
        recipe: Recipe,
        network: Network,
        digits: DataSplit,
        state: State | None = None,
        *,
        every: int = 0,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Record]:
        """Train from `network`, or go on from `state`: see Engine."""
        optimiser, cost = recipe.optimiser_pair(), recipe.cost_function()
        one_thread = ThreadpoolController().wrap(limits=1, user_api="blas")
        learn, look = one_thread(_learn), one_thread(_measure)  # a sum that threads share may differ in its last bit
        targets = one_hot(digits.training.digits, digits.classes, network.dtype)  # (n, classes)
        yield from records(
            self.name,
            recipe,
            network,
            digits,
            state or beginning(recipe, network),
            every,
            lambda state, until: learn(recipe, optimiser, network, digits.training.images, targets, state, until, stop),
            lambda learned, some, to_the_end: look(learned, some, cost, _never if to_the_end else stop),
            goes_back=True,
        )


def _never() -> bool:
    return False


def measure(network: Network, digits: Digits, cost: CostFunction) -> Measured:
    """Cost and accuracy of a network on digits, the pictures taken as they are. `digits` must not be empty."""
    measured = _measure(network, digits, cost, _never)
    assert measured is not None
    return measured


def _measure(network: Network, digits: Digits, cost: CostFunction, stop: Callable[[], bool]) -> Measured | None:
    """As measure(); None if stop() answered True before some MEASURED_AT_ONCE images."""
    costs, right = 0.0, 0
    with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges is told so by its numbers
        for start in range(0, len(digits), MEASURED_AT_ONCE):
            if stop():
                return None
            some = digits[start : start + MEASURED_AT_ONCE]
            trace = network.forward(pixels(some.flat, network.dtype))
            costs += float(cost.each(trace, one_hot(some.digits, network.sizes[-1], network.dtype)).sum(dtype=float))
            right += int((trace.a[-1].argmax(axis=1) == some.digits).sum())
    return Measured(costs / len(digits), right / len(digits))


def _learn(
    recipe: Recipe,
    optimiser: Optimiser,
    network: Network,
    images: np.ndarray,
    targets: Array,
    state: State,
    until: int,
    stop: Callable[[], bool],
) -> tuple[State, bool]:
    """Mini-batch after mini-batch of one epoch, up to number `until`, or until asked to stop."""
    started = time.perf_counter()
    cost, count, size = recipe.cost_function(), len(images), recipe.mini_batch
    _, decay, kept = step_settings(recipe)
    batches = -(-count // size)
    frozen = min(recipe.frozen, len(network.layers) - 1)
    order = recipe.stream("order", state.epoch).permutation(count)
    layers, memory, average, step, stopped = state.layers, state.memory, state.average, state.mini_batch, False
    with np.errstate(over="ignore", invalid="ignore"):
        for x, y in _mini_batches(recipe, images, targets, order[: until * size], state, network.dtype):
            rate = recipe.rate((state.epoch + step / batches) / recipe.epochs)

            now = Network(layers, network.activations)
            gradient = backward(now, now.forward(x), y, cost)
            layers, memory = optimiser.step(layers, gradient, memory, rate)

            if decay:
                layers = _shrink(layers, rate * decay)
            layers = now.layers[:frozen] + layers[frozen:]
            if average is not None:
                average = each(lambda old, new: kept * old + (1 - kept) * new, average, layers)
                average = layers[:frozen] + average[frozen:]
            step, stopped = step + 1, stop()
            if stopped:
                break
    epoch, step = (state.epoch + 1, 0) if step == batches else (state.epoch, step)
    return State(layers, memory, average, epoch, step, state.seconds + time.perf_counter() - started), stopped


def _mini_batches(
    recipe: Recipe, images: np.ndarray, targets: Array, order: np.ndarray, state: State, dtype: np.dtype[Any]
) -> Iterator[tuple[Array, Array]]:
    """The pictures in this order, from where `state` stands, in mini-batches, with their targets.

    Some mini-batches are made ready together, to save calls; with augmentation, each picture is distorted.
    """
    size = recipe.mini_batch
    ready = max(1, READY_AT_ONCE // size) * size
    for start in range(state.mini_batch * size, len(order), ready):
        which = order[start : start + ready]
        some = images.take(which, axis=0)
        if recipe.augmentation != "none":
            some = bend(some, grids(recipe, state.epoch, start, start + len(which), some.shape[1:]))
        x, y = pixels(some.reshape(len(some), -1), dtype), targets.take(which, axis=0)
        for first in range(0, len(which), size):
            yield x[first : first + size], y[first : first + size]


def _shrink(layers: Layers, share: float) -> Layers:
    """Weight decay: every weight loses `share` of itself; biases stay (Krogh and Hertz 1992)."""
    return tuple(Layer(layer.weights * (1 - share), layer.biases) for layer in layers)
