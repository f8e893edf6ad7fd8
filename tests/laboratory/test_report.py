"""The report holds all it needs and all that was found; what others named is shown as text."""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.laboratory.found import study

from digitlens.laboratory.for_page import for_page
from digitlens.laboratory.parts import PARTS
from digitlens.laboratory.report import to_html, to_json
from digitlens.laboratory.study import CONTROLS, PROBED, TRAINED
from digitlens.laboratory.verdict import verdicts

COMMAND = "digitlens lab features --out report.html"


class Seen(HTMLParser):
    """Collects every tag with its attributes, and that each is closed."""

    EMPTY = ("meta", "img", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page() -> str:
    pytest.importorskip("matplotlib", reason='the report has figures: pip install "digitlens[figures]"')
    return to_html(study(data='mine <b>& "yours"</b>'), COMMAND)


def test_the_report_loads_nothing_from_anywhere_and_runs_nothing(page: str) -> None:
    seen = Seen(page)
    assert seen.open == []
    assert {tag for tag, _ in seen.tags} & {"script", "link", "iframe", "object", "embed", "form", "base"} == set()
    for tag, attributes in seen.tags:
        assert not any(name.startswith("on") for name in attributes), tag
        assert "href" not in attributes
        for name in attributes.keys() & {"src", "srcset", "poster"}:
            assert attributes[name].startswith("data:image/png;base64,"), tag
    assert not re.search(r"https?:|url\(|@import", page)


def test_every_figure_is_a_png_with_words_for_those_who_cannot_see_it(page: str) -> None:
    images = [attributes for tag, attributes in Seen(page).tags if tag == "img"]
    assert len(images) == 5
    assert len({attributes["alt"] for attributes in images}) == 5
    for attributes in images:
        assert len(attributes["alt"]) > 20
        data = base64.b64decode(attributes["src"].removeprefix("data:image/png;base64,"), validate=True)
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            assert image.width > 600


def test_what_others_named_is_text(page: str) -> None:
    assert "mine &lt;b&gt;&amp; &quot;yours&quot;&lt;/b&gt;" in page
    assert "distorted &lt;images&gt;" in page
    nasty = to_html(study(variants=False), "digitlens lab features --data '<script>alert(1)</script>'")
    assert "<script" not in nasty
    assert "&lt;script&gt;" in nasty


def words(page: str) -> str:
    """What is read on the page."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))).split())


def test_the_page_holds_the_answers_and_figures(page: str) -> None:
    told = words(page)
    for verdict in verdicts(study()):
        assert f"{verdict.question} {verdict.answer}" in told
        assert all(" ".join(sentence.split()) in told for sentence in verdict.sentences)
    for piece in (
        "784-16-16-10", "8 networks", "94.87%", "is 0.99 there, and 0.12 elsewhere", "seed 3", "511 random pictures",
        "20 shuffles of the labels", "for 16 neurons (Holm)", "at least 0.75, or at most 0.25", "499 shuffles",
        "at least 1% of the images",
        f"Made by {COMMAND}",
    ):  # fmt: skip
        assert piece in told.replace(" .", "."), piece
    assert "$" not in told


def tables(page: str) -> list[list[list[str]]]:
    """Every table, row by row."""
    return [
        [re.findall(r"<t[dh]>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)]
        for table in re.findall(r"<table>(.*?)</table>", page)
    ]


def test_the_ways_that_may_help_are_a_table_beside_how_it_is(page: str) -> None:
    assert tables(page)[0] == [
        ["trained", "networks", "test accuracy", "edges or bars", "explained", "as smooth"],
        ["as it is", "8", "94.87%", "88% of the neurons", "40%", "30%"],
        ["distorted &lt;images&gt;", "3", "96.12%", "98% of the neurons", "40%", "30%"],
    ]


def test_what_probes_read_is_a_table_beside_shuffled_labels_and_what_can_be_learned_by_heart(page: str) -> None:
    head, *rows = zip(*tables(page)[1], strict=True)  # a column is a layer, a row a part
    assert list(head) == ["part", *(part.removeprefix("a ") for part in PARTS)]
    assert {row[0]: (row[1], row[4], row[-1]) for row in rows} == {
        "second layer": ("0.70", "0.65", "–"),
        "second layer, shuffled labels": ("0.50", "0.50", "–"),
        "second layer before training": ("0.60", "0.60", "–"),
        "first layer": ("0.71", "0.72", "–"),
        "pixels": ("0.81", "0.82", "–"),
        "pixels, shuffled labels learned by heart": ("0.55", "0.55", "–"),
    }


def test_without_a_second_layer_or_other_ways_the_page_says_nothing_of_them(page: str) -> None:
    short = to_html(study(seeds=1, hidden=(16,), variants=False), COMMAND)
    assert [tag for tag, _ in Seen(short).tags].count("img") == 3
    assert "Which training gives more edges and bars?" in words(page)
    for gone in ("Which training gives more edges and bars?", "Does the second hidden layer", "<table"):
        assert gone not in short
    assert "one network " in words(short)
    assert "784-16-10" in short


def test_where_every_pixel_has_ink_there_is_nothing_to_say_of_the_others() -> None:
    pytest.importorskip("matplotlib", reason='the report has figures: pip install "digitlens[figures]"')
    inked = replace(study(seeds=1, hidden=(16,), variants=False), initial_correlation=(float("nan"), 0.5))
    assert "is – there, and 0.50 elsewhere" in words(to_html(inked, COMMAND))
    assert to_json(inked)["shine"] == {"never_inked": None, "inked": 0.5}


def test_the_same_goes_through_json_where_what_is_no_number_is_null() -> None:
    found = study()
    told = json.loads(json.dumps(to_json(found), allow_nan=False))
    assert told["seeds"] == list(range(3, 11))
    assert (told["data"], told["recipe"]["hidden"], told["parts"]) == ("mnist", [16, 16], list(PARTS))
    assert told["accuracies"] == [0.9487] * 8
    assert [verdict["answer"] for verdict in told["verdicts"]] == ["yes", "partly", "partly"]
    assert list(told["first"]) == [TRAINED, *CONTROLS]
    assert told["first"][TRAINED]["found"] == [14] * 8
    assert told["first"][TRAINED]["neurons"] == 16
    assert told["first"][TRAINED]["explained"] == pytest.approx([0.4] * 8)
    assert told["first"][TRAINED]["expected"] == pytest.approx([0.3] * 8)
    assert told["first"][TRAINED]["smooth"] == pytest.approx([0.7] * 8)
    assert told["first"][TRAINED]["coarse"] == pytest.approx([0.6] * 8)
    assert len(told["second"]) == 8
    layer = told["second"][0]
    assert np.array(layer["found"]).sum() == 2
    assert layer["auc"][0] == [0.8, *[0.5] * (len(PARTS) - 2), None]
    assert layer["silenced"][2][7] == 0.25
    assert (layer["loop_filled"][0], layer["ink_added"][0], layer["plain"][3][0]) == (0.5, 0.125, pytest.approx(0.03))
    assert list(told["probes"]) == list(PROBED)
    assert [len(layers) for layers in told["probes"].values()] == [8] * 4
    of = told["probes"]["second layer"][0]
    assert (of["auc"][0], of["auc"][3], of["auc"][-1]) == (0.7, 0.65, None)
    assert (of["control"][0], of["by_heart"][0], of["control"][-1]) == (0.5, 0.55, None)
    assert (layer["loop_closed"][0], layer["ink_beside"][0], layer["answers"]["loop_closed"]) == (0.75, 0.25, 0.4)
    assert told["helped"]["distorted <images>"]["found"] == [15, 16, 16]
    assert told["helped"]["distorted <images>"]["accuracies"] == [0.9612] * 3
    assert to_json(study(hidden=(16,)))["second"] == []
    assert to_json(study(hidden=(16,)))["probes"] == {}


def test_the_page_gets_the_figures_behind_every_answer() -> None:
    made = study()
    told = json.loads(json.dumps(for_page(made), allow_nan=False))
    assert [told[part]["answer"] for part in ("first", "second", "whole")] == [one.answer for one in verdicts(made)]
    assert {len(counts) for counts in told["first"]["found"].values()} == {len(made.seeds)}
    mean, low, high = told["first"]["difference"]
    assert low <= mean <= high
    assert mean == pytest.approx(told["first"]["explained"] - told["first"]["expected"], abs=1e-5)
    for kind in told["whole"]["kinds"]:
        mean, low, high = kind["difference"]
        assert low <= mean <= high
        assert mean == pytest.approx(kind["area"] - kind["before"], abs=1e-5)
    assert [one["name"] for one in told["helped"]] == ["as it is", *(one.name for one in made.variants)]
