"""IDX, MNIST's own format: a few bytes that say what follows, then the numbers themselves.

byte 0, 1           zero
byte 2              what one number is: 0x08 is an unsigned byte, as everywhere here but in QMNIST's labels, 0x0C
byte 3              how many dimensions
then 4 bytes each   the size of every dimension, most significant byte first
then                the numbers, the last dimension running fastest

Pure functions between bytes and arrays: they open nothing and believe nothing. What a header promises is checked
against the bytes that are there before any memory is asked for.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import LARGEST_SIDE, MOST_CLASSES, Digits
from digitlens.errors import IdxError, ShapeError

_OTHER_TYPES = {0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}
_UNSIGNED_BYTE, _INT32 = 0x08, 0x0C
MOST = 2**30  # bytes of a file, unpacked: EMNIST's largest has half as many
_MOST_DIMENSIONS = 4
_PIECE = 1 << 17  # compressed bytes unpacked at a time: few calls, and a hash computed beside it is not kept waiting
_ADVICE = "it may be another file, or a damaged one: get it again"

Bytes = bytes | bytearray | memoryview


def parse(data: Bytes) -> NDArray[np.uint8]:
    """The array that an IDX file holds, of one to four dimensions; read-only, and looking at `data` itself.

    Raises IdxError unless the header is one of unsigned bytes and promises exactly the bytes that follow, at least one.

    >>> parse(bytes([0, 0, 8, 2]) + bytes([0, 0, 0, 1, 0, 0, 0, 3]) + bytes([7, 8, 9]))
    array([[7, 8, 9]], dtype=uint8)
    """
    view = memoryview(data)
    if len(view) < 4:
        raise IdxError(f"an IDX file begins with 4 bytes, got {len(view)} in all; {_ADVICE}")
    zeros, kind, dimensions = struct.unpack_from(">HBB", view)
    if zeros:
        raise IdxError(f"an IDX file begins with two zero bytes, got {_opening(view)}; {_ADVICE}")
    if kind != _UNSIGNED_BYTE:
        known = f", {_OTHER_TYPES[kind]}" if kind in _OTHER_TYPES else ", which is no type of IDX"
        raise IdxError(f"digits are unsigned bytes, type 0x08 in byte 2, got type 0x{kind:02X}{known}; {_ADVICE}")
    if not 1 <= dimensions <= _MOST_DIMENSIONS:
        raise IdxError(f"an IDX file has 1 to {_MOST_DIMENSIONS} dimensions, got {dimensions}; {_ADVICE}")
    begin = 4 + 4 * dimensions
    if len(view) < begin:
        raise IdxError(f"an IDX header of {dimensions} dimensions is {begin} bytes long, got {len(view)}; {_ADVICE}")
    shape = struct.unpack_from(f">{dimensions}I", view, 4)
    _check_length(shape, struct.unpack_from(f"<{dimensions}I", view, 4), len(view) - begin)
    return np.frombuffer(view.toreadonly(), np.uint8, offset=begin).reshape(shape)


def images(data: Bytes) -> NDArray[np.uint8]:
    """The pictures in an IDX file, (n, rows, columns), ink 0..255, read-only; at most 64×64 pixels, else IdxError."""
    array = parse(data)
    if array.ndim == 1:
        raise IdxError(f"pictures have 3 dimensions, got 1 with {len(array):,} numbers: labels; are the files swapped?")
    if array.ndim != 3 or max(array.shape[1:]) > LARGEST_SIDE:
        raise IdxError(
            f"pictures are n × rows × columns, at most {LARGEST_SIDE} × {LARGEST_SIDE}, got {_times(array.shape)}; "
            "scale them down first"
        )
    return array


def labels(data: Bytes, classes: int = 10) -> NDArray[np.uint8]:
    """The labels in an IDX file, (n,), each below `classes`, read-only. Raises IdxError if it holds anything else."""
    array = parse(data)
    if array.ndim != 1:
        raise IdxError(f"labels have 1 dimension, got {_times(array.shape)}: pictures; are the files swapped?")
    if array.max() >= classes:
        first = int(np.argmax(array >= classes))
        raise IdxError(f"labels are 0 to {classes - 1}, got {array[first]} as number {first + 1:,}; {_ADVICE}")
    return array


def digits(image_data: Bytes, label_data: Bytes, classes: int = 10) -> Digits:
    """Pictures and labels of two IDX files, side by side. Raises IdxError unless there are as many of each."""
    pictures, named = images(image_data), labels(label_data, classes)
    if len(pictures) != len(named):
        raise IdxError(
            f"every picture wants a label, got {len(pictures):,} pictures and {len(named):,} labels; "
            "are the two files of the same set?"
        )
    return Digits(pictures, named)


def many_labels(data: Bytes) -> NDArray[np.uint8]:
    """The labels in an IDX file, (n,), of up to 256 classes; of a table in int32, as QMNIST has it, the first column.

    Raises IdxError if it holds anything else.
    """
    view = memoryview(data)
    if bytes(view[:4]) != bytes([0, 0, _INT32, 2]):
        return labels(data, MOST_CLASSES)
    rows, columns = struct.unpack_from(">2I", view, 4) if len(view) >= 12 else (0, 0)
    if rows * columns * 4 != len(view) - 12 or not rows * columns:
        raise IdxError(f"the header promises {rows:,} × {columns:,} numbers, got {len(view):,} bytes; {_ADVICE}")
    found = np.frombuffer(view.toreadonly(), ">i4", offset=12).reshape(rows, columns)[:, 0]
    if not 0 <= found.min() <= found.max() < MOST_CLASSES:
        raise IdxError(f"labels are 0 to {MOST_CLASSES - 1}, got {found.min()} to {found.max()}; {_ADVICE}")
    return found.astype(np.uint8)


def unpacked(data: Bytes) -> Bytes:
    """The same bytes, or what they hold if they are gzip's, whatever the file is called; at most 1 GiB.

    >>> import gzip
    >>> bytes(unpacked(gzip.compress(b"ink"))), unpacked(b"ink")
    (b'ink', b'ink')
    """
    if bytes(data[:2]) != b"\x1f\x8b":
        return data
    promised = int.from_bytes(bytes(data[-4:]), "little")  # its last four bytes say how much it holds
    return gunzip(data, min(promised, MOST))


def write(array: NDArray[np.uint8]) -> bytes:
    """The bytes of an IDX file that holds `array`, (n, ...) uint8 of one to four dimensions, none of them empty.

    Raises ShapeError for any other array. `parse` gives the same array back.

    >>> write(np.array([7, 1], np.uint8)).hex(" ")
    '00 00 08 01 00 00 00 02 07 01'
    """
    if array.dtype != np.uint8 or not 1 <= array.ndim <= _MOST_DIMENSIONS or not array.size:
        raise ShapeError(
            f"write() wants uint8 numbers in 1 to {_MOST_DIMENSIONS} dimensions, none of them empty, "
            f"got {array.shape} in {array.dtype}"
        )
    return struct.pack(f">HBB{array.ndim}I", 0, _UNSIGNED_BYTE, array.ndim, *array.shape) + array.tobytes()


def gunzip(data: Bytes, limit: int, each: Callable[[memoryview], object] | None = None) -> memoryview:
    """What a gzip file holds, if that is at most `limit` bytes; memory stays below twice `limit` whatever is packed.

    `each` is called with every piece as it is unpacked. Raises IdxError if it is no gzip file, is cut short,
    damaged, holds more, or goes on after its end.
    """
    view = memoryview(data)
    if bytes(view[:2]) != b"\x1f\x8b":
        raise IdxError(f"a gzip file begins with 1f 8b, got {_opening(view)}; {_ADVICE}")
    unpacker = zlib.decompressobj(wbits=31)  # gzip, with its checksum and length verified
    unpacked = np.empty(limit + 1, np.uint8).data  # costs nothing until it is filled, and then in large pages
    held = 0
    edges = [*range(0, len(view), _PIECE), len(view)]
    for begin, end in pairwise(edges):
        try:
            piece = unpacker.decompress(view[begin:end], limit - held + 1)
        except zlib.error as error:
            raise IdxError(f"a gzip file is damaged: {_reason(error)}; {_ADVICE}") from error
        unpacked[held : held + len(piece)] = piece
        if each is not None:
            each(unpacked[held : held + len(piece)])
        held += len(piece)
        if held > limit:
            raise IdxError(f"a gzip file was to hold at most {limit:,} bytes, and holds more; {_ADVICE}")
        if unpacker.eof:
            rest = unpacker.unused_data + bytes(view[end : end + 2])
            if rest:
                more = "a second gzip member" if rest[:2] == b"\x1f\x8b" else "something else"
                raise IdxError(f"a gzip file was to hold one file and end, got {more} after it; {_ADVICE}")
            return unpacked[:held]
    raise IdxError(f"a gzip file is cut short after {len(view):,} bytes; {_ADVICE}")


def _check_length(shape: tuple[int, ...], reversed_shape: tuple[int, ...], held: int) -> None:
    """IdxError unless the sizes promise exactly the bytes that are there; in Python's integers, nothing overflows."""
    promised = math.prod(shape)
    if promised == held and held:
        return
    if math.prod(reversed_shape) == held and held:
        raise IdxError(
            f"sizes have their most significant byte first, got {_times(reversed_shape)} backwards; {_ADVICE}"
        )
    if not promised:
        raise IdxError(f"an IDX file holds at least one number, got {_times(shape)}; {_ADVICE}")
    raise IdxError(f"the header promises {_times(shape)} = {promised:,} bytes, got {held:,}; {_ADVICE}")


def _opening(view: memoryview) -> str:
    """The first bytes for a message, and what they look like."""
    start = bytes(view[:64])
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "the beginning of a web page"
    if start[:2] == b"\x1f\x8b":
        return "a gzip file that was not unpacked"
    return start[:4].hex(" ") or "nothing"


def _reason(error: zlib.error) -> str:
    """What zlib says after its number: 'Error -3 while decompressing data: incorrect data check'."""
    return str(error).rpartition(": ")[2]


def _times(shape: tuple[int, ...]) -> str:
    """A shape in words: 3 × 28 × 28."""
    return " × ".join(f"{size:,}" for size in shape)
