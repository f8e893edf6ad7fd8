"""dl.Lens in Python, without a notebook: what is assigned is checked, and image and reading follow it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest
from tests.web.test_accessibility import THREE

import digitlens as dl
from digitlens.reading.still import still
from digitlens.storage.model_file import from_bytes
from digitlens.widget import OFTEN

STRAIGHT_DOWN = [[(14.0, 5.0), (14.0, 22.0)]]


@pytest.fixture
def lens() -> dl.Lens:
    pytest.importorskip("anywidget", reason="the lens was not tried: pip install anywidget")
    return dl.Lens("video")


def heard(lens: dl.Lens, *names: str) -> list[Any]:
    """The changes of these traits from now on."""
    changes: list[Any] = []
    lens.observe(changes.append, list(names))
    return changes


def silent(network: dl.Network) -> dl.Network:
    """The same network with weights of 0."""
    layers = tuple(dl.Layer(0 * layer.weights, layer.biases) for layer in network.layers)
    return dl.Network(layers, network.activations)


def untrained(*sizes: int) -> dl.Network:
    functions = [dl.ACTIVATIONS["sigmoid"]] * (len(sizes) - 1)
    return dl.initialise(sizes, functions, "glorot", np.random.default_rng(1))


def test_image_and_reading_follow_the_drawing(lens: dl.Lens) -> None:
    assert lens.reading.reason == "too little ink"
    assert not lens.image.any()
    changes = heard(lens, "image", "reading")
    lens.drawing = THREE
    assert lens.reading.label == "3"
    assert lens.image.shape == (28, 28)
    assert lens.image.max() == 1.0
    assert [change["name"] for change in changes] == ["image", "reading"]
    lens.drawing = []
    assert lens.reading.reason == "too little ink"


@pytest.mark.parametrize("name", ["video", "straight", "reader"])
def test_it_reads_an_image_as_its_reader_does(lens: dl.Lens, name: str) -> None:
    lens.network = reader = dl.load(name)
    for image in dl.pen_digits(5, seed=2).digits.images:
        lens.image = image
        np.testing.assert_allclose(
            lens.reading.activations, reader.outputs(image[None])[0], atol=2e-3
        )  # of bytes, after adjusting
    assert lens.reader.name == name


def test_a_picture_is_prepared_read_and_shown(lens: dl.Lens) -> None:
    page = np.full((300, 200), 255, np.uint8)
    page[40:260, 90:110] = 0
    reading = lens.read(page)
    assert reading.label == lens.reading.label == dl.read(page, "video").label
    np.testing.assert_array_equal(lens.image, np.float64(reading.prepared.image))
    lens.drawing = THREE  # is laid over it
    assert (lens.image >= reading.prepared.image).all()
    assert lens.image.sum() > reading.prepared.image.sum()
    lens.image = np.zeros((28, 28))
    assert lens.drawing == ()


def test_a_network_that_is_assigned_reads_what_is_there(lens: dl.Lens) -> None:
    lens.drawing = THREE
    before, accuracy = lens.reading, lens.reader.provenance["test_accuracy"]
    changes = heard(lens, "reading")
    lens.network = silent(lens.network)
    assert lens.reading is changes[-1]["new"]
    assert not np.allclose(lens.reading.activations, before.activations)
    assert lens.reader.name == "video"
    assert accuracy
    assert "test_accuracy" not in lens.reader.provenance  # it is that of other weights
    lens.neuron = (2, 15)
    lens.network = dl.Reader(untrained(784, 4, 10), name="small")
    assert (lens.reader.name, lens.neuron) == ("small", (2, 9))


def test_a_loop_that_lets_nothing_else_run_tells_the_page_all_the_same(lens: dl.Lens) -> None:
    """As a cell that trains does. Of many networks in no time the page is told some, and the last one in any case."""
    networks = [untrained(784, size, 10) for size in (3, 4, 5, 6)]

    def told() -> int:
        return from_bytes(lens._file).network.sizes[1]

    async def cell() -> list[int]:
        found = []
        for network in networks[:2]:
            lens.network = network
        time.sleep(OFTEN)
        lens.network = networks[2]
        found.append(told())
        lens.network = networks[3]
        await asyncio.sleep(2 * OFTEN)
        return [*found, told()]

    assert asyncio.run(cell()) == [5, 6]


def test_what_the_page_tells_arrives(lens: dl.Lens) -> None:
    """One lens in the place of the page: it takes what another one would send."""
    other: dl.Lens = dl.Lens("straight")
    lens.image = dl.pen_digits(1).digits.images[0]
    lens.drawing, lens.neuron, lens.view = STRAIGHT_DOWN, (1, 7), "learn"
    state = lens.get_state(["_file", "_base", "_framed", "drawing", "neuron", "view"])
    changes = heard(other, "drawing", "reading", "network", "neuron", "view")
    other.set_state(
        json.loads(json.dumps(state, default=lambda data: list(bytes(data))))
        | {name: state[name] for name in ("_file", "_base")}
    )
    assert {change["name"] for change in changes} == {"drawing", "reading", "network", "neuron", "view"}
    np.testing.assert_array_equal(other.image, lens.image)
    np.testing.assert_allclose(other.reading.activations, lens.reading.activations, atol=1e-6)
    assert (other.neuron, other.view, other.reader.name) == ((1, 7), "learn", "video")


class CalledRead:
    """Equals anything, and prints as a view does."""

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return "read"

    def __eq__(self, other: object) -> bool:
        return True


WRONG = {
    "drawing": [5, [5], [[[1.0]]], [[]], [[(np.inf, 0.0)]], [[(101.0, 0.0)]], [[(1.0, 1.0)] * 5001], [[("a", "b")]]],
    "image": [5, None, np.zeros((3, 3)), np.full((28, 28), np.nan), np.full((28, 28), 1.1), np.zeros((28, 28), int)],
    "reading": [5, "7"],
    "network": [5, "video", None],
    "neuron": [5, (1,), (0, 0), (4, 0), (1, 16), (1, -1), ("1", 0), (1, 0.5)],
    "view": ["train", 5, None, ["read"], CalledRead()],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_what_cannot_be_is_refused_and_nothing_changes(lens: dl.Lens, name: str, value: Any) -> None:
    before = getattr(lens, name)
    with pytest.raises(dl.DigitlensError, match="Lens"):
        setattr(lens, name, value)
    assert getattr(lens, name) is before
    assert lens.reading.network == "video"


def test_a_network_that_does_not_fit_or_only_python_knows_is_refused(lens: dl.Lens) -> None:
    network = lens.network
    with pytest.raises(dl.ShapeError):
        lens.network = untrained(100, 10)
    own = dl.Activation("own", np.sin, np.cos, (-1.0, 1.0))
    with pytest.raises(dl.ModelFileError, match="own"):
        lens.network = dl.Network(network.layers, (own, *network.activations[1:]))
    assert lens.network is network
    with pytest.raises(dl.UsageError):
        dl.Lens("video", view="train")
    with pytest.raises(dl.FileError):
        dl.Lens("nothing")


def test_images_of_other_sizes(lens: dl.Lens) -> None:
    network = untrained(20 * 24, 6, 3)
    reader = dl.Reader(network, classes=("a", "b", "<i>"), framing=0, image_shape=(20, 24), dark_on_light=True)
    lens.drawing = STRAIGHT_DOWN
    lens.network = reader
    assert lens.image.shape == (20, 24)
    assert lens.image.min() == 0.0  # dark on light
    lens.drawing = []
    assert lens.reading.reason == "too little ink"
    data = lens._picture()
    assert "<i>" not in data["text/html"]


def test_the_picture_shows_what_is_there_now(lens: dl.Lens) -> None:
    empty = lens._picture()
    lens.drawing = THREE
    three = lens._picture()
    assert "Reading 3" in three["text/html"]
    assert three["image/png"] != empty["image/png"]
    assert three["image/png"] == still(lens.reader, lens.reading)
    lens.view, lens.neuron = "neuron", (2, 3)
    assert lens._picture()["image/png"] != three["image/png"]  # the neuron is framed


def test_without_anywidget_the_class_is_there_and_says_what_it_needs() -> None:
    script = """
import sys
sys.modules["anywidget"] = None
import digitlens as dl
assert isinstance(dl.Lens, type)
try:
    dl.Lens("video")
except dl.MissingExtra as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=300)
    assert 'pip install "digitlens[notebook]"' in done.stdout
