"""The row before the engine: whoever trains stands in it, and each gets a turn.

One worker fewer than there are cores, so that reading never waits for training; at least one. A turn ends with its
work, or, when others wait, after half a second: then the work goes to the end of the row. The workers are daemons, so
that Ctrl-C ends the app whatever they do.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import Protocol

from digitlens.parallel.local import cores
from digitlens.server.training.timing import Timing


def workers_on(cores: int) -> int:
    """How many work at once: one fewer than there are cores, so that reading never waits for training; at least one.

    >>> [workers_on(cores) for cores in (1, 2, 8)]
    [1, 1, 7]
    """
    return max(1, cores - 1)


class Work(Protocol):
    """Something that takes a while, in pieces."""

    def turn(self, over: Callable[[], bool]) -> bool:
        """Work on until nothing is left, or until the turn is `over`; whether something is left."""

    def moved(self) -> None:
        """Its place in the row is another one now."""

    def stop(self) -> None:
        """Give it up: a turn under way ends within milliseconds."""


class TrainingQueue:
    """The row, and the threads that serve it; these are started with the first work."""

    def __init__(self, at_once: int | None = None, turn: float = Timing().turn) -> None:
        """`at_once`: how many work at the same time. `turn`: seconds, while others wait."""
        self.at_once = workers_on(cores()) if at_once is None else at_once
        self._turn = turn
        self._row: deque[Work] = deque()
        self._working: set[Work] = set()
        self._asked: set[Work] = set()  # entered once more while they were at work
        self._change = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def enter(self, work: Work, instead_of: Work | None = None) -> None:
        """Stand in the row: at the end, or in the place of another one; whoever stands there already, stays."""
        with self._change:
            if self._closed:
                return
            if work in self._working:
                self._asked.add(work)
            elif work not in self._row:
                if instead_of is not None and instead_of in self._row:
                    self._row[self._row.index(instead_of)] = work
                else:
                    self._row.append(work)
                self._change.notify()
            if len(self._threads) < self.at_once:
                name = f"training {len(self._threads) + 1}"
                self._threads.append(threading.Thread(target=self._serve, name=name, daemon=True))
                self._threads[-1].start()

    def leave(self, work: Work) -> None:
        """Out of the row; a turn under way ends when the work itself does."""
        with self._change:
            self._asked.discard(work)
            waiting = list(self._row) if work in self._row else []
            if waiting:
                self._row.remove(work)
        for one in waiting:
            if one is not work:
                one.moved()

    @property
    def idle(self) -> bool:
        """Whether nobody is at work, and nobody waits."""
        with self._change:
            return not self._row and not self._working

    def place(self, work: Work) -> int | None:
        """How many turns come before: 0 at work, 1 the next one; None who is not here."""
        with self._change:
            if work in self._working:
                return 0
            return self._row.index(work) + 1 if work in self._row else None

    def close(self, seconds: float) -> None:
        """No more turns: those under way are stopped, and waited for, but no longer than this."""
        with self._change:
            self._closed = True
            self._row.clear()
            self._asked.clear()
            working, until = list(self._working), time.monotonic() + seconds
            self._change.notify_all()
        for work in working:
            work.stop()
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _clock(self) -> Callable[[], bool]:
        """Whether a turn that begins now is over: its time is up, and others wait."""
        end = time.monotonic() + self._turn
        return lambda: bool(self._row) and time.monotonic() >= end

    def _serve(self) -> None:
        while True:
            with self._change:
                while not self._row and not self._closed:
                    self._change.wait()
                if self._closed:
                    return
                work = self._row.popleft()
                self._working.add(work)
                waiting = list(self._row)
            for one in waiting:
                one.moved()
            more = False
            try:
                more = work.turn(self._clock())
            except Exception:
                traceback.print_exc()  # a mistake of ours; the next one gets their turn all the same
            with self._change:
                self._working.discard(work)
                again = (more or work in self._asked) and not self._closed
                if again:
                    self._row.append(work)
                self._asked.discard(work)
            if again:
                work.moved()
            del work
