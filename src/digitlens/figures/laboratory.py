"""Figures of the laboratory: weight pictures with their best parts, conditions side by side, areas under the curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ShapeError
from digitlens.figures.theme import BLUE, RED, chosen, new_figure, pictures, place, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.floating[Any]]


def weights_and_parts(weights: Array, parts: Array, shares: Sequence[float], *, theme: str = "dark") -> Figure:
    """Each neuron's weights, and below them the edge or bar that explains them best, with the share that it explains.

    weights, parts: (n, 784) or (n, 28, 28); shares: n numbers, 0..1. Raises ShapeError unless all have the same n.
    """
    above, below = (pictures(array, "weights_and_parts()") for array in (weights, parts))
    if len(above) != len(below) or len(above) != len(shares):
        raise ShapeError(f"weights_and_parts() wants a part for each of {len(above)} pictures, got {len(below)}")
    look, columns = chosen(theme), min(8, len(above))
    lines = -(-len(above) // columns)
    figure = new_figure(1.5 * columns, 3.4 * lines, theme)
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("weights", [RED, "#000000", BLUE])
    grid = figure.subplots(2 * lines, columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for j, (picture, part, share) in enumerate(zip(above, below, shares, strict=True)):
        line, column = divmod(j, columns)
        for axes, shown in ((grid[2 * line, column], picture), (grid[2 * line + 1, column], part)):
            most = np.abs(shown).max() or 1.0
            axes.imshow(shown, cmap=colours, vmin=-most, vmax=most, interpolation="nearest")
        grid[2 * line, column].set_title(f"neuron {j}", color=look.text, fontsize=12)
        grid[2 * line + 1, column].set_title(f"{share:.0%}", color=look.text, fontsize=12)
    return figure


def conditions(
    values: Mapping[str, Array], axes: Axes | None = None, *, what: str, share: bool = True, theme: str = "dark"
) -> Axes:
    """A row of dots for each condition, one dot for each network, and a line at their mean.

    values: by condition, (networks,). what: the title. share: the values are shares, 0..1, shown as percent.
    Raises ShapeError if there are no conditions, or no numbers for one of them.
    """
    if not values or any(numbers.ndim != 1 or not numbers.size for numbers in values.values()):
        raise ShapeError(f"conditions() wants at least one number for each condition, got {list(values)}")
    axes, look = place(axes, theme, 8.0, 0.7 * len(values) + 1.6)
    from matplotlib.ticker import PercentFormatter

    for row, numbers in enumerate(values.values()):
        colour = look.lines[2] if row == 0 else look.lines[1]
        axes.plot(numbers, np.full(len(numbers), row), "o", color=colour, ms=8, alpha=0.65, mew=0)
        axes.plot([numbers.mean()] * 2, [row - 0.3, row + 0.3], color=look.text, lw=2.4)
    axes.set_yticks(range(len(values)), list(values), fontsize=13)
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.set_xlim(left=0)
    if share:
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    axes.grid(visible=True, axis="x", color=look.faint, lw=0.6, alpha=0.6)
    axes.set_axisbelow(True)
    title(axes, what, look)
    return axes


def areas(auc: Array, names: Sequence[str], axes: Axes | None = None, *, what: str, theme: str = "dark") -> Axes:
    """A table in colour: how well each neuron detects each part, with the numbers written into the fields.

    auc: (neurons, parts), area under the ROC curve, 0.5 is chance. what: the title.
    Raises ShapeError unless `names` has one name for each part.
    """
    if auc.ndim != 2 or auc.shape[1] != len(names) or not auc.size:
        raise ShapeError(f"areas() wants (neurons, {len(names)}), got {auc.shape}")
    axes, look = place(axes, theme, 1.15 * len(names) + 1.4, 0.42 * len(auc) + 2.6)
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("areas", [RED, look.background, BLUE])
    axes.imshow(auc, cmap=colours, vmin=0.0, vmax=1.0, aspect="auto")
    for (j, k), value in np.ndenumerate(auc):
        strong = np.isfinite(value) and abs(value - 0.5) > 0.3
        text = f"{value:.2f}" if np.isfinite(value) else "–"
        axes.text(k, j, text, ha="center", va="center", color="#000000" if strong else look.text, fontsize=11)
    axes.set_xticks(range(len(names)), [name.replace("a ", "", 1) for name in names], rotation=30, ha="right")
    axes.set_yticks(range(len(auc)), [f"neuron {j}" for j in range(len(auc))])
    title(axes, what, look)
    return axes
