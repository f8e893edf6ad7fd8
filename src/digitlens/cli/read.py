"""`digitlens read`: what do these pictures show?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.pictures import example, pictures_in
from digitlens.cli.read_output import print_answers, with_progress
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
    work_options,
)

if TYPE_CHECKING:
    from rich.console import Console


WIDEST = 60  # columns for a name; a longer one pushes its own answer to the right
NEARLY = 0.999999  # what a confidence of 1.000000 may have been before it was rounded: none is certain


@click.command("read")
@click.argument("pictures", nargs=-1, metavar="PICTURE...")
@click.option("--examples", is_flag=True, help="Read the example drawings that come with the package.")
@click.option("--page", is_flag=True, help="The picture shows several digits: read the numbers on it, line by line.")
@click.option("--annotate", metavar="FILE", help="With --page: write the picture with every digit marked, as PNG.")
@partial(network_option, default="reader")
@work_options
@json_option
def command(
    pictures: tuple[str, ...],
    examples: bool,
    page: bool,
    annotate: str | None,
    network: str,
    jobs: int | None,
    cluster: str,
    as_json: bool,
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
    from digitlens.cli.reading_work import read_all

    reader = open_network(network)
    paths = [example(digit) for digit in range(10)] if examples else []
    for picture in pictures:
        paths += pictures_in(picture)
    if page:
        from digitlens.cli.page import read_pages

        return read_pages(reader, paths, annotate, as_json, jobs=jobs, cluster=cluster)
    done = read_all(reader, paths, jobs=jobs, cluster=cluster)
    if as_json:
        return print_answers(done, len(paths))
    return _print(with_progress(done, len(paths)), paths, reader.classes)


def _print(answers: Iterator[dict[str, Any]], paths: list[str], classes: Sequence[str]) -> int:
    """A line for each picture as soon as it is read."""
    from rich.cells import cell_len

    from digitlens.files.naming import printable

    console, notes = out(), err()
    width = min(max(cell_len(picture_name(path)) for path in paths), WIDEST)
    nothing = 1
    for answer in answers:
        path = answer["path"]
        name = picture_name(path)
        name += " " * (width - cell_len(name))
        if error := answer.get("error"):
            whose = "standard input, " if path == "-" and not error.startswith("standard") else ""
            notes.print(f"not read: {whose}{printable(error)}", markup=False, soft_wrap=True)
        else:
            nothing = 0
            console.print(f"{name}  {_line(console, answer, classes)}", markup=False)
    return nothing


def _line(console: Console, answer: dict[str, Any], classes: Sequence[str]) -> str:
    """The answer in one line."""
    if "reason" in answer:
        return f"?  {answer['reason']}"
    activations = answer["activations"]
    first = answer["digit"] if "digit" in answer else answer["class"]  # of other classes than digits
    strength, others = activations[first], [i for i in range(len(classes)) if i != first]
    second = max(others, key=lambda i: activations[i], default=first)
    doubt = activations[second] if others else 0.0
    instead = f"   or {clean(classes[second])}? {doubt:.2f}" if doubt >= 0.1 else ""
    sure = f"   {percent(min(answer['confidence'], NEARLY))} sure" if "confidence" in answer else ""
    return f"{clean(classes[first])}  {bar(console, strength, 10)} {strength:.2f}{sure}{instead}"
