"""What two sets of runs support: constructed results, of which it is known what must be said of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.learning.compared import compare, fewest

NAMES = ("sigmoid", "ReLU")
BASE = [0.93, 0.94, 0.935, 0.942, 0.938, 0.931, 0.944, 0.936, 0.939, 0.933]


def test_a_clear_win_is_called_one() -> None:
    better = [x + d for x, d in zip(BASE, itertools.cycle([0.01, 0.012, 0.009]))]
    result = compare(BASE, better, NAMES, "after 10 epochs")
    assert result.p == pytest.approx(2 / 2**10)
    assert result.low is not None
    assert result.high is not None
    assert 0.009 <= result.low < result.mean < result.high <= 0.012
    assert result.sentence.startswith("After 10 epochs, ReLU reads 1.03 points more of the test images than sigmoid (")
    assert "10 pairs of runs" in result.sentence


def test_the_same_the_other_way_round_names_the_other_one() -> None:
    worse = [x - 0.01 - 0.001 * (i % 3) for i, x in enumerate(BASE)]
    result = compare(BASE, worse, NAMES)
    assert result.mean < 0
    assert result.sentence.startswith("sigmoid reads 1.09 points more of the test images than ReLU (95 % interval 1.0")


def test_what_chance_would_do_as_often_is_no_difference() -> None:
    other = [x + (0.004 if i % 2 else -0.005) for i, x in enumerate(BASE)]
    result = compare(BASE, other, NAMES, "after 3 epochs")
    assert result.p > 0.5
    assert result.low is not None
    assert result.high is not None
    assert result.low < 0 < result.high
    assert result.sentence.startswith("After 3 epochs: no clear difference: sigmoid read 0.05")
    assert "−" in result.sentence, "an interval around nothing has an end below it"


@pytest.mark.parametrize("pairs", range(1, fewest()))
def test_with_too_few_seeds_nothing_is_claimed_however_large_the_difference(pairs: int) -> None:
    result = compare(BASE[:pairs], [x + 0.04 for x in BASE[:pairs]], NAMES)
    assert (result.low, result.high) == (None, None)
    assert result.p >= 2 / 2**pairs > 0.05
    assert "cannot tell that from chance: it takes at least 6" in result.sentence
    assert ("one pair of runs" in result.sentence) == (pairs == 1)


def test_six_pairs_that_all_agree_are_just_enough() -> None:
    result = compare(BASE[:6], [x + 0.01 * (1 + i) for i, x in enumerate(BASE[:6])], NAMES)
    assert result.p == pytest.approx(2 / 2**6)
    assert " reads " in result.sentence


def test_equal_runs_are_said_to_be_equal() -> None:
    result = compare(BASE, BASE, NAMES)
    assert (result.mean, result.p) == (0, 1)
    assert result.sentence == "sigmoid and ReLU read exactly as many of the test images, in 10 pairs of runs."


def test_a_run_that_has_no_accuracy_is_left_out_with_its_pair() -> None:
    broken = [float("nan"), *(x + 0.01 for x in BASE[1:])]
    assert compare(BASE, broken, NAMES).pairs == 9
    assert compare([float("nan")], [0.9], NAMES).sentence == "There is no pair of runs to compare."
    assert compare([], [], NAMES, "after 3 epochs").pairs == 0


def test_there_must_be_as_many_of_one_as_of_the_other() -> None:
    with pytest.raises(ValueError, match="zip"):
        compare(BASE, BASE[:-1], NAMES)


@given(st.lists(st.floats(-0.1, 0.1), min_size=fewest(), max_size=8))
def test_the_interval_leaves_nothing_out_exactly_where_the_test_sees_a_difference(differences: list[float]) -> None:
    result = compare([0.5] * len(differences), [0.5 + d for d in differences], NAMES)
    assert result.low is not None
    assert result.high is not None
    assert result.low <= result.mean + 1e-9
    assert result.mean <= result.high + 1e-9
    if max(abs(d) for d in differences) > 1e-6:
        inside = result.low - 1e-9 <= 0 <= result.high + 1e-9
        assert inside or result.p < 0.05
        assert result.p >= 0.05 or not (result.low < -1e-6 and result.high > 1e-6)


def test_chance_is_taken_for_a_difference_as_often_as_stated() -> None:
    rng = np.random.default_rng(5)
    seen = [compare([0.0] * 8, rng.normal(0, 0.01, 8).tolist(), NAMES).p < 0.05 for _ in range(400)]
    assert 0.01 < np.mean(seen) < 0.09


def test_many_pairs_are_tried_at_random_and_always_in_the_same_way() -> None:
    many = np.random.default_rng(1).normal(0.002, 0.004, 30).tolist()
    first, second = (compare([0.0] * 30, many, NAMES) for _ in range(2))
    assert first == second
    assert first.low is not None
    assert first.low < first.mean
