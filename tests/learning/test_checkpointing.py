"""A run that survives: stopped anywhere and gone on with, it writes the file that an uninterrupted one writes."""

from __future__ import annotations

import contextlib
import json
import tempfile
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.learning.bars import CLASSES, bar_data, bars, small

from digitlens.digits.dataset import DataSet
from digitlens.errors import DigitlensError, FileError, ModelFileError, RecipeError, TrainingError, UsageError
from digitlens.learning.checkpointing import checkpointed, discard, resume_run, save_checkpoint, unfinished_recipe
from digitlens.learning.engine import Measured, Record
from digitlens.learning.training import Run, row
from digitlens.storage import checkpoint as checkpoints
from digitlens.storage.container import unpack
from digitlens.storage.model_file import LIMITS, load

DATA = bar_data()


def timeless(data: bytes) -> tuple[Any, dict[str, bytes]]:
    """A model file, which holds no seconds, since no two runs share them: (its document, its arrays' bytes)."""
    document, tensors = unpack(data, LIMITS)
    assert not any("seconds" in one for one in document["blocks"]["history"]["rows"])
    return document, {name: array.tobytes() for name, array in tensors.items()}


def whole(path: Path, recipe: Any, data: DataSet = DATA) -> Any:
    list(checkpointed(Run(recipe, data), path, 1e9))
    return timeless(path.read_bytes())


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


VARIANTS: list[dict[str, Any]] = [
    {},
    {"optimiser": "momentum", "learning_rate": 0.1, "weight_decay": 0.01},
    {"optimiser": "adam", "learning_rate": 0.01, "averaging": 0.9, "schedule": "cosine"},
    {"precision": "float64", "optimiser": "adam", "learning_rate": 0.01, "averaging": 0.5},
    {"hidden": (3,) * 8, "optimiser": "adam", "averaging": 0.9, "precision": "float64"},  # the most arrays there can be
    {"hidden": (), "preparation": ("straighten",)},
]


@pytest.mark.parametrize("number", range(len(VARIANTS)))
def test_a_run_stopped_again_and_again_writes_the_file_of_an_uninterrupted_one(number: int, tmp_path: Path) -> None:
    recipe = small(**VARIANTS[number], epochs=4)
    expected = whole(tmp_path / "whole.digitlens", recipe)
    assert names(tmp_path) == ["whole.digitlens"]

    path, starts = tmp_path / "parts.digitlens", 0
    run = Run(recipe, DATA, every=3)
    while not run.finished:
        for record in checkpointed(run, path, 0):
            if record.mini_batch:
                run.stop()
        starts += 1
        assert load(path).network.sizes == recipe.sizes(4)  # the latest network, whether finished or not
        if not run.finished:
            assert unfinished_recipe(path) == recipe
            run = resume_run(path, DATA)
            run._every = 3
    assert starts > 3
    assert timeless(path.read_bytes()) == expected
    assert names(tmp_path) == ["parts.digitlens", "whole.digitlens"]
    assert unfinished_recipe(path) is None


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
@settings(max_examples=8)
def test_wherever_a_run_is_left_without_a_word_it_goes_on_from_its_last_checkpoint(lengths: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        recipe, path = small(epochs=5), Path(folder) / "x.digitlens"
        expected = whole(Path(folder) / "whole.digitlens", recipe)
        for length in lengths:
            run = resume_run(path, DATA) if unfinished_recipe(path) else Run(recipe, DATA)
            walk = checkpointed(run, path, 0)
            for _, _record in zip(range(length), walk, strict=False):
                pass
            walk.close()  # as a crash would, it says nothing to anybody
        list(checkpointed(resume_run(path, DATA) if unfinished_recipe(path) else Run(recipe, DATA), path, 0))
        assert timeless(path.read_bytes()) == expected
        assert names(Path(folder)) == ["whole.digitlens", "x.digitlens"]


def test_a_long_history_is_thinned_alike_with_and_without_interruption(tmp_path: Path) -> None:
    recipe, data = small(epochs=450, hidden=(), validation=0, mini_batch=8), bar_data(8)
    data = DataSet(data.name, data.source, data.training, data.test[:2], CLASSES)
    expected = whole(tmp_path / "whole.digitlens", recipe, data)
    path, run = tmp_path / "parts.digitlens", Run(recipe, data)
    for place in (203, 399):
        for record in checkpointed(run, path, 1e9):
            if record.epoch == place:
                run.stop()
        run = resume_run(path, data)
    list(checkpointed(run, path, 1e9))
    assert timeless(path.read_bytes()) == expected
    epochs = [one["epoch"] for one in load(path).history]
    assert epochs == [*range(4, 450, 4), 450]


def test_checkpoints_come_at_the_end_of_an_epoch_and_not_too_often(tmp_path: Path) -> None:
    path = tmp_path / "x.digitlens"
    for record in checkpointed(Run(small(epochs=3), DATA), path, 1e9):
        assert names(tmp_path) == []
        assert record.epoch <= 3
    assert names(tmp_path) == ["x.digitlens"]
    seen = [
        (record.epoch, record.mini_batch, checkpoints.checkpoint_path(path).exists())
        for record in checkpointed(Run(small(epochs=2), DATA, every=4), path, 0)
    ]
    assert seen == [(0, 4, False), (1, 0, True), (1, 4, True), (2, 0, True)]
    assert names(tmp_path) == ["x.digitlens"]


def test_leftovers_of_killed_writers_are_swept_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "x.digitlens"
    for name in (".x.digitlens.0123456789ab.tmp", ".x.digitlens.checkpoint.0123456789ab.tmp", ".y.0123456789ab.tmp"):
        (tmp_path / name).write_bytes(b"half")
    next(checkpointed(Run(small(), DATA), path, 1e9))
    assert names(tmp_path) == [".y.0123456789ab.tmp"]


def test_a_finished_run_walked_through_again_does_nothing(tmp_path: Path) -> None:
    path, run = tmp_path / "x.digitlens", Run(small(), DATA)
    assert len(list(checkpointed(run, path, 0))) == 3
    before = path.read_bytes()
    assert list(run) == []
    assert list(checkpointed(run, path, 0)) == []
    assert timeless(path.read_bytes()) == timeless(before)


def test_other_digits_are_refused(tmp_path: Path) -> None:
    path, run = tmp_path / "x.digitlens", Run(small(), DATA, every=1)
    next(iter(run))
    save_checkpoint(run, path)
    other = bar_data(seed=5)
    with pytest.raises(UsageError, match=r"learned from other digits than these .*--data"):
        resume_run(path, other)
    more = DataSet("bars", "bars", DATA.training, DATA.test, (*CLASSES, "4"))
    with pytest.raises(ModelFileError, match="contradicts"):
        resume_run(path, more)
    assert resume_run(path, DATA).recipe == small()


def test_without_a_checkpoint_there_is_nothing_to_go_on_with(tmp_path: Path) -> None:
    assert unfinished_recipe(tmp_path / "x.digitlens") is None
    with pytest.raises(UsageError, match=r"no unfinished run beside x\.digitlens"):
        resume_run(tmp_path / "x.digitlens", DATA)
    discard(tmp_path / "x.digitlens")
    assert unfinished_recipe(tmp_path / ("x" * 250)) is None


def test_a_run_given_up_is_forgotten(tmp_path: Path) -> None:
    path, run = tmp_path / "x.digitlens", Run(small(), DATA, every=1)
    next(iter(run))
    save_checkpoint(run, path)
    assert unfinished_recipe(path) == small()
    discard(path)
    assert names(tmp_path) == []


def test_a_folder_that_is_gone_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="existing folder"):
        list(checkpointed(Run(small(), DATA), tmp_path / "gone" / "x.digitlens", 0))


def written(tmp_path: Path, **changes: Any) -> Path:
    """A checkpoint with a value of its document changed, its form kept whole."""
    recipe = small(optimiser="adam", learning_rate=0.01, averaging=0.5)
    path, run = tmp_path / "x.digitlens", Run(recipe, DATA, every=2)
    next(iter(run))
    save_checkpoint(run, path)
    file = checkpoints.checkpoint_path(path)
    data = file.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    document = json.loads(header["__metadata__"]["digitlens"])
    for place, value in changes.items():
        *above, last = place.split("__")
        target = document
        for name in above:
            target = target[name]
        if value is ...:
            del target[last]
        else:
            target[last] = value
    header["__metadata__"]["digitlens"] = json.dumps(document)
    raw = json.dumps(header).encode()
    file.write_bytes(len(raw).to_bytes(8, "little") + raw + data[8 + length :])
    return path


BAD: list[tuple[str, Any]] = [
    ("format", 2), ("format", ...), ("checkpoint", 5), ("checkpoint", ...), ("checkpoint", []),
    *((f"checkpoint__{name}", value)
      for name in ("recipe", "data", "engine", "position", "history", "steps", "sizes")
      for value in (..., None, 5.5, [1], "x", {"a": "b"})),
    *((f"checkpoint__position__{name}", value)
      for name in ("epoch", "mini_batch") for value in (..., None, -1, 1.5, "1", [], 10**9, 1e300, True)),
    ("checkpoint__position__seconds", "x"), ("checkpoint__position__seconds", None),
    ("checkpoint__position__mini_batch", 5),  # there are five: 0 to 4 can be completed
    ("checkpoint__position__epoch", 3),  # of three, with two mini-batches more
    ("checkpoint__recipe__hidden", [7, 5]), ("checkpoint__recipe__hidden", "x"), ("checkpoint__recipe__new", 1),
    ("checkpoint__recipe__optimiser", "momentum"), ("checkpoint__recipe__averaging", 0),
    ("checkpoint__recipe__precision", "float64"), ("checkpoint__recipe__learning_rate", -1),
    *(("checkpoint__history", [row]) for row in (
        {"test_cost": 1.0}, {"epoch": -1}, {"epoch": 1, "test_cost": 10**400}, {"epoch": 1, "test_cost": 1.7e308},
        {"epoch": 1, "test_accuracy": 2}, {"epoch": True},
    )),
    ("checkpoint__position__seconds", -1), ("checkpoint__position__seconds", 1.7e308), ("checkpoint__steps", 2**60),
    ("checkpoint__data", "x" * 4_000), ("checkpoint__recipe__name", "x" * 4_000),
    ("checkpoint__steps", -1), ("checkpoint__sizes", [784, 6, 5, 5]), ("checkpoint__history", [[]]),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value"), BAD, ids=lambda value: str(value)[:40])
def test_a_checkpoint_that_contradicts_itself_is_refused(place: str, value: Any, tmp_path: Path) -> None:
    path = written(tmp_path, **{place: value})
    if (place, value) == ("checkpoint__data", "x"):
        with pytest.raises(UsageError, match="other digits"):
            resume_run(path, DATA)
    elif (place, value) == ("checkpoint__engine", "x"):
        with pytest.raises(RecipeError, match="engine: one of"):
            resume_run(path, DATA)
    else:
        with pytest.raises(ModelFileError) as caught:
            resume_run(path, DATA)
        assert len(str(caught.value)) < 500


def test_an_unchanged_checkpoint_is_accepted_so_that_the_test_above_means_something(tmp_path: Path) -> None:
    run = resume_run(written(tmp_path), DATA)
    assert list(run)[-1].epoch == 3
    assert run.finished


def test_a_checkpoint_cut_short_or_with_a_flipped_bit_is_refused_or_harmless(tmp_path: Path) -> None:
    path = written(tmp_path)
    file = checkpoints.checkpoint_path(path)
    data, rng = file.read_bytes(), np.random.default_rng(0)
    for cut in [0, 1, 7, 8, 9, *rng.integers(10, len(data), 20).tolist(), len(data) - 1]:
        file.write_bytes(data[:cut])
        with pytest.raises(ModelFileError):
            resume_run(path, DATA)
    length = int.from_bytes(data[:8], "little")
    for place in rng.integers(0, length + 8, 300):
        changed = bytearray(data)
        changed[place] ^= 1 << int(rng.integers(8))
        file.write_bytes(changed)
        with contextlib.suppress(DigitlensError):
            resume_run(path, DATA)


def test_a_run_can_be_stopped_before_it_has_begun_and_from_another_thread() -> None:
    run = Run(small(), DATA)
    thread = threading.Thread(target=run.stop)
    thread.start()
    thread.join()
    records = list(run)
    assert [(record.epoch, record.mini_batch) for record in records] == [(0, 1)]
    assert not run.finished
    assert [record.epoch for record in run] == [1, 2, 3]  # entered again it goes on, to the end
    assert run.finished


def test_a_run_left_and_entered_again_goes_on_to_the_same_bits() -> None:
    recipe = small()
    one, other = Run(recipe, DATA), Run(recipe, DATA)
    list(one)
    for _ in other:
        break
    list(other)
    for a, b in zip(one.latest.network.layers, other.latest.network.layers, strict=True):
        assert a.weights.tobytes() == b.weights.tobytes()
    assert [one["epoch"] for one in other.history] == [1, 2, 3]


def test_a_run_tells_its_story_in_the_reader() -> None:
    run = Run(small(seed=3), DATA)
    with pytest.raises(RecipeError, match="has not given a record yet"):
        run.reader()
    last = list(run)[-1]
    reader = run.reader()
    assert reader.classes == CLASSES
    assert reader.recipe == small(seed=3).to_json()
    told = reader.provenance
    assert (told["data"], told["learned_from"], told["epochs"], told["engine"]) == ("bars", 73, 3, run.engine.name)
    assert told["data_sha256"] == DATA.training.fingerprint()
    assert told["test_accuracy"] == round(last.test.accuracy, 6)
    assert [one["epoch"] for one in reader.history] == [1, 2, 3]
    json.dumps(dict(told), allow_nan=False)


def test_a_run_refuses_a_negative_pace_of_records() -> None:
    with pytest.raises(UsageError, match="every 0 or more"):
        Run(small(), DATA, every=-1)


def test_digits_are_adjusted_as_they_will_be_read() -> None:
    run = Run(small(preparation=("straighten",)), DATA)
    list(run)
    reader = run.reader()
    assert reader.adjusting == ("straighten",)
    assert np.array_equal(reader.adjusted(DATA.test.images), run.split.test.images)
    assert run.latest.test.accuracy == reader.evaluate(DATA.test).accuracy


def test_a_row_holds_what_was_measured() -> None:
    record = Record(2, 0, 1.23456, 0.5, "plain", None, None, training=Measured(0.123456789, 0.75))  # type: ignore[arg-type]
    assert row(record) == {"epoch": 2, "seconds": 1.235, "training_cost": 0.123457, "training_accuracy": 0.75}


def test_what_bars_are_is_the_same_everywhere() -> None:
    assert bars(3).fingerprint() == bars(3).fingerprint()
    assert bars(3).fingerprint() != bars(3, 1).fingerprint()


def test_a_run_that_diverges_leaves_no_checkpoint_that_would_diverge_again(tmp_path: Path) -> None:
    path = tmp_path / "x.digitlens"
    recipe = small(activation="identity", output="identity", learning_rate=0.5, schedule="constant", epochs=50)
    with pytest.raises(TrainingError, match="lower the learning rate"):
        list(checkpointed(Run(recipe, DATA, every=1), path, 0))
    assert names(tmp_path) == []


def test_a_recipe_is_described_in_a_few_words() -> None:
    assert small(output="softmax", cost="cross_entropy").describe() == "784-6-5-10 sigmoid, softmax outputs"
    assert small(activation="relu").describe() == "784-6-5-10 relu"
