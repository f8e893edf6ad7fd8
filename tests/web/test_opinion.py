"""The larger network's second opinion under the answer: the digit, how sure it is, and that this is no digit."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from tests.waiting import PATIENCE
from tests.web.test_accessibility import THREE

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

SCRIBBLE = [[[4, 5], [24, 8], [3, 11], [25, 14], [4, 17], [24, 20], [3, 24], [25, 4], [10, 26], [14, 3], [20, 25]]]


@pytest.fixture
def said(page: Page) -> Locator:
    """What it says, once something was drawn; the larger network comes only then."""
    assert not page.evaluate(
        "performance.getEntriesByType('resource').some(one => one.name.includes('reader.digitlens'))"
    )
    page.evaluate("strokes => digitlens.set({strokes})", THREE)
    line = page.locator(".answer .opinion span")
    line.wait_for(state="attached")
    return line


def test_it_reads_what_is_drawn_and_says_how_sure_it_is(page: Page, said: Locator) -> None:
    said.filter(has_text="reader reads 3, and is ").wait_for()
    assert said.inner_text().endswith(" % sure.")


def test_a_scribble_is_no_digit_whatever_the_small_network_says(page: Page, said: Locator) -> None:
    page.evaluate("strokes => digitlens.set({strokes})", SCRIBBLE)
    said.filter(has_text="No digit, says reader: ").wait_for()
    assert page.locator(".answer .digit").inner_text().strip().isdecimal()  # the small one answers all the same


def test_nothing_is_said_of_an_empty_pad(page: Page, said: Locator) -> None:
    page.evaluate("digitlens.set({strokes: []})")
    said.wait_for(state="hidden")


def test_one_can_look_inside_it_and_go_back(page: Page, said: Locator) -> None:
    said.filter(has_text="reads 3").wait_for()
    page.get_by_role("button", name="Look inside it").click()
    page.wait_for_function("() => window.digitlens?.network.sizes.join() === '784,512,512,10'")
    page.get_by_role("button", name="Look inside it").wait_for(state="hidden")
    assert page.evaluate("digitlens.reading.digit") == 3
    said.filter(has_text="reads 3").wait_for()


def test_it_comes_once_the_server_is_back(context: BrowserContext, server: str) -> None:
    page = context.pages[0]  # without `page`, whose console must stay empty
    page.route("**/networks/reader.digitlens", lambda route: route.abort())
    page.goto(server)
    page.wait_for_selector("html[data-whole]")
    with page.expect_event("requestfailed"):
        page.evaluate("strokes => digitlens.set({strokes})", THREE)
    page.unroute_all()
    line = page.locator(".answer .opinion span")
    deadline = time.monotonic() + PATIENCE
    while not line.count():
        assert time.monotonic() < deadline, "it was asked once, and never again"
        page.evaluate("strokes => digitlens.set({strokes})", THREE)
        page.wait_for_timeout(100)
    line.filter(has_text="reader reads 3").wait_for()
