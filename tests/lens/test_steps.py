"""One example through back-propagation: the chain of every weight is its gradient, and a step keeps its promise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.network.legal import CASES, network_of

from digitlens.errors import RecipeError, ShapeError, UsageError
from digitlens.lens.steps import Steps, back_propagate
from digitlens.network.costs import cost_for
from digitlens.network.gradient import backward
from digitlens.network.network import Network
from digitlens.network.optimisers import each

SIZES = (6, 5, 4, 3)


def followed(case: tuple[str, str, str], seed: int = 0, target: int = 1) -> tuple[Network, np.ndarray, Steps]:
    rng = np.random.default_rng(seed)
    network, image = network_of(case[0], case[1], SIZES, rng), rng.random(6)
    return network, image, back_propagate(network, image, target, case[2])


@given(st.sampled_from(CASES), st.integers(0, 2**32 - 1), st.integers(0, 2))
@settings(max_examples=60)
def test_the_chain_to_every_weight_multiplies_out_to_its_gradient(
    case: tuple[str, str, str], seed: int, target: int
) -> None:
    network, image, steps = followed(case, seed, target)
    y = np.eye(3)[[target]]
    cost = cost_for(case[2], network.activations[-1])
    gradient = backward(network, network.forward(image[None]), y, cost)
    for layer in (1, 2, 3):
        for neuron in range(SIZES[layer]):
            assert steps.dC_dz[layer - 1][neuron] == gradient[layer - 1].biases[neuron]
            for source in range(SIZES[layer - 1]):
                chain = steps.weight(layer, neuron, source)
                right = gradient[layer - 1].weights[neuron, source]
                assert chain.dC_dw == right
                assert chain.dC_dw == pytest.approx(chain.input * chain.dC_dz, rel=1e-12, abs=1e-15)
                assert chain.weight == network.layers[layer - 1].weights[neuron, source]
                if chain.dC_da is not None and chain.slope is not None:
                    product = chain.input * chain.slope * chain.dC_da
                    assert product == pytest.approx(right, rel=1e-9, abs=1e-13)
                if layer < 3:
                    assert len(chain.terms) == SIZES[layer + 1]
                    assert sum(one.product for one in chain.terms) == pytest.approx(chain.dC_da, rel=1e-9, abs=1e-13)
                    for one in chain.terms:
                        assert one.product == one.weight * one.dC_dz
                        assert one.weight == network.layers[layer].weights[one.neuron, neuron]
                else:
                    assert chain.terms == ()


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_outputs_wish_to_be_nearer_to_their_targets(case: tuple[str, str, str]) -> None:
    _, _, steps = followed(case)
    outputs = steps.output_gradients()
    assert [output.neuron for output in outputs] == [0, 1, 2]
    assert [output.target for output in outputs] == [0, 1, 0]
    for output in outputs:
        assert output.up == (output.dC_dz < 0)
        assert (output.dC_da is None) == (case[2] == "cross_entropy")
        assert (output.slope is None) == (case[1] == "softmax")
        if output.dC_da is not None:
            assert output.dC_da == pytest.approx(2 * (output.activation - output.target), rel=1e-14)
        if output.dC_da is not None and output.slope is not None:
            assert output.dC_dz == pytest.approx(output.dC_da * output.slope, rel=1e-12)
    if case[1] == "sigmoid":
        assert [output.up for output in outputs] == [False, True, False]


@pytest.mark.parametrize("case", [("tanh", "sigmoid", "quadratic"), ("relu", "softmax", "cross_entropy")], ids="-".join)
def test_what_each_neuron_hears_is_the_sum_over_the_layer_behind(case: tuple[str, str, str]) -> None:
    network, _, steps = followed(case)
    for layer in (1, 2):
        behind = network.layers[layer].weights
        for neuron in range(SIZES[layer]):
            wished = sum(behind[i, neuron] * steps.dC_dz[layer][i] for i in range(SIZES[layer + 1]))
            assert steps.dC_da[layer - 1][neuron] == pytest.approx(wished, rel=1e-12)


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_a_small_step_keeps_what_the_gradient_promises(case: tuple[str, str, str]) -> None:
    seed = next(s for s in range(50) if followed(case, s)[2].take_step(1e-5)[0] > 1e-7)
    _, _, steps = followed(case, seed)
    off = []
    for rate in (1e-5, 1e-6):
        promised, fell = steps.take_step(rate)
        off.append(abs(fell / promised - 1))
    assert off[1] < 1e-3
    assert off[1] < off[0] / 5 or off[1] < 1e-7  # ten times smaller a step, about ten times nearer


def test_a_step_leaves_the_network_alone() -> None:
    network, _, steps = followed(("sigmoid", "sigmoid", "quadratic"))
    before = steps.cost, [layer.weights.copy() for layer in network.layers]
    promised, fell = steps.take_step(0.1)
    assert promised > 0
    assert fell > 0
    assert steps.cost == before[0]
    assert all(np.array_equal(a, layer.weights) for a, layer in zip(before[1], network.layers, strict=True))


def test_a_network_in_float32_is_followed_in_float64() -> None:
    drawn, image, exact = followed(("sigmoid", "sigmoid", "quadratic"))
    network = Network(each(lambda w: w.astype(np.float32), drawn.layers), drawn.activations)
    steps = back_propagate(network, image.astype(np.float32), 1, "quadratic")
    assert {g.weights.dtype for g in steps.gradient} == {np.dtype(np.float64)}
    assert steps.cost == pytest.approx(exact.cost, rel=1e-5)


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_the_steepest_weight_is_the_one_the_cost_feels_most(layer: int) -> None:
    _, _, steps = followed(("tanh", "sigmoid", "cross_entropy"))
    steepest = steps.weight(layer, *steps.steepest(layer))
    every = [abs(steps.weight(layer, j, k).dC_dw) for j in range(SIZES[layer]) for k in range(SIZES[layer - 1])]
    assert abs(steepest.dC_dw) == max(every)


@pytest.mark.parametrize(
    ("layer", "neuron", "source", "why"),
    [
        (0, 0, 0, "layer: 1 to 3"), (4, 0, 0, "layer: 1 to 3"), (1, 5, 0, "neuron: 0 to 4"), (1, -1, 0, "neuron: 0"),
        (1, 0, 6, "from: 0 to 5 into layer 1, got 6"), (3, 0, -1, "from: 0 to 3 into layer 3, got -1"),
    ],
)  # fmt: skip
def test_a_weight_that_is_not_there_is_refused(layer: int, neuron: int, source: int, why: str) -> None:
    _, _, steps = followed(("sigmoid", "sigmoid", "quadratic"))
    with pytest.raises(UsageError, match=why):
        steps.weight(layer, neuron, source)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros(5), np.zeros((1, 6)), np.zeros(6, np.uint8), np.zeros(6, complex), np.zeros(6, object),
        np.full(6, np.nan), np.full(6, np.inf), np.array("x"), np.zeros(6, bool),
    ],
)  # fmt: skip
def test_what_is_no_image_is_refused(image: Any) -> None:
    network = network_of("sigmoid", "sigmoid", SIZES, np.random.default_rng(0))
    with pytest.raises(ShapeError, match=r"back_propagate\(\) wants one image of shape \(6,\)"):
        back_propagate(network, image, 0, "quadratic")


@pytest.mark.parametrize("target", [-1, 3, 10**9])
def test_a_target_that_is_no_output_is_refused(target: int) -> None:
    network = network_of("sigmoid", "sigmoid", SIZES, np.random.default_rng(0))
    with pytest.raises(UsageError, match=f"target: 0 to 2, got {target}"):
        back_propagate(network, np.zeros(6), target, "quadratic")


def test_a_cost_that_does_not_fit_is_refused() -> None:
    network = network_of("sigmoid", "relu", SIZES, np.random.default_rng(0))
    with pytest.raises(RecipeError, match="relu outputs need not"):
        back_propagate(network, np.zeros(6), 0, "cross_entropy")


def test_strided_and_read_only_images_are_followed_alike() -> None:
    network = network_of("tanh", "sigmoid", SIZES, np.random.default_rng(0))
    image = np.linspace(0, 1, 6)
    spread = np.zeros(12)
    spread[::2] = image
    swapped = image.astype(">f8")
    image.setflags(write=False)
    costs = {back_propagate(network, one, 0, "quadratic").cost for one in (image, spread[::2], swapped)}
    assert len(costs) == 1
