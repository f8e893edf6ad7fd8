"""Runs survive their server: from the last checkpoint they go on to the same bits, and no other run writes over it."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.learning.bars import bar_data, small
from tests.server.training.test_run import DATA, VARIANTS, Nobody, after, learned, never, seen, training, whole
from tests.waiting import PATIENCE

from digitlens.errors import DataError, FileError
from digitlens.learning.checkpointing import unfinished_recipe
from digitlens.learning.recipe import Recipe
from digitlens.server.training import run_store as shelves
from digitlens.server.training.run import Training
from digitlens.server.training.run_status import RunRequest
from digitlens.server.training.run_store import RunStore, RunStores
from digitlens.server.training.timing import Timing

NAME = "0f" * 16


EAGER = Timing(measuring=1e9, checkpoints=0.0)  # a checkpoint after every record, all of which are measured


def eager(recipe: Recipe, store: RunStore) -> Training:
    return training(recipe, store, timing=EAGER)


def goes_on(path: Path, load: Any = lambda: DATA) -> Training:
    """What a new server makes of a checkpoint."""
    store = RunStore(path)
    checkpoint = store.load()
    assert checkpoint is not None
    request = RunRequest(0, Recipe.from_json(checkpoint.recipe), "video", "folder", "bars", chosen=True)
    return Training(request, load, Nobody(), lambda: None, store, checkpoint, EAGER)


@given(st.sampled_from(VARIANTS), st.lists(st.integers(1, 7), min_size=1, max_size=4))
@settings(max_examples=12)
def test_wherever_a_server_is_killed_the_run_goes_on_to_the_same_bits(
    fields: dict[str, Any], lengths: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, recipe = Path(folder) / f"{NAME}.digitlens", small(**fields)
        one = eager(recipe, RunStore(path))
        for length in lengths:
            one.go()
            one.turn(after(length))
            if one.over:
                break
            assert unfinished_recipe(path) == recipe.changed(data="bars")
            one = goes_on(path)  # and of the old one nothing is heard any more
            assert seen(one)[0]["state"] == "interrupted"
        one.go()
        one.turn(never)
        assert seen(one)[0]["state"] == "finished"
        assert learned(one) == whole(recipe)
        assert list(Path(folder).iterdir()) == []


def test_before_its_digits_are_there_an_interrupted_run_shows_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.digitlens"
    one = eager(small(epochs=9), RunStore(path))
    one.go("epoch")
    one.go("epoch")
    one.go("mini_batch")
    one.turn(never)
    before, arrays = seen(one)
    later = goes_on(path)
    header, shown = seen(later)
    assert (header["state"], header["number"], header["kept"]) == ("interrupted", 0, True)
    assert (header["epoch"], header["mini_batch"]) == (2, 1)
    assert header["recipe"] == before["recipe"]
    assert header["strongest"] == before["strongest"]
    assert (shown["pictures"] == arrays["pictures"]).all()
    assert shown["curves"][:, 0].tolist() == [1, 2]
    assert later.snapshot(0) is not None
    later.go()
    later.turn(never)
    header, shown = seen(later)
    assert header["state"] == "finished"
    assert shown["curves"][shown["curves"][:, 5] == 1, 0].tolist() == list(range(1, 10))


def test_digits_that_are_missing_or_others_cost_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.digitlens"
    one = eager(small(), RunStore(path))
    one.go("epoch")
    one.turn(never)

    def missing() -> Any:
        raise DataError("they are nowhere")

    for load, words in ((missing, "nowhere"), (lambda: bar_data(60), "other digits")):
        later = goes_on(path, load)
        later.go()
        later.turn(never)
        header, _ = seen(later)
        assert header["state"] == "failed"
        assert words in header["error"]
        later._load = lambda: DATA  # they are found again
        assert not later.over
    later.go()
    later.turn(never)
    assert seen(later)[0]["state"] == "finished"
    assert learned(later) == whole(small())


def test_a_run_of_less_than_a_second_leaves_nothing(tmp_path: Path) -> None:
    one = training(small(), RunStore(tmp_path / f"{NAME}.digitlens"))
    one.go("epoch")
    one.turn(never)
    assert list(tmp_path.iterdir()) == []
    assert Timing().checkpoints == 1


def test_single_examples_leave_nothing_that_could_be_gone_on_with(tmp_path: Path) -> None:
    one = eager(small(), RunStore(tmp_path / f"{NAME}.digitlens"))
    one.go("epoch")
    one.turn(never)
    assert len(list(tmp_path.iterdir())) == 1
    one.go("example")
    one.turn(never)
    one.go("epoch")
    one.turn(never)
    assert list(tmp_path.iterdir()) == []
    assert seen(one)[0]["kept"] is False


def test_a_checkpoint_that_is_being_written_when_another_run_begins_is_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, go_on = threading.Event(), threading.Event()
    keep = shelves.checkpointing.save_state

    def slow(*given: Any) -> None:
        writing.set()
        assert go_on.wait(PATIENCE)
        keep(*given)

    monkeypatch.setattr(shelves.checkpointing, "save_state", slow)
    store = RunStore(tmp_path / f"{NAME}.digitlens")
    old = eager(small(), store)
    old.go("epoch")
    thread = threading.Thread(target=old.turn, args=(never,))
    thread.start()
    assert writing.wait(PATIENCE)
    new = eager(small(seed=1), store)  # does not wait for the disk, which waits for go_on
    old.stop()
    go_on.set()
    thread.join(PATIENCE)
    assert list(tmp_path.iterdir()) == []
    new.go("epoch")
    new.turn(never)
    assert unfinished_recipe(tmp_path / f"{NAME}.digitlens") == small(seed=1, data="bars")
    old._save_checkpoint(old._cursor)  # type: ignore[arg-type]
    assert unfinished_recipe(tmp_path / f"{NAME}.digitlens") == small(seed=1, data="bars")


def test_a_disk_that_will_not_is_said_and_the_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: Any) -> None:
        raise FileError("the disk is full")

    monkeypatch.setattr(shelves.checkpointing, "save_state", full)
    one = eager(small(), RunStore(tmp_path / f"{NAME}.digitlens"))
    assert seen(one)[0]["kept"] is True
    one.go()
    one.turn(never)
    header, _ = seen(one)
    assert (header["state"], header["kept"]) == ("finished", False)


def test_a_damaged_checkpoint_is_none(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.digitlens.checkpoint").write_bytes(b"\x00" * 100)
    assert RunStores(tmp_path).store(NAME).load() is None
    assert list(tmp_path.iterdir()) == []


def test_old_checkpoints_and_too_many_are_swept_away(tmp_path: Path) -> None:
    now = time.time()
    for number in range(70):
        file = tmp_path / f"{number:032x}.digitlens.checkpoint"
        file.write_bytes(b"x")
        os.utime(file, (now - number, now - number))
    ancient = tmp_path / f"{'f' * 32}.digitlens.checkpoint"
    ancient.write_bytes(b"x")
    os.utime(ancient, (now - 8 * 24 * 3600,) * 2)
    (tmp_path / f".{NAME}.digitlens.checkpoint.0123456789ab.tmp").write_bytes(b"half")
    (tmp_path / "letter.txt").write_text("not ours")
    RunStores(tmp_path)
    left = sorted(file.name for file in tmp_path.iterdir())
    assert len(left) == 65
    assert "letter.txt" in left
    assert ancient.name not in left
    assert f"{63:032x}.digitlens.checkpoint" in left


def test_nothing_is_removed_that_is_not_ours(tmp_path: Path) -> None:
    """Names of every length beside ours: none of them breaks a visit, and none of them goes, however old it is."""
    ours = f"{NAME}.digitlens.checkpoint"
    leftover = f".{ours}.0123456789ab.tmp"
    names = {f"{ours}x", f"x{ours}", "my.checkpoint", f"{'g' * 32}.digitlens.checkpoint", f"{NAME}.digitlens"}
    names |= {".tmp", "..tmp", "x.tmp", *(leftover[:1] + leftover[cut:] for cut in range(2, len(leftover) - 4))}
    for name in names - {ours}:
        (tmp_path / name).write_bytes(b"somebody's")
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / "a").mkdir()
    (tmp_path / ".folder.tmp").mkdir()
    stores = RunStores(tmp_path)
    stores.trim({NAME})
    assert stores.store(NAME).load() is None
    assert {file.name for file in tmp_path.iterdir()} == names | {"a", ".folder.tmp"}


def test_while_a_server_runs_checkpoints_do_not_pile_up_and_those_of_known_visitors_stay(tmp_path: Path) -> None:
    stores, now = RunStores(tmp_path), time.time()
    for number in range(100):
        file = tmp_path / f"{number:032x}.digitlens.checkpoint"
        file.write_bytes(b"x")
        os.utime(file, (now - number, now - number))
    known = {f"{number:032x}" for number in (80, 90)}
    stores.trim(known)
    left = {file.name[:32] for file in tmp_path.iterdir()}
    assert known < left
    assert len(left) == 66


def test_a_folder_that_cannot_be_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = RunStores(tmp_path / "file" / "runs").store(NAME)
    assert store.path is None
    assert store.load() is None
    one = training(small(), store)
    one.go()
    one.turn(never)
    assert seen(one)[0]["state"] == "finished"
    assert seen(one)[0]["kept"] is False
