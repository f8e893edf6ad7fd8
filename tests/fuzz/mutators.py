"""Changes that get past lengths and checksums, so that a fuzzer reaches what lies behind them."""

from __future__ import annotations

import json
import random
import struct
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress

import atheris

Mutator = Callable[[bytes, int, int], bytes]  # the bytes, how many there may be at most, a seed


def model_file(data: bytes, most: int, seed: int) -> bytes:
    """Bytes of a model file, changed anywhere, or in its header or its document alone, with lengths that fit."""
    draw = random.Random(seed)
    length = int.from_bytes(data[:8], "little")
    if draw.random() < 0.2 or length > len(data) - 8:
        return atheris.Mutate(data, most)
    header, rest = data[8 : 8 + length], data[8 + length :]
    with suppress(ValueError, TypeError, KeyError, RecursionError, AttributeError):
        whole = json.loads(header)
        document = whole["__metadata__"]["digitlens"].encode()
        if draw.random() < 0.7:
            changed = atheris.Mutate(document, max(1, most - len(data) + len(document)))
            whole["__metadata__"]["digitlens"] = changed.decode("utf-8", "replace")
            header = json.dumps(whole, separators=(",", ":")).encode()
            return (len(header).to_bytes(8, "little") + header + rest)[:most]
    header = atheris.Mutate(header, max(1, most - 8 - len(rest)))
    return (len(header).to_bytes(8, "little") + header + rest)[:most]


def picture(data: bytes, most: int, seed: int) -> bytes:
    """Bytes of a picture file; those of a PNG get checksums that fit."""
    changed = atheris.Mutate(data, most)
    if not changed.startswith(b"\x89PNG\r\n\x1a\n") or random.Random(seed).random() < 0.1:
        return changed
    mended, at = bytearray(changed), 8
    while at + 12 <= len(mended):
        (length,) = struct.unpack_from(">I", mended, at)
        end = at + 12 + length
        if end > len(mended):
            break
        struct.pack_into(">I", mended, end - 4, zlib.crc32(mended[at + 4 : end - 4]))
        at = end
    return bytes(mended)


MUTATORS: Mapping[str, Mutator] = {"model_file": model_file, "picture": picture}
