"""Numbers of a page: their confidence, what else they could be, and what they are expected to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import digitlens as dl
from digitlens.digits.synthetic.pen.rows import sheet

READER = dl.load("reader")


def page(text: str, seed: int = 0, gap: float = 0.2) -> Any:
    return sheet([text], np.random.default_rng(seed), 60, gap).grey()


def test_a_number_knows_what_else_it_could_be() -> None:
    for number in READER.read_page(page("4711 0815")).numbers:
        assert number.confidence is not None
        assert 0 < number.confidence <= 1
        assert number.text not in dict(number.alternatives)
        shares = [share for _, share in number.alternatives]
        assert shares == sorted(shares, reverse=True)
        assert number.confidence + sum(shares) <= 1 + 1e-9
        assert number.doubtful == (number.confidence < 0.98)
        for box in number.boxes:
            assert box.confidence is not None
            assert box.confidence >= number.confidence
            assert box.label not in dict(box.alternatives)
            assert box.confidence + sum(share for _, share in box.alternatives) <= 1 + 1e-9


def test_what_is_blurred_and_cut_is_less_sure_than_what_is_plain() -> None:
    plain, spoiled = [], []
    for seed in range(8):
        grey = page("68532", seed)  # half a 7 would be a 7, too
        plain += [n.confidence or 0.0 for n in READER.read_page(grey).numbers]
        half = grey[: grey.shape[0] * 9 // 20]  # the lower half of the writing is missing
        spoiled += [n.confidence or 0.0 for n in READER.read_page(half).numbers]
    assert np.mean(plain) > np.mean(spoiled) + 0.3


def test_a_network_without_familiarity_says_nothing() -> None:
    for number in dl.load("video").read_page(page("4711")).numbers:
        assert number.confidence is number.doubtful is None
        assert number.alternatives == ()


def test_doubt_is_a_question_mark_where_that_is_wanted() -> None:
    read = READER.read_page(page("4711 08"))
    assert read.marked_text(below=0.0) == read.text
    assert read.marked_text(below=1.1) == "".join("?" if c.isdigit() else c for c in read.text)
    without = dl.load("video").read_page(page("4711 08"))
    assert without.marked_text() == without.text


@pytest.mark.parametrize("seed", range(4))
def test_with_an_expectation_every_number_fits_it(seed: int) -> None:
    grey = page("47110 81599", seed, gap=0.02)
    read = READER.read_page(grey, expect=r"\d{5}")
    assert [len(number.text) for number in read.numbers] == [5, 5]
    assert all(number.fits for number in read.numbers)
    together = READER.read_page(grey, expect="ddddd ddddd")
    assert [len(number.text) for number in together.numbers] == [10]


def test_a_list_and_a_check_digit_correct_one_digit_that_was_misread() -> None:
    grey = page("7992739871")
    read = READER.read_page(grey).text
    wrong = read[:4] + str((int(read[4]) + 1) % 10) + read[5:]
    assert READER.read_page(grey, expect=[wrong]).text in (wrong, read)
    assert READER.read_page(grey, expect=[read, "0000000000"]).text == read
    checked = READER.read_page(page("79927398713"), expect="luhn").numbers[0]
    assert checked.fits
    digits = [int(d) for d in reversed(checked.text)]
    assert sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0


def test_where_nothing_fits_it_is_read_as_ever_and_said() -> None:
    grey = page("4711")
    usual, asked = READER.read_page(grey), READER.read_page(grey, expect=r"\d{12}")
    assert asked.text == usual.text
    assert [number.fits for number in asked.numbers] == [False]
    assert asked.numbers[0].doubtful
    assert any("12" in note for note in asked.notes)
    assert all(number.fits is None for number in usual.numbers)
