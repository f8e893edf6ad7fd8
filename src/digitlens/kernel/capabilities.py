"""What the compiled kernel can do. It exports the lists itself (see kernel.h); the plain engine does the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from digitlens.kernel import native
from digitlens.network.activations import Activation


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The kernel's lists, with the names of network/, and the largest network that it takes."""

    activations: tuple[str, ...]  # in any layer
    outputs: tuple[str, ...]  # in the last layer
    costs: Mapping[str, tuple[str, ...]]  # each with the activations of outputs that it knows it for
    optimisers: Mapping[str, int]  # each with how many numbers it remembers for each weight
    pixels: int  # of a picture, at most
    layers: int  # of weights, at most
    neurons: int  # in a layer, at most
    dtype: str  # the type it computes in


@cache
def capabilities() -> Capabilities:
    """What the module that was compiled here can do; ask native.missing() first."""
    return Capabilities(**native.module().capabilities())


def refuses(
    sizes: Sequence[int], activations: Sequence[Activation], dtype: Any, *, cost: str = "", optimiser: str = ""
) -> str:
    """Why the kernel cannot compute a network; empty if it can.

    sizes: neurons a layer, the picture first. activations: one a layer after it. cost, optimiser: names, where it shall
    measure by that cost or learn by that optimiser.
    """
    if reason := native.missing():
        return reason
    can, names = capabilities(), [activation.name for activation in activations]
    if np.dtype(dtype) != can.dtype:
        return f"it computes in {can.dtype}, not {np.dtype(dtype)}"
    if sizes[0] > can.pixels:
        return f"it reads pictures of {can.pixels:,} pixels at most, not {sizes[0]:,}"
    if len(names) > can.layers:
        return f"it takes at most {can.layers} layers, not {len(names)}"
    if max(sizes) > can.neurons:
        return f"it takes at most {can.neurons:,} neurons in a layer, not {max(sizes):,}"
    for name, known in [*((name, can.activations) for name in names[:-1]), (names[-1], can.outputs)]:
        if name not in known:
            return _unknown("activation", name, known)
    if cost and cost not in can.costs:
        return _unknown("cost", cost, can.costs)
    if cost and names[-1] not in can.costs[cost]:
        return f"it knows {cost} of {' and '.join(can.costs[cost])} outputs, not of {names[-1]}"
    if optimiser and optimiser not in can.optimisers:
        return _unknown("optimiser", optimiser, can.optimisers)
    return ""


def _unknown(kind: str, name: str, known: Collection[str]) -> str:
    return f"it does not know the {kind} {name!r}, only {', '.join(known)}"
