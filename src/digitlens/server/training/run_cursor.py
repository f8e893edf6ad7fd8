"""Where a run stands, and how it goes on from there: in stretches, by one mini-batch, by one example.

Wherever it is left and gone on with, it ends in the bits of learning/training.py's Run; single examples alone lead
elsewhere. Digits are looked up for every turn and not kept, so that many runs that wait take little room.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from digitlens.learning.data_split import DataSplit
from digitlens.learning.engine import Record
from digitlens.learning.records import beginning
from digitlens.learning.single_example import Step, one_example, skip_rest_of_mini_batch
from digitlens.learning.training import Run, row
from digitlens.network.network import Network
from digitlens.reading.reader import Reader
from digitlens.server.training.update_rate import Pace
from digitlens.storage.model_file import thinned

ROWS = 1_000  # of history; beyond, it is thinned as it is in a file
HOWS = ("run", "example", "mini_batch", "epoch")


class RunCursor:
    """A run that is walked through by one thread at a time, and stopped by any."""

    def __init__(self, run: Run) -> None:
        """`run`: from its beginning, or where an earlier one stood."""
        self.recipe, self.data, self.engine = run.recipe, run.data, run.engine.name
        self.history: list[Mapping[str, float]] = list(run.history)
        self.step: Step | None = None  # the last single example
        self.taken = 0  # single examples learned of the mini-batch under way
        network = run.recipe.initial_network(run.split.classes, run.split.pixels)
        self.state = run.state or beginning(run.recipe, network)
        self._activations = network.activations
        self._pace = Pace(run)
        self._lock = threading.Lock()
        self._walking: Run | None = None

    def run(self, every: int = 0) -> Run:
        """The run, to be entered where it stands."""
        return Run(self.recipe, self.data, engine=self.engine, every=every, state=self.state, history=self.history)

    def split(self) -> DataSplit:
        """The digits that it learns from and is tested on."""
        return self.run().split

    @property
    def finished(self) -> bool:
        """All epochs are done."""
        return self.state.epoch >= self.recipe.epochs

    def position(self, split: DataSplit) -> float:
        """Epochs from the start."""
        state = self.state
        return state.epoch + (state.mini_batch * self.recipe.mini_batch + self.taken) / len(split.training)

    def first(self) -> Record:
        """A record of where it stands, without a step."""
        state = self.state
        network = Network(state.average or state.layers, self._activations)
        at = state.epoch, state.mini_batch, state.seconds
        return Record(*at, self.recipe.learning_rate, self.engine, network, state)

    def reader(self, record: Record) -> Reader:
        """The network of a record, with its story until then."""
        history = [one for one in self.history if one["epoch"] <= record.epoch]
        run = Run(self.recipe, self.data, engine=self.engine, history=history)
        run.latest = record
        return run.reader()

    def stop(self) -> None:
        """Whoever walks gets one last record, within milliseconds."""
        with self._lock:
            if self._walking is not None:
                self._walking.stop()

    def go(self, how: str, wanted: Callable[[], bool]) -> Iterator[Record]:
        """Records on the way to the end ("run"), to the end of an epoch, or after one mini-batch or one example.

        wanted: whether to go on; it is asked after every record, and must be false before stop() is called.
        """
        if how == "example":
            yield self._example()
            return
        if self.taken:
            self.state, self.taken = skip_rest_of_mini_batch(self.run(), self.state), 0
        while not self.finished and wanted():
            every = 1 if how == "mini_batch" else self._pace.every()
            for record in self._stretches(every, wanted):
                yield record
                if how == "mini_batch" or (how == "epoch" and not record.mini_batch) or not wanted():
                    return
                if not self._pace.fits(every) or len(self.history) > ROWS:
                    break

    def _stretches(self, every: int, wanted: Callable[[], bool]) -> Iterator[Record]:
        """Records after so many mini-batches each."""
        if len(self.history) > ROWS:
            self.history = list(thinned(self.history))
        run = self.run(every)
        with self._lock:
            self._walking = run
            if not wanted():  # since somebody looked
                run.stop()
        try:
            for record in run:
                self.state, self.history = record.state, run.history
                self._pace.heard(record)
                yield record
        finally:
            with self._lock:
                self._walking = None

    def _example(self) -> Record:
        self.step = one_example(self.run(), self.state, self.taken)
        record = self.step.record
        self.state, self.taken = record.state, self.step.taken
        if record.training:
            self.history = [*self.history, row(record)]
        return replace(record, engine=self.engine)


@cache
def one_thread() -> None:
    """From now on each sum is added up by one thread: what threads share may differ in its last bit."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, "blas")
