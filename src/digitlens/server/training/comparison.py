"""A visitor's comparison: two recipes that differ in something, the same seeds for both, run after run.

The runs go on in turns of the row, a and b alternately, and each is an Outcome of learning/experiments.py; what the
numbers support says learning/compared.py.
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
from digitlens.learning.compared import Comparison
from digitlens.learning.experiments import Outcome
from digitlens.learning.recipe import FIELDS, Recipe
from digitlens.learning.training import Run, fitted
from digitlens.learning.varied import accuracy, compare_outcomes, curves
from digitlens.server.refusal import MISTAKE, Refused
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.frames import as_pictures, frame
from digitlens.server.training.queue import TrainingQueue
from digitlens.server.training.requests import SEEDS, number_of, order_of
from digitlens.server.training.run_cursor import RunCursor, one_thread
from digitlens.server.training.run_status import RunRequest
from digitlens.server.training.status_board import StatusBoard

EPOCHS = 200  # of each run
PICTURES = 16  # neurons of the first layer that are shown, on each side
CURVES = ("training_cost", "training_accuracy", "test_cost", "test_accuracy")


@dataclass(frozen=True, slots=True)
class Duel:
    """What a visitor wants to have compared."""

    number: int  # by the visitor's own count
    a: RunRequest
    b: RunRequest
    seeds: int

    @classmethod
    def of(cls, message: Mapping[str, Any], sets: DataSets) -> Duel:
        """What "compare" asks for. Raises Refused."""
        both = message.get("recipes")
        if not isinstance(both, list) or len(both) != 2:
            raise Refused("recipes", "recipes: wants two of them")
        a, b = (order_of(message, sets, one) for one in both)
        seeds = number_of(message, "seeds", SEEDS)
        if not seeds:
            raise Refused("seeds", f"seeds: from 1 to {SEEDS}")
        if max(a.recipe.epochs, b.recipe.epochs) > EPOCHS:
            raise Refused("epochs", f"epochs: at most {EPOCHS} in a comparison")
        if not _differences(a.recipe, b.recipe):
            raise Refused("recipes", "both sides are the same; change something on one of them")
        return cls(a.number, a, b, seeds)

    def recipes(self, data: DataSet) -> list[Recipe]:
        """All runs, a and b alternately, seed after seed."""
        sides = [fitted(side.recipe, data, chosen=side.chosen) for side in (self.a, self.b)]
        return [replace(side, seed=side.seed + i) for i in range(self.seeds) for side in sides]

    def names(self) -> tuple[str, str]:
        """What to call the two in a sentence: by what differs."""
        fields = _differences(self.a.recipe, self.b.recipe)

        def name(recipe: Recipe) -> str:
            return " and ".join(FIELDS[field].describe(getattr(recipe, field)) for field in fields)

        return name(self.a.recipe), name(self.b.recipe)


class Comparing:
    """One comparison, worked on in turns. What visitors call returns at once, from any thread."""

    def __init__(self, duel: Duel, load: Callable[[], DataSet], turns: TrainingQueue, news: Callable[[], None]) -> None:
        """`load`: the digits, which may take a while."""
        self.duel, self.board = duel, StatusBoard(news)
        self._load, self._turns = load, turns
        self._lock = threading.RLock()
        self._recipes: list[Recipe] = []  # once the digits are there
        self._outcomes: list[Outcome] = []
        self._walk: RunCursor | None = None  # the run under way
        self._took = 0.0  # seconds, by the clock, that it has taken
        self._wanted = False
        self._state, self._error = "paused", ""
        self._post()

    @property
    def over(self) -> bool:
        """Nothing more will come of it."""
        return self._state in ("finished", "failed")

    def go(self, how: str = "run", instead_of: Any = None) -> None:
        """Go on to the end; there are no single steps here. `instead_of`: it takes that one's place in the row."""
        with self._lock:
            if self.over:
                return
            self._wanted = True
            if self._state != "running":
                self._state = "waiting"
        self._turns.enter(self, instead_of)
        self._post()

    def pause(self) -> None:
        """Rest, within milliseconds; the run under way goes on later from there."""
        self.stop()
        with self._lock:
            if self._state in ("waiting", "running"):
                self._state = "paused"
        self._post()

    def stop(self) -> None:
        """Give it up."""
        with self._lock:
            self._wanted, walk = False, self._walk
        if walk is not None:
            walk.stop()
        self._turns.leave(self)

    def moved(self) -> None:
        """Its place in the row is another one."""
        self._post()

    def turn(self, over: Callable[[], bool]) -> bool:
        """Run after run, until all are done or the turn is over."""
        try:
            one_thread()
            return self._turn(self._load(), over)
        except (DigitlensError, MemoryError) as error:
            self._say("failed", str(error) or "there is not enough memory for this; make the networks smaller")
        except Exception:
            traceback.print_exc()
            self._say("failed", MISTAKE)
        return False

    def _turn(self, data: DataSet, over: Callable[[], bool]) -> bool:
        self._recipes = self._recipes or self.duel.recipes(data)
        while len(self._outcomes) < len(self._recipes):
            with self._lock:
                if self._walk is None:
                    self._walk, self._took = RunCursor(Run(self._recipes[len(self._outcomes)], data)), 0.0
            self._say("running")
            if not self._run(self._walk, over):
                with self._lock:
                    more = self._wanted
                    self._state = "waiting" if more else "paused"
                self._post()
                return more
        self._say("finished")
        return False

    def _run(self, walk: RunCursor, over: Callable[[], bool]) -> bool:
        """Go on with the run under way; whether it is done."""
        began, error, reader = time.perf_counter(), "", None
        try:
            for record in walk.go("run", lambda: self._wanted):
                if walk.finished:
                    reader = walk.reader(record)
                elif over():
                    break
        except TrainingError as problem:  # it is this run's, and the others go on
            error = str(problem)
        self._took += time.perf_counter() - began
        if reader is None and not error:
            return False
        index, history = len(self._outcomes), tuple(walk.history)
        with self._lock:
            self._outcomes.append(Outcome(index, walk.recipe, walk.engine, self._took, history, reader, error))
            self._walk = None
        return True

    def _say(self, state: str, error: str = "") -> None:
        with self._lock:
            self._state, self._error = state, error
        self._post()

    def _post(self) -> None:
        with self._lock:
            place = self._turns.place(self) or 0
            told = partial(_frame, self.duel, self._state, self._error, place, tuple(self._outcomes))
            self.board.post("comparison", told)


def _frame(duel: Duel, state: str, error: str, place: int, outcomes: Sequence[Outcome]) -> bytes:
    """How a comparison is getting on."""
    sides = outcomes[::2], outcomes[1::2]
    result = _result(duel, *sides)
    header: dict[str, Any] = {
        "type": "comparison",
        "number": duel.number,
        "state": state,
        "place": place,
        "error": error,
        "recipes": [duel.a.recipe.to_json(), duel.b.recipe.to_json()],
        "names": list(duel.names()),
        "data": duel.a.data,
        "seeds": duel.seeds,
        "rows": duel.a.image_shape[0],
        "columns": duel.a.image_shape[1],
        "done": len(outcomes),
        "all": 2 * duel.seeds,
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


def _result(duel: Duel, a: Sequence[Outcome], b: Sequence[Outcome]) -> Comparison | None:
    """What the pairs that are complete say; None before the first."""
    complete = min(len(a), len(b))
    return compare_outcomes(a[:complete], b[:complete], duel.names()) if complete else None


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
    mine, others = a.to_json(), b.to_json()
    return [field for field in mine if mine[field] != others[field]]
