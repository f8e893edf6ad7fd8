"""The traits of a Lens: what may be assigned to each, and how the page is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from digitlens.checks import check_type, described, whole_number
from digitlens.errors import ShapeError, UsageError
from digitlens.network.network import Network
from digitlens.reading.reader import Reader
from digitlens.reading.reading import Reading

try:
    from traitlets import TraitType
except ImportError:  # the class is there all the same; a Lens says what it needs
    TraitType = object  # type: ignore[assignment, misc]

VIEWS = ("read", "neuron", "learn")
UNIT = 64  # coordinates are whole 64ths of a unit of the pad
FARTHEST = 100.0  # units from the pad's corner
MOST_POINTS = 5_000

Strokes = tuple[NDArray[np.float64], ...]


class Trait(TraitType):  # type: ignore[type-arg]
    """A trait whose values one function checks and brings into one form; it raises our own errors.

    check: the lens, and what was given  ->  what is kept. to_page, from_page: what the page is told of it, and what
    the page told; without them it stays in Python.
    """

    def __init__(
        self,
        check: Callable[[Any, Any], Any],
        to_page: Callable[[Any], Any] | None = None,
        from_page: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__()
        self._check = check
        if to_page and hasattr(self, "tag"):
            self.tag(sync=True, to_json=lambda value, _: to_page(value))
            self.tag(from_json=lambda value, _: (from_page or same)(value))

    def validate(self, lens: Any, value: Any) -> Any:
        """What is kept of a value."""
        return self._check(lens, value)


def same(value: Any) -> Any:
    """Itself."""
    return value


def drawing(lens: Any, value: Any) -> Strokes:
    """Strokes on the page's grid, each (points, 2)."""
    wanted = f"Lens.drawing wants strokes, each (points, 2) within {FARTHEST:.0f} units of the pad's corner"
    check_type("Lens", "drawing", value, (list, tuple), "a list of strokes", "each an array (points, 2)")
    try:
        strokes = [np.asarray(stroke, dtype=np.float64) for stroke in value]
    except (TypeError, ValueError) as error:
        raise ShapeError(f"{wanted}, got something else than numbers") from error
    for stroke in strokes:
        if stroke.ndim != 2 or stroke.shape[1] != 2 or not len(stroke):
            raise ShapeError(f"{wanted}, got an array of shape {stroke.shape}")
        if not (np.abs(stroke) <= FARTHEST).all():
            raise ShapeError(f"{wanted}, got a point farther away, or one that is no number")
    if (points := sum(map(len, strokes))) > MOST_POINTS:
        raise ShapeError(f"Lens.drawing takes at most {MOST_POINTS:,} points, got {points:,}; leave some out")
    kept = [np.floor(stroke * UNIT + 0.5) / UNIT for stroke in strokes]
    for stroke in kept:
        stroke.flags.writeable = False
    return tuple(kept)


def image(lens: Any, value: Any) -> NDArray[np.float64]:
    """What the network is to see, in floats."""
    shape = lens.reader.image_shape
    advice = "Lens.read() takes any picture"
    check_type("Lens", "image", value, np.ndarray, "an array", advice)
    if value.shape != shape or value.dtype.kind not in "fu" or (value.dtype.kind == "u" and value.dtype != np.uint8):
        raise ShapeError(
            f"Lens.image wants what the network sees, {shape} in floats from 0 to 1 or in uint8, got {value.shape} in "
            f"{value.dtype}; {advice}"
        )
    image = value / 255.0 if value.dtype == np.uint8 else np.array(value, np.float64)
    if not ((image >= 0) & (image <= 1)).all():
        raise ShapeError(f"Lens.image wants numbers from 0, no ink, to 1, got others; {advice}")
    image.flags.writeable = False
    return cast("NDArray[np.float64]", image)


def reading(lens: Any, value: Any) -> Reading:
    """A reading of an image that the network could see."""
    check_type("Lens", "reading", value, Reading, "a Reading", "Lens.read() makes one of a picture, and shows it")
    shape = lens.reader.image_shape
    if value.prepared.image.shape != shape:
        raise ShapeError(f"Lens.reading wants one of images of {shape}, got {value.prepared.image.shape}")
    return cast("Reading", value)


def network(lens: Any, value: Any) -> Network:
    """The network, after all that could be wrong with it as a Reader was found."""
    check_type("Lens", "network", value, (Network, Reader), "a Network", "or a Reader: load() gives the one of a file")
    return lens._taken(value)  # noqa: SLF001 - it is the check of its trait


def neuron(lens: Any, value: Any) -> tuple[int, int]:
    """The layer, 1 for the first hidden one, and the neuron in it; from the page, whose network may be newer, any."""
    check_type("Lens", "neuron", value, (list, tuple), "a layer and a neuron", "such as (1, 3)")
    if len(value) != 2:
        raise UsageError(f"Lens wants a layer and a neuron, such as (1, 3), for neuron, got {len(value)} numbers")
    sizes = lens.reader.network.sizes
    told = lens.told
    layer = whole_number("Lens", "the layer of neuron", value[0], 1, None if told else len(sizes) - 1)
    return layer, whole_number("Lens", "neuron", value[1], 0, None if told else sizes[layer] - 1)


def view(lens: Any, value: Any) -> str:
    """One of VIEWS."""
    if not isinstance(value, str) or value not in VIEWS:
        raise UsageError(f"Lens has the views {', '.join(VIEWS)}, got {described(value)}")
    return str(value)


def anything(lens: Any, value: Any) -> Any:
    """Whatever it is: nobody assigns it but ourselves."""
    return value
