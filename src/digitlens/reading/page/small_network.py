"""The three small networks that pages are read with, each in a file of its own beside this one.

A file: safetensors with `hidden.weights` (neurons, inputs) and `hidden.biases` (neurons,), the same for `hidden2` and
so on where there are more hidden layers, `output.weights` (outputs, neurons) and `output.biases` (outputs,), all in
float16 or all in float32.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike
from safetensors.numpy import load_file, save

from digitlens.network.activations import ACTIVATIONS
from digitlens.network.network import Layer, Network


def _names(layers: int) -> list[str]:
    """What layers are called in a file, in order."""
    return ["hidden", *(f"hidden{k}" for k in range(2, layers)), "output"]


def from_file(file: Path, output: str) -> Network:
    """The network in a file, in float32: hidden neurons with ReLU, and outputs with the activation of this name."""
    tensors = {name: tensor.astype(np.float32) for name, tensor in load_file(file).items()}
    names = _names(len(tensors) // 2)
    layers = tuple(Layer(tensors[f"{name}.weights"], tensors[f"{name}.biases"]) for name in names)
    return Network(layers, (ACTIVATIONS["relu"],) * (len(names) - 1) + (ACTIVATIONS[output],))


def to_bytes(network: Network, dtype: DTypeLike) -> bytes:
    """The bytes of a file for such a network, float16 or float32."""
    tensors = {}
    for name, layer in zip(_names(len(network.layers)), network.layers, strict=True):
        tensors[f"{name}.weights"] = np.ascontiguousarray(layer.weights, dtype)
        tensors[f"{name}.biases"] = np.ascontiguousarray(layer.biases, dtype)
    return save(tensors)
