"""The address: what a state becomes in it, and back, to the last bit; what is damaged loses only itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import PATIENCE
from tests.web.twins.node import WITHOUT

from digitlens.learning.recipe import FIELDS

WEB = Path(__file__).parents[3] / "src/digitlens/web"
LETTERS = {"rows": 20, "columns": 24}  # images of other data
DRIVER = """
import { fromFragment, toFragment, START, snap } from %s;
const onPad = ({ strokes, baseInk }) => ({ strokes: snap(strokes ?? []), baseInk: inked(baseInk) });
const inked = (values) => (values ? Float64Array.from(values) : null);
let text = "";
for await (const part of process.stdin) text += part;
const answers = JSON.parse(text).map((given) => {
  const state = given.fragment === undefined
    ? fromFragment(toFragment({ ...START, ...given, ...onPad(given) }))
    : fromFragment(given.fragment);
  return { ...state, baseInk: state.baseInk && Array.from(state.baseInk) };
});
console.log(JSON.stringify(answers));
"""


def states(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each state after it has been an address, or the state of an address."""
    node = shutil.which("node")
    if node is None:
        pytest.skip(WITHOUT)
    code = DRIVER % json.dumps((WEB / "model/state.js").as_uri())
    command = [node, "--input-type=module", "-e", code]
    done = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def test_a_state_comes_back_from_its_address_as_it_was() -> None:
    stroke = [[k / 64 * 7 % 28, (k * k) % 1700 / 64] for k in range(300)]
    ink = [round(255 * (k % 50 == 3)) / 255 for k in range(784)]
    given: list[dict[str, Any]] = [
        {"view": "read", "strokes": [stroke, [[27.5, 0.015625]]], "prepare": False},
        {"view": "neuron", "layer": 2, "neuron": 11, "source": 4, "hide": ["answer", "neuron-sum"]},
        {"view": "learn", "target": 3, "layer": 1, "neuron": 5, "source": 406},
        {"view": "story", "step": 7, "shows": "neuron", "layer": 1, "neuron": 9},
        {"view": "train", "settings": {"hidden": "30,20", "learning_rate": "1e-3", "live": "1", "epochs": ""}},
        {"view": "compare", "settings": {"vary": "activation", "first": "sigmoid", "second": "relu", "seeds": "6"}},
        {"view": "story", "step": 13, "shows": "train", "settings": {"live": "1", "hidden": ""}},
        {"base": {"kind": "mnist", "on": "test", "number": 9999, "digit": 4}, "baseInk": ink, "strokes": [[[1, 1]]]},
        {"base": {"kind": "picture", "name": "my 7, drawn & scanned.png"}, "baseInk": ink},
        {"view": "learn", "target": 25, "base": {"kind": "noise", "seed": 4}, "baseInk": ink[:480], "shape": LETTERS},
    ]
    for back, wanted in zip(states(given), given, strict=True):
        assert {name: back[name] for name in wanted} == wanted


def test_strokes_lie_on_the_grid_of_sixty_fourths() -> None:
    (back,) = states([{"strokes": [[[1.001, 2.0101]]]}])
    assert back["strokes"] == [[[1.0, 2.015625]]]


@pytest.mark.parametrize(
    "fragment",
    [
        *(
            "",
            "#",
            "nowhere/1/2",
            "read?s=!!!&b=mnist",
            "neuron/99999999/-1",
            "learn/777",
            "story/0",
            "read?i=AAAA&b=noise.1",
        ),
        *("read?s=" + "A" * 9000, "read?hide=<script>,../x", "neuron/1e3/NaN?w=1e9&at=7", "%%%?=&&=", "read?s=_____w"),
    ],
)
def test_a_damaged_address_is_the_start_without_what_cannot_be_read(fragment: str) -> None:
    (back,) = states([{"fragment": fragment}])
    assert back["baseInk"] is None
    assert back["hide"] == []
    assert all(abs(n) <= 100 for stroke in back["strokes"] for point in stroke for n in point)
    assert (back["layer"], back["target"]) == (1, None) or "at=7" in fragment
    assert back["step"] == 1


@pytest.mark.parametrize(
    ("fragment", "settings"),
    [
        ("train?hidden=30&activation=relu&Nonsense=1&__proto__=1&s=1", {"hidden": "30", "activation": "relu"}),
        ("train?hidden=30&hidden=40&warmth=3", {"hidden": "30", "warmth": "3"}),
        ("train?seed=<script>&epochs=3", {"epochs": "3"}),
        ("train?hidden=" + "1" * 81 + "&live=1", {"live": "1"}),
        ("train?learning_rate=%E0%A4%A&seed=1", {"seed": "1"}),
    ],
)
def test_of_settings_only_those_stay_that_can_be_some(fragment: str, settings: dict[str, str]) -> None:
    (back,) = states([{"fragment": fragment}])
    assert (back["view"], back["settings"]) == ("train", settings)


def test_every_value_that_a_setting_is_offered_with_comes_back_from_the_address() -> None:
    settable = [field for field in FIELDS.values() if field.option]
    assert settable
    given = [
        {"view": "train", "settings": {field.name: field.write(value)}}
        for field in settable
        for value in (
            field.default,
            *(field.compared or ()),
            *field.offered,
            *(field.choices() if field.choices else ()),
        )
    ]
    given.append({"view": "compare", "settings": {field.name: field.write(field.default) for field in settable}})
    assert [back["settings"] for back in states(given)] == [one["settings"] for one in given]


def test_settings_stand_in_the_address_only_where_they_are_shown() -> None:
    given = {"settings": {"hidden": "30"}}
    assert [one["settings"] for one in states([{**given, "view": view} for view in ("read", "learn", "train")])] == [
        {},
        {},
        {"hidden": "30"},
    ]


def test_half_an_address_keeps_its_other_half() -> None:
    (back,) = states([{"fragment": "neuron/2/3?s=***&raw=1&hide=answer"}])
    assert (back["view"], back["layer"], back["neuron"], back["prepare"], back["hide"]) == (
        "neuron",
        2,
        3,
        False,
        ["answer"],
    )
