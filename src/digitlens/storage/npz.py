"""Networks in NumPy's .npz files: ours, and others whose arrays are weights and biases in turn.

Ours are called layer1.weights, layer1.biases, ..., activations, classes, image_shape. Of others, each matrix belongs to
the vector that follows it, whatever they are called; it may be (n, n_before) or (n_before, n). Only the activation
functions must be told, in an array called `activations`: no file says them, and nothing can guess them.
"""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from digitlens.errors import FileError, ModelFileError
from digitlens.files.npz import arrays_of
from digitlens.storage.plain_layers import LIMIT, Step

WORDS = ("activations", "classes", "image_shape", "adjusting", "framing", "dark_on_light", "name", "cost")


def network_of_npz(data: bytes) -> tuple[list[Step], dict[str, Any]]:
    """The layers in an .npz, and what it says beside them. Raises ModelFileError for any other bytes."""
    try:
        arrays = arrays_of(data, LIMIT)
    except FileError as error:
        raise ModelFileError(str(error)) from error
    about = {name: arrays.pop(name).tolist() for name in WORDS if name in arrays}
    activations = about.pop("activations", None)
    matrices = [array for array in arrays.values() if array.dtype.kind == "f" and array.ndim in (1, 2)]
    weights, biases = matrices[::2], matrices[1::2]
    if len(matrices) != len(arrays) or len(weights) != len(biases) or not weights:
        raise ModelFileError(
            "an .npz wants float weights and biases in turn, W1 (n, n_before), b1 (n,), W2, ...; got "
            + ", ".join(f"{name[:40]} {array.shape} {array.dtype}" for name, array in [*arrays.items()][:8])
        )
    if not isinstance(activations, list) or len(activations) != len(weights):
        raise ModelFileError(
            f"an .npz does not say which functions follow its {len(weights)} layers; save them beside the weights, "
            f"np.savez(..., activations={['relu'] * (len(weights) - 1) + ['softmax']})"
        )
    before = math.prod(about["image_shape"]) if isinstance(about.get("image_shape"), list) else None
    return [
        (W, b, str(activation))
        for (W, b), activation in zip(_turned(weights, biases, before), activations, strict=True)
    ], about


def _turned(
    weights: list[NDArray[Any]], biases: list[NDArray[Any]], before: int | None
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Each matrix as (n, n_before). Where both ways fit, as (n, n_before), which is how we and PyTorch lay them out."""
    found = []
    for W, b in zip(weights, biases, strict=True):
        if W.ndim != 2 or b.ndim != 1:
            raise ModelFileError(f"weights are a matrix and biases a vector, got {W.shape} and {b.shape}")
        upright = W.shape[0] == len(b) and before in (None, W.shape[1])
        lying = W.shape[1] == len(b) and before in (None, W.shape[0])
        if not upright and not lying:
            raise ModelFileError(f"weights of shape {W.shape} and {len(b)} biases do not follow {before} neurons")
        found.append((W if upright else W.T, b))
        before = len(b)
    return found
