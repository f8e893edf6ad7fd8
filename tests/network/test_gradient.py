"""The gradient is right: by Taylor, and by the laws that it must obey."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.network.legal import CASES, batch_of, distance_to_kinks, network_of

from digitlens.network.activations import relu
from digitlens.network.costs import CostFunction, cost_for
from digitlens.network.gradient import backward
from digitlens.network.network import Layer, Layers, Network
from digitlens.network.optimisers import each

SIZES = {1: (6, 3), 2: (6, 5, 3), 3: (6, 5, 4, 3), 4: (6, 5, 4, 5, 3)}
H = 1e-5
CLEAR = 0.02  # how far from a kink, as ReLU has one, every z must be; a step of H moves it by less than 0.001


def mean_cost(network: Network, images: np.ndarray, targets: np.ndarray, cost: CostFunction) -> float:
    return float(cost.each(network.forward(images), targets).mean())


def taylor_ratio(
    network: Network, images: np.ndarray, targets: np.ndarray, cost: CostFunction, direction: Layers, gradient: Layers
) -> float:
    """|C(h) - C(0) - h · slope| for a step h over the same for half of it: 4 if the slope is right, 2 if it is not."""
    slope = sum(float((g.weights * d.weights).sum() + (g.biases * d.biases).sum()) for g, d in zip(gradient, direction))  # noqa: B905 - both have the network's shape

    def remainder(h: float) -> float:
        moved = Network(each(lambda w, d: w + h * d, network.layers, direction), network.activations)
        start = mean_cost(network, images, targets, cost)
        return abs(mean_cost(moved, images, targets, cost) - start - h * slope)

    return remainder(H) / remainder(H / 2)


def example(
    hidden: str, output: str, cost_name: str, depth: int
) -> tuple[Network, np.ndarray, np.ndarray, CostFunction, Layers]:
    """The first drawn network, batch and direction that keep away from kinks, and whose cost is curved at all."""
    cost = cost_for(cost_name, network_of(hidden, output, SIZES[1], np.random.default_rng(0)).activations[-1])
    for seed in range(1000):
        rng = np.random.default_rng([seed, depth])
        network = network_of(hidden, output, SIZES[depth], rng)
        images, targets = batch_of(SIZES[depth], 3, rng)
        direction = each(lambda w, rng=rng: rng.choice([-1.0, 1.0], w.shape), network.layers)
        trace = network.forward(images)
        layers = list(zip(network.activations, trace.z, strict=True))
        if any(distance_to_kinks(f, z) < CLEAR or (f is relu and (z < 0).all()) for f, z in layers):
            continue

        def value(h: float, network: Network = network, d: Layers = direction, x=images, y=targets) -> float:
            return mean_cost(Network(each(lambda w, d: w + h * d, network.layers, d), network.activations), x, y, cost)

        if abs(value(1e-3) - 2 * value(0.0) + value(-1e-3)) > 0.1 * 1e-6:  # else rounding drowns the second order
            return network, images, targets, cost, direction
    raise AssertionError("no such example")


@pytest.mark.parametrize("depth", SIZES)
@pytest.mark.parametrize(("hidden", "output", "cost_name"), CASES)
def test_halving_the_step_quarters_the_remainder(hidden: str, output: str, cost_name: str, depth: int) -> None:
    network, images, targets, cost, direction = example(hidden, output, cost_name, depth)
    gradient = backward(network, network.forward(images), targets, cost)
    assert taylor_ratio(network, images, targets, cost, direction, gradient) == pytest.approx(4, abs=0.05)


@pytest.mark.parametrize("depth", SIZES)
@pytest.mark.parametrize(("hidden", "output", "cost_name"), CASES)
def test_a_gradient_one_percent_wrong_fails_the_taylor_test(
    hidden: str, output: str, cost_name: str, depth: int
) -> None:
    network, images, targets, cost, _ = example(hidden, output, cost_name, depth)
    gradient = backward(network, network.forward(images), targets, cost)
    along = each(np.sign, gradient)  # a direction in which the cost surely changes
    wrong = each(lambda g: 1.01 * g, gradient)
    assert taylor_ratio(network, images, targets, cost, along, wrong) == pytest.approx(2, abs=0.2)


@pytest.mark.parametrize("part", ["weights", "biases"])
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_one_wrong_layer_alone_fails_the_taylor_test(layer: int, part: str) -> None:
    network, images, targets, cost, _ = example("sigmoid", "sigmoid", "quadratic", 3)
    gradient = list(backward(network, network.forward(images), targets, cost))
    along = each(np.sign, tuple(gradient))
    right = gradient[layer]
    gradient[layer] = (
        Layer(1.01 * right.weights, right.biases) if part == "weights" else Layer(right.weights, 1.01 * right.biases)
    )
    assert taylor_ratio(network, images, targets, cost, along, tuple(gradient)) < 3


@given(st.sampled_from(CASES), st.integers(1, 9), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_the_gradient_of_a_batch_is_the_mean_over_its_images(case: tuple[str, str, str], count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(*case[:2], (6, 5, 4, 3), rng)
    images, targets = batch_of((6, 5, 4, 3), count, rng)
    cost = cost_for(case[2], network.activations[-1])
    whole = backward(network, network.forward(images), targets, cost)
    alone = [backward(network, network.forward(images[i : i + 1]), targets[i : i + 1], cost) for i in range(count)]
    mean = each(lambda *parts: np.mean(parts, axis=0), *alone)
    for one, other in zip(whole, mean, strict=True):
        np.testing.assert_allclose(one.weights, other.weights, rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(one.biases, other.biases, rtol=1e-10, atol=1e-13)


@given(st.sampled_from(CASES), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_hidden_neurons_may_change_places_and_their_gradient_moves_with_them(
    case: tuple[str, str, str], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(*case[:2], (6, 5, 4, 3), rng)
    images, targets = batch_of((6, 5, 4, 3), 4, rng)
    cost = cost_for(case[2], network.activations[-1])
    first, second, last = network.layers
    order = rng.permutation(5)
    moved = Network(
        (Layer(first.weights[order], first.biases[order]), Layer(second.weights[:, order], second.biases), last),
        network.activations,
    )
    before, after = network.forward(images), moved.forward(images)
    np.testing.assert_allclose(after.a[-1], before.a[-1], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(after.a[1], before.a[1][:, order], rtol=1e-12)
    was, now = backward(network, before, targets, cost), backward(moved, after, targets, cost)
    np.testing.assert_allclose(now[0].weights, was[0].weights[order], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(now[0].biases, was[0].biases[order], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(now[1].weights, was[1].weights[:, order], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(now[2].weights, was[2].weights, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("hidden", "output", "cost_name"), CASES)
def test_the_gradient_has_the_shape_and_type_of_the_network(
    hidden: str, output: str, cost_name: str, dtype: type
) -> None:
    rng = np.random.default_rng(0)
    drawn = network_of(hidden, output, (6, 5, 3), rng)
    network = Network(each(lambda w: w.astype(dtype), drawn.layers), drawn.activations)
    images, targets = (part.astype(dtype) for part in batch_of((6, 5, 3), 4, rng))
    cost = cost_for(cost_name, network.activations[-1])
    trace = network.forward(images)
    assert {part.dtype for part in (*trace.z, *trace.a, cost.each(trace, targets))} == {np.dtype(dtype)}
    assert cost.each(trace, targets).shape == (4,)
    for layer, slope in zip(network.layers, backward(network, trace, targets, cost), strict=True):
        assert (slope.weights.shape, slope.biases.shape) == (layer.weights.shape, layer.biases.shape)
        assert slope.weights.dtype == slope.biases.dtype == dtype


def test_one_image_gives_its_own_slopes_as_gradient_of_the_biases() -> None:
    rng = np.random.default_rng(1)
    network = network_of("tanh", "sigmoid", (6, 5, 3), rng)
    images, targets = batch_of((6, 5, 3), 1, rng)
    cost = cost_for("quadratic", network.activations[-1])
    trace = network.forward(images)
    gradient = backward(network, trace, targets, cost)
    np.testing.assert_array_equal(gradient[-1].biases, cost.slope(trace, targets)[0])
