"""Digitlens's plain engine, as in a training run: from uint8 pictures, through network/, in NumPy."""

from __future__ import annotations

from collections.abc import Callable

from digitlens.bench.peers.digitlens_run import running
from digitlens.bench.task import Learner, Work
from digitlens.learning.engines import choose


def learner(work: Work) -> Learner:
    """The plain engine, which defines what the others compute."""
    return running(choose(work.task.recipe(), "plain"), work)


def one_picture(work: Work) -> Callable[[], object]:
    """Network.forward(), including the trace that it returns."""
    network, image = work.task.recipe().initial_network(), work.pixels[:1]
    return lambda: network.forward(image).a[-1]
