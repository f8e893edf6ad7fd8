"""The row before the engine: whoever trains stands in it, and each gets a turn.

One worker fewer than there are cores, so that reading never waits for training; at least one. A turn ends with its
work, or, when others wait, after half a second: then the work goes to the end of the row.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import Protocol

from digitlens.learning.experiments import cores

TURN = 0.5  # seconds


class Work(Protocol):
    """Something that takes a while, in pieces."""

    def turn(self, over: Callable[[], bool]) -> bool:
        """Work on until nothing is left, or until the turn is `over`; whether something is left."""

    def moved(self) -> None:
        """Its place in the row is another one now."""


class Turns:
    """The row, and the threads that serve it; these are started with the first work."""

    def __init__(self, at_once: int | None = None, turn: float = TURN) -> None:
        """`at_once`: how many work at the same time. `turn`: seconds, while others wait."""
        self.at_once = max(1, cores() - 1) if at_once is None else at_once
        self._turn = turn
        self._row: deque[Work] = deque()
        self._working: set[Work] = set()
        self._asked: set[Work] = set()  # entered once more while they were at work
        self._change = threading.Condition()
        self._threads = 0

    def enter(self, work: Work) -> None:
        """Stand in the row; whoever stands there already, stays where they are."""
        with self._change:
            if work in self._working:
                self._asked.add(work)
            elif work not in self._row:
                self._row.append(work)
                self._change.notify()
            if self._threads < self.at_once:
                self._threads += 1
                threading.Thread(target=self._serve, name=f"training {self._threads}", daemon=True).start()

    def leave(self, work: Work) -> None:
        """Out of the row; a turn under way ends when the work itself does."""
        with self._change:
            self._asked.discard(work)
            if work in self._row:
                self._row.remove(work)
                waiting = list(self._row)
            else:
                waiting = []
        for one in waiting:
            one.moved()

    def place(self, work: Work) -> int | None:
        """How many turns come before: 0 at work, 1 the next one; None who is not here."""
        with self._change:
            if work in self._working:
                return 0
            return self._row.index(work) + 1 if work in self._row else None

    def _clock(self) -> Callable[[], bool]:
        """Whether a turn that begins now is over: its time is up, and others wait."""
        end = time.monotonic() + self._turn
        return lambda: bool(self._row) and time.monotonic() >= end

    def _serve(self) -> None:
        while True:
            with self._change:
                while not self._row:
                    self._change.wait()
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
                again = more or work in self._asked
                if again:
                    self._row.append(work)
                self._asked.discard(work)
            if again:
                work.moved()
            del work
