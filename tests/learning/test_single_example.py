"""One example at a time: what a mini-batch of one does, and where the run stands afterwards."""

from __future__ import annotations

import numpy as np
import pytest

from digitlens.digits.dataset import DataSet, Digits
from digitlens.learning.plain_engine import PlainEngine
from digitlens.learning.recipe import Recipe
from digitlens.learning.single_example import one_example
from digitlens.learning.training import Run


@pytest.fixture
def data() -> DataSet:
    rng = np.random.default_rng(2)
    images, digits = rng.integers(0, 256, (20, 28, 28), np.uint8), rng.integers(0, 10, 20).astype(np.uint8)
    return DataSet("noise", "made up", Digits(images, digits), Digits(images[:4], digits[:4]))


def test_as_many_steps_as_there_are_pictures_are_an_epoch_of_mini_batches_of_one(data: DataSet) -> None:
    recipe = Recipe(hidden=(5,), mini_batch=8, epochs=2, validation=0, optimiser="momentum", learning_rate=0.1)
    run, state, taken, seen = Run(recipe, data, engine="plain"), None, 0, []
    places = []
    for _ in range(20):
        step = one_example(run, state, taken)
        state, taken = step.record.state, step.taken
        places.append((state.epoch, state.mini_batch, taken))
        seen.append(step.which)
    assert state is not None
    assert sorted(seen) == list(range(20)), "every picture once"
    assert places[6:9] == [(0, 0, 7), (0, 1, 0), (0, 1, 1)]
    assert places[-2:] == [(0, 2, 3), (1, 0, 0)]
    ones = recipe.changed(mini_batch=1)
    first = ones.initial_network(10)
    whole = next(iter(PlainEngine().run(ones, first, run.split)))
    for mine, theirs in zip(state.layers, whole.state.layers, strict=True):
        assert (mine.weights == theirs.weights).all()
        assert (mine.biases == theirs.biases).all()


def test_a_small_step_makes_the_cost_of_its_own_picture_smaller(data: DataSet) -> None:
    run = Run(Recipe(hidden=(5,), mini_batch=8, validation=0, learning_rate=0.01), data)
    step = one_example(run, None, 0)
    assert 0 < step.cost_after < step.cost_before
    assert step.which == Recipe().stream("order", 0).permutation(20)[0]
