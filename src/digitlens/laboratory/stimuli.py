"""The test pictures of a study, with their parts, and changed versions of them. Made once, shown to every network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlens.laboratory.loop_closing import closed_loops
from digitlens.laboratory.parts import LEAST_HOLE, filled, holes, inked_outside, parts_of


@dataclass(frozen=True, slots=True, eq=False)
class Stimuli:
    """Pictures of digits, their parts, and the same pictures with a loop filled or closed."""

    images: NDArray[np.uint8]  # (n, 28, 28)
    digits: NDArray[np.uint8]  # (n,)
    has: NDArray[np.bool_]  # (n, parts), which parts each picture has, in the order of PARTS
    looped: NDArray[np.bool_]  # (n,), the pictures with a loop
    filled: NDArray[np.uint8]  # (looped, 28, 28), with their loops filled with ink
    ink_outside: NDArray[np.uint8]  # (looped, 28, 28), control: as much ink, but outside the loops
    open: NDArray[np.bool_]  # (n,), the pictures without a loop in which a short stroke closes one
    closed: NDArray[np.uint8]  # (open, 28, 28), with that stroke
    ink_elsewhere: NDArray[np.uint8]  # (open, 28, 28), control: with the same stroke elsewhere


def stimuli(images: NDArray[np.uint8], digits: NDArray[np.uint8], rng: np.random.Generator) -> Stimuli:
    """Measure and change pictures, (n, 28, 28), of these digits, (n,). `rng` draws where the controls add their ink."""
    looped: NDArray[np.bool_] = np.asarray(holes(images).sum(axis=(1, 2)) >= LEAST_HOLE)
    rings = images[looped]
    changed = filled(rings), inked_outside(rings, rng), *closed_loops(images, rng)
    return Stimuli(images, digits, parts_of(images), looped, *changed)
