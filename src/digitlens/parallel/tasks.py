"""Many tasks, done elsewhere: their results come as they are finished, or in the order of the tasks.

    for done in Tasks(work, tasks, jobs=4):
        print(done.index, done.result)

work: what the tasks have in common, see Work; each worker gets it once. Workers are processes of this machine, or
threads of this process for tasks that do without Python's lock, or those of a Dask cluster. Each of them uses one
thread for its linear algebra. Tasks are drawn as workers can take them, so that a million of them need no memory.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Generator, Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import Any, Generic

from digitlens.errors import UsageError
from digitlens.parallel.local import Event, LocalWorkers, Workers, cores
from digitlens.parallel.work import Done, R, T, Work

ATTEMPTS = 3  # workers that may die of a task before it is given up


class Tasks(Generic[T, R]):
    """To walk through them is to have them done; to leave the walk, or stop() from anywhere, ends what is under way.

    jobs: how many are done at once; None: one a core, or as many as the cluster can. cluster: the address of a Dask
    scheduler; empty: this machine. here: which tasks are done on threads of this process, where there is no cluster.
    in_order: results come in the order of the tasks, none long before its turn. on_report: is called with what a task
    reports, and its index, by the thread that walks, while it waits.

    What a task raises is raised by the walk. A task whose worker dies is given to another one; if that dies too, and a
    third, the task is Done without a result, and says why. Raises UsageError for fewer jobs than one, and, when the
    walk begins, what ClusterWorkers raises.
    """

    def __init__(
        self,
        work: Work[T, R],
        tasks: Iterable[T],
        *,
        jobs: int | None = None,
        cluster: str = "",
        here: Callable[[T], bool] = lambda task: False,
        in_order: bool = False,
        on_report: Callable[[int, Any], object] = lambda index, value: None,
    ) -> None:
        self._work, self._tasks, self._here, self._in_order = work, enumerate(tasks), here, in_order
        self._jobs, self._cluster, self._on_report = checked_jobs(jobs), cluster, on_report
        self._workers: Workers | None = None
        self._stopping = False

    def __iter__(self) -> Generator[Done[T, R]]:
        """The results. Entered a second time, it continues with the tasks that were not drawn yet."""
        events: SimpleQueue[Event] = SimpleQueue()
        self._workers = workers = self._open(events)
        atexit.register(workers.close)  # where a program ends and leaves the walk open
        try:
            if self._stopping:
                workers.stop()
            yield from self._walk(workers, events)
        finally:
            workers.close()
            atexit.unregister(workers.close)
            self._workers, self._stopping = None, False

    def stop(self) -> None:
        """End what is under way, from any thread or signal handler: the walk gives what is finished, and ends."""
        self._stopping = True
        if workers := self._workers:
            workers.stop()

    def _open(self, events: SimpleQueue[Event]) -> Workers:
        if not self._cluster:
            return LocalWorkers(self._work, self._jobs or cores(), self._here, events)
        from digitlens.parallel.cluster import ClusterWorkers

        return ClusterWorkers(self._work, self._cluster, self._jobs, events)

    def _walk(self, workers: Workers, events: SimpleQueue[Event]) -> Iterator[Done[T, R]]:
        under_way: dict[int, T] = {}
        waiting: dict[int, Done[T, R] | None] = {}  # by index, in the order drawn: what is not given out yet
        attempts: dict[int, int] = {}
        more = True
        while True:
            while more and not self._stopping and len(waiting) < workers.room:
                drawn = next(self._tasks, None)
                if more := drawn is not None:
                    index, task = drawn
                    under_way[index], waiting[index] = task, None
                    workers.start(index, task)
            if not under_way:
                return
            workers.poll()
            try:
                word, index, value = events.get(timeout=0.1)  # on Windows a wait without end hears no Ctrl-C
            except Empty:
                continue
            if word == "report":
                if index in under_way:
                    self._on_report(index, value)
                continue
            if word == "failed":
                raise value
            task = under_way.pop(index)
            if word == "lost" and not self._stopping:
                attempts[index] = attempts.get(index, 0) + 1
                if attempts[index] < ATTEMPTS:
                    under_way[index] = task
                    workers.start(index, task)
                    continue
                value = f"{ATTEMPTS} workers died of it: {value}"
            if word in ("stopped", "lost") and self._stopping:
                del waiting[index]
            else:
                waiting[index] = Done(index, task, value) if word == "result" else Done(index, task, lost=value)
            yield from self._ready(waiting, index)

    def _ready(self, waiting: dict[int, Done[T, R] | None], index: int) -> Iterator[Done[T, R]]:
        """What can be given out now that the task of this index is over."""
        for each in list(waiting) if self._in_order else [index]:
            if each in waiting:
                done = waiting[each]
                if done is None:
                    return
                del waiting[each]
                yield done


def checked_jobs(jobs: Any) -> int | None:
    """So many jobs at a time, or None. Raises UsageError for anything but a whole number, 1 or more."""
    if jobs is not None and (not isinstance(jobs, int) or isinstance(jobs, bool) or jobs < 1):
        raise UsageError(f"jobs: wants a whole number of jobs at a time, 1 or more, got {jobs!r}")
    return jobs


def check_workers(jobs: Any, cluster: str) -> None:
    """Before anything is read or fetched: raises UsageError for such jobs, and what ClusterWorkers raises."""
    checked_jobs(jobs)
    if cluster:
        from digitlens.parallel.cluster import reached

        reached(cluster)
