"""A line of writing, cut wherever that is possible at all: the parts that digits are then put together from.

Every piece that is wide enough is cut into parts, far more than there are digits. Which cuts are true is decided in
segmentation.py.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.adjusting import slants
from digitlens.digits.preparation.framing import Box, box_of
from digitlens.reading.page.connected_components import Labels, Pieces
from digitlens.reading.page.cuts import Cut, cuts, thickness
from digitlens.reading.page.lines import Line
from digitlens.reading.page.separators import Place

CUTTABLE = 0.55  # line heights: what is narrower is one digit
TALL = 0.55  # of the line's height: two such pieces side by side are two digits
NEIGHBOURS = 4  # digits beside a mark that say how high digits are here


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What is left when a piece is cut wherever it can be; from left to right these make up the line."""

    number: int  # in the line's labels
    box: Box  # in the line's own pixels
    piece: int
    start: Cut | None  # what cuts it from the part before it
    of: int  # how many parts that piece was cut into


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A line, cut wherever it can be."""

    parts: list[Part]  # from left to right
    labels: Labels  # (rows, columns), whose each pixel is
    tall: list[Box]  # from left to right, the boxes of pieces that are as high as digits
    height: float  # of a digit, in pixels
    lean: float  # columns to the left a row down
    pen: float  # its width in pixels


def parts_of(line: Line, pieces: Pieces, region: Box, cutting: bool = True) -> Parts:
    """Cut each piece of a line wherever that is possible, or nowhere."""
    found = region.cut(pieces.labels)
    labels = np.zeros(found.shape, np.int32)
    parts: list[Part] = []
    masks = []
    for piece in line.pieces.tolist():
        top, left, bottom, right = pieces.boxes[piece]
        box = Box(int(top) - region.top, int(left) - region.left, int(bottom - top), int(right - left))
        masks.append((piece, box, box.cut(found) == piece + 1))
    pens = [thickness(mask) for _, _, mask in masks]
    lean = _lean([mask for _, box, mask in masks if box.rows >= TALL * line.height and box.columns <= box.rows])
    for (piece, box, mask), pen in zip(masks, pens, strict=True):
        strips, found_cuts = np.zeros(mask.shape, np.int64), list[Cut]()
        if cutting and box.columns > CUTTABLE * line.height and box.rows >= TALL * line.height:
            strips, found_cuts = cuts(mask, line.height, lean, pen)
        for k in range(len(found_cuts) + 1):
            strip = mask & (strips == k)
            inner = box_of(strip)
            if inner is None:
                continue
            number = len(parts) + 1
            box.cut(labels)[strip] = number
            place = inner._replace(top=inner.top + box.top, left=inner.left + box.left)
            parts.append(Part(number, place, piece, found_cuts[k - 1] if k else None, len(set(strips[mask].tolist()))))
    middle = [part.box.left + part.box.columns / 2 + lean * (part.box.top + part.box.rows / 2) for part in parts]
    tall = sorted((box for _, box, _ in masks if box.rows >= TALL * line.height), key=_middle)
    ordered = [parts[i] for i in np.argsort(middle, kind="stable")]
    return Parts(ordered, _with_rims(labels), tall, line.height, lean, float(np.median(pens)))


def _lean(masks: list[NDArray[np.bool_]]) -> float:
    """How many columns the writing leans to the left a row down: the median over pieces that are higher than wide."""
    return float(np.median([slants(mask[None].astype(np.float32))[0] for mask in masks])) if masks else 0.0


def _with_rims(labels: Labels) -> Labels:
    """Each label also where its own soft rim is: on the pixels around it that have no label."""
    padded = np.pad(labels, 1)
    rows, columns = labels.shape
    around = [padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    return np.where(labels > 0, labels, np.maximum.reduce(around)).astype(np.int32)


def place_of(writing: Parts, box: Box) -> Place:
    """Where a piece lies among the four digits that are nearest to it."""
    middle = box.left + box.columns / 2
    here = bisect(writing.tall, middle, key=_middle)
    beside = writing.tall[max(0, here - NEIGHBOURS) : here + NEIGHBOURS]
    apart = [other for other in beside if not other.left <= middle < other.left + other.columns] or [box]
    nearest = sorted(apart, key=lambda other: abs(_middle(other) - middle))[:NEIGHBOURS]
    height = median(other.rows for other in nearest)
    return Place(
        high=box.rows / height,
        wide=box.columns / height,
        top=(box.top - median(other.top for other in nearest)) / height,
        foot=(median(other.top + other.rows for other in nearest) - box.top - box.rows) / height,
        between=min(map(_middle, apart)) < middle < max(map(_middle, apart)),
        lean=writing.lean,
        pen=writing.pen,
    )


def _middle(box: Box) -> float:
    return box.left + box.columns / 2
