"""A visitor's comparison: two recipes that differ in some fields, trained with the same seeds, run after run.

The runs take turns in the queue, a and b alternately. Each gives an Outcome of learning/experiments.py.
learning/compared.py says what the numbers support.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DataSet
from digitlens.errors import DigitlensError, TrainingError
from digitlens.learning.choices import SEEDS
from digitlens.learning.compared import Comparison
from digitlens.learning.experiments import Outcome
from digitlens.learning.recipe import FIELDS, Recipe
from digitlens.learning.training import Run, fitted
from digitlens.learning.varied import accuracy, compare_outcomes, curves
from digitlens.server.refusal import MISTAKE, Refused
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.frames import as_pictures, frame
from digitlens.server.training.queue import TrainingQueue
from digitlens.server.training.requests import number_of, request_of
from digitlens.server.training.run_cursor import RunCursor, one_thread
from digitlens.server.training.run_status import RunRequest
from digitlens.server.training.status_board import StatusBoard

EPOCHS = 200  # of each run, at most
PICTURES = 16  # neurons of the first layer whose weights are shown, on each side
CURVES = ("training_cost", "training_accuracy", "test_cost", "test_accuracy")


@dataclass(frozen=True, slots=True)
class ComparisonRequest:
    """The comparison that a visitor asks for."""

    number: int  # the visitor's own number for it
    a: RunRequest
    b: RunRequest
    seeds: int

    @classmethod
    def of(cls, message: Mapping[str, Any], sets: DataSets) -> ComparisonRequest:
        """The request of a "compare" message. Raises Refused."""
        both = message.get("recipes")
        if not isinstance(both, list) or len(both) != 2:
            raise Refused("recipes", "recipes: wants two of them")
        a, b = (request_of(message, sets, recipe) for recipe in both)
        seeds = number_of(message, "seeds", SEEDS)
        if not seeds:
            raise Refused("seeds", f"seeds: from 1 to {SEEDS}")
        if max(a.recipe.epochs, b.recipe.epochs) > EPOCHS:
            raise Refused("epochs", f"epochs: at most {EPOCHS} in a comparison")
        if not _differences(a.recipe, b.recipe):
            raise Refused("recipes", "both sides are the same; change something on one of them")
        return cls(a.number, a, b, seeds)

    def recipes(self, data: DataSet) -> list[Recipe]:
        """The recipes of all runs, a and b alternately, seed after seed."""
        sides = [fitted(side.recipe, data, chosen=side.chosen) for side in (self.a, self.b)]
        return [replace(side, seed=side.seed + i) for i in range(self.seeds) for side in sides]

    def names(self) -> tuple[str, str]:
        """The names of both sides in a sentence: the fields that differ."""
        fields = _differences(self.a.recipe, self.b.recipe)

        def name(recipe: Recipe) -> str:
            return " and ".join(FIELDS[field].describe(getattr(recipe, field)) for field in fields)

        return name(self.a.recipe), name(self.b.recipe)


class ComparisonTraining:
    """One comparison, which takes turns in the queue. What visitors call returns at once, from any thread."""

    def __init__(
        self,
        request: ComparisonRequest,
        load: Callable[[], DataSet],
        queue: TrainingQueue,
        on_change: Callable[[], None],
        owner: Callable[[], str] = lambda: "",
    ) -> None:
        """load: returns the data, which may take a while. owner: returns whose turns it takes in the queue."""
        self.request, self.board = request, StatusBoard(on_change)
        self._load, self._queue, self._owner = load, queue, owner
        self._lock = threading.RLock()
        self._recipes: list[Recipe] = []  # once the data are loaded
        self._outcomes: list[Outcome] = []
        self._cursor: RunCursor | None = None  # the current run
        self._took = 0.0  # seconds of the current run, by the clock
        self._active = False
        self._state, self._error = "paused", ""
        self._post()

    @property
    def owner(self) -> str:
        """Whose turns it takes."""
        return self._owner()

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._state in ("finished", "failed")

    def go(self, how: str = "run", instead_of: Any = None) -> None:
        """Go on to the end; there are no single steps here. instead_of: work whose place in the queue it takes."""
        with self._lock:
            if self.over:
                return
            self._active = True
            if self._state != "running":
                self._state = "waiting"
        self._queue.enter(self, instead_of)
        self._post()

    def pause(self) -> None:
        """Pause, within milliseconds; the current run continues later."""
        self.stop()
        with self._lock:
            if self._state in ("waiting", "running"):
                self._state = "paused"
        self._post()

    def stop(self) -> None:
        """Give the comparison up."""
        with self._lock:
            self._active, cursor = False, self._cursor
        if cursor is not None:
            cursor.stop()
        self._queue.leave(self)

    def place_changed(self) -> None:
        """Its place in the queue has changed."""
        self._post()

    def turn(self, turn_over: Callable[[], bool]) -> bool:
        """Work on the runs until all are done or the turn is over; whether something is left."""
        try:
            one_thread()
            return self._turn(self._load(), turn_over)
        except (DigitlensError, MemoryError) as error:
            self._set_state("failed", str(error) or "there is not enough memory for this; make the networks smaller")
        except Exception:
            traceback.print_exc()
            self._set_state("failed", MISTAKE)
        return False

    def _turn(self, data: DataSet, turn_over: Callable[[], bool]) -> bool:
        self._recipes = self._recipes or self.request.recipes(data)
        while len(self._outcomes) < len(self._recipes):
            with self._lock:
                if self._cursor is None:
                    self._cursor, self._took = RunCursor(Run(self._recipes[len(self._outcomes)], data)), 0.0
            self._set_state("running")
            if not self._run(self._cursor, turn_over):
                with self._lock:
                    more = self._active
                    self._state = "waiting" if more else "paused"
                self._post()
                return more
        self._set_state("finished")
        return False

    def _run(self, cursor: RunCursor, turn_over: Callable[[], bool]) -> bool:
        """Continue the current run; whether it is done."""
        began, error, reader = time.perf_counter(), "", None
        try:
            for record in cursor.go("run", lambda: self._active):
                if cursor.finished:
                    reader = cursor.reader(record)
                elif turn_over():
                    break
        except TrainingError as problem:  # the other runs continue
            error = str(problem)
        self._took += time.perf_counter() - began
        if reader is None and not error:
            return False
        index, history = len(self._outcomes), tuple(cursor.history)
        with self._lock:
            self._outcomes.append(Outcome(index, cursor.recipe, cursor.engine, self._took, history, reader, error))
            if reader is not None and index >= 2:  # only the newest network of each side is shown
                self._outcomes[index - 2] = replace(self._outcomes[index - 2], reader=None)
            self._cursor = None
        return True

    def _set_state(self, state: str, error: str = "") -> None:
        with self._lock:
            self._state, self._error = state, error
        self._post()

    def _post(self) -> None:
        with self._lock:
            place = self._queue.place(self) or 0
            frame_of = partial(_frame, self.request, self._state, self._error, place, tuple(self._outcomes))
            self.board.post("comparison", frame_of)


def _frame(request: ComparisonRequest, state: str, error: str, place: int, outcomes: Sequence[Outcome]) -> bytes:
    """The frame of a comparison's status."""
    sides = outcomes[::2], outcomes[1::2]
    result = _result(request, *sides)
    header: dict[str, Any] = {
        "type": "comparison",
        "number": request.number,
        "state": state,
        "place": place,
        "error": error,
        "recipes": [request.a.recipe.to_json(), request.b.recipe.to_json()],
        "names": list(request.names()),
        "data": request.a.data,
        "seeds": request.seeds,
        "rows": request.a.image_shape[0],
        "columns": request.a.image_shape[1],
        "done": len(outcomes),
        "all": 2 * request.seeds,
        "seconds": sum(outcome.seconds for outcome in outcomes),
        "sentence": result.sentence if result else "",
        "difference": None,
        "runs": [[_run(outcome) for outcome in side] for side in sides],
    }
    if result:
        header["difference"] = {"mean": result.mean, "low": result.low, "high": result.high, "pairs": result.pairs}
    blocks: dict[str, NDArray[Any]] = {}
    for name, side in zip("ab", sides, strict=True):
        blocks[f"{name}_curves"] = curves(side, CURVES).astype(np.float32)
        readers = [outcome.reader for outcome in side if outcome.reader]
        if readers:
            pictures, header[f"{name}_strongest"] = as_pictures(readers[-1].network.layers[0].weights, PICTURES)
            blocks[f"{name}_pictures"] = pictures
    return frame(header, blocks)


def _result(request: ComparisonRequest, a: Sequence[Outcome], b: Sequence[Outcome]) -> Comparison | None:
    """The comparison of the complete pairs; None before the first."""
    complete = min(len(a), len(b))
    return compare_outcomes(a[:complete], b[:complete], request.names()) if complete else None


def _run(outcome: Outcome) -> dict[str, Any]:
    epochs = len(outcome.history)
    read = accuracy(outcome)
    return {
        "seed": outcome.recipe.seed,
        "seconds_per_epoch": outcome.history[-1]["seconds"] / epochs if epochs else None,
        "engine": outcome.engine,
        "test_accuracy": read if read == read else None,
        "error": outcome.error,
    }


def _differences(a: Recipe, b: Recipe) -> list[str]:
    """The fields in which two recipes differ."""
    first, second = a.to_json(), b.to_json()
    return [field for field in first if first[field] != second[field]]
