"""What looks like a digit, and how sure a network is, come out the same in the page and in Python."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
from tests.reading.test_familiarity import familiarity
from tests.storage.hostile import reader
from tests.web.twins.node import ask, base64_of, floats, near

from digitlens.digits.synthetic.nondigits import KINDS, nondigits
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.learning.familiarity_data import framed
from digitlens.reading.calibration import Calibration
from digitlens.reading.familiarity import in_two_parts, scores
from digitlens.storage.model_file import to_bytes

MODEL, CALIBRATION = familiarity(4), Calibration(2.5)
SUMS = np.random.default_rng(1).normal(0, 6, (50, 10))


@functools.cache
def pictures() -> np.ndarray:
    """Digits, non-digits of every kind, nothing at all, and full ink: (n, 28, 28) float64."""
    digits = pen_digits(120, seed=7).digits
    others = [framed(nondigits(kind, 12, 5, digits)) for kind in KINDS]
    extremes = np.stack([np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8)])
    return np.concatenate([digits.images[:80], *others, extremes]) / 255


@functools.cache
def answers() -> dict[str, Any]:
    file = {"file": base64_of(to_bytes(reader(familiarity=MODEL, calibration=CALIBRATION)))}
    got: dict[str, Any] = ask("judgements", network=file, images=floats(pictures()), sums=SUMS.tolist())
    return got


def test_scores_and_familiarity_are_pythons() -> None:
    got = answers()
    near(got["scores"], scores(MODEL.layers, pictures()))
    familiar = [one["familiarity"] for one in got["said"]]
    near(familiar, MODEL.of(pictures()))
    assert len(set(familiar)) > 60  # not all below the least of the digits
    assert {0.0} < set(familiar)


def test_the_verdicts_and_their_reasons_are_pythons() -> None:
    got = answers()
    wanted = [MODEL.judge(image) for image in pictures()]
    assert [(one["isDigit"], one["reason"]) for one in got["said"]] == [(one.is_digit, one.reason) for one in wanted]
    assert {one["reason"] for one in got["said"]} == {"", "two separate things", "unlike any digit"}
    assert got["two"] == [in_two_parts(image) for image in pictures()]


def test_probabilities_are_pythons() -> None:
    got = answers()
    near(np.concatenate(got["probabilities"]), CALIBRATION.probabilities(SUMS))
    near(got["confidence"], CALIBRATION.confidence(SUMS))


def test_the_comparison_can_fail() -> None:
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        near(answers()["scores"], scores(MODEL.layers, pictures()) + 2e-9)
