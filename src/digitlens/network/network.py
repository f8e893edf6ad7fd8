"""The network of the blackboard: every neuron is an activation function of a weighted sum plus a bias.

    a' = σ(W a + b)

a  (batch, n)     what the neurons of a layer hold; layer 0 is the picture, a[0], (batch, 784)
W  (n, n_before)  weights into a layer; row j is neuron j's eye: in the first layer it *is* a 28×28 picture
b  (n,)           how high the weighted sum must be before the neuron becomes active
z  (batch, n)     weighted sum plus bias, before the activation function
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from digitlens.errors import ShapeError
from digitlens.network.activations import Activation, Array


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no single truth, so no ==
class Layer:
    """The weights and biases that lead into one layer; a gradient has the same shape, so it is a Layer too."""

    weights: Array  # (n, n_before), row j is neuron j's eye
    biases: Array  # (n,)

    def __repr__(self) -> str:
        return f"<Layer {'×'.join(map(str, self.weights.shape))}, {self.weights.dtype}>"


Layers = tuple[Layer, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What the network thought: every weighted sum and every activation, of a batch or of one image."""

    z: tuple[Array, ...]  # z[l], (batch, n), leads to a[l + 1]
    a: tuple[Array, ...]  # a[0] the picture, (batch, 784), ..., a[-1] the outputs, (batch, 10)

    def __getitem__(self, i: int) -> "Trace":
        """The trace of image `i` alone, each part a vector (n,)."""
        return Trace(tuple(z[i] for z in self.z), tuple(a[i] for a in self.a))

    def __repr__(self) -> str:
        images = "one image" if self.a[0].ndim == 1 else f"{len(self.a[0]):,} images"
        return f"<Trace of {images}: {'-'.join(str(a.shape[-1]) for a in self.a)}>"


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Network:
    """Layers, each with its activation function; ShapeError unless they fit together, in one type of float32, float64.

    >>> from digitlens.network.activations import relu
    >>> eye = Layer(np.array([[1.0, -1.0]]), np.array([0.5]))  # one neuron that looks at two pixels
    >>> network = Network((eye,), (relu,))
    >>> network.sizes, network.parameters, network.forward(np.array([[1.0, 0.25]])).a[-1].tolist()
    ((2, 1), 3, [[1.25]])
    """

    layers: Layers  # the weights and biases that lead into each layer after the image
    activations: tuple[Activation, ...]  # σ of each of these layers

    def __post_init__(self) -> None:
        if not (_are(Layer, self.layers) and _are(Activation, self.activations)):
            raise ShapeError("Network wants a tuple of Layers, and a tuple with the Activation of each")
        if not self.layers or len(self.layers) != len(self.activations):
            raise ShapeError(f"Network wants one function a layer, got {len(self.activations)}, {len(self.layers)}")
        if early := [each.name for each in self.activations[:-1] if each.whole_layer]:
            raise ShapeError(f"Network takes {early[0]} in the last layer only: its neurons depend on one another")
        n_before = max(np.shape(self.layers[0].weights)[1:], default=0)  # 0: no matrix
        for l, layer in enumerate(self.layers, start=1):
            W, b = layer.weights, layer.biases
            if not _are(np.ndarray, (W, b)) or b.ndim != 1 or W.shape != (len(b), n_before) or not W.size:
                got = " and ".join(str(getattr(one, "shape", type(one).__name__)) for one in (W, b))
                raise ShapeError(f"Network wants arrays (n, {n_before}) and (n,) in layer {l}, got {got}")
            if W.dtype not in (np.float32, np.float64) or not W.dtype == b.dtype == self.dtype:
                raise ShapeError(f"Network wants one type, float32 or float64, got {W.dtype}, {b.dtype} in layer {l}")
            n_before = len(b)

    def forward(self, images: Array) -> Trace:
        """Layer by layer, a' = σ(W a + b), keeping all of it. images: (batch, 784) floats, else ShapeError."""
        if not isinstance(images, np.ndarray):
            raise ShapeError(f"forward() wants an array of images, got {type(images).__name__}; use numpy.asarray(...)")
        if images.ndim != 2 or images.shape[1] != self.sizes[0] or images.dtype.kind != "f":
            raise ShapeError(
                f"forward() wants images of shape (batch, {self.sizes[0]}) in floats from 0 to 1, "
                f"got {images.shape} in {images.dtype}; for one image use image.reshape(1, -1)"
            )
        z: list[Array] = []
        a = [images]  # a[0]: (batch, 784)
        for layer, activation in zip(self.layers, self.activations, strict=True):
            z.append(a[-1] @ layer.weights.T + layer.biases)  # (batch, n)
            a.append(activation(z[-1]))  # (batch, n)
        return Trace(tuple(z), tuple(a))

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many neurons each layer has, the picture first: (784, 16, 16, 10)."""
        return (self.layers[0].weights.shape[-1], *(len(layer.biases) for layer in self.layers))

    @property
    def parameters(self) -> int:
        """How many weights and biases there are: 13,002 for 784-16-16-10."""
        return sum(layer.weights.size + layer.biases.size for layer in self.layers)

    @property
    def dtype(self) -> np.dtype[Any]:
        """float32 or float64, the same in every layer."""
        return self.layers[0].weights.dtype

    def __repr__(self) -> str:
        functions = ", ".join(dict.fromkeys(activation.name for activation in self.activations))
        return f"<Network {'-'.join(map(str, self.sizes))}: {functions}, {self.dtype}>"


def _are(kind: type, values: Any) -> bool:
    return isinstance(values, (tuple, list)) and all(isinstance(value, kind) for value in values)
