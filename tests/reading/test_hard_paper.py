"""Digits on textured paper, and such as fill their frame: how many of 1,000 are read, and how many are turned away."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.digits.hard_paper import filling, nothing, pictures, textured

import digitlens as dl

READER = dl.load("reader")


@pytest.mark.parametrize(("kind", "read"), [(textured, 0.95), (filling, 0.95)])
def test_digits_on_hard_paper_are_read(kind: Callable[..., np.ndarray], read: float) -> None:
    found = [(digit, READER.read(picture)) for digit, picture in pictures(kind, 1_000, seed=5)]
    assert np.mean([reading.digit == digit for digit, reading in found]) >= read
    assert np.mean([bool(reading.reason) for _, reading in found]) <= 0.05


def test_a_texture_alone_is_hardly_ever_a_digit() -> None:
    rng = np.random.default_rng(5)
    assert np.mean([bool(READER.read(nothing(rng)).reason) for _ in range(100)]) >= 0.95


def test_what_was_decided_by_how_it_looks_is_said() -> None:
    reasons = {
        READER.read(picture).prepared.stages[1].reason
        for kind in (textured, filling)
        for _, picture in pictures(kind, 60, seed=6)
    }
    assert any("texture was smoothed" in reason for reason in reasons)
    assert any("the reverse looks less like a digit" in reason for reason in reasons)
