"""A visitor's training run: it runs, pauses and takes single steps. Its status board holds what pages see of it."""

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
from digitlens.server.training.run_status import LastExample, RunRequest, RunStatus, mistakes_frame, read_by, run_frame
from digitlens.server.training.run_store import RunStore
from digitlens.server.training.snapshots import Snapshot, Snapshots
from digitlens.server.training.status_board import StatusBoard
from digitlens.server.training.timing import Timing
from digitlens.storage.checkpoint import Checkpoint

ENDS = ("finished", "diverged", "failed")
STEPS = 100  # single steps that may wait
PAUSE, LONG = 0.5, 10  # between two updates of the mistakes: at least so many seconds, and times the update's duration


@dataclass(frozen=True, slots=True, eq=False)
class _StepRequest:
    """A request to go on, compared by identity."""

    how: str  # one of STEP_KINDS


class Training:
    """One run, which takes turns in the queue. What visitors call returns at once, from any thread."""

    def __init__(
        self,
        request: RunRequest,
        load: Callable[[], DataSet],
        queue: TrainingQueue,
        on_change: Callable[[], None],
        store: RunStore,
        checkpoint: Checkpoint | None = None,
        timing: Timing | None = None,
        owner: Callable[[], str] = lambda: "",
    ) -> None:
        """A run that has not begun.

        load: returns the data, which may take a while. checkpoint: to resume from. timing: None for the default.
        owner: returns whose turns it takes in the queue.
        """
        self._timing = timing or Timing()
        self.request, self.board = request, StatusBoard(on_change)
        self._load, self._queue, self._store, self._resumes = load, queue, store, checkpoint is not None
        self._owner = owner
        self._lock = threading.Lock()  # one thread changes the attributes below, others read them
        self._status = RunStatus(request, checkpointed=store.path is not None)
        self._requests: deque[_StepRequest] = deque()
        self._cursor: RunCursor | None = None  # once the data are loaded
        self._snapshots: Snapshots | None = None
        self._last_position: tuple[int, int, int] = -1, 0, 0  # of the last snapshot: epoch, mini-batch, example
        self._image: Any = None  # (pixels,) uint8, of the last single example
        self._given_up = False
        self._next_checkpoint = self._next_mistakes = 0.0
        store.take(self, clear=checkpoint is None)
        if checkpoint is not None:
            self._restore(checkpoint)
        self.board.post("run", self._frame)

    # ---- what visitors call

    def go(self, how: str = "run", instead_of: Any = None) -> None:
        """Go on to the end, or by one step of that kind; "" only prepares. instead_of: work whose place it takes."""
        with self._lock:
            if self.over or self._given_up:
                return
            runs = bool(self._requests) and self._requests[0].how == "run"
            if how == "run" or runs:
                self._requests.clear()
            if how and len(self._requests) < STEPS:
                self._requests.append(_StepRequest(how))
            if self._status.state != "running":
                self._status = replace(self._status, state="waiting", error="")
            cursor = self._cursor if runs else None
        if cursor is not None:
            cursor.stop()
        self._queue.enter(self, instead_of)
        self.board.post("run", self._frame)

    def pause(self) -> None:
        """Pause, within milliseconds."""
        with self._lock:
            self._requests.clear()
            cursor = self._cursor
            if self._status.state == "waiting":
                self._status = replace(self._status, state="paused")
        if cursor is not None:
            cursor.stop()
        self._queue.leave(self)
        self.board.post("run", self._frame)

    def stop(self) -> None:
        """Give the run up, within milliseconds. Its checkpoint stays."""
        with self._lock:
            self._given_up, cursor = True, self._cursor
            self._requests.clear()
        if cursor is not None:
            cursor.stop()
        self._queue.leave(self)
        self.board.close()

    def place_changed(self) -> None:
        """Its place in the queue has changed."""
        self.board.post("run", self._frame)

    @property
    def over(self) -> bool:
        """Whether it has ended. An interrupted run whose data were not found has not: they may be found later."""
        return self._status.state in ENDS and not (self._resumes and self._cursor is None)

    def snapshot(self, number: int) -> Snapshot | None:
        """The stored snapshot nearest to record `number`; None if there is none yet."""
        with self._lock:
            return self._snapshots.nearest(number) if self._snapshots else None

    def reader(self, record: int | None) -> Reader | None:
        """The network of a record, or of the newest, with its history until then; None if it is not stored."""
        with self._lock:
            snapshots, cursor = self._snapshots, self._cursor
            snapshot = None
            if snapshots is not None:
                snapshot = snapshots.newest() if record is None else snapshots.nearest(record)
        if snapshot is None or cursor is None or record not in (None, snapshot.number):
            return None
        at = snapshot.epoch, snapshot.mini_batch, snapshot.seconds, cursor.recipe.learning_rate, cursor.engine
        reader = cursor.reader(Record(*at, snapshot.network, beginning(cursor.recipe, snapshot.network)))
        more = {"single_examples": True} if snapshot.single_examples else {}
        return replace(reader, name="trained", provenance={**reader.provenance, **more})

    # ---- what the queue calls

    @property
    def owner(self) -> str:
        """Whose turns it takes."""
        return self._owner()

    def turn(self, turn_over: Callable[[], bool]) -> bool:
        """Work until the requests are done or the turn is over; whether something is left."""
        try:
            one_thread()
            return self._turn(self._prepare(), turn_over)
        except TrainingError as error:
            self._fail("diverged", str(error))
            self._store.clear(self)  # resuming would end in the same error
        except (DigitlensError, MemoryError) as error:
            self._fail("failed", str(error) or "there is not enough memory for this run; make the network smaller")
        except Exception:
            traceback.print_exc()
            self._fail("failed", MISTAKE)
        return False

    def _turn(self, cursor: RunCursor, turn_over: Callable[[], bool]) -> bool:
        split = cursor.split()
        if self._snapshots is None or self._last_position[0] < 0:
            self._add_snapshot(cursor, split, cursor.first())
        while not cursor.finished and (request := self._next_request()):  # there may be more requests than steps
            for record in cursor.go(request.how, lambda request=request: request in self._requests):  # type: ignore[misc]
                self._process(cursor, split, record, request)
                if turn_over():
                    break
            if turn_over():
                break
        return self._end_turn(cursor, split)

    def _prepare(self) -> RunCursor:
        """The cursor of the run; the first time, the data are loaded."""
        if self._cursor is not None:
            return self._cursor
        data = self._load()
        if self._resumes and self._store.path is not None:
            run = checkpointing.resume_run(self._store.path, data)
        else:
            run = Run(fitted(self.request.recipe, data, chosen=self.request.chosen), data)
        cursor, now = RunCursor(run), time.monotonic()
        with self._lock:
            self._cursor, self._status = cursor, self._status.of(run)
            sizes = run.split.classes, run.split.pixels
            self._snapshots = self._snapshots or Snapshots(run.recipe, *sizes, self._timing.measuring)
            self._next_checkpoint, self._next_mistakes = now + self._timing.checkpoints, now + PAUSE
        return cursor

    def _next_request(self) -> _StepRequest | None:
        """The next request."""
        with self._lock:
            request = self._requests[0] if self._requests else None
            if request is not None:
                self._status = replace(self._status, state="running")
        if request is not None:
            self.board.post("run", self._frame)
        return request

    def _process(self, cursor: RunCursor, split: DataSplit, record: Record, request: _StepRequest) -> None:
        """Process a record: take a snapshot, write a checkpoint, and remove the request if it is done."""
        if self._given_up:
            return
        if request.how == "example" and cursor.step is not None:
            step, picture = cursor.step, split.training[cursor.step.which : cursor.step.which + 1]
            last = LastExample(step.which, int(picture.digits[0]), step.cost_before, step.cost_after)
            with self._lock:
                self._status = replace(self._status, single_examples=True, checkpointed=False, last=last)
                self._image = picture.flat[0]
            self._store.clear(self)  # a run with single examples cannot be resumed to the same bits
        self._add_snapshot(cursor, split, record)
        with self._lock:
            stepped = request.how in ("example", "mini_batch") or (request.how == "epoch" and not record.mini_batch)
            if (stepped or cursor.finished) and request in self._requests:
                self._requests.remove(request)
        if record.training and time.monotonic() >= self._next_mistakes:
            self._update_mistakes(split, lambda: self._given_up or request not in self._requests)
        if not cursor.finished:
            self._save_checkpoint(cursor)

    def _add_snapshot(self, cursor: RunCursor, split: DataSplit, record: Record) -> None:
        """Add a snapshot, unless the run has not moved since the last one."""
        assert self._snapshots is not None
        here = record.epoch, record.mini_batch, cursor.taken
        if here == self._last_position:
            return
        position = cursor.position(split)
        measured = self._snapshots.measure_row(record, split, cursor.engine, position)
        with self._lock:
            self._last_position = here
            self._snapshots.add(record, position, measured, self._status.single_examples)
            self._status = replace(self._status, rate=record.learning_rate, example=cursor.taken)
        self.board.post("run", self._frame)

    def _end_turn(self, cursor: RunCursor, split: DataSplit) -> bool:
        """End a turn; whether something is left to do."""
        with self._lock:
            if cursor.finished:
                self._requests.clear()
            more = bool(self._requests)
            state = "finished" if cursor.finished else "waiting" if more else "paused"
            self._status = replace(self._status, state=state)
        self.board.post("run", self._frame)
        if cursor.finished:
            self._store.clear(self)
        if not more:
            self._update_mistakes(split, lambda: self._given_up or bool(self._requests))
            self._save_checkpoint(cursor)
        return more

    def _update_mistakes(self, split: DataSplit, should_stop: Callable[[], bool]) -> None:
        """Post the mistakes on the test digits, unless `should_stop` interrupts it."""
        began = time.monotonic()
        snapshot = self._snapshots.newest() if self._snapshots else None
        read = read_by(snapshot.network, split.test, should_stop) if snapshot is not None else None
        if snapshot is not None and read is not None:
            about = self.request.number, snapshot.number, read, split.test, split.classes
            self.board.post("mistakes", partial(mistakes_frame, *about))
        now = time.monotonic()
        self._next_mistakes = now + max(PAUSE, LONG * (now - began))

    def _save_checkpoint(self, cursor: RunCursor) -> None:
        """Write a checkpoint, if enough time has passed since the last one."""
        if not self._status.checkpointed or self.over or self._given_up or time.monotonic() < self._next_checkpoint:
            return
        if not self._store.save(self, cursor.run(), cursor.state, cursor.history):
            with self._lock:
                self._status = replace(self._status, checkpointed=False)  # the run continues without checkpoints
        self._next_checkpoint = time.monotonic() + self._timing.checkpoints

    def _fail(self, state: str, error: str) -> None:
        with self._lock:
            self._requests.clear()
            self._status = replace(self._status, state=state, error=error)
        self.board.post("run", self._frame)

    def _restore(self, checkpoint: Checkpoint) -> None:
        """Show a run from its checkpoint, before its data are loaded."""
        layers, position, recipe = checkpoint.average or checkpoint.layers, checkpoint.position, self.request.recipe
        at = int(position["epoch"]), int(position["mini_batch"]), float(position["seconds"])
        network = Network(layers, recipe.activations())
        record = Record(*at, recipe.learning_rate, checkpoint.engine, network, beginning(recipe, network))
        self._snapshots = Snapshots(recipe, network.sizes[-1], network.sizes[0], self._timing.measuring)
        self._snapshots.restore_history(checkpoint.history)
        self._snapshots.add(record, float(at[0]), None)
        self._status = replace(self._status, state="interrupted", recipe=recipe, engine=checkpoint.engine)

    def _frame(self) -> bytes:
        """The frame of its current status."""
        place = self._queue.place(self) or 0
        with self._lock:
            status, image, snapshots = self._status, self._image, self._snapshots
            snapshot, rows = (snapshots.newest(), snapshots.rows()) if snapshots else (None, [])
        return run_frame(status, place, rows, snapshot, image)
