"""The pieces of ink on a page: 8-connected components of pixels, found by their runs.

A run is a stretch of ink within one row. Runs of neighbouring rows that touch belong to the same piece. The algorithm
only sorts and searches whole arrays, so a page of noise takes no longer than a page of writing.

mask: (rows, columns) bool, where there is ink
n is the number of pieces, numbered from 1; 0 is paper
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The connected components of a page. Piece i is row i - 1 of the arrays."""

    labels: Labels  # (rows, columns), the number of each pixel's piece; 0 for paper
    boxes: NDArray[np.int64]  # (n, 4): top, left, bottom and right, the last two exclusive
    areas: NDArray[np.int64]  # (n,), in pixels

    def __len__(self) -> int:
        return len(self.areas)


def runs_in(mask: Mask) -> int:
    """How many runs there are."""
    return int(np.count_nonzero(mask[:, 0]) + np.count_nonzero(mask[:, 1:] > mask[:, :-1]))


def runs(mask: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Every run of True within a row: its row, its first column, and the column after its last, each (runs,).

    >>> [x.tolist() for x in runs(np.array([[1, 1, 0, 1], [0, 1, 1, 0]], bool))]
    [[0, 0, 1], [0, 3, 1], [2, 4, 3]]
    """
    rows, columns = mask.shape
    padded = np.zeros((rows, columns + 2), dtype=bool)
    padded[:, 1:-1] = mask
    changes = np.flatnonzero(padded[:, 1:] != padded[:, :-1])  # starts and ends of runs alternate
    row, column = np.divmod(changes, columns + 1)
    return row[::2], column[::2], column[1::2]


def pieces_of(mask: Mask) -> Pieces:
    """The pieces of a mask, numbered from 1 in the order of their first pixel.

    >>> pieces = pieces_of(np.array([[1, 0, 0, 1], [0, 1, 0, 1]], bool))
    >>> pieces.labels.tolist(), pieces.boxes.tolist(), pieces.areas.tolist()
    ([[1, 0, 0, 2], [0, 1, 0, 2]], [[0, 0, 2, 2], [0, 3, 2, 4]], [2, 2])
    """
    row, start, end = runs(mask)
    root = _joined(len(row), *_touching(row, start, end, mask.shape[1]))
    first = root == np.arange(len(root))  # (runs,), whether it is the first run of its piece
    number = (np.cumsum(first) - 1)[root]  # (runs,), counted from 0
    n = int(np.count_nonzero(first))
    boxes = np.empty((n, 4), np.int64)
    boxes[:, :2], boxes[:, 2:] = max(mask.shape), 0
    for side, value in ((0, row), (1, start)):
        np.minimum.at(boxes[:, side], number, value)
    for side, value in ((2, row + 1), (3, end)):
        np.maximum.at(boxes[:, side], number, value)
    areas = np.bincount(number, weights=end - start, minlength=n).astype(np.int64)
    change = np.zeros(mask.size + 1, np.int32)  # a run adds its number at its start and subtracts it at its end
    change[row * mask.shape[1] + start] = number + 1  # no two runs start at one place, and no two end at one
    change[row * mask.shape[1] + end] -= (number + 1).astype(np.int32)
    labels = np.cumsum(change[:-1], dtype=np.int32).reshape(mask.shape)
    return Pieces(labels, boxes, areas)


def _touching(
    row: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64], columns: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of runs in neighbouring rows that touch, corners counted: (pairs,), (pairs,)."""
    wide = columns + 1  # row * wide + column increases from row to row, for all columns from 0 to `columns`
    low = np.searchsorted(row * wide + end, (row + 1) * wide + start, "left")
    high = np.searchsorted(row * wide + start, (row + 1) * wide + end, "right")
    count = np.maximum(high - low, 0)
    above = np.repeat(np.arange(len(row)), count)
    within = np.arange(len(above)) - np.repeat(np.cumsum(count) - count, count)
    return above, np.repeat(low, count) + within


def _joined(n: int, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Union-find: for each of n runs the smallest run that it is connected to by any chain of pairs, (n,)."""
    root = np.arange(n)
    while len(first):
        a, b = root[first], root[second]
        apart = a != b
        first, second, a, b = first[apart], second[apart], a[apart], b[apart]
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        while True:
            further = root[root]
            if np.array_equal(further, root):
                break
            root = further
    return root
