"""One network, neuron by neuron: what was planted in it is found, and the file says which network it is about."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import numpy as np
import pytest

import digitlens as dl
from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.synthetic.pen.writer import pen_data
from digitlens.errors import DigitlensError, UsageError
from digitlens.laboratory.examination import MOST, examine
from digitlens.laboratory.planted_network import Planted
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader
from digitlens.storage.fingerprint import fingerprint


@pytest.fixture(scope="module")
def planted_reader(known: Planted) -> tuple[Reader, DataSet]:
    digits = Digits(known.images, known.digits)
    classes = tuple("0123456789")[: known.network.sizes[-1]]
    return Reader(known.network, name="planted", classes=classes), replace(
        pen_data(3, 30, 10), training=digits, test=digits
    )


def test_what_was_planted_is_found_and_nothing_else(planted_reader: tuple[Reader, DataSet]) -> None:
    reader, data = planted_reader
    shares: list[float] = []
    found = examine(reader, data, np.random.default_rng(0), shares.append)
    assert found["fingerprint"] == fingerprint(reader)
    assert (found["first"]["found"], found["first"]["control"]["found"]) == (12, 0)
    assert found["second"]["found"] == 2
    bars = [one["part"]["found"] for one in found["neurons"][0]]
    assert sum(bars) == 12
    loops = [one["tells"] for one in found["neurons"][1] if one["tells"] and one["tells"]["found"]]
    assert len(loops) == 2
    assert all("loop" in one["part"] for one in loops)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    json.dumps(found, allow_nan=False)


def test_images_and_pictures_are_there_for_every_hidden_neuron() -> None:
    video = dl.load("video")
    found = examine(video, pen_data(3, 300, 100), np.random.default_rng(0))
    assert [len(layer) for layer in found["neurons"]] == [16, 16]
    for layer in found["neurons"]:
        for one in layer:
            activations = [image["activation"] for image in one["strongest"]]
            assert activations == sorted(activations, reverse=True)
            assert len(base64.b64decode(one["exciting"]["ink"])) == 784


def test_a_network_that_cannot_be_examined_is_refused_by_name() -> None:
    rng = np.random.default_rng(0)
    video = dl.load("video")
    data = pen_data(3, 30, 10)
    wide = Network(
        (Layer(np.zeros((MOST + 1, 784), np.float32), np.zeros(MOST + 1, np.float32)),
         Layer(np.zeros((10, MOST + 1), np.float32), np.zeros(10, np.float32))),
        video.network.activations[:2],
    )  # fmt: skip
    with pytest.raises(UsageError, match="wide"):
        examine(replace(video, network=wide, name="wide"), data, rng)
    huge = tuple(replace(layer, weights=np.full_like(layer.weights, 3e38)) for layer in video.network.layers)
    with pytest.raises(DigitlensError, match="too large"):
        examine(replace(video, network=Network(huge, video.network.activations)), data, rng)
