"""The few parts of Protocol Buffers that an ONNX file needs: fields with a number, each a whole number or some bytes.

A message is its fields one after another. A field begins with a whole number: eight times its number, plus how its
value is written: 0 a whole number, 1 eight bytes, 2 a length and so many bytes, 5 four bytes. A whole number takes
seven bits a byte, the lowest first; the eighth bit says that more follow.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from digitlens.errors import ModelFileError

Value = int | bytes | float | str

MOST_FIELDS = 100_000  # of one message


def message(*fields: tuple[int, Value]) -> bytes:
    """The bytes of a message with these fields: numbers as whole numbers, floats in four bytes, text and bytes as such.

    >>> message((1, 150), (2, "testing")).hex(" ")
    '08 96 01 12 07 74 65 73 74 69 6e 67'
    """
    parts: list[bytes] = []
    for number, value in fields:
        if isinstance(value, float):
            parts += [_whole(number << 3 | 5), struct.pack("<f", value)]
        elif isinstance(value, int):
            parts += [_whole(number << 3), _whole(value % 2**64)]
        else:
            data = value.encode() if isinstance(value, str) else value
            parts += [_whole(number << 3 | 2), _whole(len(data)), data]
    return b"".join(parts)


def fields(data: bytes | memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The fields of a message: number and value, a whole number or bytes. Raises ModelFileError for what is none."""
    view, at = memoryview(data), 0
    for _ in range(MOST_FIELDS):
        if at == len(view):
            return
        key, at = _read_whole(view, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            whole, at = _read_whole(view, at)
            yield number, whole
            continue
        length = {1: 8, 5: 4}.get(kind)
        if kind == 2:
            length, at = _read_whole(view, at)
        if length is None or length > len(view) - at:
            raise ModelFileError("this is no ONNX file, or a damaged one: its parts do not fit together")
        yield number, view[at : at + length]
        at += length
    raise ModelFileError(f"an ONNX file may have {MOST_FIELDS:,} parts side by side, this one has more")


def _whole(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_whole(view: memoryview, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(view):
            break
        number |= (view[at] & 127) << shift
        at += 1
        if view[at - 1] < 128:
            return number & (2**64 - 1), at
    raise ModelFileError("this is no ONNX file, or a damaged one: a number has no end")
