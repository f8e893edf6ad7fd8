"""Binary frames: arrays with a JSON header that describes them. web/train/frames.js reads them.

    length of the header    4 bytes, little-endian
    header                  JSON in UTF-8, padded with spaces so that the blocks begin at a multiple of 8
    blocks                  arrays, little-endian, each at a multiple of 8

`blocks` in the header lists their name, type, shape and first byte in the frame.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

TYPES = ("float32", "int8", "uint8", "uint32", "int32")
_ALIGNED = 8


def frame(header: Mapping[str, Any], blocks: Mapping[str, NDArray[Any]]) -> bytes:
    """The bytes of a frame. Raises ValueError for arrays of another type, or NaN or infinity in the header.

    >>> whole = frame({"type": "run"}, {"curves": np.zeros((2, 3), np.float32)})
    >>> header, arrays = unframe(whole)
    >>> header["type"], arrays["curves"].shape, len(whole) % 8
    ('run', (2, 3), 0)
    """
    arrays = {name: np.ascontiguousarray(array) for name, array in blocks.items()}
    if other := [f"{name} ({array.dtype})" for name, array in arrays.items() if array.dtype.name not in TYPES]:
        raise ValueError(f"a frame holds arrays of {', '.join(TYPES)}, got {', '.join(other)}")
    listed, at = [], 0
    for name, array in arrays.items():
        listed.append({"name": name, "type": array.dtype.name, "shape": list(array.shape), "at": at})
        at += -(-array.nbytes // _ALIGNED) * _ALIGNED
    text = _text(header, listed, 0)
    while len(text) != len(text := _text(header, listed, len(text))):
        pass  # places count from the start of the frame, so longer numbers make a longer header
    parts = [text]
    for array in arrays.values():
        data = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        parts += [data, bytes(-len(data) % _ALIGNED)]
    return b"".join(parts)


def _text(header: Mapping[str, Any], listed: list[dict[str, Any]], offset: int) -> bytes:
    placed = [block | {"at": block["at"] + offset} for block in listed]
    text = json.dumps({**header, "blocks": placed}, allow_nan=False).encode()
    text += b" " * (-(len(text) + 4) % _ALIGNED)
    return struct.pack("<I", len(text)) + text


def unframe(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The header and the arrays of a frame: for tests, and for programs that watch a run."""
    (length,) = struct.unpack_from("<I", data)
    header: dict[str, Any] = json.loads(data[4 : 4 + length])
    arrays = {}
    for block in header["blocks"]:
        kind = np.dtype(block["type"]).newbyteorder("<")
        size = int(np.prod(block["shape"]))
        arrays[block["name"]] = np.frombuffer(data, kind, size, block["at"]).reshape(block["shape"])
    return header, arrays


def as_pictures(weights: NDArray[Any], most: int) -> tuple[NDArray[np.int8], float]:
    """Weights into a layer, (n, pixels), as bytes to look at: those of the first `most` neurons; and the strongest.

    A weight is about byte / 127 · strongest.
    """
    first = weights[:most]
    strongest = float(np.abs(first).max(initial=0.0))
    if not np.isfinite(strongest) or not strongest:
        return np.zeros(first.shape, np.int8), 0.0
    return np.round(first * (127 / strongest)).astype(np.int8), strongest
