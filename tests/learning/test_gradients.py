"""The sizes of gradients: those of back-propagation, and they vanish where they are known to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.learning.bars import bar_data, small

from digitlens.digits.dataset import pixels
from digitlens.errors import RecipeError
from digitlens.learning.gradients import deeper, gradient_norms, sizes_over
from digitlens.network.costs import one_hot
from digitlens.network.gradient import backward

DATA = bar_data()


def test_the_size_of_a_gradient_is_how_much_the_cost_changes_along_it() -> None:
    """Held to the cost itself: a small step along the gradient of one layer changes the cost by its size."""
    recipe = small(precision="float64", cost="cross_entropy", activation="tanh")
    network = recipe.initial_network(4)
    few, cost = DATA.training[:40], recipe.cost_function()
    sizes = gradient_norms(network, few, cost)
    x, y = pixels(few.flat, np.dtype("float64")), one_hot(few.digits, 4, np.float64)

    def value(layer: int, step: Any) -> float:
        layers = list(network.layers)
        layers[layer] = replace(layers[layer], weights=layers[layer].weights + step)
        return float(cost.each(replace(network, layers=tuple(layers)).forward(x), y).mean())

    gradient = backward(network, network.forward(x), y, cost)
    for layer, size in enumerate(sizes):
        along = gradient[layer].weights / np.linalg.norm(gradient[layer].weights)
        slope = (value(layer, 1e-5 * along) - value(layer, -1e-5 * along)) / 2e-5
        assert size == pytest.approx(slope, rel=1e-4)


def test_sizes_are_told_from_the_start_to_the_end() -> None:
    at, sizes = sizes_over(small(epochs=2), DATA)
    assert (at[0], at[-1]) == (0.0, 2.0)
    assert (np.diff(at) > 0).all()
    assert sizes.shape == (len(at), 3)
    assert (sizes > 0).all()


def test_in_a_deep_network_of_sigmoids_the_first_gradients_are_much_smaller_than_the_last() -> None:
    _, sigmoid = sizes_over(deeper(small(epochs=1), 6), DATA)
    _, relu = sizes_over(deeper(small(epochs=1, activation="relu", initialisation="he"), 6), DATA)
    assert sigmoid[0, 1] < sigmoid[0, -1] / 1_000
    assert relu[0, 1] > relu[0, -1] / 100


def test_a_run_that_diverges_is_told_as_far_as_it_came() -> None:
    at, sizes = sizes_over(small(activation="relu", output="identity", learning_rate=1e6), DATA)
    assert at[-1] < 3
    assert len(at) == len(sizes) >= 1


def test_without_a_hidden_layer_there_is_nothing_to_deepen() -> None:
    assert deeper(small(), 4).hidden == (6, 6, 6, 6)
    with pytest.raises(RecipeError, match="deeper"):
        deeper(small(hidden=()), 2)
