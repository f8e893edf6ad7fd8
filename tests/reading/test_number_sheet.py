"""The sheet for who checks numbers has room for so many, and keeps those that want a look."""

from __future__ import annotations

import numpy as np
import pytest

import digitlens as dl
from digitlens.digits.synthetic.pen.rows import sheet
from digitlens.reading import number_sheet
from digitlens.reading.number_sheet import NumberSheet


def test_of_very_many_numbers_the_plainest_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number_sheet, "MOST", 2)
    page = dl.read_page(sheet(["12 345 678 90"], np.random.default_rng(1), gap=0.3).grey())
    made = NumberSheet()
    made.add("page.png", page)
    html = made.html()
    kept = [number.text for number in page.numbers if f"<td class='number'>{number.text}</td>" in html]
    assert kept == [
        n.text
        for n in page.numbers
        if n in sorted(page.numbers, key=lambda n: (not n.doubtful, n.confidence or 2.0))[:2]
    ]
    assert f"{len(page.numbers) - 2} plain ones" in html


def test_fields_are_named() -> None:
    form = sheet(["12"], np.random.default_rng(1), gap=0.3).grey()
    made = NumberSheet()
    made.add("form.png", dl.read_fields(form, {"total <1>": "0,0,100%,100%"}))
    assert "form.png, total &lt;1&gt;" in made.html()
