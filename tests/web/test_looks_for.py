"""What a hidden neuron looks for: what the server tells, and what the Neuron view shows of it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.server.serving import Site, few, running

import digitlens as dl
from digitlens.laboratory.activation_maximisation import strongest

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running() as site:
        yield site


def test_the_strongest_pictures_are_those_of_the_laboratory(site: Site) -> None:
    told = site.ask("GET", "/api/neuron/video/2/5").json()
    images = few().load("mnist").test
    most = strongest(dl.load("video").network, images.flat, 2, 5, 10)
    assert [one["number"] for one in told["strongest"]] == most.tolist()
    assert [base64.b64decode(one["ink"]) for one in told["strongest"]] == [images.flat[k].tobytes() for k in most]
    assert [one["label"] for one in told["strongest"]] == [str(images.digits[k]) for k in most]
    held = [one["activation"] for one in told["strongest"]]
    assert held == sorted(held, reverse=True)
    assert told["exciting"]["activation"] >= held[0]
    assert len(base64.b64decode(told["exciting"]["ink"])) == 784
    assert (told["network"], told["on"], told["part"]) == ("video", "mnist", None)


def test_in_the_first_layer_the_best_part_is_told(site: Site) -> None:
    part = site.ask("GET", "/api/neuron/video/1/3").json()["part"]
    assert part["kind"] in ("edge", "bar")
    assert 0 < part["expected"] < 1
    assert 0 < part["explained"] < 1
    assert 0 < part["p"] <= 1
    picture = np.frombuffer(base64.b64decode(part["weights"]), np.int8).astype(float)
    weights = dl.load("video").network.layers[0].weights[3]
    assert np.abs(picture).max() == 127
    assert picture @ weights > 0


@pytest.mark.parametrize(
    "which", ["video/0/1", "video/3/1", "video/1/16", "video/1/-1", "video/1/x", "video/1", "none/1/1"]
)
def test_what_is_no_hidden_neuron_is_not_there(site: Site, which: str) -> None:
    answer = site.ask("GET", f"/api/neuron/{which}")
    assert answer.status == 404
    assert list(answer.json()) == ["error"]


def test_the_neuron_view_shows_it_and_a_picture_goes_onto_the_pad(page: Page) -> None:
    page.evaluate("digitlens.set({view: 'neuron', layer: 1, neuron: 3})")
    shown = page.locator(".looks-for")
    shown.locator(".strongest button").nth(9).wait_for()
    assert shown.locator("figure").count() == 3
    assert "most like its weights explains" in shown.inner_text()
    shown.locator(".strongest button").first.click()
    page.wait_for_function("() => window.digitlens?.state.base && digitlens.reading.inkFound")
    page.evaluate("digitlens.set({layer: 2, neuron: 0})")
    page.wait_for_function("() => window.digitlens?.root.querySelectorAll('.looks-for figure').length === 2")
    page.evaluate("digitlens.set({layer: 3, neuron: 0})")
    shown.wait_for(state="hidden")
