"""The page in a notebook's cell: `dl.Lens(reader)`. Needs the extra `notebook`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from digitlens.errors import MissingExtra, UsageError
from digitlens.network.network import Network
from digitlens.reading.reader import Reader
from digitlens.storage.shipped import open_reader

if TYPE_CHECKING:
    from anywidget import AnyWidget

VIEWS = "read", "neuron", "learn"


def Lens(  # noqa: N802 - what it makes is used as an instance of a class
    reader: Reader | Network | str | Path = "video", *, view: str = "read", neuron: tuple[int, int] = (1, 0)
) -> AnyWidget:
    """The page in a notebook's cell: a pad, the network, and Read, Neuron or Learn. It is alive in both directions.

        lens = dl.Lens("video")
        lens                            # draw in the cell
        lens.reading                    # {"label": "7", "activations": {"0": 0.002, ...}, "ink": True}
        lens.image                      # what the network sees, (28, 28), 0..1
        lens.network = run.reader()     # the picture follows; within a training loop it shows how it learns

    reader: what reads; a Reader, a Network for digits, or what load() takes. view: "read", "neuron" or "learn".
    neuron: its layer, 1 for the first hidden one, and its number.

    The traits of the widget, which may be read, set and observed:

    - `drawing`: the strokes on the pad, each a list of points [x, y] in pixels of the network's image;
    - `image`: what the network sees, (rows, columns), 0..1; one that is set is put onto the pad;
    - `reading`: what was read, as above; it is not set;
    - `network`: the Reader; a Network that is set takes the place of its network;
    - `neuron`, `view`: what is looked at.

    It works in JupyterLab, Notebook 7, VS Code and marimo, and nothing is loaded from elsewhere. Raises MissingExtra
    without anywidget, UsageError for a view that there is not, and what load() raises.
    """
    what: object = reader
    which: object = neuron
    if not isinstance(what, Reader | Network | str | Path):
        raise UsageError(f"Lens() wants a Reader, a Network or what load() takes, got {what!r:.80}")
    if str(view) not in VIEWS:
        raise UsageError(f"Lens() has the views {', '.join(VIEWS)}, got {view!r}")
    if not isinstance(which, tuple) or len(which) != 2 or not all(type(number) is int for number in which):
        raise UsageError(f"Lens() wants a neuron as its layer and its number, such as (1, 0), got {which!r}")
    try:
        from digitlens.lens_widget import LensWidget
    except ModuleNotFoundError as error:
        if error.name not in ("anywidget", "ipywidgets", "traitlets"):
            raise
        raise MissingExtra(
            'Lens() needs anywidget, which is not installed: pip install "digitlens[notebook]"'
        ) from error
    if isinstance(reader, Network):
        reader = Reader(reader)
    return LensWidget(reader if isinstance(reader, Reader) else open_reader(reader), view, neuron)
