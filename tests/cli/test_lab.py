"""`digitlens lab features`: what is printed is what was found, and nothing runs where it cannot."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from digitlens.laboratory.study import CONTROLS, TRAINED
from digitlens.laboratory.verdict import fewest_seeds
from digitlens.storage.fingerprint import fingerprint
from digitlens.storage.shipped import open_reader

SHORT = ("lab", "features", "--seeds", "1", "--epochs", "1", "--no-help-it")


def test_the_figures_go_to_json_and_the_report_to_a_file(digitlens: Run, words: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason='the report has figures: pip install "digitlens[figures]"')
    report = tmp_path / "report.html"
    answer = digitlens(*SHORT, "--hidden", "3-2", "--data", words, "--json", "--out", report)
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert (told["data"], told["seeds"], told["recipe"]["hidden"]) == ("words", [0], [3, 2])
    assert [verdict["answer"] for verdict in told["verdicts"]] == ["cannot say"] * 3
    assert list(told["first"]) == [TRAINED, *CONTROLS]
    assert told["first"][TRAINED]["neurons"] == 3
    assert len(told["second"]) == 1
    assert told["helped"] == {}
    assert f"{report.name}" in answer.err
    page = report.read_text(encoding="utf-8")
    assert "784-3-2-3" in page, "three classes"
    assert re.search(r"one network was trained on words", page)
    command = "digitlens lab features --seeds 1 --recipe video --data words"
    assert f"<code>{command} --epochs 1 --hidden 3-2 --no-help-it --out report.html</code>" in page


def test_the_answers_are_printed_in_sentences(digitlens: Run, words: Path) -> None:
    answer = digitlens(*SHORT, "--hidden", "2", "--seed", "7", "--data", words)
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert re.match(r"784-2-3, one network: \d+\.\d\d% of the test images of words", lines[0])
    assert lines[1:3] == ["", "Does the first hidden layer find edges and bars? cannot say"]
    assert "1 network is too few" in " ".join(answer.out.split())
    assert "second hidden layer" not in answer.out
    assert "Which training gives more edges and bars?" not in answer.out


def test_that_the_networks_are_too_few_is_said_before_they_are_trained(digitlens: Run, words: Path) -> None:
    least = fewest_seeds()
    for seeds, said in ((2, True), (least - 1, True), (least, False)):
        answer = digitlens("lab", "features", "--seeds", seeds, "--data", "no such folder")  # where it ends, untrained
        assert answer.code == 1
        assert (f"--seeds {least} or more" in answer.err) == said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--seeds", "0"), "--seeds: from 1 to 100, got 0"),
        (("--seeds", "101"), "--seeds: from 1 to 100, got 101"),
        (("--hidden", ""), "--hidden: the laboratory examines hidden layers"),
        (("--out", "x.txt"), "a name that ends in .html"),
        (("--recipe", "no such recipe"), "no such recipe"),
        (("--activation", "step"), "one of"),
        (("--jobs", "0"), "jobs: wants a whole number"),
    ],
)
def test_what_cannot_be_examined_is_refused(digitlens: Run, words: Path, arguments: tuple[str, ...], says: str) -> None:
    answer = digitlens("lab", "features", *arguments, "--data", words)
    assert (answer.code, answer.out) == (2, "")
    assert says in " ".join(answer.err.split())


@pytest.mark.parametrize("arguments", [("lab",), ("lab", "feelings")])
def test_what_to_examine_must_be_named(digitlens: Run, arguments: tuple[str, ...]) -> None:
    answer = digitlens(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert "features" in answer.err


def test_data_that_are_not_there_are_refused(digitlens: Run, tmp_path: Path) -> None:
    answer = digitlens(*SHORT, "--data", tmp_path / "nothing")
    assert answer.code != 0
    assert answer.out == ""
    assert "nothing" in answer.err


def test_one_network_is_examined_and_written_for_the_page(digitlens: Run, words: Path, tmp_path: Path) -> None:
    file = tmp_path / "video.features.json"
    answer = digitlens("lab", "features", "--network", "video", "--data", words, "--out", file)
    assert answer.code == 0, answer.err
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["fingerprint"] == fingerprint(open_reader("video"))
    assert f"video: {found['first']['found']} of 16 neurons" in " ".join(answer.out.split())
    assert file.name in answer.err


def test_what_was_found_in_one_network_goes_into_json_alone(digitlens: Run, tmp_path: Path) -> None:
    answer = digitlens("lab", "features", "--network", "video", "--out", tmp_path / "video.html")
    assert answer.code == 2
    assert ".json" in answer.err


def test_the_answers_go_to_a_file_of_figures(digitlens: Run, words: Path, tmp_path: Path) -> None:
    file = tmp_path / "study.json"
    answer = digitlens(*SHORT, "--hidden", "3-2", "--data", words, "--out", file)
    assert answer.code == 0, answer.err
    told = json.loads(file.read_text(encoding="utf-8"))
    assert (told["networks"], told["sizes"]) == (1, [784, 3, 2, 3])
    assert [told[part]["answer"] for part in ("first", "second", "whole")] == ["cannot say"] * 3
    assert list(told["first"]["found"]) == [TRAINED, *CONTROLS]
    assert told["first"]["difference"][1:] == [None, None], "one network is too few for an interval"
    assert [one["name"] for one in told["helped"]] == ["as it is"]
