"""`import digitlens as dl`: light, typed, made of values, and clear about what cannot be."""

from __future__ import annotations

import copy
import json
import multiprocessing
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.waiting import PATIENCE

import digitlens as dl

HEAVY = ("numpy", "click", "PIL", "rich", "platformdirs", "safetensors", "matplotlib")


@pytest.fixture(scope="module")
def seven() -> np.ndarray:
    """A pen digit, (28, 28) uint8, ink on nothing."""
    written = dl.pen_digits(50, seed=2).digits
    return written.images[np.flatnonzero(written.digits == 7)[0]]


@pytest.fixture(scope="module")
def few() -> dl.DataSet:
    written = dl.pen_digits(120, seed=4).digits
    return dl.DataSet("few", "a few pen digits", written[:100], written[100:])


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_loads_nothing_heavy_until_a_name_is_used() -> None:
    loaded = f"[n for n in sys.modules if n.split('.')[0] in {HEAVY} or n.startswith('digitlens.')]"
    said = _python(f"import sys, digitlens as dl; print({loaded}, len(dir(dl)) > 50); dl.__version__; print({loaded})")
    assert said == "[] True\n[]\n"
    assert "numpy" in _python("import sys, digitlens as dl; dl.load(); print(*sys.modules)").split()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'digitlens' has no attribute 'raed'"):
        dl.raed  # noqa: B018
    with pytest.raises(ImportError):
        exec("from digitlens import raed")


def test_readers_readings_and_networks_are_values(seven: np.ndarray) -> None:
    reader = dl.load("video")
    reading = dl.read(seven, reader)
    for value, field in ((reader, "network"), (reading, "trace"), (reader.network, "layers"), (reading.trace, "a")):
        with pytest.raises((FrozenInstanceError, AttributeError)):
            setattr(value, field, None)
    before = [layer.weights.copy() for layer in reader.network.layers]
    dl.explain(seven, reader, target=3).take_step(1.0)
    assert all((old == new.weights).all() for old, new in zip(before, reader.network.layers, strict=True))
    assert seven.tobytes() == seven.copy().tobytes()
    json.dumps(reading.to_json(), allow_nan=False)
    assert "video" in repr(reader)
    assert str(reading.label) in repr(reading)
    twin = copy.deepcopy(reading)  # the way in which it travels between processes
    assert twin.to_json() == reading.to_json()
    assert [dict(stage.parameters) for stage in twin.prepared.stages] == [
        dict(stage.parameters) for stage in reading.prepared.stages
    ]


def test_what_is_explained_is_what_was_read(seven: np.ndarray) -> None:
    reading = dl.read(seven, "video")
    parts = dl.explain(seven)
    assert (parts.layer, parts.neuron) == (3, reading.digit)
    assert parts.activation == pytest.approx(float(reading.activations.max()))
    for wrong in (
        {"layer": 0},
        {"layer": 4},
        {"layer": 1, "neuron": 16},
        {"target": 10},
        {"target": -1},
        {"target": 2, "layer": 1},
    ):
        with pytest.raises(dl.DigitlensError):
            dl.explain(seven, **wrong)


def test_whatever_a_prompt_or_a_notebook_shows_fits_on_a_line(seven: np.ndarray, few: dl.DataSet) -> None:
    reading, steps, run = dl.read(seven), dl.explain(seven, target=2), dl.train("video", few, epochs=2)
    assert repr(run) == "<Run video: 0 of 2 epochs>"
    record = next(iter(run))
    assert record.test is not None
    assert repr(run) == "<Run video: 1 of 2 epochs>"
    assert repr(record) == f"<Record: epoch 1, test accuracy {record.test.accuracy:.2%}>"
    unmeasured = replace(record, mini_batch=3, test=None)
    assert repr(unmeasured) == "<Record: epoch 1, 3 mini-batches of the next>"
    assert repr(steps) == f"<Steps: target 2, cost {steps.cost:.4g}>"
    assert repr(few) == "<DataSet few: 100 to learn from, 20 to be tested on>"
    assert repr(few.training) == "<Digits: 100 pictures>"
    assert repr(dl.pen_digits(3)) == "<PenDigits: 3 pictures with their strokes>"
    stages = reading.prepared.stages
    assert repr(reading.prepared) == f"<Prepared: {', '.join(stage.name for stage in stages)}>"
    assert repr(stages[0]) == f"<Stage {stages[0].name}: {stages[0].reason}>"
    evaluation = dl.load().evaluate(few.test)
    assert repr(evaluation) == f"<Evaluation of video: {evaluation.accuracy:.2%} of 20 pictures read correctly>"


def test_an_accuracy_is_told_of_the_very_weights_that_were_measured_alone(few: dl.DataSet) -> None:
    from digitlens.learning.training import Run

    run, told = Run(dl.Recipe(epochs=2, validation=10, mini_batch=30), few, every=1), {}
    for record in run:
        told[record.epoch, record.mini_batch] = "test_accuracy" in run.reader().provenance
    assert told == {(0, 1): False, (0, 2): False, (1, 0): True, (1, 1): False, (1, 2): False, (2, 0): True}


def test_a_misspelt_field_is_answered_with_those_there_are(few: dl.DataSet) -> None:
    with pytest.raises(dl.DigitlensError, match=r"no field 'epohcs'; its fields are name, seed, .*epochs"):
        dl.train("video", few, epohcs=1)


def test_a_run_that_goes_on_says_where_it_stands(few: dl.DataSet) -> None:
    from digitlens.learning.training import Run

    record = next(iter(dl.train("video", few, epochs=2)))
    assert repr(Run(dl.Recipe(epochs=2, validation=10), few, state=record.state)) == "<Run video: 1 of 2 epochs>"


def test_many_threads_with_one_reader_get_the_same_answers() -> None:
    reader, images = dl.load("video"), dl.pen_digits(64, seed=9).digits.images
    alone = [dl.read(image, reader).activations.tobytes() for image in images]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            together = threads.map(lambda image: dl.read(image, reader).activations.tobytes(), images)
            assert list(together) == alone


def test_names_are_first_used_by_many_threads_at_once() -> None:
    code = (
        "import threading, digitlens as dl\n"
        "start, found = threading.Barrier(8), []\n"
        "def use():\n    start.wait()\n    found.append((dl.read, dl.Reader, dl.load))\n"
        "threads = [threading.Thread(target=use) for _ in range(8)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "print(len(found), len(set(found)))"
    )
    assert _python(code) == "8 1\n"


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_other_processes_read_the_same(seven: np.ndarray, method: str) -> None:
    # The parent reads first: threads of the linear algebra may have started, and a forked child must not wait for them.
    code = (
        "import multiprocessing, sys, numpy as np, digitlens as dl\n"
        "image = np.frombuffer(bytes.fromhex(sys.stdin.read()), np.uint8).reshape(28, 28)\n"
        "if __name__ == '__main__':\n"
        "    here = dl.read(image).activations.tobytes()\n"
        f"    with multiprocessing.get_context({method!r}).Pool(2) as pool:\n"
        "        there = [r.activations.tobytes() for r in pool.map(dl.read, [image] * 4)]\n"
        "    print(there == [here] * 4)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=seven.tobytes().hex(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout == "True\n", done.stderr


def _interrupted(run: dl.Run) -> None:
    for record in run:
        if record.epoch == 2:
            raise KeyboardInterrupt


def test_a_loop_left_in_the_middle_leaves_a_run_that_goes_on_to_the_same_bits(few: dl.DataSet) -> None:
    undisturbed = dl.train("video", few, epochs=6)
    for _ in undisturbed:
        pass
    left = dl.train("video", few, epochs=6)
    with pytest.raises(KeyboardInterrupt):
        _interrupted(left)
    assert left.latest is not None
    assert left.latest.epoch == 2
    assert dl.read(few.test.images[0], left.reader()).digit in range(10)
    for _ in left:
        break
    for _ in left:
        pass
    assert left.finished
    assert [row["epoch"] for row in left.history] == [1, 2, 3, 4, 5, 6]
    pairs = zip(left.reader().network.layers, undisturbed.reader().network.layers, strict=True)
    assert all(a.weights.tobytes() == b.weights.tobytes() for a, b in pairs)


def test_a_run_may_be_stopped_from_another_thread(few: dl.DataSet) -> None:
    run = dl.train("video", few, epochs=100_000)
    threading.Timer(0.2, run.stop).start()
    for _ in run:
        pass
    assert not run.finished
    assert run.reader().network.parameters == 13_002


def test_of_few_pictures_a_tenth_is_held_out_unless_a_number_was_chosen(few: dl.DataSet) -> None:
    assert dl.train("video", few).recipe.validation == 10
    assert dl.train("video", few, validation=30).recipe.validation == 30
    assert dl.train(dl.Recipe(validation=40), few).recipe.validation == 40


def test_a_class_whose_name_no_file_would_hold_is_refused_before_anything_is_learned(few: dl.DataSet) -> None:
    with pytest.raises(dl.DigitlensError, match="a name of 100 letters, got 101"):
        dl.train("video", replace(few, classes=("x" * 101, *"123456789")))


def test_what_was_trained_is_saved_and_loaded(few: dl.DataSet, tmp_path: Path) -> None:
    run = dl.train("talk", few, epochs=1, hidden=[4])
    assert run.recipe.validation == 10  # a tenth of the few
    with pytest.raises(dl.DigitlensError, match="walk through it first"):
        run.reader()
    for _ in run:
        pass
    dl.save(run.reader(), tmp_path / "mine")
    again = dl.load(tmp_path / "mine")
    assert again.network.sizes == (784, 4, 10)
    assert again.network.layers[0].weights.tobytes() == run.reader().network.layers[0].weights.tobytes()
    with pytest.raises(dl.DigitlensError):
        dl.save(run.reader(), tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"epochs": 0}, {"epochs": 1.5}, {"epochs": "3"}, {"epochs": True}, {"learning_rate": float("nan")},
        {"seed": -1}, {"seed": 2**64}, {"hidden": "16"}, {"hidden": [16.0]}, {"speed": 3}, {"activation": None},
        {"validation": 100}, {"engine": "steam"}, {"recipe": "soup"}, {"preparation": "straighten"},
    ],
)  # fmt: skip
def test_a_run_that_makes_no_sense_is_refused(few: dl.DataSet, changes: dict[str, Any]) -> None:
    with pytest.raises(dl.DigitlensError):
        dl.train(**{"recipe": "video", "data": few, **changes})


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, "0", None])
def test_pen_digits_want_a_count_and_a_seed(seed: Any) -> None:
    with pytest.raises(dl.DigitlensError):
        dl.pen_digits(3, seed=seed)
    for count in (0, -1, 10**9, 2.5, "3"):
        with pytest.raises(dl.DigitlensError):
            dl.pen_digits(count)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("images", "digits"),
    [
        (np.zeros((3, 28, 28)), np.zeros(3, np.uint8)), (np.zeros((3, 65, 28), np.uint8), np.zeros(3, np.uint8)),
        (np.zeros((3, 784), np.uint8), np.zeros(3, np.uint8)), (np.zeros((3, 28, 28), np.uint8), np.zeros(3)),
        (np.zeros((3, 28, 28), np.uint8), np.zeros((3, 1), np.uint8)),
        (np.zeros((3, 28, 28), np.uint8), np.array(["1", "2", "3"])),
        (np.zeros((3, 28, 28), np.uint8), np.zeros(2, np.uint8)), (np.zeros((3, 28, 28), np.uint8), [1, 2, 3]),
    ],
)  # fmt: skip
def test_labelled_digits_of_another_kind_are_refused(images: Any, digits: Any) -> None:
    with pytest.raises(dl.DigitlensError):
        dl.Digits(images, digits)


@pytest.mark.parametrize("name", ["missing", "x" * 300, "a\0b", ""])
def test_data_that_is_not_there_is_a_clear_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(dl.DigitlensError):
        dl.data(str(tmp_path / name) if name else name)


@pytest.mark.skipif(
    "DIGITLENS_DATA" not in os.environ,
    reason="no MNIST here; set DIGITLENS_DATA to check that it is found and verified",
)
def test_mnist_is_all_there() -> None:
    digits = dl.mnist(offline=True)
    assert (len(digits.training), len(digits.test)) == (60_000, 10_000)
    assert digits.name == "mnist"
