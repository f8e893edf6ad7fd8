"""What the kernel that was compiled here says it can do, for tests to run over; nothing where there is none."""

from __future__ import annotations

from digitlens.kernel import native
from digitlens.kernel.capabilities import capabilities

_CAN = None if native.missing() else capabilities()

HIDDEN = _CAN.activations if _CAN else ()
OUTPUTS = _CAN.outputs if _CAN else ()
PAIRS = tuple((output, cost) for cost, outputs in _CAN.costs.items() for output in outputs) if _CAN else ()
OPTIMISERS = tuple(_CAN.optimisers) if _CAN else ()


def takes(hidden: str, output: str, cost: str) -> bool:
    """Is a network with these functions the kernel's, or left to the plain engine?"""
    return hidden in HIDDEN and (output, cost) in PAIRS
