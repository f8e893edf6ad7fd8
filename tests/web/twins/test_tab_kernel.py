"""The kernel as WebAssembly learns and reads as the native one does: it is the same source."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from tests.learning.bars import bar_data, small
from tests.learning.test_compiled_engine import SERVED, parts, run
from tests.web.twins.tab import ask, task

from digitlens.digits.preparation.adjusting import adjust_bytes
from digitlens.digits.synthetic.distortions import bend
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.kernel import native
from digitlens.kernel.capabilities import capabilities
from digitlens.learning.augmentation import grids
from digitlens.learning.data_split import split_data
from digitlens.learning.gradients import gradient_norms
from digitlens.learning.recipe import Recipe
from digitlens.network.network import Layer, Network

NATIVE = pytest.mark.skipif(
    bool(native.missing()), reason=f"WebAssembly was not held to the native kernel: {native.missing()}"
)
DATA = bar_data()
RECIPES = {name: small(**changes) for name, changes in SERVED.items()} | {"random labels": small(labels="random")}


@cache
def answers() -> dict[str, Any]:
    """Every recipe, run in WebAssembly to its end."""
    return dict(zip(RECIPES, ask(*(task("run", recipe=one, data=DATA) for one in RECIPES.values())), strict=True))


def lanes(layers: Any) -> list[np.ndarray]:
    return [part for layer in layers for part in (layer["weights"], layer["biases"])]


def farthest(got: Any, wanted: Any) -> float:
    pairs = zip(lanes(got), parts(wanted), strict=True)
    return max(float(np.abs(one - other.ravel()).max()) for one, other in pairs)


@NATIVE
@pytest.mark.parametrize("name", RECIPES)
def test_a_run_ends_where_the_native_kernel_ends(name: str) -> None:
    """To the bit where the instructions are the same, four numbers at once; else within what rounding does."""
    sets = native.instruction_sets()
    for on in sets:
        records = run(RECIPES[name], on=on)
        told = answers()[name]["records"]
        assert len(told) == len(records)
        for got, wanted in zip(told, records, strict=True):
            most = 0 if on == "SSE2" else 2e-4
            assert farthest(got["layers"], wanted.state.layers) <= most, on
            assert farthest(got["learned"], wanted.network.layers) <= most, on
            for one, other in zip(got["memory"], wanted.state.memory.layers, strict=True):
                assert farthest(one, other) <= most, on
            assert (got["epoch"], got["steps"]) == (wanted.epoch, wanted.state.memory.steps)
            assert got["rate"] == pytest.approx(wanted.learning_rate, rel=1e-12, abs=1e-15)
            for part in ("training", "validation", "test"):
                if measured := getattr(wanted, part):
                    assert got[part]["cost"] == pytest.approx(measured.cost, abs=1e-3 if most else 1e-7)
                    assert got[part]["accuracy"] == pytest.approx(measured.accuracy, abs=0.03 if most else 1e-12)


def test_it_comes_to_the_same_bits_however_it_is_sliced() -> None:
    names = ("everything", "averaged", "one at a time")
    asked = (task("run", recipe=RECIPES[name], data=DATA, every=2, slices=1) for name in names)
    for name, sliced in zip(names, ask(*asked), strict=True):
        for one, other in zip(
            lanes(sliced["records"][-1]["layers"]), lanes(answers()[name]["records"][-1]["layers"]), strict=True
        ):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", ["plain", "softmax", "deep", "no hidden layer"])
def test_gradients_by_layer_and_what_is_read_are_pythons(name: str) -> None:
    recipe, split = RECIPES[name], split_data(RECIPES[name], DATA)
    got = answers()[name]
    sizes = recipe.sizes(4)
    layers = tuple(
        Layer(one["weights"].reshape(n, before), one["biases"])
        for one, n, before in zip(got["records"][-1]["learned"], sizes[1:], sizes[:-1], strict=True)
    )
    network = Network(layers, recipe.activations())
    wanted = gradient_norms(network, split.training[:128], recipe.cost_function())
    np.testing.assert_allclose(got["norms"], wanted, rtol=1e-3)
    read = network.forward((split.test.flat / np.float32(255)).astype(np.float32)).a[-1].argmax(axis=1)
    assert (got["read"] == read).mean() > 0.99


@NATIVE
def test_it_can_do_what_the_native_kernel_can() -> None:
    (told,), can = ask(task("can")), capabilities()
    assert tuple(told["hidden"]) == can.activations
    assert tuple(told["activations"]) == can.outputs
    assert {
        name: (told["cross_entropy"] if name == "cross_entropy" else told["activations"]) for name in can.costs
    } == {name: list(outputs) for name, outputs in can.costs.items()}
    assert dict(zip(told["optimisers"], told["memories"], strict=True)) == can.optimisers
    assert (told["pixels"], told["layers"], told["neurons"]) == (can.pixels, can.layers, can.neurons)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (([784, 4], ["swish"], "quadratic"), "swish"),
        (([784, 4, 4], ["softmax", "sigmoid"], "quadratic"), "softmax"),
        (([784, 4], ["relu"], "cross_entropy"), "relu"),
        (([784, 4], ["sigmoid"], "hinge"), "hinge"),
        (([5000, 4], ["sigmoid"], "quadratic"), "5000"),
        (([784, *[4] * 16], ["sigmoid"] * 16, "quadratic"), "16"),
        (([784, 70_000], ["sigmoid"], "quadratic"), "65536"),
    ],
)
def test_what_it_cannot_compute_is_refused_by_name(given: tuple[Any, ...], named: str) -> None:
    sizes, activations, cost = given
    (told,) = ask(task("refused", sizes=sizes, activations=activations, cost=cost))
    assert named in told["refused"]


@pytest.mark.parametrize(("rows", "columns"), [(28, 28), (20, 24), (1, 64)])
def test_images_are_distorted_to_the_same_bytes(rows: int, columns: int) -> None:
    rng = np.random.default_rng(4)
    images = rng.integers(0, 256, (40, rows, columns)).astype(np.uint8)
    drawn = grids(Recipe(augmentation="elastic"), 0, 0, 40, (rows, columns))
    (got,) = ask(task("bent", images=images, grids=drawn, rows=rows, columns=columns))
    np.testing.assert_array_equal(got.reshape(images.shape), bend(images, drawn))


def test_images_are_adjusted_as_python_adjusts_them() -> None:
    images = pen_digits(60, seed=2).digits.images
    for names in (["straighten"], ["straighten", "resize"]):
        (got,) = ask(task("adjusted", images=images, names=names, rows=28, columns=28))
        off = np.abs(got.reshape(images.shape).astype(int) - adjust_bytes(images, names))
        assert off.max() <= 1  # where float64 sums in another order fall to the other side of a half
        assert (off > 0).mean() < 1e-4
