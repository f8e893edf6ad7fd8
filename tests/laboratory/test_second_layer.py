"""The second layer: a neuron that votes for a digit is no detector, one that tells the part within a digit is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.laboratory.first_layer import LEVEL
from digitlens.laboratory.parts import PARTS, parts_of
from digitlens.laboratory.planted_network import Planted
from digitlens.laboratory.second_layer import (
    CLEAR,
    FEWEST,
    _auc,
    activations,
    ranks,
    second_layer,
    silenced,
    within_digits,
)
from digitlens.laboratory.stimuli import Stimuli, stimuli
from digitlens.learning.recipe import Recipe
from digitlens.network.activations import identity, relu, sigmoid
from digitlens.network.network import Layer, Network

DIGITS = np.repeat(np.arange(3, dtype=np.uint8), 80)
HAS = np.concatenate([np.arange(80) < 72, np.arange(80) < 8, np.arange(80) < 0])  # of a part: most 0s, few 1s, no 2


def seen(images: np.ndarray, digits: np.ndarray) -> Stimuli:
    """Pictures, measured."""
    return stimuli(images, digits, np.random.default_rng(0))


def few_wanted(digits: np.ndarray, has: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pictures thrice, so that the rarer kind of each digit reaches FEWEST."""
    return np.tile(digits, 3), np.tile(has, 3)


def test_a_neuron_that_votes_for_a_digit_tells_nothing_within_digits_though_it_seems_to() -> None:
    digits, has = few_wanted(DIGITS, HAS)
    rng = np.random.default_rng(0)
    votes = np.where(digits == 0, 1.0, 0.0) + rng.normal(0, 0.01, len(digits))
    auc, p, told = within_digits(votes[:, None], has[:, None], digits, rng)
    assert _auc(votes[:, None], has)[0] > 0.85
    assert abs(auc[0, 0] - 0.5) < 0.15
    assert p[0, 0] > LEVEL
    assert told == ("0 1",), "all of the 2s are without: they say nothing"


def test_a_neuron_that_is_the_part_tells_it_always_and_its_opposite_never() -> None:
    digits, has = few_wanted(DIGITS, HAS)
    active = np.stack([has, ~has, np.full(len(has), 3)], axis=1).astype(float)
    auc, p, _ = within_digits(active, has[:, None], digits, np.random.default_rng(1), shuffles=99)
    assert auc[:, 0].tolist() == [1, 0, 0.5]
    assert p[:2, 0].tolist() == [1 / 100] * 2
    assert p[2, 0] == 1


def test_each_digit_counts_by_the_pairs_that_it_compares() -> None:
    has = np.concatenate([np.arange(60) < 20, np.arange(60) < 30])
    digits = np.repeat([4, 9], 60).astype(np.uint8)
    active = np.where(digits == 4, has, 0.0)  # tells it among 4s, 20 × 40 pairs; nothing among 9s, 30 × 30
    auc, _, told = within_digits(active[:, None], has[:, None], digits, np.random.default_rng(2), shuffles=9)
    assert auc[0, 0] == pytest.approx((1.0 * 800 + 0.5 * 900) / 1_700)
    assert told == ("4 9",)


@pytest.mark.parametrize(("few", "told"), [(FEWEST - 1, ""), (FEWEST, "7")])
def test_a_digit_with_few_pictures_of_either_kind_says_nothing(few: int, told: str) -> None:
    has = np.arange(60) < few
    digits = np.full(60, 7, np.uint8)
    for part in (has, ~has):
        auc, p, found = within_digits(has[:, None] * 1.0, part[:, None], digits, np.random.default_rng(3), shuffles=19)
        assert found == (told,)
        assert np.isnan(auc[0, 0]) == (not told)
        assert (p[0, 0] <= 1 / 20) == bool(told)


@given(
    arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(1, 3)), elements=st.sampled_from([-2.0, 0, 0.5, 7]))
)
def test_equal_values_share_their_mean_rank(values: np.ndarray) -> None:
    for column, found in zip(values.T, ranks(values).T, strict=True):
        naive = [(column < x).sum() + ((column == x).sum() + 1) / 2 for x in column]
        assert found.tolist() == naive


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40))
def test_the_area_is_the_share_of_pairs_the_right_way_round_ties_being_half(pictures: list[tuple[int, bool]]) -> None:
    active, has = np.array([a for a, _ in pictures], float), np.array([h for _, h in pictures])
    pairs = [(x > y) + (x == y) / 2 for x in active[has] for y in active[~has]]
    area = _auc(active[:, None], has)[0]
    assert area == pytest.approx(np.mean(pairs)) if pairs else np.isnan(area)


def test_within_a_single_digit_both_areas_are_the_same() -> None:
    rng = np.random.default_rng(4)
    active, has = rng.normal(size=(90, 4)), rng.random((90, 2)) < 0.4
    auc, _, _ = within_digits(active, has, np.zeros(90, np.uint8), rng, shuffles=3)
    for k in range(2):
        np.testing.assert_allclose(auc[:, k], _auc(active, has[:, k]))


def test_noise_is_taken_for_a_detector_about_as_often_as_stated() -> None:
    rng, draws = np.random.default_rng(5), 300
    digits = np.repeat([0, 1], 60).astype(np.uint8)
    spoken = 0
    for _ in range(draws):
        active, has = rng.normal(size=(120, 5)), rng.random((120, 3)) < 0.5
        _, p, _ = within_digits(active, has, digits, rng, shuffles=39)
        spoken += bool((p <= LEVEL).any())
    assert 4 <= spoken <= 27  # 15 expected: above 27 lies 0.1 %; with 39 shuffles, 5 % can be met exactly


def voter(decisive: float = 4.0) -> Network:
    """Two pixels lead to three neurons; the first decides digit 0, the second digit 1, the third nothing."""
    first = np.zeros((3, 784))
    first[0, 0] = first[1, 1] = first[2, 2] = 1.0
    out = np.array([[decisive, 0, 0], [0, 4.0, 0], [0, 0, 0]])
    layers = (Layer(np.eye(784)[:3], np.zeros(3)), Layer(np.eye(3), np.zeros(3)), Layer(out, np.array([0, 0, 1.0])))
    return Network(layers, (identity, relu, sigmoid))


def two_pixels() -> tuple[np.ndarray, np.ndarray]:
    """20 pictures of 0, 10 of 1, 70 of 2: their pixel number 0, or 1, or neither, is inked."""
    digits = np.repeat([0, 1, 2], [20, 10, 70]).astype(np.uint8)
    images = np.zeros((100, 784), np.uint8)
    images[digits == 0, 0] = images[digits == 1, 1] = 255
    images[::2, 2] = 255
    return images.reshape(-1, 28, 28), digits


def test_silencing_the_neuron_that_alone_decides_a_digit_costs_that_digit_and_an_unused_one_nothing() -> None:
    images, digits = two_pixels()
    network = voter()
    active = activations(network, images, 2)
    lost = silenced(network, active, digits, 2)
    np.testing.assert_array_equal(lost, [[1, 0, 0], [0, 1, 0], [0, 0, 0]])
    assert active[:, 0].mean() * 4 < 1, "held at its mean, it does not reach what digit 2 always has"


def test_what_a_layer_holds_is_what_the_network_computes_batch_after_batch() -> None:
    network = Recipe(hidden=(5, 4)).initial_network()
    images = np.random.default_rng(6).integers(0, 256, (1_003, 28, 28), np.uint8)
    for layer, size in ((1, 5), (2, 4)):
        active = activations(network, images, layer)
        alone = network.forward(images[1_001:].reshape(2, 784).astype(np.float32) / 255).a[layer]
        assert active.shape == (1_003, size)
        np.testing.assert_allclose(active[1_001:], alone, rtol=1e-5)
    assert activations(network, images[:0], 2).shape == (0, 4)


def test_filling_moves_a_neuron_that_looks_into_the_loop_and_blots_one_that_looks_outside() -> None:
    ring = np.zeros((28, 28), np.uint8)
    ring[10:17, 10:17], ring[11:16, 11:16] = 255, 0
    images = np.stack([ring, np.zeros_like(ring)] * 20)
    inside, outside = np.zeros((28, 28)), np.zeros((28, 28))
    inside[11:16, 11:16], outside[9:18, 9:18] = 1.0, 1.0
    outside[10:17, 10:17] = 0
    first = np.stack([inside.ravel(), outside.ravel(), np.ones(784)])
    network = Network(
        (Layer(first, np.zeros(3)), Layer(np.eye(3), np.zeros(3)), Layer(np.eye(3), np.zeros(3))),
        (identity, identity, identity),
    )
    found = second_layer(network, seen(images, np.zeros(40, np.uint8)), np.random.default_rng(7))
    everything = 25 / (24 / 2)  # pixels added, in standard deviations of 24 pixels in half of the pictures
    np.testing.assert_allclose(found.loop_filled, [25, 0, everything])  # what never varies counts in plain numbers
    assert found.ink_added[0] == 0
    assert found.ink_added[1] > 20
    assert found.ink_added[2] == pytest.approx(everything)
    assert list(found.answers) == ["loop_filled", "ink_added", "loop_closed", "ink_beside"]
    assert set(found.answers.values()) == {0}, "the last neuron has all ink, and more is still more"


def test_closing_moves_a_neuron_that_looks_into_the_gap_and_the_answer_if_that_decides_it() -> None:
    gap = np.zeros((28, 28), np.uint8)
    gap[8:17, 8:17], gap[10:15, 10:15], gap[11:14, 14:] = 255, 0, 0  # a ring, open to the right
    images = np.stack([gap, np.zeros_like(gap)] * 20)
    into = np.zeros((28, 28))
    into[11:14, 15:17] = 1.0
    first = np.stack([into.ravel(), np.zeros(784)])
    network = Network(
        (Layer(first, np.zeros(2)), Layer(np.eye(2), np.zeros(2)), Layer(np.eye(2), np.array([0, 1.0]))),
        (identity, identity, identity),
    )
    found = second_layer(network, seen(images, np.zeros(40, np.uint8)), np.random.default_rng(11))
    assert found.loop_closed[0] > 2, "three pixels, and what never varied counts in plain numbers"
    assert found.ink_beside[0] < 0.5 * found.loop_closed[0]
    assert found.loop_closed[1] == found.ink_beside[1] == 0
    assert found.answers["loop_closed"] == 1
    assert found.answers["ink_beside"] < 0.5
    assert found.answers["loop_filled"] == found.answers["ink_added"] == 0, "there is no loop to be filled"


def test_pictures_without_any_loop_move_nothing() -> None:
    network = Recipe(hidden=(3, 2)).initial_network()
    found = second_layer(
        network, seen(np.zeros((5, 28, 28), np.uint8), np.arange(5, dtype=np.uint8)), np.random.default_rng(8)
    )
    assert found.loop_filled.tolist() == found.ink_added.tolist() == [0, 0]
    assert found.loop_closed.tolist() == found.ink_beside.tolist() == [0, 0]
    assert set(found.answers.values()) == {0}
    assert np.isnan(found.auc).all()
    assert np.isnan(found.plain).all()
    assert not found.detects.any()


def test_what_is_found_is_clear_and_no_chance(known: Planted) -> None:
    found = second_layer(known.network, seen(known.images, known.digits), np.random.default_rng(9))
    assert found.auc.shape == found.p.shape == found.plain.shape == (16, len(PARTS))
    assert found.silenced.shape == (16, 10)
    far = np.maximum(found.auc, 1 - found.auc)
    for j, k in np.ndindex(16, len(PARTS)):
        assert found.detects[j, k] == (far[j, k] >= CLEAR and found.p[j, k] <= LEVEL), (j, k)
    assert found.detects.any()
    never = replace(found, p=np.full_like(found.p, 0.06))
    assert not never.detects.any(), "clear, but by chance"
    faint = replace(found, auc=np.full_like(found.auc, 0.74), p=np.zeros_like(found.p))
    assert not faint.detects.any(), "no chance, but faint"
    assert replace(faint, auc=1 - faint.auc - 0.02).detects.all(), "less active with the part is a way to tell it, too"


def test_the_first_layer_can_be_asked_the_same() -> None:
    pen = pen_digits(400, seed=5).digits
    network = Recipe(hidden=(3, 2)).initial_network()
    found = second_layer(network, seen(pen.images, pen.digits), np.random.default_rng(10), layer=1)
    assert found.auc.shape == (3, len(PARTS))
    active, loop = activations(network, pen.images, 1), parts_of(pen.images)[:, 0]
    np.testing.assert_allclose(found.plain[:, 0], _auc(active, loop))
