"""The plain engine: equal to a naive loop, bit for bit, and to itself wherever it was interrupted."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.learning.bars import CLASSES, bar_data, bars, small
from threadpoolctl import threadpool_info, threadpool_limits

from digitlens.digits.dataset import DataSet, Digits, pixels
from digitlens.errors import DataError, RecipeError, TrainingError
from digitlens.learning.data_split import DataSplit, split_data
from digitlens.learning.engine import Record, State
from digitlens.learning.engines import choose
from digitlens.learning.plain_engine import PlainEngine, measure
from digitlens.learning.recipe import Recipe
from digitlens.network.costs import one_hot
from digitlens.network.gradient import backward
from digitlens.network.network import Layer, Layers, Network
from digitlens.network.optimisers import OPTIMISERS

DATA = bar_data()
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "momentum": {"optimiser": "momentum", "momentum": 0.7, "learning_rate": 0.1},
    "adam": {"optimiser": "adam", "learning_rate": 0.01, "schedule": "cosine"},
    "adam averaged": {"optimiser": "adam", "learning_rate": 0.01, "averaging": 0.9},
    "averaged": {"averaging": 0.5, "schedule": "constant"},
    "decaying": {"weight_decay": 0.01},
    "float64": {"precision": "float64", "optimiser": "momentum", "weight_decay": 0.001, "averaging": 0.8},
    "softmax": {"output": "softmax", "cost": "cross_entropy", "activation": "relu", "initialisation": "he",
                "learning_rate": 0.05},
    "one at a time": {"mini_batch": 1, "epochs": 2},
    "all at once": {"mini_batch": 1000},
    "no hidden layer": {"hidden": ()},
    "nothing held out": {"validation": 0},
}  # fmt: skip


def bits(layers: Layers) -> bytes:
    return b"".join(layer.weights.tobytes() + layer.biases.tobytes() for layer in layers)


def all_bits(state: State) -> tuple[Any, ...]:
    """Everything that decides how a run goes on."""
    parts = (state.layers, *state.memory.layers, *([state.average] if state.average else []))
    return state.epoch, state.mini_batch, state.memory.steps, *map(bits, parts)


def run(recipe: Recipe, *, state: State | None = None, data: DataSet = DATA, **how: Any) -> list[Record]:
    network = recipe.initial_network(len(data.classes))
    return list(PlainEngine().run(recipe, network, split_data(recipe, data), state, **how))


def naive(recipe: Recipe, digits: DataSplit) -> tuple[Layers, Layers]:
    """The whole run in the words of the issue: (the last weights, their running mean)."""
    network = recipe.initial_network(digits.classes)
    layers = average = network.layers
    make = OPTIMISERS[recipe.optimiser]
    optimiser = make() if recipe.optimiser == "gradient_descent" else make(recipe.momentum)
    memory, dtype = optimiser.start(layers), np.dtype(recipe.precision).type
    x_all = digits.training.images.reshape(-1, 784)
    count = len(x_all)
    batches = int(np.ceil(count / recipe.mini_batch))
    for epoch in range(recipe.epochs):
        order = np.random.default_rng([recipe.seed, __import__("zlib").crc32(b"order"), epoch]).permutation(count)
        for step in range(batches):
            which = order[step * recipe.mini_batch : (step + 1) * recipe.mini_batch]
            x = x_all[which] * dtype(1 / 255)
            y = np.zeros((len(which), digits.classes), dtype)
            y[np.arange(len(which)), digits.training.digits[which]] = 1
            rate = recipe.rate((epoch + step / batches) / recipe.epochs)
            now = Network(layers, network.activations)
            gradient = backward(now, now.forward(x), y, recipe.cost_function())
            layers, memory = optimiser.step(layers, gradient, memory, rate)
            layers = tuple(
                Layer(l.weights * (1 - rate * recipe.weight_decay) if recipe.weight_decay else l.weights, l.biases)
                for l in layers
            )
            keep = recipe.averaging
            average = tuple(
                Layer(keep * a.weights + (1 - keep) * l.weights, keep * a.biases + (1 - keep) * l.biases)
                for a, l in zip(average, layers, strict=True)
            )
    return layers, average


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_engine_is_the_naive_loop_bit_for_bit(variant: str) -> None:
    recipe = small(**VARIANTS[variant])
    layers, average = naive(recipe, split_data(recipe, DATA))
    last = run(recipe)[-1]
    assert bits(last.state.layers) == bits(layers)
    assert bits(last.network.layers) == bits(average if recipe.averaging else layers)
    assert last.network.dtype == np.dtype(recipe.precision)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_run_stopped_at_any_mini_batch_ends_on_the_same_bits(variant: str) -> None:
    recipe = small(**VARIANTS[variant])
    whole = all_bits(run(recipe)[-1].state)
    batches = -(-len(split_data(recipe, DATA).training) // recipe.mini_batch)
    for after in range(1, min(recipe.epochs * batches, 8)):
        asked = itertools.count(1)  # after each mini-batch, and while it measures
        stopped = run(recipe, stop=lambda asked=asked, after=after: next(asked) >= after)
        where = stopped[-1].state
        assert 0 < where.epoch * batches + where.mini_batch <= after
        assert after % batches == 0 or after > batches or (where.epoch, where.mini_batch) == (0, after)
        rest = run(recipe, state=where)
        assert all_bits(rest[-1].state) == whole
        rows = [record.epoch for record in [*stopped, *rest] if record.training]
        assert rows == list(range(1, recipe.epochs + 1))  # none is missing, and none comes twice


@given(st.sampled_from(sorted(VARIANTS)), st.integers(1, 7), st.integers(0, 40), st.integers(0, 2**20))
@settings(max_examples=25)
def test_every_record_is_a_place_to_go_on_from(variant: str, every: int, pick: int, seed: int) -> None:
    recipe = small(**VARIANTS[variant], seed=seed)
    records = run(recipe, every=every)
    again = run(recipe, state=records[pick % len(records)].state)
    expected = all_bits(records[-1].state)
    assert all_bits((again[-1] if again else records[-1]).state) == expected
    assert all_bits(run(recipe)[-1].state) == expected


@pytest.mark.parametrize("every", [1, 2, 3, 100])
def test_a_record_comes_after_every_so_many_mini_batches_and_after_each_epoch(every: int) -> None:
    recipe = small()  # 73 images: four mini-batches of 16 and one of 9
    places = [(record.epoch, record.mini_batch) for record in run(recipe, every=every)]
    one_epoch = list(range(every, 5, every))
    assert places == [place for epoch in range(3) for place in [*((epoch, step) for step in one_epoch), (epoch + 1, 0)]]


def test_a_record_says_what_the_last_step_was_and_measures_at_the_end_of_an_epoch() -> None:
    recipe = small()
    records = run(recipe, every=1)
    rates = [recipe.rate((epoch + step / 5) / 3) for epoch in range(3) for step in range(5)]
    assert [record.learning_rate for record in records] == rates
    assert {record.engine for record in records} == {"plain"}
    for record in records:
        measured = (record.training, record.validation, record.test)
        assert all(m is not None for m in measured) == (record.mini_batch == 0)
        assert record.seconds > 0
    seconds = [record.seconds for record in records]
    assert seconds == sorted(seconds)


def test_bars_are_learnt() -> None:
    last = run(small(hidden=(16,), epochs=40, learning_rate=2))[-1]
    assert last.test.accuracy > 0.9
    assert last.training.cost < 0.3


def test_measure_is_what_counting_gives() -> None:
    recipe = small(precision="float64")
    network, some = recipe.initial_network(4), bars(2_030)  # more than are measured at once
    trace = network.forward(some.flat / 255)
    y = one_hot(some.digits, 4, np.float64)
    measured = measure(network, some, recipe.cost_function())
    assert measured.cost == pytest.approx(((trace.a[-1] - y) ** 2).sum(axis=1).mean(), rel=1e-12)
    assert measured.accuracy == (trace.a[-1].argmax(axis=1) == some.digits).mean()


def test_pixels_become_ink_from_zero_to_one() -> None:
    for precision in ("float32", "float64"):
        x = pixels(np.array([[0, 128, 255]], np.uint8), np.dtype(precision))
        assert x.dtype == np.dtype(precision)
        np.testing.assert_allclose(x, [[0, 128 / 255, 1]], rtol=1e-6)


def test_an_epoch_shows_every_image_once_and_only_those_it_may() -> None:
    # Without hidden layers, the one step of an epoch of one mini-batch is the gradient over all images.
    recipe = small(mini_batch=1000, hidden=(), epochs=1, precision="float64")
    got = split_data(recipe, DATA)
    network = recipe.initial_network(4)
    trace = network.forward(got.training.flat / 255)
    y = one_hot(got.training.digits, 4, np.float64)
    gradient = backward(network, trace, y, recipe.cost_function())
    moved = network.layers[0].weights - 0.75 * gradient[0].weights
    np.testing.assert_allclose(run(recipe)[-1].state.layers[0].weights, moved, rtol=1e-9, atol=1e-12)


def test_a_run_that_diverges_says_so_and_names_the_learning_rate() -> None:
    for recipe in (
        small(activation="relu", output="identity", learning_rate=1e6, epochs=10),
        small(
            activation="identity", output="identity", learning_rate=100, schedule="constant", epochs=50, hidden=(3,) * 8
        ),
    ):
        with pytest.raises(TrainingError, match=r"diverged in epoch .* lower the learning rate, which is"):
            run(recipe)


def test_weights_that_no_file_would_hold_end_a_run_although_they_are_finite() -> None:
    network = small(hidden=()).initial_network(4)
    for largest, sound in ((9e5, True), (2e6, False)):
        network.layers[0].weights[1, 2] = largest
        running = PlainEngine().run(small(hidden=(), learning_rate=0), network, split_data(small(), DATA))
        if sound:
            assert next(running).network.layers[0].weights[1, 2] == largest
        else:
            with pytest.raises(TrainingError, match="diverged in epoch 1"):
                next(running)


def test_one_thread_adds_up_whatever_the_machine_has() -> None:
    threads = []

    def stop() -> bool:  # asked while the engine learns
        threads.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
        return False

    with threadpool_limits(2, user_api="blas"):
        run(small(epochs=1), stop=stop)
    assert set(threads) <= {1}


def test_the_global_generator_of_numpy_decides_nothing() -> None:
    np.random.seed(1)  # noqa: NPY002
    one = all_bits(run(small())[-1].state)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert all_bits(run(small())[-1].state) == one
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    assert all_bits(run(small(seed=1))[-1].state) != one


def test_the_digits_are_left_as_they_are() -> None:
    images, digits = DATA.training.images.copy(), DATA.training.digits.copy()
    images.setflags(write=False)
    frozen = DataSet("bars", "bars", Digits(images, digits), DATA.test, CLASSES)
    run(small(), data=frozen)
    assert np.array_equal(images, DATA.training.images)


@given(st.integers(0, 89), st.integers(0, 100), st.integers(0, 100))
@settings(max_examples=40)
def test_held_out_images_are_the_same_for_every_seed_and_never_learned_from(held: int, seed: int, other: int) -> None:
    one = split_data(Recipe(validation=held, seed=seed), DATA)
    same = split_data(Recipe(validation=held, seed=other, learning_rate=0.1), DATA)
    assert (len(one.validation), len(one.training)) == (held, 90 - held)
    assert one.validation.fingerprint() == same.validation.fingerprint()
    assert one.training.fingerprint() == same.training.fingerprint()
    rows = [image.tobytes() for image in DATA.training.images]
    assert len(set(rows)) == 90
    seen = [image.tobytes() for part in (one.training, one.validation) for image in part.images]
    assert sorted(seen) == sorted(rows)
    for part in (one.training, one.validation):
        places = [rows.index(image.tobytes()) for image in part.images]
        assert places == sorted(places)  # both keep the order of the data, so the order of examples means the same
    assert one.classes == 4


def test_more_images_held_out_than_there_are_is_refused() -> None:
    for held in (90, 91, 5_000):
        with pytest.raises(RecipeError, match=r"validation: the recipe holds out .* has only 90") as caught:
            split_data(Recipe(validation=held), DATA)
        assert caught.value.field == "validation"
    nothing = DataSet("none", "nowhere", bars(90)[:0], bars(5), CLASSES)
    with pytest.raises(RecipeError, match=r"has only 0"):
        split_data(Recipe(validation=0), nothing)


@pytest.mark.parametrize("part", ["training", "test"])
def test_a_digit_that_is_no_class_is_refused(part: str) -> None:
    wrong = Digits(DATA.test.images, np.full(40, 10, np.uint8))
    data = DataSet("bars", "bars", **({"training": DATA.training, "test": DATA.test} | {part: wrong}), classes=CLASSES)
    with pytest.raises(DataError, match=r"a picture of class 10, and its classes are 0 to 3"):
        split_data(small(), data)


def test_what_no_engine_can_do_is_refused_by_name() -> None:
    with pytest.raises(
        RecipeError, match=r"augmentation: .* none, affine, moderate, gentle, elastic, unsteady, got 'mild'"
    ):
        Recipe(augmentation="mild")


def test_an_unknown_engine_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RecipeError, match=r"engine: one of auto, .*plain, got 'quantum'"):
        choose(Recipe(), "quantum")
    assert choose(Recipe(), "plain").name == "plain"
