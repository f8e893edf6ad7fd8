"""Closes a gap in a digit with a short straight stroke, so that there is a loop.

The effect of the loop must be told apart from the effect of any added ink. So there is a control: the same stroke,
turned and put elsewhere on the same picture, where it adds as much ink but makes no loop.

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

REACH = 10  # pixels: the longest stroke, measured from the end of the skeleton
PEN = 1.0  # its radius
DIRECTIONS = 32
LOOP = 6  # pixels of paper: the smallest loop that counts as closed
TRIES, ELSEWHERE = 16, 24  # closing strokes tried for each picture, the shortest first; places tried for the control
ALIKE = 0.2  # by which share the ink added by the control may differ

TURNS = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
STEPS = np.stack([np.sin(TURNS), np.cos(TURNS)], axis=1)  # (directions, 2), rows and columns


def closed_loops(images: Images, rng: np.random.Generator) -> tuple[NDArray[np.bool_], Images, Images]:
    """Which of the pictures without a loop can be closed, (n,); these m pictures closed, and with the control stroke.

    Both results are (m, 28, 28).
    """
    stamps = _stamps()
    places, closed = _closed(images, stamps)
    if not len(places):
        return np.zeros(len(images), bool), images[:0], images[:0]
    best, control = np.full(len(places), np.inf), images[places[:, 0]]
    before = images[places[:, 0]]
    target = _ink(closed, before)
    for _ in range(ELSEWHERE):
        order = rng.random(before.shape) * (
            before >= INK
        )  # the control starts on a random pixel with ink: the one with the largest number
        rows, columns = np.divmod(order.reshape(len(before), 784).argmax(axis=1), 28)
        turned = rng.integers(0, DIRECTIONS, len(before))
        other = _with(before, stamps, np.stack([turned, places[:, 2], rows, columns], axis=1))
        off = np.abs(_ink(other, before) / target - 1)
        better = (off < best) & (holes(other).sum(axis=(1, 2)) < LEAST_HOLE)
        control[better], best[better] = other[better], off[better]
    good = best <= ALIKE
    which = np.zeros(len(images), bool)
    which[places[good, 0]] = True
    return which, closed[good], control[good]


def _closed(images: Images, stamps: Images) -> tuple[Places, Images]:
    """The shortest stroke that closes a loop, for each picture that has one, and these pictures with the stroke.

    (m, 5): picture, direction, length, row and column, in the order of the pictures; (m, 28, 28)
    """
    candidates = _bridges(images)
    open_, strokes, closed = holes(images).sum(axis=(1, 2)) < LEAST_HOLE, [], []
    for _ in range(TRIES):
        candidates = candidates[open_[candidates[:, 0]]]
        _, first = np.unique(candidates[:, 0], return_index=True)  # the shortest that is left for each picture
        now = candidates[first]
        changed = _with(images[now[:, 0]], stamps, now[:, 1:])
        good = holes(changed).sum(axis=(1, 2)) >= LOOP
        strokes.append(now[good])
        closed.append(changed[good])
        open_[now[good, 0]] = False
        candidates = np.delete(candidates, first, axis=0)
    places, pictures = np.concatenate(strokes), np.concatenate(closed)
    order = places[:, 0].argsort(kind="stable")
    return places[order], pictures[order]


def _bridges(images: Images) -> Places:
    """Every straight stroke from a free end across paper to other ink: (m, 5), by picture, the shortest first."""
    written = images >= INK
    picture, row, column = np.nonzero(free_ends(written))
    length = np.arange(1, REACH + 1)
    way = np.rint(STEPS[:, None] * length[:, None]).astype(np.int64)  # (directions, lengths, 2)
    rows, columns = row[:, None, None] + way[..., 0], column[:, None, None] + way[..., 1]
    inside = (rows >= 0) & (rows < 28) & (columns >= 0) & (columns < 28)
    ink = written[picture[:, None, None], rows.clip(0, 27), columns.clip(0, 27)] & inside
    left = np.logical_or.accumulate(~ink, axis=2)  # has left the ink that it started on
    lands = ink & left
    which, direction = np.nonzero(lands.any(axis=2))
    long = length[lands[which, direction].argmax(axis=1)]
    strokes = np.stack([picture[which], direction, long, row[which], column[which]], axis=1)
    return strokes[np.lexsort((long, picture[which]))]


def _stamps() -> Images:
    """A stroke of each direction and length that starts in the middle: (directions, 1 + REACH, 57, 57)."""
    drawn = [
        [
            ink_strokes([np.array([[28.5, 28.5], 28.5 + length * step[::-1]])], (57, 57), PEN)
            for length in range(REACH + 1)
        ]
        for step in STEPS
    ]
    return np.round(255 * np.array(drawn)).astype(np.uint8)


def _with(images: Images, stamps: Images, places: Places) -> Images:
    """The pictures, each with one stroke added. places: (m, 4), direction, length, row and column of its start."""
    direction, length, row, column = places.T
    return np.maximum(
        images, sliding_window_view(stamps, (28, 28), axis=(2, 3))[direction, length, 28 - row, 28 - column]
    )


def _ink(changed: Images, before: Images) -> NDArray[np.float64]:
    """How much ink was added, in full pixels, (n,)."""
    return (changed.astype(np.float64) - before).sum(axis=(1, 2)) / 255
