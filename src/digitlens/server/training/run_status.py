"""What a page is told of a run: the frames "run", "mistakes" and "moment". docs/app.md lists what is in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DIGIT_SHAPE, DIGITS, Digits
from digitlens.digits.preparation.framing import framing_for
from digitlens.learning.recipe import Recipe
from digitlens.learning.recipes.commands import command
from digitlens.learning.training import Run
from digitlens.network.network import Network
from digitlens.reading.reader import Reader
from digitlens.server.training.frames import as_pictures, frame
from digitlens.server.training.snapshots import Row, Sizes, Snapshot, arrays

PICTURES = 64  # neurons of the first layer that are shown
SHOWN = 24  # digits that are still read wrongly
AT_ONCE = 1_000  # test digits read, before it is asked again whether there is time


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a visitor asks for."""

    number: int  # by the visitor's own count
    recipe: Recipe
    base: str  # the named recipe that it came from
    data: str  # the name of a set of digits
    named: str = ""  # the same for --data, where it has to be named there
    chosen: bool = False  # how many digits are held out was chosen, and stays
    classes: tuple[str, ...] = DIGITS  # what that set has
    image_shape: tuple[int, int] = DIGIT_SHAPE


@dataclass(frozen=True, slots=True)
class Last:
    """The example of the last single step."""

    index: int  # of the training digit
    digit: int
    cost_before: float
    cost_after: float

    def to_json(self) -> dict[str, Any]:
        """For a frame; a cost beyond all bounds is null."""
        return {name: value if np.isfinite(value) else None for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True, eq=False)
class RunStatus:
    """The state of a run in words and numbers."""

    order: RunRequest
    state: str = "paused"  # waiting, running, paused, finished, diverged, failed, interrupted
    error: str = ""
    recipe: Recipe | None = None  # as it is run: fitted to the digits
    source: str = ""
    training: int = 0  # images learned from
    test: int = 0
    classes: tuple[str, ...] = ()
    engine: str = ""
    fallback_reason: str = ""  # why the compiled engine does not serve
    batches: int = 0  # in an epoch
    example: int = 0  # examples learned singly of the mini-batch under way
    rate: float = 0.0
    own_way: bool = False
    kept: bool = False
    last: Last | None = None

    def of(self, run: Run) -> RunStatus:
        """With what is known once the digits are there."""
        split = run.split
        return replace(
            self,
            recipe=run.recipe,
            source=run.data.source,
            training=len(split.training),
            test=len(split.test),
            classes=run.data.classes,
            engine=run.engine.name,
            fallback_reason=run.fallback_reason,
            batches=-(-len(split.training) // run.recipe.mini_batch),
            rate=run.recipe.learning_rate,
        )


def run_frame(
    told: RunStatus,
    place: int,
    history: Sequence[tuple[Row, Sizes]],
    moment: Snapshot | None,
    image: NDArray[Any] | None,
) -> bytes:
    """How a run is getting on. place: turns that come before it. image: (pixels,) uint8 of the last single example."""
    order, recipe = told.order, told.recipe or told.order.recipe
    (rows, columns), outputs = order.image_shape, len(told.classes or order.classes)
    header = {
        "type": "run",
        "number": order.number,
        "state": told.state,
        "place": place,
        "error": told.error,
        "recipe": recipe.to_json(),
        "base": order.base,
        "data": order.data,
        "source": told.source,
        "training": told.training,
        "test": told.test,
        "sizes": list(moment.network.sizes if moment else recipe.sizes(outputs, rows * columns)),
        "classes": list(told.classes),
        "rows": rows,
        "columns": columns,
        "engine": told.engine,
        "fallback_reason": told.fallback_reason,
        "epoch": moment.epoch if moment else 0,
        "mini_batch": moment.mini_batch if moment else 0,
        "batches": told.batches,
        "example": told.example,
        "records": moment.number + 1 if moment else 0,
        "seconds": moment.seconds if moment else 0.0,
        "rate": told.rate,
        "command": _command(recipe, order.base, order.named),
        "own_way": told.own_way,
        "kept": told.kept,
        "last_example": told.last.to_json() if told.last else None,
    }
    curves, gradients = arrays(history)
    blocks: dict[str, NDArray[Any]] = {"curves": curves, "gradients": gradients}
    if moment:
        blocks["pictures"], header["strongest"] = as_pictures(moment.network.layers[0].weights, PICTURES)
    if image is not None:
        blocks["example"] = image
    return frame(header, blocks)


@lru_cache(256)
def _command(recipe: Recipe, base: str, data: str) -> str:
    return command(recipe, base, data)


def mistakes_frame(number: int, record: int, read: NDArray[Any], test: Digits, classes: int) -> bytes:
    """What is read wrongly: how often what is read as what, and the first pictures. read: (n,), as what each is."""
    confusion = np.bincount(test.digits * np.int64(classes) + read, minlength=classes * classes)
    wrong = np.flatnonzero(read != test.digits)
    shown = wrong[:SHOWN]
    header = {
        "type": "mistakes",
        "number": number,
        "record": record,
        "count": len(wrong),
        "tested": len(test),
        "shown": [{"index": int(i), "digit": int(test.digits[i]), "read": int(read[i])} for i in shown],
    }
    blocks: dict[str, NDArray[Any]] = {
        "confusion": confusion.reshape(classes, classes).astype(np.uint32),
        "images": test.flat[shown],
    }
    return frame(header, blocks)


def moment_frame(number: int, ask: int, moment: Snapshot) -> bytes:
    """A moment that somebody goes back to."""
    pictures, strongest = as_pictures(moment.network.layers[0].weights, PICTURES)
    row = moment.row if moment.row and moment.row[0] == moment.position else ()  # else it is an earlier moment's
    header = {
        "type": "moment",
        "number": number,
        "ask": ask,
        "record": moment.number,
        "epoch": moment.epoch,
        "mini_batch": moment.mini_batch,
        "position": moment.position,
        "seconds": moment.seconds,
        "strongest": strongest,
        "measured": [value if np.isfinite(value) else None for value in row] or None,
    }
    return frame(header, {"pictures": pictures})


def read_by(network: Network, test: Digits, should_stop: Callable[[], bool]) -> NDArray[Any] | None:
    """As what a network reads test digits, taken as they are: (n,); None if somebody is in a should_stop meanwhile."""
    classes, shape = tuple(map(str, range(network.sizes[-1]))), test.image_shape
    reader, read = Reader(network, classes=classes, framing=framing_for(shape), image_shape=shape), []
    for start in range(0, len(test), AT_ONCE):
        if should_stop():
            return None
        read.append(reader.outputs(test.images[start : start + AT_ONCE]).argmax(axis=1))
    return np.concatenate(read)
