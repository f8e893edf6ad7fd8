"""Experiments: many recipes on the same digits, over all cores, each walked through to its end.

    for outcome in Experiments([recipe.changed(seed=seed) for seed in range(8)], data):
        print(outcome.index, outcome.error or outcome.history[-1]["test_accuracy"])

A run goes on a thread, the digits in common with others, where its engine works without Python's lock; else, and where
digits must be adjusted first, in a process of its own (which needs no `__main__` guard). Its bits are those of a Run.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from copy import deepcopy
from dataclasses import dataclass, fields
from functools import partial
from itertools import pairwise
from queue import Empty, SimpleQueue
from subprocess import PIPE, Popen
from typing import Any

import numpy as np

from digitlens.digits.dataset import DataSet, Digits
from digitlens.errors import DigitlensError, UsageError
from digitlens.learning.engine import choose, lessons
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader

ON_THREADS = ("compiled",)  # the engines that work without Python's lock
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
WORKER = (  # deaf to Ctrl-C, which goes to all processes of a terminal: whoever started it ends it
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = sys.argv[1:]; "
    "from digitlens.learning.experiments import _serve; _serve()"
)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one recipe came to."""

    index: int  # its place among the recipes
    recipe: Recipe
    engine: str
    seconds: float  # the whole run by the clock, with making ready and measuring
    history: tuple[Mapping[str, float], ...]  # one row an epoch, as far as it came
    reader: Reader | None  # None where it failed
    error: str  # why it failed; empty where it did not


@dataclass(frozen=True, slots=True)
class Progress:
    """How far experiments are; a run that failed counts with all its epochs."""

    done: int  # runs
    total: int
    epochs: int  # done, those of runs under way too
    all_epochs: int
    seconds: float  # so far
    seconds_left: float | None  # estimated from all epochs done; None before the first of them


class Experiments:
    """To walk through them is to run them; to leave the walk, or stop() from anywhere, ends what runs within a moment.

    jobs: how many run at once, the longest first; None: one a core. heard: is called after any epoch, by the thread
    that walks, while it waits for an outcome. Raises UsageError for fewer jobs than one, and what Run raises for a
    recipe that does not fit the digits.
    """

    def __init__(
        self,
        recipes: Iterable[Recipe],
        data: DataSet,
        *,
        jobs: int | None = None,
        engine: str = "auto",
        heard: Callable[[Progress], object] = lambda progress: None,
    ) -> None:
        at_once: Any = cores() if jobs is None else jobs
        if not isinstance(at_once, int) or at_once < 1:
            raise UsageError(f"jobs: one run at a time or more, got {jobs!r}")
        self.recipes, self.data, self.jobs, self.heard = tuple(recipes), data, at_once, heard
        self.engines = tuple(choose(recipe, engine).name for recipe in self.recipes)
        for recipe in {recipe.validation: recipe for recipe in self.recipes}.values():
            lessons(recipe, data)
        self.outcomes: dict[int, Outcome] = {}  # by index, as they came: they stay, whatever happens to the others
        self._engine, self._running, self._stopping = engine, dict[int, Run | _Worker](), False
        self._past, self._began = 0.0, 0.0  # seconds of earlier walks; when this one began, 0 if there is none
        self._spent = [(0, 0.0)] * len(self.recipes)  # of each recipe: epochs done, seconds for them

    def __iter__(self) -> Iterator[Outcome]:
        """Every outcome as it comes. Entered again, those that are missing. UsageError while a walk is under way."""
        if self._began:
            raise UsageError("these experiments are under way; one walk at a time")
        self._began, news = time.perf_counter(), SimpleQueue[Outcome | None]()  # None: an epoch is done
        missing = [index for index in range(len(self.recipes)) if index not in self.outcomes]
        given = deque(sorted(missing, key=self._size, reverse=True)), _Runs(self.data, self._engine), news
        threads = [threading.Thread(target=self._job, args=given, daemon=True) for _ in missing[: self.jobs]]

        def end() -> None:
            self.stop()
            for thread in filter(lambda thread: thread.ident, threads):
                thread.join()

        atexit.register(end)  # daemons: Python would wait for others where a program ends and leaves the walk open
        try:
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads) or not news.empty():
                with suppress(Empty):
                    outcome = news.get(timeout=0.1)  # on Windows a wait without end hears no Ctrl-C
                    self.heard(self.progress)
                    if outcome:
                        yield outcome
        finally:
            end()
            atexit.unregister(end)
            self._past, self._began, self._stopping = self.progress.seconds, 0.0, False

    def in_order(self) -> list[Outcome]:
        """Walk to the end; then all outcomes, in the order of the recipes. Where it was stopped, some are missing."""
        list(self)
        return [self.outcomes[index] for index in sorted(self.outcomes)]

    def stop(self) -> None:
        """End what runs, from any thread or signal handler: the walk gives what is finished, and ends."""
        self._stopping = True  # no lock: a signal handler that waits for itself would wait forever
        for running in list(self._running.values()):
            running.stop()

    @property
    def progress(self) -> Progress:
        """How far they are now, from any thread."""
        ended, spent = set(self.outcomes), list(self._spent)
        done, seconds = sum(epochs for epochs, _ in spent), sum(seconds for _, seconds in spent)
        ahead = {i: recipe.epochs - spent[i][0] for i, recipe in enumerate(self.recipes) if i not in ended}
        mean = seconds / max(done, 1)  # the pace of a run that has no epoch behind it yet
        left = [epochs * (spent[i][1] / spent[i][0] if spent[i][0] else mean) for i, epochs in ahead.items()]
        whole = sum(recipe.epochs for recipe in self.recipes)
        lasted = self._past + (time.perf_counter() - self._began if self._began else 0.0)
        seconds_left = max(sum(left) / self.jobs, *left, 0.0) if done or not left else None  # nobody shares one run
        return Progress(len(ended), len(spent), whole - sum(ahead.values()), whole, lasted, seconds_left)

    def _size(self, index: int) -> int:
        """The longest shall be first, so that no core is idle at the end."""
        return self.recipes[index].epochs * sum(a * b for a, b in pairwise(self.recipes[index].sizes()))

    def _job(self, todo: deque[int], runs: _Runs, news: SimpleQueue[Outcome | None]) -> None:
        """One of the threads: recipe after recipe, until none is left to do."""
        with closing(_Worker(self.data, self._engine)) as worker, suppress(IndexError):
            while not self._stopping:
                index, began = todo.popleft(), time.perf_counter()
                recipe, engine, history = self.recipes[index], self.engines[index], list[Mapping[str, float]]()
                self._spent[index], reader, error = (0, 0.0), None, ""
                here = engine in ON_THREADS and not recipe.preparation
                for step in (runs if here else worker).walk(recipe, partial(self._hold, index)):
                    if isinstance(step, dict):
                        history.append(step)
                        self._spent[index] = len(history), time.perf_counter() - began
                        news.put(None)
                    else:
                        reader, error = (None, step) if isinstance(step, str) else (step, "")
                self._running.pop(index, None)
                if reader or not self._stopping:
                    took = time.perf_counter() - began
                    self.outcomes[index] = outcome = Outcome(index, recipe, engine, took, tuple(history), reader, error)
                    news.put(outcome)

    def _hold(self, index: int, running: Run | _Worker) -> None:
        self._running[index] = running
        if self._stopping:  # since somebody looked
            running.stop()


class _Runs:
    """Runs on the same digits: those that hold out and adjust alike have their lessons in common, made once."""

    def __init__(self, data: DataSet, engine: str) -> None:
        self._data, self._engine, self._lock = data, engine, threading.Lock()
        self._first: dict[tuple[Any, ...], Run] = {}

    def walk(self, recipe: Recipe, hold: Callable[[Any], None]) -> Iterator[Any]:
        """A row of history, a dict, after each epoch; then a Reader, or nothing if stopped, or a text: what failed."""
        try:
            with self._lock:
                key = recipe.validation, recipe.preparation
                if (first := self._first.get(key)) is None:
                    first = self._first[key] = Run(recipe, self._data, engine=self._engine)
                    first.fingerprint  # noqa: B018 - worked out once, for all
            run = deepcopy(first, {id(part): part for part in (first.data, first.lessons)})
            run.recipe, run.engine = recipe, choose(recipe, self._engine)
            hold(run)
            yield from (run.history[-1] for record in run if record.training)
            if run.finished:
                yield run.reader()
        except Exception as problem:  # whatever it is, it is this recipe's, and the others go on
            yield str(problem) if isinstance(problem, DigitlensError) else f"{type(problem).__name__}: {problem}"


class _Worker:
    """A process of its own that gets the digits once, then recipe after recipe. It begins with the first of them."""

    def __init__(self, data: DataSet, engine: str) -> None:
        self._data, self._engine = data, engine
        self._process: Popen[bytes] | None = None

    def walk(self, recipe: Recipe, hold: Callable[[Any], None]) -> Iterator[Any]:
        """The same as _Runs.walk()."""
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


def _serve() -> None:
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
    runs = _Runs(DataSet(name, source, Digits(images, digits), Digits(*test), tuple(classes)), engine)
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
