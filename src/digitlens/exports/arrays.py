"""A network as plain numbers: a NumPy file (.npz), and JSON that any language reads.

layerL.weights    (n, n_before) of layer L, 1 for the first one after the image; row j leads into neuron j
layerL.biases     (n,)
activations       the name of each layer's activation function
classes           the name of output 0, 1, ...
image_shape       rows and columns of the image, whose rows follow one another as layer 0
adjusting         the steps that an image goes through before, see docs/preparation.md
framing           1: pictures are framed as MNIST's digits are; 0: they are laid onto the image as they are
dark_on_light     whether its images show dark ink on light paper
name, cost        of the network, and what it was trained to make small
"""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from digitlens.reading.reader import Reader

WHOLE = ("image_shape", "framing", "dark_on_light")  # whole numbers; all others are texts


def about(reader: Reader) -> dict[str, Any]:
    """What a network is beside its numbers, as plain JSON values."""
    return {
        "name": reader.name,
        "activations": [activation.name for activation in reader.network.activations],
        "cost": reader.cost,
        "classes": list(reader.classes),
        "image_shape": list(reader.image_shape),
        "adjusting": list(reader.adjusting),
        "framing": reader.framing,
        "dark_on_light": reader.dark_on_light,
    }


def npz(reader: Reader) -> bytes:
    """The bytes of the NumPy file; the same ones for the same network."""
    arrays: dict[str, Any] = {}
    for l, layer in enumerate(reader.network.layers, start=1):
        arrays[f"layer{l}.weights"], arrays[f"layer{l}.biases"] = layer.weights, layer.biases
    for name, value in about(reader).items():
        arrays[name] = np.array(value, np.int64 if name in WHOLE else np.str_)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def plain_json(reader: Reader) -> bytes:
    """The bytes of the JSON file: `format`, what about() says, and `layers`, each with `weights` and `biases`."""
    layers = [{"weights": _shortest(l.weights), "biases": _shortest(l.biases)} for l in reader.network.layers]
    document = {"format": "digitlens network 1", **about(reader), "layers": layers}
    return (json.dumps(document, allow_nan=False, separators=(",", ":")) + "\n").encode()


def _shortest(array: Any) -> Any:
    """Numbers as lists, each the shortest decimal that is read back to the same float32 or float64."""
    if array.ndim > 1:
        return [_shortest(row) for row in array]
    return [float(str(number)) for number in array]
