"""A line of writing becomes digits: which pieces belong together, and where touching digits are cut apart.

Every piece is cut wherever that is possible, into parts. A digit is one part or a few neighbours; many ways lead
through a line, and each has its cost: what the network makes of every digit, how unlikely its shape is, how much ink
its cuts go through. The cheapest way is found by dynamic programming, part by part.

After LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998), section V:
heuristic over-segmentation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.adjusting import slants
from digitlens.digits.framing import Box, box_of, frame
from digitlens.reading.page.cuts import cuts, thickness
from digitlens.reading.page.lines import Line
from digitlens.reading.page.pieces import Labels, Pieces
from digitlens.reading.page.separators import separator

Judge = Callable[[NDArray[np.uint8]], NDArray[np.float64]]  # (n, 28, 28) framed -> (n, classes) activations

MOST_PARTS = 4  # of one digit
WIDEST = 1.6  # line heights: no digit is wider
CUTTABLE = 0.55  # line heights: what is narrower is one digit
LOW = 0.6  # of the line's height: a digit that is cut out and lower is unlikely
TALL = 0.55  # of the line's height: two such pieces side by side are two digits

A_CUT = 0.9  # what one cut costs, in nats
A_STROKE = 0.9  # and what each stroke that it crosses costs
A_GAP = 5.0  # a gap as wide as the line is high within one digit
TOO_LOW = 5.0  # a height of nothing
TOO_WIDE = 2.0  # a line's height too wide
NO_DIGIT = 4.0  # a piece that looks like a digit is none
LEAST = 1e-3  # how sure an answer can be of being wrong


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What is left when a piece is cut wherever it can be; from left to right these make up the line."""

    number: int  # in the line's labels
    box: Box  # in the line's own pixels
    piece: int
    strokes: float  # that the cut to the part before it crosses; 0: nothing was cut


@dataclass(frozen=True, slots=True, eq=False)
class Glyph:
    """A digit, or a separator, that was found in a line."""

    box: Box  # in pixels of the straightened page
    image: NDArray[np.uint8]  # (28, 28), framed, as the network saw it before adjusting
    outputs: NDArray[np.float64]  # (classes,), activations
    kind: str  # "digit", or what separates digits: "dash", "dot" ...


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """Some neighbouring parts, taken for one glyph."""

    first: int
    last: int  # inclusive
    box: Box
    image: NDArray[np.uint8]
    shape_cost: float
    kind: str


def split(line: Line, pieces: Pieces, ink: NDArray[np.float32], judge: Judge) -> list[Glyph]:
    """Find the digits and separators of a line, from left to right.

    ink: (rows, columns), 0..1, the whole page; judge: what the network says of framed pictures.
    """
    boxes = pieces.boxes[line.pieces]
    region = Box(*(max(0, int(x) - 1) for x in boxes[:, :2].min(axis=0)), 0, 0)
    bottom, right = (int(x) + 1 for x in boxes[:, 2:].max(axis=0))
    region = region._replace(rows=bottom - region.top, columns=right - region.left)
    labels, parts = _parts(line, pieces, region)
    own_ink = region.cut(ink)
    choices = [choice for i in range(len(parts)) for choice in _choices(parts, i, labels, own_ink, line.height)]
    outputs = judge(np.stack([choice.image for choice in choices]))
    return [
        Glyph(
            choice.box._replace(top=choice.box.top + region.top, left=choice.box.left + region.left),
            choice.image,
            outputs[k],
            choice.kind,
        )
        for k, choice in cheapest_way(choices, [_cost(c, o) for c, o in zip(choices, outputs, strict=True)], len(parts))
    ]


def _cost(choice: _Choice, outputs: NDArray[np.float64]) -> float:
    if choice.kind != "digit":
        return choice.shape_cost
    sure = float(outputs.max()) / max(1.0, float(outputs.sum()))
    return choice.shape_cost - math.log(max(sure, LEAST))


def cheapest_way(choices: list[_Choice], costs: list[float], n: int) -> list[tuple[int, _Choice]]:
    """The choices, with their numbers, that together take each of n parts once, at the least cost."""
    least = [0.0] + [math.inf] * n
    best: list[tuple[int, _Choice] | None] = [None] * (n + 1)
    for k in sorted(range(len(choices)), key=lambda k: choices[k].first):
        choice = choices[k]
        total = least[choice.first] + costs[k]
        if total < least[choice.last + 1]:
            least[choice.last + 1], best[choice.last + 1] = total, (k, choice)
    way = []
    while n:
        step = best[n]
        assert step is not None  # each part alone is a choice
        way.append(step)
        n = step[1].first
    return way[::-1]


def _parts(line: Line, pieces: Pieces, region: Box) -> tuple[Labels, list[Part]]:
    """The line's own labels, one a part, and the parts from left to right."""
    found = region.cut(pieces.labels)  # type: ignore[arg-type]
    labels = np.zeros(found.shape, np.int32)
    parts: list[Part] = []
    masks = []
    for piece in line.pieces.tolist():
        top, left, bottom, right = pieces.boxes[piece]
        box = Box(int(top) - region.top, int(left) - region.left, int(bottom - top), int(right - left))
        masks.append((piece, box, box.cut(found) == piece + 1))  # type: ignore[arg-type]
    lean = _lean([mask for _, box, mask in masks if box.rows >= TALL * line.height and box.columns <= box.rows])
    for piece, box, mask in masks:
        strips, crossed = np.zeros(mask.shape, np.int64), []
        if box.columns > CUTTABLE * line.height and box.rows >= TALL * line.height:
            strips, crossed = cuts(mask, line.height, lean, thickness(mask))
        for k in range(len(crossed) + 1):
            strip = mask & (strips == k)
            inner = box_of(strip)  # type: ignore[arg-type]
            if inner is None:
                continue
            number = len(parts) + 1
            box.cut(labels)[strip] = number  # type: ignore[arg-type]
            place = inner._replace(top=inner.top + box.top, left=inner.left + box.left)
            parts.append(Part(number, place, piece, crossed[k - 1] if k else 0.0))
    middle = [part.box.left + part.box.columns / 2 + lean * (part.box.top + part.box.rows / 2) for part in parts]
    return _with_rims(labels), [parts[i] for i in np.argsort(middle, kind="stable")]


def _lean(masks: list[NDArray[np.bool_]]) -> float:
    """How many columns the writing leans to the left a row down: of the pieces that are higher than wide, the median."""
    return float(np.median([slants(mask[None].astype(np.float32))[0] for mask in masks])) if masks else 0.0


def _with_rims(labels: Labels) -> Labels:
    """Each label also where its own soft rim is: on the pixels around it that have no label."""
    padded = np.pad(labels, 1)
    rows, columns = labels.shape
    around = [padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    return np.where(labels > 0, labels, np.maximum.reduce(around)).astype(np.int32)


def _choices(
    parts: list[Part], first: int, labels: Labels, ink: NDArray[np.float32], height: float
) -> list[_Choice]:
    """What could begin with a part: the part alone, always; it and its neighbours; a separator."""
    choices = []
    for last in range(first, min(first + MOST_PARTS, len(parts))):
        some = parts[first : last + 1]
        top = min(part.box.top for part in some)
        left = min(part.box.left for part in some)
        bottom = max(part.box.top + part.box.rows for part in some)
        right = max(part.box.left + part.box.columns for part in some)
        if last > first and right - left > WIDEST * height:
            break
        box = Box(top, left, bottom - top, right - left)
        cost = _shape_cost(parts, first, last, box, height)
        if last > first and cost >= 2 * NO_DIGIT:
            continue
        rim = Box(max(0, top - 1), max(0, left - 1), box.rows + 2, box.columns + 2)
        mine = np.isin(rim.cut(labels), [part.number for part in some])  # type: ignore[arg-type]
        image = np.rint(255 * frame(np.where(mine, rim.cut(ink), 0.0))).astype(np.uint8)  # type: ignore[arg-type]
        choices.append(_Choice(first, last, box, image, cost, "digit"))
        if first == last and parts[first].strokes == 0:
            kind, none = separator(mine, box.rows / height, box.columns / height)
            choices.append(_Choice(first, last, box, image, none if kind else NO_DIGIT, kind or "mark"))
    return choices


def _shape_cost(parts: list[Part], first: int, last: int, box: Box, height: float) -> float:
    """What a glyph's shape costs before the network has seen it, in nats."""
    some = parts[first : last + 1]
    cost = 0.0
    if some[0].strokes:
        cost += A_CUT + A_STROKE * some[0].strokes
    is_cut = some[0].strokes > 0 or (last + 1 < len(parts) and parts[last + 1].strokes > 0)
    low = LOW if is_cut else LOW / 2
    cost += TOO_LOW * max(0.0, low - box.rows / height) / low
    cost += TOO_WIDE * max(0.0, box.columns / height - 1.1)
    reach = -10**9
    for before, part in zip(some, some[1:], strict=False):
        reach = max(reach, before.box.left + before.box.columns)
        gap = part.box.left - reach
        if part.piece == before.piece or gap <= 0:
            continue
        cost += A_GAP * gap / height
        if min(part.box.rows, before.box.rows) >= TALL * height:
            cost += NO_DIGIT
    return cost
