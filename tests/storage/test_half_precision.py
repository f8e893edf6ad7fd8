"""Sixteen bits a weight: a file half as large that reads exactly as the rounded network does."""

from __future__ import annotations

import numpy as np
import pytest

from digitlens.errors import ModelFileError
from digitlens.network.activations import relu, softmax
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader
from digitlens.storage.half_precision import fits_half, rounded_to_half
from digitlens.storage.model_file import from_bytes, to_bytes


def network(scale: float = 0.1) -> Network:
    rng = np.random.default_rng(4)
    sizes = ((30, 784), (10, 30))
    layers = [
        Layer(rng.normal(0, scale, s).astype(np.float32), rng.normal(0, scale, s[0]).astype(np.float32)) for s in sizes
    ]
    return Network(tuple(layers), (relu, softmax))


def test_a_rounded_network_comes_back_bit_by_bit_from_half_the_bytes() -> None:
    whole = network()
    half = rounded_to_half(whole)
    assert (fits_half(whole.layers), fits_half(half.layers)) == (False, True)
    large, small = to_bytes(Reader(whole)), to_bytes(Reader(half))
    assert len(large) - len(small) == 2 * whole.parameters
    again = from_bytes(small).network
    assert again.dtype == np.float32
    for ours, theirs in zip(again.layers, half.layers, strict=True):
        np.testing.assert_array_equal(ours.weights, theirs.weights)
        np.testing.assert_array_equal(ours.biases, theirs.biases)


def test_rounding_changes_no_weight_by_more_than_half_a_step() -> None:
    whole = network()
    for ours, theirs in zip(rounded_to_half(whole).layers, whole.layers, strict=True):
        assert (ours.weights != theirs.weights).any()
        assert (np.abs(ours.weights - theirs.weights) <= np.abs(theirs.weights) * 2.0**-11 + 2.0**-25).all()


def test_a_weight_that_sixteen_bits_cannot_hold_is_an_error() -> None:
    with pytest.raises(ModelFileError, match="too large for float16"):
        rounded_to_half(network(scale=1e6))
