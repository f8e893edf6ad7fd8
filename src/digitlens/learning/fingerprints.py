"""A name for a network that says which one it is, to the bit."""

from __future__ import annotations

import hashlib

import numpy as np

from digitlens.network.network import Network


def fingerprint(network: Network) -> str:
    """SHA-256 over the weights and biases in float32 or float64, layer by layer: 64 characters that name a network.

    Two networks have the same one if they have the same layers, activation functions and bits.
    """
    names = ",".join(activation.name for activation in network.activations)
    sha = hashlib.sha256(f"{'-'.join(map(str, network.sizes))} {names} {network.dtype}:".encode())
    for layer in network.layers:
        for part in (layer.weights, layer.biases):
            sha.update(np.ascontiguousarray(part, part.dtype.newbyteorder("<")).tobytes())
    return sha.hexdigest()
