"""Prints a training run: a row for each epoch, a progress bar, and the result. Handles the signals that end a run."""

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

from digitlens.cli.terminal import clean, err, out, print_json, progress, say
from digitlens.files.naming import shown
from digitlens.learning.before_after import before_and_after
from digitlens.learning.engine import Record
from digitlens.learning.recipe import FIELDS
from digitlens.learning.training import Run
from digitlens.reading.examining import chance_accuracy


@contextmanager
def stopping(run: Run) -> Iterator[list[int]]:
    """Ctrl-C and other signals that end a process stop the run cleanly; a second one ends it at once.

    Yields the list of received signals. A signal that the process ignores, as under nohup, stays ignored.
    """
    before: dict[int, Any] = {}
    received: list[int] = []

    def stop(number: int, _: Any) -> None:
        signal.signal(number, before[number])  # first of all: the next signal has its usual effect
        received.append(number)
        run.stop()
        if number == signal.SIGINT and sys.stderr is not None:
            with suppress(OSError):  # os.write, because the code that this signal interrupts may be printing
                os.write(2, b"\nStopping; the latest network is saved. Ctrl-C again ends at once.\n")

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # SIGHUP exists only on POSIX
        handled = None if number is None else signal.getsignal(number)
        if number is not None and handled not in (None, signal.SIG_IGN) and current_thread() is main_thread():
            before[number] = signal.signal(number, stop)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def watch(run: Run, records: Iterator[Record], console: Console | None) -> bool:
    """Print a table with a row for each epoch, above a progress bar; without a console only the bar.

    Returns False if the output was closed; the run is then stopped and saved, as with Ctrl-C.
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
    """Print lines; False if the output is closed."""
    try:
        for line in lines:
            if console:
                console.print(line)
    except OSError:
        return False
    return True


def _headings(run: Run) -> Iterator[Text]:
    """The network, the data, and the head of the table."""
    recipe = run.recipe
    sizes = "-".join(map(str, recipe.sizes(len(run.data.classes), run.data.pixels)))
    cost, optimiser = (FIELDS[name].words(getattr(recipe, name)) for name in ("cost", "optimiser"))
    yield Text(sizes, style="bold").append(f", {recipe.activation}, {cost} cost, {optimiser}", style="not bold")
    yield Text(f"{recipe.describe_pace()}, seed {recipe.seed}")
    held = f", {recipe.validation:,} of them held out" if recipe.validation else ""
    yield Text(f"{len(run.data.training):,} training images{held}, {len(run.data.test):,} test images")
    yield Text(clean(run.data.source))
    if run.start is not None:
        new = "" if run.data.classes == run.start.classes else ", with a new last layer for other classes"
        frozen = f", {recipe.frozen} of its layers frozen" if recipe.frozen else ""
        yield Text(f"starts from {clean(run.start.name)} ({recipe.start[:12]}…){new}{frozen}")
    yield Text(f"on the {run.engine.name} engine").append(
        f", because the compiled one cannot run it: {run.fallback_reason}" if run.fallback_reason else ""
    )
    yield Text(f"{'epoch':>5} {'cost':>9} {'training':>9} {'held out':>9} {'test':>9} {'seconds':>8}", style="bold")


def _row(record: Record) -> Text:
    """A row of the table."""
    assert record.training is not None
    shares = [f"{m.accuracy:9.2%}" if m else " " * 9 for m in (record.training, record.validation, record.test)]
    return Text(f"{record.epoch:5} {record.training.cost:9.4f} {' '.join(shares)} {record.seconds:8.2f}")


def say_unread(run: Run, target: str, data: str | None) -> int:
    """Print on stderr how a run ended whose output was closed."""
    if run.finished:
        return 0
    with suppress(OSError):
        err().print("The output was closed, so the run was stopped.", markup=False)
        _say_stopped(err(), run, target, data)
    return 1


def _say_stopped(console: Console, run: Run, target: str, data: str | None) -> None:
    where = f"epoch {run.latest.epoch} of {run.recipe.epochs}" if run.latest else "less than one epoch"
    console.print(f"Stopped after {where}; the latest network is in {shown(target)}.", markup=False, soft_wrap=True)
    more = f" --data {shown(data)}" if data is not None else ""
    console.print(f"Resume with: digitlens train --resume {shown(target)}{more}", markup=False, soft_wrap=True)


def say_end(run: Run, target: str, data: str | None, as_json: bool) -> None:
    """Print how the run ended."""
    compared = before_and_after(run) if run.finished and run.start is not None else []
    if as_json:
        from digitlens.learning.fingerprints import fingerprint

        last = dict(run.history[-1]) if run.history else {}
        weights = {"fingerprint": fingerprint(run.reader().network)} if run.latest else {}
        print_json(
            {
                "path": target,
                "finished": run.finished,
                "engine": run.engine.name,
                "recipe": run.recipe.to_json(),
                "at_chance": run.at_chance,
                **weights,
                **last,
                **({"compared": compared} if run.start is not None else {}),
            }
        )
    elif run.finished:
        if compared:
            _say_compared(compared)
        if run.at_chance and run.recipe.labels == "true":
            _say_at_chance(run, data)
        more = f" --data {shown(data)}" if data is not None else ""
        out().print(f"Saved to {shown(target)}. How well does it read?", markup=False)
        out().print(f"Try: digitlens evaluate --network {shown(target)}{more}", markup=False)
    else:
        _say_stopped(out(), run, target, data)


def _say_at_chance(run: Run, data: str | None) -> None:
    """Say that nothing was learned, and where to look for the reason."""
    named = f" --data {shown(data)}" if data is not None else ""
    say(
        out(),
        f"It reads no better than chance: {run.history[-1]['test_accuracy']:.1%} of the test images, and always naming "
        f"the most frequent class is right for {chance_accuracy(run.data.test):.1%}. Are labels and images right? "
        f"`digitlens data --describe{named}` looks them over. Else try another learning rate, which is "
        f"{run.recipe.learning_rate:g}.",
    )


def _say_compared(compared: list[dict[str, Any]]) -> None:
    """A table of what was read correctly before and after."""
    console = out()
    width = max(len(one["data"]) for one in compared)
    console.print(Text(f"\n{'read correctly':<{width}} {'images':>8} {'before':>9} {'after':>9}", style="bold"))
    for one in compared:
        before = "" if one["before"] is None else f"{one['before']:.2%}"
        console.print(Text(f"{one['data']:<{width}} {one['images']:8,} {before:>9} {one['after']:9.2%}"))
    if len(compared) == 1 and compared[0]["before"] is not None:
        say(
            console,
            "MNIST is not here, so what it still knows of other hands was not measured: digitlens data --download",
        )
    console.print()
