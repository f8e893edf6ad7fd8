"""Reliability diagram: of the answers given with 90 % confidence, how many are right?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitlens.figures.theme import BLUE, place, title
from digitlens.reading.calibration import Reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def reliability_diagram(measured: Reliability, axes: Axes | None = None, *, theme: str = "dark") -> Axes:
    """A bar for each bin of confidence: the share of right answers. On the diagonal, confidence equals accuracy.

    The number above a bar is the number of its answers. A bin without answers has no bar.
    Raises MissingExtra without matplotlib.
    """
    axes, look = place(axes, theme, 6.6, 6.2)
    from matplotlib.ticker import PercentFormatter

    bins = len(measured.counts)
    middles = (np.arange(bins) + 0.5) / bins
    filled = measured.counts > 0
    axes.plot([0, 1], [0, 1], "--", color=look.text, lw=1.4)
    axes.bar(middles[filled], measured.accuracy[filled], 0.86 / bins, color=BLUE)
    axes.plot(
        measured.confidence[filled],
        measured.accuracy[filled],
        "o",
        color=look.lines[1],
        ms=6,
        markeredgecolor=look.background,
    )
    for middle, count, right in zip(middles[filled], measured.counts[filled], measured.accuracy[filled], strict=True):
        axes.text(middle, right + 0.022, f"{count:,}", ha="center", va="bottom", fontsize=8, color=look.text)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.06)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel("confidence of the network", color=look.text, fontsize=13)
    axes.set_ylabel("share of right answers", color=look.text, fontsize=13)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    title(axes, f"Expected calibration error {measured.error:.2%}", look)
    return axes
