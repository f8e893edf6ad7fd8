"""A recipe decides a run: through JSON and back, every bad value refused by name, every stream its own."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlens.errors import RecipeError
from digitlens.learning.recipe import SCHEDULES, Recipe
from digitlens.learning.recipes import RECIPES, named
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.costs import COSTS
from digitlens.network.initialisation import INITIALISATIONS
from digitlens.network.optimisers import OPTIMISERS

FIELDS = [field.name for field in dataclasses.fields(Recipe)]
OUTPUTS = [name for name, each in ACTIVATIONS.items() if all(cost.takes(each) for cost in COSTS.values())]


@st.composite
def recipes(draw: Any) -> Recipe:
    return Recipe(
        name=draw(st.text(max_size=100)),
        seed=draw(st.integers(0, 2**63 - 1)),
        hidden=tuple(draw(st.lists(st.integers(1, 400), max_size=8))),
        activation=draw(st.sampled_from([name for name, each in ACTIVATIONS.items() if not each.whole_layer])),
        output=draw(st.sampled_from(OUTPUTS)),
        initialisation=draw(st.sampled_from(list(INITIALISATIONS))),
        precision=draw(st.sampled_from(["float32", "float64"])),
        cost=draw(st.sampled_from(list(COSTS))),
        optimiser=draw(st.sampled_from(list(OPTIMISERS))),
        momentum=draw(st.floats(0, 1, exclude_max=True)),
        learning_rate=draw(st.one_of(st.floats(0, 1e6), st.integers(0, 10**6))),
        schedule=draw(st.sampled_from(SCHEDULES)),
        mini_batch=draw(st.integers(1, 10**6)),
        epochs=draw(st.integers(1, 10**5)),
        weight_decay=draw(st.floats(0, 1)),
        averaging=draw(st.floats(0, 1, exclude_max=True)),
        validation=draw(st.integers(0, 10**6)),
        preparation=tuple(draw(st.lists(st.just("straighten"), max_size=2))),
    )


@given(recipes())
@settings(max_examples=100)
def test_a_recipe_goes_through_json_and_back(recipe: Recipe) -> None:
    text = json.dumps(recipe.to_json(), allow_nan=False)
    again = Recipe.from_json(json.loads(text))
    assert again == recipe
    assert hash(again) == hash(recipe)
    assert json.dumps(again.to_json()) == text


def test_json_holds_every_field() -> None:
    assert list(Recipe(frozen=1, start="0" * 64).to_json()) == FIELDS
    assert list(Recipe().to_json()) == [name for name in FIELDS if name not in ("frozen", "start")]
    assert Recipe.from_json({}) == Recipe()


NONSENSE: list[Any] = [
    float("nan"), float("inf"), -float("inf"), -1, -0.5, 2**64, 10**400, 10**5000, True, False, None, "x", b"x",
    [], {}, object(), 1j, ("a",), (-1,), (0,), (True,), (1.5,), np.int64(1), np.array([1, 2]), "nan",
]  # fmt: skip
ALLOWED = {  # what is not nonsense for this field after all
    "name": {"'x'", "'nan'"},
    "data": {"'x'", "'nan'"},
    "hidden": {"[]"},
    "preparation": {"[]"},
}


@pytest.mark.parametrize("field", FIELDS)
def test_nonsense_is_refused_by_the_name_of_its_field(field: str) -> None:
    for value in NONSENSE:
        said = "a long number" if isinstance(value, int) and abs(value) > 10**100 else repr(value)
        if said in ALLOWED.get(field, set()):
            Recipe(**{field: value})
            continue
        with pytest.raises(RecipeError) as caught:
            Recipe(**{field: value})
        assert str(caught.value).startswith(f"{field}: "), (said, str(caught.value))
        assert len(str(caught.value)) < 400
        assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", 0), ("epochs", 100_001), ("epochs", 1.0), ("mini_batch", 0), ("momentum", 1), ("averaging", 1.0),
        ("weight_decay", 1.01), ("learning_rate", 1e6 + 1), ("seed", 2**63), ("validation", 1.5),
        ("hidden", (4097,)), ("hidden", (1,) * 9), ("hidden", (4096, 4096)),
        ("hidden", (2000, 1999)), ("hidden", 16), ("hidden", "16"),
        ("preparation", "straighten"), ("preparation", ("straighten", "blur")), ("name", "x" * 101),
        ("activation", "softmax"), ("output", "sofmax"), ("precision", "float16"), ("schedule", "Linear"),
    ],
)  # fmt: skip
def test_a_value_just_beyond_sense_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(RecipeError, match=f"^{field}: "):
        Recipe(**{field: value})


def test_a_cost_that_does_not_fit_the_output_is_refused_with_a_reason() -> None:
    with pytest.raises(RecipeError, match="relu outputs need not"):
        Recipe(output="relu", cost="cross_entropy")
    with pytest.raises(RecipeError, match=r"cost: .*quadratic, cross_entropy, got 'hinge'"):
        Recipe(cost="hinge")


@pytest.mark.parametrize(
    "values", [{"moment": 0.9}, {"name": "x", 3: 4}, {"": 1}, None, [], 5, "recipe", [["name", 1]]]
)
def test_what_is_no_recipe_is_refused_and_never_ignored(values: Any) -> None:
    with pytest.raises(RecipeError, match="a recipe"):
        Recipe.from_json(values)


def test_a_number_of_numpys_does_not_widen_the_weights() -> None:
    recipe = Recipe(learning_rate=np.float64(0.5), averaging=0)
    assert type(recipe.learning_rate) is type(recipe.averaging) is float
    assert (np.ones(2, np.float32) * recipe.rate(0.25)).dtype == np.float32


def test_streams_are_independent_by_purpose_by_number_and_by_seed() -> None:
    drawn = {
        name: tuple(Recipe(seed=seed).stream(*address).integers(0, 2**63, 4).tolist())
        for name, (seed, address) in {
            "a": (0, ("order", 0)),
            "b": (0, ("order", 1)),
            "c": (0, ("initial weights",)),
            "d": (0, ("validation",)),
            "e": (1, ("order", 0)),
            "f": (2**40, ("order", 0)),
        }.items()
    }
    assert len(set(drawn.values())) == len(drawn)


@given(st.integers(0, 2**63 - 1), st.integers(0, 1000))
@settings(max_examples=30)
def test_a_stream_is_addressed_and_not_consumed(seed: int, epoch: int) -> None:
    recipe = Recipe(seed=seed)
    first = recipe.stream("order", epoch).permutation(50)
    recipe.stream("order", epoch + 1).random(7)
    np.random.seed(3)  # noqa: NPY002 - the global generator plays no part
    assert np.array_equal(first, recipe.stream("order", epoch).permutation(50))
    assert sorted(first) == list(range(50))


def test_other_fields_do_not_move_the_streams() -> None:
    one, other = Recipe(seed=3), Recipe(seed=3, learning_rate=0.1, epochs=5, hidden=(4,))
    assert np.array_equal(one.stream("order", 2).permutation(9), other.stream("order", 2).permutation(9))


@pytest.mark.parametrize(("schedule", "half", "end"), [("constant", 2, 2), ("linear", 1, 0), ("cosine", 1, 0)])
def test_the_learning_rate_follows_its_schedule(schedule: str, half: float, end: float) -> None:
    recipe = Recipe(learning_rate=2.0, schedule=schedule)
    assert recipe.rate(0) == 2
    assert recipe.rate(0.5) == pytest.approx(half, abs=1e-15)
    assert recipe.rate(1) == pytest.approx(end, abs=1e-15)


def test_the_initial_network_is_what_the_recipe_says() -> None:
    network = Recipe(hidden=(7,), activation="tanh", output="softmax", precision="float64").initial_network(4)
    assert network.sizes == (784, 7, 4)
    assert [f.name for f in network.activations] == ["tanh", "softmax"]
    assert network.dtype == np.float64
    assert Recipe().initial_network().parameters == 13_002
    assert math.isclose(np.var(Recipe().initial_network().layers[0].weights), 1 / 784, rel_tol=0.1)


def test_named_recipes_are_found_and_changed() -> None:
    assert list(RECIPES) == ["video", "talk", "video-best", "straight", "reader"]
    assert all(name == recipe.name for name, recipe in RECIPES.items())
    small = [recipe.sizes() for name, recipe in RECIPES.items() if name != "reader"]
    assert small == [(784, 16, 16, 10)] * 4
    assert named("video") == Recipe()
    assert (named("talk", seed=4).mini_batch, named("talk", seed=4).seed) == (10, 4)


@pytest.mark.parametrize(("name", "changes"), [("vide", {}), ("video", {"sede": 1}), ("talk", {"epochs": 0})])
def test_named_recipes_refuse_what_they_do_not_know(name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(RecipeError):
        named(name, **changes)
