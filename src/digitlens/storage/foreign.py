"""Networks that other programs wrote, as Readers: NumPy files (.npz) and ONNX files of plain networks.

Such a file is not trusted, as ours are not: sizes are checked before memory is asked for, numbers must be finite. What
a file does not say is guessed only where there is one answer: a square image; classes "0", "1", ...
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from digitlens.digits.dataset import LARGEST_SIDE
from digitlens.digits.preparation.adjusting import STEPS
from digitlens.digits.preparation.framing import NOT_FRAMED, framing_for
from digitlens.errors import DigitlensError, ModelFileError
from digitlens.files.bounded import read_bounded
from digitlens.files.lfs import LFS_POINTER, is_lfs_pointer
from digitlens.files.naming import shown
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.costs import COSTS
from digitlens.network.network import Layer, Network
from digitlens.reading.overflow import overflows
from digitlens.reading.reader import Reader
from digitlens.storage.container import LARGEST
from digitlens.storage.plain_layers import LIMIT, Step

LAYERS = 15


def load_foreign(path: str | Path) -> Reader:
    """The reader of an .npz or .onnx file. ModelFileError for what is no plain network, FileError if it is missing."""
    data = bytes(read_bounded(path, LIMIT))
    if is_lfs_pointer(data):
        raise ModelFileError(f"{shown(path)} is {LFS_POINTER}")
    try:
        if Path(path).suffix.lower() == ".npz":
            from digitlens.storage.npz import network_of_npz

            steps, about = network_of_npz(data)
        else:
            from digitlens.storage.onnx import network_of_onnx

            steps, about = network_of_onnx(data)
        return reader_of(steps, about, Path(path).stem[:100])
    except (DigitlensError, TypeError, ValueError, OverflowError) as error:
        raise ModelFileError(f"{shown(path)}: {error}") from error


def reader_of(steps: Sequence[Step], about: Mapping[str, Any], name: str) -> Reader:
    """A Reader of layers.

    steps: weights, biases and activation of each layer. about: what is known beside them, as export writes it: classes,
    image_shape, adjusting, framing, dark_on_light, cost. Raises ModelFileError where that makes no network.
    """
    if not 1 <= len(steps) <= LAYERS:
        raise ModelFileError(f"a network has 1 to {LAYERS} layers, got {len(steps)}")
    unknown = [activation for _, _, activation in steps if activation not in ACTIVATIONS]
    if unknown:
        raise ModelFileError(f"an activation function is one of {', '.join(ACTIVATIONS)}, got {unknown[0]!r:.80}")
    kind = np.float64 if any(weights.dtype == np.float64 for weights, _, _ in steps) else np.float32
    layers = tuple(Layer(np.array(W, kind), np.array(b, kind)) for W, b, _ in steps)
    if not all((np.abs(part) <= LARGEST).all() for layer in layers for part in (layer.weights, layer.biases)):
        raise ModelFileError(
            f"a weight that is not finite, or beyond {LARGEST:g}; this network cannot be computed with"
        )
    try:
        network = Network(layers, tuple(ACTIVATIONS[activation] for _, _, activation in steps))
        if overflows(network):
            raise ModelFileError("the weights together are so large that the outputs are not finite")
        shape = _shape(about.get("image_shape"), network.sizes[0])
        classes = tuple(about.get("classes") or map(str, range(network.sizes[-1])))
        adjusting = tuple(about.get("adjusting") or ())
        if any(step not in STEPS for step in adjusting):
            raise ModelFileError(f"a preparation step is one of {', '.join(STEPS)}, got {adjusting}")
        cost = about.get("cost") or ("cross_entropy" if steps[-1][2] == "softmax" else "quadratic")
        if cost not in COSTS or not COSTS[cost].takes(network.activations[-1]):
            cost = "quadratic"
        named = str(about.get("name") or name)[:100]
        framing = NOT_FRAMED if about.get("framing") == NOT_FRAMED else framing_for(shape)
        return Reader(
            network, named, cost, classes, framing, adjusting, image_shape=shape,
            dark_on_light=framing == NOT_FRAMED and about.get("dark_on_light") in (True, 1),
            provenance={"data": "unknown: imported from another program's file"},
        )  # fmt: skip
    except ModelFileError:
        raise
    except (DigitlensError, TypeError, ValueError) as error:
        raise ModelFileError(f"this is no network that can be read: {error}") from error


def _shape(given: Any, pixels: int) -> tuple[int, int]:
    side = math.isqrt(pixels)
    rows, columns = (int(one) for one in given) if given is not None and len(given) == 2 else (side, side)
    if rows * columns != pixels or not all(1 <= one <= LARGEST_SIDE for one in (rows, columns)):
        raise ModelFileError(
            f"an image of {pixels:,} pixels is no square of at most {LARGEST_SIDE}×{LARGEST_SIDE}; let the file say "
            "image_shape, rows and columns"
        )
    return rows, columns
