"""`digitlens evaluate`: how many it reads correctly, and of what."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.conftest import Run, save

import digitlens as dl
from digitlens.digits.synthetic.pen.writer import pen_data

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pen digits in folders 3, 7 and 9: some of the classes that a network of ten knows."""
    folder = tmp_path_factory.mktemp("some") / "digits"
    written = dl.pen_digits(200, seed=3).digits
    for number, (image, digit) in enumerate(zip(written.images, written.digits, strict=True)):
        if digit in (3, 7, 9):
            (folder / str(digit)).mkdir(parents=True, exist_ok=True)
            save(image, folder / str(digit) / f"{number}.png", times=2)
    return folder


def test_json_has_the_fields_that_were_promised(digitlens: Run, labelled: Path) -> None:
    answer = digitlens("evaluate", "--data", labelled, "--json")
    assert (answer.code, answer.err) == (0, "")
    found = json.loads(answer.out)
    promised = {"network", "parameters", "images", "accuracy", "per_digit", "confusion_matrix", "engine", "seconds"}
    assert promised <= set(found)
    assert (found["network"], found["parameters"]) == ("video", 13_002)
    matrix = found["confusion_matrix"]
    assert sum(map(sum, matrix)) == found["images"]
    assert found["accuracy"] == pytest.approx(sum(matrix[i][i] for i in range(10)) / found["images"])


def test_a_folder_of_some_digits_is_counted_under_the_networks_own_numbers(digitlens: Run, labelled: Path) -> None:
    found = json.loads(digitlens("evaluate", "--data", labelled, "--json", "--on", "training").out)
    shown = [i for i, row in enumerate(found["confusion_matrix"]) if sum(row)]
    assert shown == [3, 7, 9]
    assert [share is not None for share in found["per_digit"]] == [i in shown for i in range(10)]
    assert found["accuracy"] > 0.4  # 0, 1 and 2 would be the folder's own numbers for them
    assert found["on"] == "training"


def test_classes_that_the_network_does_not_know_are_refused(digitlens: Run, words: Path) -> None:
    answer = digitlens("evaluate", "--data", words)
    assert (answer.code, answer.out) == (2, "")
    assert "knows 0, 1, 2" in answer.err
    assert "one, seven, zero" in answer.err


def test_the_page_shows_the_accuracy_and_the_table(digitlens: Run, labelled: Path) -> None:
    answer = digitlens("evaluate", "--data", labelled)
    assert (answer.code, answer.err) == (0, "")
    assert "13,002 weights and biases" in answer.out
    assert "Rows: what the picture shows" in answer.out
    assert len(answer.out.splitlines()) == 15


def test_pen_digits_are_always_there(digitlens: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitlens.digits.sources.pen_cache.pen_data", lambda: pen_data(training=10, test=300))
    found = json.loads(digitlens("evaluate", "--data", "pen", "--json").out)
    assert (found["data"], found["images"]) == ("pen", 300)
    assert found["accuracy"] > 0.5


def test_class_names_of_any_kind_are_shown_harmlessly(digitlens: Run, labelled: Path, tmp_path: Path) -> None:
    for names in (("[/bold]", "\x1b[2J", "", "7", "a rather long name of a class", "5", "6", "3", "8", "9"),):
        dl.save(replace(dl.load("video"), classes=names), tmp_path / "odd.digitlens")
        answer = digitlens("evaluate", "--data", labelled, "--network", tmp_path / "odd.digitlens")
        assert (answer.code, answer.err) == (0, "")
        assert "\x1b" not in answer.out
        assert max(map(len, answer.out.splitlines())) <= 120
        assert "most often read as" in answer.out


@pytest.mark.parametrize("data", ["missing", "", "x" * 300, "\0", "[/bold]"])
def test_digits_that_are_not_there_are_one_clear_error(digitlens: Run, tmp_path: Path, data: str) -> None:
    answer = digitlens("evaluate", "--data", str(tmp_path / data) if data else "")
    assert answer.code in (1, 2)
    assert answer.out == ""
    assert answer.err.startswith("Error: ")


needs_mnist = pytest.mark.skipif(
    "DIGITLENS_DATA" not in os.environ, reason="no MNIST here; set DIGITLENS_DATA to check evaluate on the real digits"
)


@needs_mnist
def test_the_shipped_network_reads_real_mnist(digitlens: Run) -> None:
    found = json.loads(digitlens("evaluate", "--data", "mnist", "--json").out)
    assert (found["parameters"], found["images"]) == (13_002, 10_000)
    assert found["accuracy"] > 0.9


@needs_mnist
@pytest.mark.parametrize("network", ["video", "straight", "reader"])
def test_the_documents_state_what_evaluate_prints(digitlens: Run, network: str) -> None:
    printed = re.findall(r"\d+\.\d\d(?=%)", digitlens("evaluate", "--network", network).out.splitlines()[0])
    for document, heading in (("README.md", "Three networks come"), ("docs/recipes.md", "## The networks that ship")):
        table = (ROOT / document).read_text(encoding="utf-8").split(heading)[1]
        row = next(line for line in table.splitlines() if line.startswith(f"| `{network}` |"))
        assert re.findall(r"\d+\.\d\d(?= %)", row)[-1:] == printed, (document, row)
