"""One example at a time: a step with the next picture of the order alone, by the plain engine.

It is what a mini-batch of one does. A run with such steps in it is no longer the one that its recipe describes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from digitlens.learning.engine import Record, State
from digitlens.learning.plain_engine import PlainEngine, measure
from digitlens.learning.records import beginning
from digitlens.learning.training import Run
from digitlens.network.network import Network


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one example did."""

    record: Record  # its state counts whole mini-batches
    taken: int  # examples learned of the mini-batch under way, this one among them; 0 when it is through
    which: int  # the number of the training picture
    cost_before: float  # of this picture
    cost_after: float


def one_example(run: Run, state: State | None, taken: int) -> Step:
    """Learn from the next picture of the order: from `state`, of whose next mini-batch `taken` are learned already."""
    recipe, split, size = run.recipe, run.split, run.recipe.mini_batch
    first = recipe.initial_network(split.classes, split.pixels)
    state = state or beginning(recipe, first)
    number = state.mini_batch * size + taken  # in the order of this epoch
    which = int(recipe.stream("order", state.epoch).permutation(len(split.training))[number])
    alone, cost = split.training[which : which + 1], recipe.cost_function()
    before = measure(Network(state.average or state.layers, first.activations), alone, cost).cost
    ones = recipe.changed(mini_batch=1)
    record = next(iter(PlainEngine().run(ones, first, split, replace(state, mini_batch=number), every=1)))
    mini_batch, taken = divmod(record.mini_batch, size)
    record = replace(record, mini_batch=mini_batch, state=replace(record.state, mini_batch=mini_batch))
    return Step(record, taken, which, before, measure(record.network, alone, cost).cost)
