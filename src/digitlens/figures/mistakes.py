"""Misread digits side by side: what each shows, and what it was read as."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitlens.errors import ShapeError
from digitlens.figures.theme import pictures, place, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GAP, CAPTION = 5.0, 8.0  # pixels between two pictures, and under each for its caption


def wrong_digits(
    images: ArrayLike,
    shown: Sequence[str],
    read: Sequence[str],
    strengths: ArrayLike,
    axes: Axes | None = None,
    *,
    theme: str = "dark",
    columns: int = 8,
) -> Axes:
    """A contact sheet: pictures with captions such as "4 → 9", and the activation of the output that won.

    images: (n, rows, columns). shown, read: the names of the classes, one for each picture; strengths: (n,),
    activations. columns: pictures in a row. Raises ShapeError for other shapes, MissingExtra without matplotlib.
    """
    strong = np.asarray(strengths)
    sheet = pictures(images, "wrong_digits()")
    n = len(sheet)
    if not len(shown) == len(read) == n or strong.shape != (n,):
        raise ShapeError(
            f"wrong_digits() wants one name shown, one read and one strength for each of {n} pictures, "
            f"got {len(shown)}, {len(read)} and {strong.shape}"
        )
    columns = min(columns, n)
    rows = math.ceil(n / columns)
    down, along = sheet.shape[1:]
    wide, high = columns * (along + GAP) - GAP, rows * (down + CAPTION + GAP) - GAP
    axes, look = place(axes, theme, max(1.35 * columns + 0.4, 6.5), 1.35 * high / (along + GAP) + 0.9)
    most = float(sheet.max()) or 1.0
    for i, image in enumerate(sheet):
        left, top = (i % columns) * (along + GAP), (i // columns) * (down + CAPTION + GAP)
        right, bottom = left + along, top + down
        frame = (left, right, bottom, top)
        axes.imshow(image, cmap="gray", vmin=0, vmax=most, extent=frame, interpolation="nearest", origin="upper")
        axes.plot([left, right, right, left, left], [top, top, bottom, bottom, top], color=look.faint, lw=0.8)
        axes.text(left, bottom + 1.5, f"{shown[i]} → {read[i]}", color=look.text, fontsize=15, weight="bold", va="top")
        axes.text(right, bottom + 2, f"{strong[i]:.2f}", color=look.text, fontsize=12, va="top", ha="right")
    axes.set(xlim=(-0.5, wide + 0.5), ylim=(high + 0.5, -0.5), aspect="equal")
    axes.axis("off")
    title(axes, "What it shows → what was read, and the activation of that output", look)
    return axes
