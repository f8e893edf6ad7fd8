"""Linear probes: what many neurons know together is read, and neither shuffled labels nor a vote for a digit are."""

from __future__ import annotations

import numpy as np
import pytest

from digitlens.laboratory.probes import linear_probes
from digitlens.laboratory.second_layer import FEWEST, within_digits

RNG = np.random.default_rng(21)
DIGITS = np.repeat(np.arange(4, dtype=np.uint8), 150)
HAS = RNG.random(600) < np.repeat([0.3, 0.5, 0.7, 0.0], 150)  # the last digit never has the part


def read(
    held: np.ndarray, has: np.ndarray = HAS, digits: np.ndarray = DIGITS, seed: int = 1, draws: int = 20
) -> tuple[float, ...]:
    """What is read of one part: of it, of shuffled labels, and of those by heart."""
    found = linear_probes(held, has[:, None], digits, np.random.default_rng(seed), draws)
    return tuple(float(one[0]) for one in (found.auc, found.control, found.by_heart))


def test_a_part_that_is_spread_over_many_neurons_is_read_though_none_of_them_tells_it() -> None:
    mixing = np.linalg.qr(RNG.normal(size=(16, 16)))[0]
    hidden = RNG.normal(size=(600, 16)) * 3
    hidden[:, 0] = HAS + 0.1 * RNG.normal(size=600)
    held = hidden @ mixing
    single, _, _ = within_digits(held, HAS[:, None], DIGITS, np.random.default_rng(0), shuffles=9)
    assert np.abs(single - 0.5).max() < 0.15
    auc, control, _ = read(held)
    assert auc > 0.99
    assert abs(control - 0.5) < 0.03


def test_noise_tells_nothing_however_many_neurons_there_are_but_can_be_learned_by_heart() -> None:
    hearts = []
    for neurons in (4, 120):
        auc, control, heart = read(RNG.normal(size=(600, neurons)))
        assert abs(auc - 0.5) < 0.1
        assert abs(control - 0.5) < 0.04
        hearts.append(heart)
    assert hearts[0] < 0.65
    assert hearts[1] > 0.8


def test_a_vote_for_a_digit_is_no_knowledge_of_its_parts() -> None:
    votes = np.eye(4)[DIGITS] + RNG.normal(0, 0.01, (600, 4))
    auc, _, _ = read(votes)
    assert abs(auc - 0.5) < 0.1


def test_one_direction_must_do_for_every_digit() -> None:
    same = np.where(HAS, 1.0, -1.0) + RNG.normal(0, 0.1, 600)
    assert read(same[:, None])[0] > 0.99
    turned = np.where(DIGITS == 1, -same, same)  # in one digit less active with the part
    assert read(turned[:, None])[0] < 0.8


@pytest.mark.parametrize(("few", "told"), [(2 * FEWEST - 2, False), (2 * FEWEST + 20, True)])
def test_a_digit_counts_if_each_half_has_enough_of_both_kinds(few: int, told: bool) -> None:
    has, digits = np.arange(300) < few, np.zeros(300, np.uint8)
    for part in (has, ~has):
        auc, control, heart = read(part[:, None] * 1.0, part, digits)
        assert [np.isnan(value) for value in (auc, control, heart)] == [not told] * 3
        assert not told or auc == 1


def test_what_never_varies_tells_nothing() -> None:
    assert read(np.full((600, 3), 0.7)) == pytest.approx((0.5, 0.5, 0.5))


def test_how_large_the_numbers_are_does_not_matter() -> None:
    held = RNG.normal(size=(600, 5)) + 0.8 * HAS[:, None]
    assert read(1000 * held) == pytest.approx(read(held))
    assert read(held + 7) == pytest.approx(read(held))


def test_the_same_random_numbers_read_the_same_and_others_choose_other_halves() -> None:
    held = RNG.normal(size=(600, 5)) + 0.3 * HAS[:, None]
    assert read(held) == read(held)
    assert read(held) != read(held, seed=2)
    assert abs(read(held)[0] - read(held, seed=2)[0]) < 0.05


def test_parts_are_read_one_by_one() -> None:
    held = RNG.normal(size=(600, 6)) + HAS[:, None]
    both = linear_probes(held, np.stack([HAS, np.zeros(600, bool)], axis=1), DIGITS, np.random.default_rng(3))
    assert both.auc[0] > 0.9
    for one in (both.auc, both.control, both.by_heart, both.selectivity):
        assert np.isnan(one).tolist() == [False, True]
