"""Segmentation of lines of writing into digits: which pieces belong together, and where touching digits are cut apart.

Every piece is cut at every possible place, into parts. A digit consists of one part or a few neighbouring parts. Each
way to group the parts of a line has a cost: how unsure the network is of every digit, how unlikely the shapes are, and
how much ink the cuts cross. Dynamic programming finds the cheapest way.

After LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998), section V:
heuristic over-segmentation.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.connected_components import Pieces
from digitlens.digits.preparation.framing import Box, frame
from digitlens.reading.page import budget
from digitlens.reading.page.budget import Budget
from digitlens.reading.page.lines import Line
from digitlens.reading.page.parts import TALL, Part, Parts, area_to_cut, parts_of, place_of
from digitlens.reading.page.segment_network import NOT_WHOLE, sorted_segments
from digitlens.reading.page.separators import is_slash, separator


class Evidence(NamedTuple):
    """The evidence against a group of neighbouring parts being one digit; 0 is none."""

    surprise: float  # minus the logarithm of the confidence in the digit
    cuts: float  # made at its left side
    strokes: float  # how many strokes these cuts cross
    holes: float  # how much enclosed paper they cross, in heights
    low: float  # how much lower it is than a digit, as a share
    wide: float  # how much wider it is than the line is high, in heights
    gap: float  # of paper within it, in heights
    apart: float  # pieces within it that would each be a digit
    raised: float  # how far its bottom is above those of its neighbours, in heights
    sliver: float  # how much narrower it is than a digit, if it was cut, as a share
    broken: float  # minus the logarithm of the probability that it is one whole digit, see segment_network.py
    strange: float  # minus the logarithm of its familiarity, if known


COSTS = Evidence(1.2, 0.4, 0.8, 2.0, 20.0, 4.0, 2.5, 4.0, 8.0, 1.0, 1.0, 0.5)  # nats for one unit of each

Judge = Callable[[NDArray[np.uint8]], NDArray[Any]]  # (n, 28, 28) framed -> (n, classes) activations
Familiar = Callable[[NDArray[np.uint8]], NDArray[Any]]  # (n, 28, 28) framed -> (n,), 0 unlike any digit to 1

MOST_PIECES = 4  # that a digit may consist of
HALF = 0.45  # line heights: several pieces, all lower than this, are no digit
WIDEST = 1.6  # line heights: the widest digit
WIDEST_GAP = 0.3  # line heights: the widest gap within a digit
LOW = 0.6  # of the line's height: a digit that was cut out and is lower is unlikely
RAISED = 0.2  # of the line's height: how far a digit's bottom may be above those of its neighbours
SLIVER = 0.25  # of the line's height: a digit that was cut out and is narrower is unlikely

NO_DIGIT = 4.0, 12.0  # nats: the cost of calling a piece a mark, if it is small, and if it is as high as a digit
CUT_OFF = 1.5  # nats: the cost of calling a part of a piece a slash
MOST_CHOICES = 2_500  # on a page: from the line on where there would be more, lines are not cut
AT_ONCE = 500  # pictures in one forward pass
OWN = 0.2, 0.45  # how much a network with a familiarity counts beside those that know rows: at least, and at most ...
FAMILIAR = 0.3  # ... from this familiarity on. A network without one counts alone
LEAST = 1e-3  # the least probability, which limits its logarithm
DOUBT = 0.02  # the same for a network with a familiarity, which is too sure of what it has not learned


@dataclass(frozen=True, slots=True, eq=False)
class Glyph:
    """A digit or a separator of a line."""

    box: Box  # in pixels of the straightened page
    image: NDArray[np.uint8]  # (28, 28), framed, as the network saw it before adjusting
    outputs: NDArray[np.float64]  # (classes,), activations
    kind: str  # "digit", or the kind of separator: "dash", "dot" ...
    familiarity: float | None  # 0..1, if known
    digit: int  # which one it is read as, if it is a digit
    index: int  # of its choice in the lattice of the line


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A group of neighbouring parts, interpreted as one glyph."""

    first: int
    last: int  # inclusive
    box: Box
    image: NDArray[np.uint8]
    evidence: Evidence
    kind: str  # "digit", or what else it is
    cost: float = 0.0  # nats, of not calling it a digit


class Span(NamedTuple):
    """A group of neighbouring parts that could be one glyph, not framed yet, because framing is slow."""

    first: int
    last: int  # inclusive
    box: Box
    evidence: Evidence


class Judged(NamedTuple):
    """The networks' results for the picture of a choice."""

    outputs: NDArray[np.float64]  # (classes,), activations
    digits: NDArray[np.float64]  # (classes,), how probable each is, by all networks, if it is one whole digit
    in_rows: NDArray[np.float64]  # (11,), by those that know rows alone, see segment_network.py
    whole: float  # probability that it is one whole digit, 0..1
    familiarity: float | None  # 0..1, if known


class Lattice(NamedTuple):
    """All choices of one line, what the networks say of each, and the cheapest way through them."""

    choices: list[Choice]
    judged: list[Judged]  # one for each choice
    costs: list[float]  # nats, one for each choice; of a digit, if it is the one that the network names
    way: list[int]  # the choices of the cheapest way, from left to right
    corner: tuple[int, int]  # the row and column of the page that their boxes are relative to

    def glyph(self, index: int, digit: int | None = None) -> Glyph:
        """The glyph of a choice. digit: which one it is read as; None: the one that the network names."""
        choice, judged = self.choices[index], self.judged[index]
        box = choice.box._replace(top=choice.box.top + self.corner[0], left=choice.box.left + self.corner[1])
        named = int(judged.digits.argmax()) if digit is None else digit
        return Glyph(box, choice.image, judged.outputs, choice.kind, judged.familiarity, named, index)


class Segments(NamedTuple):
    """What the lines of a page consist of."""

    lattices: list[Lattice]  # of each line; without choices of a line that was left out
    uncut: int  # how many lines were read without cutting anything
    left_out: int  # how many lines were not read at all


def segment(
    lines: Sequence[Line],
    pieces: Pieces,
    ink: NDArray[np.float32],
    judge: Judge,
    familiar: Familiar | None = None,
    cutting: bool = True,
) -> Segments:
    """The digits and separators of each line.

    ink: (rows, columns), 0..1, the whole page; judge: the network; familiar: the familiarity of framed pictures, if
    known. Both are called with the choices of many lines together, because calls for single short lines would be slow.
    cutting: whether pieces may be cut. From the line on where that would be more work than is left, none is cut.
    """
    work = _Work(cutting)
    found = [work.choices_of(line, pieces, ink) for line in lines]
    images: list[NDArray[np.uint8]] = []
    for choices, _ in found:
        for choice in choices:
            if not images or choice.image is not images[-1]:  # a digit or a mark: the same picture
                images.append(choice.image)
    results = chain.from_iterable(
        _judged(images[i : i + AT_ONCE], judge, familiar) for i in range(0, len(images), AT_ONCE)
    )
    lattices: list[Lattice] = []
    for choices, corner in found:
        of_line: list[Judged] = []  # one for each choice
        for k, choice in enumerate(choices):
            of_line.append(of_line[-1] if k and choice.image is choices[k - 1].image else next(results))
        costs = [_cost(choice, judged) for choice, judged in zip(choices, of_line, strict=True)]
        way = cheapest_way(choices, costs, 1 + max((choice.last for choice in choices), default=-1))
        lattices.append(Lattice(choices, of_line, costs, [k for k, _ in way], corner))
    return Segments(lattices, work.uncut, work.left_out)


class _Work:
    """The choices of one line after another, as far as the work of a page allows."""

    def __init__(self, cutting: bool) -> None:
        self.cutting = cutting
        self.framed = self.uncut = self.left_out = 0  # choices so far; lines
        self._regions, self._cuts = Budget(budget.LINES), Budget(budget.CUTS)
        self._choices = Budget(budget.CHOICES)

    def choices_of(self, line: Line, pieces: Pieces, ink: NDArray[np.float32]) -> tuple[list[Choice], tuple[int, int]]:
        """The choices of one line, and the corner that their boxes are relative to; none where it is too much work."""
        region = region_of(line, pieces)
        corner = region.top, region.left
        if not self._regions.spend(region.rows * region.columns):
            self.left_out += 1
            return [], corner
        self.cutting = self.cutting and self._cuts.spend(area_to_cut(line, pieces))
        writing = parts_of(line, pieces, region, self.cutting)
        spans = list(islice(spans_of(writing), MOST_CHOICES - self.framed + 1 if self.cutting else None))
        if self.cutting and not (self.framed + len(spans) <= MOST_CHOICES and self._choices.spend(work_of(spans))):
            self.cutting = False
            writing = parts_of(line, pieces, region, cutting=False)
            spans = list(spans_of(writing))
        if not self.cutting and not self._choices.spend(work_of(spans)):
            self.left_out += 1
            return [], corner
        self.uncut += not self.cutting
        self.framed += len(spans)
        return _choices(writing, spans, region.cut(ink)), corner


def work_of(spans: Sequence[Span]) -> int:
    """How much work it is to frame and to read them, in pixels."""
    return sum(budget.CHOICE + span.box.rows * span.box.columns for span in spans)


def _judged(images: list[NDArray[np.uint8]], judge: Judge, familiar: Familiar | None) -> Iterator[Judged]:
    """The networks' results for framed pictures, at least one."""
    framed = np.stack(images)  # (n, 28, 28)
    known = [None] * len(framed) if familiar is None else np.asarray(familiar(framed), np.float64).tolist()
    outputs = np.asarray(judge(framed), np.float64)
    segments = sorted_segments(framed)  # (n, 11)
    whole = 1 - segments[:, NOT_WHOLE]
    digits = _alone(outputs) if familiar is None else _together(outputs, segments, np.array(known))
    return map(Judged, outputs, digits, segments, whole.tolist(), known)


def _alone(outputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """How probable each digit is by the network alone: (n, classes) activations -> the same shape."""
    shares: NDArray[np.float64] = np.maximum(outputs, LEAST) / np.maximum(outputs.sum(axis=1, keepdims=True), 1)
    return shares / np.maximum(shares.sum(axis=1, keepdims=True), 1)


def _together(
    outputs: NDArray[np.float64], segments: NDArray[np.float64], familiarity: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How probable each digit is by all networks, (n, classes): a geometric mean.

    outputs: (n, classes), of the network; segments: (n, 11), of those that know rows; familiarity: (n,), 0..1. The less
    familiar a digit is, the less the network counts: it has not learned that way of writing.
    """
    n, classes = outputs.shape
    weight = OWN[0] + (OWN[1] - OWN[0]) * np.minimum(1, familiarity[:, None] / FAMILIAR)
    own = np.maximum(outputs / np.maximum(outputs.sum(axis=1, keepdims=True), 1), DOUBT)
    other = np.full((n, classes), LEAST)
    known = min(classes, NOT_WHOLE)
    other[:, :known] = segments[:, :known] / np.maximum(1 - segments[:, NOT_WHOLE:], LEAST**2)
    both = own**weight * np.maximum(other, LEAST) ** (1 - weight)
    shares: NDArray[np.float64] = both / both.sum(axis=1, keepdims=True)
    return shares


def choices_of(line: Line, pieces: Pieces, ink: NDArray[np.float32]) -> tuple[list[Choice], tuple[int, int]]:
    """All choices for the parts of a line, and the row and column of the page that their boxes are relative to.

    ink: (rows, columns), 0..1, the whole page.
    """
    region = region_of(line, pieces)
    writing = parts_of(line, pieces, region)
    return _choices(writing, list(spans_of(writing)), region.cut(ink)), (region.top, region.left)


def region_of(line: Line, pieces: Pieces) -> Box:
    """The region of a line on the page, with a border of one pixel above and to the left."""
    boxes = pieces.boxes[line.pieces]
    top, left = (max(0, int(x) - 1) for x in boxes[:, :2].min(axis=0))
    bottom, right = (int(x) + 1 for x in boxes[:, 2:].max(axis=0))
    return Box(top, left, bottom - top, right - left)


def _cost(choice: Choice, judged: Judged) -> float:
    if choice.kind != "digit":
        return choice.cost
    evidence = choice.evidence._replace(
        surprise=-math.log(max(float(judged.digits.max()), LEAST)),
        broken=-math.log(max(judged.whole, LEAST)),
        strange=0.0 if judged.familiarity is None else -math.log(max(judged.familiarity, LEAST)),
    )
    return sum(cost * amount for cost, amount in zip(COSTS, evidence, strict=True))


def cheapest_way(choices: list[Choice], costs: list[float], n: int) -> list[tuple[int, Choice]]:
    """The choices, with their indices, that cover each of n parts exactly once at the least total cost."""
    least = [0.0] + [math.inf] * n
    best: list[tuple[int, Choice] | None] = [None] * (n + 1)
    for k in sorted(range(len(choices)), key=lambda k: choices[k].first):
        choice = choices[k]
        total = least[choice.first] + costs[k]
        if total < least[choice.last + 1]:
            least[choice.last + 1], best[choice.last + 1] = total, (k, choice)
    way = []
    while n:
        step = best[n]
        assert step is not None  # a single part is always a choice
        way.append(step)
        n = step[1].first
    return way[::-1]


def spans_of(writing: Parts) -> Iterator[Span]:
    """The groups of parts that could be one glyph: every single part, and groups of neighbours."""
    return chain.from_iterable(_spans_from(writing, first) for first in range(len(writing.parts)))


def _spans_from(writing: Parts, first: int) -> Iterator[Span]:
    parts, height = writing.parts, writing.height
    for last in range(first, len(parts)):
        group = parts[first : last + 1]
        if len({part.piece for part in group}) > MOST_PIECES:
            break
        top = min(part.box.top for part in group)
        left = min(part.box.left for part in group)
        bottom = max(part.box.top + part.box.rows for part in group)
        right = max(part.box.left + part.box.columns for part in group)
        if last > first and right - left > WIDEST * height:
            break
        box = Box(top, left, bottom - top, right - left)
        evidence = _evidence(writing, first, last, box)
        if evidence.gap > WIDEST_GAP or _is_low(group, height):
            continue
        yield Span(first, last, box, evidence)


def _is_low(group: Sequence[Part], height: float) -> bool:
    """Whether these are parts of several pieces, none of which is as high as half a digit, as the dots of a colon."""
    reach: dict[int, tuple[int, int]] = {}
    for part in group:
        top, bottom = reach.get(part.piece, (part.box.top, 0))
        reach[part.piece] = min(top, part.box.top), max(bottom, part.box.top + part.box.rows)
    return len(reach) > 1 and max(bottom - top for top, bottom in reach.values()) < HALF * height


def _choices(writing: Parts, spans: list[Span], ink: NDArray[np.float32]) -> list[Choice]:
    """The framed choices for the spans of a line: each may be a digit; a whole piece may also be a separator."""
    parts, height = writing.parts, writing.height
    choices = []
    for first, last, box, evidence in spans:
        group = parts[first : last + 1]
        rim = Box(max(0, box.top - 1), max(0, box.left - 1), box.rows + 2, box.columns + 2)
        chosen = np.zeros(len(parts) + 1, dtype=bool)
        chosen[[part.number for part in group]] = True
        mine = chosen[rim.cut(writing.labels)]
        image = np.rint(255 * frame(np.where(mine, rim.cut(ink), 0.0))).astype(np.uint8)
        choices.append(Choice(first, last, box, image, evidence, "digit"))
        if len(group) == group[0].of == sum(part.piece == group[0].piece for part in group):
            unlikely = NO_DIGIT[box.rows >= TALL * height]
            kind, none = separator(mine, place_of(writing, box))
            choices.append(Choice(first, last, box, image, evidence, kind or "mark", none if kind else unlikely))
        elif _hangs_on_a_digit(writing, first, last, box, mine):
            choices.append(Choice(first, last, box, image, evidence, "slash", CUT_OFF))
    return choices


def _hangs_on_a_digit(writing: Parts, first: int, last: int, box: Box, mine: NDArray[np.bool_]) -> bool:
    """Whether parts of a piece, and not of one at an end of the line, are a slash."""
    inner = first > 0 and last < len(writing.parts) - 1
    return inner and box.rows > writing.height and is_slash(mine, replace(place_of(writing, box), between=True))


def _evidence(writing: Parts, first: int, last: int, box: Box) -> Evidence:
    """What a glyph's shape says before the network has seen it."""
    parts, height = writing.parts, writing.height
    group = parts[first : last + 1]
    start = group[0].start
    inside = Counter(part.piece for part in group)
    cut = any(inside[part.piece] < part.of for part in group)
    low = LOW if cut else LOW / 2
    gap = apart = 0.0
    reach = -(10**9)
    for before, part in pairwise(group):
        reach = max(reach, before.box.left + before.box.columns)
        paper = part.box.left - reach
        if part.piece == before.piece or paper <= 0:
            continue
        gap += paper / height
        apart += min(part.box.rows, before.box.rows) >= TALL * height
    return Evidence(
        surprise=0.0,
        cuts=float(start is not None),
        strokes=start.strokes if start else 0.0,
        holes=start.holes if start else 0.0,
        low=max(0.0, low - box.rows / height) / low,
        wide=max(0.0, box.columns / height - 1.1),
        gap=gap,
        apart=apart,
        raised=max(0.0, place_of(writing, box).foot - RAISED),
        sliver=max(0.0, SLIVER - box.columns / height) / SLIVER if cut else 0.0,
        broken=0.0,
        strange=0.0,
    )
