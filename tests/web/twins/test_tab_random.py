"""Random numbers in a tab are NumPy's, to the bit: so a run in a tab is the run that its command line describes."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pytest
from tests.golden.make_starts import COUNT, FILE, RECIPES, start
from tests.learning.bars import bar_data
from tests.web.twins.tab import ask, task
from tools import write_ziggurat

from digitlens.digits.synthetic.distortions import AUGMENTATIONS
from digitlens.learning.augmentation import grids
from digitlens.learning.data_split import split_data
from digitlens.learning.recipe import Recipe

SEEDS = [[0], [1], [2**32 - 1], [2**32], [2**53 - 1], [0, 0], [1, 2, 3, 4], [7, 2**40, 1, 2, 3, 2**33, 9]]
MANY = 20_000  # a few of them come from the tail of the curve, and many from the edge of a layer


def test_every_kind_of_number_is_numpys() -> None:
    calls: list[list[Any]] = [
        *(["normal", MANY], ["random", 50], ["normal32", MANY], ["uniform", 50, -0.25, 0.75]),
        *(["permutation", 1], ["permutation", 2], ["permutation", 1_000], ["normal", 5], ["normal32", 3]),
    ]
    for seed, answer in zip(SEEDS, ask(*(task("draw", seed=seed, calls=calls) for seed in SEEDS)), strict=True):
        rng = np.random.default_rng(seed)
        draw: dict[str, Any] = {
            "normal": rng.standard_normal,
            "random": rng.random,
            "normal32": lambda count, rng=rng: rng.standard_normal(count, dtype=np.float32),
            "uniform": lambda count, low, high, rng=rng: rng.uniform(low, high, count),
            "permutation": rng.permutation,
        }
        for (name, *given), got in zip(calls, answer, strict=True):
            wanted = draw[name](*given)
            far = np.abs(wanted) > 3.6  # there a logarithm comes in, whose last bit is the C library's own
            np.testing.assert_array_equal(np.asarray(got)[~far], wanted[~far], err_msg=f"{name} of {seed}")
            np.testing.assert_allclose(np.asarray(got)[far], wanted[far], rtol=2e-7 if name == "normal32" else 1e-15)


def test_the_tail_of_the_curve_was_reached() -> None:
    assert (np.abs(np.random.default_rng(SEEDS[0]).standard_normal(MANY)) > 3.6542).any()


def test_the_tables_are_numpys_own() -> None:
    assert write_ziggurat.FILE.read_text(encoding="utf-8") == write_ziggurat.text()


def test_twenty_recipes_start_with_pythons_weights_and_go_through_the_images_in_pythons_order() -> None:
    golden = json.loads(FILE.read_text(encoding="utf-8"))
    assert len(RECIPES) == len(golden) == 20
    asked = [
        task("start", recipe=recipe, classes=classes, pixels=pixels, count=COUNT) for recipe, classes, pixels in RECIPES
    ]
    for one, told, answer in zip(RECIPES, golden, ask(*asked), strict=True):
        assert start(*one) == told
        assert {"weights": answer["weights"], "orders": answer["orders"]} == told
        np.testing.assert_allclose(answer["rates"], one[0].rates(0, 3, 3), rtol=1e-15)


def test_golden_starts_would_notice_another_seed() -> None:
    recipe, classes, pixels = RECIPES[0]
    assert start(recipe, classes, pixels) != start(recipe.changed(seed=recipe.seed + 1), classes, pixels)


@pytest.mark.parametrize("name", sorted(AUGMENTATIONS))
def test_images_are_distorted_by_the_grids_that_python_draws(name: str) -> None:
    recipe = Recipe(augmentation=name, seed=5)
    places = [(0, 3, 28, 28), (1_020, 1_030, 20, 24), (2_048, 2_049, 28, 28)]
    asked = [
        task("grids", recipe=recipe, epoch=2, first=a, last=b, rows=rows, columns=columns)
        for a, b, rows, columns in places
    ]
    for (a, b, *shape), got in zip(places, ask(*asked), strict=True):
        wanted = grids(recipe, 2, a, b, (shape[0], shape[1]))
        np.testing.assert_array_equal(got, wanted.ravel())


@pytest.mark.parametrize("changes", [{"validation": 0}, {"validation": 30}, {"validation": 30, "labels": "random"}])
def test_the_same_images_are_held_out_and_the_same_labels_shuffled(changes: dict[str, Any]) -> None:
    data, recipe = bar_data(), Recipe(seed=3, **changes)
    (got,) = ask(task("split", recipe=recipe, data=data))
    wanted = split_data(recipe, data)
    for part in ("training", "validation", "test"):
        there, here = getattr(wanted, part), got[part]
        images = (data.test if part == "test" else data.training).images
        np.testing.assert_array_equal(images[here["which"]], there.images)
        np.testing.assert_array_equal(here["labels"], there.digits)


def test_samples_are_pythons() -> None:
    (got,) = ask(task("sample", count=5_000, most=1_000))
    np.testing.assert_array_equal(got, np.sort(np.random.default_rng(0).permutation(5_000)[:1_000]))
    assert len(hashlib.sha256(got.tobytes()).hexdigest()) == 64
