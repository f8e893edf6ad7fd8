"""The bench goes on whatever becomes of its engines, and says what it promises. Nothing here looks at a clock."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest
from tests.bench.noise import random_pictures

from digitlens.bench.measure import Plan, measure
from digitlens.bench.workers import Worker, WorkerFailed
from digitlens.errors import DigitlensError, UsageError

PICTURES = random_pictures(300)
ANSWERING = """
import json, sys
for line in sys.stdin:
    order = json.loads(line)
    {trouble}
    print(json.dumps({{"note": "", "seconds": 1.0, "accuracy": 0.5}}), flush=True)
"""


def plan(**changes):
    return Plan(**{"images": 300, "rounds": 1, "startup": False, "mini_batches": (32,), "timeout": 30.0, **changes})


def stand_in(trouble, *names):
    """A maker of workers, of which those called `names` have trouble."""

    def start(name, core):
        code = ANSWERING.format(trouble=trouble if name in names else "pass")
        return Worker(name, core, [sys.executable, "-c", code])

    return start


def test_our_own_engine_and_plain_numpy_are_measured_side_by_side():
    report = measure(plan(engines=("numpy",), mini_batches=(32, 10)), PICTURES).to_json()
    assert "mini-batch 32" in report["work"]
    assert report["machine"]["cores_used"] == 1
    assert {each["name"] for each in report["engines"]} == {"digitlens-plain", "numpy"}
    ten, reading = report["more"]
    assert "mini-batch 10" in ten["work"]
    for comparison in (report, ten, reading):
        unit = "seconds" if comparison is reading else "seconds_per_epoch"
        assert all(each[unit] > 0 and each["ratio"] > 0 for each in comparison["engines"])
        own = [each["ratio"] for each in comparison["engines"] if each["name"].startswith("digitlens")]
        assert min(own) == 1.0
    assert report["passed_over"] == []


@pytest.mark.parametrize(("name", "library"), [("numpy", "numpy"), ("jax", "jax"), ("pytorch", "torch")])
def test_all_learn_the_same_from_the_same_start(name, library):
    from digitlens.bench.peers import peer
    from digitlens.bench.work import Work

    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed, so its twin of our network was not checked: pip install {library}")
    work = Work(PICTURES.images, PICTURES.digits, mini_batch=300)  # one batch: the order does not matter
    plain, other = (peer(each).learner(work) for each in ("digitlens-plain", name))
    for _ in range(3):
        plain.epoch()
        other.epoch()
    assert plain.outputs(work.pixels) == pytest.approx(other.outputs(work.pixels), abs=1e-5)


@pytest.mark.parametrize("name", ["pytorch", "jax", "scikit-learn"])
def test_an_engine_that_is_not_installed_is_named_and_passed_over(name):
    start = stand_in('print(json.dumps({"missing": "No module named it"}), flush=True); continue', name)
    report = measure(plan(), PICTURES, start=start).to_json()
    assert [each["name"] for each in report["passed_over"]] == [name]
    assert "not installed" in report["passed_over"][0]["why"]
    there = {each["name"] for each in report["engines"]}
    assert {"digitlens-plain", "numpy"} <= there
    assert name not in there


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        ("sys.exit(3)", "exit code 3"),
        ("if order['do'] == 'epoch': sys.exit(4)", "exit code 4"),
        ("if order['do'] == 'accuracy': import os; os.abort()", "ended by itself"),
        ("if order['do'] == 'epoch': import time; time.sleep(60)", "no answer"),
        ("print('nonsense', flush=True); continue", "no JSON"),
        ("print('[]', flush=True); continue", "no JSON"),
        ("print(json.dumps({'error': 'ValueError: no'}), flush=True); continue", "ValueError: no"),
    ],
)
def test_an_engine_that_fails_does_not_end_the_bench(trouble, why):
    patience = 4.0 if "sleep" in trouble else 30.0
    report = measure(plan(timeout=patience), PICTURES, start=stand_in(trouble, "numpy")).to_json()
    assert [each["name"] for each in report["passed_over"]] == ["numpy"]
    assert why in report["passed_over"][0]["why"]
    assert "digitlens-plain" in {each["name"] for each in report["engines"]}


def test_without_our_own_engine_there_is_nothing_to_compare_with():
    with pytest.raises(DigitlensError, match="our own engine failed: digitlens-plain"):
        measure(plan(), PICTURES, start=stand_in("sys.exit(3)", "digitlens-plain"))


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
        worker.stdin.close()
        assert worker.wait(timeout=30) == 0


@pytest.mark.skipif(os.name != "posix", reason="signals: checked on POSIX")
def test_a_worker_leaves_ctrl_c_to_the_bench():
    with Worker("numpy") as worker:
        with pytest.raises(WorkerFailed, match="KeyError"):
            worker.ask({"do": "no such order"}, 30)
        os.kill(worker.pid, signal.SIGINT)
        time.sleep(0.1)
        with pytest.raises(WorkerFailed, match="KeyError"):
            worker.ask({"do": "no such order"}, 30)


def test_a_plan_without_sense_is_refused():
    with pytest.raises(UsageError, match="matlab"):
        Plan(engines=("matlab",))
    with pytest.raises(UsageError, match="at least 1 round"):
        Plan(rounds=0)
