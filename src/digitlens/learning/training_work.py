"""Training runs as tasks that can be done elsewhere, see parallel/: a recipe goes in, what became of it comes out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from digitlens.digits.dataset import DataSet
from digitlens.digits.preparation.framing import FRAMING_VERSION, framing_of
from digitlens.errors import DataError, DigitlensError, RecipeError
from digitlens.learning.engines import choose, only_here
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run
from digitlens.parallel.tasks import Tasks
from digitlens.parallel.work import Control, Stopped
from digitlens.reading.reader import Reader

ON_THREADS = ("compiled",)  # the engines that work without Python's lock


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What became of one run."""

    engine: str  # that served it; empty where none could
    seconds: float  # the whole run by the clock, with preparing the data and measuring
    history: tuple[Mapping[str, float], ...]  # one row an epoch, as far as it came
    reader: Reader | None  # None where it failed
    error: str = ""  # why it failed; empty where it did not


@dataclass(frozen=True, slots=True, eq=False)
class TrainingWork:
    """Runs on the same data, which is handed over, or found by each worker.

    engine: as for Run. named: where a worker has to find the data, its name or folder, see find_data(); None: MNIST,
    wherever it is. fingerprint: of the training data that must be found there.
    """

    engine: str
    data: DataSet | None
    named: str | None = None
    fingerprint: str = ""
    size: tuple[int, int] | None = None  # rows and columns of the images, where they come from a folder of pictures
    framing: int = FRAMING_VERSION  # and whether they are framed

    def begin(self) -> Callable[[Recipe, Control], Trained]:
        """What trains one recipe after another. Raises DataError where the data is not found, or is another."""
        return _Runs(self.data if self.data is not None else self._found(), self.engine).train

    def _found(self) -> DataSet:
        from digitlens.digits.sources.find import find_data

        data = find_data(self.named, offline=True, size=self.size, framing=self.framing)
        if data.training.fingerprint() != self.fingerprint:
            raise DataError(
                f"a worker of the cluster found other data, in {data.source}; give all of them the same "
                "DIGITLENS_DATA, and name the data, or a folder that each of them sees"
            )
        return data


def training_tasks(
    recipes: Sequence[Recipe],
    data: DataSet,
    *,
    jobs: int | None = None,
    cluster: str = "",
    named: str | None = None,
    engine: str = "auto",
    on_report: Callable[[int, tuple[int, float]], object] = lambda index, spent: None,
) -> Tasks[Recipe, Trained]:
    """Train all of these, in this order: the results as they come, see Tasks. named: see TrainingWork.

    on_report: is called after each epoch with a recipe's index, how many of its epochs are done, and in how many
    seconds. A run goes on a thread, which shares the data with others, where its engine works without Python's lock;
    else, and where images must be adjusted first, to a process of its own; with a cluster, to one of its workers.
    """

    def here(recipe: Recipe) -> bool:
        try:
            return (choose(recipe, engine).name in ON_THREADS and not recipe.preparation) or only_here(recipe)
        except RecipeError:
            return True  # to fail

    found = (None, named, data.training.fingerprint(), data.image_shape, framing_of(data)) if cluster else (data,)
    work = TrainingWork(engine, *found)
    return Tasks(work, recipes, jobs=jobs, cluster=cluster, here=here, on_report=on_report)


class _Runs:
    """Runs that hold out, adjust and label alike have their split in common, made once."""

    def __init__(self, data: DataSet, engine: str) -> None:
        self._data, self._engine, self._lock = data, engine, threading.Lock()
        self._first: dict[tuple[Any, ...], Run] = {}

    def train(self, recipe: Recipe, control: Control) -> Trained:
        """One run from its beginning to its end; it reports how many epochs are done, and in how many seconds.

        Raises Stopped where it was asked to stop.
        """
        began, history, engine = time.perf_counter(), list[Mapping[str, float]](), ""
        try:
            run = self._run(recipe)
            history, engine = run.history, run.engine.name
            control.on_stop(run.stop)
            for record in run:
                if record.training:
                    control.report((len(history), time.perf_counter() - began))
            if not run.finished:
                raise Stopped
            return Trained(engine, time.perf_counter() - began, tuple(history), run.reader())
        except Stopped:
            raise
        except Exception as problem:  # whatever it is, it is this recipe's, and the others go on
            error = str(problem) if isinstance(problem, DigitlensError) else f"{type(problem).__name__}: {problem}"
            return Trained(engine, time.perf_counter() - began, tuple(history), None, error)

    def _run(self, recipe: Recipe) -> Run:
        with self._lock:
            shuffled = recipe.seed if recipe.labels == "random" else None
            key = recipe.validation, recipe.preparation, shuffled
            if (first := self._first.get(key)) is None:
                first = self._first[key] = Run(recipe, self._data, engine=self._engine)
                first.fingerprint  # noqa: B018 - worked out once, for all
        run = deepcopy(first, {id(part): part for part in (first.data, first.split)})
        run.recipe, run.engine = recipe, choose(recipe, self._engine)
        return run
