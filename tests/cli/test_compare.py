"""`digitlens compare`: what is printed follows from the runs, and nothing runs where it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from tests.cli.conftest import Run

import digitlens as dl

SHORT = ("--seeds", "2", "--epochs", "2", "--hidden", "8")


def test_two_values_are_compared_seed_by_seed(digitlens: Run, words: Path) -> None:
    answer = digitlens("compare", "--vary", "activation=sigmoid,relu", *SHORT, "--data", words, "--json")
    assert answer.code == 0
    told = json.loads(answer.out)
    result = dl.compare("activation", ["sigmoid", "relu"], seeds=2, data=words, epochs=2, hidden=(8,))
    assert [side["accuracies"] for side in told["sides"]] == [side.accuracies.tolist() for side in result.sides]
    assert told["sentence"] == result.sentence
    assert (told["field"], told["data"], told["recipe"]["epochs"]) == ("activation", "words", 2)
    assert [side["seeds"] for side in told["sides"]] == [[0, 1], [0, 1]]


def test_the_table_and_the_sentence_are_printed(digitlens: Run, words: Path) -> None:
    answer = digitlens("compare", "--vary", "hidden=8,none,4-4", *SHORT, "--data", words)
    lines = answer.out.splitlines()
    assert lines[0].startswith("2 epochs, 2 seeds; ")
    assert [line.split("  ")[0] for line in lines[3:6]] == [
        "hidden layers 8",
        "hidden layers none",
        "hidden layers 4-4",
    ]
    assert all(" ± " in line and line.endswith(" s") for line in lines[3:6])
    said = " ".join(answer.out.split())
    assert said.count("it takes at least 7.") + said.count("exactly as many") == 2
    assert "6 runs in" in said
    assert answer.err == ""
    assert max(map(len, lines)) <= 120


def test_dashes_in_the_name_of_a_field_and_one_seed_will_do(digitlens: Run, words: Path) -> None:
    answer = digitlens("compare", "--vary", "learning-rate=0.1,1", "--seeds", "1", "--epochs", "1", "--data", words)
    assert answer.code == 0
    assert answer.out.startswith("784-16-16-3, 1 epoch, 1 seed; ")
    assert "learning rate 0.1" in answer.out


def test_runs_that_diverge_are_told_and_others_count(digitlens: Run, words: Path) -> None:
    wild = ("--activation", "identity", "--output", "identity", "--schedule", "constant")
    answer = digitlens("compare", "--vary", "learning_rate=0.0001,1e6", *SHORT, *wild, "--data", words)
    assert answer.code == 0
    assert "2 of 2 runs with learning rate 1e+06 ended in an error" in " ".join(answer.out.split())
    assert "diverged" in answer.err


def test_where_all_runs_fail_so_does_the_command(digitlens: Run, words: Path) -> None:
    wild = ("--activation", "identity", "--output", "identity", "--schedule", "constant")
    answer = digitlens("compare", "--vary", "learning_rate=1e5,1e6", *SHORT, *wild, "--data", words)
    assert answer.code == 1


def test_the_figures_are_png_files(digitlens: Run, words: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason='figures need matplotlib: pip install "digitlens[figures]"')
    curves, gradients = tmp_path / "curves.png", tmp_path / "gradients.png"
    figures = ("--figure", curves, "--gradients", gradients, "--theme", "light")
    answer = digitlens("compare", "--vary", "activation=sigmoid,relu", *SHORT, "--data", words, *figures)
    assert answer.code == 0, answer.err
    for path in (curves, gradients):
        with Image.open(path) as image:
            assert image.format == "PNG"
            assert image.width > 1_000


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--vary", "activation"), "activation=sigmoid,relu"),
        (("--vary", "colour=red,blue"), "'colour' cannot be varied"),
        (("--vary", "seed=1,2"), "'seed' cannot be varied"),
        (("--vary", "activation=sigmoid"), "2 to 8 different values"),
        (("--vary", "epochs=1,1"), "2 to 8 different values"),
        (("--vary", "epochs=1,2", "--seeds", "0"), "seeds: from 1 to 100"),
        (("--vary", "activation=sigmoid,step"), "one of"),
        (("--vary", "epochs=1,2", "--jobs", "0"), "jobs: wants a whole number"),
        (("--vary", "epochs=1,2", "--figure", "x.svg"), "a name that ends in .png"),
        ((), "--vary"),
    ],
)
def test_what_cannot_be_compared_is_refused(digitlens: Run, words: Path, arguments: tuple[str, ...], says: str) -> None:
    answer = digitlens("compare", *arguments, "--data", words)
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err
