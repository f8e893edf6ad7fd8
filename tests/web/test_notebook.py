"""The widget in a real JupyterLab: draw in the cell and Python has it; change it in Python and the cell follows."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.waiting import PATIENCE
from tests.web.conftest import context_of, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

BLANK = """net = lens.network.network
layers = tuple(dl.Layer(0 * layer.weights, layer.biases) for layer in net.layers)
lens.network = dl.Network(layers, net.activations)"""
CELLS = [
    "import digitlens as dl, numpy as np\nlens = dl.Lens('video')\nlens",
    "print('python has', lens.reading['label'], lens.image.shape, len(lens.drawing))",
    BLANK,
    "lens.view, lens.neuron = 'neuron', (1, 5)\nother = dl.Lens('straight', view='learn')\nother",
    "print('now', lens.view, lens.neuron, float(np.abs(lens.network.network.layers[0].weights).max()))",
    "other.image = lens.image\n",
    "print('other reads', other.reading['label'], other.network.name)",
]


def notebook(folder: Path) -> Path:
    """A notebook with these cells, not run yet."""
    cells = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": text, "outputs": [], "execution_count": None}
        for i, text in enumerate(CELLS)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = folder / "lens.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    return path


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that shows the notebook."""
    for name in ("jupyterlab", "anywidget"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"the widget was not tried in a notebook: pip install {name}")
    folder = tmp_path_factory.mktemp("jupyter")
    notebook(folder)
    port = free_port()
    options = ["--no-browser", f"--port={port}", "--IdentityProvider.token=", "--ServerApp.password="]
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", *options, f"--ServerApp.root_dir={folder}"]
    environment = {**os.environ, **own, "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
    address = f"http://127.0.0.1:{port}/lab/tree/lens.ipynb"
    try:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
                break
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture
def page(browser: Browser, jupyter: str) -> Iterator[Page]:
    context = context_of(browser, viewport={"width": 1400, "height": 1600}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(jupyter)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.locator(".jp-Toolbar-kernelStatus, .jp-Notebook-ExecutionIndicator").first.wait_for()
    yield page
    context.close()


def run(page: Page, number: int) -> Locator:
    """Runs a cell, and gives its output."""
    cell = page.locator(".jp-CodeCell").nth(number)
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    prompt = "document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[number].textContent"
    page.wait_for_function(f"number => /\\[\\d+\\]/.test({prompt})", arg=number)
    return cell.locator(".jp-OutputArea")


def says(page: Page, number: int, text: str) -> None:
    """Runs a cell until it says this: messages between page and kernel take their time."""
    deadline = time.monotonic() + PATIENCE
    while text not in (said := run(page, number).inner_text()):
        assert time.monotonic() < deadline, said
        page.wait_for_timeout(200)


def draw_a_one(page: Page, pad: Locator) -> None:
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"], steps=8)
    page.mouse.up()


def test_a_cell_and_python_have_the_same_drawing_network_and_view(page: Page) -> None:
    lens = run(page, 0)
    draw_a_one(page, lens.locator(".surface"))
    lens.locator(".answer .digit", has_text="1").wait_for()
    says(page, 1, "python has 1 (28, 28) 1")

    before = lens.locator(".neuron .value").all_text_contents()
    run(page, 2)  # no weights: every neuron holds what its bias says
    page.wait_for_function(
        """before => {
          const root = document.querySelector('.jp-OutputArea .digitlens').shadowRoot;
          return [...root.querySelectorAll('.neuron .value')].map(one => one.textContent).join() !== before;
        }""",
        arg=",".join(before),
    )
    other = run(page, 3)
    lens.locator(".neuron-view").wait_for()
    other.locator(".learn-view").wait_for()
    lens.get_by_role("link", name="Learn").click()
    lens.locator(".learn-view").wait_for()
    says(page, 4, "now learn (1, 5) 0.0")
    run(page, 5)
    other.locator(".answer .digit", has_text="1").wait_for()
    says(page, 6, "other reads 1 straight")
    assert page.locator(".digitlens").count() == 2
