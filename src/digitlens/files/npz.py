"""NumPy's .npz files: a zip of arrays. What a header promises is checked before it is believed.

No pickle is opened, and no memory is asked for that the bytes do not fill.
"""

from __future__ import annotations

import io
import math
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import FileError

ARRAYS = 64  # in one file


def arrays_of(data: bytes, limit: int, names: tuple[str, ...] = ()) -> dict[str, NDArray[Any]]:
    """The arrays in an .npz, without pickles, never more than there are bytes for. Raises FileError.

    limit: bytes of all arrays. names: those to read; (): all, in the file's order.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [one for one in archive.infolist() if one.filename.endswith(".npy")]
            infos = [one for one in infos if not names or one.filename.removesuffix(".npy") in names]
            if len(infos) > ARRAYS or sum(one.file_size for one in infos) > limit:
                raise FileError(f"an .npz may hold {ARRAYS} arrays of {limit:,} bytes in all, this one holds more")
            return {one.filename.removesuffix(".npy"): array_of(_unpacked(archive, one)) for one in infos}
    except FileError:
        raise
    except Exception as error:  # zipfile lets through whatever its parts raise: struct, zlib, bz2, lzma, seek(-1)
        raise FileError(f"this is no .npz file, or a damaged one: {str(error)[:100]}") from error


def array_of(data: bytes) -> NDArray[Any]:
    """The array of an .npy file. Raises FileError for a pickle, and for a header that promises other bytes."""
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, by_columns, kind = read(stream, max_header_size=10_000)
    except Exception as error:  # the header is Python: there, NumPy raises what a tokenizer and a parser do
        raise FileError(f"an array in this file cannot be read: {str(error)[:100]}") from error
    held, shape = data[stream.tell() :], tuple(map(int, shape))  # True is a whole number to Python, no length to NumPy
    count = math.prod(shape)
    promised = count * max(kind.itemsize, 1)  # a text of no letters has no bytes, but takes memory for each
    if kind.hasobject or kind.kind not in "biufUS" or min(*shape, 0, 0) < 0 or promised != len(held):
        raise FileError(f"an array in this file is not what it says: {shape} of {kind}, {len(held):,} bytes")
    try:
        array = np.frombuffer(held, kind) if held else np.zeros(count, kind)
        return array.reshape(shape[::-1]).T if by_columns else array.reshape(shape)
    except ValueError as error:
        raise FileError(f"an array in this file has no possible shape: {str(error)[:100]}") from error


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        data = file.read(info.file_size + 1)
    if len(data) != info.file_size:
        raise FileError("this .npz is damaged: an array has another length than it says")
    return data
