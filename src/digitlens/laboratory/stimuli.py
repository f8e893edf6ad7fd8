"""Pictures that networks are shown, with what is measured in them: once for all the networks that see them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlens.laboratory.loop_closing import closed_and_beside
from digitlens.laboratory.parts import LEAST_HOLE, blotted, filled, holes, parts_of


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Pictures of digits, their parts, and the same pictures changed."""

    images: NDArray[np.uint8]  # (n, 28, 28)
    digits: NDArray[np.uint8]  # (n,)
    has: NDArray[np.bool_]  # (n, parts), in the order of PARTS
    looped: NDArray[np.bool_]  # (n,), those with a loop
    filled: NDArray[np.uint8]  # (looped, 28, 28), their loops filled with ink
    blotted: NDArray[np.uint8]  # (looped, 28, 28), as much ink outside
    opened: NDArray[np.bool_]  # (n,), those without a loop in which a short stroke closes one
    closed: NDArray[np.uint8]  # (opened, 28, 28), with that stroke
    beside: NDArray[np.uint8]  # (opened, 28, 28), with the same stroke elsewhere


def shown(images: NDArray[np.uint8], digits: NDArray[np.uint8], rng: np.random.Generator) -> Shown:
    """Measure pictures, (n, 28, 28), of these digits, (n,). What is drawn at random is where ink is added elsewhere."""
    looped: NDArray[np.bool_] = np.asarray(holes(images).sum(axis=(1, 2)) >= LEAST_HOLE)
    rings = images[looped]
    return Shown(
        images, digits, parts_of(images), looped, filled(rings), blotted(rings, rng), *closed_and_beside(images, rng)
    )
