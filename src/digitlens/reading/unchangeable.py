"""A network that nobody can write to: what is made of it for the kernel can be kept, and stays true."""

from __future__ import annotations

from typing import Any

import numpy as np

from digitlens.network.activations import Array
from digitlens.network.network import Layer, Network


def unchangeable(network: Network) -> Network:
    """The network itself, if nobody can write to its arrays; else the same network with read-only copies of them."""
    layers = tuple(Layer(_read_only(layer.weights), _read_only(layer.biases)) for layer in network.layers)
    same = all(
        new.weights is old.weights and new.biases is old.biases for new, old in zip(layers, network.layers, strict=True)
    )
    return network if same else Network(layers, network.activations)


def _read_only(array: Array) -> Array:
    base: Any = array
    while isinstance(base, np.ndarray) and not base.flags.writeable:
        base = base.base
    if not isinstance(base, np.ndarray) and (base is None or memoryview(base).readonly):
        return array
    copy = array.copy()
    copy.flags.writeable = False
    return copy
