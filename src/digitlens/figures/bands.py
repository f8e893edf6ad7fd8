"""Curves of many runs as bands: the mean over the seeds as a line, and their range as a band around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ShapeError
from digitlens.figures.theme import STYLES, THEMES, new_figure, place, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Curves = Mapping[str, NDArray[np.floating[Any]]]


def compared_curves(cost: Curves, accuracy: Curves, *, theme: str = "dark") -> tuple[Axes, Axes]:
    """Cost and accuracy side by side, in one figure; see bands()."""
    figure = new_figure(12.0, 5.2, theme)
    left, right = figure.subplots(1, 2)
    return (
        bands(cost, left, what="Cost on the test images", theme=theme),
        bands(accuracy, right, what="Accuracy on the test images", share=True, theme=theme),
    )


def bands(
    curves: Curves, axes: Axes | None = None, *, what: str = "", share: bool = False, theme: str = "dark"
) -> Axes:
    """Curves of several sides of a comparison over the epochs: mean and range over the seeds.

    curves: by the side's name, (seeds, epochs). NaN is left out, as of a run that diverged.
    what: the title. share: the values are shares, 0..1, shown as percent.
    Raises ShapeError for none, more than eight, or other shapes; MissingExtra without matplotlib.
    """
    if not 1 <= len(curves) <= len(STYLES) or any(curve.ndim != 2 or not curve.size for curve in curves.values()):
        shapes = [curve.shape for curve in curves.values()]
        raise ShapeError(f"bands() wants one to {len(STYLES)} sides of curves (seeds, epochs), got {shapes}")
    axes, look = place(axes, theme, 7.0, 5.0)
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    for (name, curve), colour, style in zip(curves.items(), THEMES[theme].sides, STYLES, strict=False):
        whole = np.ma.masked_invalid(curve)
        epochs = np.arange(1, curve.shape[1] + 1)
        axes.fill_between(epochs, whole.min(axis=0), whole.max(axis=0), color=colour, alpha=0.22, lw=0)
        mark = "o" if curve.shape[1] == 1 else ""
        axes.plot(epochs, whole.mean(axis=0), style, color=colour, lw=2.6, marker=mark, label=name)
    axes.set_xlabel("epoch", color=look.text, fontsize=13)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if share:
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    axes.grid(visible=True, color=look.faint, lw=0.6, alpha=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    legend = axes.legend(loc="best", fontsize=13, labelcolor=look.text, handlelength=2.8)
    legend.get_frame().set(facecolor=look.background, edgecolor="none", alpha=0.9)
    if what:
        title(axes, what, look)
    return axes
