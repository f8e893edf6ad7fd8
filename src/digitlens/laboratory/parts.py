"""The parts of a written digit, measured in pictures: loops above and below, long straight strokes, ends, junctions.

images: (n, 28, 28) uint8, ink from 0 to 255; a pixel has ink if its value is at least INK
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from digitlens.laboratory.skeleton import ends_and_junctions

Images = NDArray[np.uint8]
Mask = NDArray[np.bool_]

INK = 96  # of 255
LEAST_HOLE = 3  # pixels: a smaller hole is a pinhole in a stroke, no loop
LONG = 10  # pixels: a stroke is long if it runs this far in one direction


def holes(images: Images) -> Mask:
    """The paper enclosed by ink, (n, 28, 28): pixels without a 4-connected path over paper to the border."""
    paper = np.pad(images < INK, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    outside = np.zeros_like(paper)
    outside[:, 0] = outside[:, -1] = outside[:, :, 0] = outside[:, :, -1] = True
    while True:  # flood fill from the border, until nothing is added
        more = _grown(outside) & paper
        if (more == outside).all():
            break
        outside = more
    enclosed: Mask = (paper & ~outside)[:, 1:-1, 1:-1]
    return enclosed


def _grown(mask: Mask) -> Mask:
    """Dilation: these pixels and those that share a side with one of them, (n, rows, columns)."""
    grown = mask.copy()
    grown[:, 1:] |= mask[:, :-1]
    grown[:, :-1] |= mask[:, 1:]
    grown[:, :, 1:] |= mask[:, :, :-1]
    grown[:, :, :-1] |= mask[:, :, 1:]
    return grown


def _loop(images: Images) -> Mask:
    return holes(images).sum(axis=(1, 2)) >= LEAST_HOLE


def _loop_above(images: Images) -> Mask:
    return _in_half(images, above=True)


def _loop_below(images: Images) -> Mask:
    return _in_half(images, above=False)


def _in_half(images: Images, *, above: bool) -> Mask:
    """Whether there is a loop in the upper (lower) half of the ink, apart from any loop in the other half."""
    hole, rows = holes(images).sum(axis=2), np.arange(28)  # (n, 28)
    written: Mask = np.asarray((images >= INK).any(axis=2))
    middle = (written.argmax(axis=1) + 27 - written[:, ::-1].argmax(axis=1))[:, None] / 2
    upper, lower = (hole * (rows < middle)).sum(axis=1), (hole * (rows > middle)).sum(axis=1)
    here, other = (upper, lower) if above else (lower, upper)
    apart = (hole * (np.abs(rows - middle) < 1)).sum(axis=1) == 0  # ink separates the two halves
    has_loop: Mask = (here >= LEAST_HOLE) & ((other * 3 <= here) | ((other >= LEAST_HOLE) & apart))
    return has_loop


def _vertical(images: Images) -> Mask:
    return _longest(images >= INK, (-0.5, 0.0, 0.5)) >= LONG


def _horizontal(images: Images) -> Mask:
    return _longest((images >= INK).transpose(0, 2, 1), (-0.5, 0.0, 0.5)) >= LONG


def _rising(images: Images) -> Mask:
    return _longest(images >= INK, (-1.0,)) >= LONG


def _falling(images: Images) -> Mask:
    return _longest(images >= INK, (1.0,)) >= LONG


def _longest(written: Mask, leans: tuple[float, ...]) -> NDArray[np.int64]:
    """The longest run of ink down the rows, (n,), over all of these slopes (columns for each row)."""
    best = np.zeros(len(written), np.int64)
    for lean in leans:
        run = np.zeros((len(written), 28), np.int64)
        for row in range(28):
            shift = round(lean * row) - round(lean * (row - 1)) if row else 0
            moved = np.zeros_like(run)
            if shift > 0:
                moved[:, shift:] = run[:, :-shift]
            elif shift < 0:
                moved[:, :shift] = run[:, -shift:]
            else:
                moved = run
            run = np.where(written[:, row], moved + 1, 0)
            best = np.maximum(best, run.max(axis=1))
    return best


def _end(images: Images) -> Mask:
    return ends_and_junctions(images >= INK)[0] >= 1


def _three_ends(images: Images) -> Mask:
    return ends_and_junctions(images >= INK)[0] >= 3


def _junction(images: Images) -> Mask:
    return ends_and_junctions(images >= INK)[1] >= 1


PARTS: Mapping[str, Callable[[Images], Mask]] = MappingProxyType(
    {
        "a loop": _loop,
        "a loop above": _loop_above,
        "a loop below": _loop_below,
        "a long vertical stroke": _vertical,
        "a long horizontal stroke": _horizontal,
        "a long rising stroke": _rising,
        "a long falling stroke": _falling,
        "a free end": _end,
        "three free ends": _three_ends,
        "a junction": _junction,
    }
)

LOOPS, STROKES, ENDS = tuple(PARTS)[:3], tuple(PARTS)[3:7], tuple(PARTS)[7:]


def parts_of(images: Images) -> Mask:
    """Which pictures have which part: (n, 28, 28) -> (n, parts), in the order of PARTS."""
    return np.stack([has(images) for has in PARTS.values()], axis=1)


def filled(images: Images) -> Images:
    """The same pictures with their holes filled with ink, so that no loop is left."""
    return np.where(holes(images), np.uint8(255), images)


def inked_outside(images: Images, rng: np.random.Generator) -> Images:
    """The control for filled(): as many pixels inked, but along the outer border of the ink, so that the loops stay.

    `rng` chooses among the border pixels. A large hole takes all of them, then some of the next layer, and so on. Fewer
    pixels are inked only where no paper is left.
    """
    hole, changed = holes(images), images.copy()
    count, taken = hole.sum(axis=(1, 2)), (images >= INK) | hole
    order = np.full(images.shape, np.inf)
    for layer in range(28 + 28):
        near = _grown(taken) & ~taken
        order[near] = layer + rng.random(images.shape)[near]
        taken = taken | near
        if (np.isfinite(order).sum(axis=(1, 2)) >= count).all():
            break
    rank = order.reshape(len(images), 784).argsort(axis=1).argsort(axis=1).reshape(images.shape)
    changed[(rank < count[:, None, None]) & np.isfinite(order)] = 255
    return changed
