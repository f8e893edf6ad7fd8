"""How far a command is that does a lot, and what Ctrl-C leaves of what it prints."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from digitlens.cli.terminal import err, out, progress

SOON = 1.0  # seconds: what is over by then shows no progress bar


class WorkProgress:
    """A progress bar on stderr with the time that is left, which appears when something has taken a second."""

    def __init__(self, what: str, unit: str, bars: ExitStack) -> None:
        self._what, self._unit, self._bars = what, unit, bars
        self._began, self._first = time.monotonic(), -1
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __call__(
        self, done: int, total: int | None, *, share: float | None = None, seconds_left: float | None = None
    ) -> None:
        """So many are done, of so many; None: nobody knows yet.

        share: of all the work, 0 to 1; None: as of the numbers. seconds_left: None: from the time that those took which
        were done since the first call.
        """
        self._first = done if self._first < 0 else self._first
        lasted, fresh = time.monotonic() - self._began, done - self._first
        if lasted < SOON:
            return
        if self._task is None:
            columns = TextColumn(f"  {self._what}"), BarColumn(), TextColumn("{task.description}")
            self._bar = self._bars.enter_context(progress(*columns))
            self._task = self._bar.add_task("", total=None) if self._bar else TaskID(0)
        if self._bar is None:
            return
        if seconds_left is None and fresh and total is not None:
            seconds_left = lasted / fresh * (total - done)
        said = f"{done:,} {self._unit}" if total is None else f"{done:,} of {total:,} {self._unit}"
        said += "" if seconds_left is None else f", about {duration(seconds_left)} left"
        share = done / total if share is None and total else share
        whole = None if share is None else 1.0
        self._bar.update(self._task, total=whole, completed=share or 0.0, description=said)

    @property
    def out(self) -> Console:
        """Where answers go meanwhile: above the bar, where both are on a terminal."""
        console = out()
        return self._bar.console if self._bar and console.is_terminal else console

    @property
    def err(self) -> Console:
        """Where notes and errors go meanwhile."""
        return self._bar.console if self._bar else err()


@contextmanager
def work_progress(what: str, unit: str) -> Iterator[WorkProgress]:
    """A progress bar for what is done, such as "reading", and counted in some unit, such as "pictures"."""
    with ExitStack() as bars:
        yield WorkProgress(what, unit, bars)


def duration(seconds: float) -> str:
    """A time roughly, in words.

    >>> duration(8.4), duration(200), duration(40_000)
    ('8 s', '3 min', '11 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.0f} h"


@contextmanager
def json_list() -> Iterator[Callable[[Any], None]]:
    """One JSON list on stdout, value by value: what has been added stands in it, however the block ends."""
    empty = True

    def add(value: Any) -> None:
        nonlocal empty
        text = json.dumps(value, indent=2, allow_nan=False).replace("\n", "\n  ")
        with in_one_piece():
            click.echo(("[\n  " if empty else ",\n  ") + text, nl=False)
            empty = False

    try:
        yield add
    except OSError:  # perhaps of stdout itself
        raise
    except BaseException:
        with suppress(OSError):
            click.echo("[]" if empty else "\n]")
        raise
    click.echo("[]" if empty else "\n]")


@contextmanager
def in_one_piece() -> Iterator[None]:
    """Ctrl-C waits for the end of this block; a second one does not."""
    came = False
    handler = signal.getsignal(signal.SIGINT)

    def wait(number: int, frame: Any) -> None:
        nonlocal came
        if came and callable(handler):
            handler(number, frame)
        came = True

    here = threading.current_thread() is threading.main_thread() and callable(handler)
    if here:
        signal.signal(signal.SIGINT, wait)
    try:
        yield
    finally:
        if here:
            signal.signal(signal.SIGINT, handler)
    if came and callable(handler):
        handler(signal.SIGINT, None)
