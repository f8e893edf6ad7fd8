"""A line of writing becomes numbers: which digits belong together, how probable each is, and what else it could be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from digitlens.reading.expectation import Expectation
from digitlens.reading.page import confidence
from digitlens.reading.page.cells import Cells
from digitlens.reading.page.neighbours import Neighbours
from digitlens.reading.page.segmentation import Glyph, Lattice
from digitlens.reading.page.ways import JOINING, Gaps, best_ways, is_colon, other_digits

WIDE_GAP = 0.9  # line heights: the least gap between two numbers ...
USUAL_GAP = 1.8  # ... which is also at least this many times the narrow gaps of the line
BENT = 25.0  # nats: what a line may cost more than its best way before it is said that nothing fits
OTHERS = 3  # digits that are named beside the one that was read

Alternatives = tuple[tuple[int, float], ...]  # digits, and how probable each is


class DigitReading(NamedTuple):
    """One digit of a line."""

    glyph: Glyph
    confidence: float | None = None  # that it is right
    alternatives: Alternatives = ()  # what else it could be
    evidence: tuple[float, ...] = ()  # which the confidence was estimated from


class NumberReading(NamedTuple):
    """One number of a line."""

    digits: list[DigitReading]
    confidence: float | None  # that all of it is right
    alternatives: tuple[tuple[str, float], ...]  # what else it could be, and how probable that is
    evidence: tuple[float, ...]  # which the confidence was estimated from


def read_line(
    lattice: Lattice, height: float, cells: Cells, beside: Neighbours, expected: Expectation | None
) -> tuple[list[NumberReading], bool | None]:
    """The numbers of a line, and whether they are what is expected; None: nothing is.

    height: of the line, in pixels; cells: those that it runs through; beside: what stands on the page besides. Where
    nothing fits, the line is read as if nothing were expected.
    """
    glyphs = [lattice.glyph(k) for k in lattice.way]
    if not any(glyph.kind == "digit" for glyph in glyphs):
        return [], None
    wide = wide_gap(glyphs, height)
    if expected is not None:
        end = 1 + max(choice.last for choice in lattice.choices)
        ways = best_ways(lattice, 0, end, expected, Gaps(wide * height, height, cells.beside(lattice.corner)))
        usual = sum(lattice.costs[k] for k in lattice.way)
        if ways and ways[0].cost - usual <= BENT:
            steps = [(lattice.glyph(k, digit), digit) for k, digit in ways[0].steps()]
            parts = iter(ways[0].text.split(" "))
            left, numbers = 0, [list[Glyph]()]
            left = len(next(parts))
            for glyph, digit in steps:
                if digit < 0:
                    continue
                if not left:
                    left = len(next(parts))
                    numbers.append([])
                numbers[-1].append(glyph)
                left -= 1
            return [_number(lattice, number, beside, expected) for number in numbers], True
    starts = starts_of_numbers(glyphs, wide, height, cells)
    numbers = []
    for i, glyph in enumerate(glyphs):
        if glyph.kind == "digit":
            if not numbers or i in starts:
                numbers.append([])
            numbers[-1].append(glyph)
    return [_number(lattice, number, beside, None) for number in numbers], None if expected is None else False


def _number(lattice: Lattice, glyphs: list[Glyph], beside: Neighbours, expected: Expectation | None) -> NumberReading:
    first, end = lattice.choices[glyphs[0].index].first, lattice.choices[glyphs[-1].index].last + 1
    known = all(glyph.familiarity is not None for glyph in glyphs)
    ways = best_ways(lattice, first, end, expected) if known else []
    text = "".join(str(glyph.digit) for glyph in glyphs)
    ways.sort(key=lambda way: way.text != text)  # the one that was read comes first
    if not ways or ways[0].text != text:  # nor can what else it could be be told
        return NumberReading([DigitReading(glyph) for glyph in glyphs], None, (), ())
    evidence = confidence.number_evidence(lattice, ways, beside.beside([glyph.box for glyph in glyphs]))
    sure = confidence.of_number(evidence)
    others = [way for way in ways[1:] if way.text]
    shares = confidence.shares([way.cost for way in others], 1 - sure)
    alternatives = tuple((way.text, share) for way, share in zip(others, shares, strict=True))
    return NumberReading([_digit(lattice, glyph, sure) for glyph in glyphs], sure, alternatives, evidence)


def _digit(lattice: Lattice, glyph: Glyph, least: float) -> DigitReading:
    """A digit with its confidence, which is not below that of its number, and with what else it could be."""
    named = int(lattice.judged[glyph.index].digits.argmax()) == glyph.digit
    evidence = confidence.digit_evidence(lattice, glyph.index)
    sure = confidence.of_digit(evidence)
    sure = max(least, sure if named else 1 - sure)
    others = [(digit, cost) for digit, cost in other_digits(lattice, glyph.index, None) if digit != glyph.digit]
    shares = confidence.shares([cost for _, cost in others], 1 - sure)
    alternatives = [(digit, share) for (digit, _), share in zip(others, shares, strict=True)]
    return DigitReading(glyph, sure, tuple(alternatives[:OTHERS]), evidence)


def wide_gap(glyphs: Sequence[Glyph], height: float) -> float:
    """How wide a gap between two numbers of a line is at least, in heights; glyphs: of the line."""
    digits = [glyph for glyph in glyphs if glyph.kind == "digit"]
    gaps = [(after.box.left - before.box.left - before.box.columns) / height for before, after in pairwise(digits)]
    return max(WIDE_GAP, USUAL_GAP * max(0.0, float(np.quantile(gaps, 0.25)))) if gaps else math.inf


def starts_of_numbers(glyphs: Sequence[Glyph], wide: float, height: float, cells: Cells) -> set[int]:
    """The glyphs that begin a number: those after a separator other than a comma or one dot, or after a wide gap.

    Where there are cells, gaps between some of them say nothing.
    """
    digits = [i for i, glyph in enumerate(glyphs) if glyph.kind == "digit"]
    starts = set()
    for before, after in pairwise(digits):
        box, following = glyphs[before].box, glyphs[after].box
        parted = cells.part(box, following)
        if parted is None:
            parted = following.left - box.left - box.columns > wide * height
        marks = glyphs[before + 1 : after]
        colon = any(is_colon(a.box, b.box) for a, b in pairwise(marks))
        if parted or colon or {glyph.kind for glyph in marks} - JOINING:
            starts.add(after)
    return starts
