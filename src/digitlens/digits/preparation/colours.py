"""Pen and paper of different colours may have one brightness: then the clearest of red, green and blue is looked at.

grey: (rows, columns), uint8 or float64 from 0 to 1; channels: (rows, columns, 3 or more), red, green and blue first
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

PALE = 0.25  # of black to white: tones that are less far apart may hide what colours show
CLEARER = 2.0  # so many times as far apart are those of a colour that is looked at instead
SAMPLE = 256  # rows and columns, about, from which this is told


def spread(tones: NDArray[Any]) -> float:
    """How far the lightest and the darkest tones are apart, 0..1; of each, one in 512 does not count.

    >>> spread(np.array([[0, 100], [255, 100]], np.uint8))
    1.0
    """
    step = math.ceil(max(tones.shape) / SAMPLE)
    some = tones[::step, ::step].ravel()
    few = len(some) // 512
    ends = np.partition(some, (few, len(some) - 1 - few))
    apart = float(ends[len(some) - 1 - few]) - float(ends[few])
    return apart / 255.0 if tones.dtype == np.uint8 else apart


def clearest(grey: NDArray[Any], channels: NDArray[Any]) -> NDArray[Any]:
    """The grey; or, where that is pale and a colour is much clearer, the first of the clearest colours as a grey."""
    seen = spread(grey)
    if seen >= PALE:
        return grey
    apart = [spread(channels[:, :, k]) for k in range(3)]
    best = int(np.argmax(apart))
    return channels[:, :, best].astype(grey.dtype) if apart[best] >= max(CLEARER * seen, PALE) else grey
