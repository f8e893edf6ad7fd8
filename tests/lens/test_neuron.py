"""One neuron's sum: what is printed adds up exactly, and is near the truth."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from digitlens.errors import ShapeError, UsageError
from digitlens.lens.neuron import DECIMALS, add_up, check_neuron, neuron_sum
from digitlens.network.activations import ACTIVATIONS, relu, sigmoid
from digitlens.network.network import Layer, Network

ALONE = [each for each in ACTIVATIONS.values() if not each.whole_layer]


@st.composite
def seen(draw: Any) -> tuple[Network, np.ndarray]:
    """Any small network, in either type, and any image for it, with silent pixels."""
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    sizes = draw(st.lists(st.integers(1, 12), min_size=2, max_size=4))
    width = 32 if dtype is np.float32 else 64

    def some(shape: Any, low: float, high: float) -> np.ndarray:
        return draw(arrays.arrays(dtype, shape, elements=st.floats(low, high, width=width)))

    layers = tuple(Layer(some((n, m), -1000, 1000), some(n, -1000, 1000)) for m, n in zip(sizes, sizes[1:]))  # noqa: B905, RUF007
    functions = tuple(draw(st.sampled_from(ALONE)) for _ in layers)
    return Network(layers, functions), some(sizes[0], 0, 1)


@given(seen(), st.integers(1, DECIMALS), st.integers(0, 15), st.data())
@settings(max_examples=100)
def test_printed_numbers_add_up_exactly_and_are_near_the_truth(
    example: tuple[Network, np.ndarray], decimals: int, count: int, data: Any
) -> None:
    network, image = example
    trace = network.forward(image[None])[0]
    layer = data.draw(st.integers(1, len(network.layers)))
    neuron = data.draw(st.integers(0, network.sizes[layer] - 1))
    taken = neuron_sum(network, trace, layer, neuron, count)
    printed = taken.printed(decimals)
    with localcontext() as context:
        context.prec = 60
        rows = [Decimal(text) for text in (*printed.products, printed.bias)]
        assert sum(rows) + Decimal(printed.rest) == Decimal(printed.z)
    for text in (*printed.products, printed.rest, printed.bias, printed.z):
        assert text[0] in "+-"
        assert len(text.split(".")[1]) == decimals

    half = Fraction(1, 2 * 10**decimals)
    for term, text in zip(taken.terms, printed.products, strict=True):
        assert abs(Fraction(text) - Fraction(term.product)) <= half
    assert abs(Fraction(printed.bias) - Fraction(taken.bias)) <= half
    assert abs(Fraction(printed.z) - Fraction(taken.z)) <= half
    products = network.layers[layer - 1].weights[neuron].astype(float) * trace.a[layer - 1].astype(float)
    listed = {term.source for term in taken.terms}
    rest = sum((Fraction(float(p)) for k, p in enumerate(products) if k not in listed), Fraction(0))
    rounding = Fraction(abs(taken.z)) * Fraction(2, 2**53)  # z itself is a float: it was rounded once
    assert abs(Fraction(printed.rest) - rest) <= half * (len(rows) + 1) + rounding


@given(seen(), st.integers(0, 15), st.data())
@settings(max_examples=100)
def test_every_input_is_listed_or_among_the_others(example: tuple[Network, np.ndarray], count: int, data: Any) -> None:
    network, image = example
    trace = network.forward(image[None])[0]
    layer = data.draw(st.integers(1, len(network.layers)))
    taken = neuron_sum(network, trace, layer, 0, count)
    assert len(taken.terms) <= count
    assert taken.others >= 1  # they take up what rounding leaves over
    assert len(taken.terms) + taken.others == network.sizes[layer - 1]
    sources = [term.source for term in taken.terms]
    assert len(set(sources)) == len(sources)
    inputs = trace.a[layer - 1]
    assert taken.silent == sum(inputs[k] == 0 for k in range(len(inputs)) if k not in sources)
    sizes = [abs(term.product) for term in taken.terms]
    assert sizes == sorted(sizes, reverse=True)
    for term in taken.terms:
        assert term.input == inputs[term.source]
        assert term.weight == network.layers[layer - 1].weights[0, term.source]
        assert term.product == term.input * term.weight != 0
    largest = max((abs(float(inputs[k]) * float(network.layers[layer - 1].weights[0, k]))
                   for k in range(len(inputs)) if k not in sources), default=0)  # fmt: skip
    assert not sizes or largest <= sizes[-1]
    tolerance = 1e-4 if network.dtype == np.float32 else 1e-10
    assert taken.z == pytest.approx(float(trace.z[layer - 1][0]), rel=tolerance, abs=tolerance * 12_000)
    assert taken.activation == trace.a[layer][0]


def test_a_sum_worked_by_hand() -> None:
    # pixels 1, 0, 0.5, 0; weights 2, 7, -3, 1; bias 0.25: 2 - 1.5 + 0.25 = 0.75
    network = Network((Layer(np.array([[2.0, 7.0, -3.0, 1.0]]), np.array([0.25])),), (relu,))
    taken = neuron_sum(network, network.forward(np.array([[1.0, 0.0, 0.5, 0.0]]))[0], 1, 0, count=1)
    assert [(t.source, t.input, t.weight, t.product) for t in taken.terms] == [(0, 1.0, 2.0, 2.0)]
    assert (taken.others, taken.silent, taken.rest) == (3, 2, -1.5)
    assert (taken.bias, taken.z, taken.activation, taken.function) == (0.25, 0.75, 0.75, "relu")
    printed = taken.printed(2)
    assert (printed.products, printed.rest, printed.bias, printed.z) == (("+2.00",), "-1.50", "+0.25", "+0.75")


def test_rounding_is_made_up_for_by_the_others() -> None:
    # each row ends in a half that is rounded away: the others take what is missing
    rows, rest, total = add_up([0.0625, 0.0625, 0.0625], 0.1875, 3)
    assert rows == ("+0.062", "+0.062", "+0.062")
    assert (rest, total) == ("+0.002", "+0.188")


@pytest.mark.parametrize("decimals", [0, -1, 16, 400])
def test_more_digits_than_a_number_holds_are_refused(decimals: int) -> None:
    with pytest.raises(UsageError, match=f"decimals: 1 to 15, got {decimals}"):
        add_up([1.0], 1.0, decimals)


TALK = Network((Layer(np.zeros((16, 784)), np.zeros(16)), Layer(np.zeros((10, 16)), np.zeros(10))), (sigmoid, sigmoid))


@pytest.mark.parametrize(
    ("layer", "neuron", "why"),
    [
        (0, 0, "layer: 1 to 2 in this 784-16-10 network, got 0"),
        (3, 0, "layer: 1 to 2 .* got 3"),
        (-1, 0, "layer: 1 to 2 .* got -1"),
        (1, 16, "neuron: 0 to 15 in layer 1, got 16"),
        (2, 10, "neuron: 0 to 9 in layer 2, got 10"),
        (2, -1, "neuron: 0 to 9 in layer 2, got -1"),
    ],
)
def test_a_neuron_that_is_not_there_is_refused(layer: int, neuron: int, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        check_neuron(TALK, layer, neuron)
    with pytest.raises(UsageError, match=why):
        neuron_sum(TALK, TALK.forward(np.zeros((1, 784)))[0], layer, neuron)


def test_the_trace_of_a_batch_and_a_negative_count_are_refused() -> None:
    trace = TALK.forward(np.zeros((2, 784)))
    with pytest.raises(ShapeError, match=r"the trace of one image, got \(2, 784\)"):
        neuron_sum(TALK, trace, 1, 0)
    with pytest.raises(UsageError, match="count: 0 or more terms, got -1"):
        neuron_sum(TALK, trace[0], 1, 0, count=-1)
