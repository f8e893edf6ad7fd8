"""`digitlens sweep`: the best is told, all runs become tables, and nothing runs where it cannot."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run, process
from tests.waiting import PATIENCE

from digitlens.files.journal import encoded, open_journal

SHORT = ("--epochs", "1", "--hidden", "6")


def test_a_grid_is_run_and_the_best_on_held_out_images_comes_first(digitlens: Run, words: Path, tmp_path: Path) -> None:
    journal, table, lines = tmp_path / "j", tmp_path / "runs.csv", tmp_path / "runs.jsonl"
    given = ("--grid", "learning-rate=0.1,2", "--grid", "activation=sigmoid,relu", *SHORT, "--data", words)
    answer = digitlens("sweep", *given, "--journal", journal, "--csv", table, "--jsonl", lines)
    assert (answer.code, answer.err) == (0, "")
    told = answer.out.splitlines()
    assert told[0] == "4 runs"
    assert told[1].split() == ["held", "out", "test", "activation", "function", "learning", "rate"]
    shares = [float(line.split()[0][:-1]) for line in told[2:]]
    assert len(shares) == 4
    assert shares == sorted(shares, reverse=True)
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["learning_rate"], row["activation"], row["hidden"]) for row in rows] == [
        (rate, activation, "6") for rate in ("0.1", "2.0") for activation in ("sigmoid", "relu")
    ]
    written = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [row["test_accuracy"] for row in written] == [float(row["test_accuracy"]) for row in rows]
    before = journal.read_bytes()
    again = digitlens("sweep", *given, "--journal", journal, "--json")
    assert json.loads(again.out) == written
    assert journal.read_bytes() == before


def test_values_are_drawn_from_ranges(digitlens: Run, words: Path, tmp_path: Path) -> None:
    given = ("--random", "learning_rate=0.1..2:log", "--random", "mini_batch=4..9", "--random", "hidden=4,none")
    answer = digitlens(
        "sweep", *given, "--runs", "12", "--epochs", "1", "--data", words, "--journal", tmp_path / "j", "--json"
    )
    rows = json.loads(answer.out)
    assert len(rows) == 12
    assert all(0.1 <= row["recipe"]["learning_rate"] <= 2 for row in rows)
    assert {row["recipe"]["mini_batch"] for row in rows} <= set(range(4, 10))
    assert {tuple(row["recipe"]["hidden"]) for row in rows} == {(4,), ()}
    told = digitlens("sweep", *given, "--runs", "12", "--epochs", "1", "--data", words, "--journal", tmp_path / "j")
    assert told.out.splitlines()[-1] == "and 2 more; --csv FILE writes all of them"


def test_runs_that_fail_are_counted(digitlens: Run, words: Path, tmp_path: Path) -> None:
    wild = ("--activation", "relu", "--output", "relu", "--schedule", "constant", "--epochs", "3", "--hidden", "6")
    given = ("--grid", "learning_rate=0.01,1e6", *wild, "--data", words, "--journal", tmp_path / "j")
    answer = digitlens("sweep", *given)
    assert (answer.code, answer.out.splitlines()[0]) == (0, "2 runs, 1 of them failed")
    alone = digitlens("sweep", "--grid", "learning_rate=1e6", *given[2:-1], tmp_path / "other")
    assert alone.code == 1
    assert "diverged" in alone.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "--grid or with --random"),
        (("--grid", "epochs=1", "--random", "epochs=1..2"), "not both"),
        (("--grid", "epochs"), "a field and its values"),
        (("--grid", "epochs="), "a field and its values"),
        (("--grid", "epochs=1", "--grid", "epochs=2"), "once each"),
        (("--grid", "colour=red"), "'colour' cannot be varied"),
        (("--grid", "activation=step"), "one of"),
        (("--random", "learning_rate=2..1"), "a range goes from a number to a larger one"),
        (("--random", "learning_rate=0..1:log"), "begins above 0"),
        (("--random", "activation=sigmoid..relu"), "a range goes over numbers"),
        (("--random", "learning_rate=0.1..fast"), "wants a number"),
        (("--grid", "epochs=1", "--seeds", "0"), "1 or more"),
        (("--random", "epochs=1..2", "--runs", "0"), "1 or more"),
        (("--grid", "epochs=1", "--jobs", "0"), "jobs: wants a whole number"),
    ],
)
def test_what_cannot_be_swept_is_refused(
    digitlens: Run, words: Path, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    answer = digitlens("sweep", *arguments, "--data", words, "--journal", tmp_path / "j")
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err


def test_a_journal_that_is_none_is_left_as_it_is(digitlens: Run, words: Path, tmp_path: Path) -> None:
    (tmp_path / "j").write_text("dear diary\n")
    answer = digitlens("sweep", "--grid", "epochs=1,2", "--data", words, "--journal", tmp_path / "j")
    assert answer.code == 1
    assert "not a journal" in answer.err
    assert (tmp_path / "j").read_text() == "dear diary\n"


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from digitlens.cli.main import main
main(sys.argv[2:])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are for POSIX; not checked here: a full disk")
def test_a_disk_that_is_full_during_a_sweep_ends_it_in_words_and_nothing_is_lost(words: Path, tmp_path: Path) -> None:
    grid = ("sweep", "--grid", "learning_rate=0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8", *SHORT, "--jobs", "2", "--json")
    journal = tmp_path / "runs"
    given = [*grid, "--data", str(words), "--journal", str(journal)]
    done = subprocess.run(
        [sys.executable, "-c", FULL, "3000", *given], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert re.fullmatch(r"Error: writing '.*runs' failed: file too large; free some space.*\n", done.stderr)
    with open_journal(journal) as half:
        kept = half.entries
    assert 2 <= len(kept) < 9  # the head and some runs
    again = process(*given)
    assert again.code == 0, again.err
    with open_journal(journal) as whole:
        assert whole.entries[: len(kept)] == kept  # none was done twice
        assert len(whole.entries) == 9


def test_a_journal_with_a_line_that_is_no_run_is_refused_by_its_number(
    digitlens: Run, words: Path, tmp_path: Path
) -> None:
    given = ("sweep", "--grid", "epochs=1", "--hidden", "4", "--data", words, "--journal", tmp_path / "j")
    assert digitlens(*given).code == 0
    with open_journal(tmp_path / "j") as journal:
        head, run = journal.entries
    odd: list[dict[str, Any]] = [{"a": 1}, run | {"recipe": 5}, run | {"error": None}, run | {"test_accuracy": "x"}]
    for row in [*odd, run | {"test_cost": 10**400}]:
        (tmp_path / "j").write_bytes(encoded(head) + encoded(run) + encoded(row))
        answer = digitlens(*given)
        assert (answer.code, answer.out) == (1, "")
        assert "line 3 of" in answer.err
