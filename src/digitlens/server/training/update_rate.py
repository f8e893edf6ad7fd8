"""How often a run shows itself: four times in an epoch, and twenty times a second where an epoch takes longer."""

from __future__ import annotations

from itertools import pairwise

from digitlens.learning.engine import Record
from digitlens.learning.training import Run

STRETCHES = 4  # records in an epoch, at least
AT_MOST = 0.04  # seconds from one record to the next
COSTS = {"compiled": (4e-11, 0.0), "plain": (2.6e-10, 6e-5)}  # seconds: an example and weight; a mini-batch besides


class Pace:
    """After how many mini-batches a run gives a record: by estimate at first, then by what they took."""

    def __init__(self, run: Run) -> None:
        images, size = len(run.split.training), run.recipe.mini_batch
        weights = sum(
            n * (n_before + 1) for n_before, n in pairwise(run.recipe.sizes(run.split.classes, run.split.pixels))
        )
        for_each, besides = COSTS[run.engine.name]
        self.batches = -(-images // size)  # in an epoch
        self._took = min(size, images) * weights * for_each + besides  # seconds a mini-batch
        self._last: tuple[int, float] | None = None  # mini-batches and seconds at the last record

    def every(self) -> int:
        """That many."""
        return max(1, min(-(-self.batches // STRETCHES), int(AT_MOST / max(self._took, 1e-9))))

    def fits(self, every: int) -> bool:
        """Whether it should go on with as many: not if they are twice as many as they should be, or half."""
        wanted = self.every()
        return wanted / 2 <= every <= wanted * 2

    def heard(self, record: Record) -> None:
        """Another record."""
        batches, seconds = record.epoch * self.batches + record.mini_batch, record.seconds
        if self._last is not None and batches > self._last[0]:
            self._took = (seconds - self._last[1]) / (batches - self._last[0])
        self._last = batches, seconds
