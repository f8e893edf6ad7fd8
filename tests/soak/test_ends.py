"""Training, the laboratory, the app and programs of one's own end at random moments: as documented, and quietly."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.conftest import environment, words  # noqa: F401 - a fixture
from tests.learning.test_sweeping import journal_rows
from tests.server.http.test_ending import asked, started
from tests.server.serving import reply
from tests.soak import draw
from tests.soak.test_interrupts import FULL, LENGTH, UNWANTED, interrupted
from tests.waiting import PATIENCE

import digitlens as dl
from digitlens.storage.checkpoint import checkpoint_path, remove_leftovers

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(os.name == "nt", reason="signals of POSIX; not checked here: programs ended at random moments"),
]


def test_training_leaves_whole_files_or_none(words: Path, tmp_path: Path) -> None:  # noqa: F811
    chance = random.Random(draw.seed())
    for number in range(draw.count(FULL)):
        folder = tmp_path / str(number)
        folder.mkdir()
        interrupted(folder, chance, "train", "--data", words, "--epochs", "100000", "--out", "net")
        remove_leftovers(folder / "net")  # as the next start does: a second Ctrl-C may strike while a file is made
        left = {path.name for path in folder.iterdir()}
        assert left <= {"net", "net.checkpoint"}
        if "net" in left:
            epochs = dl.load(folder / "net").provenance["epochs"]
            assert checkpoint_path(folder / "net").exists() == (epochs < 100_000), "what was cut short can be resumed"


def test_the_laboratory_ends_quietly(words: Path, tmp_path: Path) -> None:  # noqa: F811
    chance = random.Random(draw.seed())
    for _ in range(draw.count(FULL)):
        interrupted(tmp_path, chance, "lab", "features", "--data", words, "--epochs", "300")
        assert list(tmp_path.iterdir()) == []


def test_the_app_ends_with_0_whatever_it_is_doing() -> None:
    chance = random.Random(draw.seed())
    for _ in range(draw.count(FULL)):
        with started() as (process, port), asked(port) as page, asked(port, "/api/live") as live:
            assert reply(page).status == 200
            assert live.recv(100)
            time.sleep(chance.random() * 0.5)
            process.send_signal(chance.choice([signal.SIGINT, signal.SIGTERM]))
            out, err = process.communicate(timeout=PATIENCE)
            assert (process.returncode, err) == (0, ""), out


PROGRAM = """
import sys, threading, time
import digitlens as dl

written = dl.pen_digits(300).digits
data = dl.DataSet("few", "a few pen digits", written[:240], written[240:])

def train():
    while True:
        for record in dl.train("video", data, epochs=1000, augmentation="affine"):
            pass

def read():
    reader = dl.load("reader")
    while True:
        reader.outputs(written.images)
        reader.read(written.images[0])

def compare():
    while True:
        dl.compare("activation", ["sigmoid", "relu"], data=data, seeds=2, epochs=30, jobs=2)

for work in (train, read, compare):
    if work.__name__ in sys.argv[2:]:
        threading.Thread(target=work, daemon=True).start()
time.sleep(float(sys.argv[1]))
"""


def test_a_program_ends_while_its_daemon_threads_are_at_work() -> None:
    chance = random.Random(draw.seed())
    for _ in range(draw.count(FULL)):
        works = chance.sample(["train", "read", "compare"], chance.randint(1, 3))
        moment = str(chance.random() * LENGTH)
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, moment, *works],
            capture_output=True, text=True, env=environment(), timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), works


CALLBACK = """
import sys
import digitlens as dl

def on_progress(done, total):
    if done == int(sys.argv[1]):
        raise ZeroDivisionError("from the callback")

values = {"learning_rate": [0.1, 0.2, 0.3, 0.4], "hidden": [(6,), (6, 5)]}
dl.sweep(values, data=sys.argv[2], epochs=20, journal="runs.journal", jobs=2, on_progress=on_progress)
"""


def test_what_a_callback_raises_ends_the_sweep_and_leaves_a_whole_journal(words: Path, tmp_path: Path) -> None:  # noqa: F811
    chance = random.Random(draw.seed())
    for number in range(draw.count(FULL)):
        folder, when = tmp_path / str(number), chance.randint(0, 8)
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", CALLBACK, str(when), str(words)],
            cwd=folder, capture_output=True, text=True, env=environment(), timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert done.stderr.count("Traceback") == 1
        assert done.stderr.endswith("ZeroDivisionError: from the callback\n")
        assert not any(word in done.stderr for word in UNWANTED if word != "Traceback"), done.stderr
        rows = journal_rows(folder / "runs.journal")
        assert when <= len(rows) <= 8
