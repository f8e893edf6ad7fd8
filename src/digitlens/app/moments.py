"""What is to be seen of a run: its curves from the first record on, and moments to which one can go back.

A row of the curves: position in epochs, cost and accuracy on training digits, cost and accuracy on test digits,
whether all of them were measured (1) or a sample (0), and the number of the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from digitlens.app.thinning import Thinned
from digitlens.digits.dataset import Digits, pixels
from digitlens.learning.engine import Lessons, Measured, Record
from digitlens.learning.measuring import measure
from digitlens.learning.recipe import Recipe
from digitlens.network.costs import one_hot
from digitlens.network.gradient import backward
from digitlens.network.network import Network

ROWS = 512  # of the curves
MOMENTS = 200
ROOM = 12 * 2**20  # bytes for all moments
SAMPLE, FEW = 2_000, 128  # digits measured inside an epoch; digits for the sizes of gradients
Row = tuple[float, float, float, float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One record of a run, with all that is needed to go back to it."""

    number: int  # of the record; 0 is the network before its first step
    epoch: int
    mini_batch: int
    seconds: float  # spent training until then
    network: Network
    row: Row
    gradients: tuple[float, ...]  # size of the gradient by layer: the norm of dC/dW
    epochs_behind: int  # rows of the run's history until then


class Moments:
    """The curves and the moments of one run, in bounded room."""

    def __init__(self, recipe: Recipe, lessons: Lessons, engine: str) -> None:
        self._recipe, self._engine = recipe, engine
        self._training, self._test = sample(lessons.training, SAMPLE), sample(lessons.test, SAMPLE)
        self._few = sample(lessons.training, FEW)
        self._classes = lessons.classes
        size = recipe.initial_network(lessons.classes).parameters * np.dtype(recipe.precision).itemsize
        self._moments: Thinned[Moment] = Thinned(min(MOMENTS, ROOM // size))
        self._rows: Thinned[tuple[Row, tuple[float, ...]]] = Thinned(ROWS)
        self.count = 0

    def add(self, record: Record, position: float, epochs_behind: int) -> Moment:
        """The newest record, `position` epochs after the start: whole sets where it measured them, else samples."""
        network = record.network
        training = record.training or measure(network, self._training, self._recipe.cost, self._engine)
        test = record.test or measure(network, self._test, self._recipe.cost, self._engine)
        whole = float(record.training is not None)
        row = (position, *_pair(training), *_pair(test), whole, float(self.count))
        gradients = self._gradients(network)
        at = record.epoch, record.mini_batch, record.seconds
        moment = Moment(self.count, *at, network, row, gradients, epochs_behind)
        self._moments.add(moment)
        self._rows.add((row, gradients))
        self.count += 1
        return moment

    def rows(self) -> list[tuple[Row, tuple[float, ...]]]:
        """The curves, and the sizes of the gradients, as they are now."""
        return list(self._rows)

    def nearest(self, number: int) -> Moment:
        """The kept moment nearest to record `number`."""
        return min(self._moments, key=lambda moment: abs(moment.number - number))

    def newest(self) -> Moment:
        """The last one. Raises IndexError if there is none."""
        return self._moments.newest()

    def _gradients(self, network: Network) -> tuple[float, ...]:
        images = pixels(self._few.flat, network.dtype)
        targets = one_hot(self._few.digits, self._classes, network.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            gradient = backward(network, network.forward(images), targets, self._recipe.cost_function())
            return tuple(float(np.linalg.norm(layer.weights)) for layer in gradient)


def arrays(rows: Sequence[tuple[Row, tuple[float, ...]]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The curves, (rows, 7), and the sizes of gradients, (rows, layers)."""
    curves = np.array([row for row, _ in rows], np.float32).reshape(len(rows), 7)
    layers = len(rows[0][1]) if rows else 0
    return curves, np.array([sizes for _, sizes in rows], np.float32).reshape(len(rows), layers)


def sample(digits: Digits, most: int) -> Digits:
    """At most so many of some digits, the same ones every time; all in the order in which they lie."""
    if len(digits) <= most:
        return digits
    known = _SAMPLES.setdefault(digits, {})
    if most not in known:
        known[most] = digits[np.sort(np.random.default_rng(0).permutation(len(digits))[:most])]
    return known[most]


_SAMPLES: WeakKeyDictionary[Digits, dict[int, Digits]] = WeakKeyDictionary()


def _pair(measured: Measured | None) -> tuple[float, float]:
    return (measured.cost, measured.accuracy) if measured else (float("nan"), float("nan"))
