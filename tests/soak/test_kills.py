"""Training killed at any moment: no unreadable file, nothing left over, and always the same network in the end."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.soak import draw
from tests.waiting import PATIENCE

from digitlens.errors import DigitlensError
from digitlens.storage import checkpoint as checkpoints
from digitlens.storage.container import unpack
from digitlens.storage.model_file import LIMITS, load

ROOT = Path(__file__).parents[2]
VARIANTS = ("sigmoid", "adam")

# A real run: it goes on where one was left, writes a checkpoint after every epoch, and says when training has begun.
TRAIN = """
import sys
from digitlens.learning.checkpointing import checkpointed, resume_run, unfinished_recipe
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run
from tests.learning.bars import bar_data

path, variant = sys.argv[1:]
more = {"optimiser": "adam", "learning_rate": 0.01, "averaging": 0.9} if variant == "adam" else {}
recipe, data = Recipe(hidden=(16, 16), mini_batch=16, epochs=20, validation=20, **more), bar_data(400)
run = resume_run(path, data) if unfinished_recipe(path) else Run(recipe, data)
for number, record in enumerate(checkpointed(run, path, 0)):
    if number == 0:
        print("begun", flush=True)
"""


def start(path: Path, variant: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    return subprocess.Popen(
        [sys.executable, "-c", TRAIN, str(path), variant], env=environment, stdout=subprocess.PIPE, text=True
    )


def finish(path: Path, variant: str) -> None:
    process = start(path, variant)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def timeless(path: Path) -> Any:
    """A finished file: (document, the bits of every array)."""
    document, tensors = unpack(path.read_bytes(), LIMITS)
    return document, {name: array.tobytes() for name, array in tensors.items()}


def look(folder: Path, path: Path) -> None:
    """Every file under its own name is whole; the rest is what a killed writer may leave until the next start."""
    for file in folder.iterdir():
        try:
            if file == path:
                load(file)
            elif file == checkpoints.checkpoint_path(path):
                assert checkpoints.load(path) is not None
            else:
                assert file.name.startswith(f".{path.name}."), f"{file.name} is nobody's"
                assert file.name.endswith(".tmp"), f"{file.name} is nobody's"
        except DigitlensError as error:
            raise AssertionError(f"{file.name} cannot be read after a kill: {error}") from error


@pytest.mark.soak
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a process is killed in this way on POSIX systems only")
def test_a_run_killed_at_random_moments_ends_on_the_same_bits(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    seed = draw.seed()
    record_property("DIGITLENS_SOAK_SEED", seed)
    rng, kills, wanted = random.Random(seed), 0, draw.count(200)
    expected, length = {}, 1.0
    for variant in VARIANTS:
        whole = tmp_path / f"whole {variant}.digitlens"
        began = time.monotonic()
        finish(whole, variant)
        length = time.monotonic() - began
        expected[variant] = timeless(whole)
        whole.unlink()

    for number in range(10**6):
        variant = VARIANTS[number % len(VARIANTS)]
        folder = tmp_path / f"run {number}"
        folder.mkdir()
        path = folder / "x.digitlens"
        for life in range(1, 100):
            if kills == wanted or life > 12:
                finish(path, variant)
            else:
                process = start(path, variant)
                assert process.stdout is not None
                if rng.random() < 0.9:  # else while it starts
                    process.stdout.readline()
                try:
                    process.wait(rng.random() * length * 0.4)
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGKILL)
                process.communicate()
                kills += process.returncode == -signal.SIGKILL
                assert process.returncode in (0, -signal.SIGKILL)
                look(folder, path)
            if path.exists() and not checkpoints.checkpoint_path(path).exists():
                break
        # Ended, perhaps by a kill in the moment between the last file and its end: one more start must leave it clean.
        if any(file != path for file in folder.iterdir()):
            checkpoints.remove_leftovers(path)
        assert [file.name for file in folder.iterdir()] == ["x.digitlens"]
        assert timeless(path) == expected[variant], f"run {number}, {variant}, seed {seed}"
        if kills == wanted:
            return
