"""How sure a network is: a temperature found again, and probabilities that hold what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlens.errors import ShapeError
from digitlens.reading.calibration import COLDEST, HOTTEST, Calibration, fit_calibration, reliability


def guesses(temperature: float, n: int = 4_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Sums z of a network that is too sure by this factor, and what the pictures show."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0, 2, (n, 10))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    digits = (p.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(0, 9)
    return z * temperature, digits


@pytest.mark.parametrize("temperature", [0.3, 1.0, 5.0])
def test_the_temperature_of_made_up_guesses_is_found_again(temperature: float) -> None:
    z, digits = guesses(temperature)
    found = fit_calibration(z, digits)
    assert found.temperature == pytest.approx(temperature, rel=0.08)
    right = z.argmax(axis=1) == digits
    assert reliability(found.confidence(z), right).error < 0.02
    assert reliability(Calibration(found.temperature / 4).confidence(z), right).error > 0.1


def test_a_network_that_is_always_right_is_as_sure_as_can_be_and_one_that_never_is_as_unsure() -> None:
    z = np.eye(10)
    assert fit_calibration(z, np.arange(10)).temperature == pytest.approx(COLDEST, rel=1e-3)
    assert fit_calibration(z, (np.arange(10) + 1) % 10).temperature == pytest.approx(HOTTEST, rel=1e-3)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=10), st.floats(0.01, 100))
@settings(max_examples=60)
def test_the_answer_stays_the_same_and_the_probabilities_add_up_to_one(z: list[float], temperature: float) -> None:
    sums, p = np.array(z), Calibration(temperature).probabilities(np.array(z))
    assert p.sum() == pytest.approx(1)
    assert p[sums.argmax()] == p.max() == Calibration(temperature).confidence(sums)
    assert 1 / len(z) - 1e-12 <= p.max() <= 1


def test_reliability_is_what_counting_by_hand_gives() -> None:
    # three bins: two answers at 0.2 (one right), none, three at 1.0 (all right)
    got = reliability(np.array([0.2, 0.2, 1.0, 1.0, 1.0]), np.array([True, False, True, True, True]), bins=3)
    assert got.counts.tolist() == [2, 0, 3]
    assert got.confidence.tolist() == [0.2, 0, 1]
    assert got.accuracy.tolist() == [0.5, 0, 1]
    assert got.error == pytest.approx(2 / 5 * 0.3)


@pytest.mark.parametrize("temperature", [0, -1, 1e-4, 1e4, float("nan"), float("inf")])
def test_a_temperature_that_cannot_be_is_refused(temperature: float) -> None:
    with pytest.raises(ShapeError, match="wants a temperature"):
        Calibration(temperature)


PAIRS = [((3, 10), 2), ((10,), 1), ((0, 10), 0)]
ANSWERS = [((2, 2), (2, 2)), ((2,), (3,)), ((0,), (0,))]


@pytest.mark.parametrize(("z", "digits"), PAIRS)
def test_sums_and_digits_that_do_not_fit_are_refused(z: tuple[int, ...], digits: int) -> None:
    with pytest.raises(ShapeError, match=r"fit_calibration\(\) wants"):
        fit_calibration(np.zeros(z), np.zeros(digits, int))


@pytest.mark.parametrize(("confidence", "right"), ANSWERS)
def test_confidences_and_answers_that_do_not_fit_are_refused(
    confidence: tuple[int, ...], right: tuple[int, ...]
) -> None:
    with pytest.raises(ShapeError, match=r"reliability\(\) wants"):
        reliability(np.zeros(confidence), np.zeros(right, bool))
    with pytest.raises(ShapeError):
        reliability(np.zeros(2), np.zeros(2, bool), bins=0)
