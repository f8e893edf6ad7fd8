"""Lines of writing become digits: which pieces belong together, and where touching digits are cut apart.

Every piece is cut wherever that is possible, into parts. A digit is one part or a few neighbours; many ways lead
through a line, and each has its cost: what the network makes of every digit, how unlikely its shape is, how much ink
its cuts go through. The cheapest way is found by dynamic programming, part by part.

After LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998), section V:
heuristic over-segmentation.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.framing import Box, frame
from digitlens.reading.page.connected_components import Pieces
from digitlens.reading.page.lines import Line
from digitlens.reading.page.parts import TALL, Parts, parts_of, place_of
from digitlens.reading.page.separators import SMALL, separator
from digitlens.reading.page.whole_digit import wholeness


class Evidence(NamedTuple):
    """What speaks against some neighbouring parts being one digit; 0 is nothing."""

    surprise: float  # minus the logarithm of how sure the network is
    cuts: float  # made at its left side
    strokes: float  # that these cuts go through
    holes: float  # paper closed in by ink that they go through, in heights
    low: float  # how much lower it is than a digit, as a share
    wide: float  # how much wider it is than the line is high, in heights
    gap: float  # of paper within it, in heights
    apart: float  # pieces within it that would each be a digit
    raised: float  # how far its foot ends above those of its neighbours, in heights
    sliver: float  # how much narrower it is than a digit, if it was cut, as a share
    broken: float  # minus the logarithm of how likely it is one whole digit, see whole_digit.py
    strange: float  # minus the logarithm of how familiar it looks, where that is known


COSTS = Evidence(1.2, 0.4, 0.8, 2.0, 20.0, 4.0, 2.5, 4.0, 8.0, 1.0, 1.0, 0.5)  # nats, for each of the above

Judge = Callable[[NDArray[np.uint8]], NDArray[Any]]  # (n, 28, 28) framed -> (n, classes) activations
Familiar = Callable[[NDArray[np.uint8]], NDArray[Any]]  # (n, 28, 28) framed -> (n,), 0 unlike any digit to 1

MOST_PIECES = 4  # of one digit
WIDEST = 1.6  # line heights: no digit is wider
WIDEST_GAP = 0.3  # line heights: of paper within a digit
LOW = 0.6  # of the line's height: a digit that is cut out and lower is unlikely
RAISED = 0.2  # of the line's height: a digit's foot may be so far above those of its neighbours
SLIVER = 0.25  # of the line's height: a digit that is cut out and narrower is unlikely

NO_DIGIT = 4.0, 12.0  # nats: a small piece is no digit; nor is one that is as high as digits are
MOST_CHOICES = 3_000  # on a page: where there would be more, no further line is cut
AT_ONCE = 500  # pictures that the networks are asked about together
LEAST = 1e-3  # how sure an answer can be of being wrong


@dataclass(frozen=True, slots=True, eq=False)
class Glyph:
    """A digit, or a separator, that was found in a line."""

    box: Box  # in pixels of the straightened page
    image: NDArray[np.uint8]  # (28, 28), framed, as the network saw it before adjusting
    outputs: NDArray[np.float64]  # (classes,), activations
    kind: str  # "digit", or what separates digits: "dash", "dot" ...
    familiarity: float | None  # 0..1, where it is known


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Some neighbouring parts, taken for one glyph."""

    first: int
    last: int  # inclusive
    box: Box
    image: NDArray[np.uint8]
    evidence: Evidence
    kind: str  # "digit", or what it is otherwise
    cost: float = 0.0  # nats, of not being a digit


class Span(NamedTuple):
    """Some neighbouring parts that could be one glyph, not framed yet: framing is what takes the time."""

    first: int
    last: int  # inclusive
    box: Box
    evidence: Evidence


class Seen(NamedTuple):
    """What the networks make of a choice's picture."""

    outputs: NDArray[np.float64]  # (classes,), activations
    whole: float  # how likely it is one whole digit, 0..1
    familiarity: float | None  # how much it looks like a digit at all, 0..1, where that is known


def split(
    lines: Sequence[Line],
    pieces: Pieces,
    ink: NDArray[np.float32],
    judge: Judge,
    familiar: Familiar | None = None,
    cutting: bool = True,
) -> tuple[list[list[Glyph]], int]:
    """Find the digits and separators of each line, from left to right; and in how many lines nothing was cut.

    ink: (rows, columns), 0..1, the whole page; judge: what the network says of framed pictures; familiar: how much
    they look like digits at all, where there is something that knows. Both are asked about the choices of many lines
    together: about a page of short lines they would be asked too often. cutting: whether pieces may be cut; from the
    line on where all choices of the page would be more than MOST_CHOICES, none is.
    """
    found: list[tuple[list[Choice], tuple[int, int]]] = []
    uncut = framed = 0
    for line in lines:
        region = region_of(line, pieces)
        writing = parts_of(line, pieces, region, cutting)
        spans = spans_of(writing)
        if cutting and framed + len(spans) > MOST_CHOICES:
            cutting = False
            writing = parts_of(line, pieces, region, cutting)
            spans = spans_of(writing)
        uncut += not cutting
        framed += len(spans)
        found.append((_choices(writing, spans, region.cut(ink)), (region.top, region.left)))
    glyphs: list[list[Glyph]] = []
    images = [choice.image for choices, _ in found for choice in choices]
    seen = chain.from_iterable(_seen(images[i : i + AT_ONCE], judge, familiar) for i in range(0, len(images), AT_ONCE))
    for choices, corner in found:
        of_line = list(islice(seen, len(choices)))  # one for each choice
        costs = [_cost(choice, one) for choice, one in zip(choices, of_line, strict=True)]
        way = cheapest_way(choices, costs, 1 + max(choice.last for choice in choices))
        glyphs.append([_glyph(choice, corner, of_line[k]) for k, choice in way])
    return glyphs, uncut


def _seen(images: list[NDArray[np.uint8]], judge: Judge, familiar: Familiar | None) -> Iterator[Seen]:
    """What the networks make of each of some framed pictures, at least one."""
    framed = np.stack(images)  # (n, 28, 28)
    known = [None] * len(framed) if familiar is None else np.asarray(familiar(framed), np.float64).tolist()
    return map(Seen, np.asarray(judge(framed), np.float64), wholeness(framed).tolist(), known)


def _glyph(choice: Choice, corner: tuple[int, int], seen: Seen) -> Glyph:
    box = choice.box._replace(top=choice.box.top + corner[0], left=choice.box.left + corner[1])
    return Glyph(box, choice.image, seen.outputs, choice.kind, seen.familiarity)


def choices_of(line: Line, pieces: Pieces, ink: NDArray[np.float32]) -> tuple[list[Choice], tuple[int, int]]:
    """All that the parts of a line could be, and the row and column of the page that their boxes count from.

    ink: (rows, columns), 0..1, the whole page.
    """
    region = region_of(line, pieces)
    writing = parts_of(line, pieces, region)
    return _choices(writing, spans_of(writing), region.cut(ink)), (region.top, region.left)


def region_of(line: Line, pieces: Pieces) -> Box:
    """Where a line is on the page, with a rim of one pixel above and to the left."""
    boxes = pieces.boxes[line.pieces]
    top, left = (max(0, int(x) - 1) for x in boxes[:, :2].min(axis=0))
    bottom, right = (int(x) + 1 for x in boxes[:, 2:].max(axis=0))
    return Box(top, left, bottom - top, right - left)


def _cost(choice: Choice, seen: Seen) -> float:
    if choice.kind != "digit":
        return choice.cost
    sure = float(seen.outputs.max()) / max(1.0, float(seen.outputs.sum()))
    evidence = choice.evidence._replace(
        surprise=-math.log(max(sure, LEAST)),
        broken=-math.log(max(seen.whole, LEAST)),
        strange=0.0 if seen.familiarity is None else -math.log(max(seen.familiarity, LEAST)),
    )
    return sum(cost * amount for cost, amount in zip(COSTS, evidence, strict=True))


def cheapest_way(choices: list[Choice], costs: list[float], n: int) -> list[tuple[int, Choice]]:
    """The choices, with their numbers, that together take each of n parts once, at the least cost."""
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
        assert step is not None  # each part alone is a choice
        way.append(step)
        n = step[1].first
    return way[::-1]


def spans_of(writing: Parts) -> list[Span]:
    """What could be a glyph in a line: each part alone, always; it and its neighbours."""
    return [span for first in range(len(writing.parts)) for span in _spans_from(writing, first)]


def _spans_from(writing: Parts, first: int) -> Iterator[Span]:
    parts, height = writing.parts, writing.height
    for last in range(first, len(parts)):
        some = parts[first : last + 1]
        if len({part.piece for part in some}) > MOST_PIECES:
            break
        top = min(part.box.top for part in some)
        left = min(part.box.left for part in some)
        bottom = max(part.box.top + part.box.rows for part in some)
        right = max(part.box.left + part.box.columns for part in some)
        if last > first and right - left > WIDEST * height:
            break
        box = Box(top, left, bottom - top, right - left)
        evidence = _evidence(writing, first, last, box)
        if evidence.gap > WIDEST_GAP or (last > first and max(part.box.rows for part in some) < SMALL * height):
            continue
        yield Span(first, last, box, evidence)


def _choices(writing: Parts, spans: list[Span], ink: NDArray[np.float32]) -> list[Choice]:
    """What the spans of a line could be, framed: a digit, and what is a whole piece a separator as well."""
    parts, height = writing.parts, writing.height
    choices = []
    for first, last, box, evidence in spans:
        some = parts[first : last + 1]
        rim = Box(max(0, box.top - 1), max(0, box.left - 1), box.rows + 2, box.columns + 2)
        chosen = np.zeros(len(parts) + 1, dtype=bool)
        chosen[[part.number for part in some]] = True
        mine = chosen[rim.cut(writing.labels)]
        image = np.rint(255 * frame(np.where(mine, rim.cut(ink), 0.0))).astype(np.uint8)
        choices.append(Choice(first, last, box, image, evidence, "digit"))
        if len(some) == some[0].of == sum(part.piece == some[0].piece for part in some):
            unlikely = NO_DIGIT[box.rows >= TALL * height]
            kind, none = separator(mine, place_of(writing, box))
            choices.append(Choice(first, last, box, image, evidence, kind or "mark", none if kind else unlikely))
    return choices


def _evidence(writing: Parts, first: int, last: int, box: Box) -> Evidence:
    """What a glyph's shape says before the network has seen it."""
    parts, height = writing.parts, writing.height
    some = parts[first : last + 1]
    start = some[0].start
    inside = Counter(part.piece for part in some)
    cut = any(inside[part.piece] < part.of for part in some)
    low = LOW if cut else LOW / 2
    gap = apart = 0.0
    reach = -(10**9)
    for before, part in pairwise(some):
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
