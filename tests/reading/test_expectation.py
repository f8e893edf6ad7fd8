"""What is expected of a number: patterns agree with Python's regular expressions, check digits with their rules."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.errors import UsageError
from digitlens.reading.expectation import Expectation, expectation_of

PARTS = st.sampled_from([r"\d", "7", "[2-5]", "[019]", "(12|3)", r"(\d\d)"])
REPEATED = st.tuples(PARTS, st.sampled_from(["", "?", "*", "+", "{2}", "{1,3}", "{0,1}", "{2,}"])).map("".join)
PATTERNS = st.lists(st.lists(REPEATED, min_size=1, max_size=4).map("".join), min_size=1, max_size=2).map("|".join)


@given(PATTERNS, st.lists(st.text("0123457 ", max_size=7), max_size=20))
def test_a_pattern_allows_what_a_regular_expression_matches(pattern: str, texts: list[str]) -> None:
    if re.fullmatch(pattern, ""):
        with pytest.raises(UsageError, match="no digit"):
            Expectation.of(pattern)
        return
    expected = Expectation.of(pattern)
    for text in texts:
        assert expected.allows(text) == bool(re.fullmatch(pattern, text, re.ASCII)), (pattern, text)


def test_a_space_is_where_a_gap_may_be() -> None:
    phone = Expectation.of("ddd ddd dddd")
    assert all(map(phone.allows, ("555 123 4567", "5551234567", "555123 4567")))
    assert not any(map(phone.allows, ("55 51234567", "555 123 456", "555 123 45678", "")))


def luhn(text: str) -> bool:
    doubled = [sum(divmod(2 * int(d), 10)) if i % 2 else int(d) for i, d in enumerate(reversed(text))]
    return len(text) > 1 and sum(doubled) % 10 == 0


@given(st.text("0123456789", max_size=20))
def test_luhn_is_luhn(text: str) -> None:
    assert Expectation.of("luhn").allows(text) == luhn(text)


@given(st.integers(0, 10**12 - 1))
def test_of_ten_last_digits_one_is_the_check_digit_of_an_ean(body: int) -> None:
    text = f"{body:012}"
    check = -sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(text)) % 10
    ean = Expectation.of("EAN")
    assert [ean.allows(f"{text}{digit}") for digit in range(10)] == [digit == check for digit in range(10)]
    assert not ean.allows(text[:9])


def test_a_list_allows_its_numbers_and_nothing_else() -> None:
    numbers = expectation_of(("0815", "4711", "47 12"))
    assert all(map(numbers.allows, ("0815", "4711", "4712", "47 11")))
    assert not any(map(numbers.allows, ("081", "08155", "4713", "")))


@pytest.mark.parametrize(
    "wrong",
    ["", "(", ")", "d{", "d{2", "d{3,2}", "d{x}", "[a]", "[5-2]", "[]", "a", "*", "d**)", "(d", "d|", "9" * 201,
     "(((d{99}){99}){99})", "(" * 200, [], ["1"] * 100_001, ["12", "x"], [""], 7, None],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(wrong: Any) -> None:
    with pytest.raises(UsageError, match="expect"):
        Expectation.of(wrong)
