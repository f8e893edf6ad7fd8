"""What excites a neuron: the pictures of a set that it answers most, and the picture that it would answer most of all.

images: (n, 784), ink from 0 to 1
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.network.network import Network

Array = NDArray[np.floating[Any]]

STEPS, STRIDE = 120, 0.25  # of the climb; how far its largest pixel goes in a step at first


def strongest(network: Network, images: NDArray[np.uint8], layer: int, neuron: int, count: int) -> NDArray[np.int64]:
    """The pictures, (n, 784) uint8, to which a neuron's weighted sum is largest: their numbers, the strongest first."""
    sums = [network.forward(some / network.dtype.type(255)).z[layer - 1][:, neuron] for some in _some(images)]
    return np.argsort(-np.concatenate(sums), kind="stable")[:count]


def exciting(network: Network, layer: int, neuron: int, ink: float, start: Array) -> NDArray[np.float64]:
    """The picture with at most so much ink, in full pixels, to which a neuron's weighted sum is largest: (784,), 0..1.

    For the first layer that is exact. For a deeper one it climbs, from `start` and from an empty picture, and takes the
    better end: a peak, perhaps not the highest.
    """
    if layer == 1:
        return within(network.layers[0].weights[neuron].astype(np.float64) * 1e9, ink)
    ends = [_climb(network, layer, neuron, ink, begin) for begin in (within(start, ink), np.zeros(start.shape))]
    return max(ends, key=lambda end: weighted_sum(network, layer, neuron, end))


def weighted_sum(network: Network, layer: int, neuron: int, picture: Array) -> float:
    """What a neuron sums up to for one picture, (784,): its z."""
    return float(network.forward(picture[None].astype(network.dtype)).z[layer - 1][0, neuron])


def slope(network: Network, layer: int, neuron: int, picture: Array) -> NDArray[np.float64]:
    """How a neuron's weighted sum changes with each pixel, dz/da, (784,)."""
    trace = network.forward(picture[None].astype(network.dtype))
    back = network.layers[layer - 1].weights[neuron].astype(np.float64)
    for below in range(layer - 2, -1, -1):
        back = back * network.activations[below].slope(trace.z[below])[0]
        back = back @ network.layers[below].weights
    return back.astype(np.float64)


def within(picture: Array, ink: float) -> NDArray[np.float64]:
    """The nearest picture with pixels from 0 to 1 and at most so much ink in all.

    >>> within(np.array([3.0, 0.5, -1.0]), 1.2).round(2).tolist()
    [1.0, 0.2, 0.0]
    """
    whole = np.clip(picture, 0.0, 1.0).astype(np.float64)
    if whole.sum() <= ink:
        return whole
    low, high = 0.0, float(picture.max())
    for _ in range(60):  # how much every pixel must give up
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(picture - middle, 0, 1).sum() > ink else (low, middle)
    found: NDArray[np.float64] = np.clip(picture - high, 0.0, 1.0).astype(np.float64)
    return found


def _climb(network: Network, layer: int, neuron: int, ink: float, start: Array) -> NDArray[np.float64]:
    here, best = start.astype(np.float64), weighted_sum(network, layer, neuron, start)
    stride = STRIDE
    for _ in range(STEPS):
        way = slope(network, layer, neuron, here)
        there = within(here + stride * way / (np.abs(way).max() or 1.0), ink)
        reached = weighted_sum(network, layer, neuron, there)
        if reached > best:
            here, best = there, reached
        else:
            stride /= 2
    return here


def _some(images: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [images[first : first + 1_000] for first in range(0, len(images), 1_000)]
