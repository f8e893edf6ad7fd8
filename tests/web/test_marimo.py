"""dl.Lens in a real marimo: draw in the cell and Python has it; change it in Python, train, and the cell follows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.web.conftest import context_of, free_port
from tests.web.notebooks import digit, draw, needs, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    import numpy as np
    import digitlens as dl
    return dl, mo, np


@app.cell
def _(dl, mo):
    lens, other = dl.Lens("video"), dl.Lens("straight", view="learn")
    shown, shown_too = mo.ui.anywidget(lens), mo.ui.anywidget(other)
    mo.vstack([shown, shown_too])
    return lens, other, shown, shown_too


@app.cell
def _(lens, mo, other, shown, shown_too):
    shown.value, shown_too.value
    mo.md(f"python has {lens.reading.label} of {len(lens.drawing)} and {len(other.drawing)}, {lens.view}")
    return


@app.cell
def _(mo):
    change, train = mo.ui.run_button(label="Change it"), mo.ui.run_button(label="Train it")
    mo.hstack([change, train])
    return change, train


@app.cell
def _(change, dl, lens, np):
    if change.value:
        *before, last = lens.network.layers
        biases = np.zeros_like(last.biases)
        biases[4] = 60
        lens.network = dl.Network((*before, dl.Layer(last.weights, biases)), lens.network.activations)
    return


@app.cell
def _(dl, lens, mo, train):
    records = 0
    if train.value:
        pen = dl.pen_digits(300, seed=1).digits
        for record in dl.train("video", dl.DataSet("some", "pen", pen[:200], pen[200:]), epochs=2):
            lens.network = record.network
            records += 1
    mo.md(f"trained {records}, {lens.reading.label}.")
    return
"""


@pytest.fixture(scope="module")
def marimo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the notebook, as an app."""
    needs("anywidget", "marimo")
    folder = tmp_path_factory.mktemp("marimo")
    (folder / "lens.py").write_text(NOTEBOOK)
    port = free_port()
    options = ["--headless", "--no-token", "--host", "127.0.0.1", "--port", str(port)]
    command = [sys.executable, "-m", "marimo", "run", *options, str(folder / "lens.py")]
    with running(command, f"http://127.0.0.1:{port}/", folder) as address:
        yield address


@pytest.fixture
def page(browser: Browser, marimo: str) -> Iterator[Page]:
    context = context_of(browser, viewport={"width": 1400, "height": 2600}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(marimo)
    page.get_by_text("python has").wait_for()
    yield page
    context.close()


def test_the_cell_and_python_have_the_same_drawing_and_network(page: Page) -> None:
    lenses = page.locator(".digitlens")
    lenses.nth(1).wait_for()
    draw(page, lenses.first, (0.5, 0.2), (0.5, 0.8))
    digit(lenses.first, "1")
    page.get_by_text("python has 1 of 1 and 0, read").wait_for()
    lenses.nth(1).locator(".learn-view").wait_for()
    draw(page, lenses.nth(1), (0.5, 0.2), (0.5, 0.8))
    page.get_by_text("python has 1 of 1 and 1, read").wait_for()
    page.get_by_role("button", name="Change it").click()
    digit(lenses.first, "4")
    lenses.first.get_by_role("link", name="Neuron").click()
    page.get_by_text("python has 4 of 1 and 1, neuron").wait_for()
    page.get_by_role("button", name="Train it").click()
    said = page.get_by_text("trained 2, ")
    said.wait_for()
    digit(lenses.first, said.inner_text().removeprefix("trained 2, ").removesuffix("."))
