"""The fingerprint of a network: whether results that were measured on one network are those of another.

The twin of web/model/fingerprint.js.
"""

from __future__ import annotations

import hashlib

import numpy as np

from digitlens.reading.reader import Reader


def fingerprint(reader: Reader) -> str:
    """SHA-256 of what decides a network's activations, 64 hexadecimal digits: the same for the same numbers alone.

    That is: sizes, activation functions, shape and preparation of the images, and every weight and bias in float32, as
    a model file keeps them. Name, training and accuracy do not matter.
    """
    network = reader.network
    rows, columns = reader.image_shape
    told = (
        "-".join(map(str, network.sizes)),
        ",".join(activation.name for activation in network.activations),
        f"{rows}x{columns}",
        "dark" if reader.dark_on_light else "light",
        str(reader.framing),
        ",".join(reader.adjusting),
    )
    total = hashlib.sha256(("\n".join(told) + "\n").encode())
    for layer in network.layers:
        for numbers in (layer.weights, layer.biases):
            total.update(np.ascontiguousarray(numbers, "<f4").tobytes())
    return total.hexdigest()
