"""The visitors: each has one run or one comparison, and the pages that watch it. A run outlives its page.

A visitor is a name of 32 hex digits that the page has made and keeps; whoever knows it may watch.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from digitlens.app.board import Board
from digitlens.app.digits import DigitSets
from digitlens.app.orders import VISITOR, Refused, choices, number_of, order_of
from digitlens.app.told import Order, moment_frame
from digitlens.app.training import HOWS, Training
from digitlens.app.turns import Turns
from digitlens.errors import DigitlensError, FileError
from digitlens.learning import keeping
from digitlens.learning.experiments import cores
from digitlens.learning.recipes import RECIPES
from digitlens.learning.recipes.commands import arguments
from digitlens.reading.reader import Reader
from digitlens.storage.shipped import SUFFIX

MOST = 64  # visitors
FORGOTTEN = 30 * 60.0  # seconds without a page until a visitor is forgotten
OLD = 7 * 24 * 3600.0  # seconds until a checkpoint is


class Work(Protocol):
    """What a visitor may have: a Training or a Comparing."""

    board: Board

    def stop(self, *, forget: bool = False) -> None:
        """Give it up; `forget`: with whatever was kept of it."""

    def go(self, how: str = "run") -> None:
        """Go on."""

    def pause(self) -> None:
        """Rest."""


class Visitor:
    """One visitor."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.work: Work | None = None
        self.left = time.monotonic()  # when the last page went
        self._watchers: tuple[Callable[[], None], ...] = ()  # replaced, never changed: other threads walk through it

    def watch(self, news: Callable[[], None]) -> None:
        """`news` is called, from any thread, whenever there is something new to be seen."""
        self._watchers = (*self._watchers, news)

    def unwatch(self, news: Callable[[], None]) -> None:
        """No longer."""
        self._watchers = tuple(one for one in self._watchers if one != news)
        self.left = time.monotonic()

    @property
    def watched(self) -> bool:
        """Whether a page is there."""
        return bool(self._watchers)

    def tell(self) -> None:
        """There is something new."""
        for news in self._watchers:
            news()


class Visitors:
    """All visitors of a server, their turns, and where their runs are kept."""

    def __init__(self, sets: DigitSets, engine: str, runs: Path | None = None) -> None:
        """`engine`: what trains here. `runs`: a folder for checkpoints; None keeps none."""
        self.sets, self._engine, self._runs = sets, engine, _folder(runs)
        self._turns = Turns()
        self._known: dict[str, Visitor] = {}
        self._entering = threading.Lock()

    def enter(self, name: Any) -> Visitor:
        """The visitor of that name, with whatever was left behind. Raises Refused for a name that is none."""
        if not isinstance(name, str) or not VISITOR.fullmatch(name):
            raise Refused("visitor", "visitor: wants 32 hex digits")
        with self._entering:
            visitor = self._known.get(name)
            if visitor is None:
                self._make_room()
                visitor = Visitor(name)
                visitor.work = self._left_behind(visitor)
                self._known[name] = visitor
            return visitor

    def choices(self) -> dict[str, Any]:
        """What there is to choose from."""
        return choices(self._engine, cores(), self.sets)

    def get(self, name: str) -> Visitor | None:
        """The visitor of that name, if there is one."""
        return self._known.get(name)

    def act(self, visitor: Visitor, message: Mapping[str, Any]) -> bytes | None:
        """Do what a message asks for; a frame where it asks for one. Raises Refused."""
        work = visitor.work
        match message["type"]:
            case "train":
                self._begin(visitor, message)
            case "compare":
                self._compare(visitor, message)
            case "go":
                how = message.get("how", "run")
                if how not in HOWS:
                    raise Refused("how", f"how: one of {', '.join(HOWS)}")
                if work is not None:
                    work.go(how)
            case "pause":
                if work is not None:
                    work.pause()
            case "forget":
                if work is not None:
                    work.stop(forget=True)
                visitor.work = None
            case "moment":
                at, ask = number_of(message, "at"), number_of(message, "ask")
                moment = work.moment(at) if isinstance(work, Training) else None
                return moment_frame(work.order.number, ask, moment) if isinstance(work, Training) and moment else None
        return None

    def reader(self, name: str, record: str) -> Reader | None:
        """The network of a moment of a visitor's run: a record's number, or "latest"; None if there is none."""
        visitor = self._known.get(name)
        work = visitor.work if visitor else None
        if not isinstance(work, Training) or not (record == "latest" or record.isdecimal()):
            return None
        moment = work.moment(None if record == "latest" else int(record[:9]))
        return work.reader(moment) if moment else None

    def _begin(self, visitor: Visitor, message: Mapping[str, Any]) -> None:
        order = order_of(message, self.sets)
        go = message.get("go", "run")
        if go not in ("run", "nothing"):
            raise Refused("go", "go: run or nothing")
        if visitor.work is not None:
            visitor.work.stop(forget=True)
        load = partial(self.sets.load, order.data)
        training = Training(order, load, self._turns, visitor.tell, self._path(visitor))
        visitor.work = training
        if go == "run":
            training.go()
        else:
            training.show()

    def _compare(self, visitor: Visitor, message: Mapping[str, Any]) -> None:
        from digitlens.app.comparing import Comparing, Duel

        duel = Duel.of(message, self.sets)
        if visitor.work is not None:
            visitor.work.stop(forget=True)
        visitor.work = Comparing(duel, partial(self.sets.load, duel.a.data), self._turns, visitor.tell)
        visitor.work.go()

    def _path(self, visitor: Visitor) -> Path | None:
        return self._runs / f"{visitor.name}{SUFFIX}" if self._runs else None

    def _left_behind(self, visitor: Visitor) -> Training | None:
        """The unfinished run of a visitor whom another server knew."""
        path = self._path(visitor)
        if path is None:
            return None
        try:
            recipe = keeping.unfinished(path)
            if recipe is None:
                return None
            data = recipe.data if recipe.data in self.sets.names() else "folder"
            if data not in self.sets.names():
                return None
            base = min(RECIPES, key=lambda name: len(arguments(recipe, name)))
            order = Order(0, recipe, base, data, self.sets.named(data), chosen=True)
            load = partial(self.sets.load, data)
            return Training(order, load, self._turns, visitor.tell, path, resumes=True)
        except DigitlensError:
            with contextlib.suppress(FileError):
                keeping.forget(path)
            return None

    def _make_room(self) -> None:
        now = time.monotonic()
        absent = sorted((one for one in self._known.values() if not one.watched), key=lambda one: one.left)
        for visitor in absent:
            if len(self._known) < MOST and now - visitor.left < FORGOTTEN:
                break
            if visitor.work is not None:
                visitor.work.stop()
            del self._known[visitor.name]


def _folder(runs: Path | None) -> Path | None:
    """The folder for checkpoints, without those that nobody will come back to; None where it cannot be written."""
    if runs is None:
        return None
    try:
        runs.mkdir(parents=True, exist_ok=True)
        if not os.access(runs, os.W_OK):
            return None
        files = sorted(runs.glob("*.checkpoint"), key=lambda file: file.stat().st_mtime, reverse=True)
        for count, file in enumerate(files):
            if count >= MOST or time.time() - file.stat().st_mtime > OLD:
                file.unlink(missing_ok=True)
    except OSError:
        return None
    return runs
