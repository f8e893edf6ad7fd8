"""The first minute: a title and what to do, an example that draws itself once, neurons that rest until one draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.web.conftest import VIEWPORT, context_of, watched
from tests.web.test_pad import drag, strokes
from tests.web.test_tools import FRAMES, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SEVEN = [[[8, 7], [20, 7], [13, 23]]]
RESTING = """() => {
    const {root} = digitlens;
    return root.querySelector('.diagram .light:not([fill-opacity="0.000"])') === null
        && root.querySelector('.diagram rect.winner') === null
        && [...root.querySelectorAll('.diagram .value')].every(value => value.textContent === '');
}"""


def test_the_page_says_what_it_is_and_the_two_things_to_do(page: Page) -> None:
    assert page.get_by_role("heading", name="handwriting").is_visible()
    page.get_by_role("button", name="Draw a digit").click()
    page.evaluate(FRAMES)
    assert page.evaluate("digitlens.root.activeElement.className") == "surface"
    assert page.evaluate(RESTING)
    page.get_by_role("button", name="Start the story").click()
    page.locator(".story-card").wait_for()
    assert page.evaluate("location.hash").startswith("#story/1")


def test_the_story_comes_first(page: Page) -> None:
    assert page.locator("nav a").all_inner_texts()[:2] == ["Story", "Read"]


def test_where_nothing_is_drawn_the_neurons_rest_and_say_so(page: Page) -> None:
    page.evaluate("digitlens.demonstrate(null)")
    page.evaluate(FRAMES)
    assert page.evaluate(RESTING)
    assert "at rest" in (page.locator(".diagram .neuron").first.get_attribute("aria-label") or "")
    assert "rest" in (page.locator(".answer p").first.text_content() or "")
    drag(page, [(0.25, 0.25), (0.75, 0.25), (0.45, 0.8)])
    page.evaluate(FRAMES)
    assert not page.evaluate(RESTING)
    assert page.locator(".diagram rect.winner").count() == 1


def test_an_example_is_read_until_the_first_touch_and_is_in_no_link(page: Page) -> None:
    assert page.evaluate("[digitlens.demo, digitlens.reading.digit]") == [SEVEN, 7]  # a still: less motion is asked for
    assert strokes(page) == []
    assert "s=" not in page.url
    drag(page, [(0.5, 0.2), (0.5, 0.8)])
    assert page.evaluate("digitlens.demo") is None
    assert len(strokes(page)) == 1
    assert page.evaluate("digitlens.reading.digit") == 1


def test_whoever_opens_a_neuron_of_the_example_keeps_the_example(page: Page) -> None:
    page.locator('.diagram .neuron[data-layer="2"]').first.click()
    page.evaluate(FRAMES)
    assert page.evaluate("digitlens.state.view") == "neuron"
    assert strokes(page) == SEVEN


def test_the_example_comes_once_a_tab(page: Page, server: str) -> None:
    page.reload()
    page.wait_for_selector("html[data-whole]")
    assert page.evaluate("digitlens.demo") is None
    assert page.evaluate(RESTING)


def test_where_motion_is_welcome_the_example_draws_itself_and_stays(browser: Browser, server: str) -> None:
    context = context_of(browser, viewport=VIEWPORT, reduced_motion="no-preference")
    page = context.new_page()
    with watched(page):
        page.goto(server)
        page.wait_for_selector("html[data-whole]")
        until(page, "digitlens.demo?.[0].length === 3 && digitlens.demo[0][2][1] === 23")
        until(page, "digitlens.root.querySelector('.diagram rect.winner') !== null")
        assert page.evaluate("digitlens.reading.digit") == 7
        page.keyboard.press("a")
        page.evaluate(FRAMES)
        assert page.evaluate("digitlens.demo") is None
        assert page.evaluate(RESTING)
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pad_stays_under_the_pen_when_the_title_makes_room(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("digitlens.demonstrate(null)")
    page.evaluate(FRAMES)
    before = page.locator(".surface").bounding_box()
    drag(page, [(0.25, 0.25), (0.75, 0.25)])
    page.evaluate(FRAMES)
    assert page.locator(".surface").bounding_box() == before


@pytest.mark.parametrize("name", ["video", "straight", "reader"])
def test_a_network_that_ships_is_explained_where_it_is_chosen(page: Page, name: str) -> None:
    page.get_by_role("button", name="Network video").click()
    button = page.locator(".offered button", has=page.locator(f"strong:text-is('{name}')"))
    button.wait_for()
    assert len(button.locator("span").first.inner_text().split()) > 6


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_phone_what_was_asked_for_comes_into_view_and_the_pad_is_a_strip(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.evaluate("strokes => digitlens.set({strokes})", SEVEN)
    page.evaluate(FRAMES)
    page.locator('.diagram .neuron[data-layer="2"]').nth(9).click()
    heading = page.locator(".neuron-view h2")
    heading.wait_for()
    until(page, "digitlens.root.querySelector('.neuron-view h2').getBoundingClientRect().top < innerHeight / 2")
    strip = page.locator(".strip")
    assert strip.is_visible()
    box, title = strip.bounding_box(), heading.bounding_box()
    assert box
    assert title
    assert 0 <= box["y"] <= box["y"] + box["height"] <= title["y"] < 350
    assert box["height"] < 80
    assert page.locator(".surface").is_hidden()
    assert "7" in strip.inner_text()
    strip.get_by_role("button", name="Draw").click()
    page.evaluate(FRAMES)
    assert page.locator(".surface").is_visible()
    assert strokes(page) == SEVEN
