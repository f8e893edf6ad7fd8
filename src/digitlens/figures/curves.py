"""Learning curves: cost and accuracy over the epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from digitlens.errors import UsageError
from digitlens.figures.theme import new_figure, place, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rows = Sequence[Mapping[str, float]]

SETS = {
    "training": "training",
    "validation": "held out",
    "test": "test",
}  # the name in a row of the history, the name in the figure
STYLES = {"training": "-", "validation": "--", "test": ":"}


def learning_curves(history: Rows, *, theme: str = "dark") -> tuple[Axes, Axes]:
    """Cost and accuracy side by side, in one figure; see learning_curve()."""
    figure = new_figure(12.0, 5.2, theme)
    left, right = figure.subplots(1, 2)
    return learning_curve(history, "cost", left, theme=theme), learning_curve(history, "accuracy", right, theme=theme)


def learning_curve(history: Rows, measure: str, axes: Axes | None = None, *, theme: str = "dark") -> Axes:
    """One measure, "cost" or "accuracy", over the epochs: on the training, held-out and test images.

    history: rows as in Reader.history, {"epoch": 1, "training_cost": ..., "test_accuracy": ...}. A set that is in no
    row gets no line. Raises UsageError if no row has the measure, MissingExtra without matplotlib.
    """
    lines = {
        name: [(row["epoch"], row[f"{name}_{measure}"]) for row in history if {"epoch", f"{name}_{measure}"} <= {*row}]
        for name in SETS
    }
    if measure not in ("cost", "accuracy") or not any(lines.values()):
        raise UsageError(f"learning_curve() wants rows with an epoch and a cost or accuracy, got none with {measure!r}")
    axes, look = place(axes, theme, 7.0, 5.0)
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    for (name, points), colour in zip(lines.items(), look.lines, strict=True):
        if points:
            epochs, values = zip(*points, strict=True)
            mark = "o" if len(points) == 1 else ""
            label = _label(name, values[-1], measure)
            axes.plot(epochs, values, STYLES[name], color=colour, lw=2.6, marker=mark, label=label)
    axes.set_xlabel("epoch", color=look.text, fontsize=13)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if measure == "accuracy":
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    else:
        axes.set_ylim(bottom=0)
    axes.grid(visible=True, color=look.faint, lw=0.6, alpha=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    legend = axes.legend(loc="best", fontsize=13, labelcolor=look.text, handlelength=2.8)
    legend.get_frame().set(facecolor=look.background, edgecolor="none", alpha=0.9)
    legend.set_in_layout(False)
    title(
        axes, "Cost: how far the outputs are off" if measure == "cost" else "Accuracy: the share read correctly", look
    )
    return axes


def _label(name: str, last: float, measure: str) -> str:
    """A line's name and where it ends."""
    return f"{SETS[name]}, at the end {last:.2%}" if measure == "accuracy" else f"{SETS[name]}, at the end {last:.3f}"
