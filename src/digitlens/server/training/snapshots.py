"""The curves of a run, and snapshots of its network to which a page can go back.

A row of the curves: position in epochs, cost and accuracy on training digits, cost and accuracy on test digits,
whether all digits were measured (1) or a sample (0), and the number of the record.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import Digits
from digitlens.learning.data_split import DataSplit
from digitlens.learning.engine import Measured, Record
from digitlens.learning.gradients import gradient_norms
from digitlens.learning.measurement import measure
from digitlens.learning.recipe import Recipe
from digitlens.network.network import Network
from digitlens.network.optimisers import each
from digitlens.server.training.thinning import Thinned
from digitlens.server.training.timing import Timing

ROWS = 512  # of the curves
SNAPSHOTS = 200
ROOM = 12 * 2**20  # bytes for all snapshots
SAMPLE, FEW = 1_000, 128  # digits that are measured within an epoch; digits for the sizes of gradients
SHARE = 0.25  # of the training time: the most for measuring, if a measurement takes long
Row = tuple[float, float, float, float, float, float, float]
Sizes = tuple[float, ...]  # the norm of dC/dW of each layer


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One record of a run, with everything needed to go back to it."""

    number: int  # of the record; 0 is the network before its first step
    epoch: int
    mini_batch: int
    position: float  # epochs from the start
    seconds: float  # of training until then
    network: Network  # in float32
    row: Row | None  # the last row that was measured until then
    single_examples: bool  # whether single examples were learned before, so that no recipe makes this network


class Snapshots:
    """The curves and snapshots of one run, in limited memory."""

    def __init__(
        self,
        recipe: Recipe,
        classes: int,
        pixels: int,
        short: float = Timing().measuring,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        """short: seconds that measuring a record may always take."""
        self._recipe, self._short, self._now = recipe, short, now
        weights = sum(n * (n_before + 1) for n_before, n in pairwise(recipe.sizes(classes, pixels)))
        self._snapshots: Thinned[Snapshot] = Thinned(most_snapshots(weights))
        self._rows: Thinned[tuple[Row, Sizes]] = Thinned(ROWS)
        self._row: Row | None = None
        self._spent = self._lasted = 0.0  # seconds of measuring, in total and the last time
        self.count = 0  # records so far

    def restore_history(self, history: Sequence[Mapping[str, float]]) -> None:
        """Add the rows of a resumed run. Each counts as a record, but has no snapshot."""
        for row in history:
            training, test = (
                (row.get(f"{which}_cost", np.nan), row.get(f"{which}_accuracy", np.nan))
                for which in ("training", "test")
            )
            self._row = (float(row["epoch"]), *training, *test, 1.0, float(self.count))
            self._rows.add((self._row, (float("nan"),) * (len(self._recipe.hidden) + 1)))
            self.count += 1

    def measure_row(self, record: Record, split: DataSplit, engine: str, position: float) -> tuple[Row, Sizes] | None:
        """A row for the newest record, from all digits if the record has them, else from samples; None: no time for it.

        This is slow; add() is not.
        """
        if record.training is None and not self._due(record.seconds):
            return None
        began, network, cost = self._now(), record.network, self._recipe.cost
        training = record.training or measure(network, sample(split.training, SAMPLE), cost, engine)
        test = record.test or measure(network, sample(split.test, SAMPLE), cost, engine)
        sizes = gradient_norms(network, sample(split.training, FEW), self._recipe.cost_function())
        self._lasted = self._now() - began
        self._spent += self._lasted
        whole = float(record.training is not None)
        return (position, *_pair(training), *_pair(test), whole, float(self.count)), sizes

    def add(
        self, record: Record, position: float, measured: tuple[Row, Sizes] | None, single_examples: bool = False
    ) -> None:
        """Add the newest record, `position` epochs after the start.

        measured: from measure_row(). single_examples: whether single examples were learned before it.
        """
        if measured is not None:
            self._rows.add(measured)
            self._row = measured[0]
        network = record.network
        if network.dtype != np.float32:
            with np.errstate(over="ignore"):
                network = Network(each(lambda w: w.astype(np.float32), network.layers), network.activations)
        at = record.epoch, record.mini_batch, position, record.seconds
        self._snapshots.add(Snapshot(self.count, *at, network, self._row, single_examples))
        self.count += 1

    def rows(self) -> list[tuple[Row, Sizes]]:
        """The rows of the curves and the sizes of the gradients."""
        return list(self._rows)

    def nearest(self, number: int) -> Snapshot | None:
        """The stored snapshot nearest to record `number`; None if there is none yet."""
        return min(self._snapshots, key=lambda snapshot: abs(snapshot.number - number), default=None)

    def newest(self) -> Snapshot | None:
        """The newest snapshot; None if there is none yet."""
        return self._snapshots.newest() if len(self._snapshots) else None

    def _due(self, seconds: float) -> bool:
        """Whether there is time to measure within an epoch."""
        return self._lasted <= self._short or self._spent <= SHARE * seconds


def most_snapshots(weights: int) -> int:
    """How many snapshots of a network with so many weights and biases are kept: SNAPSHOTS, if there is ROOM for them.

    >>> most_snapshots(13_002), most_snapshots(100_000), most_snapshots(10**7)
    (200, 31, 2)
    """
    return max(2, min(SNAPSHOTS, ROOM // (4 * weights)))


def arrays(rows: Sequence[tuple[Row, Sizes]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The curves, (rows, 7), and the sizes of gradients, (rows, layers)."""
    with np.errstate(over="ignore"):  # too large for float32 becomes infinite; such a run diverges anyway
        curves = np.array([row for row, _ in rows], np.float32).reshape(len(rows), 7)
        layers = len(rows[0][1]) if rows else 0
        return curves, np.array([sizes for _, sizes in rows], np.float32).reshape(len(rows), layers)


def sample(digits: Digits, most: int) -> Digits:
    """A fixed random sample of at most `most` digits, in their original order."""
    if len(digits) <= most:
        return digits
    kept = f"sample of {most}"
    if kept not in digits.derived:
        which = np.sort(np.random.default_rng(0).permutation(len(digits))[:most])
        digits.derived[kept] = which, digits[which]
    which, some = digits.derived[kept]
    return some.relabelled(digits.digits[which])  # what is derived depends on the images alone, these labels do not


def _pair(measured: Measured | None) -> tuple[float, float]:
    return (measured.cost, measured.accuracy) if measured else (float("nan"), float("nan"))
