"""A hundred thousand damaged MNIST files: each is read or refused by our own error in little memory."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
from tests.faults.mutate import mutate
from tests.soak import draw

from digitlens.digits.sources import idx
from digitlens.digits.sources.mnist import MnistFile, read_verified
from digitlens.errors import FileError, IdxError

_rng = np.random.default_rng(784)
PICTURES = idx.write(_rng.integers(0, 256, (20, 28, 28), np.uint8))
LABELS = idx.write(_rng.integers(0, 10, 100, np.uint8))
LIMIT = len(PICTURES) + 1000  # bytes; what gunzip may unpack
ORIGINALS = (
    PICTURES,
    LABELS,
    gzip.compress(PICTURES, mtime=0),
    gzip.compress(LABELS, mtime=0),
    gzip.compress(bytes(3_000_000), mtime=0),
)


def read(data: bytes) -> None:
    """Every way in which these bytes could be taken."""
    if data[:2] == b"\x1f\x8b":
        idx.parse(idx.gunzip(data, LIMIT))
    else:
        idx.images(data) if data[3:4] == b"\3" else idx.labels(data)


@pytest.mark.soak
def test_damaged_files_are_refused_by_our_own_errors_at_once_and_in_little_memory(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    seed = draw.seed()
    record_property("DIGITLENS_SOAK_SEED", seed)
    rng = Random(seed)
    file = MnistFile("damaged", len(PICTURES), "0" * 64)
    tracemalloc.start()
    try:
        for number in range(draw.count(100_000)):
            where = f"mutant {number} of seed {seed}"
            data = mutate(rng.choice(ORIGINALS), rng)
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            try:
                read(data)
                if number % 100 == 0:
                    (path := tmp_path / ("x.gz" if data[:1] == b"\x1f" else "x")).write_bytes(data)
                    read_verified(path, file)
            except (IdxError, FileError):
                pass
            except BaseException as error:
                raise AssertionError(f"{where}: {type(error).__name__}: {error}") from error
            assert tracemalloc.get_traced_memory()[1] - before < 2**21, f"{where} took more than 2 MiB"
    finally:
        tracemalloc.stop()
