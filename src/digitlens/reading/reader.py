"""A Reader: a network, the preparation it was trained with, what it can judge, and the story of how it came to be.

This is what a model file holds, what load() gives, and what reads a picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DIGITS, Digits, pixels
from digitlens.digits.preparation.adjusting import adjust_bytes
from digitlens.digits.preparation.framing import FRAMING_VERSION
from digitlens.digits.preparation.prepare import Prepared, prepare
from digitlens.errors import ShapeError
from digitlens.kernel.capabilities import refuses
from digitlens.kernel.compiled import Compiled
from digitlens.network.activations import Array
from digitlens.network.network import Network, Trace
from digitlens.reading.calibration import Calibration, fit_calibration
from digitlens.reading.evaluation import Evaluation, evaluate
from digitlens.reading.familiarity import Familiarity
from digitlens.reading.reading import Reading

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

    from digitlens.reading.page.page import Page

AT_ONCE = 1_000  # images a forward pass: 3 MB, which stays in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """A network that can be handed any picture.

    recipe, provenance and history are plain JSON values: how it was trained (learning/recipe.py gives it
    meaning), on what and how well, and how it went, one row an epoch.
    """

    network: Network
    name: str = "unnamed"
    cost: str = "quadratic"  # what it was trained to make small: "quadratic" or "cross_entropy"
    classes: tuple[str, ...] = DIGITS  # the name of output 0, 1, ...
    framing: int = FRAMING_VERSION
    adjusting: tuple[str, ...] = ()  # steps from 28×28 to 28×28, see digits/preparation/adjusting.py
    recipe: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    history: Sequence[Mapping[str, float]] = ()
    notes: tuple[str, ...] = ()  # the unknown blocks of the model file that were skipped
    familiarity: Familiarity | None = None  # what digits look like; None: it cannot tell what is none
    calibration: Calibration | None = None  # how sure its answers are; None: it cannot tell

    def read(self, picture: str | Path | bytes | NDArray[Any] | PillowImage) -> Reading:
        """Read one picture: a file, its bytes, an array, or a Pillow image, of any size.

        Raises PictureError for a file that is no picture, ShapeError for an array that is none. A picture without ink
        gets a Reading too, which says so.
        """
        prepared = prepare(picture, self.adjusting)
        trace = self.network.forward(prepared.image.reshape(1, 784).astype(self.network.dtype))[0]
        path = str(picture) if isinstance(picture, (str, Path)) else None
        judgement = self.familiarity.judge(_framed(prepared)) if self.familiarity and prepared.ink_found else None
        confidence = float(self.calibration.confidence(trace.z[-1])) if self.calibration else None
        return Reading(prepared, trace, self.classes, self.name, path, judgement, confidence)

    def read_page(self, picture: str | Path | bytes | NDArray[Any] | PillowImage) -> Page:
        """Read a photo or scan with several digits: the numbers on it, in reading order, each digit with its box.

        Raises what read() raises. A page on which nothing is written gets an empty text.
        """
        from digitlens.reading.page.page import find_page

        familiarity = self.familiarity
        if familiarity is None:
            return find_page(self.read(picture), self.outputs)

        def familiar(images: NDArray[np.uint8]) -> NDArray[np.float64]:
            return familiarity.of(images / np.float32(255))

        return find_page(self.read(picture), self.outputs, familiar, familiarity.threshold)

    def adjusted(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Pictures that are framed already, (n, 28, 28), after this reader's adjusting steps."""
        return adjust_bytes(images, self.adjusting)

    def traces(self, images: NDArray[np.uint8]) -> Iterator[Trace]:
        """What the network thinks of pictures that are framed already, (n, 28, 28), up to 1,000 in one trace.

        Raises ShapeError unless they are uint8 of that shape, at least one.
        """
        _check_framed(images)
        for start in range(0, len(images), AT_ONCE):
            some = self.adjusted(images[start : start + AT_ONCE])
            yield self.network.forward(pixels(some.reshape(len(some), 784), self.network.dtype))

    def outputs(self, images: NDArray[np.uint8]) -> Array:
        """The output activations for pictures that are framed already: (n, 28, 28) uint8 -> (n, 10).

        By the compiled kernel where it serves (see `engine`), which agrees with traces() up to rounding. ShapeError for
        other arrays.
        """
        if self.engine == "plain":
            return np.concatenate([trace.a[-1] for trace in self.traces(images)])
        _check_framed(images)
        compiled = _COMPILED.get(self.network)
        if compiled is None:
            compiled = _COMPILED[self.network] = Compiled(self.network)
        return compiled.outputs(self.adjusted(np.ascontiguousarray(images)).reshape(len(images), 784))

    @property
    def engine(self) -> str:
        """Which engine reads many pictures: "compiled", or "plain" where that cannot."""
        return "plain" if self.fallback_reason else "compiled"

    @property
    def fallback_reason(self) -> str:
        """Why the compiled engine cannot read with this network; empty if it can."""
        return refuses(self.network.sizes, self.network.activations, self.network.dtype)

    def evaluate(self, digits: Digits) -> Evaluation:
        """How well it reads digits that are framed already, as MNIST's are: adjusting only. ShapeError for none."""
        return evaluate(self.outputs(digits.images), digits.digits, self.name, self.network.parameters)

    def calibrated(self, digits: Digits) -> Reader:
        """The same reader, which knows how sure it is: fitted on framed digits that it has not learned from."""
        sums = np.concatenate([trace.z[-1] for trace in self.traces(digits.images)])
        return replace(self, calibration=fit_calibration(sums, digits.digits))

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.network.sizes))
        return f"<Reader {self.name}: {sizes}, {self.network.parameters:,} weights and biases>"

    def _repr_html_(self) -> str:
        from digitlens.reading.html import reader_html

        return reader_html(self)


_COMPILED: WeakKeyDictionary[Network, Compiled] = WeakKeyDictionary()  # networks made ready for the kernel


def _framed(prepared: Prepared) -> Array:
    """The picture before any adjusting step: what a Familiarity looks at."""
    return next(stage.image for stage in prepared.stages if stage.name == "centred")


def _check_framed(images: NDArray[np.uint8]) -> None:
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28) or not len(images):
        raise ShapeError(
            "a reader wants framed pictures (n, 28, 28) in uint8, 0 no ink to 255, got "
            f"{images.shape} in {images.dtype}; for any other picture use read()"
        )
