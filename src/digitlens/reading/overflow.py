"""Networks whose numbers grow beyond any float: each weight may be sound, and yet nothing can be computed with them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import DataError
from digitlens.network.activations import Array
from digitlens.network.network import Network, Trace

PROBES = 14  # neurons of the first layer, those that can be driven furthest, each with the image that does so


def forward(network: Network, images: Array) -> Trace:
    """The same as network.forward(), for images from outside. Raises DataError where a number is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        trace = network.forward(images)
    if not all(np.isfinite(part).all() for part in (*trace.z, *trace.a)):
        raise beyond()
    return trace


def checked(outputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same outputs. Raises DataError where a number is not finite."""
    if not np.isfinite(outputs).all():
        raise beyond()
    return outputs


def beyond() -> DataError:
    """The error for a network whose numbers are not finite."""
    return DataError(
        "the network's weights are too large: its sums for this picture grow beyond any number that can be computed "
        "with; train it again, with a lower learning rate"
    )


def overflows(network: Network) -> bool:
    """Whether numbers of the network are not finite for one of a few images: no ink, all ink, and the most extreme.

    The most extreme image for a neuron of the first layer has ink wherever its weight is positive, or wherever it is
    negative. Other images may overflow where none of these does: read() looks at each again.
    """
    weights = network.layers[0].weights
    furthest = np.argsort(-np.abs(weights).sum(axis=1, dtype=np.float64), kind="stable")[:PROBES]
    patterns = np.concatenate([weights[furthest] > 0, weights[furthest] < 0])
    images = np.concatenate([np.zeros((1, weights.shape[1])), np.ones((1, weights.shape[1])), patterns])
    try:
        forward(network, images.astype(network.dtype))
    except DataError:
        return True
    return False
