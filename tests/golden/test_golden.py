"""The golden file: what Python computes today is what all twins are held to."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from tests.golden import make
from tests.network.legal import CASES, distance_to_kinks, kinks

from digitlens.network.activations import ACTIVATIONS

GOLDEN: dict[str, Any] = json.loads(make.FILE.read_text())
TOLERANCE = 1e-12


def same(got: Any, wanted: Any) -> None:
    """The same structure, the same text, and numbers as close as float64 sums in another order may come."""
    if isinstance(wanted, dict):
        assert list(got) == list(wanted)
        for key in wanted:
            same(got[key], wanted[key])
    elif isinstance(wanted, str):
        assert got == wanted
    else:
        np.testing.assert_allclose(np.array(got, float), np.array(wanted, float), rtol=TOLERANCE, atol=TOLERANCE)


def test_the_golden_file_holds_every_legal_network_and_is_small() -> None:
    assert [(case["activation"], case["output"], case["cost"]) for case in GOLDEN["cases"]] == CASES
    assert make.FILE.stat().st_size < 200_000


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: "-".join(CASES[number]))
def test_forward_and_backward_give_the_golden_numbers(number: int) -> None:
    layers, images, targets = make.layers_of(GOLDEN["layers"]), np.array(GOLDEN["images"]), np.array(GOLDEN["targets"])
    got, wanted = make.case(layers, images, targets, CASES[number]), GOLDEN["cases"][number]
    gradients = got.pop("gradient"), wanted["gradient"]
    for part in ("activation", "output", "cost", "costs"):
        same(got[part], wanted[part])
    for part in ("z", "a"):
        for one, other in zip(got[part], wanted[part], strict=True):
            same(one, other)
    for one, other in zip(*gradients, strict=True):
        same(one, other)


@pytest.mark.parametrize("wanted", GOLDEN["steps"], ids=lambda wanted: wanted["optimiser"])
def test_optimisers_take_the_golden_steps(wanted: dict[str, Any]) -> None:
    gradient = make.layers_of(GOLDEN["cases"][0]["gradient"])
    got = make.steps(wanted["optimiser"], make.layers_of(GOLDEN["layers"]), gradient)
    assert got["rates"] == wanted["rates"]
    for one_step, other_step in zip(got["layers"], wanted["layers"], strict=True):
        for one, other in zip(one_step, other_step, strict=True):
            same(one, other)


@pytest.mark.parametrize("wanted", GOLDEN["streams"], ids=lambda wanted: f"seed {wanted['seed']}")
def test_the_random_streams_are_the_golden_ones(wanted: dict[str, Any]) -> None:
    got = make.streams(wanted["seed"])
    assert got["order"] == wanted["order"]
    assert got["validation"] == wanted["validation"]
    same(got["initial"], wanted["initial"])


def test_the_cases_differ_from_one_another() -> None:
    seen = {json.dumps([case["a"][-1], case["costs"]]) for case in GOLDEN["cases"]}
    assert len(seen) == len(CASES)


@pytest.mark.parametrize("name", [name for name, each in ACTIVATIONS.items() if kinks(each)])
def test_what_has_a_kink_is_on_both_sides_of_it_in_every_layer(name: str) -> None:
    case = next(case for case in GOLDEN["cases"] if (case["activation"], case["output"]) == (name, name))
    for z in case["z"]:
        for kink in kinks(ACTIVATIONS[name]):
            assert (np.array(z) > kink).any()
            assert (np.array(z) < kink).any()
        assert distance_to_kinks(ACTIVATIONS[name], np.array(z)) > 1e-3  # no twin may fall on the other side
