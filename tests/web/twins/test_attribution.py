"""Why one class and not another: the shares of the pixels add up, and each is exact where the network is linear."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from tests.web.twins.node import ask, file_of, floats, in_float64

import digitlens
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.network import Layer, Network

PICTURES = 1000
IMAGES = pen_digits(PICTURES, 5).digits.images.reshape(PICTURES, 784) / 255


def leads(given: dict[str, Any], images: Any, z: Any) -> list[Any]:
    """Of the answer over the runner-up, for every second image; of two other classes for the rest."""
    order = z.argsort(axis=1)
    pairs = [(row[-1], row[-2]) if i % 2 else (row[0], row[5]) for i, row in enumerate(order)]
    return list(
        zip(
            ask("leads", network=given, images=floats(images), pairs=[[int(a), int(b)] for a, b in pairs]),
            pairs,
            strict=True,
        )
    )


@pytest.mark.parametrize("name", ["video", "straight", "reader"])
def test_the_shares_add_up_to_what_the_picture_adds_to_the_lead(name: str) -> None:
    reader = digitlens.load(name)
    network = in_float64(reader.network)
    z = network.forward(IMAGES).z[-1]
    empty = network.forward(np.zeros((1, 784))).z[-1][0]
    for (got, (one, other)), row in zip(leads(file_of(reader), IMAGES, z), z, strict=True):
        assert got["lead"] == pytest.approx(row[one] - row[other], abs=1e-9)
        assert got["empty"] == pytest.approx(empty[one] - empty[other], abs=1e-9)
        size = np.abs(got["shares"]).sum()
        assert abs(got["shares"].sum() - (got["lead"] - got["empty"])) <= 1e-9 * max(1.0, size)
        assert not got["exact"]


def made(activation: str, sizes: tuple[int, ...]) -> tuple[dict[str, Any], Network]:
    """A network of random weights, for the driver and for Python."""
    rng = np.random.default_rng(3)
    layers = tuple(
        Layer(rng.normal(0, 1 / np.sqrt(before), (n, before)), rng.normal(0, 1, n)) for before, n in pairwise(sizes)
    )
    plain = [{"weights": layer.weights.tolist(), "biases": layer.biases.tolist()} for layer in layers]
    given = {"layers": plain, "activation": activation, "output": "softmax", "cost": "cross_entropy"}
    names = [*[activation] * (len(layers) - 1), "softmax"]
    return given, Network(layers, tuple(ACTIVATIONS[one] for one in names))


@pytest.mark.parametrize(("activation", "sizes"), [("identity", (784, 12, 9, 10)), ("relu", (784, 10))])
def test_in_a_linear_network_a_share_is_what_the_lead_loses_without_its_pixel(
    activation: str, sizes: tuple[int, ...]
) -> None:
    given, network = made(activation, sizes)
    for i, (got, (one, other)) in enumerate(leads(given, IMAGES[:4], network.forward(IMAGES[:4]).z[-1])):
        assert got["exact"]
        without = np.repeat(IMAGES[i : i + 1], 784, axis=0)
        np.fill_diagonal(without, 0)
        z = network.forward(without).z[-1]
        np.testing.assert_allclose(got["shares"], got["lead"] - (z[:, one] - z[:, other]), atol=1e-9)


def test_where_neurons_are_curved_a_share_is_not_that_and_says_so() -> None:
    given, network = made("sigmoid", (784, 12, 10))
    ((got, (one, other)),) = leads(given, IMAGES[:1], network.forward(IMAGES[:1]).z[-1])
    without = np.repeat(IMAGES[:1], 784, axis=0)
    np.fill_diagonal(without, 0)
    z = network.forward(without).z[-1]
    assert not got["exact"]
    assert np.abs(got["shares"] - (got["lead"] - (z[:, one] - z[:, other]))).max() > 1e-4
