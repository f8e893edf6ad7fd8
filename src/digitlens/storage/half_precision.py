"""Weights as float16: the file is half as large. The network itself is rounded, so it computes with what is stored."""

from __future__ import annotations

import numpy as np

from digitlens.errors import ModelFileError
from digitlens.network.network import Layer, Layers, Network


def rounded_to_half(network: Network) -> Network:
    """The network with every weight and bias rounded to the nearest float16. The type of its arrays stays the same.

    Raises ModelFileError for a weight beyond 65,504, the largest float16.

    >>> from digitlens.network.activations import relu
    >>> third = np.full((1, 1), 1 / 3, np.float32)
    >>> rounded_to_half(Network((Layer(third, third[0]),), (relu,))).layers[0].weights
    array([[0.33325195]], dtype=float32)
    """
    with np.errstate(over="ignore"):  # a weight that is too large becomes infinite
        halved = tuple(Layer(_rounded(layer.weights), _rounded(layer.biases)) for layer in network.layers)
    if not all(np.isfinite(array).all() for layer in halved for array in (layer.weights, layer.biases)):
        raise ModelFileError("a weight is too large for float16; store this network in float32")
    return Network(halved, network.activations)


def fits_half(layers: Layers) -> bool:
    """Whether float16 holds these weights and biases exactly."""
    with np.errstate(over="ignore"):
        return all(np.array_equal(a, _rounded(a)) for layer in layers for a in (layer.weights, layer.biases))


def _rounded(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float16).astype(array.dtype)
