"""The compiled module: whether it is installed, its instruction sets, and the layout of networks for it.

Weights are stored as lanes. For each layer, and for each block of 16 of its neurons, there are n_before + 1 rows of 16
numbers. Row k holds the weights from neuron k of the layer before to these 16 neurons; the last row holds their biases.
Lanes without a neuron are 0. All layers follow one another in one array. kernel.h describes the same layout.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.network.activations import Activation
from digitlens.network.network import Layer, Layers

LANES = 16

Floats = NDArray[np.float32]


@cache
def module() -> Any:
    """The compiled module, or None if the package was installed without a compiler."""
    try:
        return importlib.import_module("digitlens.kernel._native")
    except ImportError:
        return None


def missing() -> str:
    """Why there is no compiled kernel; empty if there is one."""
    return "" if module() else "it was not compiled when Digitlens was installed (that takes g++ or clang++)"


def instruction_sets() -> list[str]:
    """The kernel's instruction sets that this processor has, the fastest first; empty without a kernel."""
    sets: list[str] = module().instruction_sets() if module() else []
    return sets


@cache
def engine(sizes: tuple[int, ...], activations: tuple[Activation, ...], cost: str, instruction_set: str = "") -> Any:
    """The kernel, prepared for networks of one shape; it holds no weights. instruction_set: "" is the fastest."""
    return module().Engine(list(sizes), [activation.name for activation in activations], cost, instruction_set)


def pack(layers: Layers) -> Floats:
    """The layers as lanes, in a new array whose rows are aligned to cache lines (64 bytes)."""
    parts = []
    for layer in layers:
        n, n_before = layer.weights.shape
        rows = np.zeros((-(-n // LANES) * LANES, n_before + 1), np.float32)
        rows[:n, :-1], rows[:n, -1] = layer.weights, layer.biases
        parts.append(rows.reshape(-1, LANES, n_before + 1).transpose(0, 2, 1).reshape(-1))
    floats = sum(part.size for part in parts)
    room = np.empty(4 * floats + 64, np.uint8)
    begin = -room.ctypes.data % 64
    packed = room[begin : begin + 4 * floats].view(np.float32)
    np.concatenate(parts, out=packed)
    return packed


def unpack(packed: Floats, sizes: Sequence[int]) -> Layers:
    """The layers that pack() was called with, as copies."""
    layers, begin = [], 0
    for n_before, n in pairwise(sizes):
        blocks = -(-n // LANES)
        end = begin + blocks * (n_before + 1) * LANES
        rows = packed[begin:end].reshape(blocks, n_before + 1, LANES).transpose(0, 2, 1).reshape(-1, n_before + 1)
        layers.append(Layer(rows[:n, :-1].copy(), rows[:n, -1].copy()))
        begin = end
    return tuple(layers)
