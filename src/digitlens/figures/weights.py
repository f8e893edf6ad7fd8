"""The weights of each neuron of the first hidden layer, as a picture."""

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
CAPTION = 6.0  # pixels above each picture, for its name


def weight_pictures(
    weights: ArrayLike,
    axes: Axes | None = None,
    *,
    theme: str = "dark",
    names: Sequence[str] | None = None,
    columns: int | None = None,
) -> Axes:
    """Weights as pictures on one linear scale: blue is positive, red negative, the background zero.

    weights: (n, rows, columns), or (n, 784) for pictures of 28×28. The scale covers 99.5 % of the weights.
    Pointed ends of the colour bar mean that some weights lie beyond it.

    names: the text above each picture, by default "neuron 0", ...; columns: pictures in a row.
    Raises ShapeError for other shapes, MissingExtra without matplotlib.
    """
    images = pictures(weights, "weight_pictures()")
    columns = columns or min(len(images), 8 if len(images) > 16 else 4)
    rows = math.ceil(len(images) / columns)
    down, along = images.shape[1:]
    wide, high = columns * (along + GAP) - GAP, rows * (down + CAPTION + GAP) - GAP
    axes, look = place(axes, theme, max(1.9 * columns + 1.0, 6.0), 1.9 * high / (along + GAP) + 0.7)
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("weights", [RED, look.background, BLUE])
    most = full_strength(images)
    for i, image in enumerate(images):
        left, top = (i % columns) * (along + GAP), (i // columns) * (down + CAPTION + GAP) + CAPTION
        right, bottom = left + along, top + down
        frame = (left, right, bottom, top)
        drawn = axes.imshow(
            image, cmap=colours, vmin=-most, vmax=most, extent=frame, interpolation="nearest", origin="upper"
        )
        axes.plot(  # a thin frame shows where a picture ends, since zero has the colour of the background
            [left, right, right, left, left], [top, top, bottom, bottom, top], color=look.faint, lw=0.8
        )
        name = names[i] if names is not None else f"neuron {i}"
        axes.text(left, top - 1.4, name, color=look.text, fontsize=12, va="bottom")
    axes.set(xlim=(-0.5, wide + 0.5), ylim=(high + 0.5, -0.5), aspect="equal")
    axes.axis("off")
    beyond: Any = "both" if np.abs(images).max() > most else "neither"
    bar = axes.figure.colorbar(drawn, ax=axes, fraction=0.05, pad=0.02, aspect=28, shrink=0.9, extend=beyond)
    bar.set_ticks([-most, 0, most], labels=[f"−{most:.2g}", "0", f"+{most:.2g}"])
    bar.ax.tick_params(colors=look.text, labelsize=12, length=0)
    bar.outline.set_edgecolor(look.faint)
    for height, sign in ((0.93, "+"), (0.07, "−")):
        bar.ax.text(
            0.5, height, sign, transform=bar.ax.transAxes, color="#000000", fontsize=18, weight="bold", ha="center",
            va="center",
        )  # fmt: skip
    apart = " " if columns >= 4 else "\n"
    title(axes, f"The weights of each neuron:{apart}blue (+) adds to its sum, red (−) subtracts", look)
    return axes
