"""A field is declared once: every value has one spelling, and every error carries the field it is about."""

from __future__ import annotations

import dataclasses
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.digits.preparation.adjusting import STEPS
from digitlens.errors import RecipeError
from digitlens.learning.recipe import FIELDS, RETIRED, Recipe, varied_field
from digitlens.learning.recipes import RECIPES
from digitlens.learning.schema import GROUPS, Field, field, schema_of

LONG = st.text(max_size=100)


def values(one: Field) -> st.SearchStrategy[Any]:
    """Every value that a field takes, as its declaration says."""
    if one.choices:
        part: st.SearchStrategy[Any] = st.sampled_from(list(one.choices()))
    elif one.item is str:
        part = LONG
    elif one.item is int:
        part = st.integers(int(one.at_least), int(one.at_most))
    else:
        part = st.floats(one.at_least, one.at_most, exclude_max=one.below)
    return st.lists(part, max_size=min(one.most, 9)).map(tuple) if one.several else part


every_field = pytest.mark.parametrize("one", FIELDS.values(), ids=FIELDS)


@every_field
@given(data=st.data())
def test_what_is_written_is_read_to_the_same_value(one: Field, data: st.DataObject) -> None:
    value = data.draw(values(one))
    assert one.check(value) == value
    assert one.parse(one.write(value)) == value
    assert type(one.parse(one.write(value))) is type(one.default)
    if one.several or one.choices or one.item is not str:
        assert "," not in one.write(value)  # which stands between the values of --vary and --grid
        assert " " not in one.write(value)


@every_field
@given(text=st.one_of(LONG, st.from_regex(r"[-+]?[0-9.,x_e+-]{0,9}", fullmatch=True)))
def test_any_text_is_a_value_or_an_error_with_its_field(one: Field, text: str) -> None:
    refused: RecipeError | None = None
    value = one.default
    try:
        value = one.parse(text)
    except RecipeError as error:
        refused = error
    assert one.check(value) == value
    assert refused is None or refused.field == one.name
    assert refused is None or str(refused).startswith(f"{one.name}: wants {one.wanted_text}, got ")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("hidden", "16-16", (16, 16)), ("hidden", "16,16", (16, 16)), ("hidden", "16x16", (16, 16)),
        ("hidden", "30", (30,)), ("hidden", "none", ()), ("hidden", "", ()), ("hidden", " 16, 16 ", (16, 16)),
        ("preparation", "straighten-resize", ("straighten", "resize")),
        ("preparation", "straighten+resize", ("straighten", "resize")),
        ("preparation", "straighten,resize", ("straighten", "resize")),
        ("preparation", "straighten,", ("straighten",)), ("preparation", "", ()), ("preparation", "none", ()),
        ("augmentation", "none", "none"), ("learning_rate", "1e-3", 0.001), ("learning_rate", " .5 ", 0.5),
        ("epochs", "+5", 5),
    ],
)  # fmt: skip
def test_every_spelling_that_was_ever_written_is_read(name: str, text: str, value: Any) -> None:
    assert FIELDS[name].parse(text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [("epochs", "1.5"), ("epochs", "1_0"), ("epochs", "٣"), ("epochs", ""), ("epochs", "1" * 5000), ("epochs", "-1"),
     ("learning_rate", "fast"), ("learning_rate", "nan"), ("learning_rate", "inf"), ("learning_rate", "1e999"),
     ("momentum", "1"), ("hidden", "16-x"), ("hidden", "16-"), ("hidden", "16--16"), ("hidden", "16.5"),
     ("hidden", "-".join("1" * 9)), ("preparation", "straighten-blur"), ("activation", "softmax")],
)  # fmt: skip
def test_a_text_that_is_no_value_is_refused(name: str, text: str) -> None:
    with pytest.raises(RecipeError, match=f"^{name}: wants ") as caught:
        FIELDS[name].parse(text)
    assert caught.value.field == name
    assert len(str(caught.value)) < 300


def test_an_error_keeps_its_field_on_its_way_from_another_process() -> None:
    again = pickle.loads(pickle.dumps(RecipeError("epochs: too many", "epochs")))
    assert (str(again), again.field) == ("epochs: too many", "epochs")
    assert RecipeError("no field").field == ""


@pytest.mark.parametrize(
    ("values", "at_fault"),
    [({"epochs": 0}, "epochs"), ({"hidden": [4096, 4096]}, "hidden"), ({"colour": "red"}, ""),
     ({"output": "relu", "cost": "cross_entropy"}, "cost"), ({"teacher": "big"}, "teacher")],
)  # fmt: skip
def test_a_recipe_that_makes_no_sense_names_the_field(values: dict[str, Any], at_fault: str) -> None:
    with pytest.raises(RecipeError) as caught:
        Recipe.from_json(values)
    assert caught.value.field == at_fault


def test_a_field_that_is_retired_is_read_and_left_out() -> None:
    for name, value in RETIRED.items():
        assert name not in FIELDS
        assert Recipe.from_json({name: value, "epochs": 3}) == Recipe(epochs=3)
        assert Recipe().changed(**{name: value}) == Recipe()
        with pytest.raises(RecipeError, match=f"{name}.*'big'"):
            Recipe().changed(**{name: "big"})


@every_field
def test_a_declaration_says_all_that_a_face_needs(one: Field) -> None:
    assert one.label[0].isupper()
    assert one.help.endswith(".")
    assert one.group in GROUPS
    told = json.loads(json.dumps(one.to_json(), allow_nan=False))
    assert told["name"] == one.name
    assert one.parse(told["default"]) == one.default == getattr(Recipe(), one.name)
    assert [value for value, _ in told["choices"]] == list(one.choices() if one.choices else ())
    assert not one.compared or one.varied
    for value in (*(one.compared or ()), *one.offered):
        assert one.check(value) == value
    for value, (other, some) in told["needs"].items():
        assert one.check(value) == value
        assert all(FIELDS[other].check(single) for single in some)
        for fits in FIELDS[other].choices():  # type: ignore[misc]  # a field that is needed has names
            if fits in some:
                Recipe(**{one.name: value, other: fits})
            else:
                with pytest.raises(RecipeError):
                    Recipe(**{one.name: value, other: fits})
    if one.used_with:
        assert all(FIELDS[one.used_with[0]].check(value) for value in one.used_with[1]())


def test_names_of_choices_can_stand_side_by_side() -> None:
    for one in FIELDS.values():
        for name in one.choices() if one.choices else ():
            assert not set("-,+ ") & set(name), name
            assert name != "none" or not one.several, name
    assert "none" not in STEPS


def test_a_value_is_said_in_words() -> None:
    said = [FIELDS[name].describe(value) for name, value in {
        "activation": "relu", "learning_rate": 0.1, "hidden": (16, 16), "mini_batch": 32, "optimiser": "adam",
        "weight_decay": 1e-05, "preparation": (),
    }.items()]  # fmt: skip
    assert said == [
        "ReLU", "learning rate 0.1", "hidden layers 16-16", "mini-batch size 32", "Adam",
        "weight decay 1e-05", "preparation none",
    ]  # fmt: skip


def test_only_what_can_differ_is_varied() -> None:
    assert varied_field("epochs") is FIELDS["epochs"]
    with pytest.raises(RecipeError, match=r"'seed' cannot be varied; it is one of hidden, "):
        varied_field("seed")


def test_the_recipes_that_ship_hold_what_is_declared() -> None:
    for recipe in RECIPES.values():
        assert all(one.check(getattr(recipe, name)) == getattr(recipe, name) for name, one in FIELDS.items())


def test_a_schema_is_made_of_any_dataclass_of_fields() -> None:
    @dataclasses.dataclass(frozen=True)
    class Tea:
        sugar: int = field(1, at_most=3, unit="spoons", label="Sugar", help="Spoons of sugar.", group="run")
        kinds: tuple[str, ...] = field(
            ("green",), item=str, choices=lambda: ("green", "black"), label="Kinds", help="What is in it.", group="run"
        )

    schema = schema_of(Tea)
    assert {name: (one.kind, one.flag) for name, one in schema.items()} == {
        "sugar": ("integer", "--sugar"),
        "kinds": ("choices", "--kinds"),
    }
    assert schema["kinds"].parse("green-black") == ("green", "black")
    with pytest.raises(RecipeError, match="sugar: wants a whole number of spoons from 0 to 3, got 4"):
        schema["sugar"].check(4)
