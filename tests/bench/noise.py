"""Pictures that show nothing: enough to measure time on."""

from __future__ import annotations

import numpy as np

from digitlens.bench.pictures import Pictures


def random_pictures(count: int) -> Pictures:
    """No digits at all, but about as many zeros as MNIST has."""
    rng = np.random.default_rng(0)
    images = rng.integers(1, 256, (count, 784), dtype=np.uint8) * (rng.random((count, 784)) < 0.2)
    return Pictures(images, rng.integers(0, 10, count, dtype=np.uint8), "random pixels")
