r"""What is expected of a number: a pattern, a list, or a check digit. What is read is then the best that fits.

    Expectation.of(r"\d{5}")              five digits
    Expectation.of("ddd ddd dddd")        ten digits; a space is where a gap may be
    Expectation.of("20[0-3]d|19dd")       a year
    Expectation.of(["0815", "4711"])      one of these
    Expectation.of("luhn")                any length with a right check digit, as of a credit card; "ean": of goods

In a pattern `\d` and `d` are any digit, `[2-5]` one of some, `(...)` a group, `|` or, and `?`, `*`, `+`, `{3}`, `{2,4}`
say how often. It is read once into a finite automaton (Thompson 1968), whose states are sets of places in the pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from digitlens.checks import described
from digitlens.errors import UsageError

State = Any  # hashable; None: nothing can fit any more
P = TypeVar("P")

LONGEST = 200  # characters of a pattern
MOST_PLACES = 2_000  # in the automaton of a pattern
MOST_NUMBERS = 100_000  # in a list
CHECKS = ("luhn", "ean")
DIGITS = "0123456789"


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """What a number may be, as an automaton that takes one character after the other: a digit, or a space for a gap."""

    said: str  # as it was asked for
    start: State
    step: Callable[[State, str], State]  # the state after a character; None: it does not fit
    fits: Callable[[State], bool]  # whether a number may end here

    @staticmethod
    def of(wanted: str | Iterable[str]) -> Expectation:
        """The expectation for a pattern, a list of numbers, "luhn" or "ean". Raises UsageError for anything else."""
        if isinstance(wanted, str):
            if wanted.lower() in CHECKS:
                return _check_digit(wanted.lower())
            return _pattern(wanted)
        return _one_of(plain(wanted))

    def allows(self, text: str) -> bool:
        r"""Whether a text fits.

        >>> Expectation.of(r"\d{3}").allows("123"), Expectation.of("luhn").allows("79927398713")
        (True, True)
        """
        state = self.start
        for character in text:
            if state is None:
                return False
            state = self.step(state, character)
        return state is not None and self.fits(state)


def expectation_of(wanted: str | Iterable[str]) -> Expectation:
    """As Expectation.of(), made once for all pages."""
    return _kept(plain(wanted))


def plain(wanted: str | Iterable[str]) -> str | tuple[str, ...]:
    """A pattern as it is, a list of numbers as texts. Raises UsageError for anything else."""
    if isinstance(wanted, str):
        return wanted
    try:
        return tuple(map(str, wanted))
    except TypeError:
        raise UsageError(f"expect: wants a pattern or a list of numbers, got {described(wanted)}") from None


@lru_cache(maxsize=32)
def _kept(wanted: str | tuple[str, ...]) -> Expectation:
    return Expectation.of(wanted)


def _one_of(numbers: Sequence[str]) -> Expectation:
    """One of some numbers: a trie, whose state is what was read so far, without spaces."""
    if not numbers or len(numbers) > MOST_NUMBERS:
        raise UsageError(f"expect: wants 1 to {MOST_NUMBERS:,} numbers, got {len(numbers):,}")
    whole: set[str] = set()
    begun: set[str] = set()
    for number in numbers:
        text = str(number).replace(" ", "")
        if not text or len(text) > LONGEST or set(text) - set(DIGITS):
            raise UsageError(f"expect: a number of the list consists of digits, got {str(number)[:60]!r}")
        whole.add(text)
        begun.update(text[:end] for end in range(len(text) + 1))

    def step(state: State, character: str) -> State:
        longer = state if character == " " else state + character
        return longer if longer in begun else None

    return Expectation(f"one of {len(whole):,} numbers", "", step, whole.__contains__)


def _check_digit(rule: str) -> Expectation:
    """The sum of the digits, every second one weighted, is a multiple of ten. The last one has weight one.

    State: how many digits there were, and the sum if the last was of weight one, and if it was not.
    """
    lengths = range(8, 15) if rule == "ean" else range(2, 41)
    allowed = {8, 12, 13, 14} if rule == "ean" else set(lengths)

    def weighted(digit: int) -> int:
        if rule == "ean":
            return 3 * digit
        return 2 * digit - 9 * (digit > 4)

    def step(state: State, character: str) -> State:
        if state is None or character == " ":
            return state
        count, here, there = state  # the sums if the digit before this one has weight one, and if it has the other
        if count == lengths[-1]:
            return None
        digit = int(character)
        return count + 1, (there + digit) % 10, (here + weighted(digit)) % 10

    return Expectation(rule, (0, 0, 0), step, lambda state: state[0] in allowed and state[1] == 0)


class _Automaton:
    """Places with arrows: `moves` for a set of characters, `free` for none."""

    def __init__(self) -> None:
        self.moves: list[list[tuple[frozenset[str], int]]] = []
        self.free: list[list[int]] = []

    def place(self) -> int:
        if len(self.moves) == MOST_PLACES:
            raise UsageError(f"expect: the pattern stands for more than {MOST_PLACES:,} characters; make it shorter")
        self.moves.append([])
        self.free.append([])
        return len(self.moves) - 1

    def closure(self, places: Iterable[int]) -> frozenset[int]:
        found, todo = set(places), list(places)
        while todo:
            for place in self.free[todo.pop()]:
                if place not in found:
                    found.add(place)
                    todo.append(place)
        return frozenset(found)


def _pattern(text: str) -> Expectation:
    if not text or len(text) > LONGEST:
        raise UsageError(f"expect: wants a pattern of 1 to {LONGEST} characters, got {len(text)}; such as \\d{{5}}")
    automaton = _Automaton()
    begin, end = _Parser(text, automaton).parsed()

    def step(state: State, character: str) -> State:
        if state is None:
            return None
        moves = [to for place in state for characters, to in automaton.moves[place] if character in characters]
        return automaton.closure(moves) if moves else None

    start = automaton.closure([begin])
    if end in start:
        raise UsageError(f"expect: the pattern {text!r} fits what has no digit at all; say at least one, such as \\d+")
    return Expectation(text, start, step, lambda state: end in state)


class _Parser:
    """A recursive descent through a pattern; each part becomes two places, its begin and its end."""

    def __init__(self, text: str, automaton: _Automaton) -> None:
        self.text, self.at, self.automaton = text, 0, automaton

    def parsed(self) -> tuple[int, int]:
        part = self._either()
        if self.at < len(self.text):
            raise self._wrong()
        return part

    def _wrong(self) -> UsageError:
        return UsageError(
            f"expect: {self.text!r} is no pattern from character {self.at + 1} on; it has digits, \\d or d for any "
            "digit, [2-5], (...), |, ?, *, +, {3}, {2,4} and spaces; or it is luhn or ean"
        )

    def _either(self) -> tuple[int, int]:
        begin, end = self.automaton.place(), self.automaton.place()
        while True:
            one, other = self._sequence()
            self.automaton.free[begin].append(one)
            self.automaton.free[other].append(end)
            if self.text[self.at : self.at + 1] != "|":
                return begin, end
            self.at += 1

    def _sequence(self) -> tuple[int, int]:
        begin = end = self.automaton.place()
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            one, other = self._repeated()
            self.automaton.free[end].append(one)
            end = other
        return begin, end

    def _repeated(self) -> tuple[int, int]:
        start = self.at
        part = self._atom()
        least, most = self._how_often()
        if (least, most) == (1, 1):
            return part
        begin = end = self.automaton.place()
        behind, stop = self.at, self.automaton.place()
        for count in range(least if most is None else most):
            if count >= least:
                self.automaton.free[end].append(stop)
            self.at = start
            one, other = self._atom()
            self.automaton.free[end].append(one)
            end = other
        if most is None:
            self.at = start
            one, other = self._atom()
            self.automaton.free[end].append(one)
            self.automaton.free[other].append(end)
        self.automaton.free[end].append(stop)
        self.at = behind
        return begin, stop

    def _how_often(self) -> tuple[int, int | None]:
        """How often the part before this place may stand there: at least and at most; None: any number."""
        sign = self.text[self.at : self.at + 1]
        simple: dict[str, tuple[int, int | None]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}
        if sign in simple and sign:
            self.at += 1
            return simple[sign]
        if sign != "{":
            return 1, 1
        close = self.text.find("}", self.at)
        least, comma, most = self.text[self.at + 1 : max(close, 0)].partition(",")
        if not least.isdecimal() or (most and not most.isdecimal()) or len(least + most) > 6:
            raise self._wrong()
        often = int(least), (int(most) if most else None) if comma else int(least)
        if often[1] is not None and not often[0] <= often[1]:
            raise self._wrong()
        self.at = close + 1
        return often

    def _atom(self) -> tuple[int, int]:
        sign = self.text[self.at]
        if sign == "(":
            self.at += 1
            part = self._either()
            if self.text[self.at : self.at + 1] != ")":
                raise self._wrong()
            self.at += 1
            return part
        if sign == "d" or sign in DIGITS or sign == " ":
            self.at += 1
            characters = DIGITS if sign == "d" else sign
        elif self.text[self.at : self.at + 2] == "\\d":
            self.at += 2
            characters = DIGITS
        elif sign == "[":
            characters = self._set()
        else:
            raise self._wrong()
        begin, end = self.automaton.place(), self.automaton.place()
        self.automaton.moves[begin].append((frozenset(characters), end))
        if sign == " ":
            self.automaton.free[begin].append(end)  # digits may stand close together there
        return begin, end

    def _set(self) -> str:
        close = self.text.find("]", self.at)
        inside = self.text[self.at + 1 : max(close, 0)]
        characters, at = "", 0
        while at < len(inside):
            low, high = inside[at], inside[at + 2] if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside) else ""
            if low not in DIGITS or (high and (high not in DIGITS or high < low)):
                raise self._wrong()
            characters += DIGITS[int(low) : int(high or low) + 1]
            at += 3 if high else 1
        if not characters:
            raise self._wrong()
        self.at = close + 1
        return characters
