"""The visitors: each has one run or one comparison, and the pages that watch it. A run outlives its page.

A visitor is a name of 32 hex digits that the page has made and keeps; whoever knows it may watch.
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
from digitlens.server.training.requests import VISITOR, choices, number_of, order_of
from digitlens.server.training.run import Training
from digitlens.server.training.run_cursor import HOWS
from digitlens.server.training.run_status import RunRequest, moment_frame
from digitlens.server.training.run_store import RunStore, RunStores
from digitlens.server.training.status_board import StatusBoard
from digitlens.server.training.timing import Timing

MOST = 64  # visitors
CLOSING = 0.5  # seconds for runs to rest when the app ends

News = Callable[[bool], None]  # whether it is the last there will be: a page wants to see the end at once


class Work(Protocol):
    """What a visitor may have: a Training or a Comparing."""

    board: StatusBoard

    def go(self, how: str = "run", instead_of: Any = None) -> None:
        """Go on; `instead_of`: in the row, it takes the place of that one."""

    def pause(self) -> None:
        """Rest."""

    def stop(self) -> None:
        """Give it up."""

    @property
    def over(self) -> bool:
        """Nothing more will come of it."""


class Visitor:
    """One visitor. What happens is told to the event loop in which the first page watched."""

    def __init__(self, name: str, shelf: RunStore) -> None:
        self.name, self.shelf = name, shelf
        self.work: Work | None = None
        self.left = time.monotonic()  # when the last page went
        self._watchers: list[News] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = False  # the loop is about to hear that there is something new

    def watch(self, news: News) -> None:
        """`news` is called, in this event loop, whenever there is something new to be seen."""
        self._loop = asyncio.get_running_loop()
        self._watchers.append(news)

    def unwatch(self, news: News) -> None:
        """No longer."""
        self._watchers.remove(news)
        self.left = time.monotonic()

    @property
    def watched(self) -> bool:
        """Whether a page is there."""
        return bool(self._watchers)

    def tell(self) -> None:
        """There is something new, says any thread. The loop hears it once, however often before it comes to it."""
        if self._watchers and self._loop is not None and not self._told:
            self._told = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: the app has ended
                self._loop.call_soon_threadsafe(self._spread)

    def _spread(self) -> None:
        self._told = False
        over = self.work is not None and self.work.over
        for news in self._watchers:
            news(over)


class Visitors:
    """All visitors of a server, their turns, and where their runs are kept. But for enter(), for the loop alone."""

    def __init__(self, sets: DataSets, engine: str, runs: Path | None = None, timing: Timing | None = None) -> None:
        """`engine`: what trains here. `runs`: a folder for checkpoints; None keeps none.

        `timing`: how runs share the cores; None for the usual.
        """
        self.sets, self._engine, self._shelves = sets, engine, RunStores(runs)
        self._timing = timing or Timing()
        self.queue = TrainingQueue(self._timing.workers, self._timing.turn)
        self._known: dict[str, Visitor] = {}
        self._entering = threading.Lock()
        self._sweeping: asyncio.TimerHandle | None = None

    def enter(self, name: Any) -> tuple[Visitor, dict[str, Any]]:
        """The visitor of that name, with whatever was left behind, and what there is to choose from; from any thread.

        Raises Refused for a name that is none.
        """
        if not isinstance(name, str) or not VISITOR.fullmatch(name):
            raise Refused("visitor", "visitor: wants 32 hex digits, which the page makes up and keeps")
        options = choices(self._engine, cores(), self.sets)
        visitor = self._known.get(name)
        if visitor is None:
            new = Visitor(name, self._shelves.shelf(name))
            new.work = self._left_behind(new)
            with self._entering:
                visitor = self._known.setdefault(name, new)
                self._forget(lambda one: one is not visitor and len(self._known) > MOST)
        return visitor, options

    def leave(self, visitor: Visitor, news: News) -> None:
        """A page of theirs is gone."""
        visitor.unwatch(news)
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(self._timing.sweep, self._sweep)

    def act(self, visitor: Visitor, message: Mapping[str, Any]) -> bytes | None:
        """Do what a message asks for; a frame where it asks for one. Raises Refused."""
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
            raise Refused("", "there is no run here; begin one with train or compare")
        if kind == "moment":
            return self._moment(work, message)
        if kind == "forget":
            work.stop()
            visitor.work = None
            visitor.shelf.take(None)
        elif kind == "pause":
            work.pause()
        else:
            how = message.get("how", "run")
            if how not in HOWS:
                raise Refused("how", f"how: one of {', '.join(HOWS)}")
            if work.over:
                raise Refused("how", "this run has come to its end; begin another one with train or compare")
            work.go(how)
        return None

    def reader(self, name: str, record: str) -> Reader | None:
        """The network of a moment of a visitor's run: a record's number, or "latest"; None if there is none."""
        visitor = self._known.get(name)
        work = visitor.work if visitor else None
        right = record == "latest" or (record.isascii() and record.isdecimal() and len(record) <= 9)
        if not isinstance(work, Training) or not right:
            return None
        return work.reader(None if record == "latest" else int(record))

    def close(self) -> None:
        """The app ends: nobody trains any more."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        self.queue.close(CLOSING)

    def _training(self, visitor: Visitor, message: Mapping[str, Any]) -> tuple[Work, str]:
        order = order_of(message, self.sets)
        go = message.get("go", "run")
        if go not in ("run", "nothing"):
            raise Refused("go", "go: run or nothing")
        load = partial(self.sets.load, order.data)
        training = Training(order, load, self.queue, visitor.tell, visitor.shelf, timing=self._timing)
        return training, "run" if go == "run" else ""

    def _comparing(self, visitor: Visitor, message: Mapping[str, Any]) -> tuple[Work, str]:
        from digitlens.server.training.comparison import Comparing, Duel

        duel = Duel.of(message, self.sets)
        visitor.shelf.take(None)
        return Comparing(duel, partial(self.sets.load, duel.a.data), self.queue, visitor.tell), "run"

    def _moment(self, work: Work, message: Mapping[str, Any]) -> bytes:
        at, ask = number_of(message, "at"), number_of(message, "ask")
        moment = work.moment(at) if isinstance(work, Training) else None
        if not isinstance(work, Training) or moment is None:
            raise Refused("at", "at: there is no moment yet to go back to")
        return moment_frame(work.order.number, ask, moment)

    def _left_behind(self, visitor: Visitor) -> Training | None:
        """The unfinished run of a visitor whom another server knew."""
        left = visitor.shelf.found()
        if left is None:
            return None
        try:
            recipe = Recipe.from_json(left.recipe)
            data = recipe.data if recipe.data in self.sets.names() else "folder"
            if data not in self.sets.names():
                return None
            classes, shape = self.sets.classes(data), self.sets.image_shape(data)
            if math.prod(shape) != left.layers[0].weights.shape[1]:
                return None  # another folder than the one that it learned from
            base = min(RECIPES, key=lambda name: len(arguments(recipe, name)))
            order = RunRequest(0, recipe, base, data, self.sets.named(data), True, classes, shape)
            load = partial(self.sets.load, data)
            return Training(order, load, self.queue, visitor.tell, visitor.shelf, left, self._timing)
        except DigitlensError:
            visitor.shelf.take(None)
            return None

    def _sweep(self) -> None:
        """Forget whoever has been away for long, and whoever has left nothing; look again while others are away."""
        with self._entering:
            now = time.monotonic()
            timing = self._timing
            self._forget(lambda one: now - one.left >= (timing.forget_after if one.work else timing.sweep))
            absent = any(not one.watched for one in self._known.values())
        self._sweeping = asyncio.get_running_loop().call_later(self._timing.sweep, self._sweep) if absent else None

    def _forget(self, which: Callable[[Visitor], bool]) -> None:
        """Whoever is not watched and is one of those, first who has left nothing, then who has been away longest."""
        absent = [one for one in self._known.values() if not one.watched]
        for visitor in sorted(absent, key=lambda one: (one.work is not None, one.left)):
            if which(visitor):
                if visitor.work is not None:
                    visitor.work.stop()
                del self._known[visitor.name]
