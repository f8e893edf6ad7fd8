"""The compiled kernel: right numbers out, and nothing that Python can hand in brings it down."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.digits.synthetic.test_distortions import on_the_edge
from tests.golden import make
from tests.kernel import served
from tests.learning.bars import bars
from tests.network.legal import CASES
from tests.waiting import PATIENCE

import digitlens as dl
from digitlens.digits.synthetic.distortions import AUGMENTATIONS, bend
from digitlens.errors import ShapeError
from digitlens.kernel import native
from digitlens.kernel.compiled import Compiled
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.initialisation import initialise
from digitlens.network.network import Layer, Network

pytestmark = pytest.mark.skipif(
    bool(native.missing()), reason=f"the compiled kernel was not checked: {native.missing()}; install g++ and reinstall"
)
SETS = native.instruction_sets()
GOLDEN: dict[str, Any] = json.loads(make.FILE.read_text())
PLACES = [0, 27, 300, 301, 555, 783]  # where the six golden pixels lie among 784


def network_of(sizes: tuple[int, ...], seed: int = 0, output: str = "sigmoid") -> Network:
    activations = [ACTIVATIONS["sigmoid"]] * (len(sizes) - 2) + [ACTIVATIONS[output]]
    return initialise(sizes, activations, "standard_normal", np.random.default_rng(seed))


def golden_network(activation: str, output: str) -> Network:
    """The golden network, its six pixels spread over a picture of 784."""
    first, *others = make.layers_of(GOLDEN["layers"])
    weights = np.zeros((len(first.biases), 784))
    weights[:, PLACES] = first.weights
    layers = [
        Layer(l.weights.astype(np.float32), l.biases.astype(np.float32))
        for l in (Layer(weights, first.biases), *others)
    ]
    return Network(tuple(layers), (ACTIVATIONS[activation],) * len(others) + (ACTIVATIONS[output],))


def golden_images() -> np.ndarray:
    images = np.zeros((len(GOLDEN["images"]), 784), np.uint8)
    images[:, PLACES] = np.round(np.array(GOLDEN["images"]) * 255)
    return images


@pytest.mark.parametrize("on", SETS)
@pytest.mark.parametrize(
    "number",
    [number for number, names in enumerate(CASES) if served.takes(*names)],
    ids=lambda number: "-".join(CASES[number]),
)
def test_the_golden_numbers_come_out(number: int, on: str) -> None:
    activation, output, cost = CASES[number]
    case, images = GOLDEN["cases"][number], golden_images()
    network = golden_network(activation, output)
    outputs = Compiled(network, on).outputs(images)
    np.testing.assert_allclose(outputs, case["a"][-1], rtol=2e-6, atol=2e-6)
    digits = np.array(GOLDEN["targets"]).argmax(axis=1).astype(np.uint8)
    engine = native.engine(network.sizes, network.activations, cost, on)
    packed = native.pack(network.layers)
    total, right = engine.measure(packed, native.module().Pictures(images), digits)
    assert total == pytest.approx(sum(case["costs"]), rel=5e-6)
    assert right == (np.array(case["a"][-1]).argmax(axis=1) == digits).sum()
    order = np.arange(len(images))
    pictures = native.module().Pictures(images)
    done = engine.learn("gradient_descent", 0.0, 0.0, 0.0, packed, [], None, 0, pictures, digits, order, len(images),
                        np.array([0.5]), np.zeros(1, np.uint8), np.inf)  # fmt: skip
    assert done == 1
    for l, (before, after, slope) in enumerate(
        zip(network.layers, native.unpack(packed, network.sizes), case["gradient"], strict=True)
    ):
        moved, wanted = (before.weights - after.weights) / 0.5, np.array(slope["weights"])
        np.testing.assert_allclose(moved[:, PLACES] if l == 0 else moved, wanted, rtol=0, atol=3e-6)
        np.testing.assert_allclose((before.biases - after.biases) / 0.5, slope["biases"], rtol=0, atol=3e-6)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=4), st.integers(0, 2**30))
def test_what_is_packed_comes_back(sizes: list[int], seed: int) -> None:
    network = network_of((784, *sizes), seed)
    packed = native.pack(network.layers)
    assert packed.ctypes.data % 64 == 0
    for one, other in zip(native.unpack(packed, network.sizes), network.layers, strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)
        np.testing.assert_array_equal(one.biases, other.biases)
    assert packed.size == sum(-(-n // 16) * 16 * (before + 1) for before, n in pairwise(network.sizes))


@given(
    st.lists(st.integers(1, 70), max_size=3), st.integers(1, 20), st.sampled_from(served.OUTPUTS or [""]),
    st.sampled_from(SETS or [""]), st.integers(0, 2**30),
)  # fmt: skip
def test_outputs_are_those_of_the_definition(hidden: list[int], classes: int, output: str, on: str, seed: int) -> None:
    network = network_of((784, *hidden, classes), seed, output)
    images = bars(70, seed).flat
    wanted = network.forward(images / np.float32(255)).a[-1]
    # weights from N(0, 1): z is off by at most 800 u Σ |w x|, some 500, and σ is nowhere steeper than 1/4
    np.testing.assert_allclose(Compiled(network, on).outputs(images), wanted, rtol=0, atol=2e-3)


def test_far_out_nothing_overflows() -> None:
    for weight in (1e3, -1e3, 1e30, -1e30):
        for output in [name for name in served.OUTPUTS if ACTIVATIONS[name].range == (0, 1)]:
            network = network_of((784, 10), 0, output)
            network.layers[0].weights[:] = weight
            network.layers[0].weights[1:] = 0
            outputs = Compiled(network).outputs(np.full((2, 784), 255, np.uint8))
            assert np.isfinite(outputs).all()
            assert outputs[0, 0] == pytest.approx(float(weight > 0), abs=1e-30)


def test_a_picture_without_ink_is_read_from_the_biases_alone() -> None:
    network = network_of((784, 10))
    outputs = Compiled(network).outputs(np.zeros((3, 784), np.uint8))
    np.testing.assert_allclose(outputs, np.tile(1 / (1 + np.exp(-network.layers[0].biases)), (3, 1)), rtol=1e-6)


def test_a_reader_reads_many_pictures_with_the_kernel_and_one_with_all_that_is_seen_inside() -> None:
    reader, images = dl.load("video"), bars(1_500).images
    assert reader.engine == "compiled"
    traced = np.concatenate([trace.a[-1] for trace in reader.traces(images)])
    np.testing.assert_allclose(reader.outputs(images), traced, rtol=0, atol=1e-4)
    np.testing.assert_array_equal(reader.outputs(images[::-2]), reader.outputs(images)[::-2])
    for wrong in (images[:0], images.astype(np.int16), images.reshape(-1, 784)):
        with pytest.raises(ShapeError, match="framed pictures"):
            reader.outputs(wrong)


@pytest.mark.parametrize("augmentation", AUGMENTATIONS)
def test_pictures_are_distorted_to_the_bytes_of_the_definition(augmentation: str) -> None:
    images = bars(50).images
    grids = AUGMENTATIONS[augmentation](np.random.default_rng(1), 200)
    grids[:20] *= 50  # far out of the picture
    which, bent = np.random.default_rng(2).integers(0, 50, 200), np.empty((200, 28, 28), np.uint8)
    native.module().bend(images, which, grids.reshape(200, 50), bent)
    np.testing.assert_array_equal(bent, bend(images[which], grids))


@given(st.integers(1, 64), st.integers(1, 64), st.sampled_from(list(AUGMENTATIONS)), st.integers(0, 2**30))
def test_pictures_of_any_size_are_distorted_to_the_bytes_of_the_definition(
    rows: int, columns: int, augmentation: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (5, rows, columns), np.uint8)
    grids = AUGMENTATIONS[augmentation](rng, 12, (rows, columns))
    which, bent = rng.integers(0, 5, 12), np.empty((12, rows, columns), np.uint8)
    native.module().bend(images, which, grids.reshape(12, 50), bent)
    np.testing.assert_array_equal(bent, bend(images[which], grids))


def test_pictures_that_cannot_be_distorted_are_refused() -> None:
    bend_natively, one, grid = native.module().bend, np.zeros(1, np.int64), np.zeros((1, 50), np.float32)
    for size, room in (((65, 64), (65, 64)), ((28, 28), (28, 27)), ((20, 24), (24, 20)), ((0, 5), (0, 5))):
        with pytest.raises(ValueError, match="bend\\(\\) wants"):
            bend_natively(np.zeros((1, *size), np.uint8), one, grid, np.zeros((1, *room), np.uint8))


def test_what_lies_between_two_greys_falls_on_the_same_side_as_in_the_definition() -> None:
    images, grids = on_the_edge(0, 1000)
    bent = np.empty((1000, 28, 28), np.uint8)
    native.module().bend(np.ascontiguousarray(images), np.arange(1000),
                         np.ascontiguousarray(grids).reshape(1000, 50), bent)  # fmt: skip
    expected = "16ae44d0e9e681746e5af005c3e607b963d432fcbf976e2a8685a5ed812ac91a"
    assert hashlib.sha256(bent.tobytes()).hexdigest() == expected


def given_to_learn() -> dict[str, Any]:
    network, some = network_of((784, 5, 4)), bars(20)
    packed = native.pack(network.layers)
    return {
        "optimiser": "adam", "keep": 0.9, "decay": 0.0, "running_mean": 0.5, "weights": packed,
        "memory": [np.zeros_like(packed), np.zeros_like(packed)], "average": packed.copy(), "steps": 0,
        "pictures": native.module().Pictures(some.flat), "digits": some.digits, "order": np.arange(20), "mini_batch": 8,
        "rates": np.full(3, 0.1), "stop": np.zeros(1, np.uint8), "seconds": np.inf,
    }  # fmt: skip


def learner() -> Any:
    return native.engine((784, 5, 4), network_of((784, 5, 4)).activations, "quadratic")


def read_only(array: np.ndarray) -> np.ndarray:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


WRONG: dict[str, list[Any]] = {
    "optimiser": ["hinge", "", 2, None, "momentum"],
    "weights": [
        lambda a: a[:-1], lambda a: a.astype(np.float64), lambda a: np.repeat(a, 2)[::2], read_only,
        lambda a: a.reshape(-1, 16), lambda a: a.astype(">f4"), lambda a: a.tolist(), lambda a: a[:0],
    ],
    "memory": [[], lambda m: m[:1], lambda m: [m[0], m[1][:-16]], lambda m: [m[0], read_only(m[1])], None],
    "average": [lambda a: a[:-1], read_only, lambda a: a.astype(np.float16)],
    "pictures": [
        None, np.zeros((20, 784), np.uint8), lambda p: native.module().Pictures(np.zeros((20, 783), np.uint8)),
        lambda p: native.module().Pictures(np.zeros((19, 784), np.uint8)),
    ],
    "digits": [
        lambda d: d[:-1], lambda d: d.astype(np.int64), lambda d: d.astype(float), lambda d: d + np.uint8(4),
        lambda d: d[::-1], lambda d: d[:, None],
    ],
    "order": [
        lambda o: o + 1, lambda o: o - 1, lambda o: o.astype(np.int32), lambda o: o.astype(float), lambda o: o[::-1],
        lambda o: np.full(20, 2**62),
    ],
    "mini_batch": [0, -1, 2_000_000, 2**70, 1.5],
    "rates": [lambda r: r[:-1], lambda r: r.astype(np.float32), lambda r: r[:0]],
    "stop": [lambda s: s[:0], lambda s: np.zeros(2, np.uint8), lambda s: s.astype(bool)],
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_whatever_is_handed_in_wrongly_is_refused_at_the_door_and_changes_nothing(name: str) -> None:
    for wrong in WRONG[name]:
        values = given_to_learn()
        before = values["weights"].copy()
        values[name] = wrong(values[name]) if callable(wrong) else wrong
        with pytest.raises((TypeError, ValueError)):
            learner().learn(**values)
        if name != "weights":
            np.testing.assert_array_equal(values["weights"], before)


def test_what_is_handed_in_rightly_is_taken_so_that_the_test_above_means_something() -> None:
    assert learner().learn(**given_to_learn()) == 3
    assert learner().learn(**given_to_learn() | {"order": np.arange(0), "rates": np.zeros(0)}) == 0


def test_numbers_that_are_none_do_no_harm() -> None:
    for value in (np.nan, np.inf, -np.inf, 3e38):
        values = given_to_learn()
        values["weights"][::7] = value
        values["rates"][:] = value
        assert learner().learn(**values) == 3
        network = network_of((784, 4, 3))
        network.layers[1].weights[0] = value
        outputs = Compiled(network).outputs(bars(5).flat)
        assert outputs.shape == (5, 3)


@pytest.mark.parametrize("images", [
    np.zeros((2, 783), np.uint8), np.zeros((2, 28, 28), np.uint8), np.zeros(784, np.uint8), np.zeros((2, 784)),
    np.zeros((4, 784), np.uint8)[::2], np.asfortranarray(np.zeros((3, 784), np.uint8)), None, "seven", [[0] * 784], 5,
], ids=str)  # fmt: skip
def test_pictures_of_another_shape_are_refused_with_our_own_error(images: Any) -> None:
    with pytest.raises(ShapeError, match="outputs\\(\\) wants pictures"):
        Compiled(network_of((784, 10))).outputs(images)


@pytest.mark.parametrize("images", [
    np.zeros((2, 4097), np.uint8), np.zeros((2, 0), np.uint8), np.zeros((2, 28, 28), np.uint8), np.zeros((2, 784)),
    np.zeros((4, 784), np.uint8)[::2], np.asfortranarray(np.zeros((3, 784), np.uint8)), None, "seven", [[0] * 784], 5,
], ids=str)  # fmt: skip
def test_pictures_that_no_network_here_can_see_are_refused(images: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        native.module().Pictures(images)


@given(st.integers(1, 4096), st.sampled_from(SETS or [""]), st.integers(0, 2**30))
def test_pictures_of_any_size_are_read_as_in_the_definition(pixels: int, on: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    images = rng.integers(1, 256, (9, pixels), np.uint8) * (rng.random((9, pixels)) < rng.random()).astype(np.uint8)
    network = network_of((pixels, 3), seed)
    small = tuple(Layer(layer.weights / np.float32(np.sqrt(pixels)), layer.biases) for layer in network.layers)
    network = Network(small, network.activations)
    wanted = network.forward(images / np.float32(255)).a[-1]
    np.testing.assert_allclose(Compiled(network, on).outputs(images), wanted, rtol=0, atol=1e-4)


def test_pictures_and_network_must_be_of_one_size() -> None:
    network = network_of((480, 5))
    engine, packed = native.engine(network.sizes, network.activations, "quadratic"), native.pack(network.layers)
    others = native.module().Pictures(np.zeros((2, 481), np.uint8))
    with pytest.raises(ValueError, match="a pixel for each input"):
        engine.measure(packed, others, np.zeros(2, np.uint8))


@pytest.mark.parametrize("on", SETS)
def test_what_an_optimiser_remembers_fades_to_nothing_and_not_to_subnormal_numbers(on: str) -> None:
    network, blank = network_of((784, 16, 10)), np.zeros((1, 784), np.uint8)
    engine, packed = native.engine(network.sizes, network.activations, "quadratic", on), native.pack(network.layers)
    memory, one = np.full(packed.shape, 1e-37, np.float32), np.ones(1, np.uint8)
    pictures, order = native.module().Pictures(blank), np.zeros(1, int)
    engine.learn("momentum", 0.01, 0.0, 0.0, packed, [memory], None, 0, pictures, one, order, 1,
                 np.ones(1), one, np.inf)  # fmt: skip
    assert (memory[: 784 * 16] == 0).all()
    assert np.float32(1e-37) * np.float32(0.01) > 0  # outside, numbers are what they were


def test_pictures_are_measured_part_by_part_and_made_until_the_flag_is_set() -> None:
    network, some = network_of((784, 16, 10)), bars(5000)
    engine, packed = native.engine(network.sizes, network.activations, "quadratic"), native.pack(network.layers)
    pictures = native.module().Pictures(some.flat)
    cost, right = engine.measure(packed, pictures, some.digits)
    parts = [engine.measure(packed, pictures, some.digits, first, 999) for first in (*range(0, 5000, 999), 5000)]
    assert sum(part[0] for part in parts) == pytest.approx(cost)
    assert sum(part[1] for part in parts) == right
    with pytest.raises(ValueError, match="number to begin with"):
        engine.measure(packed, pictures, some.digits, 5001)
    flag = np.zeros(1, np.uint8)
    assert len(native.module().Pictures(some.flat, flag)) == 5000
    flag[0] = 1
    assert len(native.module().Pictures(some.flat, flag)) < 5000
    with pytest.raises(ValueError, match="one flag"):
        native.module().Pictures(some.flat, np.zeros(2, np.uint8))


def test_read_only_pictures_and_none_at_all_are_taken() -> None:
    compiled = Compiled(network_of((784, 10)))
    images = bars(7).flat
    np.testing.assert_array_equal(compiled.outputs(read_only(images)), compiled.outputs(images))
    assert compiled.outputs(images[:0]).shape == (0, 10)


def test_networks_that_the_kernel_cannot_take_are_refused() -> None:
    double = Network(tuple(Layer(l.weights.astype(float), l.biases.astype(float)) for l in network_of((784, 3)).layers),
                     network_of((784, 3)).activations)  # fmt: skip
    for network, why in (
        (double, "float32"),
        (network_of((4097, 3)), "4,096 pixels"),
        (network_of((784, *[2] * 16)), "15 layers"),
    ):
        with pytest.raises(ShapeError, match=why):
            Compiled(network)
    engine = native.module().Engine
    one, many = ["sigmoid"], ["sigmoid"] * 16
    for wrong in (([], [], "quadratic", ""), ([784], [], "quadratic", ""), ([784, 0], one, "quadratic", ""),
                  ([784, 3, 3], ["softmax", "sigmoid"], "quadratic", ""), ([784, 3], ["softplus"], "quadratic", ""),
                  ([784, 3], ["relu"], "cross_entropy", ""), ([784, 3], one, "hinge", ""),
                  ([784, 3], one, "quadratic", "AVX-9"), ([784, 3], one * 2, "quadratic", ""),
                  ([784, *[1] * 16], many, "quadratic", ""), ([4097, 3], one, "quadratic", ""),
                  ([784, 10**9], one, "quadratic", ""), ([784, -3], one, "quadratic", "")):  # fmt: skip
        with pytest.raises(ValueError, match="Engine wants"):
            engine(*wrong)


def test_many_threads_may_read_with_the_same_network_at_once() -> None:
    compiled, images = Compiled(network_of((784, 16, 16, 10))), bars(300).flat
    wanted, wrong = compiled.outputs(images), []

    def read() -> None:
        wrong.extend(1 for _ in range(30) if not np.array_equal(compiled.outputs(images), wanted))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


WITHOUT = """
import sys
sys.modules["digitlens.kernel._native"] = None  # as where no compiler was
import numpy as np, digitlens as dl
from digitlens.kernel import native
from digitlens.learning.engines import choose
from digitlens.learning.recipe import Recipe
print(choose(Recipe()).name, dl.load("video").engine, native.instruction_sets())
print(dl.load("video").outputs(np.zeros((2, 28, 28), np.uint8)).shape)
try:
    choose(Recipe(), "compiled")
except dl.DigitlensError as error:
    print(error)
"""


def test_without_the_kernel_the_plain_engine_serves_and_says_why() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.splitlines()[:2] == ["plain plain []", "(2, 10)"], done.stderr
    assert "the compiled engine cannot: it was not compiled when Digitlens was installed" in done.stdout
