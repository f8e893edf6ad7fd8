"""The compiled engine on AVX2, as it runs where a processor has no more than that."""

from __future__ import annotations

from collections.abc import Callable

from digitlens.bench.peers import digitlens_compiled
from digitlens.bench.task import Learner, Work

NOTE = "on AVX2"


def learner(work: Work) -> Learner:
    """The same kernel, told which instructions to use."""
    return digitlens_compiled.learner(work, "AVX2")


def one_picture(work: Work) -> Callable[[], object]:
    """The same."""
    return digitlens_compiled.one_picture(work, "AVX2")
