"""Digits on textured paper, and such as fill their frame: how many of 1,000 are read, and how many are turned away."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.digits.hard_paper import filling, nothing, pictures, stretched, textured

import digitlens as dl

READER = dl.load("reader")


@pytest.mark.parametrize(
    ("kind", "read", "refused"), [(textured, 0.965, 0.03), (filling, 0.95, 0.05), (stretched, 0.92, 0.08)]
)
def test_digits_on_hard_paper_are_read(kind: Callable[..., np.ndarray], read: float, refused: float) -> None:
    found = [(digit, READER.read(picture)) for digit, picture in pictures(kind, 1_000, seed=5)]
    assert np.mean([reading.digit == digit for digit, reading in found]) >= read
    assert np.mean([bool(reading.reason) for _, reading in found]) <= refused


def test_a_texture_alone_is_hardly_ever_a_digit() -> None:
    rng = np.random.default_rng(5)
    assert np.mean([bool(READER.read(nothing(rng)).reason) for _ in range(100)]) >= 0.95


def test_what_was_decided_by_how_it_looks_is_said() -> None:
    reasons = {
        stage.reason
        for kind, count, seed in ((textured, 60, 6), (filling, 60, 6), (stretched, 40, 9))
        for _, picture in pictures(kind, count, seed)
        for stage in READER.read(picture).prepared.stages
    }
    assert any("texture was smoothed" in reason for reason in reasons)
    assert any("the reverse looks less like a digit" in reason for reason in reasons)
    assert any("looks stretched to fill the picture" in reason for reason in reasons)


def test_without_a_familiarity_what_hardly_stands_out_from_its_paper_is_not_guessed_at() -> None:
    video = dl.load("video")
    found = [(READER.read(picture), video.read(picture)) for _, picture in pictures(textured, 200, seed=5)]
    assert any(here.prepared.ink_found and not there.prepared.ink_found for here, there in found)
    assert all(here.prepared.ink_found for here, there in found if there.prepared.ink_found)
