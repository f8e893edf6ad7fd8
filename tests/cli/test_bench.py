"""`digitlens bench`, from the command line."""

import json

import pytest
from click.testing import CliRunner
from tests.bench.noise import random_pictures

from digitlens.bench import pictures
from digitlens.cli import bench


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
    ):
        assert words in result.stdout


def test_an_unknown_engine_is_wrong_use(run):
    result = run("--quick", "--only", "matlab")
    assert result.exception.exit_code == 2
    assert "matlab" in str(result.exception)
