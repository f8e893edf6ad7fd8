"""The position of a run, from which it continues: to the end, by one mini-batch, or by one example.

Wherever it pauses, it ends in the same bits as an uninterrupted Run of learning/training.py, unless single examples
were learned. The digits are split again for every turn and not stored, so that waiting runs take little memory.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from digitlens.learning.data_split import DataSplit
from digitlens.learning.engine import Record
from digitlens.learning.records import beginning
from digitlens.learning.single_example import Step, one_example
from digitlens.learning.training import Run, row
from digitlens.network.network import Network
from digitlens.reading.reader import Reader
from digitlens.server.training.update_rate import UpdateRate
from digitlens.storage.model_file import thinned

ROWS = 1_000  # of history; a longer one is thinned as in a model file
STEP_KINDS = ("run", "example", "mini_batch", "epoch")


class RunCursor:
    """A run that one thread at a time continues, and any thread may stop."""

    def __init__(self, run: Run) -> None:
        """run: new, or resumed."""
        self.recipe, self.data, self.engine = run.recipe, run.data, run.engine.name
        self.history: list[Mapping[str, float]] = list(run.history)
        self.step: Step | None = None  # the last single example
        self.taken = 0  # single examples of the current mini-batch that were learned
        network = run.recipe.initial_network(run.split.classes, run.split.pixels)
        self.state = run.state or beginning(run.recipe, network)
        self._activations = network.activations
        self._update_rate = UpdateRate(run)
        self._lock = threading.Lock()
        self._active_run: Run | None = None

    def run(self, every: int = 0) -> Run:
        """A Run that starts at this position."""
        return Run(self.recipe, self.data, engine=self.engine, every=every, state=self.state, history=self.history)

    def split(self) -> DataSplit:
        """The training, validation and test digits."""
        return self.run().split

    @property
    def finished(self) -> bool:
        """Whether all epochs are done."""
        return self.state.epoch >= self.recipe.epochs

    def position(self, split: DataSplit) -> float:
        """Epochs from the start."""
        state = self.state
        return state.epoch + (state.mini_batch * self.recipe.mini_batch + self.taken) / len(split.training)

    def first(self) -> Record:
        """A record of this position, without a step."""
        state = self.state
        network = Network(state.average or state.layers, self._activations)
        at = state.epoch, state.mini_batch, state.seconds
        return Record(*at, self.recipe.learning_rate, self.engine, network, state)

    def reader(self, record: Record) -> Reader:
        """The network of a record, with its history until then."""
        history = [row for row in self.history if row["epoch"] <= record.epoch]
        run = Run(self.recipe, self.data, engine=self.engine, history=history)
        run.latest = record
        return run.reader()

    def stop(self) -> None:
        """Stop: the working thread gets one last record, within milliseconds."""
        with self._lock:
            if self._active_run is not None:
                self._active_run.stop()

    def go(self, kind: str, should_continue: Callable[[], bool]) -> Iterator[Record]:
        """The records until the end ("run"), until the end of the epoch, or after one mini-batch or one example.

        should_continue: called after every record; it must return False before stop() is called.
        """
        if kind == "example":
            yield self._example()
            return
        if self.taken:  # a mini-batch that single examples have begun is finished by them: no image is lost
            record = self._example()
            while self.taken and should_continue():
                record = self._example()
            yield record
            if kind == "mini_batch" or (kind == "epoch" and not record.mini_batch):
                return
        while not self.finished and should_continue():
            every = 1 if kind == "mini_batch" else self._update_rate.every()
            for record in self._stretches(every, should_continue):
                yield record
                if kind == "mini_batch" or (kind == "epoch" and not record.mini_batch) or not should_continue():
                    return
                if not self._update_rate.fits(every) or len(self.history) > ROWS:
                    break

    def _stretches(self, every: int, should_continue: Callable[[], bool]) -> Iterator[Record]:
        """A record after every `every` mini-batches."""
        if len(self.history) > ROWS:
            self.history = list(thinned(self.history))
        run = self.run(every)
        with self._lock:
            self._active_run = run
            if not should_continue():  # it may have changed meanwhile
                run.stop()
        try:
            for record in run:
                self.state, self.history = record.state, run.history
                self._update_rate.update(record)
                yield record
        finally:
            with self._lock:
                self._active_run = None

    def _example(self) -> Record:
        self.step = one_example(self.run(), self.state, self.taken)
        record = self.step.record
        self.state, self.taken = record.state, self.step.taken
        if record.training:
            self.history = [*self.history, row(record)]
        return replace(record, engine=self.engine)


@cache
def one_thread() -> None:
    """Limit BLAS to one thread in this process: sums that threads share may differ in the last bit."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, "blas")
