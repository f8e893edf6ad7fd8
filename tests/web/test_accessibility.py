"""Everybody can use the page: axe-core finds nothing, in any view, theme or width; nothing scrolls sideways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

FRAMES = """() => new Promise(done =>
    requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"""
VIEWS = {  # and what the server sends for it, a moment later
    "read": ".answer",
    "neuron/1/3": ".looks-for figure",
    "neuron/2/5": ".looks-for figure",
    "neuron/3/7": ".neuron-sum",
    "learn/7": ".cost-table",
    "lab": ".lab-neurons .caption",
    "story/1": ".story-card",
    "story/5": ".looks-for figure",
    "story/10": ".story-card",
    "train": ".trainer [data-recipe=video]",
    "compare": "#compare-data option",
}
WIDTHS = (1440, 820, 390)
THEMES = ("dark", "light")
THREE = [[[9, 7], [14, 5.5], [18, 8], [17, 12], [13, 13.5], [18, 15.5], [18.5, 20], [14, 23], [9, 21.5]]]


def violations(page: Page) -> list[str]:
    """What axe-core objects to, a line each; without copies of style sheets, which our policy would forbid."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-core was not run: it is not installed"
    )
    found: list[dict[str, Any]] = axe.Axe().run(page, options={"preload": False}).response["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"][:4]]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(page: Page, server: str, width: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("theme => localStorage.setItem('digitlens.theme', theme)", theme)
    page.reload()
    page.wait_for_selector("html[data-whole]")
    wrong = []
    for view, sent in VIEWS.items():
        page.goto(f"{server}#{view}")  # another place in the same page
        page.evaluate("strokes => window.digitlens.set({strokes})", THREE)
        page.wait_for_selector(sent, state="attached")
        page.evaluate(FRAMES)
        assert page.evaluate("location.hash").startswith(f"#{view}")
        wrong += [f"{view}: {line}" for line in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{view}: scrolls sideways")
    assert not wrong, "\n".join(wrong)


def test_axe_would_find_something(page: Page) -> None:
    page.evaluate("document.body.append(document.createElement('button'))")
    assert any(line.startswith("button-name") for line in violations(page))
