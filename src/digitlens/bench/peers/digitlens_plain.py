"""Digitlens's plain engine, as a training run uses it: from uint8 pictures, through network/, in NumPy.

The run measures itself after each epoch, which the others do not do; so its own clock is read, which leaves that out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from digitlens.bench.work import Floats, Learner, Work
from digitlens.digits.dataset import Digits
from digitlens.learning.engine import Lessons, Record, choose


def learner(work: Work) -> Learner:
    """A run without an end, one record an epoch."""
    digits = Digits(work.images.reshape(-1, 28, 28), work.digits)
    recipe, nothing = work.recipe, digits[:0]
    start = recipe.initial_network()
    run = choose(recipe, "plain").run(recipe, start, Lessons(digits, nothing, nothing, 10))
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


def one_picture(work: Work) -> Callable[[], object]:
    """The definition itself: Network.forward(), with all that it keeps of the way."""
    network, image = work.recipe.initial_network(), work.pixels[:1]
    return lambda: network.forward(image).a[-1]
