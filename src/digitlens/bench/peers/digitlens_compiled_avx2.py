"""The compiled engine on AVX2, as on processors that have nothing faster."""

from __future__ import annotations

from collections.abc import Callable

from digitlens.bench.peers import digitlens_compiled
from digitlens.bench.task import Learner, Work

NOTE = "on AVX2"


def learner(work: Work) -> Learner:
    """The same kernel with the instruction set given."""
    return digitlens_compiled.learner(work, "AVX2")


def one_picture(work: Work) -> Callable[[], object]:
    """One picture, on AVX2."""
    return digitlens_compiled.one_picture(work, "AVX2")
