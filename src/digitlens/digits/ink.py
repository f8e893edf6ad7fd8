"""Grey becomes ink."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def find_ink(grey: NDArray[Any]) -> NDArray[np.float64]:
    """Grey -> ink, 0..1."""
    full = 255.0 if grey.dtype == np.uint8 else 1.0
    levels = grey.astype(np.float64)
    paper = float(np.median(levels))
    return np.maximum(paper - levels if paper > full / 2 else levels - paper, 0.0) / full
