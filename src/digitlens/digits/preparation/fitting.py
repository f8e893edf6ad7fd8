"""A picture of any size becomes rows×columns, for networks that do not see framed pictures.

Framing crops to the ink and centres it, as MNIST was made. Other data is not made that way, so here the whole picture
is laid onto the new size, margins and all: each new pixel holds the mean of what it covers, and the darkest of them
becomes full ink. Both sides are scaled by themselves: a picture of other proportions is stretched.

ink: (rows, columns) float64, 0 nothing to 1 full ink
"""

from __future__ import annotations

import numpy as np

from digitlens.digits.preparation.framing import Image
from digitlens.digits.preparation.ink import Ink


def covering(region: tuple[int, int], step: int, before: int, whole: int, after: int) -> Image:
    """What share of each new pixel each old one covers: (after, before).

    region: the first pixel, and how many, of the picture's `whole` that the old ones stand for, `step` pixels each.

    >>> covering((0, 4), 1, 4, 4, 2)
    array([[0.5, 0.5, 0. , 0. ],
           [0. , 0. , 0.5, 0.5]])
    """
    first, length = region
    old = first + np.minimum(np.arange(before + 1) * step, length)  # where each begins, and the last one ends
    new = np.arange(after + 1) * (whole / after)
    cover = np.minimum(new[1:, None], old[1:]) - np.maximum(new[:-1, None], old[:-1])
    return np.maximum(cover, 0.0) * (after / whole)


def fit(found: Ink, picture: tuple[int, int], shape: tuple[int, int]) -> Image:
    """The ink found in a picture of that size, in pixels, laid onto rows and columns: (rows, columns), 0..1."""
    region, rows, columns = found.region, *found.ink.shape
    down = covering((region.top, region.rows), found.reduction, rows, picture[0], shape[0])
    along = covering((region.left, region.columns), found.reduction, columns, picture[1], shape[1])
    laid = down @ found.ink @ along.T
    return np.minimum(laid / max(float(laid.max()), 1e-12), 1.0)
