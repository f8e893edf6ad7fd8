"""Experiments: many recipes on the same digits, over all cores, each walked through to its end.

    for outcome in Experiments([recipe.changed(seed=seed) for seed in range(8)], data):
        print(outcome.index, outcome.error or outcome.history[-1]["test_accuracy"])

A run goes on a thread, the digits in common with others, where its engine works without Python's lock; else, and where
digits must be adjusted first, in a process of its own (which needs no `__main__` guard). Its bits are those of a Run.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from queue import Empty, SimpleQueue
from typing import Any

from digitlens.digits.dataset import DataSet
from digitlens.errors import UsageError
from digitlens.learning.data_split import split_data
from digitlens.learning.engines import choose, only_here
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run
from digitlens.learning.workers import Runs, Worker
from digitlens.reading.reader import Reader

ON_THREADS = ("compiled",)  # the engines that work without Python's lock


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The result of one run among many."""

    index: int  # its place among the recipes
    recipe: Recipe  # how it was trained
    engine: str  # "compiled" or "plain"
    seconds: float  # the whole run by the clock, with preparing the data and measuring
    history: tuple[Mapping[str, float], ...]  # one row an epoch, as far as it came
    reader: Reader | None  # None where it failed
    error: str  # why it failed; empty where it did not

    def __repr__(self) -> str:
        said = "failed" if self.error else f"{len(self.history)} epochs"
        return f"<Outcome {self.index}: {self.recipe.name}, seed {self.recipe.seed}, {said}>"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far experiments are; a run that failed counts with all its epochs."""

    done: int  # runs
    total: int
    epochs: int  # done, those of runs under way too
    all_epochs: int
    seconds: float  # so far
    seconds_left: float | None  # estimated from all epochs done; None before the first of them


class Experiments:
    """To walk through them is to run them; to leave the walk, or stop() from anywhere, ends what runs within a moment.

    jobs: how many run at once, the longest first; None: one a core. heard: is called after any epoch, by the thread
    that walks, while it waits for an outcome. Raises UsageError for fewer jobs than one, and what Run raises for a
    recipe that does not fit the digits.
    """

    def __init__(
        self,
        recipes: Iterable[Recipe],
        data: DataSet,
        *,
        jobs: int | None = None,
        engine: str = "auto",
        heard: Callable[[Progress], object] = lambda progress: None,
    ) -> None:
        at_once: Any = cores() if jobs is None else jobs
        if not isinstance(at_once, int) or at_once < 1:
            raise UsageError(f"jobs: one run at a time or more, got {jobs!r}")
        self.recipes, self.data, self.jobs, self.heard = tuple(recipes), data, at_once, heard
        self.engines = tuple(choose(recipe, engine).name for recipe in self.recipes)
        for recipe in {recipe.validation: recipe for recipe in self.recipes}.values():
            split_data(recipe, data)
        self.outcomes: dict[int, Outcome] = {}  # by index, as they came: they stay, whatever happens to the others
        self._engine, self._running, self._stopping = engine, dict[int, Run | Worker](), False
        self._past, self._began = 0.0, 0.0  # seconds of earlier walks; when this one began, 0 if there is none
        self._spent = [(0, 0.0)] * len(self.recipes)  # of each recipe: epochs done, seconds for them

    def __iter__(self) -> Iterator[Outcome]:
        """Every outcome as it comes. Entered again, those that are missing. UsageError while a walk is under way."""
        if self._began:
            raise UsageError("these experiments are under way; one walk at a time")
        self._began, news = time.perf_counter(), SimpleQueue[Outcome | None]()  # None: an epoch is done
        missing = [index for index in range(len(self.recipes)) if index not in self.outcomes]
        given = deque(sorted(missing, key=self._size, reverse=True)), Runs(self.data, self._engine), news
        threads = [threading.Thread(target=self._job, args=given, daemon=True) for _ in missing[: self.jobs]]

        def end() -> None:
            self.stop()
            for thread in filter(lambda thread: thread.ident, threads):
                thread.join()

        atexit.register(end)  # daemons: Python would wait for others where a program ends and leaves the walk open
        try:
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads) or not news.empty():
                with suppress(Empty):
                    outcome = news.get(timeout=0.1)  # on Windows a wait without end hears no Ctrl-C
                    self.heard(self.progress)
                    if outcome:
                        yield outcome
        finally:
            end()
            atexit.unregister(end)
            self._past, self._began, self._stopping = self.progress.seconds, 0.0, False

    def in_order(self) -> list[Outcome]:
        """Walk to the end; then all outcomes, in the order of the recipes. Where it was stopped, some are missing."""
        list(self)
        return [self.outcomes[index] for index in sorted(self.outcomes)]

    def stop(self) -> None:
        """End what runs, from any thread or signal handler: the walk gives what is finished, and ends."""
        self._stopping = True  # no lock: a signal handler that waits for itself would wait forever
        for running in list(self._running.values()):
            running.stop()

    @property
    def progress(self) -> Progress:
        """How far they are now, from any thread."""
        ended, spent = set(self.outcomes), list(self._spent)
        done, seconds = sum(epochs for epochs, _ in spent), sum(seconds for _, seconds in spent)
        ahead = {i: recipe.epochs - spent[i][0] for i, recipe in enumerate(self.recipes) if i not in ended}
        mean = seconds / max(done, 1)  # the pace of a run that has no epoch behind it yet
        left = [epochs * (spent[i][1] / spent[i][0] if spent[i][0] else mean) for i, epochs in ahead.items()]
        whole = sum(recipe.epochs for recipe in self.recipes)
        lasted = self._past + (time.perf_counter() - self._began if self._began else 0.0)
        seconds_left = max(sum(left) / self.jobs, *left, 0.0) if done or not left else None  # nobody shares one run
        return Progress(len(ended), len(spent), whole - sum(ahead.values()), whole, lasted, seconds_left)

    def _size(self, index: int) -> int:
        """The longest shall be first, so that no core is idle at the end."""
        return self.recipes[index].epochs * sum(a * b for a, b in pairwise(self.recipes[index].sizes()))

    def _job(self, todo: deque[int], runs: Runs, news: SimpleQueue[Outcome | None]) -> None:
        """One of the threads: recipe after recipe, until none is left to do."""
        with closing(Worker(self.data, self._engine)) as worker, suppress(IndexError):
            while not self._stopping:
                index, began = todo.popleft(), time.perf_counter()
                recipe, engine, history = self.recipes[index], self.engines[index], list[Mapping[str, float]]()
                self._spent[index], reader, error = (0, 0.0), None, ""
                here = (engine in ON_THREADS and not recipe.preparation) or only_here(recipe)
                for step in (runs if here else worker).walk(recipe, partial(self._hold, index)):
                    if isinstance(step, dict):
                        history.append(step)
                        self._spent[index] = len(history), time.perf_counter() - began
                        news.put(None)
                    else:
                        reader, error = (None, step) if isinstance(step, str) else (step, "")
                self._running.pop(index, None)
                if reader or not self._stopping:
                    took = time.perf_counter() - began
                    self.outcomes[index] = outcome = Outcome(index, recipe, engine, took, tuple(history), reader, error)
                    news.put(outcome)

    def _hold(self, index: int, running: Run | Worker) -> None:
        self._running[index] = running
        if self._stopping:  # since somebody looked
            running.stop()
