"""Where experiments run: on a thread with the digits in common, or in a process of its own, told over its pipes.

    for step in Runs(data, "auto").walk(recipe, hold): ...      # or Worker(data, "auto"): the same steps

A step is a row of history after each epoch; the last one is a Reader, or a text that says what failed. `hold` gets what
stop() ends, before it begins.
"""

from __future__ import annotations

import json
import math
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import fields
from queue import SimpleQueue
from subprocess import PIPE, Popen
from typing import Any

import numpy as np

from digitlens.digits.dataset import DataSet, Digits
from digitlens.errors import DigitlensError
from digitlens.learning.engines import choose
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
WORKER = (  # deaf to Ctrl-C, which goes to all processes of a terminal: whoever started it ends it
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = sys.argv[1:]; "
    "from digitlens.learning.workers import serve; serve()"
)


class Runs:
    """Runs on the same digits: those that hold out, adjust and label alike have their split in common, made once."""

    def __init__(self, data: DataSet, engine: str) -> None:
        self._data, self._engine, self._lock = data, engine, threading.Lock()
        self._first: dict[tuple[Any, ...], Run] = {}

    def walk(self, recipe: Recipe, hold: Callable[[Any], None]) -> Iterator[Any]:
        """A row of history, a dict, after each epoch; then a Reader, or nothing if stopped, or a text: what failed."""
        try:
            with self._lock:
                shuffled = recipe.seed if recipe.labels == "random" else None
                key = recipe.validation, recipe.preparation, shuffled
                if (first := self._first.get(key)) is None:
                    first = self._first[key] = Run(recipe, self._data, engine=self._engine)
                    first.fingerprint  # noqa: B018 - worked out once, for all
            run = deepcopy(first, {id(part): part for part in (first.data, first.split)})
            run.recipe, run.engine = recipe, choose(recipe, self._engine)
            hold(run)
            yield from (run.history[-1] for record in run if record.training)
            if run.finished:
                yield run.reader()
        except Exception as problem:  # whatever it is, it is this recipe's, and the others go on
            yield str(problem) if isinstance(problem, DigitlensError) else f"{type(problem).__name__}: {problem}"


class Worker:
    """A process of its own that gets the digits once, then recipe after recipe. It begins with the first of them."""

    def __init__(self, data: DataSet, engine: str) -> None:
        self._data, self._engine = data, engine
        self._process: Popen[bytes] | None = None

    def walk(self, recipe: Recipe, hold: Callable[[Any], None]) -> Iterator[Any]:
        """The same as Runs.walk()."""
        try:
            begins, command, env = not self._process, [sys.executable, "-c", WORKER, *sys.path], os.environ | ONE_THREAD
            process = self._process = self._process or Popen(command, stdin=PIPE, stdout=PIPE, env=env)  # noqa: S603 - us
            hold(self)
            if begins:
                data, halves = self._data, (self._data.training, self._data.test)
                sent = [array for half in halves for array in (half.images, half.digits)]
                _send(process.stdin, [self._engine, data.name, data.source, data.classes], *sent)
            _send(process.stdin, recipe.to_json())
            while "epoch" in (answer := _receive(process.stdout))[0]:
                yield answer[0]
            said, arrays = answer
            if arrays:
                layers = tuple(Layer(*pair) for pair in zip(arrays[::2], arrays[1::2], strict=True))
                story: Any = {name: tuple(each) if isinstance(each, list) else each for name, each in said.items()}
                yield Reader(Network(layers, recipe.activations()), **story)
            else:
                yield said["error"]
        except (OSError, ValueError):
            yield f"the process of this run ended before it, with exit code {self.close()}"

    def stop(self) -> None:
        """End what it does, at once."""
        if process := self._process:
            process.kill()  # it holds nothing that it could leave behind

    def close(self) -> int | None:
        """End the process, if there is one: its exit code."""
        process, self._process = self._process, None
        if process:
            process.kill()
            with suppress(OSError), process:  # what was not sent yet
                pass
        return process.returncode if process else None


def serve() -> None:
    """The other end: digits and recipes from stdin, what becomes of them to stdout, until nobody is there."""
    inbox, outbox, sys.stdout = sys.stdin.buffer, sys.stdout.buffer, sys.stderr  # a print must not get in between
    asked: SimpleQueue[Any] = SimpleQueue()

    def listen() -> None:
        try:
            while True:
                asked.put(_receive(inbox))
        finally:
            os._exit(0)  # nobody is there any more: we are not left behind, however they ended

    threading.Thread(target=listen, daemon=True).start()
    (engine, name, source, classes), (images, digits, *test) = asked.get()
    runs = Runs(DataSet(name, source, Digits(images, digits), Digits(*test), tuple(classes)), engine)
    with suppress(OSError):
        while True:
            for step in runs.walk(Recipe.from_json(asked.get()[0]), lambda run: None):
                if isinstance(step, Reader):
                    story = {each.name: getattr(step, each.name) for each in fields(step)[1:]}  # all but the network
                    arrays = [array for layer in step.network.layers for array in (layer.weights, layer.biases)]
                    _send(outbox, story, *arrays)
                else:
                    _send(outbox, {"error": step} if isinstance(step, str) else step)
    os._exit(0)


def _send(pipe: Any, what: Any, *arrays: np.ndarray) -> None:
    """Plain JSON values on one line, and the bytes of arrays after it."""
    head = json.dumps([what, [(array.dtype.str, array.shape) for array in arrays]])
    pipe.writelines([head.encode(), b"\n", *(array.tobytes() for array in arrays)])
    pipe.flush()


def _receive(pipe: Any) -> tuple[Any, list[Any]]:
    """What was sent. Raises ValueError if the other end is gone."""
    what, kinds = json.loads(pipe.readline())
    sizes = [np.dtype(dtype).itemsize * math.prod(shape) for dtype, shape in kinds]
    parts = [bytearray(pipe.read(size)) for size in sizes]
    return what, [np.frombuffer(part, dtype).reshape(shape) for part, (dtype, shape) in zip(parts, kinds, strict=True)]
