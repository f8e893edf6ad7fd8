"""Surrogates have the smoothness of a picture, ring by ring of its spectrum, and otherwise nothing of it."""

from __future__ import annotations

import numpy as np
import pytest

from digitlens.laboratory.dictionary import Dictionary, Part
from digitlens.laboratory.surrogates import COARSE, RINGS, coarseness, smoothness, surrogates

EVERYWHERE = np.ones(784, bool)
INNER = np.zeros((28, 28), bool)
INNER[5:23, 4:24] = True
PICTURES = {
    "a bar": Part("bar", 30.0, 13, 11, 8.0, 8.0).picture().ravel() + 0.3,
    "an edge": Part("edge", 90.0, 15, 15, 12.0, 6.0).picture().ravel(),
    "noise": np.random.default_rng(8).standard_normal(784),
}


def powers(pictures: np.ndarray) -> np.ndarray:
    """The mean power in each ring, (n, rings)."""
    power = np.abs(np.fft.fft2(pictures.reshape(-1, 28, 28))) ** 2
    return np.stack([power[:, ring == RINGS].mean(axis=1) for ring in range(RINGS.max() + 1)], axis=1)


def test_rings_hold_the_frequencies_of_one_distance_from_the_middle() -> None:
    assert RINGS[0, 0] == 0
    assert (RINGS == 0).sum() == 1
    assert RINGS[0, 1] == RINGS[1, 0] == RINGS[27, 0] == RINGS[0, 27] == RINGS[1, 1] == 1
    assert RINGS[0, 14] == RINGS[14, 0] == 14
    np.testing.assert_array_equal(RINGS, RINGS.T)
    np.testing.assert_array_equal(RINGS[1:], RINGS[:0:-1])


@pytest.mark.parametrize("name", PICTURES)
def test_the_power_of_each_ring_is_that_of_the_picture(name: str) -> None:
    picture = PICTURES[name]
    drawn = surrogates(picture, EVERYWHERE, 2_000, np.random.default_rng(1)).astype(float)
    of_it, of_them = powers(picture - picture.mean())[0], powers(drawn).mean(axis=0) / 784  # white noise has 784 each
    most = of_it.max()
    np.testing.assert_allclose(of_them, of_it, rtol=0.12, atol=1e-6 * most)


def test_other_random_numbers_give_other_pictures_and_the_same_ones_the_same() -> None:
    picture = PICTURES["a bar"]
    one, again, other = (surrogates(picture, EVERYWHERE, 3, np.random.default_rng(seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, again)
    assert one.shape == (3, 784)
    together = np.corrcoef(np.concatenate([one, other]))
    assert np.abs(together[~np.eye(6, dtype=bool)]).max() < 0.6
    assert surrogates(picture, EVERYWHERE, 0, np.random.default_rng(5)).shape == (0, 784)


@pytest.mark.parametrize("name", PICTURES)
def test_surrogates_are_as_smooth_as_the_picture_on_average(name: str) -> None:
    picture = PICTURES[name]
    drawn = surrogates(picture, EVERYWHERE, 500, np.random.default_rng(2))
    own = smoothness(picture[None], EVERYWHERE)[0]
    assert smoothness(drawn, EVERYWHERE).mean() == pytest.approx(own, abs=0.04)


def test_what_lies_on_pixels_that_do_not_count_changes_nothing() -> None:
    mask, picture = INNER.ravel(), PICTURES["noise"]
    elsewhere = np.where(mask, picture, 100.0)
    one, other = (surrogates(p, mask, 4, np.random.default_rng(7)) for p in (picture, elsewhere))
    np.testing.assert_array_equal(one, other)
    assert smoothness(picture[None], mask) == smoothness(elsewhere[None], mask)


def test_a_part_is_explained_better_than_all_its_surrogates(middle: Dictionary) -> None:
    part = Part("bar", 60.0, 13, 13, 8.0, 4.0).picture().ravel()
    explained, _ = middle.explained(surrogates(part, middle.mask, 200, np.random.default_rng(4)))
    assert explained.max() < 0.9
    assert explained.mean() < 0.6


@pytest.mark.parametrize("mask", [EVERYWHERE, INNER.ravel()], ids=["everywhere", "inner"])
def test_smoothness_is_1_for_a_slope_minus_1_for_a_checkerboard_and_0_for_noise(mask: np.ndarray) -> None:
    row, column = np.mgrid[:28, :28]
    slope, board = row + 2.0 * column, (row + column) % 2
    noise = np.random.default_rng(9).standard_normal((200, 784))
    found = smoothness(np.concatenate([[slope.ravel(), board.ravel(), np.full(784, 3.0)], noise]), mask)
    assert 0.9 < found[0] <= 1
    assert found[1] == pytest.approx(-1)
    assert found[2] == 0
    assert np.abs(found[3:]).max() < 0.2
    assert abs(found[3:].mean()) < 0.01


@pytest.mark.parametrize(("waves", "coarse"), [(1, True), (COARSE, True), (COARSE + 1, False), (14, False)])
def test_waves_are_coarse_up_to_a_number_across_the_picture_in_any_direction(waves: int, coarse: bool) -> None:
    row, column = np.mgrid[:28, :28]
    for place in (row, column):
        wave = 5 + np.cos(2 * np.pi * waves * place / 28)
        assert coarseness(wave.reshape(1, 784), EVERYWHERE)[0] == pytest.approx(float(coarse), abs=1e-9)


@pytest.mark.parametrize("mask", [EVERYWHERE, INNER.ravel()], ids=["everywhere", "inner"])
def test_noise_has_the_share_of_the_frequencies_and_a_part_nearly_all(mask: np.ndarray) -> None:
    noise = np.random.default_rng(10).standard_normal((300, 784))
    share = (RINGS <= COARSE).mean()
    assert 0.05 < share < 0.1, "less than a tenth, as the report says"
    assert coarseness(noise, mask).mean() == pytest.approx(share, abs=0.01)
    wide = Part("bar", 30.0, 13, 13, 12.0, 12.0).picture().reshape(1, 784)
    assert coarseness(wide, mask)[0] > 0.9
    np.testing.assert_allclose(coarseness(-3 * wide + 2, mask), coarseness(wide, mask))


def test_what_does_not_vary_or_does_not_count_has_no_waves() -> None:
    mask = INNER.ravel()
    flat = np.where(mask, 3.0, PICTURES["noise"])[None]
    assert coarseness(flat, mask).tolist() == [0]
    one = PICTURES["noise"][None]
    assert coarseness(one, mask) == coarseness(np.where(mask, one, 99.0), mask)
