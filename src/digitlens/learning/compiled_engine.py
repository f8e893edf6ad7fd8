"""The compiled engine: the plain engine's arithmetic in native code, which walks past the pixels without ink.

What it computes is defined by network/, and tests hold it to that. The kernel works without Python's lock, from one
record to the next; only on the main thread it comes up every few milliseconds, for signals to be heard.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from digitlens.digits.dataset import Digits
from digitlens.kernel import native
from digitlens.kernel.capabilities import refuses
from digitlens.learning.augmentation import grids
from digitlens.learning.data_split import DataSplit
from digitlens.learning.engine import Measured, Record, State, Stop
from digitlens.learning.recipe import Recipe, step_settings
from digitlens.learning.records import beginning, records
from digitlens.network.network import Layers, Network
from digitlens.network.optimisers import Memory
from digitlens.parallel.beside import Beside

SLICE = 0.002  # seconds in the kernel at a time, where somebody must be asked whether to stop
SLICED = 8_192  # images handed to it for that time, more than it can do
DRAWN_AT_ONCE = 4_096  # images distorted together
MEASURED_AT_ONCE = 8_192  # and measured, before it is asked again whether to stop
PICTURES = "pictures for the kernel"  # under this name they are kept with the digits


class CompiledEngine:
    """Native code, sixteen numbers at a time."""

    name = "compiled"

    def __init__(self, instruction_set: str = "") -> None:
        """`instruction_set`: another than this machine's fastest, to compare them."""
        self._instruction_set = instruction_set

    def refuses(self, recipe: Recipe) -> str:
        """Why this engine cannot run the recipe; empty if it can."""
        if recipe.frozen:
            return "every layer learns in it, and some are frozen"
        sizes = recipe.sizes(classes=1, pixels=1)  # a data set has no more of them than the kernel takes
        return refuses(sizes, recipe.activations(), recipe.precision, cost=recipe.cost, optimiser=recipe.optimiser)

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
        state = state or beginning(recipe, network)
        training = _Training(recipe, network, digits, stop, self._instruction_set)
        yield from records(
            self.name, recipe, network, digits, state, every, training.learn, training.look, goes_back=True
        )


class _Stretch(NamedTuple):
    """Some mini-batches on end."""

    pictures: Any  # as the kernel takes them
    digits: Any  # (n,) uint8, what they show
    order: Any  # (m,) int64, which of them, mini-batch after mini-batch
    mini_batches: int


class _Training:
    """One run in the kernel's layout: where it stands, and what it learns from."""

    def __init__(
        self, recipe: Recipe, network: Network, digits: DataSplit, stop: Callable[[], bool], instruction_set: str
    ) -> None:
        self.recipe, self.digits, self.stop = recipe, digits, stop
        self.flag = stop.flag if isinstance(stop, Stop) else _NEVER
        self.sizes = network.sizes
        self.engine = native.engine(self.sizes, network.activations, recipe.cost, instruction_set)
        self.reached: State | None = None  # the state that the arrays below hold
        self.order: tuple[int, Any] = -1, None  # of which epoch, (n,) numbers of training images

    def learn(self, state: State, until: int) -> tuple[State, bool]:
        """Mini-batch after mini-batch of one epoch, up to number `until`, or until asked to stop."""
        begun = time.perf_counter()
        recipe, count = self.recipe, len(self.digits.training)
        if recipe.augmentation == "none" and _pictures(self.digits.training, self.flag) is None:
            return state, True
        batches = -(-count // recipe.mini_batch)
        if state is not self.reached:
            self._take(state)
        if self.order[0] != state.epoch:
            self.order = state.epoch, recipe.stream("order", state.epoch).permutation(count)
        step, stopped = state.mini_batch, False
        with closing(self._stretches(state.epoch, step, until)) as stretches:
            for stretch in stretches:
                done = 0
                while done < stretch.mini_batches and not stopped:
                    done += self._slice(stretch, step, done, batches, state)
                    stopped = self.stop()
                step += done
                if stopped:
                    break
        steps = state.memory.steps + step - state.mini_batch
        epoch, step = (state.epoch + 1, 0) if step == batches else (state.epoch, step)
        self.reached = self._give(epoch, step, steps, state.seconds + time.perf_counter() - begun)
        return self.reached, stopped

    def look(self, network: Network, digits: Digits, to_the_end: bool) -> Measured | None:
        """Cost and accuracy on some digits, of the network that has just been learned; None if asked to stop."""
        packed = self.weights if self.average is None else self.average
        pictures = _pictures(digits, _NEVER if to_the_end else self.flag)

        def part(first: int) -> tuple[float, int] | None:
            if pictures is None or (not to_the_end and self.stop()):
                return None
            cost, right = self.engine.measure(packed, pictures, digits.digits, first, MEASURED_AT_ONCE)
            return cost, right

        firsts = range(0, len(digits), MEASURED_AT_ONCE)
        parts: list[tuple[float, int] | None] = [None] * len(firsts)

        def every_other(begin: int) -> None:
            for i in range(begin, len(firsts), 2):
                parts[i] = part(firsts[i])

        other_half = Beside(every_other, 1) if len(firsts) > 1 else None
        every_other(0)
        if other_half:
            other_half.result()
        found = [one for one in parts if one is not None]
        if len(found) < len(parts):
            return None
        cost, right = map(sum, zip(*found, strict=True))  # in the pictures' order: the same bits whoever was faster
        return Measured(cost / len(digits), right / len(digits))

    def _stretches(self, epoch: int, step: int, until: int) -> Generator[_Stretch]:
        """The mini-batches `step` to below `until` of an epoch; images that are distorted come in several stretches.

        Each of those is drawn beside the learning from the one before, on another core where there is one.
        """
        size, training, order = self.recipe.mini_batch, self.digits.training, self.order[1]
        if self.recipe.augmentation == "none":
            yield _Stretch(
                _pictures(training, _NEVER), training.digits, order[step * size : until * size], until - step
            )
            return

        images = np.ascontiguousarray(training.images)

        def draw(first: int, last: int) -> _Stretch:
            which = order[first * size : last * size]
            bent = np.empty((len(which), *training.image_shape), np.uint8)
            drawn = grids(self.recipe, epoch, first * size, first * size + len(which), training.image_shape)
            native.module().bend(images, which, drawn.reshape(-1, 50), bent)
            pictures = native.module().Pictures(bent.reshape(len(bent), -1))
            return _Stretch(pictures, training.digits[which], np.arange(len(which)), last - first)

        edges = [*range(step, until, max(1, DRAWN_AT_ONCE // size)), until]
        ahead = Beside(draw, *edges[:2])
        for following in [*pairwise(edges[1:]), None]:
            stretch = ahead.result()
            if following:
                ahead = Beside(draw, *following)
            yield stretch

    def _slice(self, stretch: _Stretch, step: int, done: int, batches: int, state: State) -> int:
        """Some mini-batches of a stretch that begins with number `step`, after `done` of it; how many, at least one."""
        recipe, size, until = self.recipe, self.recipe.mini_batch, stretch.mini_batches
        flagged = isinstance(self.stop, Stop)
        asked = not flagged or threading.current_thread() is threading.main_thread()
        if asked:
            until = min(until, done + max(1, SLICED // size))
        first = state.epoch * batches + step
        learned: int = self.engine.learn(
            recipe.optimiser,
            *step_settings(recipe),
            self.weights,
            self.memory,
            self.average,
            state.memory.steps + step + done - state.mini_batch,
            stretch.pictures,
            stretch.digits,
            stretch.order[done * size : until * size],
            size,
            recipe.rates(first + done, first + until, batches),
            self.flag,
            SLICE if asked else np.inf,
        )
        return learned

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


def measure(network: Network, digits: Digits, cost: str) -> Measured:
    """Cost and accuracy of a network in float32 on some digits, the pictures taken as they are; at least one."""
    engine = native.engine(network.sizes, network.activations, cost)
    pictures = _pictures(digits, _NEVER)
    total, right = engine.measure(native.pack(network.layers), pictures, digits.digits, 0, len(digits))
    return Measured(total / len(digits), right / len(digits))


_NEVER = np.zeros(1, np.uint8)  # a flag that nobody sets


def _pictures(digits: Digits, flag: Any) -> Any:
    """The pictures without their zeros: made once, and kept with the digits. None if `flag` was set before the end."""
    found = digits.derived.get(PICTURES)
    if found is None:
        found = native.module().Pictures(np.ascontiguousarray(digits.flat), flag)
        if len(found) < len(digits):
            return None
        digits.derived[PICTURES] = found
    return found
