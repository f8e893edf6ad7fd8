"""One field of a recipe varied, everything else alike, the same seeds for all; and what the runs came to.

varied = Varied(recipe, "activation", ("sigmoid", "relu"), seeds=10)
outcomes = Experiments(varied.recipes(data), data).in_order()
print(varied.compared(outcomes).sentence)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.checks import check_type, tuple_of, whole_number
from digitlens.digits.dataset import DataSet
from digitlens.errors import UsageError
from digitlens.learning.compared import Comparison, compare
from digitlens.learning.experiments import Outcome
from digitlens.learning.recipe import Recipe, varied_field
from digitlens.learning.training import fitted

VALUES, SEEDS = 8, 100  # the most that are compared together


@dataclass(frozen=True, slots=True)
class Varied:
    """What is compared: one field of a recipe with several values.

    Raises RecipeError for a field that cannot be varied, UsageError for fewer than two values, or one of them twice.
    """

    base: Recipe  # everything else about the runs
    field: str  # which field is varied
    values: tuple[Any, ...]  # of that field, 2 to 8
    seeds: int  # runs with each value: the base's seed and those that follow

    def __repr__(self) -> str:
        return f"<Varied: {self.field}, {len(self.values)} values, {self.seeds} seeds>"

    def __post_init__(self) -> None:
        check_type("Varied()", "base", self.base, Recipe, "a Recipe")
        check_type("Varied()", "field", self.field, str, "the name of a recipe's field", 'such as "activation"')
        check_type("Varied()", "values", self.values, tuple, "a tuple of values")
        whole_number("Varied()", "seeds", self.seeds)
        varied_field(self.field)
        if not 2 <= len(self.values) <= VALUES or len({repr(value) for value in self.values}) < len(self.values):
            raise UsageError(f"{self.field}: wants 2 to {VALUES} different values to compare, got {len(self.values)}")
        if not 1 <= self.seeds <= SEEDS:
            raise UsageError(f"seeds: from 1 to {SEEDS}, got {self.seeds}")

    @property
    def names(self) -> tuple[str, ...]:
        """What to call each side."""
        return tuple(varied_field(self.field).describe(value) for value in self.values)

    def recipes(self, data: DataSet, *, chosen: bool = True) -> list[Recipe]:
        """The recipes of all runs, seed after seed, all values for each. Raises RecipeError for bad values.

        data: what they train on. chosen: how many images are held out was chosen for this data, and stays.
        """
        check_type("recipes()", "data", data, DataSet, "a DataSet")
        sides = [fitted(self.base.changed(**{self.field: value}), data, chosen=chosen) for value in self.values]
        return [replace(side, seed=side.seed + i) for i in range(self.seeds) for side in sides]

    def complete(self, outcomes: Mapping[int, Outcome]) -> list[Outcome]:
        """What compared() takes of an experiment that was ended early: of each seed that is done with every value.

        outcomes: those there are, each under its place among the recipes that recipes() gives.
        """
        check_type("complete()", "outcomes", outcomes, Mapping, "a dictionary of outcomes by their place")
        count = len(self.values)
        rounds = [range(first, first + count) for first in range(0, self.seeds * count, count)]
        return [outcomes[i] for one in rounds if all(i in outcomes for i in one) for i in one]

    def compared(self, outcomes: Sequence[Outcome]) -> Compared:
        """The comparison; outcomes: one for each recipe that recipes() gives, in that order."""
        count = len(self.values)
        outcomes = tuple_of("compared()", "outcomes", outcomes, Outcome, "Outcomes")
        if not outcomes or len(outcomes) % count:
            raise UsageError(
                f"compared() wants an outcome for each of {count} values and each seed, got {len(outcomes)}"
            )
        sides = tuple(
            Side(value, name, tuple(outcomes[i::count]))
            for i, (value, name) in enumerate(zip(self.values, self.names, strict=True))
        )
        differences = tuple(
            compare_outcomes(sides[0].outcomes, side.outcomes, (sides[0].name, side.name), among=count - 1)
            for side in sides[1:]
        )
        return Compared(self, sides, differences)


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The runs with one of the values that are compared."""

    value: Any  # of the field that is varied
    name: str  # what to call it in a sentence, such as "ReLU"
    outcomes: tuple[Outcome, ...]  # one a seed

    def __repr__(self) -> str:
        return f"<Side: {self.name}, {len(self.outcomes)} runs>"

    @property
    def accuracies(self) -> NDArray[np.float64]:
        """On the test images at the end, (seeds,); not a number where a run ended in an error."""
        return np.array([accuracy(outcome) for outcome in self.outcomes])

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        found = self.accuracies[np.isfinite(self.accuracies)]
        paces = [o.history[-1]["seconds"] / len(o.history) for o in self.outcomes if o.history]
        return {
            "value": list(self.value) if isinstance(self.value, tuple) else self.value,
            "name": self.name,
            "seeds": [outcome.recipe.seed for outcome in self.outcomes],
            "accuracies": [None if np.isnan(one) else float(one) for one in self.accuracies],
            "mean": float(found.mean()) if len(found) else None,
            "spread": float(found.std(ddof=1)) if len(found) > 1 else None,
            "seconds_per_epoch": float(np.median(paces)) if paces else None,
            "engine": self.outcomes[0].engine,
            "errors": [outcome.error for outcome in self.outcomes if outcome.error],
        }


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The result of compare(): the runs with each value, and what the numbers support."""

    varied: Varied  # what was compared
    sides: tuple[Side, ...]  # the runs with each value, in the order of the values
    differences: tuple[Comparison, ...]  # between the first side and each of the others

    def __repr__(self) -> str:
        *most, last = self.varied.names
        return f"<Compared: {self.varied.field}, {', '.join(most)} and {last}, {self.varied.seeds} seeds>"

    def _repr_html_(self) -> str:
        from digitlens.markup import block, paragraph, table

        rows = []
        for side in self.sides:
            told = side.to_json()
            mean, spread = (None if told[one] is None else f"{told[one]:.2%}" for one in ("mean", "spread"))
            rows.append([side.name, mean, spread, len(side.outcomes) - len(told["errors"])])
        readers = [outcome.reader for side in self.sides for outcome in side.outcomes if outcome.reader]
        ends = (len(readers[0].classes), readers[0].network.sizes[0]) if readers else ()  # of the images, if known
        return block(
            f"{self.varied.field} compared",
            table(["", "test accuracy", "spread", "runs"], rows),
            paragraph(self.sentence),
            about=self.varied.base.describe(*ends),
        )

    @property
    def sentence(self) -> str:
        """What the numbers support, and no more: a sentence for each further side."""
        return " ".join(difference.sentence for difference in self.differences)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        fields = ("pairs", "mean", "low", "high", "p", "sentence")
        return {
            "field": self.varied.field,
            "recipe": self.varied.base.to_json(),
            "sides": [side.to_json() for side in self.sides],
            "differences": [{name: getattr(one, name) for name in fields} for one in self.differences],
            "sentence": self.sentence,
        }


def compare_outcomes(
    a: Sequence[Outcome], b: Sequence[Outcome], names: tuple[str, str], *, among: int = 1
) -> Comparison:
    """As compare(), of runs in pairs of the same seed; runs that ended in an error are named in its sentence."""
    epochs = a[0].recipe.epochs
    where = f"after {epochs} epoch{'s' * (epochs > 1)}" if epochs == b[0].recipe.epochs else ""
    both = [[accuracy(outcome) for outcome in side] for side in (a, b)]
    result = compare(both[0], both[1], names, where, among)
    broken = [
        f"{sum(bool(outcome.error) for outcome in side)} of {len(side)} runs with {name} ended in an error."
        for name, side in zip(names, (a, b), strict=True)
        if any(outcome.error for outcome in side)
    ]
    return replace(result, sentence=" ".join([*broken, result.sentence]))


def accuracy(outcome: Outcome) -> float:
    """On the test images at the end; not a number where the run ended in an error."""
    if outcome.error or not outcome.history:
        return float("nan")
    return float(outcome.history[-1].get("test_accuracy", "nan"))


def curves(outcomes: Sequence[Outcome], fields: Sequence[str]) -> NDArray[np.float64]:
    """These fields of every run's rows, (runs, epochs, fields); what was not measured is not a number."""
    epochs = max((len(outcome.history) for outcome in outcomes), default=0)
    found = np.full((len(outcomes), epochs, len(fields)), np.nan)
    for run, outcome in enumerate(outcomes):
        for epoch, row in enumerate(outcome.history):
            found[run, epoch] = [row.get(name, np.nan) for name in fields]
    return found
