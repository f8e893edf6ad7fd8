"""A fair queue for training: the clients take turns on the cores, and so do the runs of each of them.

There is one worker thread fewer than cores, so that reading never waits for training, but at least one. A turn ends
when its work is done or, if others wait, after half a second; the work then goes behind the others of its owner. All
runs that nobody watches have one owner together. The threads are daemons, so Ctrl-C ends the app whatever they do.

This is not `parallel/`, where tasks are done one after the other to their ends: here turns are cut short for others.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from typing import Protocol

from digitlens.parallel.local import cores
from digitlens.server.sharing.fair_queue import FairQueue
from digitlens.server.training.timing import Timing


def workers_on(cores: int) -> int:
    """The number of worker threads: one fewer than cores, so that reading never waits for training; at least one.

    >>> [workers_on(cores) for cores in (1, 2, 8)]
    [1, 1, 7]
    """
    return max(1, cores - 1)


class Work(Protocol):
    """Work that can be done in turns."""

    @property
    def owner(self) -> str:
        """Whose turn it takes: the address of a client; empty if nobody watches it."""

    def turn(self, turn_over: Callable[[], bool]) -> bool:
        """Work until nothing is left or turn_over() returns True; whether something is left."""

    def place_changed(self) -> None:
        """Called when its place in the queue has changed."""

    def stop(self) -> None:
        """Give the work up: a current turn ends within milliseconds."""


class TrainingQueue:
    """The queue and its worker threads, which are started with the first work."""

    def __init__(self, at_once: int | None = None, turn: float = Timing().turn) -> None:
        """at_once: number of worker threads. turn: seconds of a turn while others wait."""
        self.at_once = workers_on(cores()) if at_once is None else at_once
        self._turn = turn
        self._waiting: FairQueue[Work] = FairQueue()
        self._working: set[Work] = set()
        self._entered_again: set[Work] = set()  # entered again during their turn
        self._condition = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def enter(self, work: Work, instead_of: Work | None = None) -> None:
        """Add work at the end of the queue, or in the place of other work; waiting work keeps its place."""
        with self._condition:
            if self._closed:
                return
            if work in self._working:
                self._entered_again.add(work)
            elif work not in self._waiting:
                if instead_of is None or not self._waiting.replace(instead_of, work):
                    self._waiting.add(work.owner, work)
                self._condition.notify()
            if len(self._threads) < self.at_once:
                name = f"training {len(self._threads) + 1}"
                self._threads.append(threading.Thread(target=self._serve, name=name, daemon=True))
                self._threads[-1].start()

    def leave(self, work: Work) -> None:
        """Remove work from the queue; a current turn is not interrupted."""
        with self._condition:
            self._entered_again.discard(work)
            waiting = list(self._waiting) if self._waiting.remove(work) else []
        _moved(waiting)

    def __len__(self) -> int:
        """How much work is running or waiting."""
        with self._condition:
            return len(self._waiting) + len(self._working)

    @property
    def idle(self) -> bool:
        """Whether no work is running or waiting."""
        return not len(self)

    def place(self, work: Work) -> int | None:
        """The place of work: 0 running, 1 next, and so on; None if it is not in the queue."""
        with self._condition:
            if work in self._working:
                return 0
            return next((place for place, other in enumerate(self._waiting, 1) if other is work), None)

    def close(self, seconds: float) -> None:
        """Stop all work, and wait at most `seconds` for the current turns to end."""
        with self._condition:
            self._closed = True
            self._waiting.clear()
            self._entered_again.clear()
            working, until = list(self._working), time.monotonic() + seconds
            self._condition.notify_all()
        for work in working:
            work.stop()
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _clock(self) -> Callable[[], bool]:
        """A function that returns True once the turn that begins now is over: its time is up, and others wait."""
        end = time.monotonic() + self._turn
        return lambda: bool(self._waiting) and time.monotonic() >= end

    def _serve(self) -> None:
        while True:
            with self._condition:
                while not self._waiting and not self._closed:
                    self._condition.wait()
                if self._closed:
                    return
                work = self._waiting.take()
                self._working.add(work)
                waiting = list(self._waiting)
            _moved(waiting)
            more = False
            try:
                more = work.turn(self._clock())
            except Exception:
                traceback.print_exc()  # a bug; other work still gets its turns
            with self._condition:
                self._working.discard(work)
                again = (more or work in self._entered_again) and not self._closed
                if again:
                    self._waiting.add(work.owner, work)
                self._entered_again.discard(work)
            if again:
                work.place_changed()
            del work, waiting  # while the thread waits, it must not keep runs that were given up


def _moved(waiting: list[Work]) -> None:
    for work in waiting:
        work.place_changed()
