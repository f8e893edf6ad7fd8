"""Over-segmentation: a line of writing is cut at every possible place, into parts that digits are then composed of.

Every piece that is wide enough is cut, into far more parts than there are digits. segmentation.py decides which cuts
are used.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.adjusting import slants
from digitlens.digits.preparation.connected_components import Labels, Pieces
from digitlens.digits.preparation.framing import Box, box_of
from digitlens.reading.page.cuts import Cut, cuts, thickness
from digitlens.reading.page.lines import Line
from digitlens.reading.page.separators import STACKED, Place

CUTTABLE = 0.55  # line heights: a narrower piece is one digit
TALL = 0.55  # of the line's height: two such pieces side by side are two digits
NEIGHBOURS = 4  # how many digits beside a mark determine the height of digits there


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of a piece after all cuts. From left to right, the parts make up the line."""

    number: int  # in the line's labels
    box: Box  # in the line's own pixels
    piece: int
    start: Cut | None  # the cut at its left side
    of: int  # how many parts its piece was cut into


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A line after all cuts."""

    parts: list[Part]  # from left to right
    labels: Labels  # (rows, columns), the number of the part of each pixel
    tall: list[Box]  # from left to right, the boxes of pieces that are as high as digits
    small: list[Box]  # of pieces that could be dots
    middles: list[float]  # the column of the middle of each of these
    height: float  # of a digit, in pixels
    lean: float  # columns to the left for each row down
    pen: float  # its width in pixels


def area_to_cut(line: Line, pieces: Pieces) -> int:
    """The pixels of the boxes around those pieces of a line that parts_of() would cut."""
    top, left, bottom, right = pieces.boxes[line.pieces].T
    high, wide = bottom - top, right - left
    return int((high * wide)[(wide > CUTTABLE * line.height) & (high >= TALL * line.height)].sum())


def parts_of(line: Line, pieces: Pieces, region: Box, cutting: bool = True) -> Parts:
    """Cut each piece of a line at every possible place; without `cutting`, at none."""
    in_region = region.cut(pieces.labels)
    labels = np.zeros(in_region.shape, np.int32)
    parts: list[Part] = []
    masks = []
    for piece in line.pieces.tolist():
        top, left, bottom, right = pieces.boxes[piece]
        box = Box(int(top) - region.top, int(left) - region.left, int(bottom - top), int(right - left))
        masks.append((piece, box, box.cut(in_region) == piece + 1))
    pens = [thickness(mask) for _, _, mask in masks]
    lean = _lean([mask for _, box, mask in masks if box.rows >= TALL * line.height and box.columns <= box.rows])
    wide = [box.columns > CUTTABLE * line.height and box.rows >= TALL * line.height for _, box, _ in masks]
    to_cut = [k for k, each in enumerate(wide) if each and cutting]
    found = cuts([masks[k][2] for k in to_cut], line.height, lean, [pens[k] for k in to_cut])
    cut = dict(zip(to_cut, found, strict=True))
    for k, (piece, box, mask) in enumerate(masks):
        strips, piece_cuts = cut.get(k) or (np.zeros(mask.shape, np.int64), [])
        of = int(np.count_nonzero(np.bincount(strips[mask])))
        for i in range(len(piece_cuts) + 1):
            strip = mask & (strips == i)
            inner = box_of(strip)
            if inner is None:
                continue
            number = len(parts) + 1
            box.cut(labels)[strip] = number
            place = inner._replace(top=inner.top + box.top, left=inner.left + box.left)
            parts.append(Part(number, place, piece, piece_cuts[i - 1] if i else None, of))
    middle = [part.box.left + part.box.columns / 2 + lean * (part.box.top + part.box.rows / 2) for part in parts]
    tall = sorted((box for _, box, _ in masks if box.rows >= TALL * line.height), key=_middle)
    ordered = [parts[i] for i in np.argsort(middle, kind="stable")]
    small = [box for _, box, _ in masks if max(box.rows, box.columns) < STACKED * line.height]
    middles = [_middle(box) for box in tall]
    return Parts(ordered, _with_rims(labels), tall, small, middles, line.height, lean, float(np.median(pens)))


def _lean(masks: list[NDArray[np.bool_]]) -> float:
    """The slant of the writing, in columns to the left for each row down: the median over the masks."""
    return float(np.median([slants(mask[None].astype(np.float32))[0] for mask in masks])) if masks else 0.0


def _with_rims(labels: Labels) -> Labels:
    """The labels, extended by one pixel where there is no label, to include the soft edges of strokes."""
    padded = np.zeros((labels.shape[0] + 2, labels.shape[1] + 2), labels.dtype)  # several times as fast as np.pad
    padded[1:-1, 1:-1] = labels
    across = np.maximum(np.maximum(padded[:, :-2], padded[:, 1:-1]), padded[:, 2:])
    around = np.maximum(np.maximum(across[:-2], across[1:-1]), across[2:])
    return np.where(labels > 0, labels, around)


def place_of(writing: Parts, box: Box) -> Place:
    """Where a piece lies relative to the four digits that are nearest to it."""
    middle = _middle(box)
    index = bisect(writing.middles, middle)
    beside = writing.tall[max(0, index - NEIGHBOURS) : index + NEIGHBOURS]
    apart = [other for other in beside if not other.left <= middle < other.left + other.columns] or [box]
    nearest = sorted(apart, key=lambda other: abs(_middle(other) - middle))[:NEIGHBOURS]
    height = median([other.rows for other in nearest])
    top = median([other.top for other in nearest])
    foot = median([other.top + other.rows for other in nearest])
    return Place(
        high=box.rows / height,
        wide=box.columns / height,
        top=(box.top - top) / height,
        foot=(foot - box.top - box.rows) / height,
        between=_middle(apart[0]) < middle < _middle(apart[-1]),  # they are ordered from left to right
        lean=writing.lean,
        pen=writing.pen,
        stacked=any(_stacked(box, other) for other in writing.small),
    )


def _stacked(box: Box, other: Box) -> bool:
    """Whether two boxes lie one above the other."""
    beside = min(box.left + box.columns, other.left + other.columns) > max(box.left, other.left)
    return beside and max(box.top, other.top) >= min(box.top + box.rows, other.top + other.rows)


def _middle(box: Box) -> float:
    return box.left + box.columns / 2
