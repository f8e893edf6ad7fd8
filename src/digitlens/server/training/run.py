"""A visitor's run: it goes on, rests, takes single steps; what is to be seen of it stands on its board."""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from digitlens.digits.dataset import DataSet
from digitlens.errors import DigitlensError, TrainingError
from digitlens.learning import checkpointing
from digitlens.learning.data_split import DataSplit
from digitlens.learning.engine import Record
from digitlens.learning.records import beginning
from digitlens.learning.training import Run, fitted
from digitlens.network.network import Network
from digitlens.reading.reader import Reader
from digitlens.server.refusal import MISTAKE
from digitlens.server.training.queue import TrainingQueue
from digitlens.server.training.run_cursor import RunCursor, one_thread
from digitlens.server.training.run_status import Last, RunRequest, RunStatus, mistakes_frame, read_by, run_frame
from digitlens.server.training.run_store import RunStore
from digitlens.server.training.snapshots import Snapshot, Snapshots
from digitlens.server.training.status_board import StatusBoard
from digitlens.server.training.timing import Timing
from digitlens.storage.checkpoint import Checkpoint

ENDS = ("finished", "diverged", "failed")
STEPS = 100  # single steps that may be asked for before the first of them is done
LOOKS, LONG = 0.5, 10  # seconds from one look at the mistakes to the next, and how many times as long as the look


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    """One thing that a visitor has asked for: each is another one, though it may be called the same."""

    how: str


class Training:
    """One run, worked on in turns. What visitors call returns at once, from any thread."""

    def __init__(
        self,
        order: RunRequest,
        load: Callable[[], DataSet],
        turns: TrainingQueue,
        news: Callable[[], None],
        shelf: RunStore,
        left: Checkpoint | None = None,
        timing: Timing | None = None,
    ) -> None:
        """`load`: the digits, which may take a while. `left`: it goes on from there. `timing`: None for the usual."""
        self._timing = timing or Timing()
        self.order, self.board = order, StatusBoard(news)
        self._load, self._turns, self._shelf, self._resumes = load, turns, shelf, left is not None
        self._lock = threading.Lock()  # one thread works on what follows, others look at it
        self._told = RunStatus(order, kept=shelf.path is not None)
        self._wishes: deque[_Request] = deque()
        self._walk: RunCursor | None = None  # once the digits are there
        self._moments: Snapshots | None = None
        self._seen: tuple[int, int, int] = -1, 0, 0  # where it stood at the last moment
        self._image: Any = None  # (pixels,) uint8, of the last single example
        self._gone = False
        self._keep_at = self._look_at = 0.0
        shelf.take(self, clear=left is None)
        if left is not None:
            self._remember(left)
        self.board.post("run", self._frame)

    # ---- what visitors call

    def go(self, how: str = "run", instead_of: Any = None) -> None:
        """Go on: to the end, or by one step of that kind; "" makes it ready alone. `instead_of`: takes its place."""
        with self._lock:
            if self.over or self._gone:
                return
            runs = bool(self._wishes) and self._wishes[0].how == "run"
            if how == "run" or runs:
                self._wishes.clear()
            if how and len(self._wishes) < STEPS:
                self._wishes.append(_Request(how))
            if self._told.state != "running":
                self._told = replace(self._told, state="waiting", error="")
            walk = self._walk if runs else None
        if walk is not None:
            walk.stop()
        self._turns.enter(self, instead_of)
        self.board.post("run", self._frame)

    def pause(self) -> None:
        """Rest, within milliseconds."""
        with self._lock:
            self._wishes.clear()
            walk = self._walk
            if self._told.state == "waiting":
                self._told = replace(self._told, state="paused")
        if walk is not None:
            walk.stop()
        self._turns.leave(self)
        self.board.post("run", self._frame)

    def stop(self) -> None:
        """Give it up, within milliseconds: for another one, or because nobody comes back. Its checkpoint stays."""
        with self._lock:
            self._gone, walk = True, self._walk
            self._wishes.clear()
        if walk is not None:
            walk.stop()
        self._turns.leave(self)
        self.board.close()

    def moved(self) -> None:
        """Its place in the row is another one."""
        self.board.post("run", self._frame)

    @property
    def over(self) -> bool:
        """Nothing more will come of it; but digits that an interrupted run did not find may be there another time."""
        return self._told.state in ENDS and not (self._resumes and self._walk is None)

    def moment(self, number: int) -> Snapshot | None:
        """The kept moment nearest to record `number`; None before there is one."""
        with self._lock:
            return self._moments.nearest(number) if self._moments else None

    def reader(self, record: int | None) -> Reader | None:
        """The network of a record, or of the newest one, with its story until then; None where it is not kept."""
        with self._lock:
            moments, walk = self._moments, self._walk
            found = None if moments is None else moments.newest() if record is None else moments.nearest(record)
        if found is None or walk is None or record not in (None, found.number):
            return None
        at = found.epoch, found.mini_batch, found.seconds, walk.recipe.learning_rate, walk.engine
        reader = walk.reader(Record(*at, found.network, beginning(walk.recipe, found.network)))
        story = {**reader.provenance, "single_examples": True} if found.own_way else reader.provenance
        return replace(reader, name="trained", provenance=story)

    # ---- what the row calls

    def turn(self, over: Callable[[], bool]) -> bool:
        """Go on until its visitor has had enough, or the turn is over."""
        try:
            one_thread()
            return self._turn(self._ready(), over)
        except TrainingError as error:
            self._end("diverged", str(error))
            self._shelf.clear(self)  # it would end in the same way again
        except (DigitlensError, MemoryError) as error:
            self._end("failed", str(error) or "there is not enough memory for this run; make the network smaller")
        except Exception:
            traceback.print_exc()
            self._end("failed", MISTAKE)
        return False

    def _turn(self, walk: RunCursor, over: Callable[[], bool]) -> bool:
        split = walk.split()
        if self._moments is None or self._seen[0] < 0:
            self._note(walk, split, walk.first())
        while not walk.finished and (wish := self._next()):  # more steps may be asked for than there are
            for record in walk.go(wish.how, lambda wish=wish: wish in self._wishes):  # type: ignore[misc]
                self._hear(walk, split, record, wish)
                if over():
                    break
            if over():
                break
        return self._rest(walk, split)

    def _ready(self) -> RunCursor:
        """The run where it stands; its digits are loaded the first time."""
        if self._walk is not None:
            return self._walk
        data = self._load()
        if self._resumes and self._shelf.path is not None:
            run = checkpointing.resume_run(self._shelf.path, data)
        else:
            run = Run(fitted(self.order.recipe, data, chosen=self.order.chosen), data)
        walk, now = RunCursor(run), time.monotonic()
        with self._lock:
            self._walk, self._told = walk, self._told.of(run)
            sizes = run.split.classes, run.split.pixels
            self._moments = self._moments or Snapshots(run.recipe, *sizes, self._timing.measuring)
            self._keep_at, self._look_at = now + self._timing.checkpoints, now + LOOKS
        return walk

    def _next(self) -> _Request | None:
        """What to do next."""
        with self._lock:
            wish = self._wishes[0] if self._wishes else None
            if wish is not None:
                self._told = replace(self._told, state="running")
        if wish is not None:
            self.board.post("run", self._frame)
        return wish

    def _hear(self, walk: RunCursor, split: DataSplit, record: Record, wish: _Request) -> None:
        """A record: what is to be seen of it, what is to be kept of it, and whether the wish is fulfilled."""
        if self._gone:
            return
        if wish.how == "example" and walk.step is not None:
            step, picture = walk.step, split.training[walk.step.which : walk.step.which + 1]
            last = Last(step.which, int(picture.digits[0]), step.cost_before, step.cost_after)
            with self._lock:
                self._told, self._image = replace(self._told, own_way=True, kept=False, last=last), picture.flat[0]
            self._shelf.clear(self)  # nobody could go on from there to the same bits
        self._note(walk, split, record)
        with self._lock:
            stepped = wish.how in ("example", "mini_batch") or (wish.how == "epoch" and not record.mini_batch)
            if (stepped or walk.finished) and wish in self._wishes:
                self._wishes.remove(wish)
        if record.training and time.monotonic() >= self._look_at:
            self._look(split, lambda: self._gone or wish not in self._wishes)
        if not walk.finished:
            self._keep(walk)

    def _note(self, walk: RunCursor, split: DataSplit, record: Record) -> None:
        """Another moment, unless it is where the last one was: asked to stop, a run may have got no further."""
        assert self._moments is not None
        stands = record.epoch, record.mini_batch, walk.taken
        if stands == self._seen:
            return
        position = walk.position(split)
        measured = self._moments.measured(record, split, walk.engine, position)
        with self._lock:
            self._seen = stands
            self._moments.add(record, position, measured, self._told.own_way)
            self._told = replace(self._told, rate=record.learning_rate, example=walk.taken)
        self.board.post("run", self._frame)

    def _rest(self, walk: RunCursor, split: DataSplit) -> bool:
        """The end of a turn; whether there is more to do."""
        with self._lock:
            if walk.finished:
                self._wishes.clear()
            more = bool(self._wishes)
            state = "finished" if walk.finished else "waiting" if more else "paused"
            self._told = replace(self._told, state=state)
        self.board.post("run", self._frame)
        if walk.finished:
            self._shelf.clear(self)
        if not more:
            self._look(split, lambda: self._gone or bool(self._wishes))
            self._keep(walk)
        return more

    def _look(self, split: DataSplit, should_stop: Callable[[], bool]) -> None:
        """What it still gets wrong; not if there is no time for that."""
        began = time.monotonic()
        moment = self._moments.newest() if self._moments else None
        read = read_by(moment.network, split.test, should_stop) if moment is not None else None
        if moment is not None and read is not None:
            about = self.order.number, moment.number, read, split.test, split.classes
            self.board.post("mistakes", partial(mistakes_frame, *about))
        now = time.monotonic()
        self._look_at = now + max(LOOKS, LONG * (now - began))

    def _keep(self, walk: RunCursor) -> None:
        """Its checkpoint, now and then."""
        if not self._told.kept or self.over or self._gone or time.monotonic() < self._keep_at:
            return
        if not self._shelf.keep(self, walk.run(), walk.state, walk.history):
            with self._lock:
                self._told = replace(self._told, kept=False)  # the disk will not; the run goes on without
        self._keep_at = time.monotonic() + self._timing.checkpoints

    def _end(self, state: str, error: str) -> None:
        with self._lock:
            self._wishes.clear()
            self._told = replace(self._told, state=state, error=error)
        self.board.post("run", self._frame)

    def _remember(self, left: Checkpoint) -> None:
        """What can be shown of a run that goes on from its checkpoint, before its digits are there."""
        layers, position, recipe = left.average or left.layers, left.position, self.order.recipe
        at = int(position["epoch"]), int(position["mini_batch"]), float(position["seconds"])
        network = Network(layers, recipe.activations())
        record = Record(*at, recipe.learning_rate, left.engine, network, beginning(recipe, network))
        self._moments = Snapshots(recipe, network.sizes[-1], network.sizes[0], self._timing.measuring)
        self._moments.remember(left.history)
        self._moments.add(record, float(at[0]), None)
        self._told = replace(self._told, state="interrupted", recipe=recipe, engine=left.engine)

    def _frame(self) -> bytes:
        """How it is getting on, at this moment."""
        place = self._turns.place(self) or 0
        with self._lock:
            told, image, moments = self._told, self._image, self._moments
            moment, rows = (moments.newest(), moments.rows()) if moments else (None, [])
        return run_frame(told, place, rows, moment, image)
