"""What every neuron of the first hidden layer looks for: its 784 weights as a picture of 28×28."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from digitlens.figures.theme import BLUE, RED, pictures, place, title
from digitlens.lens.weights import full_strength

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GAP = 4.0  # pixels between two pictures
CAPTION = 6.0  # and above each, for its name


def weight_pictures(
    weights: ArrayLike,
    axes: Axes | None = None,
    *,
    theme: str = "dark",
    names: Sequence[str] | None = None,
    columns: int | None = None,
) -> Axes:
    """Pictures of weights, (n, 784), on one linear scale: blue adds, red takes away, the background is zero.

    The scale ends where 99.5 % of the weights do: the pointed ends of its bar say that some lie beyond.

    names: what stands above each picture, by default "neuron 0", ...; columns: pictures a row. Raises ShapeError for
    other shapes, MissingExtra without matplotlib.
    """
    images = pictures(weights, "weight_pictures()")
    columns = columns or min(len(images), 8 if len(images) > 16 else 4)
    rows = math.ceil(len(images) / columns)
    wide, high = columns * (28 + GAP) - GAP, rows * (28 + CAPTION + GAP) - GAP
    axes, look = place(axes, theme, max(1.9 * columns + 1.0, 6.0), 1.9 * rows * (high / rows) / (28 + GAP) + 0.7)
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("weights", [RED, look.background, BLUE])
    most = full_strength(images)
    for i, image in enumerate(images):
        left, top = (i % columns) * (28 + GAP), (i // columns) * (28 + CAPTION + GAP) + CAPTION
        frame = (left, left + 28, top + 28, top)
        shown = axes.imshow(
            image, cmap=colours, vmin=-most, vmax=most, extent=frame, interpolation="nearest", origin="upper"
        )
        axes.plot(  # a thin frame: in it, zero and the background can be told from nothing at all
            [left, left + 28, left + 28, left, left], [top, top, top + 28, top + 28, top], color=look.faint, lw=0.8
        )
        name = names[i] if names is not None else f"neuron {i}"
        axes.text(left, top - 1.4, name, color=look.text, fontsize=12, va="bottom")
    axes.set(xlim=(-0.5, wide + 0.5), ylim=(high + 0.5, -0.5), aspect="equal")
    axes.axis("off")
    beyond: Any = "both" if np.abs(images).max() > most else "neither"
    bar = axes.figure.colorbar(shown, ax=axes, fraction=0.05, pad=0.02, aspect=28, shrink=0.9, extend=beyond)
    bar.set_ticks([-most, 0, most], labels=[f"−{most:.2g}", "0", f"+{most:.2g}"])
    bar.ax.tick_params(colors=look.text, labelsize=12, length=0)
    bar.outline.set_edgecolor(look.faint)
    for height, sign in ((0.93, "+"), (0.07, "−")):
        bar.ax.text(
            0.5, height, sign, transform=bar.ax.transAxes, color="#000000", fontsize=18, weight="bold", ha="center",
            va="center",
        )  # fmt: skip
    apart = " " if columns >= 4 else "\n"
    title(axes, f"What each neuron looks for:{apart}blue (+) adds to its sum, red (−) takes away", look)
    return axes
