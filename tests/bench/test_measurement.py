"""The bench goes on whatever becomes of its engines, and says what it promises. Nothing here looks at a clock."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict

import numpy as np
import pytest
from tests.bench.noise import random_pictures
from tests.waiting import PATIENCE

from digitlens.bench.measurement import TASKS, Plan, measure
from digitlens.bench.peers import COMPILED, OWN, PLAIN, own_engines
from digitlens.bench.task import Task
from digitlens.bench.worker import CommandHandler
from digitlens.bench.workers import Worker, WorkerFailed
from digitlens.errors import DigitlensError, UsageError
from digitlens.kernel import native

PICTURES = random_pictures(300)
ANSWERING = """
import json, sys
for line in sys.stdin:
    order = json.loads(line)
    {trouble}
    print(json.dumps({{"note": "", "seconds": 1.0, "accuracy": 0.5}}), flush=True)
"""


def plan(**changes):
    return Plan(**{"images": 300, "rounds": 1, "startup": False, "tasks": (Task(),), "timeout": PATIENCE, **changes})


def stand_in(trouble, *names):
    """A maker of workers, of which those called `names` have trouble; a silent one is not waited for."""

    class Silent(Worker):
        def ask(self, order, seconds):
            return super().ask(order, 0.5 if order["do"] == "epoch" else seconds)

    def start(name, core):
        has_trouble = name in names
        code = ANSWERING.format(trouble=trouble if has_trouble else "pass")
        return (Silent if has_trouble and "sleep" in trouble else Worker)(name, core, [sys.executable, "-c", code])

    return start


def test_our_own_engines_and_plain_numpy_are_measured_side_by_side():
    report = measure(plan(engines=("numpy",), tasks=(Task(), Task(10, "relu", "adam"))), PICTURES).to_json()
    assert "mini-batch 32" in report["work"]
    assert report["machine"]["cores_used"] == 1
    ten, reading = report["more"]
    assert "ReLU" in ten["work"]
    assert "Adam), mini-batch 10" in ten["work"]
    assert ten["task"].items() >= {"mini_batch": 10, "activation": "relu", "optimiser": "adam", "images": 300}.items()
    for comparison in (report, ten, reading):
        engines = {each["name"]: each for each in comparison["engines"]}
        assert set(engines) == {*own_engines(), "numpy"}
        unit = "seconds" if comparison is reading else "seconds_per_epoch"
        assert all(each[unit] > 0 and each["ratio"] > 0 for each in engines.values())
        assert min(each["ratio"] for name, each in engines.items() if name.startswith(OWN)) == 1.0
        for name in set(own_engines()) - {PLAIN}:
            assert engines[name]["note"] in [f"on {each}" for each in native.instruction_sets()]
    assert [each["name"] for each in report["passed_over"]] == ([] if native.instruction_sets() else [COMPILED])


def test_the_usual_plan_holds_every_work_that_we_make_claims_about():
    assert TASKS[0] == Task(32, "sigmoid", "gradient_descent", (16, 16))
    assert {(task.mini_batch, task.activation, task.optimiser) for task in TASKS[1:]} == {
        (10, "sigmoid", "gradient_descent"),
        (128, "sigmoid", "gradient_descent"),
        (32, "relu", "gradient_descent"),
        (32, "sigmoid", "adam"),
        (32, "relu", "adam"),
    }


def test_without_the_kernel_the_plain_engine_serves_and_it_is_said(monkeypatch):
    monkeypatch.setattr(native, "instruction_sets", list)
    started = []

    def start(name, core):
        started.append(name)
        return stand_in("")(name, core)

    report = measure(plan(), PICTURES, start=start).to_json()
    assert [name for name in started if name.startswith(OWN)] == [PLAIN]
    assert report["passed_over"] == [{"name": COMPILED, "why": "not compiled here; the plain engine serves"}]
    assert report["machine"]["instruction_sets"] == []
    assert report["machine"]["instruction_set"] is None
    (own,) = [each for each in report["engines"] if each["name"].startswith(OWN)]
    assert own["name"] == PLAIN
    assert own["ratio"] == 1.0


def test_a_task_may_take_fewer_pictures_than_there_are():
    report = measure(plan(engines=(), tasks=(Task(), Task(images=96)), own=(PLAIN,), latency=False), PICTURES).to_json()
    assert "300 images" in report["work"]
    assert "96 images" in report["more"][0]["work"]
    assert (report["task"]["images"], report["more"][0]["task"]["images"]) == (300, 96)
    assert [each["name"] for each in report["engines"]] == [PLAIN]


def test_a_worker_learns_from_as_many_pictures_as_the_task_says(tmp_path):
    images, digits = str(tmp_path / "images.npy"), str(tmp_path / "digits.npy")
    np.save(images, PICTURES.images)
    np.save(digits, PICTURES.digits)
    desk = CommandHandler("numpy")
    desk.do({"do": "load", "images": images, "digits": digits})
    for count, learned in ((96, 96), (0, 300)):
        desk.do({"do": "learn", **asdict(Task(images=count))})
        assert len(desk._work.images) == len(desk._work.digits) == learned


@pytest.mark.parametrize("name", ["pytorch", "jax", "scikit-learn"])
def test_an_engine_that_is_not_installed_is_named_and_passed_over(name):
    start = stand_in('print(json.dumps({"missing": "No module named it"}), flush=True); continue', name)
    report = measure(plan(), PICTURES, start=start).to_json()
    (passed,) = [each for each in report["passed_over"] if each["name"] != COMPILED]
    assert passed["name"] == name
    assert "not installed" in passed["why"]
    there = {each["name"] for each in report["engines"]}
    assert {"digitlens-plain", "numpy"} <= there
    assert name not in there


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        ("sys.exit(3)", "exit code 3"),
        ("if order['do'] == 'epoch': sys.exit(4)", "exit code 4"),
        ("if order['do'] == 'accuracy': import os; os.abort()", "ended by itself"),
        ("if order['do'] == 'epoch': import time; time.sleep(3600)", "no answer"),
        ("print('nonsense', flush=True); continue", "not a JSON"),
        ("print('[]', flush=True); continue", "not a JSON"),
        ("print(json.dumps({'error': 'ValueError: no'}), flush=True); continue", "ValueError: no"),
    ],
)
def test_an_engine_that_fails_does_not_end_the_bench(trouble, why):
    report = measure(plan(), PICTURES, start=stand_in(trouble, "numpy")).to_json()
    (passed,) = [each for each in report["passed_over"] if each["name"] != COMPILED]
    assert passed["name"] == "numpy"
    assert why in passed["why"]
    assert "digitlens-plain" in {each["name"] for each in report["engines"]}


def test_without_our_own_engine_there_is_nothing_to_compare_with():
    with pytest.raises(DigitlensError, match=r"our own engine failed: .*digitlens-plain: ended by itself"):
        measure(plan(), PICTURES, start=stand_in("sys.exit(3)", *own_engines()))


def test_if_the_compiled_engine_fails_the_plain_one_is_the_measure():
    report = measure(plan(), PICTURES, start=stand_in("sys.exit(3)", *set(own_engines()) - {PLAIN})).to_json()
    assert [each["name"] for each in report["engines"] if each["name"].startswith(OWN)] == [PLAIN]
    assert COMPILED in [each["name"] for each in report["passed_over"]]


def test_whatever_ends_the_bench_no_worker_stays_behind():
    workers = []

    def start(name, core):
        workers.append(stand_in("")(name, core))
        return workers[-1]

    def interrupt(what):
        if "round 1" in what:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure(plan(), PICTURES, interrupt, start)
    assert workers
    assert all(worker.ended for worker in workers)


def test_a_worker_ends_when_the_bench_is_gone():
    command = [sys.executable, "-m", "digitlens.bench.worker", "numpy"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        try:
            worker.stdin.close()
            assert worker.wait(PATIENCE) == 0
        finally:
            worker.kill()


@pytest.mark.skipif(os.name != "posix", reason="signals: checked on POSIX")
def test_a_worker_leaves_ctrl_c_to_the_bench():
    with Worker("numpy") as worker:
        with pytest.raises(WorkerFailed, match="KeyError"):
            worker.ask({"do": "no such order"}, PATIENCE)
        os.kill(worker.pid, signal.SIGINT)
        time.sleep(0.1)
        with pytest.raises(WorkerFailed, match="KeyError"):
            worker.ask({"do": "no such order"}, PATIENCE)


def test_a_plan_without_sense_is_refused():
    with pytest.raises(UsageError, match="matlab"):
        Plan(engines=("matlab",))
    with pytest.raises(UsageError, match="digitlens-quick"):
        Plan(own=("digitlens-quick",))
    with pytest.raises(UsageError, match="at least 1 round"):
        Plan(rounds=0)
    with pytest.raises(UsageError, match="128 images"):
        Plan(images=100)
