"""The neurons that were changed by hand, in a link: they come back to the last bit, on the network that they are of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.web.twins.node import ask, file_of

import digitlens
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader


def painted(reader: Reader, neurons: list[tuple[int, int]], share: float = 1.0) -> Reader:
    """Some weights of these neurons, and their biases, drawn anew."""
    rng = np.random.default_rng(1)
    layers = [(layer.weights.copy(), layer.biases.copy()) for layer in reader.network.layers]
    for layer, neuron in neurons:
        weights, biases = layers[layer]
        some = rng.random(weights.shape[1]) < share
        weights[neuron, some] = rng.normal(size=some.sum()).astype(np.float32)
        biases[neuron] += np.float32(0.25)
    return replace(reader, network=Network(tuple(Layer(*one) for one in layers), reader.network.activations))


def there_and_back(original: Reader, changed: Reader, onto: Reader | None = None) -> Any:
    return ask("changes", original=file_of(original), changed=file_of(changed), onto=file_of(onto or original))


@pytest.mark.parametrize("neurons", [[(0, 3)], [(2, 9)], [(0, 0), (1, 15), (2, 0)]])
def test_changed_neurons_come_back_to_the_last_bit(neurons: list[tuple[int, int]]) -> None:
    video = digitlens.load("video")
    changed = painted(video, neurons)
    got = there_and_back(video, changed)
    assert 0 < got["bytes"] <= 6000
    for layer, (weights, biases) in zip(changed.network.layers, got["layers"], strict=True):
        np.testing.assert_array_equal(weights, layer.weights.ravel().astype(float))
        np.testing.assert_array_equal(biases, layer.biases.astype(float))


def test_what_is_too_much_or_of_another_network_is_left_out() -> None:
    video, straight = digitlens.load("video"), digitlens.load("straight")
    assert there_and_back(video, painted(video, [(0, j) for j in range(16)]))["bytes"] is None
    assert there_and_back(video, straight)["bytes"] is None, "it prepares its pictures in another way"
    assert there_and_back(video, painted(video, [(0, 3)]), onto=straight)["layers"] is None
    assert there_and_back(video, painted(video, [(0, 3)]), onto=painted(video, [(0, 4)]))["layers"] is None


def test_damaged_letters_change_nothing() -> None:
    video = digitlens.load("video")
    got = there_and_back(video, painted(video, [(0, 3), (1, 2)], 0.1))
    assert got["damaged"] == [None] * len(got["damaged"])
    assert len(got["damaged"]) > 5
