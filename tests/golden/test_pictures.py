"""The golden pictures: preparation gives today what the networks that ship were trained for, to the last digit."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from tests.golden import pictures

from digitlens.digits.preparation.framing import FRAMING_VERSION
from digitlens.digits.preparation.prepare import prepare

GOLDEN: dict[str, Any] = json.loads(pictures.FILE.read_text())
GREYS = {wanted["name"]: wanted for wanted in GOLDEN["greys"]}
NEAR = 1e-9  # as near as another order of summing comes


def grey_of(wanted: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(wanted["grey"]), np.uint8).reshape(wanted["shape"])


@pytest.mark.parametrize("name", GREYS)
def test_a_grey_picture_is_prepared_to_the_golden_numbers(name: str) -> None:
    wanted = GREYS[name]
    got = pictures.from_grey(grey_of(wanted))
    for part, value in got.items():
        if part in ("levels", "framed", "straightened", "resized"):
            np.testing.assert_allclose(value, wanted[part], rtol=0, atol=NEAR, err_msg=part)
        else:
            assert value == wanted[part], part
    assert np.abs(prepare(grey_of(wanted)).image.ravel() - wanted["framed"]).max() < 1e-6  # float32


@pytest.mark.parametrize("number", range(len(GOLDEN["drawings"])))
def test_strokes_are_framed_and_inked_to_the_golden_numbers(number: int) -> None:
    wanted = GOLDEN["drawings"][number]
    got = pictures.from_strokes(wanted["strokes"], wanted["radius"])
    for part, value in got.items():
        np.testing.assert_allclose(value, wanted[part], rtol=0, atol=NEAR, err_msg=part)


def test_the_golden_pictures_show_every_way_through_preparation_and_are_small() -> None:
    assert GOLDEN["framing"] == FRAMING_VERSION
    assert {(wanted["dark"], wanted["flat"]) for wanted in GREYS.values()} == {
        (True, True),
        (False, True),
        (True, False),
    }
    assert GREYS["rings"]["levels"][2] > 0
    assert all(max(wanted["framed"]) <= 1 and sum(wanted["framed"]) > 20 for wanted in GREYS.values())
    assert pictures.FILE.stat().st_size < 250_000
