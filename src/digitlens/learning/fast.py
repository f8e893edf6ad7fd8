"""The compiled engine: the plain engine's arithmetic in native code, which walks past the pixels without ink.

What it computes is defined by network/, and tests hold it to that. The kernel works without Python's lock, from one
record to the next; only on the main thread it comes up every few milliseconds, for signals to be heard.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from digitlens.digits.dataset import Digits
from digitlens.kernel import native
from digitlens.learning.engine import Lessons, Measured, Record, State, Stop
from digitlens.learning.recipe import Recipe
from digitlens.learning.records import beginning, records
from digitlens.network.network import Layers, Network
from digitlens.network.optimisers import Memory

SLICE = 0.002  # seconds in the kernel at a time, where somebody must be asked whether to stop
PICTURES: WeakKeyDictionary[Digits, Any] = WeakKeyDictionary()  # digits -> their pictures as the kernel takes them


class FastEngine:
    """Native code, sixteen numbers at a time."""

    name = "compiled"

    def __init__(self, instruction_set: str = "") -> None:
        """`instruction_set`: another than this machine's fastest, to compare them."""
        self._instruction_set = instruction_set

    def refuses(self, recipe: Recipe) -> str:
        """Why this engine cannot run the recipe; empty if it can."""
        if recipe.precision != "float32":
            return f"it computes in float32, not {recipe.precision}"
        if recipe.augmentation != "none":
            return f"it knows no augmentation {recipe.augmentation!r}"
        if recipe.teacher != "none":
            return f"it cannot learn from a teacher, {recipe.teacher!r}"
        return native.missing()

    def run(
        self,
        recipe: Recipe,
        network: Network,
        digits: Lessons,
        state: State | None = None,
        *,
        every: int = 0,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Record]:
        """Train from `network`, or go on from `state`: see Engine."""
        state = state or beginning(recipe, network)
        training = _Training(recipe, network, digits, stop, self._instruction_set)
        yield from records(self.name, recipe, network, digits, state, every, training.learn, training.look)


class _Training:
    """One run in the kernel's layout: where it stands, and what it learns from."""

    def __init__(
        self, recipe: Recipe, network: Network, digits: Lessons, stop: Callable[[], bool], instruction_set: str
    ) -> None:
        self.recipe, self.digits, self.stop = recipe, digits, stop
        self.sizes = network.sizes
        self.engine = native.engine(self.sizes, network.activations, recipe.cost, instruction_set)
        self.reached: State | None = None  # the state that the arrays below hold
        self.order: tuple[int, Any] = -1, None  # of which epoch, (n,) numbers of training images

    def learn(self, state: State, until: int) -> tuple[State, bool]:
        """Mini-batch after mini-batch of one epoch, up to number `until`, or until asked to stop."""
        begun = time.perf_counter()
        recipe, count = self.recipe, len(self.digits.training)
        batches = -(-count // recipe.mini_batch)
        if state is not self.reached:
            self._take(state)
        if self.order[0] != state.epoch:
            self.order = state.epoch, recipe.stream("order", state.epoch).permutation(count)
        step, stopped = state.mini_batch, False
        while step < until and not stopped:
            step += self._slice(self.order[1], state.epoch, step, until, state.memory.steps + step - state.mini_batch)
            stopped = self.stop()
        steps = state.memory.steps + step - state.mini_batch
        epoch, step = (state.epoch + 1, 0) if step == batches else (state.epoch, step)
        self.reached = self._give(epoch, step, steps, state.seconds + time.perf_counter() - begun)
        return self.reached, stopped

    def look(self, network: Network, digits: Digits) -> Measured:
        """Cost and accuracy on some digits, of the network that has just been learned."""
        packed = self.weights if self.average is None else self.average
        cost, right = self.engine.measure(packed, _pictures(digits), digits.digits)
        return Measured(cost / len(digits), right / len(digits))

    def _slice(self, order: Any, epoch: int, step: int, until: int, steps: int) -> int:
        """Some mini-batches from number `step` on; how many were done, at least one."""
        recipe = self.recipe
        batches = -(-len(order) // recipe.mini_batch)
        flagged = isinstance(self.stop, Stop)
        seconds = SLICE if not flagged or threading.current_thread() is threading.main_thread() else np.inf
        if seconds == SLICE:
            until = min(until, step + max(1, 8_192 // recipe.mini_batch))
        done: int = self.engine.learn(
            native.OPTIMISERS.index(recipe.optimiser),
            recipe.momentum,
            recipe.weight_decay,
            recipe.averaging,
            self.weights,
            self.memory,
            self.average,
            steps,
            _pictures(self.digits.training),
            self.digits.training.digits,
            order[step * recipe.mini_batch : until * recipe.mini_batch],
            recipe.mini_batch,
            recipe.rates(epoch * batches + step, epoch * batches + until, batches),
            self.stop.flag if isinstance(self.stop, Stop) else _NEVER,
            seconds,
        )
        return done

    def _take(self, state: State) -> None:
        self.weights = native.pack(state.layers)
        self.memory = [native.pack(layers) for layers in state.memory.layers]
        self.average = native.pack(state.average) if state.average else None

    def _give(self, epoch: int, step: int, steps: int, seconds: float) -> State:
        def layers(packed: native.Floats) -> Layers:
            return native.unpack(packed, self.sizes)

        memory = Memory(steps, tuple(map(layers, self.memory)))
        average = None if self.average is None else layers(self.average)
        return State(layers(self.weights), memory, average, epoch, step, seconds)


_NEVER = np.zeros(1, np.uint8)  # a flag that nobody sets


def _pictures(digits: Digits) -> Any:
    """The pictures without their zeros: made once for the same digits, and kept as long as these are."""
    found = PICTURES.get(digits)
    if found is None:
        found = PICTURES[digits] = native.module().Pictures(np.ascontiguousarray(digits.flat))
    return found
