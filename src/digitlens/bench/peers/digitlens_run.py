"""A training run of one of Digitlens's own engines, from uint8 pictures, epoch by epoch.

The run also measures cost and accuracy after each epoch, which the other engines do not. So the time is taken from the
run's own clock, which leaves that out.
"""

from __future__ import annotations

import numpy as np

from digitlens.bench.task import Floats, Learner, Work
from digitlens.digits.dataset import Digits
from digitlens.learning.data_split import DataSplit
from digitlens.learning.engine import Engine, Record


def running(engine: Engine, work: Work) -> Learner:
    """An endless run with one record for each epoch."""
    digits = Digits(work.images.reshape(-1, 28, 28), work.digits)
    recipe, nothing = work.task.recipe(), digits[:0]
    start = recipe.initial_network()
    run = engine.run(recipe, start, DataSplit(digits, nothing, nothing, 10))
    latest: Record | None = None

    def epoch() -> float:
        nonlocal latest
        before = latest.seconds if latest else 0.0
        latest = next(run)
        return latest.seconds - before

    def outputs(images: Floats) -> Floats:
        network = latest.network if latest else start
        return network.forward(images).a[-1].astype(np.float32, copy=False)

    return Learner(epoch, outputs)
