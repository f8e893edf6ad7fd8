"""The first hidden layer: is a neuron's weight picture an edge or a bar, more clearly than smoothness alone explains?

Each neuron is compared with surrogates: random pictures that are as smooth as its weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.laboratory.dictionary import Dictionary, Part
from digitlens.laboratory.surrogates import coarseness, smoothness, surrogates

Array = NDArray[np.floating[Any]]

SURROGATES_PER_NEURON = 32  # times the number of neurons; fewer could not reach significance after the correction
LEVEL = 0.05  # significance level: how often a network without any edge or bar may be said to have one
INKED = 0.01  # a pixel is examined if at least this share of the training images has ink there


@dataclass(frozen=True, slots=True, eq=False)
class FirstLayer:
    """The results for one network's first layer, neuron by neuron."""

    explained: NDArray[np.float64]  # (n,), share of the weights' variance that the best part explains
    expected: NDArray[np.float64]  # (n,), the same share for the surrogates, mean over them
    p: NDArray[np.float64]  # (n,), p-value: how often a surrogate is explained at least as well
    significant: NDArray[np.bool_]  # (n,), an edge or bar, corrected for the number of neurons
    parts: tuple[Part, ...]  # the best edge or bar for each neuron
    smooth: NDArray[np.float64]  # (n,), correlation of neighbouring weights
    coarse: NDArray[np.float64]  # (n,), share of the weights' power in long waves


def inked_pixels(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The pixels to examine, (784,): those on which enough of the training images, (n, 784), have ink."""
    return (images > 0).mean(axis=0) >= INKED


def first_layer(
    weights: Array, parts: Dictionary, rng: np.random.Generator, *, count: int = 0, level: float = LEVEL
) -> FirstLayer:
    """Examine the weights of a first layer, (n, 784).

    count: surrogates for each neuron; 0 means SURROGATES_PER_NEURON · n - 1.
    A neuron is called an edge or bar if its p-value is small enough after Holm's correction (1979) for all neurons.
    Of the networks that have no edge or bar at all, a share of `level` is then wrongly said to have one or more.
    """
    explained, which = parts.explained(weights)
    count = count or SURROGATES_PER_NEURON * len(weights) - 1
    expected, p = np.empty(len(weights)), np.empty(len(weights))
    for j, picture in enumerate(weights):
        others, _ = parts.explained(surrogates(picture, parts.mask, count, rng))
        expected[j] = others.mean()
        p[j] = (1 + (others >= explained[j]).sum()) / (1 + count)
    best = tuple(parts.parts[k] for k in which)
    smooth, coarse = smoothness(weights, parts.mask), coarseness(weights, parts.mask)
    return FirstLayer(explained, expected, p, holm(p, level), best, smooth, coarse)


def holm(p: NDArray[np.float64], level: float = LEVEL) -> NDArray[np.bool_]:
    """Which of several tests are significant, if the chance of even one false positive is to be `level` (Holm 1979).

    >>> holm(np.array([0.04, 0.001, 0.02])).tolist()
    [True, True, True]
    >>> holm(np.array([0.06, 0.001, 0.03])).tolist()
    [False, True, False]
    """
    order = np.argsort(p, kind="stable")
    passes = p[order] <= level / np.arange(len(p), 0, -1)
    significant = np.zeros(len(p), bool)
    significant[order] = np.logical_and.accumulate(passes)
    return significant
