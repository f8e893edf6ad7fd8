"""Removes specks and the lines of a form along the border, and keeps the writing.

The picture is divided into at most 80×80 cells. Cells with ink that touch, corners included, form one component.

ink: (rows, columns) float64, 0 nothing to 1 full ink
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.framing import Image

CELLS = 80  # cells along the longest side
RIM = 0.2  # share of each side in which the lines of a form lie
SPECK = 0.03  # a component with less than this share of all ink is a speck


def main_ink(ink: Image) -> Image:
    """The ink without specks and without lines along the border, unless nothing would be left.

    ink: (rows, columns) -> (rows, columns)
    """
    size = math.ceil(max(ink.shape) / CELLS)
    mass = cells_of(ink, size)
    labels, n = connected_components(mass > 0.05)
    share = np.bincount(labels.ravel(), weights=mass.ravel(), minlength=n + 1)  # (n + 1,); label 0 is empty
    share[0] = 0.0
    keep = share > 0
    # A component that lies only along the border is a line of a form, if there is other ink.
    rim = _rim(mass.shape)
    inner = np.bincount(labels.ravel(), weights=(mass * ~rim).ravel(), minlength=n + 1)
    lines = keep & (inner < 0.1 * share)
    if share[keep & ~lines].sum() >= 0.1 * share.sum():
        keep &= ~lines
    keep &= share >= SPECK * share[keep].sum()
    stay = np.repeat(np.repeat(keep[labels], size, axis=0), size, axis=1)[: ink.shape[0], : ink.shape[1]]
    return np.where(stay, ink, 0.0)


def cells_of(ink: Image, size: int) -> Image:
    """The mean ink of each cell of `size` by `size` pixels."""
    strips = np.add.reduceat(ink, np.arange(0, ink.shape[0], size), axis=0)
    sums: Image = np.add.reduceat(strips, np.arange(0, ink.shape[1], size), axis=1)
    return sums / size**2


def _rim(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    rows, columns = shape
    rim = np.ones(shape, dtype=bool)
    down, right = math.ceil(rows * RIM), math.ceil(columns * RIM)
    rim[down : rows - down, right : columns - right] = False
    return rim


def connected_components(filled: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
    """Label the 8-connected components: 0 for empty, then 1, 2, ..., in the shape of `filled`; and how many there are.

    >>> connected_components(np.array([[1, 0, 0, 1], [0, 1, 0, 1]], bool))
    (array([[1, 0, 0, 2],
           [0, 1, 0, 2]]), 2)
    """
    rows, columns = filled.shape
    wide = columns + 2
    open_cells = np.pad(filled, 1)  # an empty border, so that every cell has eight neighbours
    todo = open_cells.ravel().tolist()
    flat = [0] * len(todo)
    around = (-wide - 1, -wide, -wide + 1, -1, 1, wide - 1, wide, wide + 1)
    n = 0
    for start in np.flatnonzero(open_cells).tolist():
        if not todo[start]:
            continue
        n += 1
        todo[start] = False
        stack = [start]
        while stack:
            cell = stack.pop()
            flat[cell] = n
            for step in around:
                if todo[cell + step]:
                    todo[cell + step] = False
                    stack.append(cell + step)
    labels = np.array(flat, dtype=np.int64).reshape(rows + 2, wide)[1:-1, 1:-1]
    return labels, n
