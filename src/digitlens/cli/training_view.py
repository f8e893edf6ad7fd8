"""How a run is watched: the table that grows, the bar beneath it, the signals that end it, and what is said then."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import current_thread, main_thread
from typing import Any

from rich.console import Console
from rich.text import Text

from digitlens.cli.terminal import clean, err, out, print_json, progress
from digitlens.files.naming import shown
from digitlens.learning.engine import Record
from digitlens.learning.recipe import FIELDS
from digitlens.learning.training import Run


@contextmanager
def stopping(run: Run) -> Iterator[list[int]]:
    """Ctrl-C, and the signals that ask a process to end, stop the run cleanly; a second one ends it at once.

    Gives the list of signals that came. What the process was told to ignore (nohup), it goes on ignoring.
    """
    before: dict[int, Any] = {}
    came: list[int] = []

    def stop(number: int, _: Any) -> None:
        signal.signal(number, before[number])  # first of all: the next one does what it always did
        came.append(number)
        run.stop()
        if number == signal.SIGINT and sys.stderr is not None:
            with suppress(OSError):  # straight to the system: whatever this signal has interrupted may be printing
                os.write(2, b"\nStopping; the latest network is saved. Ctrl-C again ends at once.\n")

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # SIGHUP exists on POSIX alone
        handled = None if number is None else signal.getsignal(number)
        if number is not None and handled not in (None, signal.SIG_IGN) and current_thread() is main_thread():
            before[number] = signal.signal(number, stop)
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def watch(run: Run, records: Iterator[Record], console: Console | None) -> bool:
    """The run as a table that grows, a row an epoch, over a progress bar; without a console the bar alone.

    False if nobody reads the table any longer: then the run is stopped, as by Ctrl-C, and still saved.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    lines = [*_headings(run)] if console else []
    columns = TextColumn("  training"), BarColumn(), MofNCompleteColumn(), TextColumn("epochs"), TimeElapsedColumn()
    with progress(*columns, TimeRemainingColumn()) as bar:
        task = bar.add_task("", total=run.recipe.epochs) if bar else None
        printed = _written(console, lines)
        if not printed:
            run.stop()
        for record in records:
            if bar and task is not None:
                bar.update(task, completed=record.epoch)
            if console and printed and record.training and not _written(console, [_row(record)]):
                printed = False
                run.stop()
    return printed


def _written(console: Console | None, lines: list[Text]) -> bool:
    """Print to whoever may be there; False if nobody is."""
    try:
        for line in lines:
            if console:
                console.print(line)
    except OSError:
        return False
    return True


def _headings(run: Run) -> Iterator[Text]:
    """What is trained, on what, and the head of the table."""
    recipe = run.recipe
    sizes = "-".join(map(str, recipe.sizes(len(run.data.classes))))
    cost, optimiser = (FIELDS[name].words(getattr(recipe, name)) for name in ("cost", "optimiser"))
    yield Text(sizes, style="bold").append(f", {recipe.activation}, {cost} cost, {optimiser}", style="not bold")
    yield Text(f"{recipe.describe_pace()}, seed {recipe.seed}")
    held = f", {recipe.validation:,} of them held out" if recipe.validation else ""
    yield Text(f"{len(run.data.training):,} training images{held}, {len(run.data.test):,} test images")
    yield Text(clean(run.data.source))
    yield Text(f"on the {run.engine.name} engine").append(
        f"; the compiled one cannot: {run.fallback_reason}" if run.fallback_reason else ""
    )
    yield Text(f"{'epoch':>5} {'cost':>9} {'training':>9} {'held out':>9} {'test':>9} {'seconds':>8}", style="bold")


def _row(record: Record) -> Text:
    """One epoch as a line of the table."""
    assert record.training is not None
    shares = [f"{m.accuracy:9.2%}" if m else " " * 9 for m in (record.training, record.validation, record.test)]
    return Text(f"{record.epoch:5} {record.training.cost:9.4f} {' '.join(shares)} {record.seconds:8.2f}")


def say_unread(run: Run, target: str, data: str | None) -> int:
    """Say on stderr how a run ended whose table nobody reads."""
    if run.finished:
        return 0
    with suppress(OSError):
        err().print("Nobody reads the output any longer, so the run was stopped.", markup=False)
        _say_stopped(err(), run, target, data)
    return 1


def _say_stopped(console: Console, run: Run, target: str, data: str | None) -> None:
    where = f"epoch {run.latest.epoch} of {run.recipe.epochs}" if run.latest else "no epoch at all"
    console.print(f"Stopped after {where}; the latest network is in {shown(target)}.", markup=False, soft_wrap=True)
    more = f" --data {shown(data)}" if data is not None else ""
    console.print(f"Go on with: digitlens train --resume {shown(target)}{more}", markup=False, soft_wrap=True)


def say_end(run: Run, target: str, data: str | None, as_json: bool) -> None:
    """Say how the run ended."""
    if as_json:
        last = dict(run.history[-1]) if run.history else {}
        print_json(
            {
                "path": target,
                "finished": run.finished,
                "engine": run.engine.name,
                "recipe": run.recipe.to_json(),
                **last,
            }
        )
    elif run.finished:
        more = f" --data {shown(data)}" if data is not None else ""
        out().print(f"Saved to {shown(target)}. How well does it read?", markup=False)
        out().print(f"Try: digitlens evaluate --network {shown(target)}{more}", markup=False)
    else:
        _say_stopped(out(), run, target, data)
