"""Digitlens's compiled engine, as in a training run, on the fastest instruction set of the processor.

In its first epoch it stores the pictures without the empty pixels, for all the epochs that follow.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from digitlens.bench.peers.digitlens_run import running
from digitlens.bench.task import Learner, Work
from digitlens.kernel import native
from digitlens.kernel.compiled import Compiled
from digitlens.learning.compiled_engine import CompiledEngine

NOTE = f"on {', '.join(native.instruction_sets()[:1])}"


def learner(work: Work, instruction_set: str = "") -> Learner:
    """The engine that Digitlens uses, or the same engine on another instruction set."""
    _compiled()
    return running(CompiledEngine(instruction_set), work)


def one_picture(work: Work, instruction_set: str = "") -> Callable[[], object]:
    """Compiled.outputs() of one picture in uint8."""
    _compiled()
    network = Compiled(work.task.recipe().initial_network(), instruction_set)
    image = np.ascontiguousarray(work.images[:1])
    return lambda: network.outputs(image)


def _compiled() -> None:
    if reason := native.missing():
        raise ImportError(reason)
