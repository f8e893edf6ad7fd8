"""How often a run yields a record: at least four times an epoch, or about 25 times a second."""

from __future__ import annotations

from itertools import pairwise

from digitlens.learning.engine import Record
from digitlens.learning.training import Run

RECORDS = 4  # in an epoch, at least
LONGEST = 0.04  # seconds between two records
# Estimated seconds: for each example and weight; and for each mini-batch.
COSTS = {"compiled": (4e-11, 0.0), "plain": (2.6e-10, 6e-5)}


class UpdateRate:
    """After how many mini-batches a run yields a record: estimated at first, then from measured times."""

    def __init__(self, run: Run) -> None:
        images, size = len(run.split.training), run.recipe.mini_batch
        sizes = run.recipe.sizes(run.split.classes, run.split.pixels)
        weights = sum(n * (n_before + 1) for n_before, n in pairwise(sizes))
        for_each, fixed = COSTS[run.engine.name]
        self.batches = -(-images // size)  # in an epoch
        self._took = min(size, images) * weights * for_each + fixed  # seconds for a mini-batch
        self._last: tuple[int, float] | None = None  # mini-batches and seconds at the last record

    def every(self) -> int:
        """The number of mini-batches between two records."""
        return max(1, min(-(-self.batches // RECORDS), int(LONGEST / max(self._took, 1e-9))))

    def fits(self, every: int) -> bool:
        """Whether `every` is still suitable: less than a factor of two away from the best number."""
        best = self.every()
        return best / 2 <= every <= best * 2

    def update(self, record: Record) -> None:
        """Take the time of a record into account."""
        batches, seconds = record.epoch * self.batches + record.mini_batch, record.seconds
        if self._last is not None and batches > self._last[0]:
            self._took = (seconds - self._last[1]) / (batches - self._last[0])
        self._last = batches, seconds
