"""The container of all our files: named arrays and a small JSON document, in the safetensors format.

pack() and unpack() are pure: bytes in, bytes out. A file is not trusted. First its lengths, names, types and offsets
are checked, then its values: they must be finite, and small enough for a network to compute with. Our own document is
bounded too: how deep it is, how large its numbers and how long its texts are, so that whoever shows them can.

    8 bytes    the length of the header
    header     JSON: type, shape and offsets of each array; and our own document, as text, under "__metadata__"
    the rest   the bytes of the arrays, one after another, without gaps
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ModelFileError
from digitlens.files.lfs import LFS_POINTER, is_lfs_pointer

HEADER = 64 * 1024  # bytes: the largest header
LARGEST = 1e6  # the largest weight that is accepted: products of such numbers still fit into float32
DEEPEST = 32  # lists and objects within one another, in JSON
NUMBER = 1e100  # the largest number in JSON: a float holds it, and what is computed from it
TEXT = 1_000  # characters of a text in our own document, and of a key
TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
ADVICE = "train the network again, or download the file again"

Tensors = Mapping[str, NDArray[Any]]


class Limits(NamedTuple):
    """How much a file may hold."""

    size: int = 16 * 1024 * 1024  # bytes
    arrays: int = 64
    largest: float = LARGEST  # the largest number


def pack(document: Mapping[str, Any], tensors: Tensors, limits: Limits = Limits()) -> bytes:  # noqa: B008 - immutable
    """The bytes of a file that holds `document`, plain JSON values, and `tensors`.

    Before they are returned, they are unpacked again and compared by value. Raises ModelFileError beyond the limits.
    """
    from safetensors.numpy import save

    whole = {
        name: np.ascontiguousarray(array) for name, array in tensors.items()
    }  # the library writes other arrays wrongly
    try:
        text = json.dumps(document, allow_nan=False, separators=(",", ":"))
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(f"a model file holds plain JSON values only: {error}; nothing was written") from error
    data = save(whole, {"digitlens": text})
    again, read = unpack(data, limits)
    if again != json.loads(text) or any(not np.array_equal(read[n], a) for n, a in whole.items()):
        raise ModelFileError("a model file was not the same when read back; nothing was written")
    return data


def unpack(data: bytes | bytearray, limits: Limits = Limits()) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:  # noqa: B008
    """The document and the arrays that pack() made `data` from. Raises ModelFileError for any other bytes."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    if len(data) > limits.size:
        raise _invalid(f"it has {len(data):,} bytes, and the limit is {limits.size:,}")
    document = _checked(data, limits.arrays)
    try:
        tensors = load(bytes(data))
    except (SafetensorError, ValueError, TypeError) as error:  # pragma: no cover    _checked() has checked everything
        raise _invalid(str(error)) from error
    for name, array in tensors.items():
        if not np.isfinite(array).all() or (array.size and float(np.abs(array).max()) > limits.largest):
            raise _invalid(f"{name[:40]!r} holds a number that is not finite, or beyond {limits.largest:g}")
    return document, tensors


def parse_json(text: str | bytes, what: str) -> Any:
    """Strict JSON: no duplicate key, no NaN, no number beyond NUMBER, at most DEEPEST deep.

    Raises ModelFileError, which names `what`.
    """

    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            raise ValueError("a key appears twice")
        return dict(pairs)

    def no_constant(name: str) -> None:
        raise ValueError(f"{name} is not JSON")

    def bounded(digits: str) -> float:
        if not abs(number := float(digits)) <= NUMBER:
            raise ValueError(f"{digits[:20]} is too large")
        return number

    def whole(digits: str) -> int:
        bounded(digits)
        return int(digits)

    hooks: dict[str, Any] = {"parse_constant": no_constant, "parse_float": bounded, "parse_int": whole}
    try:
        value = json.loads(text, object_pairs_hook=no_duplicates, **hooks)
        _check_depth(value)
        return value
    except (ValueError, RecursionError) as error:
        raise _invalid(f"{what} is not JSON that we can read: {str(error)[:100]}") from error


def _check_depth(value: Any) -> None:
    """Raise ValueError for more than DEEPEST lists and objects within one another."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level if isinstance(one, (dict, list)) for inner in _parts(one)]
    if any(isinstance(one, (dict, list)) for one in level):
        raise ValueError("too deep")


def _parts(value: Any) -> list[Any]:
    return [*value.values()] if isinstance(value, dict) else value


def _check_texts(value: Any) -> None:
    """Raise ModelFileError for a text, or a key, of more than TEXT characters."""
    level = [value]
    while level:
        keys = [key for one in level if isinstance(one, dict) for key in one]
        if any(isinstance(one, str) and len(one) > TEXT for one in (*level, *keys)):
            raise _invalid(f"its document holds a text of more than {TEXT:,} characters")
        level = [inner for one in level if isinstance(one, (dict, list)) for inner in _parts(one)]


def _checked(data: bytes | bytearray, most: int) -> dict[str, Any]:
    """Check everything except the values of the arrays; return our own document."""
    if len(data) < 8:
        raise _invalid(f"it has only {len(data)} bytes")
    if is_lfs_pointer(data):
        raise ModelFileError(f"this is no model file yet, but {LFS_POINTER}")
    length = int.from_bytes(data[:8], "little")
    if length > min(HEADER, len(data) - 8):
        raise _invalid(
            f"its header claims {length:,} bytes; at most {HEADER:,} are allowed, and the file has {len(data):,}"
        )
    header = parse_json(bytes(data[8 : 8 + length]), "its header")
    if not isinstance(header, dict) or not isinstance(header.get("__metadata__"), dict):
        raise _invalid("its header is not that of a safetensors file with a digitlens document")
    own = header.pop("__metadata__")
    if set(own) != {"digitlens"} or not isinstance(own["digitlens"], str):
        raise _invalid("its header holds no digitlens document")
    if not 1 <= len(header) <= most:
        raise _invalid(f"it holds {len(header):,} arrays; 1 to {most} are allowed")
    places = sorted(_place(name, entry) for name, entry in header.items())
    end = 0
    for begin, stop in places:
        if begin != end:
            raise _invalid("its arrays overlap, or leave gaps")
        end = stop
    if end != len(data) - 8 - length:
        raise _invalid(f"its arrays need {end:,} bytes, and the file has {len(data) - 8 - length:,}")
    document = parse_json(own["digitlens"], "its document")
    if not isinstance(document, dict):
        raise _invalid("its document is not an object")
    _check_texts(document)
    return document


def _place(name: str, entry: Any) -> tuple[int, int]:
    """The first and last offset of an array, if its entry is consistent."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _invalid(f"array {name[:40]!r} has no dtype, shape and data_offsets")
    shape, offsets = entry["shape"], entry["data_offsets"]
    numbers = [*shape, *offsets] if isinstance(shape, list) and isinstance(offsets, list) else [None]
    if not all(type(n) is int and 0 <= n <= 2**40 for n in numbers) or len(offsets) != 2 or not 1 <= len(shape) <= 2:
        raise _invalid(f"array {name[:40]!r} has an impossible shape or impossible offsets")
    if not isinstance(entry["dtype"], str) or entry["dtype"] not in TYPES:
        raise _invalid(f"array {name[:40]!r} has a type that is not stored: {str(entry['dtype'])[:20]!r}")
    if math.prod(shape) * np.dtype(TYPES[entry["dtype"]]).itemsize != offsets[1] - offsets[0]:
        raise _invalid(f"array {name[:40]!r} does not match its own shape")
    return offsets[0], offsets[1]


def _invalid(why: str) -> ModelFileError:
    return ModelFileError(f"not a digitlens file, or a damaged one: {why}; {ADVICE}")
