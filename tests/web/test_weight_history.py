"""Changes to weights by hand are undone and redone, a stroke of the brush at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.web.test_tools import FRAMES, WEIGHTS

if TYPE_CHECKING:
    from playwright.sync_api import Page

SEVEN = [[[8, 7], [20, 7], [13, 23]]]


@pytest.fixture
def painted(page: Page) -> Page:
    page.evaluate("strokes => digitlens.set({strokes, view: 'neuron', layer: 1, neuron: 3})", SEVEN)
    page.locator(".easel").scroll_into_view_if_needed()
    page.locator(".easel").focus()
    page.keyboard.press("+")
    return page


def stroke(page: Page, down: float) -> None:
    box = page.locator(".easel").bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + down * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + down * box["height"], steps=6)
    page.mouse.up()
    page.evaluate(FRAMES)


def test_a_stroke_of_the_brush_is_undone_and_redone_as_one(painted: Page) -> None:
    loaded = painted.evaluate(WEIGHTS)
    stroke(painted, 0.3)
    first = painted.evaluate(WEIGHTS)
    stroke(painted, 0.7)
    both = painted.evaluate(WEIGHTS)
    assert loaded != first != both
    work = painted.locator(".neuron-change")
    undo, redo = (work.get_by_role("button", name=name) for name in ("Undo the change", "Redo"))
    assert redo.is_disabled()
    undo.click()
    assert painted.evaluate(WEIGHTS) == first
    painted.locator(".easel").focus()
    painted.keyboard.press("Control+z")
    assert painted.evaluate(WEIGHTS) == loaded
    assert not painted.evaluate("digitlens.changed")
    painted.evaluate(FRAMES)
    assert undo.is_disabled()
    redo.click()
    redo.click()
    assert painted.evaluate(WEIGHTS) == both
    undo.click()
    stroke(painted, 0.5)
    assert redo.is_disabled()


def test_another_network_leaves_nothing_to_undo(painted: Page) -> None:
    stroke(painted, 0.3)
    painted.evaluate("digitlens.setNetwork(digitlens.original, true)")
    painted.evaluate(FRAMES)
    assert painted.locator(".neuron-change").get_by_role("button", name="Undo the change").is_disabled()
