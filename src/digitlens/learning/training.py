"""A training run: a recipe, digits and an engine; to walk through it is to train.

    run = Run(recipe, data)
    for record in run:
        print(record)  # <Record: epoch 1, test accuracy 88.62%>
    reader = run.reader()

Between two records the run rests: to pause is not to ask for the next one. A record is a value and may be kept.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from digitlens.checks import check_type, whole_number
from digitlens.deprecations import renamed_property
from digitlens.digits.dataset import DataSet
from digitlens.digits.preparation.adjusting import adjust_bytes
from digitlens.digits.preparation.framing import framing_of
from digitlens.digits.sources.find import NAMES
from digitlens.errors import RecipeError, UsageError
from digitlens.files.naming import shown
from digitlens.learning.data_split import DataSplit, split_data
from digitlens.learning.engine import Engine, Measured, Record, State, Stop
from digitlens.learning.engines import choose, refusal
from digitlens.learning.fine_tuning import starting_network
from digitlens.learning.recipe import FIELDS, NAME, Recipe
from digitlens.network.network import Network
from digitlens.reading.examining import no_better_than_chance
from digitlens.reading.familiarity import Familiarity
from digitlens.reading.reader import Reader
from digitlens.storage.container import TEXT
from digitlens.storage.half_precision import rounded_to_half

CLASS_NAMES = 20_000  # bytes of a model file's header that are left for the names of all classes
SETS = ("training", "validation", "test")
ROWS_SHOWN = 10  # epochs that a notebook shows of a run
Named = TypeVar("Named", bound=str | os.PathLike[str])  # how digits are named: "pen", or a folder


class Run:
    """One training run, from its beginning or from where an earlier one stood. To walk through it is to train.

    Raises RecipeError if the recipe does not fit the data, or no engine can do what it asks; DataError for labels that
    are no class.
    """

    def __init__(
        self,
        recipe: Recipe,
        data: DataSet,
        *,
        engine: str = "auto",
        every: int = 0,
        state: State | None = None,
        history: Sequence[Mapping[str, float]] = (),
        start: Reader | None = None,
    ) -> None:
        """A run that has not begun.

        recipe: how to train.
        data: what it learns from and is tested on.
        engine: "compiled", "plain", or "auto" for the fastest that can run the recipe.
        every: a record after that many mini-batches, too; 0: after each epoch only.
        state: where to go on, from an earlier run's record; None: at the beginning.
        history: the rows of that earlier run, to which those of this one are added.
        start: the network that it starts from, where the recipe names one: dl.train(start=...) makes such a recipe.
        """
        check_type("Run()", "recipe", recipe, Recipe, "a Recipe", "dl.train() takes the name of one")
        check_type("Run()", "data", data, DataSet, "a DataSet", "dl.train() takes the name of one")
        whole_number("Run()", "every", every, 0)
        self.recipe: Recipe = recipe  # how to train
        self.data: DataSet = data  # what it learns from and is tested on
        self.engine: Engine = choose(recipe, engine)  # the engine that computes it
        self.fallback_reason: str = (
            refusal(recipe, "compiled") if engine == "auto" else ""
        )  # why the compiled engine cannot run it; empty if it does
        self.latest: Record | None = None  # the latest record; None before the first
        self.history: list[Mapping[str, float]] = list(history)  # a row an epoch: cost and accuracy on each set
        check_type("Run()", "start", start, (Reader, type(None)), "a Reader or None")
        self._every, self._state, self.start = every, state, start
        if recipe.start and start is None:
            raise FIELDS["start"].error(
                f"the recipe starts from the network {recipe.start[:12]}…, which is not here; dl.train(start=...) and "
                "`digitlens train --from` bring it"
            )
        recipe.check_sizes(len(data.classes), data.pixels)  # before digits are made ready for a network that cannot be
        self._started_from = None if start is None else starting_network(start, recipe, data)
        self._split = split_data(recipe, _adjusted(data, recipe.preparation))
        self._stop = Stop()

    def __iter__(self) -> Iterator[Record]:
        """Train on, record by record. A run that was left may be entered again: it continues from its latest record."""
        network = self._started_from or self.recipe.initial_network(len(self.data.classes), self.data.pixels)
        running = self.engine.run(self.recipe, network, self._split, self.state, every=self._every, stop=self._stop)
        try:
            for record in running:
                self.latest = record
                if record.training:
                    self.history.append(row(record))
                yield record
        finally:
            self._stop.set(False)  # not at the start: a Ctrl-C that came before it must count

    def __repr__(self) -> str:
        done = self.latest.epoch if self.latest else self._state.epoch if self._state else 0
        return f"<Run {self.recipe.name}: {done} of {self.recipe.epochs} epochs>"

    def _repr_html_(self) -> str:
        from digitlens.markup import block, paragraph, table

        rows = self.history[-ROWS_SHOWN:]
        head = list(dict.fromkeys(name for one in rows for name in one))
        left_out = len(self.history) - len(rows)
        parts = [table([name.replace("_", " ") for name in head], [[one.get(name) for name in head] for one in rows])]
        parts += [paragraph(f"The last {len(rows)} of {len(self.history):,} epochs.")] * bool(left_out)
        network = self.recipe.describe(len(self.data.classes), self.data.pixels)
        about = f"{network}, {self.data.name}, {self.engine.name} engine"
        return block(repr(self)[1:-1], *(parts if rows else []), about=about)

    def stop(self) -> None:
        """Ask the run to end soon, from any thread or signal handler: it gives one last record, of where it stands."""
        self._stop.set()

    @property
    def state(self) -> State | None:
        """Where it stands: after its latest record, or where it was told to go on; None at the very beginning."""
        return self.latest.state if self.latest else self._state

    @property
    def finished(self) -> bool:
        """All epochs of the recipe are done."""
        return self.latest is not None and self.latest.epoch >= self.recipe.epochs

    @property
    def at_chance(self) -> bool:
        """Whether its latest epoch reads the test images no better than who always names the most frequent class."""
        accuracy = self.history[-1].get("test_accuracy") if self.history else None
        return accuracy is not None and no_better_than_chance(accuracy, self.data.test)

    @property
    def split(self) -> DataSplit:
        """The digits as the engine gets them: to learn from, to choose by, to be tested on."""
        return self._split

    lessons = renamed_property("Run", "lessons", "split")

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the digits learned from: a run continues with the same ones only."""
        return self.data.training.fingerprint()

    def reader(self) -> Reader:
        """What has been learned so far, as a Reader with its story. Raises RecipeError before the first record."""
        if self.latest is None:
            raise RecipeError("the run has not given a record yet: walk through it first, `for record in run: ...`")
        from importlib.metadata import version  # 40 ms, and a run takes longer than that

        recipe = self.recipe
        provenance: dict[str, Any] = {
            "data": self.data.name[:TEXT],
            "data_sha256": self.fingerprint,
            "learned_from": len(self._split.training),
            "epochs": self.latest.epoch,
            "engine": self.latest.engine,
            **({"mini_batch": self.latest.mini_batch} if self.latest.mini_batch else {}),
            "digitlens": version("digitlens"),
            **({"start": self.start.name[:TEXT]} if self.start is not None else {}),
        }
        network = self.latest.network if recipe.stored == "float32" else rounded_to_half(self.latest.network)
        if self.history and not self.latest.mini_batch:  # measured at the end of an epoch, which is where it stands
            provenance |= self._accuracies(network)
        return Reader(
            network=network,
            name=recipe.name,
            cost=recipe.cost,
            classes=self.data.classes,
            framing=framing_of(self.data),
            adjusting=recipe.preparation,
            recipe=recipe.to_json(),
            provenance=provenance,
            history=tuple(_without_time(one) for one in self.history),
            image_shape=self.data.image_shape,
            dark_on_light=self.data.dark_on_light,
            familiarity=self._familiarity(),
        )

    def _familiarity(self) -> Familiarity | None:
        """What digits look like, as the network that it started from knows it, if this one reads digits as well."""
        return self.start.familiarity if self.start is not None and self.data.holds_digits else None

    def _accuracies(self, network: Network) -> dict[str, float]:
        """By name, of the network as it will be read: measured again where its weights have been rounded."""
        from digitlens.learning.measurement import measure  # brings both engines with it

        assert self.latest is not None
        told = {name: value for name, value in self.history[-1].items() if name.endswith("accuracy")}
        if network is self.latest.network:
            return told
        split, cost = self._split, self.recipe.cost
        measured = {f"{name}_accuracy": measure(network, getattr(split, name), cost, self.engine.name) for name in SETS}
        return told | {name: round(found.accuracy, 6) for name, found in measured.items() if found}


def named_for(recipe: Recipe, data: Named | None) -> Named | str | None:
    """The digits that a recipe learns from, as find_data() takes them: what `data` names, or what it was made for.

    MNIST is looked for wherever it may be. Raises UsageError for a recipe that was made for digits without a name.

    >>> named_for(Recipe(), "pen"), named_for(Recipe(data="mnist+pen"), None), named_for(Recipe(), None)
    ('pen', 'mnist+pen', None)
    """
    if data is not None or recipe.data == "mnist":
        return data
    if recipe.data not in NAMES:
        raise UsageError(
            f"the recipe was made for digits called {shown(recipe.data)}, which no name finds; hand them over as `data`"
        )
    return recipe.data


def fitted(recipe: Recipe, data: DataSet, *, chosen: bool) -> Recipe:
    """The recipe for these digits: it bears their name, and of few pictures no more than a tenth are held out.

    chosen: how many are held out was chosen for these digits, and stays. Raises UsageError for a class whose name is
    too long to be saved, and where all of them are; RecipeError for a network that is too large for these images.
    """
    recipe.check_sizes(len(data.classes), data.pixels)
    if long := next((name for name in data.classes if len(name) > NAME), None):
        raise UsageError(f"a class may have a name of {NAME} letters, got {len(long):,}: {shown(long[:NAME])}…")
    written = len(json.dumps(json.dumps(list(data.classes))))  # a model file's header holds text in text
    if written > CLASS_NAMES:
        raise UsageError(
            f"the names of all classes may take {CLASS_NAMES:,} bytes in a model file, these take {written:,}; "
            "shorten them"
        )
    held = recipe.validation if chosen else min(recipe.validation, len(data.training) // 10)
    return recipe.changed(data=data.name[:NAME], validation=held)


def row(record: Record) -> dict[str, float]:
    """A record's numbers as one flat row, for tables, curves and files."""
    values: dict[str, float] = {"epoch": record.epoch, "seconds": round(record.seconds, 3)}
    for name in SETS:
        measured: Measured | None = getattr(record, name)
        if measured:
            values[f"{name}_cost"] = round(measured.cost, 6)
            values[f"{name}_accuracy"] = round(measured.accuracy, 6)
    return values


def _without_time(one: Mapping[str, float]) -> dict[str, float]:
    """A row without its seconds: the same run writes the same file."""
    return {name: value for name, value in one.items() if name != "seconds"}


def _adjusted(data: DataSet, names: Sequence[str]) -> DataSet:
    """The digits after the adjusting steps that the network will be read behind; without any, the digits themselves.

    The last ones that were adjusted are kept as long as the digits are: it takes seconds.
    """
    if not names:
        return data  # and so whatever is kept for these digits serves every run
    with _LOCK:  # whoever comes second waits, instead of doing the same once more
        known, found = data.derived.get("adjusted", ((), data))
        if known != tuple(names):
            training, test = (
                replace(half, images=adjust_bytes(half.images, names)) for half in (data.training, data.test)
            )
            found = replace(data, training=training, test=test)
            data.derived["adjusted"] = tuple(names), found
        return found


_LOCK = threading.Lock()
