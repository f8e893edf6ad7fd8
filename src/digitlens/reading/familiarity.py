"""Familiarity: is this picture a digit at all? A small network of its own decides it, before any other network reads.

It has four layers. The first two are convolutional, with a stride of two pixels. The last has eleven outputs: ten for
the digits and one for everything else. It is trained on digits and synthetic non-digits (learning/familiarity.py) and
does not depend on the network that reads.

image   (28, 28)      a framed picture, ink 0..1
a[1]    (12, 12, 12)  12 patterns at each of 12 × 12 patches of 5 × 5 pixels
a[2]    (5, 5, 24)    24 larger patterns at each of 5 × 5 patches of 4 × 4 of those
a[3]    (64,)
z[4]    (11,)         ten for the digits, one for everything else
score                 log(e^z0 + ... + e^z9) − z10: above 0 for digits, below 0 for others

A score is turned into a familiarity by comparison with held-out digits: it is the share of them with a lower score. So
the threshold is the share of real digits that is rejected: 0.0125 is 1.25 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from numbers import Real
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from digitlens.checks import check_type, described, tuple_of
from digitlens.digits.preparation.specks import connected_components
from digitlens.errors import ShapeError
from digitlens.network.network import Layer, Layers

Array = NDArray[np.floating[Any]]

PATCHES = (5, 4)  # rows and columns of a patch, in the first and in the second layer
STEP = 2  # from one patch to the next
SHAPES = ((12, 1 * 5 * 5), (24, 12 * 4 * 4), (64, 24 * 5 * 5), (11, 64))  # weights of each layer, (n, n_before)
QUANTILES = 201  # of the scores of held-out digits: the 0th, the 0.5th ... the 100th percentile
THRESHOLD = 0.0125  # a picture with a lower familiarity is not a digit

AT_ONCE = 500  # pictures that are scored together
APART = 0.25  # the least share of the ink of a component that counts as separate


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether one picture looks like a digit, and why not."""

    familiarity: float  # 0..1, the share of real digits that look less like one
    is_digit: bool  # whether that reaches the threshold
    reason: str  # why it is not a digit: "two separate things" or "unlike any digit"; empty if it is one


@dataclass(frozen=True, slots=True, eq=False)
class Familiarity:
    """The network and the score distribution. Raises ShapeError for other shapes, or scores that are not sorted."""

    layers: Layers  # four, float64; weights (12, 25), (24, 192), (64, 600) and (11, 64)
    scores: Array  # (201,) float64, quantiles of the scores of held-out digits, ascending
    threshold: float = THRESHOLD  # 0..1, a picture less familiar than this is not a digit

    def __repr__(self) -> str:
        return f"<Familiarity: rejects {self.threshold:.2%} of real digits>"

    def __post_init__(self) -> None:
        tuple_of("Familiarity()", "layers", self.layers, Layer, "Layers")
        check_type("Familiarity()", "scores", self.scores, np.ndarray, "an array")
        check_type("Familiarity()", "threshold", self.threshold, Real, "a number")
        shapes = tuple(layer.weights.shape for layer in self.layers)
        biases = tuple(layer.biases.shape for layer in self.layers)
        if shapes != SHAPES or biases != tuple((n,) for n, _ in SHAPES):
            raise ShapeError(f"Familiarity wants weights of shapes {SHAPES} with their biases, got {shapes}")
        if self.scores.shape != (QUANTILES,) or not (np.diff(self.scores) >= 0).all():
            raise ShapeError(f"Familiarity wants {QUANTILES} scores in ascending order, got {self.scores.shape}")
        if not 0 <= self.threshold <= 1:
            raise ShapeError(f"Familiarity wants a threshold from 0 to 1, got {described(self.threshold)}")

    def of(self, images: Array) -> NDArray[np.float64]:
        """The familiarity of framed pictures, (n,): the share of real digits, 0..1, with a lower score.

        images: (n, 28, 28) floats, ink from 0 to 1. Raises ShapeError for others.
        """
        check_type("Familiarity.of()", "images", images, np.ndarray, "an array of framed pictures")
        masked = isinstance(images, np.ma.MaskedArray)
        if masked or images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype.kind != "f":
            raise ShapeError(
                f"Familiarity.of() wants framed pictures (n, 28, 28) in floats from 0 to 1, got {images.shape} in "
                f"{images.dtype}; for one picture use image[None]"
            )
        chunks = [scores(self.layers, images[i : i + AT_ONCE]) for i in range(0, len(images), AT_ONCE)]
        return np.interp(np.concatenate([*chunks, np.zeros(0)]), self.scores, np.linspace(0, 1, QUANTILES))

    def of_one(self, image: Array) -> float:
        """The familiarity of one framed picture, 0..1; as of().

        image: (28, 28) floats, ink from 0 to 1. Raises ShapeError for others.
        """
        check_type("Familiarity.of_one()", "image", image, np.ndarray, "an array, (28, 28)")
        return float(self.of(image[None])[0])

    def judge(self, image: Array) -> Judgement:
        """The judgement of one framed picture.

        image: (28, 28) floats, ink from 0 to 1. Raises ShapeError for others.
        """
        check_type("Familiarity.judge()", "image", image, np.ndarray, "an array, (28, 28)")
        familiarity = self.of_one(image)
        if familiarity >= self.threshold:
            return Judgement(familiarity, True, "")
        return Judgement(familiarity, False, "two separate things" if in_two_parts(image) else "unlike any digit")


def scores(layers: Layers, images: Array) -> NDArray[np.float64]:
    """The score of each picture, (n, 28, 28) -> (n,). Layers and result are float64."""
    z = forward(layers, images.astype(np.float64))[-1]
    digits, other = z[:, :10], z[:, 10]
    most = digits.max(axis=1)
    result: NDArray[np.float64] = most + np.log(np.exp(digits - most[:, None]).sum(axis=1)) - other
    return result


def forward(layers: Layers, images: Array) -> tuple[Array, ...]:
    """The inputs of the four layers, and z[4], (n, 11). images: (n, 28, 28).

    The inputs of the first two layers are patches, (n, rows, columns, n_before); those of the others are vectors.
    """
    activations, inputs = images[..., None], []
    for layer, side in zip(layers, PATCHES, strict=False):
        inputs.append(patches(activations, side))
        activations = np.maximum(inputs[-1] @ layer.weights.T + layer.biases, 0)
    inputs.append(activations.reshape(len(images), SHAPES[2][1]))
    inputs.append(np.maximum(inputs[-1] @ layers[2].weights.T + layers[2].biases, 0))
    return (*inputs, inputs[-1] @ layers[3].weights.T + layers[3].biases)


def patches(images: Array, side: int) -> Array:
    """Every second patch in both directions: (n, rows, columns, channels) -> (n, fewer, fewer, channels · side · side).

    >>> patches(np.arange(16.0).reshape(1, 4, 4, 1), 2)[0, 1, 0].tolist()
    [8.0, 9.0, 12.0, 13.0]
    """
    n, rows, columns, channels = images.shape
    return images.reshape(n, -1).take(_places(rows, columns, channels, side), axis=1)


@lru_cache(maxsize=8)
def _places(rows: int, columns: int, channels: int, side: int) -> NDArray[np.int64]:
    """The flat indices of the numbers of each patch, (fewer, fewer, channels · side · side)."""
    places = np.arange(rows * columns * channels).reshape(rows, columns, channels)
    windows = sliding_window_view(places, (side, side), axis=(0, 1))[::STEP, ::STEP]
    return windows.reshape(*windows.shape[:2], -1)


def in_two_parts(image: Array) -> bool:
    """Whether at least two components that do not touch each have a large share of the ink. image: (28, 28), 0..1."""
    labels, n = connected_components(image > 0.3)
    share = np.bincount(labels.ravel(), weights=image.ravel(), minlength=n + 1)[1:]
    return bool((share >= APART * image.sum()).sum() >= 2)
