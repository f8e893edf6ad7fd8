"""What the page finds in a network by itself is what the laboratory finds: its fingerprint, pictures, edges, bars."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.web.twins.node import ask, base64_of, file_of, floats, in_float64

import digitlens
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.laboratory.activation_maximisation import maximising_picture, weighted_sum
from digitlens.laboratory.dictionary import dictionary
from digitlens.laboratory.examination import signed
from digitlens.laboratory.first_layer import inked_pixels
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader
from digitlens.storage.fingerprint import fingerprint

IMAGES = pen_digits(500, 5).digits.images.reshape(500, 784)


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 65, 1_000])
def test_sha_256_is_that_of_everybody(length: int) -> None:
    data = np.random.default_rng(length).bytes(length)
    assert ask("sha256", texts=[base64_of(data)]) == [hashlib.sha256(data).hexdigest()]


@pytest.mark.parametrize("name", ["video", "straight", "reader"])
def test_a_network_has_the_same_fingerprint_here_and_there(name: str) -> None:
    reader = digitlens.load(name)
    assert ask("fingerprint", network=file_of(reader)) == fingerprint(reader)


def changed(reader: Reader, by: float) -> Reader:
    first, *others = reader.network.layers
    weights = first.weights.copy()
    weights[3, 400] += np.float32(by)
    return replace(reader, network=Network((Layer(weights, first.biases), *others), reader.network.activations))


def test_one_weight_more_or_less_is_another_network_and_a_name_is_not() -> None:
    video = digitlens.load("video")
    assert fingerprint(replace(video, name="other", provenance={})) == fingerprint(video)
    assert fingerprint(changed(video, 1e-3)) != fingerprint(video)
    assert fingerprint(replace(video, adjusting=("straighten",))) != fingerprint(video)
    assert ask("fingerprint", network=file_of(changed(video, 1e-3))) != fingerprint(video)


def test_the_files_that_ship_are_about_the_networks_that_ship() -> None:
    folder = Path(digitlens.__file__).parent / "web/laboratory"
    index = json.loads((folder / "index.json").read_text())
    for mark, name in index.items():
        found = json.loads((folder / name).read_text())
        reader = digitlens.load(found["network"])
        assert mark == found["fingerprint"] == fingerprint(reader)
        assert [len(layer) for layer in found["neurons"]] == list(reader.network.sizes[1:-1])


def test_the_picture_that_excites_a_neuron_most_is_the_laboratorys() -> None:
    reader = digitlens.load("video")
    network, start, ink = in_float64(reader.network), IMAGES[7] / 255, 100.0
    neurons = [(1, 0), (1, 12), (2, 5), (2, 12)]
    for (layer, neuron), got in zip(
        neurons, ask("exciting", network=file_of(reader), neurons=neurons, ink=ink, start=floats(start)), strict=True
    ):
        wanted = maximising_picture(network, layer, neuron, ink, start)
        assert got["z"] == pytest.approx(weighted_sum(network, layer, neuron, wanted), abs=1e-6)
        assert got["picture"].sum() <= ink + 1e-6
        np.testing.assert_allclose(got["picture"], wanted, atol=1e-5)


def test_the_edge_or_bar_most_like_a_neurons_weights_is_the_laboratorys() -> None:
    reader = digitlens.load("video")
    weights, mask = reader.network.layers[0].weights, inked_pixels(IMAGES)
    parts = dictionary(mask)
    explained, which = parts.explained(weights)
    got = ask("parts", network=file_of(reader), pixels=np.flatnonzero(mask).tolist())
    for neuron, one in enumerate(got):
        best = parts.parts[which[neuron]]
        assert one["explained"] == pytest.approx(explained[neuron], abs=1e-5)
        assert one["kind"] == best.kind
        np.testing.assert_allclose(one["picture"], signed(best, weights[neuron]), atol=1e-9)
