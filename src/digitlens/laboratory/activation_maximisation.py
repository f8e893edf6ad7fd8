"""What excites a neuron: the images of a set with the largest weighted sums, and the picture that maximises the sum.

images: (n, 784), ink from 0 to 1
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.network.network import Network

Array = NDArray[np.floating[Any]]

STEPS, STRIDE = 120, 0.25  # of the gradient ascent; how far its first step changes the pixel that changes most


def strongest(network: Network, images: NDArray[np.uint8], layer: int, neuron: int, count: int) -> NDArray[np.int64]:
    """The indices of the `count` images, (n, 784) uint8, with the largest weighted sums of a neuron, largest first."""
    sums = [network.forward(chunk / network.dtype.type(255)).z[layer - 1][:, neuron] for chunk in _chunks(images)]
    return np.argsort(-np.concatenate(sums), kind="stable")[:count]


def maximising_picture(network: Network, layer: int, neuron: int, ink: float, start: Array) -> NDArray[np.float64]:
    """The picture that maximises a neuron's weighted sum, with at most `ink` full pixels of ink: (784,), 0..1.

    Exact for the first layer. For a deeper layer, gradient ascent starts twice, from `start` and from an empty picture,
    and the better end is returned: a local maximum, perhaps not the global one.
    """
    if layer == 1:
        return limited_ink(network.layers[0].weights[neuron].astype(np.float64) * 1e9, ink)
    ends = [_climb(network, layer, neuron, ink, begin) for begin in (limited_ink(start, ink), np.zeros(start.shape))]
    return max(ends, key=lambda end: weighted_sum(network, layer, neuron, end))


def weighted_sum(network: Network, layer: int, neuron: int, picture: Array) -> float:
    """A neuron's weighted sum plus bias, z, for one picture, (784,)."""
    return float(network.forward(picture[None].astype(network.dtype)).z[layer - 1][0, neuron])


def slope(network: Network, layer: int, neuron: int, picture: Array) -> NDArray[np.float64]:
    """How a neuron's weighted sum changes with each pixel, dz/da, (784,)."""
    trace = network.forward(picture[None].astype(network.dtype))
    back = network.layers[layer - 1].weights[neuron].astype(np.float64)
    for below in range(layer - 2, -1, -1):
        back = back * network.activations[below].slope(trace.z[below])[0]
        back = back @ network.layers[below].weights
    return back.astype(np.float64)


def limited_ink(picture: Array, ink: float) -> NDArray[np.float64]:
    """The nearest picture (Euclidean distance) with pixels from 0 to 1 and a sum of at most `ink`.

    >>> limited_ink(np.array([3.0, 0.5, -1.0]), 1.2).round(2).tolist()
    [1.0, 0.2, 0.0]
    """
    whole = np.clip(picture, 0.0, 1.0).astype(np.float64)
    if whole.sum() <= ink:
        return whole
    low, high = 0.0, float(picture.max())
    for _ in range(60):  # bisection: how much is taken away from every pixel
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(picture - middle, 0, 1).sum() > ink else (low, middle)
    projected: NDArray[np.float64] = np.clip(picture - high, 0.0, 1.0).astype(np.float64)
    return projected


def _climb(network: Network, layer: int, neuron: int, ink: float, start: Array) -> NDArray[np.float64]:
    """Projected gradient ascent on the weighted sum; a step that does not improve it halves the stride."""
    picture, best = start.astype(np.float64), weighted_sum(network, layer, neuron, start)
    stride = STRIDE
    for _ in range(STEPS):
        direction = slope(network, layer, neuron, picture)
        candidate = limited_ink(picture + stride * direction / (np.abs(direction).max() or 1.0), ink)
        value = weighted_sum(network, layer, neuron, candidate)
        if value > best:
            picture, best = candidate, value
        else:
            stride /= 2
    return picture


def _chunks(images: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [images[first : first + 1_000] for first in range(0, len(images), 1_000)]
