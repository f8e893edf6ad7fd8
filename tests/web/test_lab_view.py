"""Edges or loops, in the page: the measured answer; and the results are those of exactly this network, or none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.web.conftest import watched

import digitlens as dl

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

FILES = Path(dl.__file__).parent / "web/laboratory"
TEXT = "() => digitlens.root.querySelector('.lab-neurons > p').textContent"
IMPOSTOR = """by => {
    const {network} = digitlens;
    const weights = network.layers[0].weights.map((w, k) => k === 400 ? w + by : w);
    digitlens.setNetwork({...network, layers: [{...network.layers[0], weights}, ...network.layers.slice(1)]}, true);
}"""  # of the same name and sizes, loaded as if from a file


@pytest.fixture
def lab(page: Page) -> Page:
    page.evaluate("digitlens.set({view: 'lab'})")
    page.locator(".verdict .chip-answer").first.wait_for()
    return page


def test_the_answers_are_those_that_were_measured(lab: Page) -> None:
    study = json.loads((FILES / "study.json").read_text())
    answers = lab.locator(".chip-answer").all_inner_texts()
    wanted = [study[part]["answer"] for part in ("first", "second", "whole")]
    assert [answer.lower() for answer in answers] == wanted
    first = lab.locator(".verdict").first
    rows = first.locator("tr").count()
    assert rows == len(study["first"]["found"]) == 4, "trained, and three controls"
    assert first.locator(".columns.strong span").count() == study["networks"]
    low, high = (f"{100 * end:+.1f}" for end in study["first"]["difference"][1:])
    assert f"{low} to {high}" in first.inner_text(), "with its uncertainty"
    assert lab.locator(".helped tbody tr").count() == len(study["helped"])


def test_each_neuron_of_a_network_that_was_measured_has_its_part_and_images_and_can_be_opened(lab: Page) -> None:
    found = json.loads((FILES / "video.json").read_text())
    lab.locator(".lab-neurons .caption").first.wait_for()
    assert lab.locator(".lab-neurons li").count() == 32
    assert lab.locator(".lab-neurons .found").count() == found["first"]["found"] + found["second"]["found"]
    assert f"{found['first']['found']} of 16" in lab.evaluate(TEXT)
    assert lab.locator(".lab-neurons li").first.locator("canvas").count() == 7
    lab.locator(".neuron-card").nth(4).click()
    lab.wait_for_function("() => digitlens.state.view === 'neuron' && digitlens.state.neuron === 4")


def test_results_of_one_network_are_never_shown_for_another_of_its_name_and_sizes(lab: Page) -> None:
    lab.locator(".lab-neurons .caption").first.wait_for()
    lab.evaluate(IMPOSTOR, 0.5)
    lab.wait_for_function(f"() => ({TEXT})().includes('has not been measured')")
    assert lab.locator(".lab-neurons .caption, .lab-neurons .found").count() == 0
    asked: list[str] = []
    lab.on("request", lambda request: asked.append(request.url))
    lab.evaluate("digitlens.set({view: 'neuron', layer: 1, neuron: 4})")
    shown = lab.locator(".looks-for")
    shown.get_by_role("button", name="Look for it here").wait_for()
    assert shown.locator("figure").count() == 0
    assert not [url for url in asked if "api/neuron" in url]


def test_what_can_be_computed_of_another_network_is_and_what_cannot_says_so(lab: Page) -> None:
    lab.evaluate(IMPOSTOR, 0.5)
    lab.locator(".lab-neurons .main").click()
    lab.locator(".lab-neurons .caption").first.wait_for()
    assert "not computed here" in lab.evaluate(TEXT)
    card = lab.locator(".lab-neurons li").nth(4)
    assert card.locator("canvas").count() == 7, "weights, the part most like them, five images"
    assert "by chance" not in card.inner_text()
    assert lab.locator(".lab-neurons .found").count() == 0, "whether it is more than chance is not known"


def test_a_network_that_was_changed_by_hand_says_so_and_is_looked_into_as_it_is(page: Page) -> None:
    page.evaluate("digitlens.set({view: 'neuron', layer: 1, neuron: 4})")
    shown = page.locator(".looks-for")
    shown.locator("figure").nth(2).wait_for()
    page.evaluate(IMPOSTOR.replace(", true)", ")"), 30.0)
    button = shown.get_by_role("button", name="Look for it here")
    button.wait_for()
    assert "changed" in shown.inner_text()
    button.click()
    shown.locator("figure").nth(2).wait_for()
    assert "as you have changed it" in shown.inner_text()
    page.evaluate("digitlens.resetNetwork()")
    page.wait_for_function(
        "() => digitlens.root.querySelectorAll('.looks-for figure').length === 3 && "
        "!digitlens.root.querySelector('.looks-for').textContent.includes('changed')"
    )


def test_without_files_of_the_laboratory_the_page_says_so(context: BrowserContext, server: str) -> None:
    page = context.pages[0]
    page.route("**/laboratory/**", lambda route: route.abort())
    with watched(page, console=False):
        page.goto(f"{server}#lab")
        page.wait_for_function(
            "() => window.digitlens?.root.querySelector('.lab-view .dim')?.textContent.includes('not here')"
        )
