"""dl.Lens() on Python's side: its traits, what they refuse, and what shows where no widgets run."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import digitlens as dl
from digitlens.digits.sources.examples import example_files

STROKES = [[[14.0, 5.0], [14.0, 22.0]]]


@pytest.fixture
def lens() -> Any:
    pytest.importorskip("anywidget", reason="the widget was not tried: pip install anywidget")
    return dl.Lens("video")


def test_what_is_set_is_what_is_there(lens: Any) -> None:
    image = dl.read(example_files()[7]).prepared.image
    lens.drawing, lens.image, lens.neuron, lens.view = STROKES, image, (2, 5), "neuron"
    assert (lens.drawing, lens.neuron, lens.view) == (STROKES, (2, 5), "neuron")
    np.testing.assert_array_equal(lens.image, np.float32(image))
    with pytest.raises(ValueError, match="read-only"):
        lens.image[0, 0] = 1
    assert lens.network.name == "video"


def test_a_network_takes_the_place_of_the_readers_own(lens: Any) -> None:
    network = lens.network.network
    layers = tuple(dl.Layer(0 * layer.weights, layer.biases) for layer in network.layers)
    blank = dl.Network(layers, network.activations)
    lens.network = blank
    assert not any(layer.weights.any() for layer in lens.network.network.layers)
    assert lens.network.name == "video"
    lens.network = dl.load("straight")
    assert lens.network.name == "straight"


def test_traits_cross_to_the_page_and_back_as_they_are(lens: Any) -> None:
    lens.image = dl.read(example_files()[3]).prepared.image
    sent = lens.get_state(["image", "network"])
    twin: Any = dl.Lens("straight")
    twin.set_state(sent)
    np.testing.assert_array_equal(twin.image, lens.image)
    assert twin.network.name == "video"
    for ours, theirs in zip(twin.network.network.layers, lens.network.network.layers, strict=True):
        np.testing.assert_array_equal(ours.weights, theirs.weights)


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("image", np.zeros((3, 3))),
        ("image", np.full((28, 28), np.nan)),
        ("network", "video"),
        ("neuron", (9, 0)),
        ("neuron", (0, 0)),
        ("neuron", (1, 16)),
        ("drawing", [[[1.0]]]),
        ("drawing", [[[np.inf, 0.0]]]),
        ("drawing", [[]]),
        ("drawing", [[[0.0, 0.0]] * 5001]),
        ("drawing", [1]),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(lens: Any, trait: str, value: Any) -> None:
    before = getattr(lens, trait)
    with pytest.raises(dl.DigitlensError):
        setattr(lens, trait, value)
    assert getattr(lens, trait) is before or getattr(lens, trait) == before


def test_a_view_that_there_is_not_is_refused() -> None:
    with pytest.raises(dl.UsageError, match="read, neuron, learn"):
        dl.Lens(view="train")


def test_where_no_widgets_run_it_shows_a_picture_of_what_it_shows(lens: Any) -> None:
    data, _ = lens._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "weights and biases" in data["text/html"]
    assert "<script" not in data["text/html"]
    lens.image = dl.read(example_files()[7]).prepared.image
    lens.reading = {"label": "7", "activations": {}, "ink": True}
    assert "Read as" in lens._repr_mimebundle_()[0]["text/html"]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "digitlens.lens_widget", raising=False)
    with pytest.raises(dl.MissingExtra, match=r"digitlens\[notebook\]"):
        dl.Lens()
