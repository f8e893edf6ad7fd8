"""A visitor's run: it goes on, rests, takes single steps; what is to be seen of it stands on its board.

The run itself is learning/training.py's. It is entered anew for every turn, from where it stood: to the same bits as
if it had never been left.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from digitlens.app.board import Board
from digitlens.app.moments import Moment, Moments
from digitlens.app.told import Last, Order, Told, mistakes_frame, outputs_of, run_frame
from digitlens.app.turns import Turns
from digitlens.digits.dataset import DataSet
from digitlens.errors import DigitlensError, TrainingError
from digitlens.learning import keeping
from digitlens.learning.engine import Record, State
from digitlens.learning.records import beginning
from digitlens.learning.single import one_example, passed_over
from digitlens.learning.training import Run, fitted
from digitlens.network.network import Network
from digitlens.reading.reader import Reader

HOWS = ("run", "example", "mini_batch", "epoch")
ENDS = ("finished", "diverged", "failed")
STRETCHES = 8  # records in an epoch, at least
AT_MOST = 0.04  # seconds from one record to the next, by estimate
PACE = {"compiled": (4e-11, 0.0), "plain": (2.6e-10, 6e-5)}  # seconds: an example and weight; a mini-batch besides
CHECKPOINTS = 1.0  # seconds from one to the next, at least
LOOKS = 0.5  # the same for what it still gets wrong


class Training:
    """One run, worked on in turns. What visitors call returns at once, from any thread."""

    def __init__(
        self,
        order: Order,
        load: Callable[[], DataSet],
        turns: Turns,
        news: Callable[[], None],
        path: Path | None = None,
        *,
        resumes: bool = False,
    ) -> None:
        """`load`: the digits, which may take a while. `path`: its checkpoint lies beside that; None keeps none.

        resumes: it goes on from that checkpoint.
        """
        self.order, self.board = order, Board(news)
        self._load, self._turns, self._path, self._resumes = load, turns, path, resumes
        self._lock = threading.RLock()
        self._told = Told(order, "interrupted" if resumes else "paused", kept=path is not None)
        self._wanted = ""  # one of HOWS, while it shall go on
        self._walking: Run | None = None
        self._run: Run | None = None
        self._moments: Moments | None = None
        self._state: State | None = None
        self._history: list[Mapping[str, float]] = []
        self._image: Any = None  # (784,) uint8 of the last single example
        self._gone = False
        self._kept_at = self._looked_at = time.monotonic()
        self._post()

    # ---- what visitors call

    def go(self, how: str = "run") -> None:
        """Go on: to the end, or one step of that kind."""
        with self._lock:
            if self._told.state in ENDS or self._gone:
                return
            self._wanted = how
            if self._walking is None:
                self._told = replace(self._told, state="waiting")
        self._turns.enter(self)
        self._post()

    def show(self) -> None:
        """Make it ready, and show the network that has not learned anything yet."""
        self.go("nothing")

    def pause(self) -> None:
        """Rest, within milliseconds."""
        with self._lock:
            self._wanted = ""
            if self._walking is not None:
                self._walking.stop()
            elif self._told.state == "waiting":
                self._told = replace(self._told, state="paused")
        self._turns.leave(self)
        self._post()

    def stop(self, *, forget: bool = False) -> None:
        """Give it up, for another one or because nobody comes back; `forget`: and its checkpoint with it."""
        with self._lock:
            self._gone, self._wanted = True, ""
            if self._walking is not None:
                self._walking.stop()
        self._turns.leave(self)
        if forget and self._path is not None:
            keeping.forget(self._path)

    def moved(self) -> None:
        """Its place in the row is another one."""
        self._post()

    def moment(self, number: int | None = None) -> Moment | None:
        """The kept moment nearest to record `number`, or the newest; None before there is one."""
        with self._lock:
            if self._moments is None or not self._moments.count:
                return None
            return self._moments.newest() if number is None else self._moments.nearest(number)

    def reader(self, moment: Moment) -> Reader:
        """The network of a moment of this run, with its story until then."""
        run = self._run
        assert run is not None
        then = Run(run.recipe, run.data, engine=run.engine.name, history=self._history[: moment.epochs_behind])
        at = moment.epoch, moment.mini_batch, moment.seconds, run.recipe.learning_rate, run.engine.name
        then.latest = Record(*at, moment.network, beginning(run.recipe, moment.network))
        return replace(then.reader(), name="trained")

    # ---- what the row calls

    def turn(self, over: Callable[[], bool]) -> bool:
        """Go on until its visitor has had enough, or the turn is over."""
        try:
            return self._turn(over)
        except TrainingError as error:
            self._end("diverged", str(error))
            if self._path is not None:
                keeping.forget(self._path)
        except (DigitlensError, MemoryError) as error:
            self._end("failed", str(error) or "there is not enough memory for this run")
        return False

    def _turn(self, over: Callable[[], bool]) -> bool:
        run = self._ready()
        with self._lock:
            how = self._wanted
            rests = how in ("", "nothing")
            if rests:
                self._wanted = ""
            self._told = replace(self._told, state="paused" if rests else "running")
        self._post()
        if rests:
            self._look(run)
            return False
        more = False
        for record in self._example(run) if how == "example" else self._records(run, how):
            self._hear(run, record)
            with self._lock:
                stepped = how in ("example", "mini_batch") or (how == "epoch" and not record.mini_batch)
                if (stepped and self._wanted == how) or record.epoch >= run.recipe.epochs:
                    self._wanted = ""
                more = bool(self._wanted)
            if not more or over():
                break
        with self._lock:
            self._walking, more = None, bool(self._wanted)
            finished = self._state is not None and self._state.epoch >= run.recipe.epochs
            self._told = replace(self._told, state="finished" if finished else "waiting" if more else "paused")
        if not more and not self._gone:
            self._look(run)
            self._keep(run, finished)
        self._post()
        return more

    def _ready(self) -> Run:
        """The run, made when it is first wanted: digits have to be loaded for it."""
        if self._run is not None:
            return self._run
        data = self._load()
        if self._resumes and self._path is not None:
            run = keeping.resumed(self._path, data)
            self._history, self._state = list(run.history), run.state
        else:
            run = Run(fitted(self.order.recipe, data, chosen=self.order.chosen), data)
        with self._lock:
            self._run, self._moments = run, Moments(run.recipe, run.lessons, run.engine.name)
            self._told = self._told.of(run)
        first = run.recipe.initial_network(len(data.classes))
        state = self._state or beginning(run.recipe, first)
        at = state.epoch, state.mini_batch, state.seconds, run.recipe.learning_rate, run.engine.name
        self._hear(run, Record(*at, Network(state.average or state.layers, first.activations), state))
        return run

    def _records(self, run: Run, how: str) -> Iterator[Record]:
        every = 1 if how == "mini_batch" else stretch(run)
        state = self._state
        if state is not None and self._told.example:
            state = passed_over(run, state)
        entered = Run(run.recipe, run.data, engine=run.engine.name, every=every, state=state, history=self._history)
        with self._lock:
            self._told = replace(self._told, example=0)
            self._walking = entered
            if not self._wanted:
                entered.stop()
        for record in entered:
            self._history = entered.history
            yield record

    def _example(self, run: Run) -> Iterator[Record]:
        step = one_example(run, self._state, self._told.example)
        picture = run.lessons.training[step.which : step.which + 1]
        with self._lock:
            last = Last(step.which, int(picture.digits[0]), step.cost_before, step.cost_after)
            self._told = replace(self._told, example=step.taken, own_way=True, kept=False, last=last)
            self._image = picture.flat[0]
        yield step.record

    def _hear(self, run: Run, record: Record) -> None:
        """A record: keep what is to be seen of it."""
        moments = self._moments
        assert moments is not None
        again = self._state is not None and moments.count and _place(record.state) == _place(self._state)
        self._state = record.state
        if again and not self._told.example:
            return  # asked to stop, it has got no further
        behind = (record.mini_batch * run.recipe.mini_batch + self._told.example) / max(1, len(run.lessons.training))
        with self._lock:
            moments.add(record, record.epoch + behind, len(self._history))
            self._told = replace(self._told, rate=record.learning_rate)
        self._post()
        now = time.monotonic()
        if record.training and now - self._looked_at >= LOOKS:
            self._look(run)
        if record.training and now - self._kept_at >= CHECKPOINTS and record.epoch < run.recipe.epochs:
            self._keep(run, finished=False)

    def _look(self, run: Run) -> None:
        """What it still gets wrong."""
        self._looked_at = time.monotonic()
        moment = self.moment()
        if moment is not None and len(run.lessons.test):
            outputs = outputs_of(moment.network, run.lessons.test)
            make = partial(mistakes_frame, self.order.number, moment.number, outputs, run.lessons.test)
            self.board.post("mistakes", make)

    def _keep(self, run: Run, finished: bool) -> None:
        """Its checkpoint; a finished run needs none, nor does one that nobody could go on with to the same bits."""
        if self._path is None or not self._told.kept or self._state is None or self._gone:
            return
        self._kept_at = time.monotonic()
        try:
            if finished:
                keeping.forget(self._path)
            else:
                keeping.keep_state(run, self._state, self._history, self._path)
        except DigitlensError:
            self._told = replace(self._told, kept=False)  # the disk will not; the run goes on without

    def _end(self, state: str, error: str) -> None:
        with self._lock:
            self._walking, self._wanted = None, ""
            self._told = replace(self._told, state=state, error=error)
        if self._run is not None and not self._gone:
            self._look(self._run)
        self._post()

    def _post(self) -> None:
        with self._lock:
            told, moment = self._told, self.moment()
            rows = self._moments.rows() if self._moments else []
            place = self._turns.place(self) or 0
            self.board.post("run", partial(run_frame, told, place, rows, moment, self._image))


def stretch(run: Run) -> int:
    """After how many mini-batches a run gives a record: STRETCHES in an epoch, or more where these take long."""
    recipe, training = run.recipe, len(run.lessons.training)
    size = min(recipe.mini_batch, training)
    weights = sum(n * (n_before + 1) for n_before, n in pairwise(recipe.sizes(run.lessons.classes)))
    for_each, besides = PACE[run.engine.name]
    batches = -(-training // recipe.mini_batch)
    return max(1, min(-(-batches // STRETCHES), int(AT_MOST / (size * weights * for_each + besides))))


def _place(state: State) -> tuple[int, int]:
    return state.epoch, state.mini_batch
