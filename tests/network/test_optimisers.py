"""Optimisers: pure, and equal to steps worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from digitlens.network.network import Layer, Layers
from digitlens.network.optimisers import OPTIMISERS, Memory, Optimiser, adam, each, gradient_descent, momentum


def knob(weight: float, bias: float = 0.0, dtype: type = np.float64) -> Layers:
    return (Layer(np.array([[weight]], dtype), np.array([bias], dtype)),)


def pair(optimiser: Optimiser) -> tuple[Any, Any]:
    return optimiser.start, optimiser.step


def value(layers: Layers) -> float:
    return float(layers[0].weights[0, 0])


def test_gradient_descent_is_the_hand_worked_step() -> None:
    start, step = pair(gradient_descent())
    layers, memory = step(knob(1.0, 2.0), knob(0.5, -1.0), start(knob(1.0)), 0.1)
    assert value(layers) == 1.0 - 0.1 * 0.5
    assert layers[0].biases.tolist() == [2.0 + 0.1]
    assert (memory.steps, memory.layers) == (1, ())


def test_momentum_is_the_hand_worked_pair_of_steps() -> None:
    # keep 0.5, rate 0.1, gradients 2 then 4: velocity 2, then 0.5·2 + 4 = 5; weight 1 - 0.2 - 0.5
    start, step = pair(momentum(0.5))
    memory = start(knob(1.0))
    assert value(memory.layers[0]) == 0
    layers, memory = step(knob(1.0), knob(2.0), memory, 0.1)
    assert (value(layers), value(memory.layers[0])) == (0.8, 2.0)
    layers, memory = step(layers, knob(4.0), memory, 0.1)
    assert value(memory.layers[0]) == 5.0
    assert value(layers) == pytest.approx(0.3, abs=1e-15)
    assert memory.steps == 2


def test_adam_is_algorithm_one_in_single_numbers() -> None:
    rate, one, two, epsilon = 0.05, 0.8, 0.9, 1e-6
    start, step = pair(adam(one, two, epsilon))
    layers, memory = knob(1.0), start(knob(1.0))
    weight, m, v = 1.0, 0.0, 0.0
    for t, g in enumerate((2.0, -1.0, 0.0, 1e-9, 30.0), start=1):
        layers, memory = step(layers, knob(g), memory, rate)
        m, v = one * m + (1 - one) * g, two * v + (1 - two) * g**2
        weight -= rate * (m / (1 - one**t)) / (math.sqrt(v / (1 - two**t)) + epsilon)
        assert value(layers) == pytest.approx(weight, rel=1e-14)
        assert value(memory.layers[0]) == pytest.approx(m, rel=1e-14)
        assert value(memory.layers[1]) == pytest.approx(v, rel=1e-14)
        assert memory.steps == t


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_adams_first_step_is_as_long_as_the_rate_whatever_the_gradient(size: float) -> None:
    start, step = pair(adam())
    layers, _ = step(knob(0.0), knob(size), start(knob(0.0)), 0.01)
    assert value(layers) == pytest.approx(-0.01, rel=1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_step_changes_nothing_in_place_and_keeps_the_type(name: str, dtype: type) -> None:
    start, step = pair(OPTIMISERS[name]())
    rng = np.random.default_rng(0)

    def some() -> Layers:
        return tuple(Layer(rng.random((n, m)).astype(dtype), rng.random(n).astype(dtype)) for m, n in ((3, 4), (4, 2)))

    def frozen(*all_layers: Layers) -> None:
        for layers in all_layers:
            for layer in layers:
                layer.weights.setflags(write=False)
                layer.biases.setflags(write=False)

    layers, gradient = some(), some()
    memory = start(layers)
    for _ in range(3):
        frozen(layers, gradient, *memory.layers)  # an array that were written to would raise
        before = [layer.weights.copy() for layer in layers]
        new, newer = step(layers, gradient, memory, 0.1)
        assert all(np.array_equal(b, layer.weights) for b, layer in zip(before, layers, strict=True))
        assert newer.steps == memory.steps + 1
        again, _ = step(layers, gradient, memory, 0.1)
        for one, other in zip(new, again, strict=True):
            assert np.array_equal(one.weights, other.weights)
        for part in (new, *newer.layers):
            assert {array.dtype for layer in part for array in (layer.weights, layer.biases)} == {np.dtype(dtype)}
        layers, memory = new, newer


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_finds_the_bottom_of_a_bowl(name: str) -> None:
    start, step = pair(OPTIMISERS[name]())
    layers = knob(3.0, -2.0)
    memory = start(layers)
    for _ in range(600):
        layers, memory = step(layers, each(lambda w: 2 * w, layers), memory, 0.05)
    assert abs(value(layers)) < 0.02
    assert abs(layers[0].biases[0]) < 0.02


def test_each_wants_networks_of_one_depth() -> None:
    with pytest.raises(ValueError, match="zip"):
        each(np.add, knob(1.0), knob(1.0) * 2)


def test_a_memory_begins_empty() -> None:
    assert (Memory().steps, Memory().layers) == (0, ())


@pytest.mark.parametrize("name", OPTIMISERS)
def test_an_optimiser_knows_its_name_what_it_remembers_and_whether_it_keeps_a_share(name: str) -> None:
    optimiser = OPTIMISERS[name]()
    assert optimiser.name == name
    layers = knob(1.0, 2.0)
    _, memory = optimiser.step(layers, layers, optimiser.start(layers), 0.1)
    assert len(memory.layers) == len(optimiser.start(layers).layers) == optimiser.memories
    if optimiser.momentum is None:
        with pytest.raises(TypeError):
            OPTIMISERS[name](0.5)
    else:
        assert OPTIMISERS[name](0.5).momentum == 0.5
