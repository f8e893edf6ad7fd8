"""`digitlens train`: a network learns, and one can watch."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.screen import data_options, err, json_option, load_data, out, print_json

if TYPE_CHECKING:
    from digitlens.learning.engine import Record
    from digitlens.learning.training import Run

NAMES = (
    "hidden",
    "activation",
    "output",
    "initialisation",
    "cost",
    "optimiser",
    "momentum",
    "learning_rate",
    "schedule",
)


def _hidden(_: Any, __: Any, text: str | None) -> tuple[int, ...] | None:
    """16,16 or 16-16 -> (16, 16); an empty text is no hidden layer at all."""
    if text is None:
        return None
    try:
        return tuple(int(n) for n in text.replace("-", ",").replace("x", ",").split(",") if n.strip())
    except ValueError as error:
        raise click.BadParameter(f"wants numbers with commas between them, like 16,16, got {text!r}") from error


@click.command("train")
@click.option("--out", "-o", "path", metavar="FILE", help="Where to save the network.  [default: NAME.digitlens]")
@click.option("--recipe", "name", metavar="NAME", help="A recipe to start from: video (the default) or talk.")
@click.option("--seed", type=int, help="Everything random comes from this number.  [default: 0]")
@data_options
@click.option("--hidden", metavar="N,N", callback=_hidden, help="Neurons in each hidden layer: 16,16.")
@click.option("--activation", help="Of hidden neurons: sigmoid, relu, tanh, identity.")
@click.option("--output", help="Of output neurons: sigmoid, softmax, relu, tanh, identity.")
@click.option("--initialisation", help="one_over_n, standard_normal, glorot, he.")
@click.option("--cost", help="quadratic or cross_entropy.")
@click.option("--optimiser", help="gradient_descent, momentum, adam.")
@click.option("--momentum", type=float, help="The share that momentum and adam keep.")
@click.option("--learning-rate", type=float, help="Of the first step.")
@click.option("--schedule", help="How the learning rate goes on: constant, linear or cosine, to 0.")
@click.option("--mini-batch", type=int, help="Images a step.")
@click.option("--epochs", type=int, help="How many times to go through all images.")
@click.option("--weight-decay", type=float, help="Shrinks the weights at every step.")
@click.option("--averaging", type=float, help="Share of a running mean of the weights that is kept at each step.")
@click.option("--validation", type=int, help="Training images held out for choosing.")
@click.option("--preparation", metavar="NAME,NAME", help="Adjusting steps before the network: straighten.")
@click.option("--precision", help="float32 or float64.")
@click.option("--engine", default="auto", show_default=True, help="plain, or whichever is fastest.")
@click.option("--resume", metavar="FILE", help="Go on with the unfinished run that writes FILE.")
@click.option("--fresh", is_flag=True, help="Start over where an unfinished run is waiting.")
@json_option
def command(
    path: str | None,
    name: str | None,
    data: str | None,
    offline: bool,
    engine: str,
    resume: str | None,
    fresh: bool,
    as_json: bool,
    **changes: Any,
) -> int:
    """Train a network from random weights: by default 784-16-16-10 as in the talk, on MNIST, in about half a minute.

    Ctrl-C ends the run cleanly and saves the latest network; `--resume FILE` goes on from there to the very same
    network that an undisturbed run ends with.
    """
    from digitlens.errors import UsageError
    from digitlens.learning.keeping import kept, resumed, unfinished
    from digitlens.learning.recipes import named
    from digitlens.learning.training import Run

    changes = {field: value for field, value in changes.items() if value is not None}
    if "preparation" in changes:
        changes["preparation"] = tuple(changes["preparation"].split(","))
    if resume:
        if changes or name or path:
            given = ", ".join(f"--{n}" for n in (*changes, *(["recipe"] if name else []), *(["out"] if path else [])))
            raise UsageError(f"--resume goes on with the recipe of the unfinished run: leave out {given}")
        recipe = unfinished(resume)
        run = resumed(resume, load_data(data or (recipe.data if recipe else None), offline=offline))
        target = resume
    else:
        recipe = named(name or "video", **changes)
        target = path or f"{recipe.name}.digitlens"
        _check_target(target, fresh)
        found = load_data(data, offline=offline)
        run = Run(recipe.changed(data=found.name), found, engine=engine)
    watched = kept(run, target)
    with _stopping(run):
        if as_json:
            for _ in watched:
                pass
        else:
            _watch(run, watched)
    return _end(run, target, as_json)


def _check_target(target: str, fresh: bool) -> None:
    """Before anything is trained: can the network be saved there, and is nothing lost by it?"""
    from digitlens.errors import FileError, UsageError
    from digitlens.files.naming import shown
    from digitlens.learning.keeping import forget, unfinished

    if Path(target).is_dir() or not Path(target).parent.is_dir():
        why = "is a folder" if Path(target).is_dir() else "lies in a folder that does not exist"
        raise FileError(f"--out {shown(target)} {why}; name a file to write, such as video.digitlens")
    if fresh:
        forget(target)
    elif unfinished(target):
        raise UsageError(
            f"an unfinished run is waiting for {shown(target)}: go on with `digitlens train --resume {shown(target)}`, "
            "or start over with --fresh"
        )


@contextmanager
def _stopping(run: Run) -> Iterator[None]:
    """Ctrl-C, and the signals that ask a process to end, stop the run cleanly; a second Ctrl-C ends it at once."""
    before: dict[int, Any] = {}

    def stop(number: int, _: Any) -> None:
        run.stop()
        signal.signal(number, before[number])  # the next one does what it always did
        if number == signal.SIGINT:
            err().print("\nStopping after this mini-batch; the latest network is saved. Ctrl-C again ends at once.")

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # SIGHUP exists on POSIX alone
        if number is not None:
            before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _watch(run: Run, records: Iterator[Record]) -> None:
    """The run as a table that grows, a row an epoch, over a progress bar."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    recipe, console = run.recipe, out()
    sizes = "-".join(map(str, recipe.sizes(len(run.data.classes))))
    console.print(
        f"[bold]{sizes}[/bold], {recipe.activation}, {recipe.cost} cost, {recipe.optimiser}, learning rate "
        f"{recipe.learning_rate:g} ({recipe.schedule}), mini-batches of {recipe.mini_batch}, seed {recipe.seed}",
    )
    held = f", {recipe.validation:,} of them held out" if recipe.validation else ""
    console.print(
        f"{len(run.data.training):,} training images{held}, {len(run.data.test):,} test images: {run.data.source}"
    )
    console.print(f"[bold]{'epoch':>5} {'cost':>9} {'training':>9} {'held out':>9} {'test':>9} {'seconds':>8}[/bold]")
    columns = TextColumn("  training"), BarColumn(), MofNCompleteColumn(), TextColumn("epochs"), TimeElapsedColumn()
    with Progress(*columns, TimeRemainingColumn(), console=err(), transient=True) as progress:
        task = progress.add_task("", total=recipe.epochs)
        for record in records:
            progress.update(task, completed=record.epoch)
            if record.training:
                shares = [
                    f"{m.accuracy:9.2%}" if m else " " * 9 for m in (record.training, record.validation, record.test)
                ]
                console.print(f"{record.epoch:5} {record.training.cost:9.4f} {' '.join(shares)} {record.seconds:8.2f}")


def _end(run: Run, target: str, as_json: bool) -> int:
    """Say how the run ended."""
    from digitlens.files.naming import shown

    record = run.latest
    if as_json:
        last = dict(run.history[-1]) if run.history else {}
        print_json({"path": target, "finished": run.finished, "recipe": run.recipe.to_json(), **last})
    elif run.finished:
        saved = f"Saved to [bold]{shown(target)}[/bold]. Try it: digitlens evaluate --network {shown(target)}"
        out().print(saved, soft_wrap=True)
    elif record:
        where = f"epoch {record.epoch} of {run.recipe.epochs}"
        out().print(f"Stopped after {where}; the latest network is in [bold]{shown(target)}[/bold].", soft_wrap=True)
        out().print(f"Go on with: digitlens train --resume {shown(target)}", soft_wrap=True)
    return 0 if run.finished else 130
