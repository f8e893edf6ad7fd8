"""Which digit a part of a line is, or that it is none: two small networks trained on rows of pen digits decide it.

A network that reads digits is confident about halves and pairs, too: it reads half a 0 as a 1, and 34 as a 4. These
two, both 784-512-256-11, get the same framed pictures, straightened, and know what stands in rows: digits that overlap,
that hang together, with a line that leads to the next one. They differ in their initial weights alone; together they
err less than one. tools/learn_segments.py trains them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import pixels as pixels_of
from digitlens.digits.preparation.adjusting import adjust
from digitlens.network.network import Network
from digitlens.reading.page.small_network import from_file

FILES = tuple(Path(__file__).with_name(f"segments-{k}.safetensors") for k in (1, 2))
CLASSES = (*"0123456789", "none")
ADJUSTING = ("straighten",)
NOT_WHOLE = len(CLASSES) - 1
LEAST = 1e-6  # the least probability, which limits its logarithm


def sorted_segments(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The probability of each class: (n, 28, 28) uint8, framed  ->  (n, 11), the last: that it is no whole digit.

    It is the geometric mean of what both networks say.
    """
    pixels = adjust(pixels_of(images, np.dtype(np.float32)), ADJUSTING).reshape(len(images), -1)
    said = [network.forward(pixels).a[-1].astype(np.float64) for network in _networks()]
    together = np.exp(np.mean(np.log(np.maximum(said, LEAST)), axis=0))
    shares: NDArray[np.float64] = together / together.sum(axis=1, keepdims=True)
    return shares


@cache
def _networks() -> tuple[Network, ...]:
    return tuple(from_file(file, "softmax") for file in FILES)
