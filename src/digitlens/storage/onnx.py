"""Plain networks in ONNX files: Gemm, or MatMul and Add, and an activation function after each.

What a chain of layers has around it is passed over: Flatten, Reshape, Identity, Cast. Everything else is refused by its
name. Only the parts of the format that such a network needs are read; see protobuf.py for the bytes.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ModelFileError
from digitlens.network.activations import LEAK
from digitlens.storage.plain_layers import Step
from digitlens.storage.protobuf import fields

FUNCTIONS = {"Sigmoid": "sigmoid", "Relu": "relu", "LeakyRelu": "leaky_relu", "Tanh": "tanh", "Softmax": "softmax"}
PASSED_OVER = ("Flatten", "Reshape", "Identity", "Cast", "Dropout", "Squeeze")
TYPES = {1: "<f4", 11: "<f8", 10: "<f2"}  # TensorProto.DataType
WANTED = "a plain network has Gemm, or MatMul and Add, and an activation function for each layer"


@dataclass(slots=True)
class _Node:
    operator: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    attributes: dict[str, float] = field(default_factory=dict)


def network_of_onnx(data: bytes) -> tuple[list[Step], dict[str, Any]]:
    """The layers in an ONNX file, and what it says beside them. Raises ModelFileError for any other bytes."""
    graph: memoryview | None = None
    about: dict[str, Any] = {}
    for number, value in fields(data):
        if number == 7 and isinstance(value, memoryview):
            graph = value
        elif number == 14 and isinstance(value, memoryview):
            about |= _metadata(value)
    if graph is None:
        raise ModelFileError("this is no ONNX file: there is no graph in it")
    nodes, tensors, shape = _graph(graph)
    if shape and "image_shape" not in about:
        about["image_shape"] = shape
    return _steps(nodes, tensors), about


def _steps(nodes: Iterable[_Node], tensors: dict[str, NDArray[Any]]) -> list[Step]:
    """Node after node: each takes what the one before gives, so that nothing branches."""
    steps: list[Step] = []
    weights: NDArray[Any] | None = None  # of a layer whose activation has not come yet
    biases: NDArray[Any] | None = None
    flowing = ""

    def close(activation: str) -> None:
        nonlocal weights, biases
        if weights is None:
            raise ModelFileError(f"{activation} stands alone: {WANTED}")
        zeros = np.zeros(len(weights), weights.dtype)
        steps.append((weights, zeros if biases is None else biases.reshape(-1), activation))
        weights = biases = None

    for node in nodes:
        known = [tensors[name] for name in node.inputs if name in tensors]
        streams = [name for name in node.inputs if name not in tensors and name]
        if node.operator == "Constant":
            continue
        if len(streams) != 1 or (flowing and streams[0] != flowing) or not node.outputs:
            raise ModelFileError(f"{node.operator[:40]} joins or parts the way: {WANTED}")
        flowing = node.outputs[0]
        if node.operator in ("Gemm", "MatMul"):
            if weights is not None:
                close("identity")
            weights, biases = _layer(node, known, tensors)
        elif node.operator == "Add" and weights is not None and biases is None and len(known) == 1:
            biases = known[0]
        elif node.operator in FUNCTIONS:
            if node.operator == "LeakyRelu" and not math.isclose(
                node.attributes.get("alpha", 0.01), LEAK, rel_tol=1e-6
            ):
                raise ModelFileError(f"LeakyRelu has a slope of {LEAK} here, got {node.attributes['alpha']:g}")
            close(FUNCTIONS[node.operator])
        elif node.operator not in PASSED_OVER:
            raise ModelFileError(f"{node.operator[:40]!r} is nothing that is known here: {WANTED}")
    if weights is not None:
        close("identity")
    return steps


def _layer(
    node: _Node, known: list[NDArray[Any]], tensors: dict[str, NDArray[Any]]
) -> tuple[NDArray[Any], NDArray[Any] | None]:
    ones = all(node.attributes.get(name, 1.0) == 1.0 for name in ("alpha", "beta"))
    if len(node.inputs) < 2 or node.inputs[1] not in tensors or not ones or node.attributes.get("transA", 0):
        raise ModelFileError(f"{node.operator} is used in a way that is not known here: {WANTED}")
    matrix = tensors[node.inputs[1]]
    if matrix.ndim != 2:
        raise ModelFileError(f"weights are a matrix, got {matrix.shape}")
    turned = node.operator == "Gemm" and node.attributes.get("transB", 0)
    return (matrix if turned else matrix.T), (known[1] if len(known) > 1 else None)


def _graph(data: memoryview) -> tuple[list[_Node], dict[str, NDArray[Any]], list[int] | None]:
    nodes: list[_Node] = []
    tensors: dict[str, NDArray[Any]] = {}
    shape: list[int] | None = None
    for number, value in fields(data):
        if not isinstance(value, memoryview):
            continue
        if number == 1:
            nodes.append(_node(value, tensors))
        elif number == 5:
            name, tensor = _tensor(value)
            tensors[name] = tensor
        elif number == 11:
            shape = shape or _image_shape(value)
    return nodes, tensors, shape


def _node(data: memoryview, tensors: dict[str, NDArray[Any]]) -> _Node:
    node = _Node()
    for number, value in fields(data):
        if not isinstance(value, memoryview):
            continue
        if number in (1, 2):
            (node.inputs if number == 1 else node.outputs).append(_text(value))
        elif number == 4:
            node.operator = _text(value)
        elif number == 5:
            name, found = _attribute(value)
            if isinstance(found, memoryview):  # the value of a Constant
                tensors[node.outputs[0] if node.outputs else ""] = _tensor(found)[1]
            else:
                node.attributes[name] = found
    return node


def _attribute(data: memoryview) -> tuple[str, float | memoryview]:
    name, found = "", 0.0
    for number, value in fields(data):
        if number == 1 and isinstance(value, memoryview):
            name = _text(value)
        elif number == 2 and isinstance(value, memoryview) and len(value) == 4:
            found = struct.unpack("<f", value)[0]
        elif number == 3 and isinstance(value, int):
            found = float(value)
        elif number == 5 and isinstance(value, memoryview):
            return name, value
    return name, found


def _tensor(data: memoryview) -> tuple[str, NDArray[Any]]:
    """Its name, and its numbers; of a tensor of another type than floats nothing, since only a Reshape has such."""
    sizes: list[int] = []
    name, kind, raw, listed = "", 0, None, b""
    for number, value in fields(data):
        if number == 1 and isinstance(value, int):
            sizes.append(value)
        elif number == 1 and isinstance(value, memoryview):
            sizes += _packed(value)
        elif number == 2 and isinstance(value, int):
            kind = value
        elif number == 8 and isinstance(value, memoryview):
            name = _text(value)
        elif number == 9 and isinstance(value, memoryview):
            raw = bytes(value)
        elif number in (4, 10) and isinstance(value, memoryview):
            listed += bytes(value)
        elif number == 13:
            raise ModelFileError("the weights of this ONNX file lie in another file; export it as one")
    if kind not in TYPES:
        return name, np.zeros(0, np.int64)
    if len(sizes) > 4 or math.prod(sizes) * np.dtype(TYPES[kind]).itemsize != len(raw if raw is not None else listed):
        raise ModelFileError(f"{name[:40]!r} in this ONNX file promises {sizes[:4]} numbers, and holds others")
    found = np.frombuffer(raw if raw is not None else listed, TYPES[kind]).reshape(sizes)
    return name, found.astype(np.float32) if kind == 10 else found


def _packed(data: memoryview) -> list[int]:
    found, number, shift = [], 0, 0
    for byte in data[:100]:
        number, shift = number | (byte & 127) << shift, shift + 7
        if byte < 128:
            found.append(number)
            number = shift = 0
    return found


def _image_shape(data: memoryview) -> list[int] | None:
    """Rows and columns of the input (batch, rows, columns) or (batch, 1, rows, columns); None for any other."""
    inner: Any = data
    for wanted in (2, 1, 2):  # type, tensor_type, shape
        inner = next(
            (value for number, value in fields(inner) if number == wanted and isinstance(value, memoryview)), b""
        )
    sizes = []
    for number, value in fields(inner):
        if number == 1 and isinstance(value, memoryview):
            sizes.append(next((size for n, size in fields(value) if n == 1 and isinstance(size, int)), 0))
    fitting = (len(sizes) == 3 or (len(sizes) == 4 and sizes[1] == 1)) and all(sizes[-2:])
    return sizes[-2:] if fitting else None


def _metadata(data: memoryview) -> dict[str, Any]:
    pair = {number: _text(value) for number, value in fields(data) if isinstance(value, memoryview)}
    if pair.get(1) != "digitlens":
        return {}
    try:
        found = json.loads(pair.get(2, ""))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: memoryview) -> str:
    return bytes(value[:10_000]).decode(errors="replace")
