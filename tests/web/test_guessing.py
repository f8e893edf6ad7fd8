"""Predict before you see: what is asked is hidden until it was guessed; and what a teacher hides gives nothing away."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tests.web.test_tools import FRAMES, in_dialog

if TYPE_CHECKING:
    from playwright.sync_api import Page

SEVEN = [[[8, 7], [20, 7], [13, 23]]]
THREE = [[[9, 7], [14, 5.5], [18, 8], [17, 12], [13, 13.5], [18, 15.5], [18.5, 20], [14, 23], [9, 21.5]]]
GONE = "part => Array.from(digitlens.root.querySelectorAll(`[data-part=${part}]`)).every(one => !one.checkVisibility())"
LIT = """layer => Array.from(digitlens.root.querySelectorAll(`.neuron[data-layer="${layer}"]`),
    one => one.querySelector('.value').textContent)"""


def draw(page: Page, strokes: object, **state: object) -> None:
    page.evaluate("state => digitlens.set(state)", {"strokes": strokes, **state})


@pytest.fixture
def asked(page: Page) -> Page:
    draw(page, SEVEN, view="read", ask="1")
    page.evaluate(FRAMES)
    page.locator(".guess .asks").wait_for()
    return page


def test_the_answer_is_hidden_until_a_digit_was_guessed_and_asked_again_for_another_picture(asked: Page) -> None:
    assert asked.evaluate(GONE, "answer")
    assert asked.evaluate(LIT, 3) == [""] * 10, "the outputs are not lit"
    assert "" not in asked.evaluate(LIT, 2)
    assert asked.locator("rect.winner").count() == 0
    asked.locator(".guess").get_by_role("button", name="1", exact=True).click()
    asked.evaluate(FRAMES)
    said = asked.locator(".guess .said")
    assert "You said 1" in said.inner_text()
    assert "7" in said.inner_text()
    assert not asked.evaluate(GONE, "answer")
    assert "" not in asked.evaluate(LIT, 3)
    draw(asked, THREE)
    asked.evaluate(FRAMES)
    asked.locator(".guess button", has_text="3").wait_for()
    assert asked.evaluate(GONE, "answer")
    asked.locator(".guess").get_by_role("button", name="3", exact=True).click()
    asked.evaluate(FRAMES)
    assert "1 of 2" in asked.locator(".guess").inner_text()


def test_a_neuron_is_guessed_before_its_numbers_are_shown(page: Page) -> None:
    draw(page, SEVEN, view="neuron", layer=2, neuron=3)
    page.evaluate(FRAMES)
    page.locator(".neuron-view").get_by_role("button", name="Guess first").click()
    page.evaluate(FRAMES)
    slider = page.locator(".guess input[type=range]")
    slider.wait_for()
    page.evaluate(FRAMES)
    for part in ("neuron-sum", "neuron-curve", "neuron-says", "neuron-matrix", "neuron-change", "answer"):
        assert page.evaluate(GONE, part), part
    assert not page.evaluate(GONE, "neuron-inputs"), "from these it can be guessed"
    assert page.evaluate(LIT, 2) == [""] * 16
    slider.fill("0.5")
    page.get_by_role("button", name="That is my guess").click()
    page.evaluate(FRAMES)
    truth = page.evaluate("digitlens.reading.trace.a[2][3]")
    assert f"It is {truth:.2f}" in page.locator(".guess .said").inner_text()
    assert not page.evaluate(GONE, "neuron-sum")
    page.get_by_role("button", name="Next neuron").click()
    page.evaluate(FRAMES)
    slider.wait_for()
    page.evaluate(FRAMES)
    page.locator(".neuron-view").get_by_role("button", name="Guess first").click()
    page.evaluate(FRAMES)
    page.locator(".neuron-sum").wait_for()
    assert page.locator(".guess input").count() == 0 or not page.locator(".guess input").is_visible()


def test_an_unbounded_neuron_is_asked_on_which_side_of_zero_it_falls(page: Page) -> None:
    page.evaluate("() => digitlens.services.networks.fetch('reader').then(one => digitlens.setNetwork(one, true))")
    draw(page, SEVEN, view="neuron", layer=1, neuron=3, ask="1")
    page.evaluate(FRAMES)
    page.locator(".guess").get_by_role("button", name="Above zero").click()
    page.evaluate(FRAMES)
    z = page.evaluate("digitlens.reading.trace.z[0][3]")
    assert ("right" in page.locator(".guess .said").inner_text()) == (z > 0)


def test_in_learn_the_way_of_a_weight_is_guessed_before_the_gradients_are_shown(page: Page) -> None:
    draw(page, SEVEN, view="learn", target=2, ask="1")
    page.evaluate(FRAMES)
    page.locator(".guess").get_by_role("button", name="Rise").wait_for()
    for part in ("learn-outputs", "learn-layers", "learn-chain", "learn-step", "player"):
        assert page.evaluate(GONE, part), part
    steepest = page.evaluate(
        """() => { const {dC_dz} = digitlens.lesson.batch; const last = dC_dz[2];
            const to = last.reduce((best, one, j) => Math.abs(one) > Math.abs(last[best]) ? j : best, 0);
            return last[to]; }"""
    )
    page.locator(".guess").get_by_role("button", name="Rise" if steepest < 0 else "Fall").click()
    page.evaluate(FRAMES)
    assert "right" in page.locator(".guess .said").inner_text()
    assert not page.evaluate(GONE, "learn-outputs")


def test_a_teachers_link_asks_its_own_question(page: Page, server: str) -> None:
    question = "Does it see a 7, or a 1?"
    draw(page, SEVEN, view="read")
    page.evaluate(FRAMES)
    page.locator(".neuron-view").wait_for(state="detached")
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Your own question").fill(question)
    link = page.locator("#share-link").input_value()
    in_dialog(page, "Close")
    assert f"ask={quote(question, safe='')}".replace("%2C", ",") in link
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("html[data-whole]")
    page.locator(".guess .asks", has_text=question).wait_for()
    assert page.evaluate(GONE, "answer")


def test_what_is_hidden_is_given_away_nowhere(page: Page) -> None:
    """The answer, hidden by a teacher: in no view does a word or a number tell it."""
    draw(page, SEVEN, view="learn", target=None, hide=["answer"])
    page.evaluate(FRAMES)
    page.locator(".learn-view .stages").wait_for()
    assert page.evaluate(GONE, "learn-cost"), "its rows are the outputs"
    assert "a 7" not in page.locator(".learn-view h2").inner_text()
    draw(page, SEVEN, view="neuron", layer=3, neuron=7)
    page.evaluate(FRAMES)
    page.locator(".neuron-view h2").wait_for()
    assert page.evaluate(GONE, "neuron-sum")
    assert page.evaluate(LIT, 3) == [""] * 10
    draw(page, SEVEN, view="neuron", layer=1, neuron=7)
    page.evaluate(FRAMES)
    page.locator(".neuron-sum").wait_for()
    draw(page, SEVEN, view="read")
    page.evaluate(FRAMES)
    page.locator(".neuron-view").wait_for(state="detached")
    assert page.evaluate(GONE, "answer")
    assert "7" not in page.locator("#detail").inner_text().replace("784", "")


def test_the_story_asks_and_what_is_left_does_not(page: Page, server: str) -> None:
    page.goto(f"{server}#story/8")
    page.locator(".guess .asks").wait_for()
    assert not page.locator(".story-card .live").is_visible(), "it says what the network reads"
    page.locator(".guess button").first.click()
    page.evaluate(FRAMES)
    page.locator(".story-card .live").wait_for()
    page.locator("nav").get_by_role("link", name="Read").click()
    page.evaluate(FRAMES)
    page.wait_for_function("() => digitlens.state.view === 'read' && digitlens.state.ask === ''")
