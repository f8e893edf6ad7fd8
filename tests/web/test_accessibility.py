"""Everybody can use the page, in any view, theme, width and language: axe-core finds nothing, every text stands out.

Nothing scrolls sideways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.web.contrast import faint

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
EACH = [(820, "en"), (1440, "de"), (390, "es"), (1440, "zh")]  # every language in both themes, every width
THREE = [[[9, 7], [14, 5.5], [18, 8], [17, 12], [13, 13.5], [18, 15.5], [18.5, 20], [14, 23], [9, 21.5]]]


def violations(page: Page) -> list[str]:
    """What axe-core objects to, a line each; without copies of style sheets, which our policy would forbid."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-core was not run: it is not installed"
    )
    found: list[dict[str, Any]] = axe.Axe().run(page, options={"preload": False}).response["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"][:4]]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("width", "language"), EACH)
def test_axe_finds_nothing_every_text_stands_out_and_nothing_scrolls_sideways(
    page: Page, server: str, width: int, language: str, theme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("theme => localStorage.setItem('digitlens.theme', theme)", theme)
    page.goto(f"{server}?lang={language}")
    page.wait_for_selector("html[data-whole]")
    wrong = [f"empty: {line}" for line in faint(page)]
    for view, sent in VIEWS.items():
        page.goto(f"{server}?lang={language}#{view}")  # another place in the same page
        page.evaluate("strokes => window.digitlens.set({strokes})", THREE)
        page.wait_for_selector(sent, state="attached")
        page.evaluate(FRAMES)
        assert page.evaluate("location.hash").startswith(f"#{view}")
        wrong += [f"{view}: {line}" for line in (*violations(page), *faint(page))]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{view}: scrolls sideways")
    assert not wrong, "\n".join(wrong)


def test_a_faint_text_would_be_found(page: Page) -> None:
    page.evaluate("digitlens.root.querySelector('footer p').style.color = '#999'")
    assert any(line.startswith("2.") for line in faint(page))
    page.evaluate("digitlens.root.querySelector('footer p').style.cssText = 'opacity: 0.4'")
    assert faint(page)


def test_axe_would_find_something(page: Page) -> None:
    page.evaluate("document.body.append(document.createElement('button'))")
    assert any(line.startswith("button-name") for line in violations(page))
