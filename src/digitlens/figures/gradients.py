"""Vanishing gradients: the size of the gradient in each layer while networks of several depths are trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ShapeError
from digitlens.figures.theme import chosen, new_figure, place, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Sizes = tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]


def gradient_sizes(
    rows: Sequence[tuple[str, Sequence[Sizes]]], depths: Sequence[int], *, theme: str = "dark"
) -> Figure:
    """A figure with a row of plots for each recipe, and a column for each depth.

    rows: the name of each recipe, and for each depth the epochs (times,) and sizes (times, layers), the first hidden
    layer first. Raises ShapeError unless these fit together, MissingExtra without matplotlib.
    """
    fits = all(
        len(row) == len(depths) and all(sizes.ndim == 2 and at.shape == sizes.shape[:1] for at, sizes in row)
        for _, row in rows
    )
    if not rows or not depths or not fits:
        shapes = [[(at.shape, sizes.shape) for at, sizes in row] for _, row in rows]
        raise ShapeError(
            f"gradient_sizes() wants (times,) and (times, layers) for each recipe and each of {len(depths)} depths, "
            f"got {shapes}"
        )
    look = chosen(theme)
    figure = new_figure(4.6 * len(depths), 3.9 * len(rows), theme)
    from matplotlib import colormaps

    colours = colormaps["viridis" if theme == "dark" else "viridis_r"]
    most = max(sizes.shape[1] for _, row in rows for _, sizes in row)
    grid = figure.subplots(len(rows), len(depths), sharex=True, sharey=True, squeeze=False)
    for line, (name, row) in zip(grid, rows, strict=True):
        for axes, depth, (at, sizes) in zip(line, depths, row, strict=True):
            place(axes, theme, 0, 0)
            for before, size in enumerate(sizes.T[::-1]):  # the same colour for the same distance from the output
                label = "output layer" if not before else "the one before" if before == 1 else f"{before} before it"
                colour = colours(0.95 - 0.85 * before / max(1, most - 1))
                axes.semilogy(at, np.where(size > 0, size, np.nan), color=colour, lw=2.2, label=label)
            axes.grid(visible=True, color=look.faint, lw=0.6, alpha=0.6)
            title(axes, f"{name}, {depth} hidden layers", look, 14)
    for axes in grid[-1]:
        axes.set_xlabel("epoch", color=look.text, fontsize=13)
    for line in grid:
        line[0].set_ylabel("size of dC/dW", color=look.text, fontsize=13)
        legend = line[-1].legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=12, labelcolor=look.text)
        legend.get_frame().set(facecolor=look.background, edgecolor="none")
    return figure
