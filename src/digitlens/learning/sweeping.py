"""A sweep: many recipes, on all cores or on a cluster, written down one by one, so that none is ever run twice.

Where runs go, see training_tasks(). Every run's end is a line of a journal. A sweep that was ended, however that came,
goes on from there; a run's bits do not depend on when, where or beside which others it ran.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.checks import check_number, check_type
from digitlens.deprecations import renamed_arguments
from digitlens.digits.dataset import DataSet
from digitlens.errors import FileError, RecipeError, UsageError
from digitlens.files.journal import open_journal
from digitlens.files.naming import shown
from digitlens.learning.recipe import FIELDS, Recipe, varied_field
from digitlens.learning.training import fitted
from digitlens.learning.training_work import Trained, training_tasks
from digitlens.parallel.tasks import checked_jobs
from digitlens.reading.reader import Reader
from digitlens.storage.container import NUMBER

VERSION, MOST = 1, 100_000  # runs


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers to draw from, for a sweep: between two ends, evenly or, `log`, evenly in their logarithm.

    Raises UsageError unless `low` is less than `high`, both are finite, and those of a logarithm lie above 0.

    >>> Range(0.1, 3, log=True)
    Range(low=0.1, high=3, log=True)
    """

    low: float  # the lower end
    high: float  # the upper end
    log: bool = False  # evenly in the logarithm

    def __post_init__(self) -> None:
        check_number("a range", "low", self.low)
        check_number("a range", "high", self.high)
        check_type("a range", "log", self.log, bool, "True or False")
        if not self.low < self.high:
            raise UsageError(f"a range goes from a number to a larger one, got {self.low:g}..{self.high:g}")
        if self.log and self.low <= 0:
            raise UsageError(f"a range of logarithms begins above 0, got {self.low:g}..{self.high:g}:log")

    def draw(self, rng: np.random.Generator, *, whole: bool = False) -> float | int:
        """One of them, drawn with rng; whole: the nearest whole number."""
        advice = "such as numpy.random.default_rng(0)"
        check_type("draw()", "rng", rng, np.random.Generator, "a generator of random numbers", advice)
        check_type("draw()", "whole", whole, bool, "True or False")
        if self.log:
            drawn = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        else:
            drawn = float(rng.uniform(self.low, self.high))
        return round(drawn) if whole else float(f"{drawn:.4g}")


Values = Mapping[str, Sequence[Any] | NDArray[Any] | Range]  # what is tried, for each field


def grid(base: Recipe, values: Values, seeds: int = 1) -> list[Recipe]:
    """Every combination of these values, each from so many seeds. UsageError for too many, RecipeError for wrong."""
    listed = {field: _listed(field, some) for field, some in values.items()}
    _check_count(math.prod(len(some) for some in listed.values()), seeds)
    combined = [dict(zip(listed, some, strict=True)) for some in itertools.product(*listed.values())]
    return [base.changed(**some, seed=base.seed + i) for some in combined for i in range(seeds)]


def at_random(base: Recipe, ranges: Values, runs: int, seeds: int = 1) -> list[Recipe]:
    """So many recipes with values drawn from these ranges or lists, each from so many seeds; the same every time."""
    drawn = {field: one if isinstance(one, Range) else _listed(field, one) for field, one in ranges.items()}
    whole = {field: varied_field(field).item is int for field in drawn}
    _check_count(runs, seeds)
    rng, recipes = base.stream("sweep"), list[Recipe]()
    for _ in range(runs):
        some = {
            field: one.draw(rng, whole=whole[field]) if isinstance(one, Range) else one[int(rng.integers(len(one)))]
            for field, one in drawn.items()
        }
        recipes += [base.changed(**some, seed=base.seed + i) for i in range(seeds)]
    return recipes


def _listed(field: str, values: Any) -> list[Any]:
    """The values of a field that are tried. RecipeError for a field that cannot be varied, UsageError for no list."""
    varied_field(field)
    if isinstance(values, Range):
        raise UsageError(f"{field}: a range is drawn from; say how many with runs=20, or list the values")
    if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray) or not len(values):
        raise UsageError(f"{field}: wants a list of values to try, got {str(values)[:80]!r}")
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def _check_count(recipes: int, seeds: int) -> None:
    for name, number in (("runs", recipes), ("seeds", seeds)):
        if not _counts(number):
            raise UsageError(f"{name}: a whole number, 1 or more, got {str(number)[:80]}")
    if recipes * seeds > MOST:
        raise UsageError(f"a sweep has 1 to {MOST:,} runs, this one would have {recipes * seeds:,}")


def _counts(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= 1


@renamed_arguments(heard="on_progress")
def sweep(
    recipes: Sequence[Recipe],
    data: DataSet,
    path: str | os.PathLike[str] | None,
    *,
    jobs: int | None = None,
    cluster: str = "",
    named: str | None = None,
    chosen: bool = True,
    on_progress: Callable[[int, int], object] = lambda done, total: None,
) -> list[dict[str, Any]]:
    """Run what the journal at `path` does not hold yet, and write it there; then all rows, in the recipes' order.

    path: None runs all of them, and nothing is written.
    jobs: how many at a time; None: one a core, or as many as the cluster has. cluster: the address of a Dask scheduler;
    its workers load the digits by themselves, `named` as in find_data(). chosen: as in fitted(). on_progress: is called
    after each run. Raises FileError for a journal of other digits, MissingExtra without Dask, and UsageError.
    """
    checked_jobs(jobs)
    recipes = [fitted(recipe, data, chosen=chosen) for recipe in recipes]
    fingerprint = data.training.fingerprint()
    head = {"sweep": VERSION, "data": data.name, "data_sha256": fingerprint}
    with nullcontext() if path is None else open_journal(path) as journal:
        if journal and not journal.entries:
            journal.append(head)
        elif journal and journal.entries[0] != head:
            raise FileError(f"{shown(str(path))} holds runs on other digits, or no sweep; name another file")
        rows = {_key(row["recipe"]): row for row in map(_of_today, _runs(journal.entries[1:] if journal else (), path))}
        todo = list(dict.fromkeys(recipe for recipe in recipes if _key(recipe.to_json()) not in rows))
        total = len(set(recipes))
        done = total - len(todo)
        on_progress(done, total)
        tasks = training_tasks(todo, data, jobs=jobs, cluster=cluster, named=named)
        with closing(iter(tasks)) as walk:
            for run in walk:
                if run.result is None:  # not for the journal: the next time it may succeed
                    row: dict[str, Any] = {"recipe": run.task.to_json(), "engine": "", "error": run.lost}
                else:
                    row = _row(run.task, run.result)
                    if journal:
                        journal.append(row)
                rows[_key(row["recipe"])] = row
                done += 1
                on_progress(done, total)
    return [rows[_key(recipe.to_json())] for recipe in dict.fromkeys(recipes)]


def _key(recipe: Mapping[str, Any]) -> str:
    return repr(sorted(recipe.items()))


def _runs(entries: Sequence[Mapping[str, Any]], path: object) -> list[dict[str, Any]]:
    """The lines of a journal after its head, each a run. Raises FileError for one that is none."""
    for line, row in enumerate(entries, 2):
        numbers = [row[name] for name in row if name.endswith(("_accuracy", "_cost"))]
        if (
            not isinstance(row.get("recipe"), dict)
            or not all(isinstance(row.get(name), str) for name in ("engine", "error"))
            or not all(type(n) in (int, float) and abs(n) <= NUMBER for n in numbers)
        ):
            raise FileError(f"line {line} of {shown(str(path))} is no run of a sweep; name another file")
    return [dict(row) for row in entries]


def _of_today(row: dict[str, Any]) -> dict[str, Any]:
    """A journal's row whose recipe has today's fields, whichever version wrote it; one of a later version as it is."""
    try:
        return row | {"recipe": Recipe.from_json(row["recipe"]).to_json()}
    except RecipeError:
        return row


def _row(recipe: Recipe, run: Trained) -> dict[str, Any]:
    """One line of the journal: what became of a run; one that failed has its `error` there."""
    row: dict[str, Any] = {"recipe": recipe.to_json(), "engine": run.engine, "error": run.error}
    if run.reader:
        row |= {name: value for name, value in run.history[-1].items() if name != "mini_batch"}
        row["fingerprint"] = _bits(run.reader)
    return row


def _bits(reader: Reader) -> str:
    """What tells whether two runs ended in the same weights: a checksum of them."""
    import zlib

    layers = reader.network.layers
    return f"{zlib.crc32(b''.join(part.tobytes() for layer in layers for part in (layer.weights, layer.biases))):08x}"


@dataclass(frozen=True, slots=True, eq=False)
class Swept:
    """The result of sweep(): a row for each run."""

    rows: tuple[Mapping[str, Any], ...]  # one for each run, in the order of the recipes, as in the journal

    @property
    def table(self) -> list[dict[str, Any]]:
        """Every run as a flat row, all with the same columns: for pandas.DataFrame, or csv.DictWriter."""
        return flat(self.rows)

    @property
    def best(self) -> Recipe | None:
        """The recipe with the best validation accuracy (training accuracy without validation); None: all failed."""
        ordered = best(self.rows)
        return Recipe.from_json(ordered[0]["recipe"]) if ordered else None

    def to_json(self) -> list[dict[str, Any]]:
        """Plain JSON values, as `digitlens sweep --json` prints them."""
        return [dict(row) for row in self.rows]

    def __repr__(self) -> str:
        failed = sum(bool(row["error"]) for row in self.rows)
        return f"<Swept: {len(self.rows):,} runs{f', {failed:,} of them failed' if failed else ''}>"

    def _repr_html_(self) -> str:
        from digitlens.markup import block, table

        rows = flat(best(self.rows)[:ROWS_SHOWN])
        fields = [name for name in _different(flat(self.rows)) if rows and name in rows[0]]
        head = [*fields, *(name for name in ("validation_accuracy", "test_accuracy") if rows and name in rows[0])]
        parts = [table([name.replace("_", " ") for name in head], [[row[name] for name in head] for row in rows])]
        return block(repr(self)[1:-1], *(parts if rows else []), about="the best first" if rows else "")


ROWS_SHOWN = 10  # runs that a notebook shows of a sweep: the best


def best(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows without an error, the best on the images held out first; on the training images where none were held out."""

    def worth(row: Mapping[str, Any]) -> float:
        return float(row.get("validation_accuracy", row.get("training_accuracy", 0.0)))

    return sorted((row for row in rows if not row["error"]), key=worth, reverse=True)


def _different(table: Sequence[Mapping[str, Any]]) -> list[str]:
    """The fields of the recipe in which the rows of a plain table differ."""
    fields = Recipe().to_json()
    return [name for name in fields if len({str(row.get(name)) for row in table}) > 1]


def flat(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as a plain table: every field of the recipe is a column. A list is a text, 16-16 or none.

    All rows have the same columns; a run that failed holds None where it came to nothing.
    """
    plain = [
        {name: FIELDS[name].write(value) if isinstance(value, list) else value for name, value in row["recipe"].items()}
        | {name: value for name, value in row.items() if name != "recipe"}
        for row in rows
    ]
    columns = dict.fromkeys(name for row in plain for name in row)
    return [{name: row.get(name) for name in columns} for row in plain]
