"""GET /api/neuron/NETWORK/LAYER/NEURON: what excites a hidden neuron, as the laboratory measures it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digitlens.digits.dataset import DIGIT_SHAPE, shape_name
from digitlens.digits.preparation.framing import NOT_FRAMED
from digitlens.errors import DataError, DigitlensError
from digitlens.reading.overflow import beyond, overflows
from digitlens.reading.reader import Reader
from digitlens.server.http.networks import Networks
from digitlens.server.http.pool import Pool
from digitlens.server.http.responses import as_json
from digitlens.server.sharing.budget import FullError
from digitlens.server.training.data_sets import DataSets
from digitlens.storage.fingerprint import fingerprint

if TYPE_CHECKING:
    from digitlens.digits.dataset import DataSet
    from digitlens.laboratory.dictionary import Dictionary

CACHED = 512  # answers


class NeuronPreferences:
    """The endpoint. Digits and dictionary are loaded at the first request, in the pool, and cached."""

    def __init__(self, networks: Networks, sets: DataSets, pool: Pool) -> None:
        self._networks, self._sets, self._pool = networks, sets, pool
        self._lock = asyncio.Lock()  # one request at a time: those that wait must not occupy the pool's threads
        self._parts: Dictionary | None = None
        self._cache: dict[tuple[str, int, int], dict[str, Any]] = {}

    async def answer(self, request: Request) -> Response:
        """Answer for one neuron, as docs/app.md describes. Raises HTTPException: 404, 503."""
        offered = self._networks.get(request.path_params["name"])
        layer, neuron = request.path_params["layer"], request.path_params["neuron"]
        sizes = offered.reader.network.sizes
        if not 1 <= layer < len(sizes) - 1 or not neuron < sizes[layer]:
            raise HTTPException(404, "this network has no such hidden neuron")
        client = request.client.host if request.client else ""
        try:
            async with self._lock:
                return as_json(
                    await self._pool.run(client, partial(self._cached, offered.reader, layer, neuron), long=True)
                )
        except DigitlensError as error:
            raise HTTPException(404, f"no images to show to the network: {error}") from error
        except (FullError, MemoryError) as error:
            raise HTTPException(503, "the server is busy; try again in a moment") from error

    def _cached(self, reader: Reader, layer: int, neuron: int) -> dict[str, Any]:
        key = reader.name, layer, neuron
        if key not in self._cache:
            if len(self._cache) >= CACHED:
                self._cache.clear()
            self._cache[key] = self._examine(reader, layer, neuron)
        return self._cache[key]

    def _examine(self, reader: Reader, layer: int, neuron: int) -> dict[str, Any]:
        from digitlens.laboratory.examination import strongest_images

        if overflows(reader.network):
            raise beyond()
        data = self._data_for(reader)
        images = reader.adjusted(data.test.images).reshape(len(data.test), -1)
        return {
            "network": reader.name,
            "fingerprint": fingerprint(reader),
            "layer": layer,
            "neuron": neuron,
            "on": data.name,
            "rows": reader.image_shape[0],
            "columns": reader.image_shape[1],
            **strongest_images(reader, data, images, layer, neuron),
            "part": self._part(reader, data, neuron) if layer == 1 and reader.image_shape == DIGIT_SHAPE else None,
        }

    def _part(self, reader: Reader, data: DataSet, neuron: int) -> dict[str, Any]:
        """The edge or bar that explains the neuron's weights best."""
        from digitlens.laboratory.dictionary import dictionary
        from digitlens.laboratory.examination import best_part
        from digitlens.laboratory.first_layer import first_layer, inked_pixels

        if self._parts is None:
            self._parts = dictionary(inked_pixels(data.training.flat))
        weights = reader.network.layers[0].weights[neuron : neuron + 1]
        return best_part(weights[0], first_layer(weights, self._parts, np.random.default_rng(0), count=199), 0)

    def _data_for(self, reader: Reader) -> DataSet:
        """The app's own folder, where the network has learned its classes from such images; else MNIST or pen digits.

        Raises DataError where there are no images of the size that the network sees.
        """
        own = self._sets.folder and not reader.reads_digits and self._sets.classes("folder") == reader.classes
        if own and self._sets.image_shape("folder") == reader.image_shape:
            return self._sets.load("folder")
        if reader.framing != NOT_FRAMED:
            return self._sets.load("mnist" if self._sets.available("mnist") else "pen")
        raise DataError(
            f"the network {reader.name!r} sees images of {shape_name(reader.image_shape)} pixels; start the app with "
            "--data and the folder of pictures that it has learned"
        )
