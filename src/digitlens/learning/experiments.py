"""Experiments: many recipes on the same data, each trained to its end, on all cores or on a cluster.

    for outcome in Experiments([recipe.changed(seed=seed) for seed in range(8)], data):
        print(outcome.index, outcome.error or outcome.history[-1]["test_accuracy"])

Where a run goes, see training_tasks(); its bits are those of a Run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise

from digitlens.deprecations import renamed_arguments
from digitlens.digits.dataset import DataSet
from digitlens.errors import UsageError
from digitlens.learning.data_split import split_data
from digitlens.learning.engines import choose
from digitlens.learning.recipe import Recipe
from digitlens.learning.training_work import Trained, training_tasks
from digitlens.parallel.local import cores
from digitlens.parallel.tasks import Tasks, checked_jobs
from digitlens.parallel.work import Done
from digitlens.reading.reader import Reader


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

    jobs: how many run at once, the longest first; None: one a core, or as many as the cluster can.
    cluster: the address of a Dask scheduler; empty: this machine. Its workers find the data by `named`, see
    TrainingWork.
    engine: as for Run.
    on_progress: is called after any epoch, by the thread that walks, while it waits for an outcome.

    Raises UsageError for fewer jobs than one, and what Run raises for a recipe that does not fit the data; when the
    walk begins, what ClusterWorkers raises.
    """

    @renamed_arguments(heard="on_progress")
    def __init__(
        self,
        recipes: Iterable[Recipe],
        data: DataSet,
        *,
        jobs: int | None = None,
        cluster: str = "",
        named: str | None = None,
        engine: str = "auto",
        on_progress: Callable[[Progress], object] = lambda progress: None,
    ) -> None:
        self.jobs = checked_jobs(jobs) or (None if cluster else cores())
        self.recipes, self.data, self.on_progress = tuple(recipes), data, on_progress
        self.engines = tuple(choose(recipe, engine).name for recipe in self.recipes)
        for recipe in self.recipes:
            recipe.check_sizes(len(data.classes), data.pixels)
        for recipe in {recipe.validation: recipe for recipe in self.recipes}.values():
            split_data(recipe, data)
        self.outcomes: dict[int, Outcome] = {}  # by index, as they came: they stay, whatever happens to the others
        self._engine, self._cluster, self._named = engine, cluster, named
        self._tasks: Tasks[Recipe, Trained] | None = None
        self._stopping = False
        self._past, self._began = 0.0, 0.0  # seconds of earlier walks; when this one began, 0 if there is none
        self._spent = [(0, 0.0)] * len(self.recipes)  # of each recipe: epochs done, seconds for them

    def __iter__(self) -> Iterator[Outcome]:
        """Every outcome as it comes. Entered again, those that are missing. UsageError while a walk is under way."""
        if self._began:
            raise UsageError("these experiments are under way; one walk at a time")
        self._began = time.perf_counter()
        missing = sorted(set(range(len(self.recipes))) - set(self.outcomes), key=self._size, reverse=True)
        self._tasks = tasks = training_tasks(
            [self.recipes[index] for index in missing],
            self.data,
            jobs=self.jobs,
            cluster=self._cluster,
            named=self._named,
            engine=self._engine,
            on_report=lambda task, spent: self._reported(missing[task], spent),
        )
        if self._stopping:
            tasks.stop()
        try:
            with closing(iter(tasks)) as walk:
                for done in walk:
                    outcome = self._outcome(missing[done.index], done)
                    self.on_progress(self.progress)
                    yield outcome
        finally:
            self._past, self._began, self._stopping = self.progress.seconds, 0.0, False

    def in_order(self) -> list[Outcome]:
        """Walk to the end; then all outcomes, in the order of the recipes. Where it was stopped, some are missing."""
        list(self)
        return [self.outcomes[index] for index in sorted(self.outcomes)]

    def stop(self) -> None:
        """End what runs, from any thread or signal handler: the walk gives what is finished, and ends."""
        self._stopping = True
        if self._tasks:
            self._tasks.stop()

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
        at_once = self.jobs or max(1, sum(spent[i][0] > 0 for i in ahead))  # nobody shares one run
        seconds_left = max(sum(left) / at_once, *left, 0.0) if done or not left else None
        return Progress(len(ended), len(spent), whole - sum(ahead.values()), whole, lasted, seconds_left)

    def _size(self, index: int) -> int:
        """The longest shall be first, so that no core is idle at the end."""
        sizes = self.recipes[index].sizes(len(self.data.classes), self.data.pixels)
        return self.recipes[index].epochs * sum(a * b for a, b in pairwise(sizes))

    def _reported(self, index: int, spent: tuple[int, float]) -> None:
        self._spent[index] = spent[0], spent[1]
        self.on_progress(self.progress)

    def _outcome(self, index: int, done: Done[Recipe, Trained]) -> Outcome:
        recipe, engine, run = self.recipes[index], self.engines[index], done.result
        if run is None:
            outcome = Outcome(index, recipe, engine, 0.0, (), None, done.lost)
        else:
            outcome = Outcome(index, recipe, engine, run.seconds, run.history, run.reader, run.error)
        self.outcomes[index] = outcome
        return outcome
