"""Model files taken apart and put together wrongly."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from digitlens.network.activations import relu, sigmoid
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader
from digitlens.storage.model_file import to_bytes


def reader(hidden: int = 3, dtype: Any = np.float32, **more: Any) -> Reader:
    """A small reader with weights drawn once for all."""
    rng = np.random.default_rng(hidden)
    sizes = (784, hidden, 10)
    layers = tuple(
        Layer(rng.normal(size=(n, m)).astype(dtype), rng.normal(size=n).astype(dtype))
        for m, n in ((sizes[0], sizes[1]), (sizes[1], sizes[2]))
    )
    return Reader(Network(layers, (relu, sigmoid)), "small", **more)


RIGHT = to_bytes(reader())


def split(data: bytes = RIGHT) -> tuple[dict[str, Any], bytes]:
    """The header of a file, as JSON, and the bytes of its arrays."""
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def join(header: Any, arrays: bytes) -> bytes:
    """A file from a header, as JSON or as text, and the bytes of its arrays."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(raw).to_bytes(8, "little") + raw + arrays


def with_header(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The right file with its header changed."""
    header, arrays = split()
    change(header)
    return join(header, arrays)


def with_document(change: Callable[[dict[str, Any]], object], data: bytes = RIGHT) -> bytes:
    """The right file with our own document changed."""
    header, arrays = split(data)
    document = json.loads(header["__metadata__"]["digitlens"])
    change(document)
    header["__metadata__"]["digitlens"] = json.dumps(document)
    return join(header, arrays)


def with_weight(value: float) -> bytes:
    """The right file with its first number changed."""
    header, arrays = split()
    return join(header, np.float32(value).tobytes() + arrays[4:])


def of_tensors(arrays: dict[str, np.ndarray], document: str | None = None) -> bytes:
    """A file of these arrays, placed one after the other, with the right document or another."""
    types = {"float16": "F16", "float32": "F32", "float64": "F64", "int8": "I8"}
    own = split()[0]["__metadata__"]["digitlens"] if document is None else document
    header: dict[str, Any] = {"__metadata__": {"digitlens": own}}
    place, body = 0, b""
    for name, array in arrays.items():
        raw = array.tobytes()
        header[name] = {
            "dtype": types[array.dtype.name], "shape": list(array.shape), "data_offsets": [place, place + len(raw)],
        }  # fmt: skip
        place += len(raw)
        body += raw
    return join(header, body)


def tensors(dtype: Any = np.float32) -> dict[str, np.ndarray]:
    """The arrays of the right file, in any type."""
    return {
        f"layer{l}.{part}": getattr(layer, part).astype(dtype)
        for l, layer in enumerate(reader().network.layers, start=1)
        for part in ("weights", "biases")
    }
