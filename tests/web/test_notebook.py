"""dl.Lens in a real JupyterLab: draw in the cell and Python has it; change it in Python and the cell follows."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.waiting import PATIENCE
from tests.web.conftest import context_of, free_port
from tests.web.notebooks import digit, draw, needs, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

RETRY = 8.0  # seconds until a key is pressed again that nothing came of
SHOW, ASK, CHANGE, TRAIN, OTHER, ASK_BOTH = range(6)
CELLS = [
    """
from pathlib import Path
import numpy as np
import digitlens as dl
lens = dl.Lens('video')
lens
""",
    """
by_hand = lens.reader.provenance.get('changed_by_hand', False)
print('python has', lens.reading.label, lens.image.shape, len(lens.drawing), lens.view, lens.neuron, by_hand)
""",
    """
*before, last = lens.network.layers
biases = np.zeros_like(last.biases)
biases[4] = 60
lens.network = dl.Network((*before, dl.Layer(last.weights, biases)), lens.network.activations)
lens.view, lens.neuron = 'neuron', (2, 5)
""",
    """
pen = dl.pen_digits(600, seed=1).digits
some = dl.DataSet('some', 'pen', pen[:500], pen[500:])
while not Path('seen-enough').exists():
    for record in dl.train('video', some, epochs=5, learning_rate=1.0):
        lens.network = record.network
print('trained', record.epoch)
""",
    """
other = dl.Lens('straight', view='learn')
other.image = lens.image
other
""",
    """
print('both', lens.reading.label, other.reading.label, other.reader.name, len(lens.drawing), len(other.drawing))
""",
]


def notebook(path: Path, sources: list[str]) -> Path:
    """A notebook of these cells, not run yet."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "source": text.strip(),
            "outputs": [],
            "execution_count": None,
        }
        for i, text in enumerate(sources)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs("anywidget", "jupyterlab")
    folder = tmp_path_factory.mktemp("jupyter")
    notebook(folder / "lens.ipynb", CELLS)
    return folder


@pytest.fixture(scope="module")
def jupyter(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab that shows the notebook; one for all tests."""
    port = free_port()
    options = ["--no-browser", f"--port={port}", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"]
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", *options]
    with running(command, f"http://127.0.0.1:{port}/lab/tree/lens.ipynb", folder) as address:
        yield address


@pytest.fixture(scope="module")
def page(browser: Browser, jupyter: str) -> Iterator[Page]:
    """The notebook in the browser, with a kernel; one for all tests."""
    context = context_of(browser, viewport={"width": 1400, "height": 1600}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(jupyter)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    yield page
    context.close()


def start(page: Page, number: int) -> Locator:
    """Begins to run a cell; what stands before it: its number, or a star while it runs."""
    cell = page.locator(".jp-CodeCell").nth(number)
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    return cell.locator(".jp-InputPrompt").first


def run(page: Page, number: int) -> Locator:
    """Runs a cell to its end, and gives its output."""
    cell = page.locator(".jp-CodeCell").nth(number)
    prompt = cell.locator(".jp-InputPrompt").first
    before = prompt.inner_text()
    pressed, deadline = -RETRY, time.monotonic() + PATIENCE
    while (now := prompt.inner_text()) == before or not any(map(str.isdigit, now)):
        assert time.monotonic() < deadline, now
        if "*" not in now and time.monotonic() > pressed + RETRY:  # one before the kernel is there is lost
            start(page, number)
            pressed = time.monotonic()
        page.wait_for_timeout(50)
    return cell.locator(".jp-OutputArea")


def says(page: Page, number: int, text: str) -> str:
    """Runs a cell until it says this: messages between page and kernel take their time."""
    deadline = time.monotonic() + PATIENCE
    while text not in (said := run(page, number).inner_text()):
        assert time.monotonic() < deadline, said
        page.wait_for_timeout(100)
    return said


def activations(lens: Locator) -> Any:
    """What all neurons hold, as the cell computes it."""
    return lens.locator(".digitlens").evaluate(
        "host => [...host.shadowRoot.querySelectorAll('.neuron .value, .output .value')].map(one => one.textContent)"
    )


def test_what_is_drawn_in_the_cell_is_there_in_python_and_changes_in_python_are_seen(page: Page) -> None:
    lens = run(page, SHOW)
    draw(page, lens, (0.5, 0.2), (0.5, 0.8))
    digit(lens, "1")
    says(page, ASK, "python has 1 (28, 28) 1 read (1, 0)")
    run(page, CHANGE)  # so that output 4 is always the most active one
    digit(lens, "4")
    lens.locator(".neuron-view").wait_for()
    says(page, ASK, "python has 4 (28, 28) 1 neuron (2, 5)")
    lens.get_by_role("link", name="Learn").click()
    lens.locator(".learn-view").wait_for()
    says(page, ASK, "1 learn (2, 5)")


WATCH = """() => {
    const shown = [...document.querySelector(".digitlens").shadowRoot.querySelectorAll(".neuron .value")];
    window.watched = (window.watched ?? new Set()).add(shown.map((one) => one.textContent).join());
    return window.watched.size > 5;
}"""


def test_training_is_watched_and_the_cell_has_the_last_network(page: Page, folder: Path) -> None:
    cell = page.locator(".jp-CodeCell").nth(TRAIN)
    lens = page.locator(".jp-CodeCell").nth(SHOW).locator(".jp-OutputArea")
    lens.get_by_role("link", name="Read").click()
    prompt = start(page, TRAIN)
    page.wait_for_function(WATCH)  # the neurons change before its eyes
    assert "*" in prompt.inner_text()  # and the cell still runs
    (folder / "seen-enough").touch()
    cell.locator(".jp-OutputArea").get_by_text("trained 5").wait_for()
    label = says(page, ASK, "python has").split()[2]
    digit(lens, label)
    assert "13,002" in lens.locator(".chip .size").inner_text()


def test_two_lenses_are_each_their_own(page: Page) -> None:
    other = run(page, OTHER)
    digit(other, "1")
    other.locator(".learn-view").wait_for()
    draw(page, other, (0.2, 0.5), (0.8, 0.5))
    says(page, ASK_BOTH, "straight 1 1")
    assert page.locator(".digitlens").count() == 2
    assert page.locator(".digitlens-still").count() == 2
    assert not any(one.is_visible() for one in page.locator(".digitlens-still").all())


def test_what_nbconvert_writes_shows_the_last_state_as_a_picture(page: Page, folder: Path) -> None:
    """The file that JupyterLab saves holds what was drawn last, not what there was when the cell was run."""
    needs("nbconvert")
    path = folder / "lens.ipynb"
    run(page, CHANGE)
    deadline = time.monotonic() + PATIENCE
    while "Reading 4" not in (html := exported(page, path)):
        assert time.monotonic() < deadline, html[-3000:]
        page.wait_for_timeout(300)
    assert html.count("digitlens-still") == 2
    assert "video" in html
    before = html
    draw(page, page.locator(".jp-CodeCell").nth(OTHER).locator(".jp-OutputArea"), (0.3, 0.3), (0.7, 0.7))
    while exported(page, path) == before:
        assert time.monotonic() < deadline
        page.wait_for_timeout(300)
    page_of_it = page.context.new_page()
    page_of_it.route(
        "**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort()
    )
    page_of_it.goto((folder / "lens.html").as_uri())
    pictures = page_of_it.locator(".digitlens-still img")
    assert [one.is_visible() for one in pictures.all()] == [True, True]
    assert pictures.first.evaluate("image => image.naturalWidth") > 700
    page_of_it.close()


def exported(page: Page, path: Path) -> str:
    """What nbconvert makes of the notebook as JupyterLab saves it now."""
    page.keyboard.press("Control+s")
    page.wait_for_timeout(300)
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE, cwd=path.parent)
    return path.with_suffix(".html").read_text(encoding="utf-8")


def test_after_a_restart_of_the_kernel_a_cell_that_is_run_again_lives(page: Page) -> None:
    page.locator(".jp-CodeCell").nth(ASK).locator(".jp-InputArea-editor").click()
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    page.keyboard.press("0")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    says(page, ASK, "NameError")
    lens = run(page, SHOW)
    draw(page, lens, (0.5, 0.2), (0.5, 0.8))
    digit(lens, "1")
    says(page, ASK, "python has 1 (28, 28) 1 read (1, 0)")
