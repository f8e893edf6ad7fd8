"""Does a network mean what it says? Of what it is 90 % sure of, how much is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitlens.figures.theme import BLUE, place, title
from digitlens.reading.calibration import Reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def reliability_diagram(measured: Reliability, axes: Axes | None = None, *, theme: str = "dark") -> Axes:
    """Bars: the share that is right, one bar a bin of confidence; on the diagonal, sure and right are the same.

    A bar says how many answers it stands for; a bin without answers has none. Raises MissingExtra without matplotlib.
    """
    axes, look = place(axes, theme, 6.6, 6.2)
    from matplotlib.ticker import PercentFormatter

    bins = len(measured.counts)
    middles = (np.arange(bins) + 0.5) / bins
    some = measured.counts > 0
    axes.plot([0, 1], [0, 1], "--", color=look.text, lw=1.4)
    axes.bar(middles[some], measured.accuracy[some], 0.86 / bins, color=BLUE)
    axes.plot(
        measured.confidence[some],
        measured.accuracy[some],
        "o",
        color=look.lines[1],
        ms=6,
        markeredgecolor=look.background,
    )
    for middle, count, right in zip(middles[some], measured.counts[some], measured.accuracy[some], strict=True):
        axes.text(middle, right + 0.022, f"{count:,}", ha="center", va="bottom", fontsize=8, color=look.text)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.06)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel("how sure the network is", color=look.text, fontsize=13)
    axes.set_ylabel("how often it is right", color=look.text, fontsize=13)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    title(axes, f"Expected calibration error {measured.error:.2%}", look)
    return axes
