"""What excites a neuron: the exact answer in the first layer, a peak in deeper ones."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from digitlens.laboratory.activation_maximisation import limited_ink, maximising_picture, slope, strongest, weighted_sum
from digitlens.laboratory.planted_network import planted
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.network import Layer, Network

RNG = np.random.default_rng(3)
SIZES = (784, 7, 5, 10)
LAYERS = tuple(Layer(RNG.normal(0, 0.1, (n, before)), RNG.normal(0, 0.1, n)) for before, n in pairwise(SIZES))
NETWORK = Network(LAYERS, (ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"], ACTIVATIONS["sigmoid"]))


def test_the_strongest_are_those_with_the_largest_sums() -> None:
    images = RNG.integers(0, 256, (1_500, 784), np.uint8)
    found = strongest(NETWORK, images, 2, 3, 4)
    sums = NETWORK.forward(images / 255).z[1][:, 3]
    assert found.tolist() == np.argsort(-sums)[:4].tolist()


def test_in_the_first_layer_full_ink_lies_on_the_largest_positive_weights() -> None:
    picture = maximising_picture(NETWORK, 1, 2, 50.0, np.zeros(784))
    weights = NETWORK.layers[0].weights[2]
    assert picture.sum() == pytest.approx(50, abs=1.5)
    inked = picture > 0.5
    assert weights[inked].min() >= weights[~inked].max() - 1e-6


def test_no_more_ink_than_helps_is_used() -> None:
    picture = maximising_picture(NETWORK, 1, 2, 784.0, np.zeros(784))
    assert ((picture > 0) == (NETWORK.layers[0].weights[2] > 0)).all()


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_a_slope_is_how_much_the_sum_changes(layer: int) -> None:
    here, way = RNG.random(784), RNG.normal(0, 1, 784)
    way /= np.linalg.norm(way)
    told = slope(NETWORK, layer, 1, here) @ way
    measured = weighted_sum(NETWORK, layer, 1, here + 1e-5 * way) - weighted_sum(NETWORK, layer, 1, here - 1e-5 * way)
    assert measured / 2e-5 == pytest.approx(told, rel=1e-6, abs=1e-9)


def test_a_climb_ends_higher_than_any_picture_it_knows() -> None:
    images = (RNG.random((200, 784)) < 0.15).astype(float)
    best = max(images, key=lambda one: weighted_sum(NETWORK, 2, 1, one))
    ink = float(best.sum())
    picture = maximising_picture(NETWORK, 2, 1, ink, best)
    assert weighted_sum(NETWORK, 2, 1, picture) > weighted_sum(NETWORK, 2, 1, best)
    assert picture.sum() <= ink + 1e-6
    assert 0 <= picture.min() <= picture.max() <= 1


def test_a_planted_loop_detector_is_excited_where_its_ring_is() -> None:
    plant = planted(np.random.default_rng(0), 40)
    picture = maximising_picture(plant.network, 2, 0, 60.0, plant.images[0].ravel() / 255).reshape(28, 28)
    assert picture[:14].sum() > 3 * picture[14:].sum()


@given(arrays.arrays(np.float64, 30, elements=st.floats(-2, 2)), st.floats(0, 40))
def test_within_is_within_and_changes_nothing_that_already_is(picture: np.ndarray, ink: float) -> None:
    found = limited_ink(picture, ink)
    assert 0 <= found.min() <= found.max() <= 1
    assert found.sum() <= ink + 1e-6
    if np.clip(picture, 0, 1).sum() <= ink:
        assert found.tolist() == np.clip(picture, 0, 1).tolist()
