"""How large everything is: nothing is too small to read, and for a projector all of it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

SEVEN = [[[8, 7], [20, 7], [13, 23]]]
VIEWS = ("read", "neuron/1/4", "neuron/2/3", "learn/2", "lab", "train", "compare", "story/2", "story/9")
TOO_SMALL = """least => {
    const found = [], walk = document.createTreeWalker(digitlens.root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const node = walk.currentNode, parent = node.parentElement;
        if (!node.textContent.trim() || !parent?.checkVisibility()) continue;
        if (parent.closest('.unseen, option, style')) continue;
        let size = parseFloat(getComputedStyle(parent).fontSize);
        const matrix = parent.closest('svg') && parent.getScreenCTM?.();
        if (matrix) size *= Math.hypot(matrix.a, matrix.b);
        if (size < least - 0.01) found.push(`${size.toFixed(1)} px: ${node.textContent.trim()}`);
    }
    return found;
}"""
OPEN = "digitlens.root.querySelectorAll('details').forEach(one => { one.open = true; })"
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"


@pytest.mark.parametrize("width", [1440, 320])
def test_no_text_is_below_eleven_pixels_and_nothing_scrolls_sideways(page: Page, server: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    wrong = []
    for view in VIEWS:
        page.goto(f"{server}#{view}")
        page.evaluate("strokes => digitlens.set({strokes})", SEVEN)
        page.evaluate(FRAMES)
        page.evaluate(OPEN)
        page.evaluate(FRAMES)
        wrong += [f"{view}: {line}" for line in page.evaluate(TOO_SMALL, 11)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{view}: scrolls sideways")
    assert not wrong, "\n".join(wrong)


def test_that_it_would_find_a_small_one(page: Page) -> None:
    page.evaluate("digitlens.root.querySelector('footer p').style.fontSize = '10px'")
    assert page.evaluate(TOO_SMALL, 11)


def test_for_a_projector_all_of_it_grows_and_goes_on_working(page: Page) -> None:
    link = page.locator("nav a").first
    before = link.bounding_box()
    page.get_by_role("group", name="Size").get_by_role("button", name="Projector").click()
    page.evaluate(FRAMES)
    after = link.bounding_box()
    assert before
    assert after
    assert after["height"] == pytest.approx(1.6 * before["height"], rel=0.05)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("scrollTo(0, 0)")
    surface = page.locator("#pad .surface").bounding_box()
    assert surface
    for k, (x, y) in enumerate(((0.25, 0.25), (0.75, 0.25))):
        page.mouse.move(surface["x"] + x * surface["width"], surface["y"] + y * surface["height"])
        if not k:
            page.mouse.down()
    page.mouse.up()
    (stroke,) = page.evaluate("digitlens.state.strokes")
    assert stroke[0] == pytest.approx([7, 7], abs=0.2)
    assert stroke[-1] == pytest.approx([21, 7], abs=0.2)
    page.reload()
    page.wait_for_selector("html[data-whole]")
    grown = page.locator("nav a").first.bounding_box()
    assert grown
    assert grown["height"] == pytest.approx(after["height"], rel=0.05)
