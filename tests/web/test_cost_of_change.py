"""What a change costs: the count that `digitlens evaluate` gives of the saved network, and neurons ranked by it."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.web.test_tools import FRAMES, in_dialog, until

import digitlens as dl
from digitlens.digits.dataset import Digits
from digitlens.network.network import Network
from digitlens.storage.model_file import load

if TYPE_CHECKING:
    from playwright.sync_api import Page

SEVEN = [[[8, 7], [20, 7], [13, 23]]]
SAID = "digitlens.root.querySelector('.cost-of-change').textContent"


@pytest.fixture
def neuron(page: Page) -> Page:
    page.evaluate("strokes => digitlens.set({strokes, view: 'neuron', layer: 1, neuron: 3})", SEVEN)
    page.locator(".easel").wait_for()
    page.evaluate(FRAMES)
    return page


def all_images(server: str) -> Digits:
    """All that the server has to test on."""
    images, labels, total = [], [], 1
    while sum(map(len, labels)) < total:
        begin = sum(map(len, labels))
        with urllib.request.urlopen(f"{server}api/images?data=mnist&on=test&from={begin}&count=1000") as answer:
            total = int(answer.headers["X-Digitlens-Total"])
            data = np.frombuffer(answer.read(), np.uint8)
        n = len(data) // 785
        labels.append(data[:n])
        images.append(data[n:].reshape(n, 28, 28))
    return Digits(np.concatenate(images), np.concatenate(labels))


def figures(text: str) -> list[float]:
    """Before and after, in percent."""
    return [float(one) for one in re.findall(r"([\d.]+) %", text)]


def saved(page: Page, tmp_path: Path) -> Any:
    """The network as the page saves it."""
    page.locator(".chip").click()
    with page.expect_download() as download:
        in_dialog(page, "Save network")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    in_dialog(page, "Close")
    return load(file)


@pytest.mark.parametrize("name", ["video", "straight"])
def test_the_accuracy_follows_a_change_and_is_what_evaluate_gives_of_the_saved_network(
    neuron: Page, server: str, tmp_path: Path, name: str
) -> None:
    page = neuron
    if name != "video":
        page.evaluate(
            """async name => {
                digitlens.setNetwork(await digitlens.services.networks.fetch(name), true);
            }""",
            name,
        )
        page.evaluate(FRAMES)
    digits = all_images(server)
    page.get_by_role("button", name="all 0").click()
    until(page, f"{SAID}.includes('→')")
    one = saved(page, tmp_path).evaluate(digits)
    before = dl.load(name).evaluate(digits)
    assert figures(page.evaluate(SAID)) == [round(100 * before.accuracy, 2), round(100 * one.accuracy, 2)]
    page.evaluate(  # only this row is computed again
        """() => {
            const layers = [...digitlens.network.layers];
            const biases = layers[2].biases.slice();
            biases[7] -= 40;
            layers[2] = {...layers[2], biases};
            digitlens.setNetwork({...digitlens.network, layers});
        }"""
    )
    seen = page.evaluate(SAID)
    until(page, f"{SAID}.includes('→') && {SAID} !== {seen!r}")
    two = saved(page, tmp_path).evaluate(digits)
    assert figures(page.evaluate(SAID))[1] == round(100 * two.accuracy, 2)
    assert "7s suffer most" in page.evaluate(SAID)


def test_a_neuron_is_switched_off_and_on_again(neuron: Page, server: str, tmp_path: Path) -> None:
    page = neuron
    loaded = page.evaluate("[...digitlens.network.layers[1].weights]")
    page.get_by_role("button", name="Switch this neuron off").click()
    page.evaluate(FRAMES)
    weights = np.array(page.evaluate("[...digitlens.network.layers[1].weights]")).reshape(16, 16)
    assert not weights[:, 3].any()
    assert np.count_nonzero(weights) == 15 * 16
    until(page, f"{SAID}.includes('→')")
    page.get_by_role("button", name="Switch this neuron on again").click()
    page.evaluate(FRAMES)
    assert page.evaluate("[...digitlens.network.layers[1].weights]") == loaded


def test_neurons_are_ranked_by_what_is_lost_when_each_is_silent(neuron: Page, server: str) -> None:
    page = neuron
    digits = all_images(server)
    page.get_by_role("button", name="Which neuron matters most?").click()
    page.locator(".ranking li").first.wait_for()
    rows = [one.inner_text() for one in page.locator(".ranking li").all()]
    network: Network = dl.load("video").network
    trace = network.forward(digits.images.reshape(-1, 784) / np.float32(255))
    wanted = {}
    for layer in (1, 2):
        for j in range(16):
            a = trace.a[layer].copy()
            a[:, j] = 0
            for behind in range(layer, 3):
                a = network.activations[behind](a @ network.layers[behind].weights.T + network.layers[behind].biases)
            wanted[f"Neuron {j} of layer {layer}"] = 100 * (a.argmax(axis=1) == digits.digits).mean()
    order = sorted(wanted.values())
    for row, share in zip(rows, order, strict=False):
        name = re.match(r"Neuron \d+ of layer \d", row)
        assert name, row
        assert wanted[name[0]] == pytest.approx(figures(row)[0], abs=0.006)
        assert share == pytest.approx(figures(row)[0], abs=0.006)


def test_a_link_brings_the_changed_neuron_along_and_says_of_which_network_it_was(neuron: Page, server: str) -> None:
    neuron.evaluate(
        """() => {
            const {network} = digitlens, [first, ...others] = network.layers;
            const weights = first.weights.slice();
            for (let k = 0; k < 784; k++) weights[3 * 784 + k] = Math.fround(Math.sin(k));
            digitlens.setNetwork({...network, layers: [{...first, weights}, ...others]});
        }"""
    )
    wanted = neuron.evaluate("Array.from(digitlens.reading.trace.a[3])")
    neuron.get_by_role("button", name="Share").click()
    link = neuron.locator("#share-link").input_value()
    assert len(link) < 8000
    assert "holds the neurons" in neuron.locator("dialog[open] .caution").inner_text()
    in_dialog(neuron, "Close")
    other = neuron.context.new_page()
    other.goto(link)
    other.wait_for_selector("html[data-ready]")
    assert other.evaluate("digitlens.changed")
    assert other.evaluate("Array.from(digitlens.reading.trace.a[3])") == wanted
    assert "&n=" not in other.evaluate("location.hash")
    begin = link.index("&n=") + 3
    strange = f"{link[:begin]}AQAAAAA{link[begin + 7 :]}"  # of a network whose fingerprint begins with zeros
    last = neuron.context.new_page()
    last.goto(strange)
    last.wait_for_selector("html[data-ready]")
    assert not last.evaluate("digitlens.changed")
    assert "another network" in last.locator("#said").inner_text()
