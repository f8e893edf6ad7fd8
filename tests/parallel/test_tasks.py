"""Tasks in, results out: wherever they are done, whoever dies meanwhile, and however the walk ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from tests.parallel.works import Dying, Endless, Failing, NotBegun, Squares, Surroundings
from tests.waiting import PATIENCE

from digitlens.errors import DataError, DigitlensError, UsageError
from digitlens.parallel.local import Event, LocalWorkers, cores
from digitlens.parallel.tasks import ATTEMPTS, Tasks

PLACES = {"on threads": True, "on processes": False}
places = pytest.mark.parametrize("here", PLACES.values(), ids=PLACES)


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    yield
    assert [thread for thread in threading.enumerate() if thread.name == "digitlens worker"] == []
    if sys.platform == "linux":
        children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
        assert [pid for pid in children if "parallel.process" in Path(f"/proc/{pid}/cmdline").read_text()] == []


def walked(work: Any, tasks: Any, *, here: bool = False, **options: Any) -> list[Any]:
    return list(Tasks(work, tasks, here=lambda task: here, **options))


@places
@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_each_task_comes_back_once_with_its_result_and_its_place(here: bool, jobs: int) -> None:
    done = walked(Squares(), range(20, 40), here=here, jobs=jobs)
    assert sorted(each.index for each in done) == list(range(20))
    for each in done:
        assert (each.task, each.result[0], each.lost) == (each.index + 20, each.task**2, "")
    processes = {each.result[1] for each in done}
    assert processes == {os.getpid()} if here else (os.getpid() not in processes and 1 <= len(processes) <= jobs)


@places
def test_in_order_they_come_in_the_order_of_the_tasks(here: bool) -> None:
    done = walked(Squares(), range(50), here=here, jobs=3, in_order=True)
    assert [each.task for each in done] == list(range(50))


def test_tasks_go_to_threads_or_processes_one_by_one() -> None:
    done = list(Tasks(Squares(), range(10), jobs=2, here=lambda number: number % 2 == 0))
    assert {each.task for each in done if each.result[1] == os.getpid()} == {0, 2, 4, 6, 8}


@places
@pytest.mark.parametrize("in_order", [True, False])
def test_no_more_tasks_are_drawn_than_workers_can_take(here: bool, in_order: bool) -> None:
    drawn = 0

    def numbers() -> Iterator[int]:
        nonlocal drawn
        while True:
            drawn += 1
            yield drawn

    walk = iter(Tasks(Squares(), numbers(), jobs=2, here=lambda task: here, in_order=in_order))
    for taken in range(1, 30):
        next(walk)
        assert drawn <= taken + 4
    walk.close()  # type: ignore[attr-defined]


def test_a_task_that_is_started_again_as_soon_as_it_is_over_can_still_be_stopped() -> None:
    class Restarting(SimpleQueue[Event]):
        """Whoever hears that task 0 is over starts one of the same index, and waits until another thread has it."""

        def __init__(self) -> None:
            super().__init__()
            self.waits = threading.Event()

        def put(self, item: Event, block: bool = True, timeout: float | None = None) -> None:
            if item[0] == "report":
                self.waits.set()
                return
            if item[0] == "result" and not self.waits.is_set():
                workers.start(0, 1)
                assert self.waits.wait(PATIENCE)
            super().put(item)

    events = Restarting()
    workers = LocalWorkers(Endless(seconds=PATIENCE), 2, lambda task: True, events)
    workers.start(0, 0)
    assert events.get(timeout=PATIENCE)[:2] == ("result", 0)
    workers.stop()
    assert events.get(timeout=PATIENCE)[:2] == ("stopped", 0)
    workers.close()


def test_no_tasks_give_no_results_and_start_nothing() -> None:
    assert walked(NotBegun(), []) == []


@places
def test_what_a_task_reports_is_heard_by_the_walking_thread_before_its_result(here: bool) -> None:
    heard: list[Any] = []

    def on_report(index: int, value: Any) -> None:
        assert threading.current_thread() is threading.main_thread()
        heard.append((index, value))

    for done in Tasks(Squares(), range(7), jobs=2, here=lambda task: here, on_report=on_report):
        assert (done.index, {"number": done.task}) in heard
    assert sorted(index for index, _ in heard) == list(range(7))


@pytest.mark.parametrize("deaths", range(1, ATTEMPTS + 2))
def test_what_a_dead_worker_had_in_hand_is_done_by_another(tmp_path: Path, deaths: int) -> None:
    work = Dying(tmp_path / "deaths", deaths, of=(3,))
    done = {each.task: each for each in walked(work, range(8), jobs=2)}
    assert (tmp_path / "deaths").stat().st_size == min(deaths, ATTEMPTS)
    assert {number: each.result for number, each in done.items() if number != 3} == {
        number: number for number in range(8) if number != 3
    }
    if deaths < ATTEMPTS:
        assert (done[3].result, done[3].lost) == (3, "")
    else:
        assert done[3].result is None
        assert "exit code 7" in done[3].lost


@places
def test_what_a_task_raises_is_raised_by_the_walk_which_ends(here: bool) -> None:
    with pytest.raises(DataError, match="no digits"):
        walked(Failing(), ["good", "ours", "good"], here=here, jobs=1)
    with pytest.raises(FileNotFoundError):
        walked(Failing(), ["file"], here=here, jobs=1)
    with pytest.raises(DataError, match="nothing to begin with"):
        walked(NotBegun(), [1, 2], here=here)


def test_an_error_that_cannot_travel_comes_as_its_text() -> None:
    with pytest.raises(RuntimeError, match="lambda"):
        walked(Failing(), ["lambda"])


def test_an_error_of_the_tasks_themselves_ends_the_walk() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("the folder is gone")

    with pytest.raises(OSError, match="the folder is gone"):
        walked(Squares(), broken())


@places
@pytest.mark.parametrize("how", ["stop", "close", "raise"])
def test_whoever_ends_the_walk_ends_what_is_under_way(here: bool, how: str) -> None:
    def heard(index: int, value: Any) -> None:
        if how == "raise":
            raise ZeroDivisionError
        if how == "stop":
            tasks.stop()

    tasks = Tasks(Endless(), [0, 1, 2, 0], jobs=2, here=lambda task: here, on_report=heard)
    begun = time.monotonic()
    if how == "raise":
        with pytest.raises(ZeroDivisionError):
            list(tasks)
    elif how == "stop":
        assert all(each.result == 0 for each in tasks)
    else:
        walk = iter(tasks)
        assert next(walk).result == 0
        walk.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begun < 300  # the tasks would take twenty minutes


@places
def test_a_stop_from_another_thread_or_before_the_walk_counts_once(here: bool) -> None:
    tasks = Tasks(Endless(), iter([1, 1, 0]), jobs=2, here=lambda task: here)
    tasks.stop()
    assert list(tasks) == []
    stopper = threading.Timer(0.2, tasks.stop)
    stopper.start()
    assert [each.result for each in tasks if each.task] == []
    stopper.join()


@pytest.mark.parametrize("jobs", [0, -1, 1.5, "2", True])
def test_fewer_jobs_than_one_are_refused(jobs: Any) -> None:
    with pytest.raises(UsageError, match="got "):
        Tasks(Squares(), [1], jobs=jobs)


def test_as_many_jobs_as_cores_unless_told() -> None:
    walked(Squares(), range(4 * cores()))
    assert cores() >= 1


def test_a_worker_process_has_one_thread_for_linear_algebra() -> None:
    (done,) = walked(Surroundings(), ["threads"])
    assert set(done.result) <= {1}


def test_what_a_library_prints_in_a_worker_does_not_get_in_between(capfd: pytest.CaptureFixture[str]) -> None:
    (done,) = walked(Surroundings(), ["a task"])
    assert done.result == "a task"
    said = capfd.readouterr()
    assert said.out == ""
    assert "a library prints" in said.err


SCRIPT = """
import sys
from tests.parallel.works import Endless
from digitlens.parallel.tasks import Tasks
walk = iter(Tasks(Endless(), [0, 1, 2, 3], jobs=3, here=lambda task: {here}))
print(next(walk).index, flush=True)
{end}
"""


def script(here: bool, end: str) -> list[str]:
    return [sys.executable, "-c", SCRIPT.format(here=here, end=end)]


def surroundings() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])}


@places
@pytest.mark.parametrize("end", ["", "walk.close()", "raise SystemExit"])
def test_a_script_needs_no_guard_and_may_end_without_a_word(here: bool, end: str) -> None:
    done = subprocess.run(script(here, end), capture_output=True, text=True, timeout=60, env=surroundings())
    assert (done.stdout, done.stderr, done.returncode) == ("0\n", "", 0)


@pytest.mark.skipif(sys.platform == "win32", reason="nothing was killed: this system knows no SIGKILL")
def test_workers_end_when_whoever_started_them_is_killed() -> None:
    process = subprocess.Popen(
        script(False, "import os\nos.kill(os.getpid(), 9)"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings(),
    )
    out, err = process.communicate(timeout=60)  # returns when the last process that holds stderr has ended
    assert (out, err, process.returncode) == (b"0\n", b"", -9)


@places
@pytest.mark.parametrize("pause", [0.0, 0.01, 0.03, 0.1, 0.3])
def test_ctrl_c_ends_all_processes_and_only_the_first_speaks(here: bool, pause: float) -> None:
    if sys.platform == "win32":
        pytest.skip("Ctrl-C was not checked: here it cannot be sent to others alone; press it in a running sweep")
    process = subprocess.Popen(
        script(here, "next(walk)"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=surroundings(),
    )
    assert process.stdout
    try:
        assert process.stdout.readline() == b"0\n"
        time.sleep(pause)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert err.count(b"Traceback") == 1
    assert err.endswith(b"KeyboardInterrupt\n")


@pytest.mark.parametrize("there_are", [0, 1, 3])
def test_where_no_more_threads_can_be_had_those_there_are_do_it_all(
    there_are: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, started = threading.Thread.start, []

    def limited(thread: threading.Thread) -> None:
        if thread.name == "digitlens worker":
            if len(started) >= there_are:
                raise RuntimeError("can't start new thread")
            started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    if there_are:
        done = walked(Squares(), range(20), here=True, jobs=5)
        assert sorted(each.result[0] for each in done) == [number**2 for number in range(20)]
        assert len(started) == there_are
    else:
        with pytest.raises(DigitlensError, match="no thread could be started"):
            walked(Squares(), range(20), here=True, jobs=5)


def test_where_no_process_can_be_had_it_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(subprocess, "Popen", refused)
    with pytest.raises(DigitlensError, match="Too many open files; ask for fewer jobs"):
        walked(Squares(), range(3), jobs=2)
