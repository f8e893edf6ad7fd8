"""The scale on which every face shows weights as pictures, so that they look alike everywhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

STRONGEST = 99.5  # percentile of the weights' sizes at which the scale ends: a few large weights must not dim the rest


def full_strength(weights: ArrayLike) -> float:
    """The size at which a weight is shown at full strength. Always above 0.

    >>> full_strength([2.0, -2.0]), full_strength([[0.0]]), full_strength([*[0.0] * 999, 3.0])
    (2.0, 1.0, 3.0)
    """
    sizes = np.abs(weights)
    return float(np.percentile(sizes, STRONGEST)) or float(sizes.max()) or 1.0
