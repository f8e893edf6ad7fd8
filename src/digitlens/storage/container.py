"""The container of everything we store: named arrays behind a small JSON header, in the safetensors format.

pack() and unpack() are pure: bytes in, bytes out. Nothing of a file is believed before it is checked: lengths, names,
types and offsets first, then the values, which must be finite and of a size that a network can compute with.

    8 bytes    how long the header is
    header     JSON: for each array its type, shape and place; and our own document, as text, under "__metadata__"
    the rest   the arrays' bytes, one after the other, without gaps
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ModelFileError

HEADER = 64 * 1024  # bytes a header may have
LARGEST = 1e6  # the largest weight that is believed: products of such numbers still fit into float32
TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
ADVICE = "train or fetch the file anew"

Tensors = Mapping[str, NDArray[Any]]


class Limits(NamedTuple):
    """How much a file may hold."""

    size: int = 16 * 1024 * 1024  # bytes
    arrays: int = 64
    largest: float = LARGEST  # the largest number


def pack(document: Mapping[str, Any], tensors: Tensors, limits: Limits = Limits()) -> bytes:  # noqa: B008 - immutable
    """The bytes of a file that holds `document`, plain JSON values, and `tensors`. ModelFileError beyond the limits.

    What is returned has been unpacked again and compared by value.
    """
    from safetensors.numpy import save

    whole = {name: np.ascontiguousarray(array) for name, array in tensors.items()}  # the library writes others wrongly
    try:
        text = json.dumps(document, allow_nan=False, separators=(",", ":"))
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(f"a model file holds plain JSON values only: {error}; nothing was written") from error
    data = save(whole, {"digitlens": text})
    again, read = unpack(data, limits)
    if again != json.loads(text) or any(not np.array_equal(read[n], a) for n, a in whole.items()):
        raise ModelFileError("a model file did not come out as it went in; nothing was written")
    return data


def unpack(data: bytes | bytearray, limits: Limits = Limits()) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:  # noqa: B008
    """The document and the arrays that pack() made `data` from. Raises ModelFileError for anything else."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    if len(data) > limits.size:
        raise _not_ours(f"it has {len(data):,} bytes, and the limit is {limits.size:,}")
    document = _checked(data, limits.arrays)
    try:
        tensors = load(bytes(data))
    except (SafetensorError, ValueError, TypeError) as error:  # pragma: no cover    what it could object to is checked
        raise _not_ours(str(error)) from error
    for name, array in tensors.items():
        if not np.isfinite(array).all() or (array.size and float(np.abs(array).max()) > limits.largest):
            raise _not_ours(f"{name[:40]!r} holds a number that is not finite, or beyond {limits.largest:g}")
    return document, tensors


def parse_json(text: str | bytes, what: str) -> Any:
    """JSON, strictly: no key twice, no NaN, not too deep. Raises ModelFileError, which names `what` was being read."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            raise ValueError("a key stands there twice")
        return dict(pairs)

    def no_constant(name: str) -> None:
        raise ValueError(f"{name} is not JSON")

    def finite(digits: str) -> float:
        if math.isinf(number := float(digits)):
            raise ValueError(f"{digits[:20]} is too large")
        return number

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=no_constant, parse_float=finite)
    except (ValueError, RecursionError) as error:
        raise _not_ours(f"{what} is not JSON that we can read: {str(error)[:100]}") from error


def _checked(data: bytes | bytearray, most: int) -> dict[str, Any]:
    """Look at everything but the values; give back our own document."""
    if len(data) < 8:
        raise _not_ours(f"it has only {len(data)} bytes")
    length = int.from_bytes(data[:8], "little")
    if length > min(HEADER, len(data) - 8):
        raise _not_ours(
            f"its header claims {length:,} bytes; at most {HEADER:,} are allowed, and {len(data):,} are here"
        )
    header = parse_json(bytes(data[8 : 8 + length]), "its header")
    if not isinstance(header, dict) or not isinstance(header.get("__metadata__"), dict):
        raise _not_ours("its header is not that of a safetensors file with a document of ours")
    own = header.pop("__metadata__")
    if set(own) != {"digitlens"} or not isinstance(own["digitlens"], str):
        raise _not_ours("its header carries no document of ours")
    if not 1 <= len(header) <= most:
        raise _not_ours(f"it holds {len(header):,} arrays; 1 to {most} are allowed")
    places = sorted(_place(name, entry) for name, entry in header.items())
    end = 0
    for begin, stop in places:
        if begin != end:
            raise _not_ours("its arrays overlap, or leave gaps")
        end = stop
    if end != len(data) - 8 - length:
        raise _not_ours(f"its arrays should fill {end:,} bytes, and {len(data) - 8 - length:,} are here")
    document = parse_json(own["digitlens"], "its document")
    if not isinstance(document, dict):
        raise _not_ours("its document is not an object")
    return document


def _place(name: str, entry: Any) -> tuple[int, int]:
    """Where one array lies, begin and end, if its entry holds together."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _not_ours(f"array {name[:40]!r} has no dtype, shape and data_offsets")
    shape, offsets = entry["shape"], entry["data_offsets"]
    numbers = [*shape, *offsets] if isinstance(shape, list) and isinstance(offsets, list) else [None]
    if not all(type(n) is int and 0 <= n <= 2**40 for n in numbers) or len(offsets) != 2 or not 1 <= len(shape) <= 2:
        raise _not_ours(f"array {name[:40]!r} has a shape or offsets that cannot be")
    if not isinstance(entry["dtype"], str) or entry["dtype"] not in TYPES:
        raise _not_ours(f"array {name[:40]!r} is of a type we do not store: {str(entry['dtype'])[:20]!r}")
    if math.prod(shape) * np.dtype(TYPES[entry["dtype"]]).itemsize != offsets[1] - offsets[0]:
        raise _not_ours(f"array {name[:40]!r} does not fit its own shape")
    return offsets[0], offsets[1]


def _not_ours(why: str) -> ModelFileError:
    return ModelFileError(f"not a digitlens file, or a damaged one: {why}; {ADVICE}")
