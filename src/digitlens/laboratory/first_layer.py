"""The first hidden layer: is a neuron's weight picture an edge or a bar, more than any picture as smooth would be?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.laboratory.dictionary import Dictionary, Part
from digitlens.laboratory.surrogates import coarseness, smoothness, surrogates

Array = NDArray[np.floating[Any]]

DRAWN = 32  # surrogates for each neuron, times the neurons: fewer could not tell one from chance, corrected for all
LEVEL = 0.05  # how often a network without any part may be said to have one
INKED = 0.01  # a pixel counts if at least this share of the training images has ink there


@dataclass(frozen=True, slots=True, eq=False)
class FirstLayer:
    """What was found in one network's first layer, neuron by neuron."""

    explained: NDArray[np.float64]  # (n,), share of the weights' variance that the best part explains
    expected: NDArray[np.float64]  # (n,), the same of pictures as smooth, mean over the surrogates
    p: NDArray[np.float64]  # (n,), how often a picture as smooth is explained as well
    found: NDArray[np.bool_]  # (n,), an edge or bar, corrected for the number of neurons
    parts: tuple[Part, ...]  # the best part of each
    smooth: NDArray[np.float64]  # (n,), how alike neighbouring weights are
    coarse: NDArray[np.float64]  # (n,), the share of their power in long waves


def inked(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The pixels that count, (784,): those on which enough of the training images, (n, 784), have ink."""
    return (images > 0).mean(axis=0) >= INKED


def first_layer(
    weights: Array, parts: Dictionary, rng: np.random.Generator, *, drawn: int = 0, level: float = LEVEL
) -> FirstLayer:
    """Examine the weights of a first layer, (n, 784). drawn: surrogates for each neuron; 0: DRAWN · n, less one.

    A neuron counts as an edge or bar if fewer surrogates are explained as well than chance allows, corrected for all
    neurons (Holm 1979): of networks without any part, a share of `level` is said to have one or more.
    """
    explained, which = parts.explained(weights)
    drawn = drawn or DRAWN * len(weights) - 1
    expected, p = np.empty(len(weights)), np.empty(len(weights))
    for j, picture in enumerate(weights):
        others, _ = parts.explained(surrogates(picture, parts.mask, drawn, rng))
        expected[j] = others.mean()
        p[j] = (1 + (others >= explained[j]).sum()) / (1 + drawn)
    best = tuple(parts.parts[k] for k in which)
    smooth, coarse = smoothness(weights, parts.mask), coarseness(weights, parts.mask)
    return FirstLayer(explained, expected, p, holm(p, level), best, smooth, coarse)


def holm(p: NDArray[np.float64], level: float = LEVEL) -> NDArray[np.bool_]:
    """Which of several tests speak, so that the chance of a single false one among them is `level` (Holm 1979).

    >>> holm(np.array([0.04, 0.001, 0.02])).tolist()
    [True, True, True]
    >>> holm(np.array([0.06, 0.001, 0.03])).tolist()
    [False, True, False]
    """
    order = np.argsort(p, kind="stable")
    passes = p[order] <= level / np.arange(len(p), 0, -1)
    found = np.zeros(len(p), bool)
    found[order] = np.logical_and.accumulate(passes)
    return found
