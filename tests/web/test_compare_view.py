"""The compare view: two sides with one thing different, a sentence from the numbers, and a word for what cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from tests.server.serving import Site
from tests.server.watching import training
from tests.web.conftest import watched
from tests.web.training_page import drawn, heard, pictures

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

NEWEST = """() => new Promise(done => digitlens.live.on("comparison", header => done(header)))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with training(pictures(tmp_path_factory.mktemp("labelled") / "digits")) as site:
        yield site


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    page = context.pages[0]
    with watched(page, console=False):
        page.goto(f"{site.address.url}#compare?epochs=3&seeds=2")
        page.wait_for_selector("html[data-whole]")
        page.wait_for_selector("#compare-data option", state="attached")
        yield page


def start(page: Page) -> Locator:
    return page.locator(".compare-view .main")


def finished(page: Page) -> Any:
    """Waits for the end; the comparison as it is then."""
    page.locator(".compare-view .doing").filter(has_text="Finished").wait_for()
    return heard(page, NEWEST)


def test_sigmoid_and_relu_are_compared_and_what_is_shown_is_what_came(page: Page) -> None:
    assert (page.locator("#compare-first").input_value(), page.locator("#compare-second").input_value()) == (
        "sigmoid",
        "relu",
    )
    start(page).click()
    header = finished(page)
    assert (header["done"], header["seeds"], header["names"]) == (4, 2, ["sigmoid", "ReLU"])
    assert page.locator(".compare-view .sentence").inner_text() == header["sentence"]
    rows = [
        [row.locator("th").inner_text(), *row.locator("td").all_inner_texts()]
        for row in page.locator(".pairs-table tbody tr").all()
    ]
    for row, one, other in zip(rows, *header["runs"], strict=True):
        a, b = one["test_accuracy"], other["test_accuracy"]
        difference = f"{100 * (b - a):+.2f}".replace("-", "−")
        assert row == [str(one["seed"]), f"{a:.2%}".replace("%", " %"), f"{b:.2%}".replace("%", " %"), difference]
    assert page.locator(".compare-view .plot canvas").count() == 2
    for side in "AB":
        weights = drawn(page, f".compare-view .column[data-side={side}] canvas")
        assert (len(weights), len(set(weights))) == (16, 16)
    assert "ms an epoch on the" in page.locator(".column[data-side=A]").inner_text()


def test_a_side_is_opened_in_train_with_its_own_settings(page: Page) -> None:
    start(page).click()
    finished(page)
    page.get_by_role("button", name="Open B in Train").click()
    page.locator(".trainer").wait_for()
    state = page.evaluate("digitlens.state")
    assert (state["view"], state["settings"]["activation"], state["settings"]["epochs"]) == ("train", "relu", "3")


def test_it_stops_and_goes_on_where_it_was(page: Page) -> None:
    page.evaluate("digitlens.set({settings: {epochs: '200', hidden: '400,400', seeds: '10'}})")
    start(page).click()
    page.locator(".compare-view .doing").filter(has_text="runs are done").wait_for()
    start(page).filter(has_text="Stop").click()
    page.locator(".compare-view .doing").filter(has_text="Paused").wait_for()
    number = heard(page, NEWEST)["number"]
    start(page).filter(has_text="Continue").click()
    start(page).filter(has_text="Stop").wait_for()
    assert heard(page, NEWEST)["number"] == number
    start(page).click()
    page.locator(".compare-view .doing").filter(has_text="Paused").wait_for()


@pytest.mark.parametrize(
    ("vary", "field", "text", "words"),
    [
        ("activation", "epochs", "0", "1 to 100,000"),
        ("activation", "seeds", "0", "whole number from 1 to"),
        ("activation", "seeds", "many", "whole number from 1 to"),
        ("hidden", "first", "0", "1 to 4,096"),
        ("learning_rate", "second", "1e9", "0 to 1,000,000"),
        ("learning_rate", "second", "0.75", "Both sides are the same"),
        ("mini_batch", "first", "NaN", "1 to 1,000,000"),
    ],
)
def test_a_bad_value_gets_a_word_beside_its_control(page: Page, vary: str, field: str, text: str, words: str) -> None:
    page.locator("#compare-vary").select_option(vary)
    page.wait_for_function("vary => (digitlens.state.settings.vary ?? 'activation') === vary", arg=vary)
    control = page.locator(f"input#compare-{field}")  # no longer the list of the setting that was varied before
    control.fill(text)
    page.locator(f"#compare-{field}-wrong").filter(has_text=words).wait_for()
    assert control.get_attribute("aria-invalid") == "true"
    assert control.get_attribute("aria-describedby") == f"compare-{field}-wrong"
    assert start(page).is_disabled()


def test_what_the_server_refuses_is_said_at_its_field(page: Page) -> None:
    page.locator("#compare-epochs").fill("3000")
    start(page).click()
    page.locator("#compare-epochs-wrong").filter(has_text="at most 200 in a comparison").wait_for()
    assert not page.locator(".compare-view .trouble").is_visible()
    page.locator("#compare-epochs").fill("3")
    page.locator("#compare-epochs-wrong").wait_for(state="hidden")
    start(page).click()
    finished(page)


def test_it_is_started_by_keyboard(page: Page) -> None:
    page.locator("#compare-vary").focus()
    for _ in range(7):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    finished(page)


def test_a_result_is_put_aside_when_the_settings_are_others_and_comes_back_with_them(page: Page) -> None:
    page.locator("#compare-vary").focus()
    page.get_by_role("button", name="Compare", exact=True).click()
    finished(page)
    result = page.locator(".compare-view .nothing")
    assert result.is_hidden()
    seeds = page.locator("#compare-seeds")
    before = seeds.input_value()
    rate = page.locator("#compare-learning_rate")
    assert rate.input_value() == "0.2"
    rate.fill("0.3")
    result.filter(has_text="put aside").wait_for()
    rate.fill("0.2")
    result.wait_for(state="hidden")
    assert seeds.input_value() == before
