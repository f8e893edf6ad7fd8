"""benchmarks/sizes.py: its ratio is the other way round than the bench's, and it says how much each size learned."""

import json

import pytest
from benchmarks import sizes
from click.testing import CliRunner
from tests.bench.noise import random_pictures

from digitlens.bench.peers import own_engines
from digitlens.bench.report import Comparison, Timing


def test_the_ratio_is_the_chosen_one_over_the_faster_of_the_others():
    timings = (Timing("numpy", (4.0,)), Timing("pytorch", (8.0,)), Timing("digitlens-compiled", (1.0,)))
    assert sizes.row(Comparison("an epoch", timings), "digitlens-compiled")["ratio"] == 0.25
    assert sizes.row(Comparison("an epoch", timings[1:]), "digitlens-compiled")["ratio"] == 0.125
    assert sizes.row(Comparison("an epoch", timings[2:]), "digitlens-compiled")["ratio"] is None
    assert sizes.row(Comparison("an epoch", timings[:2]), "digitlens-compiled")["ratio"] is None


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(sizes, "find_pictures", lambda data, count: random_pictures(300).repeated(count))
    monkeypatch.setattr(sizes, "SIZES", {(8,): 300, (12, 8): 96})
    monkeypatch.setattr(sizes, "EPOCH", 300)
    monkeypatch.setattr(sizes, "OTHERS", ("numpy",))
    return lambda *arguments: CliRunner().invoke(sizes.main, ["--rounds", "1", *arguments])


def test_each_size_has_a_row_with_the_engine_that_digitlens_chooses(run):
    result = run("--json", "--mini-batch", "32", "--mini-batch", "10", "--optimiser", "adam")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["sizes"]
    assert [(row["task"]["hidden"], row["task"]["images"], row["task"]["mini_batch"]) for row in rows] == [
        ([8], 300, 32),
        ([12, 8], 96, 32),
        ([8], 300, 10),
        ([12, 8], 96, 10),
    ]
    for row in rows:
        assert row["task"]["optimiser"] == "adam"
        assert row["chosen"] == own_engines()[0]
        assert {each["name"] for each in row["engines"]} == {own_engines()[0], "numpy"}
        seconds = {each["name"]: each["seconds_per_epoch"] for each in row["engines"]}
        assert row["ratio"] == pytest.approx(seconds[row["chosen"]] / seconds["numpy"], rel=0.01)


def test_the_table_says_how_many_images_each_size_learned(run):
    result = run()
    assert result.exit_code == 0, result.output
    for words in ("784-8-10", "784-12-8-10", "300", "96", own_engines()[0], "ratio", "random pixels"):
        assert words in result.stdout
