"""How strong a weight is shown, by every face that shows weights as pictures: one scale, so that they look alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

STRONGEST = 99.5  # percent of the weights are told apart; a few far larger ones must not dim the rest


def full_strength(weights: ArrayLike) -> float:
    """The size from which on a weight is shown at full strength; above 0, whatever the weights.

    >>> full_strength([2.0, -2.0]), full_strength([[0.0]]), full_strength([*[0.0] * 999, 3.0])
    (2.0, 1.0, 3.0)
    """
    sizes = np.abs(weights)
    return float(np.percentile(sizes, STRONGEST)) or float(sizes.max()) or 1.0
