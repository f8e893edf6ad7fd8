"""`digitlens bench`, from the command line."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.bench.noise import random_pictures

from digitlens.bench import pictures
from digitlens.bench.peers import own_engines
from digitlens.cli import bench
from digitlens.kernel import native

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(pictures, "find_pictures", lambda data, count: random_pictures(count))
    monkeypatch.setattr(bench, "QUICK", 300)
    return lambda *arguments: CliRunner().invoke(bench.command, list(arguments))


def test_quick_json_is_one_document_with_the_promised_fields(run):
    result = run("--quick", "--json", "--only", "numpy")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert {"work", "machine", "engines", "more"} <= set(report)
    assert all({"name", "seconds_per_epoch", "ratio"} <= set(each) for each in report["engines"])
    document = (ROOT / "docs/json.md").read_text(encoding="utf-8").split("## digitlens bench\n")[1]
    documented = set(re.findall(r"`(\w+)`", document.split("\n## ")[0]))
    comparisons = [report, *report["more"]]
    tasks = [comparison["task"] for comparison in comparisons if "task" in comparison]
    assert len(tasks) == 6
    engines = [engine for comparison in comparisons for engine in comparison["engines"]]
    for each in (*comparisons, *tasks, *engines, *report["passed_over"], report["machine"]):
        assert set(each) <= documented


def test_the_table_says_ratios_machine_and_data(run):
    result = run("--quick", "--only", "numpy")
    assert result.exit_code == 0, result.output
    for words in (
        "digitlens-plain",
        "numpy",
        "1.00",
        "mini-batch 128",
        "reading one picture",
        "random pixels",
        "Python",
        "Adam",
        "ReLU",
        "Digitlens computes with the",
        *own_engines(),
        *native.instruction_sets(),
    ):
        assert words in result.stdout


def test_without_the_kernel_the_table_says_so(run, monkeypatch):
    monkeypatch.setattr(native, "instruction_sets", list)
    result = run("--quick", "--only", "numpy")
    assert result.exit_code == 0, result.output
    assert "Digitlens computes with the plain engine" in result.stdout
    assert "left out: digitlens-compiled: not compiled here; the plain engine serves" in result.stdout


def test_an_unknown_engine_is_wrong_use(run):
    result = run("--quick", "--only", "matlab")
    assert result.exception.exit_code == 2
    assert "matlab" in str(result.exception)
