"""Every view prints on one page, black on white."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.web.test_accessibility import FRAMES, THREE, VIEWS

if TYPE_CHECKING:
    from playwright.sync_api import Page

PRINTED = """() => {
    const before = getComputedStyle(digitlens.root.host).backgroundColor;
    window.dispatchEvent(new Event("beforeprint"));
    const { backgroundColor, zoom, width } = getComputedStyle(digitlens.root.host);
    window.dispatchEvent(new Event("afterprint"));
    return [before, backgroundColor, getComputedStyle(digitlens.root.host).backgroundColor, Number(zoom)];
}"""


@pytest.mark.parametrize("view", [view for view in VIEWS if view.count("/") < 2 or view.startswith("neuron/2")])
def test_a_view_prints_on_one_page(page: Page, server: str, view: str) -> None:
    page.goto(f"{server}#{view}")
    page.evaluate("strokes => window.digitlens.set({strokes})", THREE)
    page.wait_for_selector(VIEWS[view], state="attached")
    page.evaluate(FRAMES)
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert re.findall(rb"/Type /Pages[^>]*?/Count (\d+)", pdf.replace(b"\n", b" ")) == [b"1"]


def test_it_is_white_while_it_is_printed_and_as_it_was_afterwards(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.reload()
    page.wait_for_selector("html[data-whole]")
    before, printed, after, zoom = page.evaluate(PRINTED)
    assert before == after == "rgb(0, 0, 0)"
    assert printed == "rgb(255, 255, 255)"
    assert 0 < zoom <= 1
