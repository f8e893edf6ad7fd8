"""The learn view: cost, output gradients, chains and steps are Python's to the printed digit; printed sums add up."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.kernel import served
from tests.network.legal import CASES
from tests.web.learning_page import (
    CHAIN,
    FOUR,
    FRAMES,
    SEVEN,
    digits_of,
    keyboard,
    look,
    printed_cost,
    settled,
    short,
    steps_of,
    table,
    the_cost,
)

from digitlens.lens.neuron import add_up
from digitlens.lens.steps import Steps
from digitlens.network.network import Layer, Layers

if TYPE_CHECKING:
    from playwright.sync_api import Page

TARGETS = [2, 7]
KNOWN = [case for case in CASES if served.takes(*case)]  # the page computes at least what the kernel does
COSTS = [  # each output and cost once, behind one hidden activation or another
    next(case for case in KNOWN[i % len(served.HIDDEN) * len(served.PAIRS) :] if case[1:] == pair)
    for i, pair in enumerate(served.PAIRS)
]
OUTPUTS, LAST, LAYERS = (f"[data-part=learn-{name}]" for name in ("outputs", "last", "layers"))


@pytest.fixture
def view(page: Page) -> Page:
    look(page)
    return page


@pytest.mark.parametrize("target", TARGETS)
def test_the_cost_is_pythons_and_its_rows_add_up(page: Page, target: int) -> None:
    look(page, target)
    steps = steps_of(settled(page), target)
    rows = table(page, ".cost-table")
    *terms, total = (row[-1] for row in rows)
    assert digits_of(terms) == Decimal(total)
    decimals = len(total.split(".")[1])
    squares = (steps.trace.a[-1] - steps.targets) ** 2
    printed, rest, whole = add_up([float(one) for one in squares], steps.cost, decimals)
    assert [row[-1] for row in rows[:10]] == [text.lstrip("+") for text in printed]
    assert total == whole.lstrip("+")
    assert (len(rows) == 12) == bool(Decimal(rest))  # what rounding took away has its own row
    assert [row[1] for row in rows[:10]] == [f"{held:.3f}" for held in steps.trace.a[-1]]
    assert [row[2] for row in rows[:10]] == [f"{y:.0f}" for y in steps.targets]
    assert the_cost(page) == printed_cost(steps.cost)


@pytest.mark.parametrize(("hidden", "output", "cost"), COSTS)
def test_cost_and_output_gradients_are_pythons_for_every_cost(page: Page, hidden: str, output: str, cost: str) -> None:
    look(page)
    page.evaluate(
        """([hidden, output, cost]) =>
            digitlens.setNetwork({...digitlens.network, activations: [hidden, hidden, output], cost})""",
        [hidden, output, cost],
    )
    steps = steps_of(settled(page), 2)
    assert the_cost(page) == printed_cost(steps.cost)
    *terms, total = (row[-1] for row in table(page, ".cost-table"))
    assert digits_of(terms) == Decimal(total)
    for row, output in zip(table(page, ".slopes-table"), steps.output_gradients(), strict=True):
        assert row[2:] == [short(output.dC_da), short(output.slope), short(output.dC_dz)]
        assert row[1] == ("↑ rise" if output.up else "↓ fall" if output.dC_dz else "– stay")
    chain = steps.weight(3, 2, 0)
    page.evaluate("digitlens.set({layer: 3, neuron: 2, source: 0})")
    page.evaluate(FRAMES)
    assert page.locator(f"{CHAIN} mn").first.text_content() == short(chain.dC_dw).replace("-", "−")
    assert not page.locator(".asked").is_visible()  # nothing lies behind the outputs


def test_the_arrows_point_from_activations_to_targets(view: Page) -> None:
    held = steps_of(settled(view), 2).trace.a[-1]
    kinds = [(arrow.get_attribute("class") or "").split()[-1] for arrow in view.locator(".gauges .arrow").all()]
    far = [float(y) - float(a) for y, a in zip(np.eye(10)[2], held, strict=True)]
    assert kinds == ["still" if abs(by) < 0.02 else "up" if by > 0 else "down" for by in far]
    assert kinds[2] == "up"
    assert "7 is at 1.00 and should fall" in (view.locator(".gauges").get_attribute("aria-label") or "")


@pytest.mark.parametrize(("layer", "neuron", "source"), [(1, 3, 300), (1, 14, 240), (2, 5, 11), (3, 2, 0), (3, 7, 9)])
def test_the_chain_to_a_weight_is_pythons_and_its_sum_adds_up(page: Page, layer: int, neuron: int, source: int) -> None:
    look(page, layer=layer, neuron=neuron, source=source)
    chain = steps_of(settled(page), 2).weight(layer, neuron, source)
    shown = [keyboard(text) for text in page.locator(f"{CHAIN} .numbers mn").all_text_contents()]
    assert shown == [short(chain.dC_dw), short(chain.input), short(chain.slope), short(chain.dC_da)]
    verdict = page.locator(f"{CHAIN} .verdict").inner_text()
    assert ("rises" if chain.dC_dw < 0 else "falls" if chain.dC_dw > 0 else "does not matter") in verdict
    if not chain.terms:
        return
    *rows, rest, total = table(page, ".asked")
    assert digits_of([row[-1] for row in [*rows, rest]]) == Decimal(total[-1])
    order = sorted(chain.terms, key=lambda asked: -abs(asked.product))[:6]
    assert len(rows) == 6
    assert rest[0] == f"the other {len(chain.terms) - 6} add up to"
    assert chain.dC_da is not None
    printed, rest_text, whole = add_up([one.product for one in order], chain.dC_da, len(total[-1].split(".")[1]))
    assert [row[-1] for row in rows] == list(printed)
    assert (rest[-1], total[-1]) == (rest_text, whole)
    assert [row[1:3] for row in rows] == [[f"{one.weight:+.4f}", short(one.dC_dz)] for one in order]


def test_before_a_weight_is_chosen_it_is_the_steepest_of_the_first_layer(view: Page) -> None:
    neuron, source = steps_of(settled(view), 2).steepest(1)
    chooser = view.locator(".weight-chooser")
    assert chooser.get_by_label("neuron", exact=True).input_value() == str(neuron)
    assert chooser.get_by_label("from row").input_value() == str(source // 28)
    assert chooser.get_by_label("column").input_value() == str(source % 28)


def test_layer_by_layer_the_lengths_and_the_counts_are_pythons(view: Page) -> None:
    steps = steps_of(settled(view), 2)
    blocks = view.locator(".layer-back").all()
    assert len(blocks) == 3
    for block, layer in zip(blocks, (3, 2, 1), strict=True):
        text = keyboard(block.inner_text())
        d = steps.dC_dz[layer - 1]
        assert f"{(d < 0).sum()} should rise, {(d > 0).sum()} should fall" in text
        weights = steps.gradient[layer - 1].weights
        neuron, source = steps.steepest(layer)
        assert f"has the length {short(float(np.sqrt((weights**2).sum())))}." in text
        assert f"dC/dw = {short(float(weights[neuron, source]))}," in text


def test_a_bar_and_a_pixel_choose_the_weight(view: Page) -> None:
    steps = steps_of(settled(view), 2)
    view.locator(f"{LAYERS} .first .column").nth(5).click()
    state = view.evaluate("digitlens.state")
    own = np.abs(steps.gradient[0].weights[5])
    assert (state["layer"], state["neuron"], state["source"]) == (1, 5, int(own.argmax()))
    view.evaluate(FRAMES)
    canvas = view.locator(".slope-picture")
    box = canvas.bounding_box()
    assert box
    canvas.click(position={"x": (11 + 0.5) / 28 * box["width"], "y": (9 + 0.5) / 28 * box["height"]})
    assert view.evaluate("digitlens.state.source") == 9 * 28 + 11
    view.locator(f"{LAST} .signed[role=slider] .column").nth(4).click()
    state = view.evaluate("digitlens.state")
    assert (state["layer"], state["source"]) == (3, 4)


def test_the_slope_picture_is_blue_where_a_weight_should_rise(view: Page) -> None:
    steps = steps_of(settled(view), 2)
    pixels = view.evaluate(
        "[...digitlens.root.querySelector('.slope-picture canvas').getContext('2d').getImageData(0, 0, 28, 28).data]"
    )
    red, blue = np.array(pixels).reshape(784, 4)[:, [0, 2]].T
    neuron, _ = steps.steepest(1)
    slopes = steps.gradient[0].weights[neuron]
    strong = np.abs(slopes) > np.abs(slopes).max() / 4
    assert strong.any()
    np.testing.assert_array_equal((blue > red)[strong], (slopes < 0)[strong])
    assert not (red + blue)[slopes == 0].any()


@pytest.mark.parametrize("rate", [0.1, 5])
def test_promised_and_fell_are_pythons_and_the_cost_shown_is_that_of_the_moved_network(view: Page, rate: float) -> None:
    view.get_by_label("Learning rate", exact=True).fill(str(rate))
    for taken in range(1, 4):
        steps = steps_of(settled(view), 2)
        promised, fell = steps.take_step(rate)
        assert f"falls by {short(promised)}." in keyboard(view.locator(".promise").inner_text())
        view.get_by_role("button", name="Take the step", exact=True).click()
        after = steps_of(settled(view), 2)
        assert the_cost(view) == printed_cost(after.cost)
        assert abs(steps.cost - fell - after.cost) < 1e-12
        row = table(view, ".taken")[0]
        assert row[:5] == [str(taken), "2", f"{rate:g}", short(promised), short(fell)]
        assert row[5] == f"{after.cost:.6g}"
        for mine, of_page in zip(steps.gradient, moved_by(steps, after, rate), strict=True):
            np.testing.assert_allclose(of_page.weights, mine.weights, atol=1e-12)


def moved_by(before: Steps, after: Steps, rate: float) -> Layers:
    """The gradient that the page must have followed."""
    return tuple(
        Layer((old.weights - new.weights) / rate, (old.biases - new.biases) / rate)
        for old, new in zip(before.network.layers, after.network.layers, strict=True)
    )


def test_a_step_that_is_too_long_says_so(view: Page) -> None:
    view.evaluate("digitlens.set({target: 7})")
    view.evaluate("digitlens.setNetwork({...digitlens.network, activations: ['relu', 'relu', 'identity']})")
    view.get_by_label("Learning rate", exact=True).fill("0.5")
    view.get_by_role("button", name="Take the step", exact=True).click()
    settled(view)
    assert "rose by" in view.locator(".came").inner_text()


def test_steps_are_undone_one_by_one_and_reset_gives_the_loaded_network_back(view: Page) -> None:
    loaded = settled(view)
    take = view.get_by_role("button", name="Take the step", exact=True)
    take.click()
    once = settled(view)
    take.click()
    settled(view)
    view.get_by_role("button", name="Undo the step").click()
    assert settled(view)["layers"] == once["layers"]
    view.get_by_role("button", name="Undo the step").click()
    now = settled(view)
    assert now["layers"] == loaded["layers"]
    assert not now["changed"]
    take.click()
    assert settled(view)["changed"]
    view.get_by_role("button", name="Reset the network").click()
    now = settled(view)
    assert now["layers"] == loaded["layers"]
    assert not now["changed"]
    assert not view.locator(".taken").is_visible()  # steps from a network that is gone lead nowhere


def test_the_runner_up_is_proposed_and_the_true_digit_of_a_real_image(page: Page) -> None:
    look(page, None)
    pressed = page.locator(".answers [aria-pressed=true]")
    outputs = np.array(page.evaluate("[...digitlens.reading.trace.a.at(-1)]"))
    assert pressed.inner_text() == str(outputs.argsort()[-2])
    page.evaluate(
        """digitlens.set({baseInk: digitlens.reading.image, strokes: [],
            base: {kind: 'mnist', on: 'test', number: 1, digit: 9}})"""
    )
    page.evaluate(FRAMES)
    assert pressed.inner_text() == "9"
    page.get_by_role("button", name="It should have been 4").click()
    page.evaluate(FRAMES)
    assert pressed.inner_text() == "4"
    assert page.evaluate("digitlens.state.target") == 4


def test_nothing_on_the_pad_asks_for_a_drawing(page: Page) -> None:
    look(page, 2, strokes=[])
    assert page.get_by_text("or pick a picture. Then").is_visible()
    assert not page.locator(".cost-table").is_visible()


def test_by_keyboard_alone_it_is_followed_back_to_a_weight_and_a_step_taken(page: Page) -> None:
    page.evaluate("strokes => digitlens.set({view: 'learn', strokes})", SEVEN)
    page.evaluate(FRAMES)
    page.get_by_role("button", name="It should have been 3").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Back-propagate").focus()
    page.keyboard.press("Enter")
    titles = page.locator(".stage summary h3").all_inner_texts()
    assert focused(page) == titles[0]
    for title in titles[1:3]:
        page.keyboard.press("ArrowDown")
        assert focused(page) == title
    page.keyboard.press("Enter")
    page.evaluate(FRAMES)
    while page.evaluate("digitlens.root.activeElement.className") != "slope-picture":
        page.keyboard.press("Tab")
    before = page.evaluate("+digitlens.root.activeElement.getAttribute('aria-valuenow')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.evaluate(FRAMES)
    assert page.evaluate("digitlens.state.source") == before + 29
    assert "should" in page.evaluate("digitlens.root.activeElement.getAttribute('aria-valuetext')")
    for title in titles[3:]:
        while not focused(page).startswith(f"{title} ›"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.evaluate(FRAMES)
        assert focused(page) == title
    while focused(page) != "Take the step":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert settled(page)["changed"]
    assert focused(page) == "Take the step"  # so that it goes on


def focused(page: Page) -> str:
    text: str = page.evaluate(
        "(digitlens.root.activeElement.querySelector('h3') ?? digitlens.root.activeElement).textContent"
    )
    return text


def test_what_is_copied_holds_all_numbers_to_the_last_digit(view: Page) -> None:
    view.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { window.copied = text; }}})"
    )
    view.get_by_role("button", name="Copy the numbers").click()
    view.wait_for_function("window.copied")
    lines = [line.split("\t") for line in view.evaluate("window.copied").splitlines()]
    found = {line[0]: line[1:] for line in lines if len(line) == 2}
    steps = steps_of(settled(view), 2)
    promised, fell = steps.take_step(0.1)
    for name, value in [("cost", steps.cost), ("promised", promised), ("fell", fell)]:
        assert float(found[name][0]) == pytest.approx(value, rel=1e-9)
    chain = steps.weight(1, *steps.steepest(1))
    assert float(found["dC/dw"][0]) == pytest.approx(chain.dC_dw, rel=1e-12)


def test_without_a_clipboard_the_numbers_become_a_file(view: Page) -> None:
    view.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    with view.expect_download() as download:
        view.get_by_role("button", name="Copy the numbers").click()
    assert download.value.suggested_filename == "back-propagation.tsv"


def test_what_a_teacher_hides_is_passed_over(page: Page) -> None:
    page.goto(f"{page.url.split('#')[0]}#learn/2?hide=learn-last,learn-layers")
    page.evaluate("strokes => digitlens.set({strokes})", SEVEN)
    page.evaluate(FRAMES)
    assert not page.locator(LAST).is_visible()
    page.get_by_role("button", name="Back-propagate").click()
    page.locator(f"{OUTPUTS} .turn .next").click()
    assert focused(page) == page.locator("[data-part=learn-chain] summary h3").inner_text()


def test_numbers_follow_while_it_is_drawn(view: Page) -> None:
    for strokes in (FOUR, SEVEN, [*SEVEN, *FOUR]):
        view.evaluate("strokes => digitlens.set({strokes})", strokes)
        steps = steps_of(settled(view), 2)
        assert the_cost(view) == printed_cost(steps.cost)
        assert keyboard(view.locator(f"{CHAIN} mn").first.text_content() or "") == short(
            steps.weight(1, *steps.steepest(1)).dC_dw
        )


def test_the_address_brings_the_chosen_weight_back(view: Page) -> None:
    view.evaluate("digitlens.set({layer: 2, neuron: 5, source: 11})")
    view.evaluate("location.hash = digitlens.link().split('#')[1]")
    assert json.loads(view.evaluate("JSON.stringify([digitlens.state.view, digitlens.state.target])")) == ["learn", 2]
    view.reload()
    view.wait_for_selector("html[data-ready]")
    assert view.evaluate("[digitlens.state.layer, digitlens.state.neuron, digitlens.state.source]") == [2, 5, 11]
