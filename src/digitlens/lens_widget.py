"""The widget behind `dl.Lens()`: its traits, and how they cross between Python and the page."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray

from digitlens.bundles import WIDGET, bundle
from digitlens.digits.dataset import shape_name
from digitlens.errors import ShapeError, UsageError
from digitlens.network.network import Network
from digitlens.reading.html import reader_html, reading_html
from digitlens.reading.reader import Reader
from digitlens.storage.model_file import from_bytes, to_bytes

MOST_POINTS = 5000  # of a drawing; the page takes no more
_numbers = itertools.count(1)


def _image_to_page(image: NDArray[Any] | None, widget: LensWidget) -> dict[str, Any] | None:
    if image is None:
        return None
    return {"rows": image.shape[0], "columns": image.shape[1], "ink": memoryview(np.float32(image).tobytes())}


def _image_of_page(value: dict[str, Any] | None, widget: LensWidget) -> NDArray[np.float32] | None:
    if value is None:
        return None
    image = np.frombuffer(value["ink"], np.float32).reshape(value["rows"], value["columns"])
    image.flags.writeable = False
    return image


def _reader_to_page(reader: Reader, widget: LensWidget) -> dict[str, Any]:
    return {"name": reader.name, "file": memoryview(to_bytes(reader))}


def _reader_of_page(value: dict[str, Any], widget: LensWidget) -> Reader:
    return from_bytes(bytes(value["file"]))


class _Image(traitlets.TraitType[Any, Any]):
    """A picture, (rows, columns), 0..1; None before there is one. Pictures with the same pixels are the same."""

    info_text = "a picture of the network's rows and columns, 0..1"
    default_value = None
    allow_none = True

    def validate(self, obj: Any, value: Any) -> Any:
        """Check a picture that is set. Raises ShapeError."""
        image = np.array(value, np.float32)
        if image.shape != obj.network.image_shape or not np.isfinite(image).all():
            raise ShapeError(
                f"the image of a lens has {shape_name(obj.network.image_shape)} finite numbers, 0..1, got an array of "
                f"shape {image.shape}; read() frames any picture: lens.image = dl.read(picture).prepared.image"
            )
        image = image.clip(0, 1)
        image.flags.writeable = False
        now = getattr(obj, str(self.name))
        return now if now is not None and np.array_equal(now, image) else image


class _Network(traitlets.TraitType[Any, Any]):
    """A Reader. A Network that is set takes the place of the reader's own."""

    info_text = "a Reader or a Network"

    def validate(self, obj: Any, value: Any) -> Any:
        """Check a network that is set. Raises UsageError, ShapeError."""
        if isinstance(value, Network):
            return replace(obj.network, network=value)
        if not isinstance(value, Reader):
            raise UsageError(f"the network of a lens is a Reader or a Network, got {type(value).__name__}; see load()")
        return value


class LensWidget(anywidget.AnyWidget):
    """The page in a cell; `dl.Lens()` makes one, and says what its traits are."""

    _esm = bundle(WIDGET).decode()

    drawing: Any = traitlets.List().tag(sync=True)
    image = _Image().tag(sync=True, to_json=_image_to_page, from_json=_image_of_page)
    reading = traitlets.Dict().tag(sync=True)
    network = _Network().tag(sync=True, to_json=_reader_to_page, from_json=_reader_of_page)
    neuron = traitlets.Tuple(traitlets.Int(), traitlets.Int()).tag(sync=True)
    view = traitlets.Enum(["read", "neuron", "learn"], "read").tag(sync=True)
    _label = traitlets.Unicode().tag(sync=True)

    def __init__(self, reader: Reader, view: str, neuron: tuple[int, int]) -> None:
        number = next(_numbers)
        label = f"lens {number}" if number > 1 else ""  # landmarks of two lenses on one page have two names
        super().__init__(network=reader, view=view, neuron=tuple(neuron), _label=label)

    @traitlets.validate("drawing")
    def _valid_drawing(self, proposal: Any) -> Any:
        """Strokes of points of two finite numbers. Raises ShapeError."""
        try:
            strokes = [[[float(x), float(y)] for x, y in stroke] for stroke in proposal["value"]]
        except (TypeError, ValueError) as error:
            raise ShapeError("a drawing is a list of strokes, each a list of points [x, y]") from error
        points = [point for stroke in strokes for point in stroke]
        if len(points) > MOST_POINTS or not np.isfinite(points).all() or not all(strokes):
            raise ShapeError(f"a drawing has at most {MOST_POINTS} points, all finite, and no empty stroke")
        return strokes

    @traitlets.validate("neuron")
    def _valid_neuron(self, proposal: Any) -> Any:
        """A neuron that the network has. Raises UsageError."""
        layer, neuron = proposal["value"]
        sizes = self.network.network.sizes
        if not 1 <= layer < len(sizes) or not 0 <= neuron < sizes[layer]:
            raise UsageError(f"the network {'-'.join(map(str, sizes))} has no neuron {neuron} in layer {layer}")
        return layer, neuron

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget; and what it shows now as a picture, for whatever runs no widgets, such as nbconvert."""
        shown: Any = super()._repr_mimebundle_(**kwargs)
        data, metadata = shown if isinstance(shown, tuple) else (shown or {}, {})
        return {**data, "text/html": self._picture()}, metadata

    def _picture(self) -> str:
        """What it shows as HTML without scripts."""
        if self.image is None or not self.reading.get("ink"):
            return reader_html(self.network)
        return reading_html(self.network.read(np.uint8(np.rint(255 * np.asarray(self.image)))))
