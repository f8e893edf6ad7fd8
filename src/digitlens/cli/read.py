"""`digitlens read`: what do these pictures show?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.pictures import answer_for, answers, example, pictures_in
from digitlens.cli.terminal import (
    bar,
    clean,
    err,
    json_option,
    network_option,
    open_network,
    out,
    percent,
    picture_name,
    print_json,
    progress,
)

if TYPE_CHECKING:
    from rich.console import Console

    from digitlens.reading.reader import Reader
    from digitlens.reading.reading import Reading

MANY = 100  # pictures that take long enough for a progress bar
WIDEST = 60  # columns for a name; a longer one pushes its own answer to the right


@click.command("read")
@click.argument("pictures", nargs=-1, metavar="PICTURE...")
@click.option("--examples", is_flag=True, help="Read the example drawings that come with the package.")
@click.option("--page", is_flag=True, help="The picture shows several digits: read the numbers on it, line by line.")
@click.option("--annotate", metavar="FILE", help="With --page: write the picture with every digit marked, as PNG.")
@partial(network_option, default="reader")
@json_option
def command(
    pictures: tuple[str, ...], examples: bool, page: bool, annotate: str | None, network: str, as_json: bool
) -> int:
    """Read digits from pictures: files, folders of files, or - for a picture on standard input.

    A picture may be of any size, dark on light or light on dark, drawn, scanned or photographed; it should show one
    digit, or any number of them with --page. How active an output neuron is lies between 0 and 1, but is not a
    probability.
    """
    if not pictures and not examples:
        raise click.UsageError("name a picture, a folder of pictures, or - for standard input; or use --examples")
    if annotate is not None and not page:
        raise click.UsageError("--annotate marks the digits of a page; add --page")
    reader = open_network(network)
    paths = [example(digit) for digit in range(10)] if examples else []
    for picture in pictures:
        paths += pictures_in(picture)
    if page:
        from digitlens.cli.page import read_pages

        return read_pages(reader, paths, annotate, as_json)
    if as_json:
        return _print_json(reader, network, paths)
    return _print(answers(reader, paths), paths)


def _print_json(reader: Reader, network: str, paths: list[str]) -> int:
    """One list; of each answer only what is to be printed is kept, because a Reading holds its picture."""
    from contextlib import nullcontext

    from rich.progress import BarColumn, MofNCompleteColumn

    from digitlens.cli.many import read_all

    found: list[dict[str, Any]] = []
    with progress("reading", BarColumn(), MofNCompleteColumn()) if len(paths) >= MANY else nullcontext() as shown:
        task = shown.add_task("", total=len(paths)) if shown else None
        for answer in read_all(paths, lambda path: answer_for(reader, path), network):
            found.append(answer)
            if shown and task is not None:
                shown.advance(task)
    print_json(found)
    return int(all("error" in each for each in found))


def _print(answers: Iterator[tuple[str, Reading | str]], paths: list[str]) -> int:
    """A line for each picture as soon as it is read."""
    from rich.cells import cell_len

    from digitlens.files.naming import printable

    console, notes = out(), err()
    width = min(max(cell_len(picture_name(path)) for path in paths), WIDEST)
    nothing = 1
    for path, answer in answers:
        name = picture_name(path)
        name += " " * (width - cell_len(name))
        if isinstance(answer, str):
            whose = "standard input, " if path == "-" and not answer.startswith("standard") else ""
            notes.print(f"not read: {whose}{printable(answer)}", markup=False, soft_wrap=True)
        else:
            nothing = 0
            console.print(f"{name}  {_said(console, answer)}", markup=False)
    return nothing


def _said(console: Console, reading: Reading) -> str:
    """The answer in one line."""
    if reading.reason:
        return f"?  {reading.reason}"
    strength = float(reading.activations.max())
    second = int(reading.activations.argsort()[-2])
    doubt = reading.activations[second]
    instead = f"   or {clean(reading.classes[second])}? {doubt:.2f}" if doubt >= 0.1 else ""
    sure = "" if reading.confidence is None else f"   {percent(reading.confidence)} sure"
    return f"{clean(reading.label)}  {bar(console, strength, 10)} {strength:.2f}{sure}{instead}"
