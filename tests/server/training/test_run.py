"""A visitor's run: however it is interrupted, it ends in the bits of an undisturbed one; and it says how it is."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.learning.bars import bar_data, small
from tests.waiting import PATIENCE, until

from digitlens.digits.dataset import DataSet
from digitlens.errors import DataError
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run
from digitlens.network.network import Network
from digitlens.server.training.frames import unframe
from digitlens.server.training.queue import TrainingQueue
from digitlens.server.training.run import STEPS, Training
from digitlens.server.training.run_status import RunRequest
from digitlens.server.training.run_store import RunStore
from digitlens.server.training.timing import Timing

DATA = bar_data()
VARIANTS: list[dict[str, Any]] = [
    {},
    {"optimiser": "momentum", "learning_rate": 0.1, "weight_decay": 0.01, "labels": "random"},
    {"optimiser": "adam", "learning_rate": 0.01, "averaging": 0.9, "schedule": "cosine", "augmentation": "affine"},
    {"precision": "float64", "hidden": ()},
]


ALL_MEASURED = Timing(measuring=1e9)  # every record, however busy the machine is


class Nobody(TrainingQueue):
    """A row in which nobody serves: a test takes the turns itself."""

    def __init__(self) -> None:
        super().__init__(0)


def training(recipe: Recipe, store: RunStore | None = None, **more: Any) -> Training:
    request = RunRequest(7, recipe, "video", "folder", "bars", chosen=True)
    return Training(
        request, lambda: DATA, Nobody(), lambda: None, store or RunStore(None), **{"timing": ALL_MEASURED, **more}
    )


def after(count: int) -> Callable[[], bool]:
    """A turn that is over after so many records."""
    left = [count]

    def over() -> bool:
        left[0] -= 1
        return left[0] <= 0

    return over


def never() -> bool:
    return False


def seen(one: Training, kind: str = "run") -> tuple[dict[str, Any], dict[str, Any]]:
    frames = [unframe(data) for data in one.board.newer({})]
    return next(frame for frame in frames if frame[0]["type"] == kind)


def bits(network: Network) -> list[bytes]:
    return [part.astype(np.float32).tobytes() for layer in network.layers for part in (layer.weights, layer.biases)]


def learned(one: Training) -> list[bytes]:
    reader = one.reader(None)
    assert reader is not None
    return bits(reader.network)


def whole(recipe: Recipe) -> list[bytes]:
    run = Run(recipe, DATA)
    list(run)
    return bits(run.reader().network)


@given(
    st.sampled_from(VARIANTS),
    st.lists(st.tuples(st.sampled_from(["run", "epoch", "mini_batch", "pause"]), st.integers(1, 9)), max_size=8),
)
@settings(max_examples=25)
def test_however_it_is_interrupted_it_ends_in_the_bits_of_an_undisturbed_run(
    fields: dict[str, Any], ways: list[tuple[str, int]]
) -> None:
    recipe = small(**fields)
    one = training(recipe)
    for how, records in ways:
        if how == "pause":
            one.pause()
        else:
            one.go(how)
        one.turn(after(records))
    one.go()
    while one.turn(after(5)):
        pass
    header, arrays = seen(one)
    assert (header["state"], header["epoch"], header["own_way"]) == ("finished", 3, False)
    assert learned(one) == whole(recipe)
    curves = arrays["curves"]
    assert (np.diff(curves[:, 0]) > 0).all()
    assert curves[curves[:, 5] == 1, 0].tolist() == [1, 2, 3]


def test_steps_are_called_by_what_they_are() -> None:
    one = training(small(mini_batch=16, validation=10))  # 80 pictures: five mini-batches
    one.go("")
    assert seen(one)[0]["state"] == "waiting"
    assert one.turn(never) is False
    places = []
    for how in ("", "mini_batch", "mini_batch", "epoch", "mini_batch", "epoch", "run"):
        one.go(how)
        one.turn(never)
        header, _ = seen(one)
        places.append((header["epoch"], header["mini_batch"], header["state"]))
    assert places == [
        (0, 0, "paused"),
        (0, 1, "paused"),
        (0, 2, "paused"),
        (1, 0, "paused"),
        (1, 1, "paused"),
        (2, 0, "paused"),
        (3, 0, "finished"),
    ]
    assert learned(one) == whole(small(mini_batch=16, validation=10))


def test_steps_that_are_asked_for_at_once_are_all_done_but_not_any_number_of_them() -> None:
    one = training(small())
    for _ in range(3):
        one.go("mini_batch")
    one.turn(never)
    assert seen(one)[0]["mini_batch"] == 3
    two = training(small(epochs=100))
    for _ in range(STEPS + 50):
        two.go("epoch")
    two.turn(never)
    assert seen(two)[0]["epoch"] <= STEPS


def test_single_examples_are_learned_in_the_order_of_the_mini_batches_and_leave_the_way_of_the_recipe() -> None:
    recipe = small(mini_batch=4, validation=0)
    one, run = training(recipe), Run(recipe, DATA)
    order = recipe.stream("order", 0).permutation(len(DATA.training))
    places = []
    for k in range(6):
        one.go("example")
        one.turn(never)
        header, arrays = seen(one)
        places.append((header["mini_batch"], header["example"]))
        last = header["last_example"]
        assert last["index"] == order[k]
        assert last["digit"] == DATA.training.digits[order[k]]
        assert last["cost_after"] < last["cost_before"]
        assert (arrays["example"] == DATA.training.flat[order[k]]).all()
        assert (header["own_way"], header["kept"]) == (True, False)
    assert places == [(0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2)]
    one.go("mini_batch")  # the second one was begun: what is left of it is learned, too
    one.turn(never)
    header, arrays = seen(one)
    assert (header["mini_batch"], header["example"], header["own_way"]) == (2, 0, True)
    assert arrays["curves"][-1, 0] == pytest.approx(2 * 4 / len(run.split.training))
    one.go("example")
    one.turn(never)
    one.go("run")
    one.turn(never)
    assert seen(one)[0]["state"] == "finished"
    assert learned(one) != whole(recipe)
    reader = one.reader(None)
    assert reader is not None
    assert reader.provenance["single_examples"] is True
    before = one.reader(0)
    assert before is not None
    assert "single_examples" not in before.provenance


@pytest.mark.parametrize("how", ["example", "mini_batch", "epoch"])
def test_more_steps_than_there_are_end_with_the_run(how: str) -> None:
    recipe = small(epochs=1, mini_batch=len(DATA.training) // 3)
    one = training(recipe)
    one.go("mini_batch")
    while one.turn(never):
        pass
    for _ in range(STEPS):
        one.go(how)
    turns = 0
    while one.turn(after(5)):
        turns += 1
        assert turns < STEPS
    header, _ = seen(one)
    assert (header["state"], header["error"], header["epoch"]) == ("finished", "", 1)


def test_single_examples_to_the_end_of_an_epoch_make_an_epoch() -> None:
    one = training(small(validation=87, mini_batch=2))  # three pictures
    for _ in range(3):
        one.go("example")
    one.turn(never)
    header, arrays = seen(one)
    assert (header["epoch"], header["mini_batch"], header["example"]) == (1, 0, 0)
    assert arrays["curves"][-1, 5] == 1
    reader = one.reader(None)
    assert reader is not None
    assert [row["epoch"] for row in reader.history] == [1]


def test_every_kept_moment_is_a_network_with_its_story_until_then() -> None:
    run = Run(small(), DATA, every=2)
    expected = {(record.epoch, record.mini_batch): bits(record.network) for record in run}
    one = training(small())
    one.go()
    one.turn(never)
    count = seen(one)[0]["records"]
    matched = 0
    for number in range(count):
        reader, moment = one.reader(number), one.snapshot(number)
        assert reader is not None
        assert moment is not None
        assert reader.name == "trained"
        assert reader.recipe == small(data="folder").to_json() | {"data": "bars"}
        assert [row["epoch"] for row in reader.history] == list(range(1, moment.epoch + 1))
        assert ("test_accuracy" in reader.provenance) == (moment.epoch > 0 and moment.mini_batch == 0)
        place = moment.epoch, moment.mini_batch
        matched += place in expected and expected[place] == bits(reader.network)
    assert matched >= 3
    assert one.reader(count) is None
    nearest = one.snapshot(10**9)
    assert nearest is not None
    assert nearest.number == count - 1


@pytest.mark.parametrize("engine", ["compiled", "plain"])
def test_a_run_that_diverges_says_so_and_stops(engine: str, tmp_path: Path) -> None:
    fields = {"learning_rate": 1e6, "activation": "identity", "output": "identity", "schedule": "constant"}
    one = training(small(**fields, precision="float64" if engine == "plain" else "float32"), RunStore(tmp_path / "x"))
    one.go()
    assert one.turn(never) is False
    header, arrays = seen(one)
    assert header["state"] == "diverged"
    assert "lower the learning rate" in header["error"]
    assert one.over
    one._queue.leave(one)
    one.go()
    assert seen(one)[0]["state"] == "diverged"
    assert one._queue.place(one) is None
    assert list(tmp_path.iterdir()) == []
    assert len(arrays["curves"]) >= 1


def test_digits_that_cannot_be_loaded_are_said_to_be_so(capfd: pytest.CaptureFixture[str]) -> None:
    def missing() -> DataSet:
        raise DataError("they are nowhere")

    def broken() -> DataSet:
        raise ZeroDivisionError("on purpose")

    def large() -> DataSet:
        raise MemoryError

    for load, words in ((missing, "they are nowhere"), (large, "not enough memory"), (broken, "bug in digitlens")):
        request = RunRequest(1, small(), "video", "folder")
        one = Training(request, load, Nobody(), lambda: None, RunStore(None))
        one.go()
        assert one.turn(never) is False
        header, _ = seen(one)
        assert header["state"] == "failed"
        assert words in header["error"]
    assert "on purpose" in capfd.readouterr().err


def test_a_run_is_stopped_whatever_it_does() -> None:
    turns = TrainingQueue(1)
    request = RunRequest(1, small(epochs=100_000), "video", "folder", chosen=True)
    for number in range(20):
        one = Training(request, lambda: DATA, turns, lambda: None, RunStore(None))
        one.go()
        until(lambda one=one: one._status.state == "running")
        time.sleep(number / 500)
        (one.pause if number % 2 else one.stop)()
        until(lambda one=one: turns.place(one) is None)  # long before the hours that the run would take
        assert one._status.state == "paused" or not number % 2
    turns.close(PATIENCE)


def test_mistakes_are_those_of_the_newest_network() -> None:
    one = training(small(hidden=(), epochs=2))
    one.go()
    one.turn(never)
    header, arrays = seen(one, "mistakes")
    network = one.reader(None)
    assert network is not None
    read = network.outputs(DATA.test.images).argmax(axis=1)
    wrong = np.flatnonzero(read != DATA.test.digits)
    assert (header["number"], header["tested"], header["count"]) == (7, 40, len(wrong))
    assert header["record"] == seen(one)[0]["records"] - 1
    assert arrays["confusion"].sum() == 40
    assert np.trace(arrays["confusion"]) == 40 - len(wrong)
    assert [item["index"] for item in header["shown"]] == wrong[:24].tolist()
    for item, image in zip(header["shown"], arrays["images"], strict=True):
        assert (image == DATA.test.flat[item["index"]]).all()
        assert arrays["confusion"][item["digit"], item["read"]] > 0


def test_a_run_that_was_given_up_is_gone_at_once() -> None:
    one = training(small())
    one.go()
    while one.turn(never):
        pass
    assert seen(one)[0]["state"] == "finished"
    one.stop()
    one._store.take(None)  # as another run of its visitor would
    left = weakref.ref(one)
    gc.disable()
    try:
        del one
        assert left() is None
    finally:
        gc.enable()
