"""Which digit a part of a line is, or that it is none: a small network trained on rows of pen digits decides it.

A network that reads digits is confident about halves and pairs, too: it reads half a 0 as a 1, and 34 as a 4. This
network, 784-256-11, gets the same framed pictures, straightened, and knows what stands in rows: digits that overlap,
that hang together, with a line that leads to the next one. tools/learn_segments.py trains it.
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

FILE = Path(__file__).with_name("segments.safetensors")
CLASSES = (*"0123456789", "none")
ADJUSTING = ("straighten",)
NOT_WHOLE = len(CLASSES) - 1


def sorted_segments(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The probability of each class: (n, 28, 28) uint8, framed  ->  (n, 11), the last: that it is no whole digit."""
    pixels = adjust(pixels_of(images, np.dtype(np.float32)), ADJUSTING).reshape(len(images), -1)
    return _network().forward(pixels).a[-1].astype(np.float64)


@cache
def _network() -> Network:
    return from_file(FILE, "softmax")
