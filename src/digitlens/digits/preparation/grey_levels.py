"""Grey levels as bytes: what has more than 8 bits, what lies between 0 and 1, what is transparent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHUNK = 1 << 18  # pixels that are converted at once


def eight_bits(wide: NDArray[Any]) -> NDArray[np.uint8]:
    """Whole numbers up to 65535, or floats up to 1 or more, (rows, columns) -> 0..255.

    A camera of 10 or 12 bits uses the lowest of 16 only: the largest number tells how many bits there are.
    """
    most = float(wide.max())
    fraction = wide.dtype.kind == "f" and not 1 < most < 2**32  # so written that NaN is one, too
    top = 1.0 if fraction else float(2 ** max(1, int(most).bit_length()) - 1)
    flat, eight = wide.reshape(-1), np.empty(wide.size, np.uint8)
    for some in chunks(wide.size):
        part = np.nan_to_num(flat[some].astype(np.float32)) * np.float32(255 / top)
        eight[some] = np.clip(part, 0, 255) + np.float32(0.5)  # cut off, so the half rounds
    return eight.reshape(wide.shape)


def as_bytes(grey: NDArray[Any]) -> NDArray[np.uint8]:
    """Grey from 0 to 1 as 0..255; uint8 as it is. (rows, columns) -> the same shape."""
    if grey.dtype == np.uint8:
        return grey
    flat, eight = grey.reshape(-1), np.empty(grey.size, np.uint8)
    for some in chunks(grey.size):
        eight[some] = np.rint(np.multiply(flat[some], 255, dtype=np.float64))
    return eight.reshape(grey.shape)


def chunks(size: int) -> Iterator[slice]:
    """Some pixels after others: floats of a whole picture would need much memory, and it may be one row or column."""
    return (slice(start, start + CHUNK) for start in range(0, size, CHUNK))


def over_backdrop(grey: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Put something behind a transparent picture on which its ink can be seen: both (rows, columns).

    Visible strokes of one tone get the other tone behind them. Where paper and ink are both visible, the paper goes on.
    """
    total = first = second = 0.0  # of grey and its square, weighted by how visible it is
    for some in chunks(grey.size):
        level, weight = grey.reshape(-1)[some].astype(np.float32), alpha.reshape(-1)[some].astype(np.float32)
        seen = level * weight
        total, first = total + float(weight.sum()), first + float(seen.sum())
        second += float(np.vdot(seen, level))
    mean = first / max(total, 1.0)
    spread = max(second / max(total, 1.0) - mean**2, 0.0) ** 0.5
    light = mean > 127.5
    backdrop = 255 if light == (spread > 50.0) else 0
    wide = grey.astype(np.uint16)
    wide *= alpha
    wide += (255 - alpha).astype(np.uint16) * np.uint16(backdrop) + np.uint16(127)
    wide //= np.uint16(255)
    return wide.astype(np.uint8), backdrop
