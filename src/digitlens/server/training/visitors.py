"""The visitors: each has one run or one comparison, and the pages that watch it. A run outlives its page.

A visitor is identified by 32 hex digits, which the page generates and stores. Everyone who knows them may watch.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from digitlens.errors import DigitlensError
from digitlens.learning.recipe import Recipe
from digitlens.learning.recipes import RECIPES
from digitlens.learning.recipes.commands import arguments
from digitlens.parallel.local import cores
from digitlens.reading.reader import Reader
from digitlens.server.refusal import Refused
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.queue import TrainingQueue
from digitlens.server.training.requests import VISITOR, choices, number_of, request_of
from digitlens.server.training.run import Training
from digitlens.server.training.run_cursor import STEP_KINDS
from digitlens.server.training.run_status import RunRequest, snapshot_frame
from digitlens.server.training.run_store import RunStore, RunStores
from digitlens.server.training.status_board import StatusBoard
from digitlens.server.training.timing import Timing

MOST = 64  # visitors
CLOSING = 0.5  # seconds for runs to stop when the app ends

OnChange = Callable[[bool], None]  # called with True if the work is over, which is shown at once


class Work(Protocol):
    """The work of a visitor: a Training or a ComparisonTraining."""

    board: StatusBoard

    def go(self, how: str = "run", instead_of: Any = None) -> None:
        """Go on. instead_of: work whose place in the queue it takes."""

    def pause(self) -> None:
        """Pause."""

    def stop(self) -> None:
        """Give the work up."""

    @property
    def over(self) -> bool:
        """Whether it has ended."""


class Visitor:
    """One visitor. Changes are reported to the event loop in which pages watch."""

    def __init__(self, name: str, store: RunStore) -> None:
        self.name, self.store = name, store
        self.work: Work | None = None
        self.last_seen = time.monotonic()  # when the last page left
        self._watchers: list[OnChange] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._notified = False  # whether the loop is about to be notified

    def watch(self, on_change: OnChange) -> None:
        """Call `on_change`, in this event loop, after every change."""
        self._loop = asyncio.get_running_loop()
        self._watchers.append(on_change)

    def unwatch(self, on_change: OnChange) -> None:
        """Stop calling `on_change`."""
        self._watchers.remove(on_change)
        self.last_seen = time.monotonic()

    @property
    def watched(self) -> bool:
        """Whether a page is connected."""
        return bool(self._watchers)

    def notify(self) -> None:
        """Report a change, from any thread. Several changes before the loop gets to them are reported once."""
        if self._watchers and self._loop is not None and not self._notified:
            self._notified = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: the app has ended
                self._loop.call_soon_threadsafe(self._notify_watchers)

    def _notify_watchers(self) -> None:
        self._notified = False
        over = self.work is not None and self.work.over
        for on_change in self._watchers:
            on_change(over)


class Visitors:
    """All visitors of a server, their queue and stores. Except for enter(), to be used in the event loop only."""

    def __init__(self, sets: DataSets, engine: str, runs: Path | None = None, timing: Timing | None = None) -> None:
        """engine: its name. runs: a folder for checkpoints; None: none are written. timing: None for the default."""
        self.sets, self._engine, self._stores = sets, engine, RunStores(runs)
        self._timing = timing or Timing()
        self.queue = TrainingQueue(self._timing.workers, self._timing.turn)
        self._visitors: dict[str, Visitor] = {}
        self._entering = threading.Lock()
        self._removal: asyncio.TimerHandle | None = None

    def enter(self, name: Any) -> tuple[Visitor, dict[str, Any]]:
        """The visitor of that name, with the run that an earlier server left; and a page's choices. From any thread.

        Raises Refused for an invalid name.
        """
        if not isinstance(name, str) or not VISITOR.fullmatch(name):
            raise Refused("visitor", "visitor: 32 hex digits, which the page generates")
        options = choices(self._engine, cores(), self.sets)
        visitor = self._visitors.get(name)
        if visitor is None:
            new = Visitor(name, self._stores.store(name))
            new.work = self._resumed_training(new)
            with self._entering:
                visitor = self._visitors.setdefault(name, new)
                self._remove(lambda other: other is not visitor and len(self._visitors) > MOST)
        return visitor, options

    def leave(self, visitor: Visitor, on_change: OnChange) -> None:
        """A page of this visitor is gone."""
        visitor.unwatch(on_change)
        if self._removal is None:
            self._removal = asyncio.get_running_loop().call_later(self._timing.sweep, self._remove_absent)

    def handle(self, visitor: Visitor, message: Mapping[str, Any]) -> bytes | None:
        """Handle a message; returns a frame if it asks for one. Raises Refused."""
        kind, work = message["type"], visitor.work
        if kind in ("train", "compare"):
            begin = self._training if kind == "train" else self._comparing
            begun, how = begin(visitor, message)
            begun.go(how, work)
            visitor.work = begun
            if work is not None:
                work.stop()
            return None
        if work is None:
            raise Refused("", "there is no run; start one with train or compare")
        if kind == "moment":
            return self._snapshot(work, message)
        if kind == "forget":
            work.stop()
            visitor.work = None
            visitor.store.take(None)
        elif kind == "pause":
            work.pause()
        else:
            how = message.get("how", "run")
            if how not in STEP_KINDS:
                raise Refused("how", f"how: one of {', '.join(STEP_KINDS)}")
            if work.over:
                raise Refused("how", "this run has ended; start another one with train or compare")
            work.go(how)
        return None

    def reader(self, name: str, record: str) -> Reader | None:
        """The network of a record of a visitor's run. record: its number, or "latest". None if there is none."""
        visitor = self._visitors.get(name)
        work = visitor.work if visitor else None
        valid = record == "latest" or (record.isascii() and record.isdecimal() and len(record) <= 9)
        if not isinstance(work, Training) or not valid:
            return None
        return work.reader(None if record == "latest" else int(record))

    def close(self) -> None:
        """Stop all runs, because the app ends."""
        if self._removal is not None:
            self._removal.cancel()
        self.queue.close(CLOSING)

    def _training(self, visitor: Visitor, message: Mapping[str, Any]) -> tuple[Work, str]:
        request = request_of(message, self.sets)
        go = message.get("go", "run")
        if go not in ("run", "nothing"):
            raise Refused("go", "go: run or nothing")
        load = partial(self.sets.load, request.data)
        training = Training(request, load, self.queue, visitor.notify, visitor.store, timing=self._timing)
        return training, "run" if go == "run" else ""

    def _comparing(self, visitor: Visitor, message: Mapping[str, Any]) -> tuple[Work, str]:
        from digitlens.server.training.comparison import ComparisonRequest, ComparisonTraining

        request = ComparisonRequest.of(message, self.sets)
        visitor.store.take(None)
        return ComparisonTraining(request, partial(self.sets.load, request.a.data), self.queue, visitor.notify), "run"

    def _snapshot(self, work: Work, message: Mapping[str, Any]) -> bytes:
        at, ask = number_of(message, "at"), number_of(message, "ask")
        snapshot = work.snapshot(at) if isinstance(work, Training) else None
        if not isinstance(work, Training) or snapshot is None:
            raise Refused("at", "at: there is no moment yet to go back to")
        return snapshot_frame(work.request.number, ask, snapshot)

    def _resumed_training(self, visitor: Visitor) -> Training | None:
        """The unfinished run of a visitor of an earlier server."""
        checkpoint = visitor.store.load()
        if checkpoint is None:
            return None
        try:
            recipe = Recipe.from_json(checkpoint.recipe)
            data = recipe.data if recipe.data in self.sets.names() else "folder"
            if data not in self.sets.names():
                return None
            classes, shape = self.sets.classes(data), self.sets.image_shape(data)
            if math.prod(shape) != checkpoint.layers[0].weights.shape[1]:
                return None  # another folder than the one that it learned from
            base = min(RECIPES, key=lambda name: len(arguments(recipe, name)))
            request = RunRequest(0, recipe, base, data, self.sets.data_option(data), True, classes, shape)
            load = partial(self.sets.load, data)
            return Training(request, load, self.queue, visitor.notify, visitor.store, checkpoint, self._timing)
        except DigitlensError:
            visitor.store.take(None)
            return None

    def _remove_absent(self) -> None:
        """Remove visitors who have been away for long, sooner those without work; check again while others are away."""
        with self._entering:
            now = time.monotonic()
            timing = self._timing
            self._remove(lambda other: now - other.last_seen >= (timing.forget_after if other.work else timing.sweep))
            absent = any(not visitor.watched for visitor in self._visitors.values())
        loop = asyncio.get_running_loop()
        self._removal = loop.call_later(timing.sweep, self._remove_absent) if absent else None

    def _remove(self, which: Callable[[Visitor], bool]) -> None:
        """Remove visitors who are away and match `which`: first those without work, then the longest away."""
        absent = [visitor for visitor in self._visitors.values() if not visitor.watched]
        for visitor in sorted(absent, key=lambda visitor: (visitor.work is not None, visitor.last_seen)):
            if which(visitor):
                if visitor.work is not None:
                    visitor.work.stop()
                del self._visitors[visitor.name]
