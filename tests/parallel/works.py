"""Works for tests, where other processes can import them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitlens.errors import DataError
from digitlens.parallel.work import Control, Stopped


@dataclass(frozen=True)
class Squares:
    """Whole numbers squared, with a report before each; the process that did it goes with the result."""

    def begin(self) -> Callable[[int, Control], tuple[int, int]]:
        return self._square

    def _square(self, number: int, control: Control) -> tuple[int, int]:
        control.report({"number": number})
        return number**2, os.getpid()


@dataclass(frozen=True)
class Dying:
    """A worker dies of each task until so many have; a file keeps count."""

    count: Path
    deaths: int
    of: tuple[int, ...]

    def begin(self) -> Callable[[int, Control], int]:
        return self._do

    def _do(self, number: int, control: Control) -> int:
        if number in self.of:
            died = self.count.stat().st_size if self.count.exists() else 0
            if died < self.deaths:
                with self.count.open("ab") as file:
                    file.write(b".")
                os._exit(7)
        return number


@dataclass(frozen=True)
class Failing:
    """Raises what it is given."""

    def begin(self) -> Callable[[str, Control], str]:
        return self._do

    def _do(self, what: str, control: Control) -> str:
        if what == "ours":
            raise DataError("no digits")
        if what == "lambda":
            raise RuntimeError(lambda: None)
        if what == "file":
            raise FileNotFoundError(2, "No such file", "x")
        return what


@dataclass(frozen=True)
class NotBegun:
    """Cannot be begun."""

    def begin(self) -> Callable[[int, Control], int]:
        raise DataError("nothing to begin with")


@dataclass(frozen=True)
class Endless:
    """Reports once, and waits until it is stopped; a task of 0 is done at once."""

    seconds: float = 600

    def begin(self) -> Callable[[int, Control], int]:
        return self._do

    def _do(self, number: int, control: Control) -> int:
        if not number:
            return 0
        over = threading.Event()
        control.on_stop(over.set)
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            control.report({"waits": number})
            if over.wait(0.02):
                raise Stopped
        return number


@dataclass(frozen=True)
class Surroundings:
    """What a worker finds around it."""

    def begin(self) -> Callable[[str, Control], Any]:
        return self._do

    def _do(self, what: str, control: Control) -> Any:
        if what == "threads":
            import numpy as np
            from threadpoolctl import threadpool_info

            np.ones((2, 2)) @ np.ones((2, 2))
            return [one["num_threads"] for one in threadpool_info()]
        print("a library prints", flush=True)
        os.write(1, b"straight to the system, too\n")
        return what
