"""Ten test vectors of a network: images as it sees them, and what its outputs hold for each.

Whoever uses an exported network runs them through it: the same outputs say that nothing was lost on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.sources.examples import example_files
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader

COUNT = 10


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """Images beside the outputs of a network for them."""

    images: NDArray[np.uint8]  # (10, rows, columns), ink from 0 to 255; the network sees them as 0 to 1
    outputs: NDArray[np.float64]  # (10, classes)

    def to_json(self) -> list[dict[str, Any]]:
        """One object a vector: `image`, the rows of ink 0 to 255, and `outputs`."""
        pairs = zip(self.images.tolist(), self.outputs.tolist(), strict=True)
        return [{"image": image, "outputs": outputs} for image, outputs in pairs]


def vectors_of(reader: Reader) -> Vectors:
    """Ten images, adjusted as the network wants them: drawings of 0 to 9 where it reads digits, else random ink."""
    if reader.reads_digits:
        prepared = [prepare(path.read_bytes(), reader.adjusting).image for path in example_files()]
        images = np.rint(np.stack(prepared) * 255).astype(np.uint8)
    else:
        rng = np.random.default_rng(0)
        shape = COUNT, *reader.image_shape
        images = rng.integers(0, 256, shape, np.uint8) * (rng.random(shape) < 0.3)
    return Vectors(images, outputs_of(reader.network, images))


def outputs_of(network: Network, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """What the outputs hold for images, (n, rows, columns) uint8, computed in float64: (n, classes)."""
    layers = tuple(Layer(l.weights.astype(np.float64), l.biases.astype(np.float64)) for l in network.layers)
    flat = images.reshape(len(images), -1) * np.float32(1 / 255)
    outputs = Network(layers, network.activations).forward(flat.astype(np.float64)).a[-1]
    return np.asarray(outputs, np.float64)
