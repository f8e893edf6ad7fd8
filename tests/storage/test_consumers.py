"""What the door lets in, everything behind it can show: values at the very bounds, and mutants."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.soak.test_model_mutants import mutant, originals
from tests.storage.consumers import consume
from tests.storage.hostile import reader, with_document

from digitlens.errors import ModelFileError
from digitlens.storage.model_file import from_bytes, to_bytes

ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    1,
    0.5,
    2**63,
    10**99,
    -(10**99),
    1e100,
    -1e100,
    5e-324,
    "",
    "x" * 1_000,
    "\x1b[2J\n",
]
ODD += [[], {}, [[1]], {"a": None}, "<script>", "ä" * 50]
KEYS = ("data", "data_sha256", "learned_from", "epochs", "engine", "digitlens", "test_accuracy", "training_accuracy")


def blocks(change: Callable[[dict[str, Any]], object]) -> bytes:
    return with_document(lambda document: change(document["blocks"]))


@pytest.mark.parametrize("value", ODD, ids=lambda value: f"{value!r:.20}")
def test_whatever_the_story_of_a_network_says_can_be_shown(value: Any) -> None:
    files = [blocks(lambda b, key=key: b["provenance"].update({key: value})) for key in (*KEYS, "of your own")]
    files += [
        blocks(lambda b, key=key: b["recipe"].update({key: value})) for key in ("seed", "name", "hidden", "epochs")
    ]
    shown = 0
    for data in files:
        try:
            one = from_bytes(data)
        except ModelFileError:
            continue
        consume(one)
        shown += 1
    assert shown >= len(files) - 2  # those two that must be a share, and nothing else


CURVES = [
    [],
    [{"epoch": 0}],
    [{"epoch": 1, "seconds": -1e100}],
    [{"epoch": 1, "test_cost": 1e100, "test_accuracy": 1}, {"epoch": 2, "test_cost": -1e100, "test_accuracy": 0}],
    [{"epoch": 1e9, "test_cost": 5e-324, "test_accuracy": 5e-324}],
    [{"epoch": 5, "training_cost": 0}, {"epoch": 5, "validation_accuracy": 0.5}, {"epoch": 1, "test_cost": 1}],
    [{"epoch": i, "training_cost": 10**i, "training_accuracy": i / 100} for i in range(100)],
    [{"epoch": 0.5, "test_cost": 1, "test_accuracy": 1, "x": 1e100, "": -1}],
]


@pytest.mark.parametrize("rows", CURVES, ids=range(len(CURVES)))
def test_whatever_the_curves_of_a_network_are_they_can_be_drawn(rows: list[dict[str, float]]) -> None:
    pytest.importorskip("matplotlib")
    consume(from_bytes(blocks(lambda b: b.update(history={"rows": rows}))), figures=True)


def test_the_tour_can_fail() -> None:
    odd = reader(history=({"epoch": 1, "test_cost": float("inf"), "test_accuracy": 1.0},))
    with pytest.raises((ValueError, OverflowError, RuntimeWarning)):
        consume(odd)


@pytest.mark.parametrize("weight", [1e6, 65_504.0, 1e-38])
def test_networks_of_the_largest_weights_are_shown_too(weight: float) -> None:
    from tests.storage.test_model_file import overflowing

    for layers in range(1, 8):
        for function in ("relu", "sigmoid", "tanh"):
            with contextlib.suppress(ModelFileError):
                consume(from_bytes(overflowing(weight, layers, function)))


def test_two_hundred_mutants_that_the_door_lets_in_can_be_shown() -> None:
    rng, sound, shown = random.Random(7), originals(), 0
    for _ in range(600):
        try:
            one = from_bytes(mutant(rng.choice(sound), rng))
        except ModelFileError:
            continue
        consume(one, figures=shown % 20 == 0 and _draws())
        shown += 1
    assert shown > 30


def _draws() -> bool:
    try:
        import matplotlib as mpl  # noqa: F401    only to see whether it is installed
    except ImportError:
        return False
    return True


def test_a_round_trip_changes_nothing() -> None:
    one = from_bytes(blocks(lambda b: b["provenance"].update(learned_from=5, test_accuracy=0.5)))
    assert json.dumps(from_bytes(to_bytes(one)).provenance) == json.dumps(one.provenance)
    assert np.array_equal(from_bytes(to_bytes(one)).network.layers[0].weights, one.network.layers[0].weights)
