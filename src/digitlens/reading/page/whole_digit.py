"""Is this one whole digit, a part of one, or two? A small network trained on rows of pen digits decides it.

A network that reads digits is confident about halves and pairs, too: it reads half a 0 as a 1, and 34 as a 4. This
network, 784-64-2, gets the same framed pictures but does not tell which digit they show. tools/learn_whole.py trains
it.

The file: safetensors, all in float16: `hidden.weights` (64, 784), `hidden.biases` (64,), `output.weights` (2, 64),
`output.biases` (2,).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from digitlens.network.activations import ACTIVATIONS
from digitlens.network.network import Layer, Network

FILE = Path(__file__).with_name("whole.safetensors")
NAMES = ("hidden", "output")


def wholeness(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The probability that each framed picture shows one whole digit: (n, 28, 28) uint8  ->  (n,), 0..1."""
    network = _network()
    pixels = (images.reshape(len(images), -1) / 255).astype(np.float32)
    return network.forward(pixels).a[-1][:, 1].astype(np.float64)


@cache
def _network() -> Network:
    tensors = {name: tensor.astype(np.float32) for name, tensor in load_file(FILE).items()}
    layers = tuple(Layer(tensors[f"{name}.weights"], tensors[f"{name}.biases"]) for name in NAMES)
    return Network(layers, (ACTIVATIONS["relu"], ACTIVATIONS["softmax"]))


def to_bytes(network: Network) -> bytes:
    """The bytes of the file for a trained network."""
    tensors = {}
    for name, layer in zip(NAMES, network.layers, strict=True):
        tensors[f"{name}.weights"] = np.ascontiguousarray(layer.weights, np.float16)
        tensors[f"{name}.biases"] = np.ascontiguousarray(layer.biases, np.float16)
    return save(tensors)
