"""The compiled engine: every step it takes is the plain step, within what rounding can do, and always the same bits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel import served
from tests.learning.bars import CLASSES, bar_data, bars, small
from tests.learning.rounding import FEW, TINY, U, gradient_and_bound
from tests.learning.test_plain_engine import VARIANTS, all_bits
from tests.waiting import PATIENCE

from digitlens.digits.dataset import DataSet, Digits
from digitlens.errors import TrainingError
from digitlens.kernel import native
from digitlens.learning import compiled_engine as fast
from digitlens.learning.compiled_engine import CompiledEngine
from digitlens.learning.data_split import DataSplit, split_data
from digitlens.learning.engine import Record, State, Stop
from digitlens.learning.engines import choose
from digitlens.learning.plain_engine import PlainEngine, measure
from digitlens.learning.recipe import SCHEDULES, Recipe
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.initialisation import INITIALISATIONS
from digitlens.network.network import Layers, Network

pytestmark = pytest.mark.skipif(
    bool(native.missing()), reason=f"the compiled engine was not checked: {native.missing()}; install g++ and reinstall"
)
DATA = bar_data()
SETS = native.instruction_sets()
SERVED = {name: changes for name, changes in VARIANTS.items() if name != "float64"} | {
    "wide": {"hidden": (130, 17)},
    "deep": {"hidden": (5, 16, 3, 33, 4), "activation": "tanh"},
    "distorted": {"augmentation": "elastic", "epochs": 2},
    "everything": {"optimiser": "adam", "learning_rate": 0.01, "weight_decay": 0.01, "averaging": 0.7,
                   "output": "softmax", "cost": "cross_entropy", "augmentation": "affine"},
}  # fmt: skip


def run(recipe: Recipe, *, state: State | None = None, data: DataSet = DATA, on: str = "", **how: Any) -> list[Record]:
    network = recipe.initial_network(len(data.classes))
    return list(CompiledEngine(on).run(recipe, network, split_data(recipe, data), state, **how))


def sparse(count: int, seed: int) -> Digits:
    """Pictures of which four fifths are nothing, and one is nothing at all."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28)) * (rng.random((count, 28, 28)) < 0.2)
    images[0] = 0
    return Digits(images.astype(np.uint8), rng.integers(0, 4, count).astype(np.uint8))


def parts(layers: Layers) -> list[np.ndarray]:
    return [part.astype(float) for layer in layers for part in (layer.weights, layer.biases)]


def farthest(recipe: Recipe, network: Network, digits: DataSplit, on: str, wrong: float = 1.0) -> float:
    """The farthest that any number of any step lies from its plain step, as a share of what rounding may do.

    Each step is computed again in float64, from where the engine stood before it. `wrong` spoils the gradient.
    """
    size, count = recipe.mini_batch, len(digits.training)
    batches = -(-count // size)
    state, worst = None, 0.0
    for step, record in enumerate(CompiledEngine(on).run(recipe, network, digits, every=1)):
        epoch, place = divmod(step, batches)
        which = recipe.stream("order", epoch).permutation(count)[place * size : (place + 1) * size]
        layers = state.layers if state else network.layers
        images, answers = digits.training.flat[which], digits.training.digits[which]
        before = Network(layers, network.activations)
        right, bound = gradient_and_bound(before, images, answers, recipe.cost)
        rate = recipe.rate((epoch + place / batches) / recipe.epochs)
        at, keep = record.state, recipe.momentum
        shrink = [1 - rate * recipe.weight_decay, 1.0] * len(layers)  # biases stay
        old = parts(layers)
        zero = [np.zeros_like(w) for w in old]
        memory = [parts(m) for m in state.memory.layers] if state else [zero, zero]
        now = [parts(m) for m in at.memory.layers]
        average = parts((state.average or layers) if state else layers)
        for i, (w, g, e) in enumerate(zip(old, parts(right), parts(bound), strict=True)):
            g = g * wrong
            pairs = []  # (what it is, what it should be, how far off it may be)
            few = 8 * U
            if recipe.optimiser == "gradient_descent":  # every image of the batch is taken off by itself, and rounded
                moved = rate * (abs(g) + e)
                wanted, off = w - rate * g, rate * e + (len(which) + 8) * U * (abs(w) + len(which) * moved)
            elif recipe.optimiser == "momentum":
                v = keep * memory[0][i] + g
                pairs.append((now[0][i], v, e + few * (abs(keep * memory[0][i]) + abs(g))))
                wanted, off = w - rate * now[0][i], few * (abs(w) + abs(rate * now[0][i]))
            else:
                m, v = memory[0][i], memory[1][i]
                pairs.append((now[0][i], keep * m + (1 - keep) * g, (1 - keep) * e + few * (abs(m) + abs(g))))
                g2, e2 = 0.001 * g * g, 0.001 * (2 * abs(g) * e + e * e)
                pairs.append((now[1][i], 0.999 * v + g2, e2 + few * (v + g2) + 1e-37))  # below: no normal numbers
                t = step + 1
                move = rate / (1 - keep**t) * now[0][i] / (np.sqrt(now[1][i] / (1 - 0.999**t)) + 1e-8)
                wanted, off = w - move, few * (abs(w) + 2 * abs(move))
            pairs.append((parts(at.layers)[i], wanted * shrink[i], off + few * abs(wanted)))
            if at.average:
                mean, new = recipe.averaging * average[i], (1 - recipe.averaging) * parts(at.layers)[i]
                pairs.append((parts(at.average)[i], mean + new, few * (abs(mean) + abs(new))))
            for got, should, may in pairs:
                worst = max(worst, float((abs(got - should) / (may + 2 * FEW * TINY)).max()))
        state = at
    return worst


@given(
    hidden=st.lists(st.integers(1, 40), max_size=3).map(tuple),
    activation=st.sampled_from(served.HIDDEN or [""]),
    pair=st.sampled_from(served.PAIRS or [("", "")]),
    optimiser=st.sampled_from(served.OPTIMISERS or [""]),
    how=st.fixed_dictionaries({
        "mini_batch": st.integers(1, 40), "momentum": st.sampled_from([0.0, 0.5, 0.9]),
        "weight_decay": st.sampled_from([0.0, 0.01]), "averaging": st.sampled_from([0.0, 0.9]),
        "schedule": st.sampled_from(SCHEDULES), "seed": st.integers(0, 2**30),
        "initialisation": st.sampled_from(list(INITIALISATIONS)),
    }),
    on=st.sampled_from(SETS or [""]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_every_step_is_the_plain_step_within_what_rounding_can_do(
    hidden: tuple[int, ...], activation: str, pair: tuple[str, str], optimiser: str, how: dict[str, Any], on: str
) -> None:
    out, cost = pair
    rate = {"momentum": 0.01, "adam": 0.002}.get(optimiser, 0.05)
    if inf in ACTIVATIONS[out].range or {-inf, inf} <= {*ACTIVATIONS[activation].range}:
        rate /= 100  # or it diverges, as it does in any case from large weights
        how |= {"initialisation": "he"} if how["initialisation"] == "standard_normal" else {}
    recipe = Recipe(hidden=hidden, activation=activation, output=out, cost=cost, optimiser=optimiser, epochs=2,
                    learning_rate=rate, validation=0, **how)  # fmt: skip
    some = sparse(45, how["seed"])
    assert farthest(recipe, recipe.initial_network(4), DataSplit(some, some[:0], some[:0], 4), on) < 1


@pytest.mark.parametrize("optimiser", served.OPTIMISERS)
@pytest.mark.parametrize("activation", served.HIDDEN)
def test_a_gradient_that_is_one_percent_wrong_would_be_noticed(optimiser: str, activation: str) -> None:
    recipe = small(optimiser=optimiser, activation=activation, epochs=1, validation=0, learning_rate=0.05)
    some = sparse(45, 3)
    given = recipe, recipe.initial_network(4), DataSplit(some, some[:0], some[:0], 4), ""
    assert farthest(*given) < 1
    assert farthest(*given, wrong=1.01) > 1


@pytest.mark.parametrize("variant", SERVED)
def test_a_whole_run_ends_where_the_plain_engine_ends(variant: str) -> None:
    recipe = small(**SERVED[variant])
    network, digits = recipe.initial_network(4), split_data(recipe, DATA)
    (*_, fast_one), (*_, plain) = (list(e.run(recipe, network, digits)) for e in (CompiledEngine(), PlainEngine()))
    for one, other in zip(parts(fast_one.network.layers), parts(plain.network.layers), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=2e-4)
    assert fast_one.learning_rate == plain.learning_rate
    for one_set, other_set in zip(
        (fast_one.training, fast_one.validation, fast_one.test),
        (plain.training, plain.validation, plain.test),
        strict=True,
    ):
        if one_set and other_set:
            assert one_set.cost == pytest.approx(other_set.cost, abs=1e-3)


@pytest.mark.parametrize("variant", SERVED)
def test_every_record_is_a_place_to_go_on_from_to_the_same_bits(variant: str) -> None:
    recipe = small(**SERVED[variant])
    whole = all_bits(run(recipe)[-1].state)
    records = run(recipe, every=2)
    assert all_bits(records[-1].state) == whole
    for record in records[:-1]:
        assert all_bits(run(recipe, state=record.state)[-1].state) == whole


@pytest.mark.parametrize("variant", ["plain", "distorted"])
def test_a_run_stopped_at_any_mini_batch_gives_a_last_record_there(variant: str) -> None:
    recipe = small(**SERVED[variant], mini_batch=4)
    whole, stop = all_bits(run(recipe)[-1].state), Stop()
    stop.set()
    state, steps = None, 0
    while state is None or state.epoch < recipe.epochs:
        (record,) = run(recipe, state=state, stop=stop)  # one mini-batch, and the flag is seen
        state, steps = record.state, steps + 1
    assert steps == recipe.epochs * -(-73 // 4)
    assert all_bits(state) == whole


def test_a_stop_set_by_another_thread_ends_a_run_within_an_epoch() -> None:
    recipe, stop = small(epochs=100_000, hidden=(128, 128), schedule="constant"), Stop()
    some = Digits(np.tile(DATA.training.images, (200, 1, 1)), np.tile(DATA.training.digits, 200))
    records: list[Record] = []

    def walk() -> None:
        network = recipe.initial_network(4)
        records.extend(CompiledEngine().run(recipe, network, DataSplit(some, some[:0], some[:0], 4), stop=stop))

    walker = threading.Thread(target=walk)
    walker.start()
    threading.Timer(0.05, stop.set).start()
    walker.join(PATIENCE)
    assert not walker.is_alive()
    assert records[-1].epoch < 100_000


@pytest.mark.parametrize("measuring", range(3))
def test_a_run_stopped_while_it_measures_goes_back_by_a_mini_batch_and_loses_no_row(
    measuring: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, stop, looks = small(epochs=2), Stop(), []
    whole, measure = run(recipe), fast._Training.look

    def look(training: Any, network: Network, digits: Digits, to_the_end: bool) -> Any:
        looks.append(digits)
        if len(looks) == measuring + 1:
            stop.set()
        return measure(training, network, digits, to_the_end)

    monkeypatch.setattr(fast._Training, "look", look)
    (last,) = run(recipe, stop=stop)
    assert (last.epoch, last.mini_batch, last.training, last.test) == (0, -(-73 // recipe.mini_batch) - 1, None, None)
    stop.set(False)
    rest = run(recipe, state=last.state)
    assert [record.training is not None for record in rest] == [True, True]
    assert all_bits(rest[-1].state) == all_bits(whole[-1].state)
    assert [repr(record) for record in rest] == [repr(record) for record in whole]


def test_a_run_stopped_while_pictures_are_made_ready_gives_one_record_of_where_it_began() -> None:
    some, stop = Digits(np.tile(DATA.training.images, (70, 1, 1)), np.tile(DATA.training.digits, 70)), Stop()
    recipe = small(epochs=1)
    network, digits = recipe.initial_network(4), DataSplit(some, some[:0], some[:0], 4)
    stop.set()
    (record,) = CompiledEngine().run(recipe, network, digits, stop=stop)
    assert (record.epoch, record.mini_batch, record.training) == (0, 0, None)
    assert record.network.layers is network.layers
    stop.set(False)
    (record,) = CompiledEngine().run(recipe, network, digits, record.state, stop=stop)
    assert record.epoch == 1


def test_two_runs_side_by_side_give_the_bits_of_one_alone() -> None:
    recipe = small(epochs=30, optimiser="adam", learning_rate=0.01, augmentation="affine")
    alone, ends = all_bits(run(recipe)[-1].state), []
    threads = [threading.Thread(target=lambda: ends.append(all_bits(run(recipe)[-1].state))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == [alone] * 4


@pytest.mark.parametrize("on", SETS)
@pytest.mark.parametrize(("output", "cost"), served.PAIRS)
def test_cost_and_accuracy_are_what_the_plain_engine_measures(output: str, cost: str, on: str) -> None:
    recipe = small(output=output, cost=cost, epochs=1, learning_rate=1e-9, initialisation="standard_normal")
    record = run(recipe, on=on)[-1]
    for measured, some in ((record.training, split_data(recipe, DATA).training), (record.test, DATA.test)):
        plain = measure(record.network, some, recipe.cost_function())
        assert measured.cost == pytest.approx(plain.cost, rel=1e-4)
        assert measured.accuracy == plain.accuracy


def test_two_threads_measure_to_the_same_bits_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class AtOnce:
        """As Beside, without a thread."""

        def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
            self.found = function(*arguments)

        def result(self) -> Any:
            return self.found

    monkeypatch.setattr(fast, "MEASURED_AT_ONCE", 5)
    two = [repr((record.training, record.validation, record.test)) for record in run(small())]
    monkeypatch.setattr(fast, "Beside", AtOnce)
    one = [repr((record.training, record.validation, record.test)) for record in run(small())]
    assert "None" not in one[-1]
    assert two == one


def test_what_the_kernel_cannot_do_is_said_and_the_plain_engine_serves() -> None:
    recipe = small(precision="float64")
    assert "float32, not float64" in CompiledEngine().refuses(recipe)
    assert choose(recipe).name == "plain"
    assert choose(small()).name == "compiled"


def test_a_run_that_diverges_says_so() -> None:
    recipe = small(activation="relu", output="identity", learning_rate=1e6, epochs=10)
    with pytest.raises(TrainingError, match=r"diverged in epoch .* lower the learning rate"):
        run(recipe)


def test_bars_are_learnt_and_the_record_names_the_engine() -> None:
    last = run(small(hidden=(16,), epochs=40, learning_rate=2))[-1]
    assert last.test is not None
    assert (last.engine, last.test.accuracy > 0.9) == ("compiled", True)
    seconds = [record.seconds for record in run(small(), every=1)]
    assert seconds == sorted(seconds)


def test_digits_are_made_ready_once_and_let_go_with_their_owner() -> None:
    some = bars(20)
    first = fast._pictures(some, Stop().flag)
    assert fast._pictures(some, Stop().flag) is first
    assert some.derived[fast.PICTURES] is first
    assert fast._pictures(some[:7], Stop().flag) is not first


def test_pictures_that_change_between_two_runs_are_learned_from_as_they_are_then() -> None:
    first, second = bars(40, 1), bars(40, 2)
    images, digits = first.images.copy(), first.digits.copy()

    def learned(some: Digits) -> list[bytes]:
        network = run(small(validation=0), data=DataSet("bars", "bars", some, some, CLASSES))[-1].network
        return [layer.weights.tobytes() for layer in network.layers]

    before = learned(Digits(images, digits))
    images[:], digits[:] = second.images, second.digits  # in place: still the same array
    after = learned(Digits(images, digits))
    assert before == learned(first)
    assert after == learned(second) != before


def test_rates_are_the_rates_one_by_one() -> None:
    for schedule in SCHEDULES:
        recipe = Recipe(schedule=schedule, epochs=7)
        one_by_one = [recipe.rate((epoch + step / 5) / 7) for epoch in range(7) for step in range(5)]
        np.testing.assert_allclose(recipe.rates(0, 35, 5), one_by_one, rtol=1e-12, atol=1e-15)
        assert all(later <= sooner for sooner, later in pairwise(recipe.rates(3, 30, 5)))


def test_the_classes_of_bars_fit() -> None:
    assert len(CLASSES) == 4  # as farthest() assumes
