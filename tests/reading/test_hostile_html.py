"""What a notebook shows of a Reader is well-formed and harmless, whatever a model file says of itself."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlens.learning.recipe import Recipe
from digitlens.reading.reader import Reader

VOID = {"img", "br", "hr", "meta", "input", "path", "rect", "circle", "line"}
EVIL = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>&lt;"
NETWORK = Recipe(hidden=(2,)).initial_network()


class Outline(HTMLParser):
    """Which tags stand there, whether every one is closed, and all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def check(html: str) -> None:
    outline = Outline()
    outline.feed(html)
    outline.close()
    assert outline.open == []
    assert not outline.tags & {"script", "iframe", "object", "embed", "link", "style"}
    for name, value in outline.attributes:
        assert not name.startswith("on")
        if name in ("src", "href"):
            assert value is not None
            assert value.startswith("data:image/")


@pytest.mark.parametrize("page", [np.zeros((28, 28), np.uint8), np.random.default_rng(0).random((40, 30))])
def test_a_reading_is_shown_in_well_formed_html_with_every_name_escaped(page: np.ndarray) -> None:
    reader = Reader(NETWORK, EVIL, classes=tuple(f"{EVIL}{i}" for i in range(10)))
    check(reader.read(page)._repr_html_())
    check(reader._repr_html_())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.just(EVIL),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KNOWN = ("data", "data_sha256", "learned_from", "epochs", "engine", "digitlens", "test_accuracy", "validation_accuracy")
RECIPE = ("name", "seed", "data", "hidden", "activation", "learning_rate", "epochs", EVIL)


@given(
    st.dictionaries(st.sampled_from(KNOWN), VALUES),
    st.dictionaries(st.sampled_from(RECIPE), VALUES),
    st.lists(st.dictionaries(st.sampled_from(("epoch", EVIL)), st.integers() | st.floats(0, 1)), max_size=3),
)  # fmt: skip
@settings(max_examples=60)
def test_whatever_a_file_says_of_itself_a_reader_can_be_shown(provenance: Any, recipe: Any, history: Any) -> None:
    check(Reader(NETWORK, EVIL, recipe=recipe, provenance=provenance, history=history)._repr_html_())
