"""From one record of a run to the next: what all engines have in common. An engine brings two functions.

learn(state, until) -> state, stopped    mini-batches of one epoch up to number `until`, or until asked to stop
look(network, digits, to_the_end) -> Measured    or None, where it was asked to stop meanwhile and may

A run that is stopped while it measures goes back by one mini-batch, and measures when it continues from there: no epoch
is left without its row. It may not if it would go back to where it began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from digitlens.digits.dataset import Digits
from digitlens.errors import TrainingError
from digitlens.learning.data_split import DataSplit
from digitlens.learning.engine import Measured, Record, State
from digitlens.learning.recipe import Recipe, step_settings
from digitlens.network.network import Layer, Network
from digitlens.storage.container import LARGEST, NUMBER

Learn = Callable[[State, int], tuple[State, bool]]
Look = Callable[[Network, Digits, bool], Measured | None]


def beginning(recipe: Recipe, network: Network) -> State:
    """Where a run stands before its first mini-batch."""
    average = network.layers if step_settings(recipe).running_mean else None
    return State(network.layers, recipe.optimiser_pair().start(network.layers), average)


def records(
    engine: str,
    recipe: Recipe,
    network: Network,
    digits: DataSplit,
    state: State,
    every: int,
    learn: Learn,
    look: Look,
    *,
    goes_back: bool = False,
) -> Iterator[Record]:
    """Walk from `state` to the end of the recipe, or until asked to stop; raises TrainingError where a run diverges.

    goes_back: look() can be stopped.
    """
    batches = -(-len(digits.training) // recipe.mini_batch)  # the last one may be smaller
    begun, stopped = state, False
    while state.epoch < recipe.epochs and not stopped:
        until = min(state.mini_batch + every, batches) if every else batches
        if goes_back and until == batches > state.mini_batch + 1:
            state, stopped = learn(state, until - 1)
        before = state
        if not stopped:
            state, stopped = learn(state, until)
        ended = state.mini_batch == 0 and state is not before  # it is, stopped before it did anything
        learned = Network(state.average or state.layers, network.activations)
        sets = [some for some in (digits.training, digits.validation, digits.test) if ended]
        measured = [look(learned, some, before is begun) if len(some) else None for some in sets]
        if any(len(some) and not found for some, found in zip(sets, measured, strict=True)):
            state, stopped, ended, measured = before, True, False, []
            learned = Network(state.average or state.layers, network.activations)
        if any(m and not m.cost <= NUMBER for m in measured) or not all(map(_sound, learned.layers)):
            raise TrainingError(
                f"the run diverged in epoch {state.epoch + (not ended)}: its weights or its cost grew beyond all "
                f"bounds; lower the learning rate, which is {recipe.learning_rate:g}"
            )
        epoch, step = divmod(max(0, state.epoch * batches + state.mini_batch - 1), batches)  # of the last step
        rate = recipe.rate((epoch + step / batches) / recipe.epochs)
        position = state.epoch, state.mini_batch, state.seconds
        yield Record(*position, rate, engine, learned, state, *measured)


def _sound(layer: Layer) -> bool:
    """Its numbers are finite, and such as a model file may hold."""
    return all((np.abs(part) <= LARGEST).all() for part in (layer.weights, layer.biases))  # false for NaN too
