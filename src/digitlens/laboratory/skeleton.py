"""The skeleton of the ink: lines one pixel wide along the middle of every stroke, their ends and their junctions.

Thinning removes ink from both sides, layer by layer, where that breaks nothing in two (Zhang and Suen 1984). The eight
neighbours of a pixel alone decide whether it may be removed, and whether it is an end or a junction. So a table of 256
cases holds all the answers.

written: (n, 28, 28) bool, the pixels with ink
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

SPUR = 2  # pixels: a branch of at most this length is roughness of the pen
AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))  # rows, columns; clockwise from above


def _tables() -> tuple[NDArray[np.int64], tuple[Mask, Mask]]:
    """For each of the 256 cases: how many branches leave the pixel, and whether each half of a step may remove it."""
    neighbours = (np.arange(256)[:, None] >> np.arange(8)) & 1  # (256, 8), clockwise from above
    branches = ((neighbours == 0) & (np.roll(neighbours, -1, axis=1) == 1)).sum(axis=1)
    count = neighbours.sum(axis=1)
    above, right, below, left = neighbours[:, ::2].T.astype(bool)
    outer = (branches == 1) & (count >= 2) & (count <= 6)
    first = outer & ~(above & right & below) & ~(right & below & left)
    second = outer & ~(above & right & left) & ~(above & below & left)
    return branches, (first, second)


BRANCHES, REMOVABLE = _tables()


def skeleton(written: Mask) -> Mask:
    """The middle lines of all strokes, (n, 28, 28)."""
    lines = written.copy()
    active = np.arange(len(lines))  # pictures that still change
    while len(active):
        thinner = lines[active]
        for removable in REMOVABLE:
            thinner &= ~removable[_cases(thinner)]
        changed = (thinner != lines[active]).any(axis=(1, 2))
        lines[active] = thinner
        active = active[changed]
    return lines


def ends_and_junctions(written: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The number of free ends, (n,), and the number of junctions, (n,): places where three or more branches meet.

    Branches of up to SPUR pixels do not count. A crossing may appear as two junctions side by side, or as a square of
    four pixels, which counts as one junction.
    """
    lines = _pruned(written)
    branches = np.where(lines, BRANCHES[_cases(lines)], 0)
    square = lines[:, 1:, 1:] & lines[:, :-1, 1:] & lines[:, 1:, :-1] & lines[:, :-1, :-1]
    return (branches == 1).sum(axis=(1, 2)), (branches >= 3).sum(axis=(1, 2)) + square.sum(axis=(1, 2))


def free_ends(written: Mask) -> Mask:
    """The pixels of the free ends, SPUR pixels before the end of the skeleton: (n, 28, 28)."""
    lines = _pruned(written)
    return lines & (BRANCHES[_cases(lines)] == 1)


def _pruned(written: Mask) -> Mask:
    """The skeleton without its last SPUR pixels at every end."""
    lines = skeleton(written)
    for _ in range(SPUR):
        lines &= BRANCHES[_cases(lines)] != 1
    return lines


def _cases(lines: Mask) -> NDArray[np.uint8]:
    """The case of each pixel: one bit for each neighbour that is set, (n, 28, 28)."""
    wide = np.pad(lines, ((0, 0), (1, 1), (1, 1))).astype(np.uint8)
    cases = np.zeros(lines.shape, np.uint8)
    rows, columns = lines.shape[1:]
    for bit, (down, right) in enumerate(AROUND):
        cases |= wide[:, 1 + down : 1 + down + rows, 1 + right : 1 + right + columns] << np.uint8(bit)
    return cases
