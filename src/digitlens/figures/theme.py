"""The look of all figures: dark as in the talk, or light for paper, in colours that everybody can tell apart.

Figures are made without pyplot, so there is no global state and nothing to close. matplotlib comes with the extra
`digitlens[figures]` and is imported when the first figure is drawn.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from digitlens.errors import MissingExtra, ShapeError, UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, RED = "#58C4DD", "#FC6255"  # positive, negative


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one look."""

    name: str
    background: str
    text: str
    faint: str  # grids, frames
    lines: tuple[str, str, str]  # three curves, which also differ in style
    sides: tuple[str, ...]  # eight, the most that are compared at once


STYLES = ("-", "--", "-.", ":") * 2  # of eight curves, for those who cannot tell the colours apart
THEMES = {
    "dark": Theme(
        "dark",
        "#000000",
        "#FFFFFF",
        "#555555",
        ("#FFFFFF", "#FFD166", BLUE),
        (
            BLUE,
            "#FFD166",
            "#FF8A7A",
            "#7BD389",
            "#D7A6E8",
            "#FFFFFF",
            "#C9B38C",
            "#8FA6FF",
        ),
    ),
    "light": Theme(
        "light",
        "#FFFFFF",
        "#111111",
        "#BBBBBB",
        ("#111111", "#B35900", "#0072B2"),
        (
            "#0072B2",
            "#B35900",
            "#A3154B",
            "#00734F",
            "#6B3FA0",
            "#111111",
            "#7A6A2F",
            "#3E5C76",
        ),
    ),
}
DPI = 150  # 8 inches wide are 1,200 pixels: sharp on a projector


def available() -> None:
    """Raise MissingExtra unless figures can be drawn."""
    named = os.environ.get("MPLBACKEND", "")
    if named.startswith("module://") and not _exists(named.removeprefix("module://")):
        del os.environ["MPLBACKEND"]  # a notebook's, inherited by another environment; our figures need no backend
    try:
        import matplotlib as mpl  # noqa: F401    only to see whether it is installed
    except ImportError as error:
        raise MissingExtra(
            'figures are drawn by matplotlib, which is not installed: pip install "digitlens[figures]"'
        ) from error


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def new_figure(width: float, height: float, theme: str) -> Figure:
    """An empty figure, width × height in inches. Raises MissingExtra without matplotlib."""
    look = chosen(theme)
    available()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI, facecolor=look.background, layout="constrained")
    FigureCanvasAgg(figure)
    layout: Any = figure.get_layout_engine()
    layout.set(w_pad=0.12, h_pad=0.12)  # inches around the whole figure
    return figure


def place(axes: Axes | None, theme: str, width: float, height: float) -> tuple[Axes, Theme]:
    """The Axes to draw on, in the colours of the theme: the caller's, or new ones in a figure of their own."""
    look = chosen(theme)
    axes = new_figure(width, height, theme).add_subplot() if axes is None else axes
    axes.set_facecolor(look.background)
    for spine in axes.spines.values():
        spine.set_color(look.faint)
    axes.tick_params(colors=look.text, labelsize=12, length=0)
    return axes, look


def chosen(theme: str) -> Theme:
    """The theme of that name. Raises UsageError for any other."""
    if theme not in THEMES:
        raise UsageError(f"theme: one of {', '.join(THEMES)}, got {theme!r}")
    return THEMES[theme]


def title(axes: Axes, text: str, look: Theme, size: int = 15) -> None:
    """Set the title of a plot, at the top left."""
    axes.set_title(text, loc="left", color=look.text, fontsize=size, pad=12)


def pictures(array: Any, who: str) -> Any:
    """The array as (n, rows, columns). Raises ShapeError unless it is that or (n, 784), with at least one picture."""
    import numpy as np

    images = np.asarray(array)
    if images.ndim not in (2, 3) or not images.size or (images.ndim == 2 and images.shape[1] != 784):
        raise ShapeError(f"{who} wants pictures (n, rows, columns) or (n, 784), at least one, got {images.shape}")
    return images.reshape(-1, 28, 28) if images.ndim == 2 else images


def to_png(drawn: Axes | Figure) -> bytes:
    """The bytes of a PNG file of a figure, or of the figure that these Axes are part of."""
    figure: Any = getattr(drawn, "figure", drawn) if hasattr(drawn, "spines") else drawn
    file = io.BytesIO()
    figure.savefig(file, format="png", facecolor=figure.get_facecolor(), metadata={"Software": None})
    return file.getvalue()
