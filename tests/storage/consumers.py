"""Everything that shows or passes on what a model file holds: whatever the door lets in must not trip any of it."""

from __future__ import annotations

import contextlib
import io
import json
import warnings

import numpy as np
from rich.console import Console

from digitlens.cli import network_view
from digitlens.errors import DataError
from digitlens.lens.neuron import neuron_sum
from digitlens.lens.steps import back_propagate
from digitlens.reading.reader import Reader
from digitlens.server.http.networks import Offered
from digitlens.storage.model_file import from_bytes, to_bytes

LONGEST_LINE = 5_000  # characters that one line of the terminal may have


def consume(reader: Reader, *, figures: bool = False) -> None:
    """Show a reader in every way there is; any exception, and any warning, is a fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _in_the_terminal(reader)
        _as_json(reader)
        _reading(reader)
        repr(reader)
        reader._repr_html_()
        if figures:
            _figures(reader)


def _in_the_terminal(reader: Reader) -> None:
    said = io.StringIO()
    console = Console(file=said, width=120)
    network_view.show_summary(console, reader)
    network_view.show_weights(console, reader)
    network_view.show_curves(console, reader)
    assert max(map(len, said.getvalue().splitlines())) <= LONGEST_LINE


def _as_json(reader: Reader) -> None:
    """As `inspect --json` prints it, as the app lists it, and as a file again."""
    json.dumps(network_view.summary_json(reader), allow_nan=False)
    json.dumps(Offered("x", b"", reader).to_json(True), allow_nan=False)
    again = from_bytes(to_bytes(reader))
    assert tuple(again.history) == tuple(reader.history)
    assert again.provenance == reader.provenance


def _reading(reader: Reader) -> None:
    """Read, look inside, walk back; a network that cannot compute with this picture says so."""
    ink = np.zeros(reader.image_shape, np.uint8)
    ink[len(ink) // 6 : -len(ink) // 6, len(ink[0]) // 2 :] = 255
    with contextlib.suppress(DataError):
        reading = reader.read(ink)
        json.dumps(reading.to_json(), allow_nan=False)
        reading._repr_html_()
        assert np.isfinite(reader.outputs(ink[None])).all()
        for layer in range(1, len(reader.network.sizes)):
            parts = neuron_sum(reader.network, reading.trace, layer, 0)
            json.dumps([parts.z, parts.activation, parts.rest], allow_nan=False)
            parts.printed()
        steps = back_propagate(reader.network, reading.trace.a[0], 0, reader.cost)
        json.dumps([steps.cost, *steps.take_step(0.1)], allow_nan=False)


def _figures(reader: Reader) -> None:
    from digitlens.figures.curves import learning_curves
    from digitlens.figures.theme import to_png
    from digitlens.figures.weights import weight_pictures

    if network_view.has_curves(reader):
        to_png(learning_curves(reader.history)[0])
    to_png(weight_pictures(reader.network.layers[0].weights[:2].reshape(-1, *reader.image_shape)))
