"""`digitlens read --page`: the numbers on a photo or scan, and the picture with every digit marked."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TYPE_CHECKING

import click

from digitlens.cli.outputs import check_outputs
from digitlens.cli.pictures import picture_at
from digitlens.cli.terminal import clean, picture_name

if TYPE_CHECKING:
    from digitlens.cli.progress import WorkProgress
    from digitlens.reading.folders import Answer
    from digitlens.reading.reader import Reader


def print_page(answer: Answer, progress: WorkProgress, *, named: bool) -> None:
    """The numbers as they are laid out on the page; named: under the picture's name."""
    if named:
        progress.out.print(f"{picture_name(answer.path)}:", markup=False)
    for line in answer.json["text"].splitlines() or ["?  no digits were found"]:
        progress.out.print(("  " if named else "") + clean(line), markup=False)
    for note in answer.json["notes"]:
        progress.err.print(note, markup=False)


def marked(reader: Reader, paths: list[str], annotate: str) -> Generator[Answer]:
    """The answer for the one page that there must be; then the page is written to `annotate`, every digit marked.

    Raises UsageError of click for what cannot be asked, and FileError where the marked picture cannot be written.
    """
    _check(annotate, paths)
    return _marked(reader, paths[0], annotate)


def _marked(reader: Reader, path: str, annotate: str) -> Generator[Answer]:
    from digitlens.files.atomic import write_atomically
    from digitlens.reading.folders import read_or_say, to_answer
    from digitlens.reading.page.drawing import annotated_png
    from digitlens.reading.page.page import Page

    page = read_or_say(reader, path, page=True, opened=picture_at)
    yield to_answer(path, page)
    if isinstance(page, Page):
        write_atomically(annotate, annotated_png(page))


def _check(annotate: str, paths: list[str]) -> None:
    """Before anything is read: one picture, which will not be written over, and a name that says PNG."""
    if len(paths) != 1:
        raise click.UsageError("--annotate marks one picture, got several; read them one by one")
    if not annotate.lower().endswith(".png"):
        raise click.UsageError("--annotate writes a PNG file; give it a name that ends in .png")
    both = os.path.exists(annotate) and os.path.exists(paths[0])  # noqa: PTH110 - Path raises where a name is too long
    if both and os.path.samefile(annotate, paths[0]):  # noqa: PTH121
        raise click.UsageError("--annotate would write over the picture itself; give it another name")
    check_outputs({"--annotate": annotate})
