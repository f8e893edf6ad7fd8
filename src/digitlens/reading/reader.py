"""A Reader: a network, the preparation it was trained with, what it can judge, and the story of how it came to be.

This is what a model file holds, what load() gives, and what reads a picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from digitlens.checks import check_type, tuple_of
from digitlens.digits.dataset import (
    DIGIT_SHAPE,
    DIGITS,
    LARGEST_SIDE,
    MOST_CLASSES,
    Digits,
    are_digits,
    pixels,
    shape_name,
)
from digitlens.digits.preparation.adjusting import adjust_bytes
from digitlens.digits.preparation.decode import Decoded, decode
from digitlens.digits.preparation.framing import FRAMING_VERSION, NOT_FRAMED
from digitlens.digits.preparation.prepare import Prepared, prepare
from digitlens.errors import ShapeError, UsageError
from digitlens.kernel.capabilities import refuses
from digitlens.kernel.compiled import Compiled
from digitlens.network.activations import Array
from digitlens.network.network import Network, Trace
from digitlens.reading import overflow
from digitlens.reading.calibration import Calibration, fit_calibration
from digitlens.reading.evaluation import Evaluation, evaluate
from digitlens.reading.expectation import expectation_of
from digitlens.reading.familiarity import Familiarity
from digitlens.reading.reading import Reading
from digitlens.reading.regions import Field, Region, crop, regions_of
from digitlens.reading.unchangeable import unchangeable

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

    from digitlens.reading.page.page import Page, PagePicture

    Picture = str | Path | bytes | IO[bytes] | NDArray[Any] | Sequence[Sequence[float]] | PillowImage

FINE_PAGE = 8_000_000  # pixels of a photo of a page: of more, find_paper() would look at a quarter anyway
AT_ONCE = 1_000  # images a forward pass: 3 MB, which stays in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """A network that can be given any picture: load() gives one, and a model file holds one.

    recipe, provenance and history are plain JSON values. The network's arrays are read-only, and copied if somebody
    could still write to them: what was read once is read so again. Raises ShapeError where network, image shape and
    classes do not fit together, and for a familiarity of anything but digits.
    """

    network: Network  # what reads
    name: str = "unnamed"  # for people, at most 100 characters
    cost: str = "quadratic"  # what it was trained to make small: "quadratic" or "cross_entropy"
    classes: tuple[str, ...] = DIGITS  # the name of output 0, 1, ...
    framing: int = FRAMING_VERSION  # or NOT_FRAMED, for images that were not made like MNIST's, whatever their shape
    adjusting: tuple[str, ...] = ()  # steps after framing, see digits/preparation/adjusting.py
    recipe: Mapping[str, Any] = field(default_factory=dict)  # how it was trained: Recipe.to_json()
    provenance: Mapping[str, Any] = field(default_factory=dict)  # on what it was trained, and how well it reads
    history: Sequence[Mapping[str, float]] = ()  # the learning curve: a row an epoch, with cost and accuracy
    notes: tuple[str, ...] = ()  # the unknown blocks of the model file that were skipped
    familiarity: Familiarity | None = None  # what digits look like; None: it cannot tell what is none
    calibration: Calibration | None = None  # how sure its answers are; None: it cannot tell
    image_shape: tuple[int, int] = DIGIT_SHAPE  # rows and columns of what the network sees
    dark_on_light: bool = False  # its images show dark writing on light paper; framed ones never do

    def __post_init__(self) -> None:
        self._check_fields()
        sizes, (rows, columns) = self.network.sizes, self.image_shape
        if max(rows, columns) > LARGEST_SIDE or sizes[-1] > MOST_CLASSES:
            raise ShapeError(
                f"a Reader sees at most {shape_name((LARGEST_SIDE, LARGEST_SIDE))} pixels and tells {MOST_CLASSES} "
                f"classes apart, got {shape_name(self.image_shape)} and {sizes[-1]}"
            )
        if rows * columns != sizes[0] or len(self.classes) != sizes[-1]:
            raise ShapeError(
                f"a Reader of {shape_name(self.image_shape)} pixels and {len(self.classes)} classes wants a network "
                f"with as many inputs and outputs, got {'-'.join(map(str, sizes))}; give image_shape and classes"
            )
        if self.framing != NOT_FRAMED and self.image_shape != DIGIT_SHAPE:
            raise ShapeError(
                f"a Reader frames pictures to {shape_name(DIGIT_SHAPE)} pixels and to no other size; give framing="
                f"{NOT_FRAMED} for {shape_name(self.image_shape)}"
            )
        if self.familiarity and not self.reads_digits:
            raise ShapeError("a Reader has a familiarity where it reads digits; leave it out for other classes")

    def _check_fields(self) -> None:
        """Raise UsageError for a field of another type than it has here."""
        who = "Reader()"
        check_type(who, "network", self.network, Network, "a Network", "load() gives the Reader of a file")
        object.__setattr__(self, "network", unchangeable(self.network))
        for name in ("name", "cost"):
            check_type(who, name, getattr(self, name), str, "a text")
        for name in ("classes", "adjusting", "notes"):
            object.__setattr__(self, name, tuple_of(who, name, getattr(self, name), str, "texts"))
        for name in ("recipe", "provenance"):
            check_type(who, name, getattr(self, name), Mapping, "a dictionary")
        tuple_of(who, "history", self.history, dict, "dictionaries")
        if len(tuple_of(who, "image_shape", self.image_shape, int, "rows and columns")) != 2:
            raise ShapeError(f"{who} wants rows and columns for image_shape, got {len(self.image_shape)} numbers")
        check_type(who, "framing", self.framing, int, "a whole number")
        check_type(who, "familiarity", self.familiarity, (Familiarity, type(None)), "a Familiarity or None")
        check_type(who, "calibration", self.calibration, (Calibration, type(None)), "a Calibration or None")

    @property
    def reads_digits(self) -> bool:
        """Whether it sees framed images of 28×28, and its classes are "0", "1", ..."""
        return self.framing != NOT_FRAMED and are_digits(self.classes)

    def read(self, picture: Picture) -> Reading:
        """Read one picture.

        picture: a picture file, its bytes, an array or a Pillow image, of any size.

        Raises PictureError for a file that is no picture, ShapeError for an array that is none, DataError where the
        network's numbers grow beyond all bounds. A picture without ink gets a Reading too, which says so.
        """
        return self._read(decode(picture, self.image_shape), _path_of(picture))

    def _read(self, decoded: Decoded, path: str | None) -> Reading:
        familiar = self.familiarity.of_one if self.familiarity else None
        prepared = prepare(
            decoded,
            self.adjusting,
            shape=self.image_shape,
            dark_on_light=self.dark_on_light,
            familiar=familiar,
            framing=self.framing,
        )
        return reading_of(self, prepared, path)

    def read_page(
        self,
        picture: Picture,
        *,
        expect: str | Iterable[str] | None = None,
    ) -> Page:
        """Read a photo or scan with several digits: the numbers on it, in reading order, each digit with its box.

        picture: a picture file, its bytes, an array or a Pillow image. expect: what each number is, as for
        dl.read_page(): a pattern, a list of numbers, "luhn" or "ean".

        Raises what read() raises, and UsageError where the network does not read digits. A page on which nothing is
        written gets an empty text.
        """
        if not self.reads_digits:
            raise UsageError(
                f"a page is searched for digits, and {self!r} does not read digits; read its pictures one by one"
            )
        from digitlens.reading.page.page import find_page

        familiarity = self.familiarity
        expected = None if expect is None else expectation_of(expect)
        page = self._page_picture(picture)
        if familiarity is None:
            return find_page(page, self.outputs, expected=expected)

        def familiar(images: NDArray[np.uint8]) -> NDArray[np.float64]:
            return familiarity.of(images / np.float32(255))

        return find_page(page, self.outputs, familiar, familiarity.threshold, expected)

    def _page_picture(self, picture: Picture) -> PagePicture:
        from digitlens.reading.page.page import PagePicture

        decoded, path = decode(picture, fine=FINE_PAGE), _path_of(picture)
        return PagePicture(decoded, path, self.name, self.classes, partial(self._read, decoded, path))

    def read_fields(
        self,
        picture: Picture,
        regions: Mapping[str, str | Sequence[float]] | Iterable[str | Region],
        *,
        expect: str | Iterable[str] | Mapping[str, str | Iterable[str]] | None = None,
    ) -> dict[str, Field]:
        """Read the fields of a form, each by itself as a small page: a Field for each region, by its name.

        picture: as for read_page(). regions: {"total": "10%,20%,30%,5%"} or {"total": (120, 80, 400, 60)}: left, top,
        width and height in percent or pixels of the picture. expect: as for read_page(), or one for each field by name.

        Raises what read_page() raises, UsageError for what is no region, PictureError for one outside of the picture.
        """
        found = {}
        wanted = regions_of("read_fields()", regions)
        decoded = decode(picture)
        for region in wanted:
            grey, box = crop(decoded, region)
            each = expect.get(region.name) if isinstance(expect, Mapping) else expect
            found[region.name] = Field(region.name, self.read_page(grey, expect=each), *box, decoded.reduction)
        return found

    def adjusted(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The images after this reader's adjusting steps: (n, rows, columns) uint8 of its image shape, and the same."""
        return adjust_bytes(images, self.adjusting)

    def traces(self, images: NDArray[np.uint8]) -> Iterator[Trace]:
        """What every neuron holds for many images, up to 1,000 of them in one Trace.

        images: (n, rows, columns) uint8 of its image shape, at least one; digits must be framed already. Raises
        ShapeError for others.
        """
        self._check(images)
        for start in range(0, len(images), AT_ONCE):
            some = self.adjusted(images[start : start + AT_ONCE])
            yield overflow.forward(self.network, pixels(some.reshape(len(some), -1), self.network.dtype))

    def outputs(self, images: NDArray[np.uint8]) -> Array:
        """The output activations for many images, (n, classes).

        images: (n, rows, columns) uint8 of its image shape, at least one; digits must be framed already.
        By the compiled kernel where it serves (see `engine`), which agrees with traces()
        up to rounding. Raises ShapeError for other arrays.
        """
        if self.engine == "plain":
            return np.concatenate([trace.a[-1] for trace in self.traces(images)])
        self._check(images)
        compiled = _COMPILED.get(self.network)
        if compiled is None:
            compiled = _COMPILED[self.network] = Compiled(self.network)
        return overflow.checked(compiled.outputs(self.adjusted(np.ascontiguousarray(images)).reshape(len(images), -1)))

    @property
    def engine(self) -> str:
        """Which engine reads many pictures: "compiled", or "plain" where that cannot."""
        return "plain" if self.fallback_reason else "compiled"

    @property
    def fallback_reason(self) -> str:
        """Why the compiled engine cannot read with this network; empty if it can."""
        return refuses(self.network.sizes, self.network.activations, self.network.dtype)

    def evaluate(self, digits: Digits) -> Evaluation:
        """How well it reads many images.

        digits: images of its image shape with their labels, at least one; they must be framed already, and are only
        adjusted. Raises ShapeError for others, UsageError for anything else than Digits.
        """
        check_type("evaluate()", "digits", digits, Digits, "Digits", "of a DataSet, give its test or training digits")
        outputs = self.outputs(digits.images)
        return evaluate(outputs, digits.digits, self.name, self.network.parameters, self.classes)

    def calibrated(self, digits: Digits) -> Reader:
        """The same reader, which knows how sure its answers are.

        digits: framed images with their labels, which it has not learned from. Raises ShapeError for others.
        """
        check_type("calibrated()", "digits", digits, Digits, "Digits", "of a DataSet, give its test or training digits")
        sums = np.concatenate([trace.z[-1] for trace in self.traces(digits.images)])
        return replace(self, calibration=fit_calibration(sums, digits.digits))

    def _check(self, images: NDArray[np.uint8]) -> None:
        shape = self.image_shape
        check_type("a reader", "images", images, np.ndarray, "an array", "for a single picture use read()")
        if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != shape or not len(images):
            framed = "framed " if self.framing != NOT_FRAMED else ""
            raise ShapeError(
                f"this reader wants {framed}pictures (n, {shape[0]}, {shape[1]}) in uint8, 0 no ink to 255, got "
                f"{images.shape} in {images.dtype}; for any other picture use read()"
            )

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, ({each.name: getattr(self, each.name) for each in fields(self)},)  # read-only there, too

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.network.sizes))
        shape = "" if self.image_shape == DIGIT_SHAPE else f", sees {shape_name(self.image_shape)} pixels"
        return f"<Reader {self.name}: {sizes}, {self.network.parameters:,} weights and biases{shape}>"

    def _repr_html_(self) -> str:
        from digitlens.reading.html import reader_html

        return reader_html(self)


def _unpickled(values: dict[str, Any]) -> Reader:
    return Reader(**values)


_COMPILED: WeakKeyDictionary[Network, Compiled] = (
    WeakKeyDictionary()
)  # networks made ready for the kernel; none of them changes


def reading_of(reader: Reader, prepared: Prepared, path: str | None = None) -> Reading:
    """What a reader says of a picture that is prepared for it. Raises DataError where its numbers grow too large."""
    trace = overflow.forward(reader.network, prepared.image.reshape(1, -1).astype(reader.network.dtype))[0]
    judgement = reader.familiarity.judge(_framed(prepared)) if reader.familiarity and prepared.ink_found else None
    confidence = float(reader.calibration.confidence(trace.z[-1])) if reader.calibration else None
    return Reading(prepared, trace, reader.classes, reader.name, path, judgement, confidence)


def _path_of(picture: Any) -> str | None:
    """The path of a picture that was given as one."""
    return str(picture) if isinstance(picture, (str, Path)) else None


def _framed(prepared: Prepared) -> Array:
    """The picture before any adjusting step: what a Familiarity looks at."""
    return next(stage.image for stage in prepared.stages if stage.name == "centred")
