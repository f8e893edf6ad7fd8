"""A network in whole numbers of eight bits: a quarter of the memory, and sums that every processor adds alike.

For each layer, with x the activations before it:

    q   (n_before,)     x / step_in, rounded: 0..255 for the image, -127..127 in hidden layers
    Q   (n, n_before)   weights / step[j], rounded, -127..127; each neuron has a step of its own
    z   (n,)            (Q q) · (step[j] · step_in) + b; Q q is a sum of whole numbers, exact in 32 bits

The steps of hidden layers come from the largest activation that some given images cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import UsageError
from digitlens.network.activations import Activation
from digitlens.network.network import Network

MOST = 127


@dataclass(frozen=True, slots=True, eq=False)
class QuantisedLayer:
    """The weights into one layer as bytes, and what they are worth."""

    weights: NDArray[np.int8]  # (n, n_before)
    scales: NDArray[np.float32]  # (n,), what 1 in the sum of neuron j is worth: step[j] · step_in
    biases: NDArray[np.float32]  # (n,)
    step_in: np.float32  # what 1 in q is worth; of the image 1/255


@dataclass(frozen=True, slots=True, eq=False)
class Quantised:
    """A network in eight bits, computed here as its C does."""

    layers: tuple[QuantisedLayer, ...]
    activations: tuple[Activation, ...]

    def outputs(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the outputs hold for images, (n, rows, columns) uint8: (n, classes)."""
        q: NDArray[Any] = images.reshape(len(images), -1).astype(np.int32)
        for layer, following in pairwise([*self.layers, None]):
            assert layer is not None
            activation = self.activations[self.layers.index(layer)]
            sums = q @ layer.weights.T.astype(np.int32)
            a = activation((sums.astype(np.float32) * layer.scales + layer.biases).astype(np.float32))
            if following is None:
                break
            q = np.clip(np.rint(a / following.step_in), -MOST, MOST).astype(np.int32)
        return a.astype(np.float32)


def quantised(network: Network, images: NDArray[np.uint8]) -> Quantised:
    """The network in eight bits. images: (n, rows, columns) uint8, such as it will see; they decide the steps.

    Raises UsageError without an image.
    """
    if not len(images):
        raise UsageError("quantising wants some images, such as the network will see; got none")
    trace = network.forward(images.reshape(len(images), -1) * network.dtype.type(1 / 255))
    layers = []
    for l, layer in enumerate(network.layers):
        largest = float(np.abs(trace.a[l]).max())
        step_in = np.float32(1 / 255) if l == 0 else np.float32((largest or 1.0) / MOST)
        steps = np.abs(layer.weights).max(axis=1).astype(np.float32) / np.float32(MOST)
        steps[steps == 0] = 1
        weights = np.clip(np.rint(layer.weights / steps[:, None]), -MOST, MOST).astype(np.int8)
        layers.append(QuantisedLayer(weights, steps * step_in, layer.biases.astype(np.float32), step_in))
    return Quantised(tuple(layers), network.activations)
