"""The network of the blackboard: hand-worked numbers, types, and everything that does not fit together."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.network.legal import network_of

from digitlens.errors import RecipeError, ShapeError, UsageError
from digitlens.network.activations import ACTIVATIONS, Activation, relu, sigmoid, softmax
from digitlens.network.costs import COSTS, cost_for, one_hot
from digitlens.network.gradient import backward
from digitlens.network.network import Layer, Network, Trace


def by_hand() -> Network:
    """2-2-1: two pixels, two hidden sigmoid neurons, one sigmoid output."""
    return Network(
        (
            Layer(np.array([[2.0, -1.0], [0.5, 1.5]]), np.array([-1.0, -1.25])),
            Layer(np.array([[4.0, -2.0]]), np.array([-1.0])),
        ),
        (sigmoid, sigmoid),
    )


def test_forward_is_the_hand_worked_example() -> None:
    # image (1, 0.5)
    #   z1 = 2·1 - 1·0.5 - 1 = 0.5         z2 = 0.5·1 + 1.5·0.5 - 1.25 = 0
    #   a1 = 1 / (1 + e^-0.5) = 0.62245933  a2 = 1/2
    #   z  = 4·0.62245933 - 2·0.5 - 1 = 0.48983732
    #   a  = 1 / (1 + e^-0.48983732) = 0.62006821
    trace = by_hand().forward(np.array([[1.0, 0.5]]))
    assert trace.z[0].tolist() == [[0.5, 0.0]]
    np.testing.assert_allclose(trace.a[1], [[0.6224593312018546, 0.5]], rtol=1e-15)
    np.testing.assert_allclose(trace.z[1], [[0.4898373248074184]], rtol=1e-14)
    np.testing.assert_allclose(trace.a[2], [[0.6200682]], atol=1e-7)
    assert trace.a[2][0, 0] == pytest.approx(1 / (1 + math.exp(-0.4898373248074184)), rel=1e-15)


def test_backward_is_the_hand_worked_example() -> None:
    # the same image, target 1, quadratic cost: C = (a - 1)² = 0.14434818
    #   dC/da  = 2 (a - 1) = -0.75986358
    #   σ'(z)  = a (1 - a) = 0.23558362          dC/dz = -0.17901142
    #   dC/dw1 = dC/dz · a1 = -0.11142733        dC/dw2 = dC/dz · a2 = -0.08950571
    #   hidden neuron 1 hears dC/dz · 4 = -0.71604567, times σ'(0.5) = 0.23500371: -0.16827339
    #   hidden neuron 2 hears dC/dz · -2 = 0.35802284, times σ'(0) = 1/4: 0.08950571
    #   and each passes it to its pixels 1 and 0.5
    network, image, target = by_hand(), np.array([[1.0, 0.5]]), np.array([[1.0]])
    trace, cost = network.forward(image), cost_for("quadratic", sigmoid)
    gradient = backward(network, trace, target, cost)
    np.testing.assert_allclose(cost.each(trace, target), [0.14434818], atol=1e-7)
    np.testing.assert_allclose(gradient[1].biases, [-0.17901142], atol=1e-7)
    np.testing.assert_allclose(gradient[1].weights, [[-0.11142733, -0.08950571]], atol=1e-7)
    np.testing.assert_allclose(gradient[0].biases, [-0.16827339, 0.08950571], atol=1e-7)
    np.testing.assert_allclose(gradient[0].weights, [[-0.16827339, -0.08413670], [0.08950571, 0.04475286]], atol=1e-7)


def test_the_network_of_the_talk_has_thirteen_thousand_and_two_knobs() -> None:
    network = network_of("sigmoid", "sigmoid", (784, 16, 16, 10), np.random.default_rng(0))
    assert (network.sizes, network.parameters, network.dtype) == ((784, 16, 16, 10), 13_002, np.float64)


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_an_image_is_thought_of_alike_alone_and_among_others(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = network_of("tanh", "softmax", (6, 5, 3), rng)
    images = rng.random((count, 6))
    trace = network.forward(images)
    for i in range(count):
        one, alone = trace[i], network.forward(images[i : i + 1])[0]
        assert [part.shape for part in (*one.z, *one.a)] == [(5,), (3,), (6,), (5,), (3,)]
        for part, same in zip((*one.z, *one.a), (*alone.z, *alone.a), strict=True):
            np.testing.assert_allclose(part, same, rtol=1e-12, atol=1e-15)


def test_a_trace_gives_one_image_with_every_part_a_vector() -> None:
    trace = by_hand().forward(np.array([[1.0, 0.5], [0.0, 0.25]]))
    assert isinstance(trace[1], Trace)
    assert trace[1].a[0].tolist() == [0.0, 0.25]
    assert trace[1].z[0].tolist() == [-1.25, -0.875]


def test_forward_leaves_the_images_alone() -> None:
    images = np.array([[1.0, 0.5]])
    images.setflags(write=False)
    assert by_hand().forward(images).a[0] is images


@pytest.mark.parametrize(
    "images",
    [
        np.zeros(2),
        np.zeros((1, 3)),
        np.zeros((1, 1, 2)),
        np.zeros((1, 2), np.uint8),
        np.zeros((1, 2), complex),
        np.zeros((1, 2), object),
        np.zeros((1, 2), bool),
        np.array([["a", "b"]]),
        np.array(1.0),
    ],
)
def test_forward_says_what_it_wanted_and_what_it_got(images: np.ndarray) -> None:
    with pytest.raises(ShapeError, match=r"forward\(\) wants images of shape \(batch, 2\) in floats") as caught:
        by_hand().forward(images)
    assert str(images.shape) in str(caught.value)
    assert str(images.dtype) in str(caught.value)
    assert caught.value.exit_code == 2


def layer(W: object, b: object, dtype: type = np.float64) -> Layer:
    return Layer(np.asarray(W, dtype), np.asarray(b, dtype))


@pytest.mark.parametrize(
    ("layers", "functions", "why"),
    [
        ((), (), "one function a layer"),
        ((layer(np.ones((1, 2)), [0]),), (sigmoid, sigmoid), "one function a layer, got 2, 1"),
        ((layer(np.ones((1, 2)), [0, 0]),), (sigmoid,), "in layer 1"),
        ((layer(np.ones((1, 2)), [0]), layer(np.ones((1, 2)), [0])), (relu, relu), r"\(n, 1\) and \(n,\) in layer 2"),
        ((layer(np.ones(2), [0]),), (relu,), "in layer 1"),
        ((layer(1.0, 1.0),), (relu,), "in layer 1"),
        ((layer(np.ones((1, 2)), 0.0),), (relu,), "in layer 1"),
        ((layer(np.ones((1, 0)), [0]),), (relu,), "in layer 1"),
        ((layer(np.ones((0, 2)), []),), (relu,), "in layer 1"),
        ((layer(np.ones((1, 2)), [0], np.int64),), (relu,), "one type"),
        ((layer(np.ones((1, 2)), [0], np.float16),), (relu,), "one type"),
        ((layer(np.ones((1, 2)), [0], np.complex128),), (relu,), "one type"),
        ((Layer(np.ones((1, 2)), np.zeros(1, np.float32)),), (relu,), "one type"),
        ((layer(np.ones((1, 2)), [0]), layer(np.ones((1, 1)), [0], np.float32)), (relu, relu), "float32 in layer 2"),
        ((layer(np.ones((1, 2)), [0]), layer(np.ones((1, 1)), [0])), (softmax, relu), "softmax in the last layer only"),
    ],
)
def test_layers_that_do_not_fit_together_are_refused(layers: tuple, functions: tuple, why: str) -> None:
    with pytest.raises(ShapeError, match=why):
        Network(layers, functions)


@pytest.mark.parametrize("output", [f for f in ACTIVATIONS.values() if f.range != (0, 1)], ids=lambda f: f.name)
def test_cross_entropy_refuses_outputs_that_need_not_lie_between_0_and_1_and_says_why(output: object) -> None:
    with pytest.raises(RecipeError, match=rf"between 0 and 1.*{output.name} outputs need not.*sigmoid.*quadratic"):
        cost_for("cross_entropy", output)


GAUSSIAN = Activation("gaussian", lambda z: np.exp(-z * z), lambda z: -2 * z * np.exp(-z * z), (0, 1))


def test_an_activation_is_pickled_by_its_name_or_where_it_has_none_whole() -> None:
    assert pickle.loads(pickle.dumps(sigmoid)) is sigmoid
    growth = Activation("growth", np.exp, np.exp, (0, math.inf))  # no registry knows it
    again = pickle.loads(pickle.dumps(growth))
    assert again == growth
    assert again(np.ones(2)) == pytest.approx([math.e, math.e])


def test_cross_entropy_takes_any_output_between_0_and_1() -> None:
    cost, z, y = cost_for("cross_entropy", GAUSSIAN), np.array([[0.5, -1.5, 0.25]]), np.array([[0.0, 1.0, 0.0]])

    def at(z: np.ndarray) -> Trace:
        return Trace((z,), (z, GAUSSIAN(z)))

    a = GAUSSIAN(z)
    assert cost.each(at(z), y)[0] == pytest.approx(-np.log(np.where(y, a, 1 - a)).sum())
    slope, h = cost.slope(at(z), y)[0], 1e-6
    for j in range(3):
        step = h * np.eye(3)[[j]]
        rise = (cost.each(at(z + step), y) - cost.each(at(z - step), y))[0] / (2 * h)
        assert slope[j] == pytest.approx(rise, rel=1e-6)
    far = at(np.array([[0.0, 1e3, 0.0]]))  # a is 1, 0, 1: as wrong as can be
    assert np.isfinite(cost.each(far, y)).all()
    assert np.isfinite(cost.slope(far, y)).all()


def test_an_unknown_cost_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RecipeError, match="one of quadratic, cross_entropy, got 'hinge'"):
        cost_for("hinge", sigmoid)


def test_softmax_has_no_slope_of_its_own_and_says_so() -> None:
    with pytest.raises(RecipeError, match="no slope neuron by neuron"):
        softmax.slope(np.zeros((1, 3)))


@pytest.mark.parametrize("name", COSTS)
@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (1,), ()])
def test_targets_of_another_shape_than_the_outputs_are_refused(name: str, shape: tuple[int, ...]) -> None:
    cost = cost_for(name, sigmoid)
    trace = by_hand().forward(np.array([[1.0, 0.5]]))
    with pytest.raises(ShapeError, match=r"targets shaped like the outputs, \(1, 1\)"):
        cost.slope(trace, np.zeros(shape))
    if name == "quadratic":
        with pytest.raises(ShapeError, match=r"targets shaped like the outputs, \(1, 1\)"):
            cost.each(trace, np.zeros(shape))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_hot_is_one_for_the_right_digit_and_zero_for_the_others(dtype: type) -> None:
    targets = one_hot(np.array([2, 0], np.uint8), 3, dtype)
    assert targets.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert targets.dtype == dtype
    assert one_hot(np.array([9])).shape == (1, 10)


def test_activations_know_their_own_names() -> None:
    assert [f.name for f in ACTIVATIONS.values()] == list(ACTIVATIONS)
    assert issubclass(ShapeError, UsageError)
    assert issubclass(UsageError, ValueError)
