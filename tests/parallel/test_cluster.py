"""A real Dask cluster does tasks as this machine does; where it is not there, or goes, that is said in time."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.parallel.dask_cluster import Cluster, cluster, free_port
from tests.parallel.works import Dying, Endless, Failing, Squares, Surroundings
from tests.waiting import PATIENCE, until

import digitlens.parallel.cluster
from digitlens.errors import ClusterError, DataError, MissingExtra, UsageError
from digitlens.parallel.tasks import Tasks

pytest.importorskip("distributed", reason='the cluster was not tried: pip install "digitlens[cluster]"')


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("dask")) as running:
        yield running


def test_each_task_comes_back_once_with_its_result_and_its_place(dask: Cluster) -> None:
    done = list(Tasks(Squares(), range(20, 60), cluster=dask.address))
    assert sorted(each.index for each in done) == list(range(40))
    assert all(each.result and each.result[0] == each.task**2 for each in done)
    assert {each.result[1] for each in done if each.result} <= {worker.pid for worker in dask.workers}


@pytest.mark.parametrize("jobs", [None, 1])
def test_in_order_they_come_in_the_order_of_the_tasks(dask: Cluster, jobs: int | None) -> None:
    done = list(Tasks(Squares(), range(30), cluster=dask.address, jobs=jobs, in_order=True))
    assert [each.task for each in done] == list(range(30))


def test_what_a_task_reports_is_heard(dask: Cluster) -> None:
    heard: set[tuple[int, int]] = set()
    tasks = Tasks(
        Endless(0.5), [3, 4], cluster=dask.address, on_report=lambda index, value: heard.add((index, value["waits"]))
    )
    assert sorted(each.result for each in tasks if each.result) == [3, 4]
    assert heard == {(0, 3), (1, 4)}


def test_a_worker_uses_one_thread_for_linear_algebra(dask: Cluster) -> None:
    (done,) = Tasks(Surroundings(), ["threads"], cluster=dask.address)
    assert set(done.result) <= {1}


def test_what_a_task_raises_is_raised_by_the_walk(dask: Cluster) -> None:
    with pytest.raises(DataError, match="no digits"):
        list(Tasks(Failing(), ["good", "ours"], cluster=dask.address))


def test_work_that_a_worker_cannot_unpack_is_told(dask: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    class OnlyHere(Squares):
        pass

    monkeypatch.setattr(sys.modules[__name__], "OnlyHere", OnlyHere, raising=False)
    OnlyHere.__qualname__ = "OnlyHere"
    with pytest.raises(AttributeError, match="OnlyHere"):
        list(Tasks(OnlyHere(), [1], cluster=dask.address))


@pytest.mark.parametrize("how", ["stop", "raise"])
def test_whoever_ends_the_walk_ends_what_is_under_way(dask: Cluster, how: str) -> None:
    def heard(index: int, value: Any) -> None:
        if how == "raise":
            raise ZeroDivisionError
        tasks.stop()

    tasks = Tasks(Endless(), [1, 2, 3, 4], cluster=dask.address, on_report=heard)
    if how == "stop":
        assert list(tasks) == []
    else:
        with pytest.raises(ZeroDivisionError):
            list(tasks)
    (free,) = Tasks(Squares(), [5], cluster=dask.address)  # the workers are free again, long before ten minutes
    assert free.result
    assert free.result[0] == 25


def test_a_task_of_which_every_worker_dies_is_given_up(tmp_path: Path) -> None:
    work = Dying(tmp_path / "deaths", 100, of=(1,))
    with cluster(tmp_path, workers=6) as dask:
        done = {each.task: each for each in Tasks(work, [1, 2, 3], cluster=dask.address)}
    assert done[1].result is None
    assert "died" in done[1].lost
    for number in (2, 3):  # Dask counts a death against whatever waited on that worker, too; nothing is lost unsaid
        assert done[number].result == number or "died" in done[number].lost


@pytest.mark.parametrize("gone", ["the scheduler", "all workers"])
def test_a_cluster_that_goes_away_meanwhile_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str) -> None:
    monkeypatch.setattr(digitlens.parallel.cluster, "PATIENCE", 10.0)
    monkeypatch.setattr(digitlens.parallel.cluster, "WITHOUT_WORKERS", 3.0)
    with cluster(tmp_path) as dask:

        def kill(index: int, value: Any) -> None:
            for process in [dask.scheduler] if gone == "the scheduler" else dask.workers:
                process.kill()

        with pytest.raises(ClusterError, match="gone" if gone == "the scheduler" else "no workers left"):
            list(Tasks(Endless(), [1, 2, 3], cluster=dask.address, on_report=kill))


def test_without_a_scheduler_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digitlens.parallel.cluster, "PATIENCE", 1.0)
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers .*dask scheduler"):
        list(Tasks(Squares(), [1], cluster=f"tcp://127.0.0.1:{free_port()}"))


def test_somebody_else_at_that_address_is_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digitlens.parallel.cluster, "PATIENCE", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            there, _ = server.accept()
            with there:
                there.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(ClusterError, match="no Dask scheduler answers"):
            list(Tasks(Squares(), [1], cluster=f"tcp://127.0.0.1:{server.getsockname()[1]}"))


def test_a_scheduler_without_workers_is_told_from_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cluster(tmp_path, workers=0) as dask:
        monkeypatch.setattr(digitlens.parallel.cluster, "PATIENCE", 1.0)
        until(lambda: "no workers" in said(dask.address))


def said(address: str) -> str:
    with pytest.raises(ClusterError) as caught:
        list(Tasks(Squares(), [1], cluster=address))
    return str(caught.value)


@pytest.mark.parametrize("address", ["nonsense", "foo://host:1", "tcp://", "tcp://host:port"])
def test_an_address_that_is_none_is_wrong_use(address: str) -> None:
    with pytest.raises(UsageError, match=r"wants an address like tcp://host:8786"):
        list(Tasks(Squares(), [1], cluster=address))


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed.core", None)
    with pytest.raises(MissingExtra, match=r"digitlens\[cluster\]"):
        list(Tasks(Squares(), [1], cluster="tcp://127.0.0.1:1"))


SCRIPT = """
import sys
from tests.parallel.works import Endless
from digitlens.parallel.tasks import Tasks
walk = iter(Tasks(Endless(0.5), [1] * 1000, cluster=sys.argv[1]))
print(next(walk).result, flush=True)
{}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C was not checked: here it cannot be sent to others alone")
@pytest.mark.parametrize("end", ["", "walk.close()", "raise SystemExit", "list(walk)"])
def test_a_program_ends_without_a_word_of_dasks_with_ctrl_c_too(dask: Cluster, end: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(end), dask.address], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])},
    ) as process:  # fmt: skip
        try:
            assert process.stdout
            assert process.stdout.readline() == b"1\n"
            if end == "list(walk)":
                process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    if end == "list(walk)":
        assert err.count(b"Traceback") == 1
        assert err.endswith(b"KeyboardInterrupt\n")
    else:
        assert (process.returncode, err) == (0, b"")
