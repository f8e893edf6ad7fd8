"""The first layer: bars that were planted are found, noise is not, and chance is not taken for a part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitlens.laboratory.dictionary import Dictionary
from digitlens.laboratory.first_layer import INKED, LEVEL, first_layer, holm, inked_pixels
from digitlens.laboratory.surrogates import coarseness, smoothness

P_VALUES = arrays(np.float64, st.integers(1, 12), elements=st.floats(0.001, 1))


def test_each_neuron_is_found_with_the_part_that_it_is(middle: Dictionary) -> None:
    which = [100, len(middle.parts) // 2, len(middle.parts) - 5]
    rng = np.random.default_rng(0)
    weights = np.stack([-2 * middle.parts[k].picture().ravel() for k in which] + [rng.standard_normal(784)])
    layer = first_layer(weights, middle, rng, count=99)
    assert [layer.parts.index(middle.parts[k]) for k in which] == [0, 1, 2]
    assert layer.significant.tolist() == [True, True, True, False]
    assert (layer.explained[:3] > 0.999).all()
    assert (layer.expected[:3] < 0.7).all()
    assert layer.p[:3].tolist() == [1 / 100] * 3
    assert layer.p[3] > 1 / 100
    np.testing.assert_array_equal(layer.smooth, smoothness(weights, middle.mask))
    np.testing.assert_array_equal(layer.coarse, coarseness(weights, middle.mask))


def test_with_too_few_surrogates_nothing_can_be_found(middle: Dictionary) -> None:
    weights = np.stack([middle.parts[k].picture().ravel() for k in (10, 20)])
    few, enough = (first_layer(weights, middle, np.random.default_rng(1), count=n) for n in (38, 39))
    assert few.p.tolist() == [1 / 39] * 2
    assert not few.significant.any()  # 1/39 > 0.05/2
    assert enough.significant.all()
    strict = first_layer(weights, middle, np.random.default_rng(1), count=39, level=0.04)
    assert not strict.significant.any()


def test_the_same_random_numbers_find_the_same(middle: Dictionary) -> None:
    weights = np.random.default_rng(2).standard_normal((3, 784))
    one, again = (first_layer(weights, middle, np.random.default_rng(3), count=19) for _ in range(2))
    np.testing.assert_array_equal(one.p, again.p)
    np.testing.assert_array_equal(one.expected, again.expected)


def test_a_neuron_without_any_weight_is_no_part(middle: Dictionary) -> None:
    layer = first_layer(np.zeros((1, 784)), middle, np.random.default_rng(4), count=19)
    assert (layer.explained[0], layer.p[0], layer.significant[0], layer.smooth[0]) == (0, 1, False, 0)


@given(P_VALUES, st.floats(0.01, 0.3))
def test_holm_finds_nothing_above_the_level_and_all_that_bonferroni_finds(p: np.ndarray, level: float) -> None:
    found = holm(p, level)
    assert found.shape == p.shape
    assert (p[found] <= level).all()
    assert found[p <= level / len(p)].all()
    assert found.sum() <= (p <= level).sum()


@given(P_VALUES)
def test_holm_never_finds_the_larger_of_two_p_values_alone(p: np.ndarray) -> None:
    found = holm(p)
    if found.any() and not found.all():
        assert p[found].max() <= p[~found].min()


@given(P_VALUES, st.data())
def test_holm_finds_no_less_where_a_p_value_is_smaller_and_a_level_higher(p: np.ndarray, data: st.DataObject) -> None:
    found, lower = holm(p), p.copy()
    lower[data.draw(st.integers(0, len(p) - 1))] *= data.draw(st.floats(0, 1))
    assert (holm(lower) >= found).all()
    assert (holm(p, 2 * LEVEL) >= found).all()


@given(P_VALUES, st.randoms(use_true_random=False))
def test_holm_does_not_care_for_the_order(p: np.ndarray, random: object) -> None:
    distinct = np.unique(p)  # of equal ones, the first may pass alone
    order = np.array(sorted(range(len(distinct)), key=lambda _: random.random()))  # type: ignore[attr-defined]
    assert holm(distinct[order]).tolist() == holm(distinct)[order].tolist()


def test_holm_is_right_on_an_example_worked_by_hand() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.005])  # 0.005 <= 0.05/4, 0.01 <= 0.05/3, 0.03 > 0.05/2: it ends there
    assert holm(p).tolist() == [True, False, False, True]
    assert holm(np.array([])).tolist() == []


def test_pixels_count_where_enough_pictures_have_ink() -> None:
    images = np.zeros((200, 784), np.uint8)
    images[0, 5] = images[:2, 6] = images[:, 7] = 1  # one of two hundred is too few, two are enough
    assert pytest.approx(2 / 200) == INKED
    assert np.flatnonzero(inked_pixels(images)).tolist() == [6, 7]
