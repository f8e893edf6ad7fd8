"""A network as an ONNX file, written byte by byte: it takes no library.

input    image    (batch, rows, columns) float32, ink from 0 to 1
output   outputs  (batch, classes) float32

Flatten, then Gemm and the activation function of each layer. Opset 13. What the network is beside its numbers stands
in the metadata, under "digitlens". The adjusting steps (straighten, resize) are not in the graph: they move pixels by
what the whole image weighs, for which ONNX has no operators that runtimes agree on to a pixel. The readme says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from digitlens.errors import UsageError
from digitlens.exports.arrays import about
from digitlens.network.activations import LEAK
from digitlens.reading.reader import Reader
from digitlens.storage.protobuf import message

IR_VERSION, OPSET = 7, 13
FLOAT = 1  # TensorProto.FLOAT
OPERATORS: dict[str, tuple[str, dict[str, Any]]] = {  # activation -> operator, and its attributes
    "sigmoid": ("Sigmoid", {}),
    "relu": ("Relu", {}),
    "leaky_relu": ("LeakyRelu", {"alpha": float(LEAK)}),
    "tanh": ("Tanh", {}),
    "identity": ("Identity", {}),
    "softmax": ("Softmax", {"axis": -1}),
}


def onnx(reader: Reader) -> bytes:
    """The bytes of the ONNX file. Raises UsageError for an activation function of your own."""
    (rows, columns), classes = reader.image_shape, len(reader.classes)
    nodes = [_node("Flatten", ["image"], "a0", {"axis": 1})]
    tensors = []
    for l, (layer, activation) in enumerate(zip(reader.network.layers, reader.network.activations, strict=True), 1):
        if activation.name not in OPERATORS:
            raise UsageError(
                f"ONNX has no operator for {activation.name[:40]!r}, one of your own; export numpy or json"
            )
        operator, attributes = OPERATORS[activation.name]
        tensors += [_tensor(f"layer{l}.weights", layer.weights), _tensor(f"layer{l}.biases", layer.biases)]
        after = "outputs" if l == len(reader.network.layers) else f"a{l}"
        nodes.append(_node("Gemm", [f"a{l - 1}", f"layer{l}.weights", f"layer{l}.biases"], f"z{l}", {"transB": 1}))
        nodes.append(_node(operator, [f"z{l}"], after, attributes))
    graph = message(
        *((1, node) for node in nodes),
        (2, reader.name),
        *((5, tensor) for tensor in tensors),
        (11, _value("image", ["batch", rows, columns])),
        (12, _value("outputs", ["batch", classes])),
    )
    story = json.dumps(about(reader), separators=(",", ":"))
    opset, metadata = message((1, ""), (2, OPSET)), message((1, "digitlens"), (2, story))
    return message((1, IR_VERSION), (2, "digitlens"), (7, graph), (8, opset), (14, metadata))


def _node(operator: str, inputs: Sequence[str], output: str, attributes: dict[str, Any]) -> bytes:
    written = [
        message((1, name), (2, value), (20, 1)) if isinstance(value, float) else message((1, name), (3, value), (20, 2))
        for name, value in attributes.items()
    ]
    named = f"{operator.lower()}_{output}"
    return message(*((1, name) for name in inputs), (2, output), (3, named), (4, operator), *((5, a) for a in written))


def _tensor(name: str, array: Any) -> bytes:
    data = np.ascontiguousarray(array, "<f4").tobytes()
    return message(*((1, size) for size in array.shape), (2, FLOAT), (8, name), (9, data))


def _value(name: str, shape: Sequence[str | int]) -> bytes:
    sizes = [message((2, size)) if isinstance(size, str) else message((1, size)) for size in shape]
    tensor = message((1, FLOAT), (2, message(*((1, size) for size in sizes))))
    return message((1, name), (2, message((1, tensor))))
