"""What is open is closed: a short straight stroke of ink from a free end across a gap, so that there is a loop.

To tell what the loop does from what any ink does, the same stroke is put elsewhere on the same picture as well, turned,
where it adds as much ink and makes no loop.

images: (n, 28, 28) uint8, ink from 0 to 255
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.laboratory.parts import INK, LEAST_HOLE, holes
from digitlens.laboratory.skeleton import free_ends

Images = NDArray[np.uint8]
Places = NDArray[np.int64]

REACH = 10  # pixels: the longest stroke, from the end of the middle line on
PEN = 1.0  # its radius
DIRECTIONS = 32
LOOP = 6  # pixels of paper: what is closed in must be as large at least
TRIES, ELSEWHERE = 16, 24  # strokes that are tried for each picture, the shortest first; and places elsewhere
ALIKE = 0.2  # by how much the ink that is added elsewhere may differ

TURNS = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
STEPS = np.stack([np.sin(TURNS), np.cos(TURNS)], axis=1)  # (directions, 2), rows and columns


def closed_and_beside(images: Images, rng: np.random.Generator) -> tuple[NDArray[np.bool_], Images, Images]:
    """Which pictures without a loop can be closed, (n,); these closed, and with as much ink elsewhere: (m, 28, 28)."""
    stamps = _stamps()
    found, closed = _closed(images, stamps)
    if not len(found):
        return np.zeros(len(images), bool), images[:0], images[:0]
    best, beside = np.full(len(found), np.inf), images[found[:, 0]]
    before = images[found[:, 0]]
    wanted = _ink(closed, before)
    for _ in range(ELSEWHERE):
        order = rng.random(before.shape) * (before >= INK)  # on some pixel with ink, the largest of these
        rows, columns = np.divmod(order.reshape(len(before), 784).argmax(axis=1), 28)
        turned = rng.integers(0, DIRECTIONS, len(before))
        other = _with(before, stamps, np.stack([turned, found[:, 2], rows, columns], axis=1))
        off = np.abs(_ink(other, before) / wanted - 1)
        better = (off < best) & (holes(other).sum(axis=(1, 2)) < LEAST_HOLE)
        beside[better], best[better] = other[better], off[better]
    good = best <= ALIKE
    which = np.zeros(len(images), bool)
    which[found[good, 0]] = True
    return which, closed[good], beside[good]


def _closed(images: Images, stamps: Images) -> tuple[Places, Images]:
    """The shortest stroke that closes a loop in each picture where there is one, and the pictures with it.

    (m, 5): picture, direction, length, row and column, in the order of the pictures; (m, 28, 28)
    """
    tried = _bridges(images)
    open_, found, closed = holes(images).sum(axis=(1, 2)) < LEAST_HOLE, [], []
    for _ in range(TRIES):
        tried = tried[open_[tried[:, 0]]]
        _, first = np.unique(tried[:, 0], return_index=True)  # the shortest that is left for each picture
        now = tried[first]
        changed = _with(images[now[:, 0]], stamps, now[:, 1:])
        good = holes(changed).sum(axis=(1, 2)) >= LOOP
        found.append(now[good])
        closed.append(changed[good])
        open_[now[good, 0]] = False
        tried = np.delete(tried, first, axis=0)
    places, pictures = np.concatenate(found), np.concatenate(closed)
    order = places[:, 0].argsort(kind="stable")
    return places[order], pictures[order]


def _bridges(images: Images) -> Places:
    """Every straight way from a free end over paper to other ink: (m, 5), by picture, the shortest first."""
    written = images >= INK
    picture, row, column = np.nonzero(free_ends(written))
    length = np.arange(1, REACH + 1)
    way = np.rint(STEPS[:, None] * length[:, None]).astype(np.int64)  # (directions, lengths, 2)
    rows, columns = row[:, None, None] + way[..., 0], column[:, None, None] + way[..., 1]
    inside = (rows >= 0) & (rows < 28) & (columns >= 0) & (columns < 28)
    ink = written[picture[:, None, None], rows.clip(0, 27), columns.clip(0, 27)] & inside
    left = np.logical_or.accumulate(~ink, axis=2)  # over paper, or beyond it
    lands = ink & left
    which, direction = np.nonzero(lands.any(axis=2))
    long = length[lands[which, direction].argmax(axis=1)]
    found = np.stack([picture[which], direction, long, row[which], column[which]], axis=1)
    return found[np.lexsort((long, picture[which]))]


def _stamps() -> Images:
    """A stroke in each direction and of each length, from the middle: (directions, 1 + REACH, 57, 57)."""
    drawn = [
        [
            ink_strokes([np.array([[28.5, 28.5], 28.5 + length * step[::-1]])], (57, 57), PEN)
            for length in range(REACH + 1)
        ]
        for step in STEPS
    ]
    return np.round(255 * np.array(drawn)).astype(np.uint8)


def _with(images: Images, stamps: Images, places: Places) -> Images:
    """Pictures, each with one stroke: (m, 4) direction, length, row and column of its beginning."""
    direction, length, row, column = places.T
    return np.maximum(
        images, sliding_window_view(stamps, (28, 28), axis=(2, 3))[direction, length, 28 - row, 28 - column]
    )


def _ink(changed: Images, before: Images) -> NDArray[np.float64]:
    """How much was added, in full pixels, (n,)."""
    return (changed.astype(np.float64) - before).sum(axis=(1, 2)) / 255
