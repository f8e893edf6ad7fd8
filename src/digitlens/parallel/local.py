"""Workers on this machine: threads, each of which does tasks itself or has a process of its own that does them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import closing
from queue import SimpleQueue
from typing import Any, Protocol

from digitlens.errors import DigitlensError
from digitlens.parallel.process import Process, WorkerDied
from digitlens.parallel.work import Stopped, Work, packed

Event = tuple[
    str, int, Any
]  # what happened ("report", "result", "stopped", "lost" or "failed"), to which task, details


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers(Protocol):
    """What does tasks somewhere, and tells of each in `events`."""

    @property
    def room(self) -> int:
        """How many tasks it may be given before the first of them is over."""

    def start(self, index: int, task: Any) -> None:
        """One more task. It ends in exactly one event that is no report."""

    def stop(self) -> None:
        """Ask all tasks to end soon, from any thread or signal handler."""

    def poll(self) -> None:
        """Called again and again while nothing happens. Raises an error where nothing will."""

    def close(self) -> None:
        """End all of it; to close twice is no error."""


class LocalWorkers:
    """So many threads; a task for which `here` is false goes to the thread's own process."""

    def __init__(
        self, work: Work[Any, Any], count: int, here: Callable[[Any], bool], events: SimpleQueue[Event]
    ) -> None:
        self.room = 2 * count  # one is done, and one lies ready
        self._work, self._count, self._here, self._events = work, count, here, events
        self._todo: SimpleQueue[tuple[int, Any] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._running: dict[int, LocalControl] = {}
        self._stopping = False
        self._lock = threading.Lock()
        self._begun: Callable[[Any, Any], Any] | None = None  # the work, on threads
        self._packed = b""  # and for processes

    def start(self, index: int, task: Any) -> None:
        """See Workers."""
        self._todo.put((index, task))
        if len(self._threads) < self._count:
            # Daemons: Python would wait for others where a program ends before the results do.
            thread = threading.Thread(target=self._serve, name="digitlens worker", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:  # the system gives no further thread: those there are do it all
                if not self._threads:
                    raise DigitlensError(
                        f"no thread could be started for the work ({error}); end other programs, or raise the limits "
                        "of this process (ulimit -u, -v)"
                    ) from error
                self._count = len(self._threads)
                return
            self._threads.append(thread)  # now: close() may be called meanwhile, and waits for those that run

    def stop(self) -> None:
        """See Workers."""
        self._stopping = True  # no lock: a signal handler that waits for itself would wait forever
        for control in list(self._running.values()):
            control.stop()

    def poll(self) -> None:
        """See Workers."""

    def close(self) -> None:
        """See Workers."""
        self.stop()
        for _ in self._threads:
            self._todo.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        if hasattr(signal, "pthread_sigmask"):  # inherited by the process, which a Ctrl-C in the terminal reaches too
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        with closing(Process(self._pack)) as process:
            while item := self._todo.get():
                index, task = item
                self._running[index] = control = LocalControl(index, self._events)
                if self._stopping:
                    control.stop()
                over = self._done(index, task, control, process)
                del self._running[index]  # before it is told: who hears it may start the same task again at once
                self._events.put(over)

    def _done(self, index: int, task: Any, control: LocalControl, process: Process) -> Event:
        """Do a task; the event that it ends in."""
        try:
            if control.stopped:
                raise Stopped
            if self._here(task):
                return "result", index, self._begin()(task, control)
            return "result", index, process.do(task, control)
        except Stopped:
            return "stopped", index, None
        except WorkerDied as error:
            return ("stopped", index, None) if control.stopped else ("lost", index, str(error))
        except BaseException as error:
            return "failed", index, error

    def _begin(self) -> Callable[[Any, Any], Any]:
        with self._lock:
            if self._begun is None:
                self._begun = self._work.begin()
            return self._begun

    def _pack(self) -> bytes:
        with self._lock:
            if not self._packed:
                self._packed = packed(self._work)
            return self._packed


class LocalControl:
    """A Control of this process; the caller that waits for the task holds it."""

    def __init__(self, index: int, events: SimpleQueue[Event]) -> None:
        self._index, self._events = index, events
        self._stop: Callable[[], object] | None = None
        self.stopped = False

    def report(self, value: Any) -> None:
        """See Control."""
        self._events.put(("report", self._index, value))

    def on_stop(self, stop: Callable[[], object]) -> None:
        """See Control."""
        self._stop = stop
        if self.stopped:
            stop()

    def stop(self) -> None:
        """Ask the task to end soon. Without a lock: each side writes its own mark before it reads the other's."""
        self.stopped = True
        if self._stop:
            self._stop()
