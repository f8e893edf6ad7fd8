"""Nothing in the page counts on ten classes or 784 pixels: sizes come from the network, the data and the address."""

from __future__ import annotations

import string
from typing import Any

import pytest
from tests.web.twins.test_train import CHOICES, PLAN, SETTINGS, ask

LAYOUT, SHAPE, STATE, PRESETS, BRUSH = (f"{name}.js" for name in (
    "core/layout", "core/shape", "model/state", "core/presets", "core/brush",
))  # fmt: skip
LETTERS = {
    "sizes": [480, 16, 16, 26],
    "shape": {"rows": 20, "columns": 24},
    "classes": list(string.ascii_uppercase),
    "framing": 0,
}
DIGITS = {
    "sizes": [784, 16, 16, 10],
    "shape": {"rows": 28, "columns": 28},
    "classes": list(string.digits),
    "framing": 1,
}


def test_digits_are_what_is_called_so_and_framed() -> None:
    few = {**DIGITS, "classes": list("012")}
    renamed = {**DIGITS, "classes": list("0123456798")}
    as_they_are = {**DIGITS, "framing": 0}
    answers = ask(*([SHAPE, "readsDigits", one] for one in (DIGITS, few, renamed, as_they_are, LETTERS)))
    assert answers == [True, True, False, False, False]


@pytest.mark.parametrize("network", [DIGITS, LETTERS], ids=["digits", "letters"])
def test_the_answer_and_the_neuron_in_focus_are_always_drawn(network: dict[str, Any]) -> None:
    last = network["sizes"][-1] - 1
    wanted = [{"layer": 3, "neuron": last}, {"layer": 3, "neuron": last - 1}]
    (layout,) = ask([LAYOUT, "layoutOf", network, 640, wanted])
    outputs = [place["neuron"] for place in layout["columns"][3]]
    assert {last, last - 1} <= set(outputs)
    assert len(outputs) == min(16, last + 1)
    assert outputs == sorted(outputs)
    assert all(place["x"] + layout["nameWidth"] < 640 for place in layout["columns"][3])


def test_the_image_keeps_its_proportions_and_whole_pixels() -> None:
    for network in (DIGITS, LETTERS):
        (layout,) = ask([LAYOUT, "layoutOf", network, 640, []])
        picture, shape = layout["picture"], network["shape"]
        assert picture["pixel"] == int(picture["pixel"])
        assert picture["width"] == picture["pixel"] * shape["columns"]
        assert picture["height"] == picture["pixel"] * shape["rows"]


def test_a_state_for_another_network_loses_what_that_one_does_not_have() -> None:
    state = {"layer": 3, "neuron": 25, "source": 470, "target": 25, "strokes": [[[1, 1]]], "prepare": True}
    drawn = {**state, "shape": LETTERS["shape"], "base": {"kind": "noise", "seed": 1}, "baseInk": [0.0] * 480}
    same, other = ask(*([STATE, "validFor", drawn, network] for network in (LETTERS, DIGITS)))
    assert (same["neuron"], same["target"], len(same["baseInk"])) == (25, 25, 480)
    assert (other["neuron"], other["target"], other["base"], other["baseInk"]) == (9, None, None, None)
    assert (other["strokes"], other["shape"]) == (drawn["strokes"], DIGITS["shape"])


def test_a_run_is_as_large_as_its_data_make_it() -> None:
    data = [{**CHOICES["data"][0], "name": "folder", "rows": 20, "columns": 24, "classes": 26}]
    choices = {**CHOICES, "data": data}
    (asked,) = ask([SETTINGS, "wanted", {"hidden": "32"}, choices])
    assert asked["errors"] == {}
    (words,) = ask([PLAN, "plan", asked, choices])
    assert f"{480 * 32 + 32 + 32 * 26 + 26:,} weights and biases" in words
    (large,) = ask([SETTINGS, "wanted", {"hidden": "2048"}, choices])  # 1,038,362, more than with digits
    assert "1,038,362" in large["errors"]["hidden"]


@pytest.mark.parametrize("name", ["edge", "bar", "loop"])
def test_a_stroke_to_begin_with_lies_on_any_image(name: str) -> None:
    placement = {"row": 10, "column": 12, "angle": 45, "strength": 2}
    (weights,) = ask([PRESETS, name, placement, LETTERS["shape"]])
    values = [weights[str(k)] for k in range(480)]  # a Float64Array, as JSON has it
    assert set(weights) == {str(k) for k in range(480)}
    assert max(values) == 2 > 0 > min(values)
    assert abs(sum(values)) < 1e-9


def test_a_brush_at_the_rim_stays_on_the_image() -> None:
    (pixels,) = ask([BRUSH, "footprint", {"row": 19, "column": 23}, 3, LETTERS["shape"]])
    assert sorted(pixels) == [18 * 24 + 22, 18 * 24 + 23, 19 * 24 + 22, 19 * 24 + 23]
