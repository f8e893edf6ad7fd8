"""Networks in which there is nothing to find, drawn at random: no more of them are said to show something than stated.

Few neurons, few surrogates and twelve rows and columns of pixels, so that a thousand draws take minutes: what is held
is that chance is not taken for a part, which depends on none of these.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from tests.learning.bars import bar_data, small
from tests.soak import draw

from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.laboratory.dictionary import Dictionary, dictionary
from digitlens.laboratory.first_layer import LEVEL, first_layer
from digitlens.laboratory.parts import PARTS, parts_of
from digitlens.laboratory.second_layer import activations, within_digits
from digitlens.laboratory.study import shuffled
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run

NEURONS, DRAWN = 4, 99  # 1/100 is below 0.05/4
RARE = 1e-6  # how often a test that is right may fail

Told = Callable[[str, object], None]


def beyond(draws: int) -> int:
    """So many of the draws may show something: chance, at LEVEL, gives more with a probability below RARE.

    >>> [beyond(n) for n in (20, 1_000)]
    [8, 86]
    """
    tail, most = 1.0, -1
    while tail >= RARE:
        most += 1
        tail -= math.comb(draws, most) * LEVEL**most * (1 - LEVEL) ** (draws - most)
    return most


@pytest.fixture(scope="module")
def middle() -> Dictionary:
    """Of twelve rows and columns."""
    mask = np.zeros((28, 28), bool)
    mask[8:20, 8:20] = True
    return dictionary(mask.ravel())


def begin(record_property: Told) -> tuple[int, int]:
    """The seed of this run and how many draws it makes."""
    seed = draw.seed()
    record_property("DIGITLENS_SOAK_SEED", seed)
    return seed, draw.count(1_000)


@pytest.mark.soak
def test_networks_before_training_have_an_edge_no_more_often_than_stated(
    middle: Dictionary, record_property: Told
) -> None:
    seed, draws = begin(record_property)
    said = 0
    for number in range(draws):
        rng = np.random.default_rng([seed, number, 1])
        start = Recipe(hidden=(NEURONS,), seed=int(rng.integers(2**62))).initial_network()
        said += bool(first_layer(start.layers[0].weights, middle, rng, count=DRAWN).significant.any())
    record_property("networks with an edge", said)
    assert said <= beyond(draws), f"seed {seed}"


@pytest.mark.soak
def test_trained_networks_with_shuffled_pixels_have_an_edge_no_more_often_than_stated(
    middle: Dictionary, record_property: Told
) -> None:
    seed, draws = begin(record_property)
    data, said, unshuffled = bar_data(), 0, 0
    for number in range(draws):
        rng = np.random.default_rng([seed, number, 2])
        run = Run(small(hidden=(NEURONS,), epochs=20, learning_rate=3.0, seed=int(rng.integers(2**62))), data)
        for _ in run:
            pass
        weights = run.reader().network.layers[0].weights
        said += bool(first_layer(shuffled(weights, middle.mask, rng), middle, rng, count=DRAWN).significant.any())
        unshuffled += bool(first_layer(weights, middle, rng, count=DRAWN).significant.any())
    record_property("networks with an edge", said)
    record_property("networks with an edge before shuffling", unshuffled)
    assert said <= beyond(draws), f"seed {seed}"
    assert unshuffled >= draws / 2, "bars were learned: without shuffling there are edges to be found"


@pytest.mark.soak
def test_neurons_that_know_nothing_of_a_picture_tell_a_part_no_more_often_than_stated(record_property: Told) -> None:
    """What untrained neurons hold, each picture of a digit given what another of the same digit gave."""
    seed, draws = begin(record_property)
    pen = pen_digits(400, seed=7).digits
    has, said = parts_of(pen.images), 0
    for number in range(draws):
        rng = np.random.default_rng([seed, number, 3])
        start = Recipe(hidden=(NEURONS, NEURONS), seed=int(rng.integers(2**62))).initial_network()
        active = activations(start, pen.images, 2)
        for digit in range(10):
            own = np.flatnonzero(pen.digits == digit)
            active[own] = active[rng.permutation(own)]
        _, p, told = within_digits(active, has, pen.digits, rng, shuffles=DRAWN)
        said += bool((p <= LEVEL).any())
    assert len(told) == len(PARTS)
    assert any(told), "some digit has enough pictures of both kinds"
    record_property("networks that tell a part", said)
    assert said <= beyond(draws), f"seed {seed}"
