"""The page in a cell of a notebook: Lens(reader). What is drawn, read, changed and chosen there is Python's, too.

The cell shows the component of the page, by anywidget: Jupyter, marimo and VS Code load the same bundle. This module
holds the state. The page and Python tell each other what was drawn, which image lies beneath it, the network as a
model file, the neuron and the journey; the image that the network sees, and what it reads, each computes by itself.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import WeakMethod

import numpy as np
from numpy.typing import NDArray

from digitlens import widget_traits as traits
from digitlens.bundles import WIDGET, bundle, texts
from digitlens.checks import check_type
from digitlens.digits.preparation.framing import NOT_FRAMED
from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.preparation.strokes import frame_strokes, ink_strokes
from digitlens.digits.sources.examples import example_files
from digitlens.errors import MissingExtra
from digitlens.network.network import Network
from digitlens.reading.reader import Reader, reading_of
from digitlens.reading.reading import Reading
from digitlens.reading.still import ALT, still
from digitlens.storage.model_file import from_bytes, to_bytes
from digitlens.storage.shipped import open_reader

try:
    from anywidget import AnyWidget
except ImportError:  # the class is there all the same, and says what it needs
    AnyWidget = object  # type: ignore[assignment, misc]

PEN = 1.2  # half the pen's width in pad units: model/reading.js has the reason
PAD = 28.0  # units that the longer side of the pad has
OFTEN = 0.05  # seconds between two networks that go to the page: training is faster than anybody can look
QUIET = 0.3  # seconds without a change until the picture in the notebook's file is drawn again

_numbers = itertools.count(1)  # of lenses


def _floats(data: bytes | memoryview | None) -> NDArray[np.float64] | None:
    return None if data is None else np.frombuffer(bytes(data), "<f8")


def _bytes(ink: NDArray[np.float64] | None) -> bytes | None:
    return None if ink is None else ink.astype("<f8").tobytes()


class Lens(AnyWidget):
    """The page in a notebook's cell: draw, and Python has the image; change the network, and the picture follows.

    Each attribute that it lists can be read, assigned and observed: `lens.observe(print, "reading")`. Whatever is
    assigned is checked, and raises what it says: ShapeError for an array of another shape, UsageError for anything
    else. In Jupyter, VS Code and marimo it shows itself where it stands last in a cell.
    """

    _esm = bundle(WIDGET).decode()

    #: tuple of strokes, each (points, 2) float64: x to the right, y down, 28 units on the pad's longer side
    drawing: Any = traits.Trait(traits.drawing, lambda strokes: [stroke.tolist() for stroke in strokes])
    #: (rows, columns) float64, 0 no ink to 1: what the network sees. Assigned, it lies on the pad, and is adjusted as
    #: the reader adjusts images; what was drawn is gone
    image: Any = traits.Trait(traits.image)
    #: Reading: what the network says of it. Assigned, the image of that one lies on the pad
    reading: Any = traits.Trait(traits.reading)
    #: Network: what reads. Assigned, also as a Reader, whose name and story come along, the picture follows
    network: Any = traits.Trait(traits.network)
    #: (layer, neuron) in focus, layer 1 the first hidden one
    neuron: Any = traits.Trait(traits.neuron, list)
    #: the journey: "read", "neuron" or "learn"
    view: Any = traits.Trait(traits.view, str)

    _base: Any = traits.Trait(traits.anything, _bytes, _floats)  # the image beneath the strokes, (pixels,); None: none
    _file: Any = traits.Trait(traits.anything, traits.same, bytes)  # the reader as a model file
    _framed: Any = traits.Trait(traits.anything, bool, bool)  # whether drawings are framed and adjusted
    _label: Any = traits.Trait(traits.anything, str)  # tells several lenses apart, for whoever hears the page
    _speaks: Any = traits.Trait(traits.anything, traits.same)  # the language and its texts; None: English
    _examples: Any = traits.Trait(traits.anything, traits.same)  # a drawing of each digit, as PNG

    def __init__(
        self,
        reader: Reader | Network | str | Path = "video",
        *,
        view: str = "read",
        neuron: tuple[int, int] = (1, 0),
        language: str = "en",
    ) -> None:
        """A lens on a network.

        reader: a Reader, a Network for digits, the name of one that ships, or a model file.
        view: the journey to begin with: "read", "neuron" or "learn".
        neuron: its layer, 1 for the first hidden one, and its number.
        language: "en", "de", "es" or "zh", in which the page speaks.

        Raises MissingExtra without anywidget, ModelFileError for a network whose functions only Python knows, and
        what load() raises.
        """
        if AnyWidget is object:
            raise MissingExtra(
                'the page in a notebook needs anywidget, which is not installed: pip install "digitlens[notebook]"'
            )
        if isinstance(reader, Network):
            reader = Reader(reader)
        check_type(
            "Lens()", "reader", reader, (Reader, str, os.PathLike), "a Reader", "a network's name or a model file"
        )
        self._reader = reader if isinstance(reader, Reader) else open_reader(reader)
        self.told = False  # the page is telling what has changed there
        self._computing = False  # traits follow from others
        self._sent = -np.inf  # when the network went to the page
        self._waiting: set[str] = set()  # what is done a little later
        self._shown = False
        self._stale = False  # the picture in the file shows something earlier
        number = next(_numbers)
        super().__init__(
            _label=f"lens {number}" if number > 1 else "",
            drawing=(),
            neuron=neuron,
            view=view,
            _speaks=None if language == "en" else {"language": language, "texts": texts(language)},
            _base=None,
            _framed=True,
            _file=to_bytes(self._reader),
            _examples=[path.read_bytes() for path in example_files()] if self._reader.reads_digits else [],
        )
        self._follow()
        self.observe(self._heard_network, ["network", "_file"])
        self.observe(self._heard_image, ["image", "reading"])
        self.observe(self._heard_drawing, ["drawing", "_base", "_framed"])
        self.observe(self._heard_look, ["neuron", "view"])

    @property
    def reader(self) -> Reader:
        """The network as it is now, as a Reader: to save it, or to read with it."""
        return self._reader

    def read(self, picture: Any) -> Reading:
        """Read a picture, and show it.

        picture: as for dl.read(): a picture file, its bytes, an array or a Pillow image.

        Raises what dl.read() raises.
        """
        reading = self._reader.read(picture)
        self.reading = reading
        return reading

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what has changed in the page: anywidget calls it.

        sync_data: values by the names of their traits.
        """
        self.told = True
        try:
            super().set_state(sync_data)
        finally:
            self.told = False

    def __repr__(self) -> str:
        return f"<Lens on {self._reader.name}: {str(self.reading)[1:-1]}>"

    def _taken(self, value: Network | Reader) -> Network:
        """The network of what was assigned, once it is known to fit; it is the lens's reader from then on."""
        reader = value if isinstance(value, Reader) else _changed(self._reader, value)
        if not self._computing:
            if reader.network.activations != self._reader.network.activations:
                to_bytes(reader)  # raises what is wrong with functions of one's own
            self._reader = reader
        return reader.network

    def _heard_network(self, change: Any) -> None:
        if self._computing:
            return
        if change["name"] == "_file":
            self._reader = from_bytes(self._file)
        else:
            self._later("network", self._sent + OFTEN - time.monotonic(), self._tell_network)
        self._follow()

    def _tell_network(self) -> None:
        self._sent = time.monotonic()
        with self._following():
            self._file = to_bytes(self._reader)

    def _heard_image(self, change: Any) -> None:
        if self._computing:
            return
        given = change["new"]
        if change["name"] == "reading":
            names = {stage.name: stage.image for stage in given.prepared.stages}
            given = names.get("centred", names.get("fitted", given.prepared.image))
        with self._following(), self.hold_sync():
            self._base = np.asarray(given, np.float64).ravel() if np.any(given) else None
            self.drawing = ()
        self._follow()

    def _heard_drawing(self, change: Any) -> None:
        if not self._computing:
            self._follow()

    def _heard_look(self, change: Any) -> None:
        self._redraw()

    def _follow(self) -> None:
        """The image and the reading of what is on the pad, and the network that reads it."""
        reading = reading_of(self._reader, self._prepared())
        sizes = self._reader.network.sizes
        layer = min(self.neuron[0], len(sizes) - 1)
        with self._following():
            self.network = self._reader.network
            self.neuron = (layer, min(self.neuron[1], sizes[layer] - 1))
            self.image = reading.prepared.image.astype(np.float64)
            self.reading = reading
        self._redraw()

    def _prepared(self) -> Any:
        """What is on the pad, as the network sees it: the twin of read() in model/reading.js."""
        reader = self._reader
        shape, dark = reader.image_shape, reader.dark_on_light
        strokes: Sequence[NDArray[np.float64]] = self.drawing
        pixel = PAD / max(shape)
        if self._base is not None and self._base.size == shape[0] * shape[1]:
            image = self._base.reshape(shape)
            if strokes:
                drawn = ink_strokes([stroke / pixel for stroke in strokes], shape, PEN / pixel)
                image = np.minimum(image, 1 - drawn) if dark else np.maximum(image, drawn)
        elif self._framed and reader.framing != NOT_FRAMED:
            image = frame_strokes(strokes, PEN).ink() if strokes else np.zeros(shape)
        else:
            drawn = ink_strokes([stroke / pixel for stroke in strokes], shape, PEN / pixel)
            image = 1 - drawn if dark else drawn
        found = bool((image < 1).any() if dark else image.any())
        steps = reader.adjusting if self._framed and found else ()
        return replace(prepare(image, steps, frame=False, shape=shape, framing=reader.framing), ink_found=found)

    @contextmanager
    def _following(self) -> Iterator[None]:
        before, self._computing = self._computing, True
        try:
            yield
        finally:
            self._computing = before

    def _later(self, name: str, seconds: float, what: Callable[[], None]) -> None:
        """Do it once, so many seconds after it was first asked for; at once, where nothing runs that could wait.

        A cell that trains does not let what waits run: so what is asked for again when it is due is done there.
        """

        def now() -> None:
            if name in self._waiting:
                self._waiting.remove(name)
                what()

        if seconds > 0 and name not in self._waiting:
            with suppress(RuntimeError):  # no loop runs
                asyncio.get_running_loop().call_later(seconds, now)
                self._waiting.add(name)
        if seconds <= 0 or name not in self._waiting:
            self._waiting.discard(name)
            what()

    # A widget is gone where no kernel runs: in what nbconvert writes, on GitHub. So a picture stands beneath it in the
    # notebook's file, which the bundle hides wherever the widget lives, and which follows what is shown.

    def _ipython_display_(self) -> None:
        from IPython.core import display_functions
        from IPython.core.getipython import get_ipython

        display: Any = display_functions.display
        display({**self._widget_bundle(), "text/plain": repr(self)}, raw=True)
        display(self._picture(), raw=True, display_id=self._picture_id)
        if not self._shown and (shell := get_ipython()):
            self._shown = True
            forgetting = WeakMethod(self._after_cell)

            def after_cell(*_: Any) -> None:
                if method := forgetting():
                    method()

            shell.events.register("post_run_cell", after_cell)

    @property
    def _picture_id(self) -> str:
        return f"digitlens-{self.model_id}"

    def _widget_bundle(self) -> dict[str, Any]:
        found = self._repr_mimebundle_()
        bundle = found[0] if isinstance(found, tuple) else found
        return dict(bundle or {})

    def _picture(self) -> dict[str, str]:
        data = still(self._reader, self.reading, self.neuron if self.view == "neuron" else None)
        alt = ALT.format(self._reader.name, repr(self.reading)[1:-1])
        image = f'<img src="data:image/png;base64,{data}" width="720" style="max-width:100%" alt="{alt}">'
        return {
            "image/png": data,
            "text/html": f'<div class="digitlens-still">{image}</div>',
            "text/plain": repr(self),
        }

    def _redraw(self) -> None:
        """The picture is drawn again: soon after what happened in the page, and when a cell has run."""
        if self._shown:
            self._stale = True
            if self.told:
                self._later("picture", QUIET, self._after_cell)

    def _after_cell(self) -> None:
        if self._shown and self._stale:
            from IPython.core import display_functions

            self._stale = False
            update: Any = display_functions.update_display
            update(self._picture(), display_id=self._picture_id, raw=True)


def _changed(reader: Reader, network: Network) -> Reader:
    """The reader with another network, of which nobody has measured how well it reads."""
    if network is reader.network:
        return reader
    told = {name: value for name, value in reader.provenance.items() if not name.endswith("accuracy")}
    return replace(reader, network=network, provenance=told, calibration=None)
