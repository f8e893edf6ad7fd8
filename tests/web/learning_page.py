"""The learn view as its tests see it: what stands there, and what Python makes of the same network and picture."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from digitlens.lens.steps import Steps, back_propagate
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.network import Layer, Network

if TYPE_CHECKING:
    from playwright.sync_api import Page

SEVEN = [[[8, 7], [20, 7], [12, 23]]]
FOUR = [[[9, 6], [7, 15], [20, 15]], [[16, 8], [15, 23]]]
CHAIN = "[data-part=learn-chain]"
FRAMES = """() => new Promise(done =>
    requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"""
CURRENT = """() => ({
    layers: digitlens.network.layers.map(({weights, biases, n, before}) =>
        ({weights: [...weights], biases: [...biases], n, before})),
    activations: digitlens.network.activations, cost: digitlens.network.cost, changed: digitlens.changed,
    image: [...digitlens.reading.image]})"""


def look(page: Page, target: int | None = 2, **more: Any) -> None:
    """Show Learn for the drawn seven, every stage open."""
    state = {"view": "learn", "strokes": SEVEN, "target": target, "source": None, **more}
    page.evaluate("state => digitlens.set(state)", state)
    page.evaluate(FRAMES)
    page.evaluate("digitlens.root.querySelectorAll('.learn-view details').forEach((stage) => { stage.open = true; })")
    page.evaluate(FRAMES)


def settled(page: Page) -> dict[str, Any]:
    """The network and the picture as they are when all has followed."""
    page.evaluate(FRAMES)
    found: dict[str, Any] = page.evaluate(CURRENT)
    return found


def network_of(now: dict[str, Any]) -> Network:
    layers = tuple(
        Layer(np.array(one["weights"]).reshape(one["n"], one["before"]), np.array(one["biases"]))
        for one in now["layers"]
    )
    return Network(layers, tuple(ACTIVATIONS[name] for name in now["activations"]))


def steps_of(now: dict[str, Any], target: int) -> Steps:
    return back_propagate(network_of(now), np.array(now["image"]), target, now["cost"])


def keyboard(text: str) -> str:
    return text.replace("−", "-").strip()


def table(page: Page, where: str) -> list[list[str]]:
    """The rows of a table's body and foot that are shown, cell by cell, with the keyboard's minus."""
    rows = page.locator(f"{where} tbody tr:visible, {where} tfoot tr:visible").all()
    return [[keyboard(cell) for cell in row.locator("th:visible, td:visible").all_inner_texts()] for row in rows]


def short(value: float | None) -> str:
    return "–" if value is None else "0" if value == 0 else f"{value:.4g}"


def the_cost(page: Page) -> str:
    return keyboard(page.locator(".cost-line .total").inner_text())


def printed_cost(cost: float) -> str:
    """Four digits of it, at least four decimals."""
    return f"{cost:.{min(15, max(4, 3 - math.floor(math.log10(cost))))}f}"


def digits_of(pairs: list[str]) -> Decimal:
    return sum(map(Decimal, pairs), Decimal(0))
