"""What the page makes of settings and frames, held to what the server says of both; its words and axes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.waiting import PATIENCE
from tests.web.twins.node import WITHOUT, base64_of

from digitlens.errors import RecipeError
from digitlens.learning.recipe import FIELDS
from digitlens.learning.recipes import RECIPES, named
from digitlens.network.activations import ACTIVATIONS
from digitlens.server.refusal import Refused
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.frames import frame
from digitlens.server.training.requests import choices, recipe_of
from digitlens.server.training.snapshots import SAMPLE

DRIVER = Path(__file__).with_name("train_driver.mjs")
OF_DIGITS = {"rows": 28, "columns": 28, "classes": 10}
SETS = [
    {"name": "mnist", "training": 60_000, "test": 10_000, **OF_DIGITS},
    {"name": "pen", "training": 30_000, "test": 5_000, **OF_DIGITS},
]
SETS = [{**one, "here": True, "default": one["name"] == "mnist", "source": "", "how": ""} for one in SETS]
CHOICES = {**choices("compiled", 2, DataSets()), "data": SETS}
SETTINGS, SCHEMA, CURVES, AXES, PLAN, TRIES = (
    f"train/{name}.js" for name in ("settings", "schema", "curves", "axes", "plan", "tries")
)
Call = list[Any]


def ask(*calls: Call) -> list[Any]:
    """What the page's functions answer."""
    node = shutil.which("node")
    if node is None:
        pytest.skip(WITHOUT)
    done = subprocess.run(
        [node, DRIVER], input=json.dumps(calls), capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


def sent(header: dict[str, Any], **blocks: Any) -> dict[str, str]:
    """A frame on its way to the page."""
    return {"frame": base64_of(frame(header, blocks))}


def wanted(*typed: dict[str, str]) -> list[dict[str, Any]]:
    return ask(*([SETTINGS, "wanted", one, CHOICES] for one in typed))


# ---- frames


def test_the_page_reads_a_frame_as_it_was_written() -> None:
    blocks: dict[str, Any] = {
        "curves": np.arange(14, dtype=np.float32).reshape(2, 7) / 3,
        "pictures": np.arange(-5, 5, dtype=np.int8),
        "images": np.array([[0, 255]], np.uint8),
        "confusion": np.array([[2**31, 1], [0, 2**32 - 1]], np.uint32),
        "signed": np.array([-(2**31)], np.int32),
        "empty": np.zeros((0, 7), np.float32),
    }
    (found,) = ask(["", "", sent({"type": "run", "words": "für ∂C/∂W"}, **blocks)])
    assert found["header"]["words"] == "für ∂C/∂W"
    assert {name: np.array(values).tolist() for name, values in found["blocks"].items()} == {
        name: array.ravel().tolist() for name, array in blocks.items()
    }
    assert found["shapes"] == {name: list(array.shape) for name, array in blocks.items()}


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"abc", b"\xff\xff\xff\x7f{}", b"\x02\0\0\0[]", b"\x02\0\0\0{}", b"\x03\0\0\0nul"),
        frame({}, {"a": np.zeros(4, np.float32)})[:-8],
        frame({}, {"a": np.zeros(4, np.float32)}).replace(b"float32", b"float16"),
    ],
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    (answer,) = ask(["", "", {"frame": base64_of(data)}])
    assert answer["refused"]


# ---- settings

TEXTS = [
    *("", "0", "1", "-1", "0.5", ".5", "1e9", "1e6", "1000001", "NaN", "Infinity", "١", "0x10"),
    *("16,16", "_", " 3 ", "+2", "1e-3", "12e", "-", "9" * 20, "16,0", "5,", "1.5", "1 2"),
    *(
        "none",
        "16-16",
        "16x16",
        " 16 , 16",
        "+5",
        "1e999",
        "straighten-resize",
        "straighten+resize",
        "straighten,",
        "-",
    ),
    *(name for field in FIELDS.values() if field.choices for name in field.choices()),
]
SETTABLE = [field for field in FIELDS.values() if field.option]
SAFE = 2**53 - 1  # the largest whole number that JavaScript counts to


def test_a_text_is_the_same_value_on_both_sides() -> None:
    asked = [(field, text) for field in SETTABLE for text in TEXTS]
    found = ask(*([SCHEMA, "parse", field.to_json(), text] for field, text in asked))
    taken = 0
    for (field, text), there in zip(asked, found, strict=True):
        try:
            here = field.parse(text)
        except RecipeError:
            assert there == {}, (field.name, text)  # an Error
            continue
        if field.name == "seed" and here > SAFE:
            assert there == {}
            continue
        assert there == (list(here) if field.several else here), (field.name, text)
        taken += 1
    assert taken > 100


def test_a_value_is_written_to_be_read_again_on_both_sides() -> None:
    values = [(FIELDS[name], value) for name, some in WRITTEN.items() for value in some]
    texts = ask(*([SCHEMA, "write", list(value) if field.several else value] for field, value in values))
    assert [field.parse(text) for (field, _), text in zip(values, texts, strict=True)] == [value for _, value in values]
    again = ask(*([SCHEMA, "parse", field.to_json(), field.write(value)] for field, value in values))
    assert again == [list(value) if field.several else value for field, value in values]


def test_labels_are_the_same_in_a_sentence() -> None:
    fields = list(FIELDS.values())
    assert ask(*([SCHEMA, "inSentence", field.to_json()] for field in fields)) == [
        field.in_a_sentence for field in fields
    ]


WRITTEN: dict[str, Any] = {
    "hidden": [(), (30,), (16, 16), (4096, 1)],
    "preparation": [(), ("straighten",), ("straighten", "resize")],
    "learning_rate": [0.0, 0.75, 1e-05, 1e-07, 0.1 + 0.2, 1e6, 123456.789],
    "seed": [0, 7, SAFE],
    "activation": ["relu"],
}


def test_what_the_page_takes_is_taken_by_the_server() -> None:
    typed = [{field.name: text} for field in SETTABLE for text in TEXTS]
    rng = np.random.default_rng(5)
    some = [rng.choice([field.name for field in SETTABLE], 3, replace=False) for _ in range(800)]
    typed += [{str(field): TEXTS[rng.integers(len(TEXTS))] for field in fields} for fields in some]
    taken = 0
    for one, asked in zip(typed, wanted(*typed), strict=True):
        if asked["errors"]:
            continue
        made, taken = recipe_of(asked["base"], asked["fields"], 60_000), taken + 1
        for field, text in one.items():
            value = getattr(made, field)
            assert not isinstance(value, float | int) or float(text) == value, (field, text)
    assert taken > 50


BAD = [
    *(
        ("hidden", text)
        for text in ("0", "4097", "10000", "16,0", "16,,16", "_", "1.5", "1,1,1,1,1,1,1,1,1", "x", "-3")
    ),
    *(("learning_rate", text) for text in ("", "1e9", "-1", "1000001", "abc", "NaN", "Infinity", "0x10", "1e999")),
    *(("momentum", text) for text in ("1", "-0.1", "")),
    *(("averaging", text) for text in ("1", "2")),
    *(("weight_decay", text) for text in ("1.1", "-1")),
    *(("mini_batch", text) for text in ("0", "1.5", "1000001", "")),
    *(("epochs", text) for text in ("0", "100001", "1e3", "abc")),
    *(("seed", text) for text in ("-1", "1.5", "9007199254740993")),
    *(("validation", text) for text in ("60000", "-1")),
    *((field.name, "nonsense") for field in FIELDS.values() if field.choices),
    ("preparation", "straighten,straighten"),
]


@pytest.mark.parametrize(("field", "text"), BAD)
def test_a_bad_value_gets_a_word_at_its_field(field: str, text: str) -> None:
    (asked,) = wanted({field: text, "seed": "7"} if field != "seed" else {field: text})
    assert list(asked["errors"]) == [field]
    assert len(asked["errors"][field]) > 15
    assert field not in asked["fields"] or field == "validation"


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        *(("hidden", "1", [1]), ("hidden", "4096,2", None), ("hidden", "", []), ("hidden", "30-20", [30, 20])),
        *(("learning_rate", "1e6", 1e6), ("learning_rate", "0", 0), ("learning_rate", ".5", 0.5), ("momentum", "0", 0)),
        *(("mini_batch", "1", 1), ("epochs", "100000", 100_000), ("seed", "9007199254740991", 2**53 - 1)),
        *(("validation", "59999", 59_999), ("weight_decay", "1", 1), ("preparation", "straighten", ["straighten"])),
    ],
)
def test_the_limits_themselves_are_taken_by_both(field: str, text: str, value: Any) -> None:
    (asked,) = wanted({field: text})
    if value is None:  # too many weights for a page, as the server says, too
        assert "weights and biases" in asked["errors"]["hidden"]
        with pytest.raises(Refused, match="weights and biases"):
            recipe_of("video", {"hidden": [4096, 2]}, 60_000)
        return
    assert (asked["errors"], asked["fields"]) == ({}, {field: value})
    assert getattr(recipe_of("video", asked["fields"], 60_000), field) == named("video", **{field: value}).to_json()[
        field
    ] or isinstance(value, list)


def test_cross_entropy_goes_with_the_outputs_that_it_goes_with_in_the_server() -> None:
    pairs = [{"cost": "cross_entropy", "output": output} for output in ACTIVATIONS]
    for pair, asked in zip(pairs, wanted(*pairs), strict=True):
        if asked["errors"]:
            assert list(asked["errors"]) == ["cost"]
            with pytest.raises(Refused) as refused:
                recipe_of("video", pair, 60_000)
            assert refused.value.field == "cost"
        else:
            recipe_of("video", pair, 60_000)


@pytest.mark.parametrize("base", list(RECIPES))
def test_a_recipe_comes_back_from_its_settings(base: str) -> None:
    changes = {
        "hidden": [30, 20],
        "activation": "relu",
        "learning_rate": 0.001,
        "preparation": ["straighten"],
        "seed": 5,
    }
    recipe = named(base, **changes).to_json()
    (typed,) = ask([SETTINGS, "settingsOf", recipe, base, "pen", CHOICES])
    (asked,) = wanted(typed)
    assert asked["errors"] == {}
    assert {**RECIPES[base].to_json(), **asked["fields"]} == recipe
    assert (asked["base"], asked["data"]) == (base, "pen")
    plain, still = ask([SETTINGS, "settingsOf", RECIPES[base].to_json(), base, "pen", CHOICES], [SETTINGS, "BASE"])
    assert plain == ({"data": "pen"} if base == still else {"recipe": base, "data": "pen"})


def test_live_means_three_epochs_unless_others_were_chosen() -> None:
    quick, chosen, usual = wanted({"live": "1"}, {"live": "1", "epochs": "7"}, {})
    assert (quick["fields"], chosen["fields"], usual["fields"]) == ({"epochs": 3}, {"epochs": 7}, {})


def test_every_thing_to_try_can_be_tried_on_all_digits() -> None:
    (tries,) = ask([TRIES, "TRIES"])
    assert len(tries) >= 4
    for training in (100, 30_000, 60_000):
        sets = [{**one, "training": training} for one in SETS]
        typed = ask(*([TRIES, "settingsFor", one, training] for one in tries))
        for one, asked in zip(
            typed, ask(*([SETTINGS, "wanted", t, {**CHOICES, "data": sets}] for t in typed)), strict=True
        ):
            assert asked["errors"] == {}, one
            recipe_of(asked["base"], asked["fields"], training)
            left = training - asked["fields"].get("validation", 0)
            assert left == (2_000 if one.get("labels") == "random" and training > 2_000 else training)


def test_what_will_happen_is_said_with_the_numbers_of_the_settings() -> None:
    asked = wanted({}, {"hidden": "", "mini_batch": "1", "epochs": "1"}, {"labels": "random"})
    usual, bare, random = ask(*([PLAN, "plan", one, CHOICES] for one in asked))
    assert all(words in usual for words in ("13,002 weights and biases", "32 at a time", "60 times"))
    assert all(words in bare for words in ("7,850 weights and biases", "one at a time", "Once through"))
    assert "random" in random.lower()


# ---- curves, words and axes

WAITING = {"state": "waiting", "place": 3, "epoch": 0, "mini_batch": 0, "batches": 10, "example": 0}
WAITING |= {"seconds": 0, "error": ""}


def run(rows: list[list[float]], **about: Any) -> dict[str, str]:
    header = {**WAITING, "recipe": {"epochs": 60}, **about}
    sizes = np.array([[1e-3, 0.0]] * len(rows), np.float32).reshape(len(rows), 2)
    return sent(header, curves=np.array(rows, np.float32).reshape(len(rows), 7), gradients=sizes)


def row(position: float, whole: int, record: int, accuracy: float = 0.5) -> list[float]:
    return [position, 1 - accuracy, accuracy, 1.1 - accuracy, accuracy, whole, record]


FIRST = [row(0, 0, 0, 0.1), row(0.5, 0, 1), row(1, 1, 2, 0.9)]


def test_between_two_ends_of_epochs_no_samples_are_drawn() -> None:
    rows = [*FIRST, row(1.5, 0, 3), row(2, 1, 4), row(2.5, 0, 5)]
    later = [*rows, *(row(k, 1, 5 + k) for k in range(3, 7)), row(6.5, 0, 12)]
    few, many, none = ask([CURVES, "drawn", run(rows)], [CURVES, "drawn", run(later)], [CURVES, "drawn", run([])])
    assert (few, none) == ([0, 1, 2, 4, 5], [])
    assert many == [0, 1, 2, 4, 6, 7, 8, 9]


def test_columns_leave_out_what_was_not_measured() -> None:
    nan = float("nan")
    rows = [row(0, 0, 0), [1, nan, 0.5, float("inf"), 0.5, 1, 1]]
    cost, test, first, last = ask(
        [CURVES, "column", run(rows), "trainingCost"],
        [CURVES, "column", run(rows), "testCost"],
        [CURVES, "gradient", run(rows), 0],
        [CURVES, "gradient", run(rows), 1],
    )
    assert (cost, test[1]) == ([0.5, None], None)
    assert (np.float32(first[0]), last) == (np.float32(1e-3), [None, None])  # 0 has no place among powers of ten


def test_the_table_has_twenty_rows_at_most_the_first_and_the_newest_among_them() -> None:
    rows = [row(k, int(k > 0), k, k / 100) for k in range(61)]
    short, long = ask([CURVES, "table", run(FIRST)], [CURVES, "table", run(rows)])
    assert short == [["0", "0.9000", "1.0000", "10.00 %", "10.00 %"], ["1", "0.1000", "0.2000", "90.00 %", "90.00 %"]]
    assert (len(long), long[0][0], long[-1][0]) == (20, "0", "60")


def test_a_place_on_the_curves_leads_to_the_record_measured_there() -> None:
    places = [0, 0.3, 0.8, 5]
    assert ask(*([CURVES, "recordAt", run(FIRST), at] for at in places)) == [0, 1, 2, 2]
    assert ask([CURVES, "reached", run(FIRST)], [CURVES, "reached", run([])]) == [1, 0]


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({}, ["Waiting", "2 other runs"]),
        ({"place": 2}, ["Waiting", "one other run"]),
        ({"place": 1}, ["Waiting", "next"]),
        ({"place": 0}, ["Loading"]),
        ({"state": "running", "epoch": 1, "mini_batch": 4}, ["Epoch 2 of 60", "4 of 10 mini-batches"]),
        ({"state": "paused"}, ["Nothing", "learned"]),
        ({"state": "paused", "epoch": 1}, ["Paused", "1 epoch of 60"]),
        ({"state": "paused", "example": 1}, ["Paused", "epoch 1 of 60", "0 of 10 mini-batches and 1 example"]),
        ({"state": "finished", "epoch": 60, "seconds": 1234.5}, ["Finished", "60 epochs", "1,235 s"]),
        ({"state": "interrupted"}, ["restarted", "beginning is kept"]),
        ({"state": "interrupted", "epoch": 2}, ["restarted", "2 epochs are kept"]),
        ({"state": "interrupted", "epoch": 2, "error": "the worker has ended"}, ["The worker has ended."]),
        ({"state": "failed", "error": "there is no more memory"}, ["There is no more memory."]),
        ({"state": "diverged", "error": "lower the rate!"}, ["diverged", "Lower the rate!"]),
    ],
)  # fmt: skip
def test_what_it_is_doing_is_said_in_words(about: dict[str, Any], words: list[str]) -> None:
    (said,) = ask([CURVES, "doing", {**WAITING, "recipe": {"epochs": 60}, **about}])
    assert all(part in said for part in words), said


def test_how_long_something_lasted_is_said_in_the_unit_that_fits() -> None:
    seconds = {0.2: "1 second", 59: "59 seconds", 100: "2 minutes", 5_399: "90 minutes", 86_400: "24 hours"}
    assert ask(*([CURVES, "lasting", one] for one in seconds)) == list(seconds.values())


def test_the_newest_numbers_are_said_in_words() -> None:
    sampled, whole, none = ask(*([CURVES, "summary", run(rows)] for rows in (FIRST[:2], FIRST, [])))
    assert all(part in sampled for part in ("0.50 epochs", f"50.0 % of {SAMPLE:,} test", f"50.0 % of {SAMPLE:,} of"))
    assert all(part in whole for part in ("1 epoch:", "90.00 % of the test", "90.00 % of those"))
    assert "Nothing" in none


def test_axes_hold_what_is_drawn_and_seldom_move() -> None:
    x = [k / 4 for k in range(13)]
    cost = [5.0, *(0.5 / k for k in range(1, 13))]
    share = [0.1, *(1 - 0.4 / k for k in range(1, 13))]
    assert ask([AXES, "steady", [x, cost], False], [AXES, "steady", [x, share], True]) == [[0, 0.5], [0.5, 1]]
    assert ask([AXES, "steady", [[0, 0.5], [0.03, 2.5]], False]) == [[0, 3]]  # before the first epoch, everything
    assert ask([AXES, "powers", [x, [0.02] * 12 + [None], [3.0] * 13]]) == [[0.01, 10]]
    assert ask([AXES, "powers", [[], []]], [AXES, "steady", [[], []], True]) == [[1e-3, 10], [0, 1]]
    ends = [(0, 3), (0, 60), (11, 60), (33, 60), (150, 100_000)]
    assert ask(*([AXES, "lastEpoch", at, of] for at, of in ends)) == [3, 10, 20, 50, 200]
