"""A small MNIST for tests: four files of the right form, with names, sizes and hashes of their own."""

from __future__ import annotations

import gzip
import hashlib

import numpy as np

from digitlens.digits.sources import idx
from digitlens.digits.sources.mnist import FILES, MnistFile

_rng = np.random.default_rng(28)


def _pictures(n: int) -> bytes:
    return idx.write(_rng.integers(0, 256, (n, 28, 28), np.uint8))


def _labels(n: int) -> bytes:
    return idx.write(_rng.integers(0, 10, n, np.uint8))


CONTENTS = tuple(
    zip((file.name for file in FILES), (_pictures(12), _labels(12), _pictures(5), _labels(5)), strict=True)
)
SMALL = tuple(MnistFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in CONTENTS)
PACKED = {f"/{name}.gz": gzip.compress(data, mtime=0) for name, data in CONTENTS}
