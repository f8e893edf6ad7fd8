"""The forward pass and back-propagation in motion: what is shown on the way are the numbers of trace and Learn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.web.learning_page import FRAMES, SEVEN, look, settled, steps_of
from tests.web.test_tools import until

if TYPE_CHECKING:
    from playwright.sync_api import Page

LABELS = "() => [...digitlens.root.querySelectorAll('.diagram .neuron')].map(one => one.getAttribute('aria-label'))"


@pytest.fixture
def drawn(page: Page) -> Page:
    page.evaluate("strokes => digitlens.set({strokes})", SEVEN)
    page.evaluate(FRAMES)
    return page


def scrub(page: Page, place: float) -> None:
    page.evaluate(
        """place => {
            const scrub = digitlens.root.querySelector('.player input');
            scrub.value = place;
            scrub.dispatchEvent(new Event('input'));
        }""",
        place,
    )
    page.evaluate(FRAMES)


def test_the_forward_pass_goes_layer_by_layer_and_is_the_trace(drawn: Page) -> None:
    a = drawn.evaluate("digitlens.reading.trace.a.slice(1).map(layer => [...layer])")
    for place in (0, 0.5, 1, 1.7, 2, 3):
        scrub(drawn, place)
        shown = drawn.evaluate(LABELS)
        for layer, values in enumerate(a, 1):
            for j, value in enumerate(values):
                label = shown[sum(map(len, a[: layer - 1])) + j]
                wanted = f"is at {value:.2f}" if place >= layer else "not shown"
                assert wanted.replace("-", "−") in label, label
    assert drawn.locator(".diagram rect.winner").count() == 1


def test_it_is_stepped_by_keyboard_and_says_where_it_is(drawn: Page) -> None:
    slider = drawn.locator(".player input")
    drawn.get_by_role("button", name="On a layer").click()
    assert (slider.get_attribute("aria-valuetext") or "").startswith("Layer 1")
    slider.focus()
    drawn.keyboard.press("ArrowRight")
    assert (slider.get_attribute("aria-valuetext") or "").startswith("Layer 2")
    drawn.evaluate(FRAMES)
    assert drawn.locator(".answer > p").first.inner_text().startswith("Layer 2")
    drawn.keyboard.press("ArrowLeft")
    drawn.keyboard.press("ArrowLeft")
    assert (slider.get_attribute("aria-valuetext") or "").startswith("The picture")
    drawn.evaluate("digitlens.set({strokes: [[[14, 5], [14, 23]]]})")
    drawn.evaluate(FRAMES)
    assert "at rest" not in drawn.evaluate(LABELS)[0]
    assert "not shown" not in drawn.evaluate(LABELS)[0]  # another drawing is there at once


def test_with_less_motion_play_goes_from_layer_to_layer_and_ends_at_the_answer(drawn: Page) -> None:
    drawn.get_by_role("button", name="Play").click()
    drawn.get_by_role("button", name="Pause").wait_for()
    until(drawn, "digitlens.root.querySelector('.player .play').textContent.includes('Play')")
    assert drawn.locator(".diagram rect.winner").count() == 1


def test_back_propagation_shows_learns_numbers_layer_by_layer(page: Page) -> None:
    look(page, 2)
    until(page, "digitlens.root.querySelector('.player input').max === '6'")
    steps = steps_of(settled(page), 2)
    for place, known in ((3, [3]), (3.5, [3]), (4, [2, 3]), (5, [1, 2, 3]), (6, [1, 2, 3])):
        scrub(page, place)
        shown = page.evaluate(LABELS)
        at = 0
        for layer, slopes in enumerate(steps.dC_dz, 1):
            for slope in slopes.ravel():
                found = re.search(r"should (rise|fall|stay), dC/dz = (\S+)", shown[at])
                assert (found is not None) == (layer in known), shown[at]
                if found:
                    assert float(found[2].replace("−", "-")) == pytest.approx(slope, rel=1e-3, abs=1e-300)
                    assert found[1] == ("rise" if slope < 0 else "fall")
                at += 1
        assert page.locator(".diagram .arrow").count() > 0
    page.evaluate("digitlens.set({view: 'read'})")
    page.evaluate(FRAMES)
    assert page.locator(".diagram .arrow").count() == 0


def test_steps_are_repeated_until_it_changes_its_mind_and_are_undone_as_one(page: Page) -> None:
    look(page, 2)
    loaded = settled(page)["layers"]
    page.locator("#rate").fill("1")
    page.get_by_role("button", name="Repeat until it reads 2").click()
    page.evaluate(FRAMES)
    assert page.evaluate("digitlens.reading.digit") == 2
    assert page.locator(".cost-plot").is_visible()
    page.get_by_role("button", name="Undo the step").click()
    assert settled(page)["layers"] == loaded
    assert page.evaluate("digitlens.reading.digit") == 7


def test_a_step_that_is_too_long_is_called_so(page: Page) -> None:
    look(page, 2)
    page.evaluate(  # a network that is not sure of anything yet: its gradients are large
        """() => {
            const smaller = ({weights, biases, ...rest}) =>
                ({...rest, weights: weights.map(w => 0.3 * w), biases: biases.map(b => 0.3 * b)});
            digitlens.setNetwork({...digitlens.network, layers: digitlens.network.layers.map(smaller)});
        }"""
    )
    page.evaluate(FRAMES)
    promise = page.locator(".promise")
    page.locator("#rate").fill("0.001")
    page.evaluate(FRAMES)
    assert "too long" not in promise.inner_text()
    page.locator("#rate").fill("100")
    page.evaluate(FRAMES)
    cost = page.evaluate("digitlens.lesson.batch.cost")
    squares = page.evaluate(
        "digitlens.lesson.batch.gradient.flatMap(one => [...one.weights, ...one.biases]).reduce((s, g) => s + g * g, 0)"
    )
    assert ("too long" in promise.inner_text()) == (100 * squares > cost)
    assert 100 * squares > cost, "the test would see nothing"
