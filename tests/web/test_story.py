"""The story: fourteen steps, each a real view in the state that it names, by keyboard alone; its numbers are true."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.waiting import PATIENCE

from digitlens.network.activations import ACTIVATIONS
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader
from digitlens.storage.model_file import save

if TYPE_CHECKING:
    from playwright.sync_api import Page

FRAMES = (
    "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"
)
STEPS = 14
READ_AS = {
    1: "3",
    2: "2",
    3: "9",
    4: "7",
    5: "7",
    6: "7",
    7: "7",
    9: "7",
    10: "4",
    11: "9",
    12: "7",
    13: "9",
    14: "9",
}  # what is prepared on the pad
PREPARED = """async () => {
    const { STEPS } = await import("./story/steps.js");
    const { state } = digitlens, step = STEPS[state.step - 1];
    const plain = (value) => JSON.stringify(value instanceof Float64Array ? [...value] : value);
    return Object.entries({ ...step.state, shows: step.shows })
        .filter(([name, value]) => name !== "strokes" && plain(state[name]) !== plain(value)).map(([name]) => name);
}"""
MOVED = """() => [...digitlens.reading.trace.z.flatMap((z) => [...z]), digitlens.state.neuron, digitlens.state.target,
    JSON.stringify(digitlens.state.settings)]"""
ON_PAD = "() => digitlens.network.classes[digitlens.reading.digit]"


@pytest.fixture
def story(page: Page) -> Page:
    page.get_by_role("link", name="Story").click()
    page.evaluate(FRAMES)
    return page


def step(page: Page) -> int:
    page.evaluate(FRAMES)
    return int(page.evaluate("digitlens.state.step"))


def card(page: Page) -> str:
    return page.locator(".story-card").inner_text()


def opened(page: Page, server: str, fragment: str) -> Page:
    """A new tab at an address of the page."""
    tab = page.context.new_page()
    tab.goto(f"{server}#{fragment}")
    tab.wait_for_selector("html[data-ready]")
    tab.evaluate(FRAMES)
    return tab


def until(page: Page, expression: str) -> None:
    """Waits until an expression is true in the page, whose policy forbids Playwright's own way of waiting for it."""
    deadline = time.monotonic() + PATIENCE
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"waited in vain for {expression}"
        page.wait_for_timeout(20)


def small_network(path: Path) -> Path:
    """A file with a network of other sizes: 784-20-10."""
    rng = np.random.default_rng(4)
    layers = tuple(
        Layer(rng.normal(0, 0.1, (n, before)).astype(np.float32), rng.normal(0, 1, n).astype(np.float32))
        for n, before in ((20, 784), (10, 20))
    )
    network = Network(layers, (ACTIVATIONS["relu"], ACTIVATIONS["sigmoid"]))
    save(Reader(network=network, name="small", cost="quadratic", classes=tuple("0123456789")), path)
    return path


def test_the_story_goes_from_the_first_step_to_the_last_and_back_by_the_arrow_keys(story: Page) -> None:
    seen = [step(story)]
    for _ in range(STEPS - 1):
        story.keyboard.press("ArrowRight")
        seen.append(step(story))
    story.keyboard.press("ArrowRight")
    assert step(story) == STEPS, "the arrow at the last step leads nowhere"
    assert seen == list(range(1, STEPS + 1))
    for n in range(STEPS - 1, 0, -1):
        story.keyboard.press("ArrowLeft")
        assert step(story) == n


def test_the_story_goes_on_by_tab_and_enter(story: Page) -> None:
    story.get_by_role("button", name="Next").focus()
    for n in range(2, STEPS + 1):
        story.keyboard.press("Enter")
        assert step(story) == n
    assert story.evaluate("digitlens.root.activeElement.textContent") == "From the start"
    story.keyboard.press("Enter")
    assert step(story) == 1


@pytest.mark.parametrize("n", range(1, STEPS + 1))
def test_every_step_shows_the_view_that_it_names_in_the_state_that_it_names(page: Page, server: str, n: int) -> None:
    tab = opened(page, server, f"story/{n}")
    assert tab.evaluate(PREPARED) == []
    shows = tab.evaluate("digitlens.state.shows")
    assert tab.locator("#main").get_attribute("data-view") == shows
    assert tab.locator("#detail .neuron-view").count() == (shows == "neuron")
    assert tab.locator("#detail .train-view").count() == (shows in ("train", "compare"))
    assert tab.locator("#pad").is_visible() == (shows not in ("train", "compare"))
    assert f"{n} of {STEPS}" in card(tab)
    assert 60 <= len(tab.locator(".story-card .words").inner_text().split()) <= 140
    if n in READ_AS:
        assert tab.evaluate(ON_PAD) == READ_AS[n]
    tab.close()


def test_every_step_offers_something_to_try_and_every_try_does_something(story: Page) -> None:
    for n in range(1, STEPS + 1):
        tries = story.locator(".story-card .tries button")
        assert tries.count() >= 2
        moved = 0
        for i in range(tries.count()):
            before = story.evaluate(MOVED)
            tries.nth(i).click()
            story.evaluate(FRAMES)
            after = story.evaluate(MOVED)
            moved += before != after
        assert moved >= tries.count() - 1, f"step {n}"  # one of them is what was there before
        assert not story.evaluate("digitlens.changed"), f"step {n} ends with the network as it was"
        story.keyboard.press("ArrowRight")
        story.evaluate(FRAMES)


def test_the_three_threes_are_read_as_threes(story: Page) -> None:
    tries = story.locator(".story-card .tries button")
    for i in range(3):
        tries.nth(i).click()
        story.evaluate(FRAMES)
        assert story.evaluate(ON_PAD) == "3"


def test_the_number_of_inked_pixels_is_counted(story: Page) -> None:
    counted = story.evaluate("""async () => {
        const { THREES } = await import("./story/strokes.js"), { inkStrokes } = await import("./picture/strokes.js");
        const inks = THREES.map(({ strokes }) => inkStrokes(strokes, 28, 28, 1.2));
        const pixels = [...Array(784).keys()];
        const some = pixels.filter((i) => inks.some((ink) => ink[i] > 0));
        return [some.length, some.filter((i) => inks.every((ink) => ink[i] > 0)).length];
    }""")
    assert f"{counted[0]} of the 784 pixels" in card(story)
    assert f"only {counted[1]} in all" in card(story)


def test_the_weights_and_biases_are_counted_in_whatever_network_is_loaded(page: Page, tmp_path: Path) -> None:
    page.evaluate("digitlens.set({view: 'story', step: 7})")
    page.evaluate(FRAMES)
    for part in ("784 · 16 + 16 · 16 + 16 · 10 = 12,960", "16 + 16 + 10 = 42", "12,960 + 42 = 13,002"):
        assert part in card(page)
    page.locator(".chip").click()
    page.locator("dialog[open] input[type=file]").set_input_files(small_network(tmp_path / "small.digitlens"))
    until(page, "digitlens.network.name === 'small'")
    page.keyboard.press("Escape")
    page.evaluate(FRAMES)
    for part in ("784 · 20 + 20 · 10 = 15,880", "20 + 10 = 30", "15,880 + 30 = 15,910"):
        assert part in card(page)
    assert "13,002" not in card(page)
    assert "15,910 weights and biases" in page.locator(".chip").inner_text()


def test_what_a_step_did_to_the_network_ends_with_it_and_what_was_changed_before_stays(story: Page) -> None:
    story.evaluate("""() => {
        const layers = digitlens.network.layers.map((one) => ({...one, biases: one.biases.slice()}));
        layers[0].biases[2] = 1.25;
        digitlens.setNetwork({...digitlens.network, layers});
    }""")
    story.evaluate("digitlens.set({step: 5})")
    story.evaluate(FRAMES)
    story.get_by_role("button", name="Bias 5 lower").click()
    story.evaluate(FRAMES)
    bias = """(([now, loaded]) => [now[0] - loaded[0], now[2]])(
        [digitlens.network, digitlens.original].map(({layers}) => layers[0].biases))"""
    assert story.evaluate(bias) == [pytest.approx(-5), 1.25]
    story.keyboard.press("ArrowRight")
    story.evaluate(FRAMES)
    assert story.evaluate(bias) == [0, 1.25]
    assert story.evaluate("digitlens.changed")


def test_noise_is_answered_and_the_story_tells_how_surely(page: Page, server: str) -> None:
    tab = opened(page, server, "story/8")
    for name in ("Other noise", "A scribble", "Noise"):
        tab.locator(".story-card").get_by_role("button", name=name, exact=True).click()
        tab.locator(".guess").get_by_role("button", name="0", exact=True).click()  # it is guessed before it is seen
        tab.evaluate(FRAMES)
        digit, holds = tab.evaluate(
            "[digitlens.reading.digit, Math.max(...digitlens.reading.trace.a.at(-1)).toFixed(2)]"
        )
        assert f"It says {digit}, and that output is at {holds}." in card(tab)
    assert float(holds) > 0.9, "noise of which the network is sure is what the step is about"


def test_leaving_the_story_keeps_what_is_on_the_pad_and_goes_on_in_its_view(story: Page) -> None:
    story.evaluate("digitlens.set({step: 4})")
    story.evaluate(FRAMES)
    story.evaluate("digitlens.set({strokes: [[[4, 4], [20, 21]]], layer: 1, neuron: 6})")
    story.evaluate(FRAMES)
    story.get_by_role("link", name="Leave the story").click()
    story.evaluate(FRAMES)
    state = story.evaluate("digitlens.state")
    assert (state["view"], state["strokes"], state["neuron"]) == ("neuron", [[[4, 4], [20, 21]]], 6)
    assert story.locator(".story-card").count() == 0


def test_the_browsers_way_back_leads_through_the_story_and_brings_back_what_was_drawn(story: Page) -> None:
    story.evaluate("digitlens.set({strokes: [[[4, 4], [20, 21]]]})")
    story.evaluate(FRAMES)
    story.keyboard.press("ArrowRight")
    assert step(story) == 2
    story.go_back()
    assert step(story) == 1
    assert story.evaluate("digitlens.state.strokes") == [[[4, 4], [20, 21]]]


def test_a_link_into_the_story_that_brings_a_drawing_shows_that_drawing(story: Page, server: str) -> None:
    story.evaluate("digitlens.set({step: 6})")
    story.evaluate(FRAMES)
    story.evaluate("digitlens.set({strokes: [[[4, 4], [20, 21]]], neuron: 9})")
    story.evaluate(FRAMES)
    tab = opened(story, server, story.evaluate("digitlens.link().split('#')[1]"))
    state: dict[str, Any] = tab.evaluate("digitlens.state")
    assert (state["strokes"], state["shows"], state["neuron"], state["step"]) == ([[[4, 4], [20, 21]]], "neuron", 9, 6)


def test_arrow_keys_belong_to_the_pad_and_to_sliders_while_these_have_the_focus(story: Page) -> None:
    story.evaluate("digitlens.set({step: 2})")
    story.evaluate(FRAMES)
    row = story.get_by_role("slider", name="Row")
    row.focus()
    story.keyboard.press("ArrowRight")
    assert step(story) == 2
    r = int(row.input_value())
    value = story.evaluate("r => digitlens.reading.image[28 * r + 14].toFixed(2)", r)
    assert f"row {r}, column 14: {value}" in card(story)
    story.evaluate("() => { const pad = digitlens.root.querySelector('#pad'); pad.tabIndex = -1; pad.focus(); }")
    story.keyboard.press("ArrowRight")
    assert step(story) == 2


def test_pointing_at_a_pixel_tells_what_it_holds(story: Page) -> None:
    story.evaluate("digitlens.set({step: 2})")
    story.evaluate(FRAMES)
    box = story.locator(".story-pixels canvas").bounding_box()
    assert box
    story.mouse.move(box["x"] + 18.5 / 28 * box["width"], box["y"] + 20.5 / 28 * box["height"])
    value = story.evaluate("digitlens.reading.image[28 * 20 + 18].toFixed(2)")
    assert f"row 20, column 18: {value}" in card(story)


SEEN = """() => {
    const {root, question} = digitlens, card = root.querySelector('.story-card').getBoundingClientRect();
    const told = root.querySelector('[data-told]'), part = question ? root.querySelector('.guess') : told;
    if (!part || !told) return false;
    const {top, bottom, height} = part.getBoundingClientRect(), phone = innerWidth <= 699;
    const [from, to] = phone ? [0, card.top] : [Math.max(0, card.bottom), innerHeight];
    return height > 0 && Math.min(bottom, to) - Math.max(top, from) >= Math.min(height, 100);
}"""


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (820, 1100), (390, 844), (320, 640)])
def test_every_step_has_the_part_it_speaks_of_in_view_and_marked(story: Page, width: int, height: int) -> None:
    story.set_viewport_size({"width": width, "height": height})
    story.evaluate("digitlens.set({view: 'read'})")
    story.locator("nav").get_by_role("link", name="Story").click()
    for n in range(1, STEPS + 1):
        story.wait_for_function(f"() => digitlens.state.step === {n}")
        story.wait_for_function(SEEN)
        assert story.evaluate("document.documentElement.scrollWidth <= innerWidth"), n
        assert story.locator(".story-card .next").is_visible()
        if n < STEPS:
            story.locator(".story-card .next").click()


def test_it_ends_with_what_to_do_next(story: Page, server: str) -> None:
    story.goto(f"{server}#story/{STEPS}")
    after = story.get_by_role("group", name="And now").get_by_role("button")
    story.wait_for_function(f"() => digitlens.state.step === {STEPS}")  # the page hears of its address in its own time
    story.evaluate(FRAMES)
    assert after.count() == 3
    after.filter(has_text="Edges or loops").click()
    story.wait_for_function("() => digitlens.state.view === 'lab'")
    story.evaluate(FRAMES)
    assert story.locator("[data-told]").count() == 0


def test_on_a_phone_a_try_folds_the_text_and_shows_the_view(story: Page) -> None:
    story.set_viewport_size({"width": 390, "height": 844})
    story.evaluate(FRAMES)
    text = story.locator(".story-card .words")
    assert text.is_visible()
    story.get_by_role("button", name="One with a flat top").click()
    story.evaluate(FRAMES)
    assert not text.is_visible()
    pad = story.locator("#pad").bounding_box()
    assert pad
    assert 0 <= pad["y"] < 400
    story.get_by_role("button", name="Next").click()
    story.evaluate(FRAMES)
    assert text.is_visible()
