"""Thousands of odd calls over everything public: an answer comes, or an error of ours that says what was wanted.

Every function, constructor and method is found by itself: one that is new and takes something must be given arguments
that are right, below or in test_arguments.py, and each of them is then replaced by everything that is odd.
"""

from __future__ import annotations

import copy
import inspect
import math
import warnings
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.public_values import values
from tests.test_arguments import functions, methods

import digitlens as dl

ODD: list[Any] = [
    *(None, True, 0, 5, -1, 2**64, 10**400, 1.5, -0.0, math.nan, math.inf, 1 + 2j, Decimal(1)),
    *("", "x", "\0", "y" * 5_000, b"", b"x", bytearray(3), Path("missing"), Path("\0")),
    *([], [1], [None], ["x"], [[]], (), (1, 2, 3), {}, {"a": 1}, {1}, range(3), iter([1]), slice(None), ...),
    *(object(), object, print, lambda: None, lambda *some, **more: None),
    *(np.float64("nan"), np.int64(-1), np.bool_(True), np.array(5), np.zeros(0), np.zeros(3), np.zeros((2, 28, 28))),
    *(np.full((2, 28, 28), np.nan), np.array(["x"]), np.array([None]), np.zeros((1, 2, 3, 4, 5))),
    np.ones((28, 28), bool),
    *(np.array([1 + 2j]), np.array([], dtype="datetime64[s]"), np.ma.masked_all((28, 28)), np.zeros((28, 28), "S3")),
]  # fmt: skip
ENOUGH = 20  # characters that a message has at least
OURS = [name for name in dl.__all__ if isinstance(getattr(dl, name), type)]


def label(odd: Any) -> str:
    """An odd value, for the list of what went wrong."""
    try:
        return f"{type(odd).__name__} {odd!r:.40}"
    except ValueError:
        return f"{type(odd).__name__} too long"


def fault(call: Callable[[], Any]) -> str:
    """What is wrong with the way in which a call ended; empty if nothing is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            call()
    except dl.DigitlensError as error:
        said = str(error)
        return "" if ENOUGH < len(said) < 2_000 else f"says {said[:100]!r}"
    except Exception as error:  # which is what this test looks for
        return f"{type(error).__name__}: {error!s:.150}"
    return ""


def faults(call: Callable[..., Any], right: dict[str, Any]) -> dict[str, str]:
    """Each argument replaced by everything odd, one at a time."""
    found = {}
    for name in right:
        for odd in ODD:
            if name in ("data", "name") and odd is None:
                continue  # looks for MNIST, which may take a download
            if name == "cluster" and isinstance(odd, str) and odd:
                continue  # connects
            if said := fault(partial(call, **{**right, name: odd})):
                found[f"{name}={label(odd)}"] = said
    return found


@cache
def constructors() -> dict[str, tuple[Callable[..., Any], dict[str, Any]]]:
    """Every public class that can be made by its fields, with fields that are right."""
    found: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {}
    for name, value in values().items():
        if is_dataclass(value):
            found[name] = type(value), {one.name: getattr(value, one.name) for one in fields(value) if one.init}
    return found


@cache
def given() -> dict[str, dict[str, Any]]:
    """Right arguments of methods, for those that test_arguments.py does not have."""
    few, network = values()["DataSet"], values()["Network"]
    z = np.zeros((3, 10))
    outcomes = [outcome for side in values()["Compared"].sides for outcome in side.outcomes]
    image = few.test.images[0] / 255
    return {
        "Calibration.confidence": {"z": z}, "Calibration.probabilities": {"z": z},
        "Cost.takes": {"output": network.activations[-1]},
        "Digits.relabelled": {"digits": few.test.digits}, "Digits.trust_fingerprint": {"fingerprint": "0" * 64},
        "Familiarity.of": {"images": image[None]}, "Familiarity.of_one": {"image": image},
        "Familiarity.judge": {"image": image},
        "Optimiser.start": {"layers": network.layers},
        "Range.draw": {"rng": np.random.default_rng(0), "whole": False},
        "Recipe.check_sizes": {"classes": 10, "pixels": 784}, "Recipe.rate": {"done": 0.5},
        "Recipe.rates": {"first": 0, "last": 3, "batches": 5}, "Recipe.stream": {"purpose": "order"},
        "Varied.compared": {"outcomes": outcomes}, "Varied.complete": {"outcomes": dict(enumerate(outcomes))},
        "Varied.recipes": {"data": few},
    }  # fmt: skip


RENAMED = ("wishes", "known_by")  # old names of methods: they warn, and do what the new ones do


@cache
def every_method() -> dict[str, tuple[Callable[..., Any], dict[str, Any]]]:
    """Every public method that takes something, bound to a value, with arguments that are right."""
    known = {name: right for name, (_, right) in methods().items()} | given()
    found: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {}
    for name, value in values().items():
        kept = [one.name for one in fields(value)] if is_dataclass(value) else []
        for each in dir(type(value)):
            if each.startswith("_") or each in RENAMED or isinstance(getattr(type(value), each), property):
                continue
            if each in kept:  # a function in a field is the mathematics itself: arrays in, arrays out, nothing checked
                continue
            method = getattr(copy.deepcopy(value), each)  # of a copy: some change what other tests use
            if callable(method) and inspect.signature(method).parameters:
                found[f"{name}.{each}"] = method, known.get(f"{name}.{each}", {})
    return found


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written is written into an empty folder; there is no data to be found, and no cache to be filled."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("DIGITLENS_DATA", raising=False)


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_function_answers_or_says_what_it_wants(name: str) -> None:
    function, right = functions()[name]
    assert fault(partial(function, **right)) == "" or name in ("data", "mnist")
    assert faults(function, right) == {}


@pytest.mark.parametrize("name", sorted(constructors()))
def test_a_constructor_answers_or_says_what_it_wants(name: str) -> None:
    make, right = constructors()[name]
    assert fault(partial(make, **right)) == ""
    assert faults(make, right) == {}


@pytest.mark.parametrize("name", sorted(every_method()))
def test_a_method_answers_or_says_what_it_wants(name: str) -> None:
    method, right = every_method()[name]
    assert fault(partial(method, **right)) == ""
    assert faults(method, right) == {}


def test_that_a_fault_is_seen() -> None:
    assert faults(lambda value: int(value) + len(value), {"value": "1"})
    assert fault(lambda: (_ for _ in ()).throw(dl.UsageError("no"))) == "says 'no'"
