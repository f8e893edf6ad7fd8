"""The best ways to read a stretch of a line, each with another text: what else a number could be.

segmentation.py finds the cheapest way through the parts of a line. Here several are kept at every part, the cheapest
for each text, and a digit may be another one than the network names, at its price. With an Expectation only such ways
are left as fit it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from digitlens.digits.preparation.framing import Box
from digitlens.reading.expectation import Expectation, State
from digitlens.reading.page.cells import NO_CELLS, Cells
from digitlens.reading.page.lines import LEANING
from digitlens.reading.page.segmentation import COSTS, LEAST, Lattice

KEPT = 5  # ways with other texts, at each part
SEARCHED = 24  # ways at each part, where many do not fit in the end
OTHERS = {False: 3, True: 5}  # digits that a choice may be; where something is expected, more
DECIDED = 4.0  # nats: the most that a gap speaks for or against two numbers
STEEP = 6.0  # nats for one height that a gap is wider or narrower than between numbers
JOINING = frozenset(("dot", "comma"))  # marks within a number


class Way(NamedTuple):
    """A way through some neighbouring parts."""

    cost: float  # nats
    text: str  # its digits; where something is expected, a space before each further number
    before: Way | None  # one step shorter
    choice: int  # of the last choice, its index in the lattice; -1 where nothing is read yet
    digit: int  # which digit that is read as; -1: it is none
    state: State | None = None  # of the expectation
    marks: frozenset[str] = frozenset()  # since the last digit
    last: Box | None = None  # of the last digit

    def steps(self) -> list[tuple[int, int]]:
        """The choices and their digits, from left to right."""
        steps, way = [], self
        while way.before is not None:
            steps.append((way.choice, way.digit))
            way = way.before
        return steps[::-1]


class Gaps(NamedTuple):
    """What a gap between two digits of a line says."""

    wide: float  # pixels: a wider one is between two numbers
    height: float  # of the line, in pixels
    cells: Cells = NO_CELLS  # that the line runs through

    def costs(self, before: Box, after: Box, marks: frozenset[str]) -> tuple[float, float]:
        """The cost of one number going on from a digit to the next, and of a new one beginning, in nats."""
        parted = self.cells.part(before, after)
        if marks - JOINING or parted:
            return DECIDED, 0.0
        if parted is False:
            return 0.0, DECIDED
        gap = after.left - before.left - before.columns
        evidence = min(DECIDED, max(-DECIDED, STEEP * (gap - self.wide) / self.height))
        return max(0.0, evidence), max(0.0, -evidence)


def best_ways(
    lattice: Lattice, first: int, end: int, expected: Expectation | None = None, gaps: Gaps | None = None
) -> list[Way]:
    """The cheapest ways through the parts from `first` to before `end`, the best first, each with another text.

    expected: only ways that fit are given, perhaps none; gaps: they may then consist of several numbers, and only the
    best one is looked for.
    """
    texts = gaps is None
    begin = Way(0.0, "", None, -1, -1, expected.start if expected else None)
    at: dict[int, dict[tuple[str, State | None], Way]] = defaultdict(dict)
    at[first]["", begin.state] = begin
    starting = defaultdict(list)
    for k, choice in enumerate(lattice.choices):
        if first <= choice.first and choice.last < end:
            starting[choice.first].append(k)
    for part in range(first, end):
        ways = sorted(at.pop(part, {}).values(), key=lambda way: way.cost)[: SEARCHED if expected else KEPT]
        for k in starting[part]:
            there = at[lattice.choices[k].last + 1]
            digits = list(other_digits(lattice, k, OTHERS[expected is not None]))
            for way in ways:
                for longer in _longer(lattice, k, digits, way, expected, gaps):
                    key = longer.text if texts else "", longer.state
                    if key not in there or longer.cost < there[key].cost:
                        there[key] = longer
    whole = at[end].values() if expected is None else (w for w in at[end].values() if expected.fits(w.state))
    best: dict[str, Way] = {}
    for way in sorted(whole, key=lambda way: way.cost):
        best.setdefault(way.text, way)
    return list(best.values())[:KEPT]


def _longer(
    lattice: Lattice,
    k: int,
    digits: list[tuple[int, float]],
    way: Way,
    expected: Expectation | None,
    gaps: Gaps | None,
) -> Iterator[Way]:
    """The ways that are longer by one choice. digits: which it may be, and what each costs more, in nats."""
    choice, cost = lattice.choices[k], way.cost + lattice.costs[k]
    if choice.kind != "digit":
        marks = way.marks | {choice.kind}
        if way.marks and is_colon(lattice.choices[way.choice].box, choice.box):
            marks |= {"colon"}
        yield way._replace(cost=cost, before=way, choice=k, digit=-1, marks=marks)
        return
    going_on, beginning = 0.0, 0.0
    if gaps is not None and way.last is not None:
        going_on, beginning = gaps.costs(way.last, choice.box, way.marks)
    for digit, more in digits:
        longer = Way(cost + more, way.text + str(digit), way, k, digit, way.state, frozenset(), choice.box)
        if expected is None:
            yield longer
            continue
        befores = [(way.state, going_on, "")]
        if gaps is not None and way.text:
            befores.append((expected.step(way.state, " "), beginning, ""))  # a gap within what is expected
            if expected.fits(way.state):
                befores.append((expected.start, beginning, " "))
        for state, price, space in befores:
            if (after := expected.step(state, str(digit))) is not None:
                text = f"{way.text}{space}{digit}"
                yield longer._replace(cost=longer.cost + price, text=text, state=after)


def is_colon(before: Box, after: Box) -> bool:
    """Whether the boxes of two neighbouring marks stand one above the other, or nearly so, as writing leans."""
    apart = max(before.top, after.top) >= min(before.top + before.rows, after.top + after.rows)
    down = abs((2 * before.top + before.rows) - (2 * after.top + after.rows)) / 2
    aside = abs((2 * before.left + before.columns) - (2 * after.left + after.columns)) / 2
    within = min(before.left + before.columns, after.left + after.columns) > max(before.left, after.left)
    return apart and (within or aside <= LEANING * down)


def other_digits(lattice: Lattice, k: int, most: int | None) -> Iterator[tuple[int, float]]:
    """The digits that a choice may be, the most probable first, and what each costs more, in nats. most: None: all."""
    shares = lattice.judged[k].digits
    order = (-shares).argsort(kind="stable")[:most].tolist()
    named = max(float(shares[order[0]]), LEAST)
    for digit in order:
        yield digit, COSTS.surprise * math.log(named / max(float(shares[digit]), LEAST))
