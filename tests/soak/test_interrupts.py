"""Ctrl-C in a sweep, a comparison or the reading of a folder, at random moments: it ends as it should, and quietly."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import environment, pictures, process, words  # noqa: F401 - two are fixtures
from tests.learning.sweeping import timeless
from tests.learning.test_sweeping import journal_rows
from tests.soak import draw
from tests.waiting import PATIENCE

FULL = 50  # moments, of each command
LENGTH = 1.5  # seconds from the beginning within which Ctrl-C comes
MAIN = "from digitlens.cli.main import main; print('begun', flush=True); main()"  # imports of Python's own lie behind
UNWANTED = ("terminate called", "leaked", "nanobind", "Fatal Python", "Traceback", "Exception ignored", "Error in")

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(os.name == "nt", reason="signals of POSIX; not checked here: Ctrl-C at random moments"),
]


def interrupted(folder: Path, chance: random.Random, *arguments: str | Path) -> tuple[int, str]:
    """Exit code and output of a command that hears Ctrl-C at some moment, and sometimes once more."""
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, *map(str, arguments)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as running:
        assert running.stdout
        assert running.stdout.readline() == "begun\n"
        for moment in (chance.random() * LENGTH, *([chance.random() * 0.05] if chance.random() < 0.3 else [])):
            try:
                running.wait(moment)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=PATIENCE)
    assert not any(word in err for word in UNWANTED), err
    assert running.returncode in (0, 1, 130, -signal.SIGINT), err  # the last one where Python itself was ending
    return running.returncode, out


def test_ctrl_c_in_a_sweep_leaves_a_whole_journal_that_is_gone_on_with(words: Path, tmp_path: Path) -> None:  # noqa: F811
    chance, moments = random.Random(draw.seed()), draw.count(FULL)
    grid = "--data", words, "--grid", "learning_rate=0.1,0.2,0.3,0.4,0.5", "--grid", "hidden=6,6-5", "--epochs", "300"
    cut_short = 0
    for number in range(moments):
        journal = f"{number // 10}.journal"
        code, _ = interrupted(tmp_path, chance, "sweep", *grid, "--journal", journal)
        cut_short += code != 0
        if (tmp_path / journal).exists():
            rows = journal_rows(tmp_path / journal)
            assert len({repr(row["recipe"]) for row in rows}) == len(rows) <= 10
    print(f"{cut_short} of {moments} came before the end")
    ended = [process("sweep", *grid, "--journal", name, cwd=tmp_path) for name in ("0.journal", "whole.journal")]
    assert [one.code for one in ended] == [0, 0]
    rows, expected = (
        sorted(timeless(journal_rows(tmp_path / name)), key=str) for name in ("0.journal", "whole.journal")
    )
    assert rows == expected
    assert len(rows) == 10


def test_ctrl_c_in_a_comparison_ends_it_quietly(words: Path, tmp_path: Path) -> None:  # noqa: F811
    chance = random.Random(draw.seed())
    for _ in range(draw.count(FULL)):
        given = "--vary", "activation=sigmoid,relu", "--seeds", "6", "--epochs", "300", "--jobs", "2", "--json"
        code, out = interrupted(tmp_path, chance, "compare", "--data", words, *given)
        if code == 0:
            assert len(json.loads(out)["sides"]) == 2


def test_ctrl_c_while_a_folder_is_read_leaves_a_list_of_what_was_read(pictures: Path, tmp_path: Path) -> None:  # noqa: F811
    for number in range(1_200):
        shutil.copy(pictures / f"{number % 10}.png", tmp_path / f"{number:04}.png")
    chance = random.Random(draw.seed())
    for _ in range(draw.count(FULL)):
        code, out = interrupted(tmp_path, chance, "read", "--json", "--jobs", "2", tmp_path)
        if out:
            names = [Path(answer["path"]).name for answer in json.loads(out)]
            assert names == [f"{number:04}.png" for number in range(len(names))]
            assert (len(names) == 1_200) >= (code == 0)


def test_ctrl_c_while_a_table_is_written_loses_nothing(pictures: Path, tmp_path: Path) -> None:  # noqa: F811
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(1_200):
        shutil.copy(pictures / f"{number % 10}.png", folder / f"{number:04}.png")
    table, lines = tmp_path / "table.csv", tmp_path / "table.jsonl"
    asked = "read", folder, "--csv", table, "--json-lines", lines, "--jobs", "2"
    assert process(*asked, cwd=tmp_path).code == 0
    whole = table.read_bytes(), lines.read_bytes()
    chance, had = random.Random(draw.seed()), 0
    for number in range(draw.count(FULL)):
        if number % 5 == 0 or (table.exists() and table.read_bytes() == whole[0]):
            table.unlink(missing_ok=True)
            lines.unlink(missing_ok=True)
            had = 0
        interrupted(tmp_path, chance, *asked, "--resume")
        for path, all_of_it in zip((table, lines), whole, strict=True):
            data = path.read_bytes() if path.exists() else b""
            assert all_of_it.startswith(data)
            assert data.endswith(b"\n") or not data
        count = table.read_bytes().count(b"\n") if table.exists() else 0
        assert count >= had - 2  # the last picture is read again
        had = count
    assert process(*asked, "--resume", cwd=tmp_path).code == 0
    assert (table.read_bytes(), lines.read_bytes()) == whole
