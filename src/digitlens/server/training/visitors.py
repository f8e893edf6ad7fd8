"""The visitors: each has one run or one comparison, and the pages that watch it. A run outlives its page.

A visitor is identified by 32 hex digits, which the page generates and stores. Everyone who knows them may watch.

Visitors own their work: nothing trains that does not belong to a known visitor, and whoever is forgotten takes the run
along. Its checkpoint stays, and it resumes from there when the visitor comes back. Forgotten are those whom no page
watches: at once if they have no work; else after half an hour, or sooner, the longest away first, if there are more
than AWAY of their address, or if there is no room for others.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from digitlens.errors import DigitlensError
from digitlens.learning.recipe import Recipe
from digitlens.learning.recipes import RECIPES
from digitlens.learning.recipes.commands import arguments
from digitlens.parallel.local import cores
from digitlens.reading.reader import Reader
from digitlens.server.refusal import Refused
from digitlens.server.sharing.budget import Claim, FullError
from digitlens.server.sharing.budgets import Budgets
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.memory import memory_of
from digitlens.server.training.queue import TrainingQueue
from digitlens.server.training.requests import VISITOR, choices, number_of, request_of
from digitlens.server.training.run import Training
from digitlens.server.training.run_cursor import STEP_KINDS
from digitlens.server.training.run_status import RunRequest, snapshot_frame
from digitlens.server.training.run_store import RunStore, RunStores
from digitlens.server.training.status_board import StatusBoard
from digitlens.server.training.timing import Timing

if TYPE_CHECKING:
    from digitlens.server.training.comparison import ComparisonRequest

AWAY = 8  # visitors of one address who have work, and whom no page watches
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
        self.address = ""  # of the client that entered last
        self.claims: tuple[Claim, ...] = ()  # of itself and of the memory of its work, while it is known
        self._watchers: list[OnChange] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._notified = False  # whether the loop is about to be notified

    def watch(self, on_change: OnChange) -> None:
        """Call `on_change`, in this event loop, after every change."""
        self._loop = asyncio.get_running_loop()
        self._watchers.append(on_change)
        self._mark(None)

    def unwatch(self, on_change: OnChange) -> None:
        """Stop calling `on_change`."""
        self._watchers.remove(on_change)
        if not self._watchers:
            self._mark(time.monotonic())

    def _mark(self, away: float | None) -> None:
        for claim in self.claims:
            claim.away = away

    @property
    def away(self) -> float | None:
        """Since when no page watches it; None if one does."""
        return self.claims[0].away if self.claims else None

    @property
    def owner(self) -> str:
        """Whose turns its work takes in the queue: those of its address, or, if no page watches it, of nobody."""
        return self.address if self._watchers else ""

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
    """All visitors of a server, their queue and stores. Except for find(), to be used in the event loop only."""

    def __init__(
        self,
        sets: DataSets,
        engine: str,
        runs: Path | None = None,
        timing: Timing | None = None,
        budgets: Budgets | None = None,
    ) -> None:
        """A server without visitors.

        engine: its name. runs: a folder for checkpoints; None: none are written. timing, budgets: None for the default.
        """
        self.sets, self._engine, self._stores = sets, engine, RunStores(runs)
        self._timing, self._budgets = timing or Timing(), budgets or Budgets()
        self.queue = TrainingQueue(self._timing.workers, self._timing.turn)
        self._visitors: dict[str, Visitor] = {}
        self._removal: asyncio.TimerHandle | None = None

    def find(self, name: Any) -> tuple[Visitor, dict[str, Any]]:
        """The visitor of that name, or a new one with the run that was interrupted; and a page's choices.

        From any thread, because it reads a file. A new visitor is not known until enter() is called. Raises Refused for
        an invalid name.
        """
        if not isinstance(name, str) or not VISITOR.fullmatch(name):
            raise Refused("visitor", "visitor: 32 hex digits, which the page generates")
        visitor = self._visitors.get(name)
        if visitor is None:
            self._stores.trim(set(self._visitors))
            visitor = Visitor(name, self._stores.store(name))
            visitor.work = self._resumed_training(visitor)
        return visitor, choices(self._engine, cores(), self.sets)

    def enter(self, found: Visitor, address: str = "") -> Visitor:
        """Know this visitor from now on; the one of this name, if there is one already. Raises FullError.

        address: of the client. The visitor is away until it is watched.
        """
        visitor = self._visitors.get(found.name)
        if visitor is None:
            visitor = found
            forget = partial(self._forget, visitor)
            known = self._budgets.visitors.claim(address, give_way=forget)
            try:
                size = memory_of(visitor.work.request) if isinstance(visitor.work, Training) else 0
                room = self._budgets.runs.claim(address, size, give_way=forget)
            except FullError:
                known.release()
                raise
            visitor.claims = known, room
            known.away = room.away = time.monotonic()
            self._visitors[visitor.name] = visitor
        visitor.address = address
        return visitor

    def leave(self, visitor: Visitor, on_change: OnChange) -> None:
        """A page of this visitor is gone."""
        visitor.unwatch(on_change)
        if visitor.watched:
            return
        if visitor.work is None:
            self._forget(visitor)
        away = [other for other in self._visitors.values() if not other.watched and other.address == visitor.address]
        for other in sorted(away, key=lambda other: other.away or 0.0)[: max(0, len(away) - AWAY)]:
            self._forget(other)
        if self._removal is None:
            self._removal = asyncio.get_running_loop().call_later(self._timing.sweep, self._remove_absent)

    def __len__(self) -> int:
        """The number of visitors that are known."""
        return len(self._visitors)

    def handle(self, visitor: Visitor, message: Mapping[str, Any]) -> bytes | None:
        """Handle a message; returns a frame if it asks for one. Raises Refused."""
        kind, work = message["type"], visitor.work
        if self._visitors.get(visitor.name) is not visitor:
            raise Refused("", "the server had to give your place to others; reload the page")
        if kind in ("train", "compare"):
            self._begin(visitor, message)
            return None
        if work is None:
            raise Refused("", "there is no run; start one with train or compare")
        if kind == "moment":
            return self._snapshot(work, message)
        if kind == "forget":
            work.stop()
            visitor.work = None
            visitor.store.take(None)
            self._hold(visitor, 0)
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

    def _begin(self, visitor: Visitor, message: Mapping[str, Any]) -> None:
        """Begin a run or a comparison, in place of the work before, which stays if this raises Refused."""
        request: RunRequest | ComparisonRequest
        go = "run"
        if message["type"] == "train":
            request, go = request_of(message, self.sets), message.get("go", "run")
            if go not in ("run", "nothing"):
                raise Refused("go", "go: run or nothing")
        else:
            from digitlens.server.training.comparison import ComparisonRequest

            request = ComparisonRequest.of(message, self.sets)
        self._hold(visitor, memory_of(request))
        before, work = visitor.work, self._work(visitor, request)
        work.go("run" if go == "run" else "", before)
        visitor.work = work
        if before is not None:
            before.stop()

    def _hold(self, visitor: Visitor, size: int) -> None:
        """Let the work of a visitor keep so many bytes. Raises Refused, and changes nothing, if there is no room."""
        _, room = visitor.claims
        try:
            room.grow(size - room.amount)
        except FullError:
            raise Refused("", "the server has no room for another run; try again later, or a smaller network") from None

    def _work(self, visitor: Visitor, request: RunRequest | ComparisonRequest) -> Work:
        owner: Callable[[], str] = lambda: visitor.owner  # noqa: E731
        if isinstance(request, RunRequest):
            load = partial(self.sets.load, request.data)
            return Training(request, load, self.queue, visitor.notify, visitor.store, timing=self._timing, owner=owner)
        from digitlens.server.training.comparison import ComparisonTraining

        visitor.store.take(None)
        load = partial(self.sets.load, request.a.data)
        return ComparisonTraining(request, load, self.queue, visitor.notify, owner)

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
        """Forget visitors who have been away for long; check again while others are away."""
        before = time.monotonic() - self._timing.forget_after
        away = [visitor for visitor in self._visitors.values() if not visitor.watched]
        for visitor in away:
            if visitor.away is None or visitor.away <= before:
                self._forget(visitor)
        loop = asyncio.get_running_loop()
        self._removal = loop.call_later(self._timing.sweep, self._remove_absent) if away else None

    def _forget(self, visitor: Visitor) -> None:
        """Forget a visitor, who takes the run along. A checkpoint of it stays."""
        if self._visitors.get(visitor.name) is visitor:
            del self._visitors[visitor.name]
        work, visitor.work = visitor.work, None
        if work is not None:
            work.stop()
        for claim in visitor.claims:
            claim.release()
