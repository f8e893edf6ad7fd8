"""Weights in sixteen bits: a file half as large, for a network that was rounded to them once and reads as rounded."""

from __future__ import annotations

import numpy as np

from digitlens.errors import ModelFileError
from digitlens.network.network import Layer, Layers, Network


def in_half(network: Network) -> Network:
    """The network with every weight and bias rounded to the nearest float16; it computes in the type it had.

    Raises ModelFileError for a weight beyond 65,504, which is the largest there is.

    >>> from digitlens.network.activations import relu
    >>> third = np.full((1, 1), 1 / 3, np.float32)
    >>> in_half(Network((Layer(third, third[0]),), (relu,))).layers[0].weights
    array([[0.33325195]], dtype=float32)
    """
    with np.errstate(over="ignore"):  # what does not fit becomes infinite
        halved = tuple(Layer(_rounded(layer.weights), _rounded(layer.biases)) for layer in network.layers)
    if not all(np.isfinite(array).all() for layer in halved for array in (layer.weights, layer.biases)):
        raise ModelFileError("a weight is too large for 16 bits; store this network in float32")
    return Network(halved, network.activations)


def fit_half(layers: Layers) -> bool:
    """Whether sixteen bits hold these weights and biases exactly."""
    with np.errstate(over="ignore"):
        return all(np.array_equal(a, _rounded(a)) for layer in layers for a in (layer.weights, layer.biases))


def _rounded(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float16).astype(array.dtype)
