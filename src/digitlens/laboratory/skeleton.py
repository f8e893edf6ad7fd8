"""The skeleton of what is written: lines one pixel wide, along the middle of every stroke; where they end and meet.

Ink is taken away from both sides, layer by layer, wherever that breaks nothing in two (Zhang and Suen 1984). Whether a
pixel may go, and whether it is an end or a junction, is told by its eight neighbours alone, so by a table of 256 cases.

written: (n, 28, 28) bool
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

SPUR = 2  # pixels: a branch that is no longer is a roughness of the pen
AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))  # rows, columns; clockwise from above


def _tables() -> tuple[NDArray[np.int64], tuple[Mask, Mask]]:
    """For each of the 256 cases: how many branches leave the pixel, and whether each half of a step may take it."""
    there = (np.arange(256)[:, None] >> np.arange(8)) & 1  # (256, 8), neighbours clockwise from above
    branches = ((there == 0) & (np.roll(there, -1, axis=1) == 1)).sum(axis=1)
    many = there.sum(axis=1)
    above, right, below, left = there[:, ::2].T.astype(bool)
    outer = (branches == 1) & (many >= 2) & (many <= 6)
    first = outer & ~(above & right & below) & ~(right & below & left)
    second = outer & ~(above & right & left) & ~(above & below & left)
    return branches, (first, second)


BRANCHES, MAY_GO = _tables()


def skeleton(written: Mask) -> Mask:
    """The middle lines of all strokes, (n, 28, 28)."""
    left = written.copy()
    active = np.arange(len(left))  # pictures that still change
    while len(active):
        some = left[active]
        for may_go in MAY_GO:
            some &= ~may_go[_cases(some)]
        changed = (some != left[active]).any(axis=(1, 2))
        left[active] = some
        active = active[changed]
    return left


def ends_and_junctions(written: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many free ends the strokes have, and at how many places three or more branches of them meet: (n,) each.

    Branches of up to SPUR pixels do not count. A crossing may be two junctions, side by side, or four pixels in a
    square that share it among them.
    """
    lines = _pruned(written)
    branches = np.where(lines, BRANCHES[_cases(lines)], 0)
    square = lines[:, 1:, 1:] & lines[:, :-1, 1:] & lines[:, 1:, :-1] & lines[:, :-1, :-1]
    return (branches == 1).sum(axis=(1, 2)), (branches >= 3).sum(axis=(1, 2)) + square.sum(axis=(1, 2))


def free_ends(written: Mask) -> Mask:
    """Where they are, SPUR pixels from the very end of the skeleton: (n, 28, 28)."""
    lines = _pruned(written)
    return lines & (BRANCHES[_cases(lines)] == 1)


def _pruned(written: Mask) -> Mask:
    """The skeleton without its last SPUR pixels at every end."""
    lines = skeleton(written)
    for _ in range(SPUR):
        lines &= BRANCHES[_cases(lines)] != 1
    return lines


def _cases(lines: Mask) -> NDArray[np.uint8]:
    """Which neighbours of each pixel are there, a bit each, (n, 28, 28)."""
    wide = np.pad(lines, ((0, 0), (1, 1), (1, 1))).astype(np.uint8)
    found = np.zeros(lines.shape, np.uint8)
    rows, columns = lines.shape[1:]
    for bit, (down, right) in enumerate(AROUND):
        found |= wide[:, 1 + down : 1 + down + rows, 1 + right : 1 + right + columns] << np.uint8(bit)
    return found
