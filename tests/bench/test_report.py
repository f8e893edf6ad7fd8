"""Ratios are to our own best engine, and the JSON holds what it promises."""

from digitlens.bench import machine
from digitlens.bench.report import SECONDS, Comparison, LeftOut, Report, Timing
from digitlens.bench.task import Task
from digitlens.kernel import native

FAST = Comparison(
    "an epoch", (Timing("jax", (4.0, 2.0, 9.0)), Timing("digitlens-plain", (1.0,)), Timing("digitlens-x", (2.0,)))
)


def test_a_ratio_is_a_median_over_that_of_our_best():
    ratios = {each["name"]: each["ratio"] for each in FAST.to_json()["engines"]}
    assert ratios == {"digitlens-plain": 1.0, "digitlens-x": 2.0, "jax": 4.0}


def test_the_fastest_stands_first():
    assert [each["name"] for each in FAST.to_json()["engines"]] == ["digitlens-plain", "digitlens-x", "jax"]


def test_without_one_of_ours_there_is_no_ratio():
    (engine,) = Comparison("reading", (Timing("numpy", (1.0,)),), SECONDS).to_json()["engines"]
    assert engine["ratio"] is None
    assert engine["seconds"] == 1.0


def test_a_report_says_all_that_it_promises():
    report = Report(FAST, (FAST,), (LeftOut("pytorch", "not installed"),), "pen digits", machine.describe()).to_json()
    assert {"work", "machine", "engines", "more", "data", "passed_over"} <= set(report)
    assert {"name", "seconds_per_epoch", "ratio"} <= set(report["engines"][0])
    assert {"processor", "system", "python", "versions", "instruction_sets", "instruction_set"} <= set(
        report["machine"]
    )
    assert "task" not in report


def test_learning_says_its_task_field_by_field():
    task = Task(10, "relu", "adam").to_json(600)
    assert Comparison("an epoch", FAST.timings, task=task).to_json()["task"] == {
        "mini_batch": 10,
        "activation": "relu",
        "optimiser": "adam",
        "hidden": (16, 16),
        "images": 600,
        "learning_rate": 0.001,
    }


def test_the_instruction_set_that_is_chosen_is_the_fastest(monkeypatch):
    monkeypatch.setattr(native, "instruction_sets", lambda: ["AVX2", "SSE2"])
    assert machine.describe()["instruction_set"] == "AVX2"
    assert machine.describe()["instruction_sets"] == ["AVX2", "SSE2"]


def test_nothing_private_is_said_of_the_machine():
    import getpass
    import platform

    said = [str(value) for value in machine.describe().values()]
    assert not [value for value in said if platform.node() and platform.node() in value.split()]
    assert not [value for value in said if getpass.getuser() in value.split() or "/" in value]
