"""Whatever is handed to a public function, it answers, or says in our own form what it wants."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.public_values import values

import digitlens as dl

STRANGE: list[Any] = [
    *(None, 5, -1, 1.5, math.nan, True, "x", "", b"x", [], [1], (), {}, {"a": 1}, object(), print),
    *(np.zeros(3), np.zeros((2, 28, 28)), Path("missing"), 10**400),
]


def surprise(call: Callable[[], Any]) -> str:
    """Call it; what was raised, if that is none of our errors, or says too little. Empty: all is well."""
    try:
        call()
    except dl.DigitlensError as error:
        return "" if len(str(error)) > 20 else repr(error)
    except Exception as error:  # which is what this test looks for
        return repr(error)
    return ""


def functions() -> dict[str, tuple[Callable[..., Any], dict[str, Any]]]:
    """The public functions, each with arguments that are right and quickly answered."""
    few, image, reader = values()["DataSet"], values()["DataSet"].test.images[0], values()["Reader"]
    recipe = dl.Recipe(hidden=(4,), epochs=1, validation=20)
    network, sigmoid = values()["Network"], dl.ACTIVATIONS["sigmoid"]
    return {
        "load": (dl.load, {"network": "video"}),
        "read": (dl.read, {"picture": image, "network": reader}),
        "read_page": (dl.read_page, {"picture": image, "network": reader}),
        "read_fields": (dl.read_fields, {"picture": image, "regions": {"all": "0,0,100%,100%"}, "network": reader}),
        "read_many": (dl.read_many, {"pictures": [image], "network": reader, "jobs": 1}),
        "read_pages": (dl.read_pages, {"pictures": [image], "network": reader, "jobs": 1}),
        "explain": (dl.explain, {"picture": image, "network": reader}),
        "export": (dl.export, {"network": reader, "path": "mine.json", "format": "json"}),
        "train": (dl.train, {"recipe": recipe, "data": few}),
        "compare": (
            dl.compare,
            {"field": "epochs", "values": [1, 2], "seeds": 1, "recipe": recipe, "data": few, "jobs": 1},
        ),
        "sweep": (dl.sweep, {"values": {"epochs": [1]}, "recipe": recipe, "data": few, "jobs": 1}),
        "data": (dl.data, {"name": "missing", "offline": True}),
        "mnist": (dl.mnist, {"offline": True}),
        "pen_digits": (dl.pen_digits, {"count": 3}),
        "save": (dl.save, {"reader": reader, "path": "mine.digitlens"}),
        "initialise": (
            dl.initialise,
            {
                "sizes": (4, 2), "activations": [sigmoid], "scheme": "he", "rng": np.random.default_rng(0),
                "dtype": np.float32,
            },
        ),
        "cost_for": (dl.cost_for, {"name": "quadratic", "output": sigmoid}),
        "one_hot": (dl.one_hot, {"digits": np.array([1, 2]), "classes": 10, "dtype": np.float32}),
        "adam": (dl.adam, {}), "momentum": (dl.momentum, {}), "gradient_descent": (dl.gradient_descent, {}),
        "backward": (
            dl.backward,
            {
                "network": network, "trace": network.forward(np.zeros((1, 784), np.float32)),
                "targets": np.zeros((1, 10), np.float32), "cost": values()["CostFunction"],
            },
        ),
    }  # fmt: skip


PUBLIC = [name for name in dl.__all__ if inspect.isfunction(getattr(dl, name))]
OF_NETWORK = ("initialise", "cost_for", "one_hot", "adam", "momentum", "gradient_descent", "backward")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written is written into an empty folder; there is no data to be found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("DIGITLENS_DATA", raising=False)


def test_all_public_functions_are_tried() -> None:
    assert set(functions()) == set(PUBLIC)


@pytest.mark.parametrize("name", [name for name in PUBLIC if name not in OF_NETWORK])
def test_a_strange_argument_is_answered_in_our_own_form(name: str) -> None:
    function, right = functions()[name]
    found = {}
    for parameter in inspect.signature(function).parameters.values():
        for strange in STRANGE:
            given = {**right, parameter.name: strange}
            looks_for_mnist = strange is None and parameter.name in ("data", "name")
            connects = isinstance(strange, str) and parameter.name == "cluster" and strange
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD and not looks_for_mnist and not connects:
                found[parameter.name, f"{strange!r:.40}"] = surprise(partial(function, **given))
    assert {which: said for which, said in found.items() if said} == {}


METHODS = (
    *(
        "Reader.read",
        "Reader.read_page",
        "Reader.read_fields",
        "Reader.adjusted",
        "Run",
        "Run.reader",
        "Steps.weight",
        "Steps.steepest",
        "Steps.slopes",
        "Steps.take_step",
    ),
    *(
        "Lens",
        "NeuronSum.printed",
        "Digits",
        "DataSet",
        "Range",
        "Recipe.changed",
        "Recipe.from_json",
        "Network.forward",
    ),
)


def methods() -> dict[str, tuple[Callable[..., Any], dict[str, Any]]]:
    """Methods and constructors of public classes that take something, each with arguments that are right."""
    few, reader, steps = values()["DataSet"], values()["Reader"], values()["Steps"]
    recipe, run, network = values()["Recipe"], values()["Run"], values()["Network"]
    image = few.test.images[0]
    of_data = {"name": "few", "source": "a few", "training": few.training, "test": few.test, "classes": few.classes}
    made = {"recipe": recipe, "data": few, "engine": "auto", "every": 0}
    return {
        "Reader.read": (reader.read, {"picture": image}),
        "Reader.read_page": (reader.read_page, {"picture": image}),
        "Reader.read_fields": (reader.read_fields, {"picture": image, "regions": {"all": "0,0,100%,100%"}}),
        "Reader.adjusted": (reader.adjusted, {"images": few.test.images}),
        "Reader.traces": (lambda images: list(reader.traces(images)), {"images": few.test.images}),
        "Reader.outputs": (reader.outputs, {"images": few.test.images}),
        "Reader.evaluate": (reader.evaluate, {"digits": few.test}),
        "Reader.calibrated": (reader.calibrated, {"digits": few.test}),
        "Reader": (dl.Reader, {"network": network}),
        "Lens": (dl.Lens, {"reader": reader, "view": "read", "neuron": (1, 0)}),
        "Run": (dl.Run, made),
        "Steps.weight": (steps.weight, {"layer": 1, "neuron": 0, "source": 0}),
        "Steps.steepest": (steps.steepest, {"layer": 1}),
        "Steps.slopes": (steps.slopes, {"layer": 1}),
        "Steps.take_step": (steps.take_step, {"learning_rate": 0.1}),
        "NeuronSum.printed": (values()["NeuronSum"].printed, {"decimals": 3}),
        "Digits": (dl.Digits, {"images": few.test.images, "digits": few.test.digits}),
        "DataSet": (dl.DataSet, of_data),
        "Range": (dl.Range, {"low": 1, "high": 2}),
        "Recipe.changed": (recipe.changed, {name: getattr(recipe, name) for name in recipe.to_json()}),
        "Recipe.from_json": (dl.Recipe.from_json, {"values": recipe.to_json()}),
        "Network.forward": (network.forward, {"images": np.zeros((1, 784))}),
        "Run.reader": (run.reader, {}),
    }


@pytest.mark.parametrize("name", METHODS)
def test_a_strange_argument_of_a_method_is_answered_in_our_own_form(name: str) -> None:
    method, right = methods()[name]
    found = {
        (parameter, f"{strange!r:.40}"): surprise(partial(method, **{**right, parameter: strange}))
        for parameter in right
        for strange in STRANGE
    }
    assert surprise(partial(method, **right)) == ""
    assert {which: said for which, said in found.items() if said} == {}


X, Y = np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8)

TOLD: dict[str, tuple[Callable[[], Any], list[str]]] = {  # what is wrong, and words that the message must hold
    "a network that is a number": (lambda: dl.read(X[0], network=5), ["read()", "network", "Reader", "5"]),
    "a recipe that is a dictionary": (lambda: dl.train({"epochs": 3}), ["train()", "recipe", "dict", "dl.Recipe("]),
    "a recipe that is a file": (lambda: dl.train(Path("mine")), ["train()", "recipe", "Path"]),
    "seeds that are a text": (
        lambda: dl.compare("activation", ["relu", "tanh"], seeds="3"), ["compare()", "seeds", "whole number", "'3'"],
    ),
    "values that are a text": (lambda: dl.compare("activation", "relu"), ["compare()", "values", "list", "['relu'"]),
    "no path": (lambda: dl.save(values()["Reader"], None), ["save()", "path", "None"]),
    "a run instead of a reader": (lambda: dl.save(values()["Run"], "mine"), ["save()", "Run", "run.reader()"]),
    "data that is a number": (lambda: dl.data(5), ["data()", "name", "folder", "5"]),
    "data that is two arrays": (lambda: dl.train("video", (X, Y)), ["train()", "data", "tuple", "dl.data("]),
    "a sweep of a list": (lambda: dl.sweep(["epochs"]), ["sweep()", "values", "dictionary", "list"]),
    "a callback that is none": (
        lambda: dl.sweep({"epochs": [1]}, on_progress=5), ["sweep()", "on_progress(done, total)", "5"],
    ),
    "a callback with other arguments": (
        lambda: dl.sweep({"epochs": [1]}, on_progress=lambda done: None), ["sweep()", "on_progress(done, total)"],
    ),
    "two names for one argument": (
        lambda: dl.sweep({"epochs": [1]}, on_progress=print, heard=print), ["on_progress", "heard"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TOLD)
def test_the_message_says_who_wanted_what_and_what_to_do(what: str) -> None:
    call, words = TOLD[what]
    with pytest.raises(dl.UsageError) as caught:
        call()
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)


def test_a_callback_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(dl.UsageError):
        dl.sweep({"epochs": [1]}, data=values()["DataSet"], on_progress=lambda: None, journal=tmp_path / "journal")
    assert list(tmp_path.iterdir()) == []
