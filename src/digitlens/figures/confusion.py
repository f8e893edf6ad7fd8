"""The confusion matrix: which classes a network reads as which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitlens.errors import ShapeError
from digitlens.figures.theme import BLUE, RED, place, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def confusion(matrix: ArrayLike, classes: Sequence[str], axes: Axes | None = None, *, theme: str = "dark") -> Axes:
    """A confusion matrix, (n, n): the row is the label, the column what was read. Mistakes are red.

    The redder a cell, the larger its share of the row. Every cell holds its count; the cells of the right answers are
    framed. Raises ShapeError unless the matrix is square and has a name for each row, MissingExtra without matplotlib.
    """
    counts = np.asarray(matrix)
    n = len(classes)
    if counts.shape != (n, n) or not n:
        raise ShapeError(f"confusion() wants a matrix (n, n) and n names, got {counts.shape} and {n} names")
    axes, look = place(axes, theme, max(0.62 * n + 2.8, 6.0), 0.56 * n + 1.7)
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    totals = counts.sum(axis=1)
    shares = counts / np.maximum(totals, 1)[:, None]
    mistakes = np.where(np.eye(n, dtype=bool), 0.0, shares)
    colours = LinearSegmentedColormap.from_list("mistakes", [look.background, RED])
    axes.imshow(mistakes, cmap=colours, vmin=0, vmax=max(float(mistakes.max()), 1e-9), interpolation="nearest")
    size = 12 if n <= 12 else max(5, 150 // n)
    for i in range(n):
        for j in range(n):
            if counts[i, j] or i == j:
                strong = i != j and mistakes[i, j] > 0.7 * mistakes.max()
                axes.text(
                    j, i, f"{counts[i, j]:,}", ha="center", va="center", fontsize=size,
                    color="#000000" if strong else look.text, weight="bold" if i == j else "normal",
                )  # fmt: skip
        axes.add_patch(Rectangle((i - 0.47, i - 0.47), 0.94, 0.94, fill=False, edgecolor=BLUE, lw=1.8))
        correct = f"{shares[i, i]:.1%}" if totals[i] else "–"
        axes.text(n - 0.3, i, correct, ha="left", va="center", fontsize=size, color=look.text)
    axes.text(n - 0.3, -0.75, "correct", ha="left", va="bottom", fontsize=size, color=look.text)
    axes.set_xticks(range(n), labels=list(classes))
    axes.set_yticks(range(n), labels=list(classes))
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("what was read", color=look.text, fontsize=13)
    axes.set_ylabel("what the picture shows", color=look.text, fontsize=13)
    axes.tick_params(labelsize=max(size, 6) + 1)
    accuracy = float(np.trace(counts)) / max(int(counts.sum()), 1)
    title(axes, f"{accuracy:.2%} of {int(counts.sum()):,} pictures read correctly", look)
    return axes
