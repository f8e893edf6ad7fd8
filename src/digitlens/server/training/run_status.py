"""The status of a run in frames for the page: "run", "mistakes" and "moment". docs/app.md lists what they hold."""

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

PICTURES = 64  # neurons of the first layer whose weights are shown
SHOWN = 24  # misread digits that are shown
AT_ONCE = 1_000  # test digits that are read between two calls of should_stop


@dataclass(frozen=True, slots=True)
class RunRequest:
    """The run that a visitor asks for."""

    number: int  # the visitor's own number for it
    recipe: Recipe
    base: str  # the name of the recipe that it is based on
    data: str  # the name of a data set
    named: str = ""  # the value for --data on the command line; empty if it is the default
    chosen: bool = False  # whether the visitor chose how many digits are held out
    classes: tuple[str, ...] = DIGITS  # of that data set
    image_shape: tuple[int, int] = DIGIT_SHAPE


@dataclass(frozen=True, slots=True)
class LastExample:
    """The example of the last single step."""

    index: int  # of the training digit
    digit: int
    cost_before: float
    cost_after: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; an infinite cost is null."""
        return {name: value if np.isfinite(value) else None for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True, eq=False)
class RunStatus:
    """The status of a run."""

    request: RunRequest
    state: str = "paused"  # waiting, running, paused, finished, diverged, failed, interrupted
    error: str = ""
    recipe: Recipe | None = None  # fitted to the data
    source: str = ""
    training: int = 0  # number of training images
    test: int = 0
    classes: tuple[str, ...] = ()
    engine: str = ""
    fallback_reason: str = ""  # why the compiled engine is not used
    batches: int = 0  # in an epoch
    example: int = 0  # single examples of the current mini-batch that were learned
    rate: float = 0.0
    single_examples: bool = False
    checkpointed: bool = False
    last: LastExample | None = None

    def of(self, run: Run) -> RunStatus:
        """The status with what is known once the data are loaded."""
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
    status: RunStatus,
    place: int,
    history: Sequence[tuple[Row, Sizes]],
    snapshot: Snapshot | None,
    image: NDArray[Any] | None,
) -> bytes:
    """The frame "run". place: in the queue, 0 if it is running. image: (pixels,) uint8 of the last single example."""
    request, recipe = status.request, status.recipe or status.request.recipe
    (rows, columns), outputs = request.image_shape, len(status.classes or request.classes)
    header = {
        "type": "run",
        "number": request.number,
        "state": status.state,
        "place": place,
        "error": status.error,
        "recipe": recipe.to_json(),
        "base": request.base,
        "data": request.data,
        "source": status.source,
        "training": status.training,
        "test": status.test,
        "sizes": list(snapshot.network.sizes if snapshot else recipe.sizes(outputs, rows * columns)),
        "classes": list(status.classes),
        "rows": rows,
        "columns": columns,
        "engine": status.engine,
        "fallback_reason": status.fallback_reason,
        "epoch": snapshot.epoch if snapshot else 0,
        "mini_batch": snapshot.mini_batch if snapshot else 0,
        "batches": status.batches,
        "example": status.example,
        "records": snapshot.number + 1 if snapshot else 0,
        "seconds": snapshot.seconds if snapshot else 0.0,
        "rate": status.rate,
        "command": _command(recipe, request.base, request.named),
        "own_way": status.single_examples,
        "kept": status.checkpointed,
        "last_example": status.last.to_json() if status.last else None,
    }
    curves, gradients = arrays(history)
    blocks: dict[str, NDArray[Any]] = {"curves": curves, "gradients": gradients}
    if snapshot:
        blocks["pictures"], header["strongest"] = as_pictures(snapshot.network.layers[0].weights, PICTURES)
    if image is not None:
        blocks["example"] = image
    return frame(header, blocks)


@lru_cache(256)
def _command(recipe: Recipe, base: str, data: str) -> str:
    return command(recipe, base, data)


def mistakes_frame(number: int, record: int, read: NDArray[Any], test: Digits, classes: int) -> bytes:
    """The frame "mistakes": the confusion matrix, and the first misread images. read: (n,), what each was read as."""
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


def snapshot_frame(number: int, ask: int, snapshot: Snapshot) -> bytes:
    """The frame "moment": a snapshot that a page asked for."""
    pictures, strongest = as_pictures(snapshot.network.layers[0].weights, PICTURES)
    row = snapshot.row or ()
    if row and row[0] != snapshot.position:  # measured at an earlier snapshot
        row = ()
    header = {
        "type": "moment",
        "number": number,
        "ask": ask,
        "record": snapshot.number,
        "epoch": snapshot.epoch,
        "mini_batch": snapshot.mini_batch,
        "position": snapshot.position,
        "seconds": snapshot.seconds,
        "strongest": strongest,
        "measured": [value if np.isfinite(value) else None for value in row] or None,
    }
    return frame(header, {"pictures": pictures})


def read_by(network: Network, test: Digits, should_stop: Callable[[], bool]) -> NDArray[Any] | None:
    """What a network reads the (already prepared) test digits as, (n,); None if should_stop() returned True."""
    classes, shape = tuple(map(str, range(network.sizes[-1]))), test.image_shape
    reader, read = Reader(network, classes=classes, framing=framing_for(shape), image_shape=shape), []
    for start in range(0, len(test), AT_ONCE):
        if should_stop():
            return None
        read.append(reader.outputs(test.images[start : start + AT_ONCE]).argmax(axis=1))
    return np.concatenate(read)
