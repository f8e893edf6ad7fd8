"""A network whose numbers grow beyond any float says so, wherever it is asked, and nobody is warned of anything."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.server.serving import few, running

import digitlens as dl
from digitlens.digits.sources.examples import example_files
from digitlens.errors import DataError
from digitlens.network.activations import identity, relu
from digitlens.reading.overflow import overflows
from digitlens.server.http.networks import Networks, Offered
from digitlens.server.http.routes import create_app

SIZES = (784, 16, 16, 16, 16, 16, 16, 10)


def exploding(dtype: Any = np.float32) -> dl.Reader:
    """Seven layers of weights that are each small enough, whose sums are not; as no file would hold it."""
    layers = [dl.Layer(np.full((n, m), 1e6, dtype), np.zeros(n, dtype)) for m, n in zip(SIZES, SIZES[1:], strict=False)]  # noqa: RUF007
    return dl.Reader(dl.Network(tuple(layers), (relu,) * 6 + (identity,)), "exploding")


@pytest.fixture(autouse=True)
def _no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


IMAGES = np.zeros((3, 28, 28), np.uint8)
IMAGES[:, 4:24, 12:16] = 255


@pytest.mark.parametrize(
    "ask",
    [
        lambda reader: reader.read(IMAGES[0]),
        lambda reader: reader.outputs(IMAGES),
        lambda reader: list(reader.traces(IMAGES)),
        lambda reader: reader.evaluate(dl.Digits(IMAGES, np.zeros(3, np.uint8))),
        lambda reader: reader.calibrated(dl.Digits(IMAGES, np.zeros(3, np.uint8))),
        lambda reader: dl.explain(IMAGES[0], reader, layer=1, neuron=0),
        lambda reader: dl.explain(IMAGES[0], reader, target=3),
    ],
)
def test_it_is_said_in_words(ask: Any) -> None:
    with pytest.raises(DataError, match="too large"):
        ask(exploding())


def test_a_page_says_so_too() -> None:
    page = np.full((100, 200), 255, np.uint8)
    page[20:80, 50:56] = 0
    with pytest.raises(DataError, match="too large"):
        exploding().read_page(page)


def test_over_http_it_is_a_refusal_and_no_fault_of_the_server() -> None:
    networks = Networks()
    networks._by_name["video"] = Offered("video", b"", exploding())
    with running(lambda address: create_app(networks, address, sets=few())) as site:
        for page in (0, 1):
            answer = site.ask("POST", f"/api/read?network=video&page={page}", body=example_files()[7].read_bytes())
            assert answer.status == 400
            assert "too large" in answer.body.decode()
        answer = site.ask("GET", "/api/neuron/video/1/0")
        assert answer.status == 404
        assert "too large" in answer.body.decode()
        assert site.ask("GET", "/api/networks").status == 200


def test_where_it_can_be_known_beforehand_it_is() -> None:
    assert overflows(exploding().network)
    assert not overflows(dl.load("video").network)
    assert not overflows(exploding(np.float64).network)  # 1e52, which a float64 holds
    only_one = exploding().network.layers[0].weights.copy()
    only_one[1:] = 0
    only_one[0, ::2] *= -1  # no ink and all ink are nothing to it: 392 weights against 392
    first = dl.Layer(only_one, np.zeros(16, np.float32))
    assert overflows(dl.Network((first, *exploding().network.layers[1:]), exploding().network.activations))


def test_a_step_beyond_all_numbers_is_refused() -> None:
    steps = dl.explain(IMAGES[0], exploding(np.float64), target=3)
    with pytest.raises(DataError, match="take a lower one"):
        steps.take_step(1e300)


def test_a_gradient_beyond_all_numbers_is_refused() -> None:
    def layer(n: int, m: int) -> dl.Layer:
        return dl.Layer(np.full((n, m), 1e150), np.zeros(n))

    network = dl.Network((layer(2, 784), layer(10, 2)), (relu, identity))
    with pytest.raises(DataError):
        dl.explain(IMAGES[0], dl.Reader(network), target=3)
