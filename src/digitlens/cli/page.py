"""`digitlens read --page`: the numbers on a photo or scan, and the picture with every digit marked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.pictures import picture_at
from digitlens.cli.read_output import print_answers, with_progress
from digitlens.cli.reading_work import read_all
from digitlens.cli.terminal import clean, err, out, picture_name, print_json
from digitlens.errors import UsageError
from digitlens.files.naming import shown

if TYPE_CHECKING:
    from digitlens.reading.page.page import Page
    from digitlens.reading.reader import Reader


def read_pages(
    reader: Reader,
    paths: list[str],
    annotate: str | None,
    as_json: bool,
    *,
    jobs: int | None = None,
    cluster: str = "",
) -> int:
    """Read every picture as a page and print what is on it; with `annotate` write the one picture, marked.

    jobs, cluster: see read_all(). What was read before Ctrl-C is printed. The exit code: 1 if nothing could be read.
    Raises UsageError of click for what cannot be asked, and FileError where the marked picture cannot be written.
    """
    if not reader.reads_digits:
        raise UsageError(f"--page finds digits, and the network {shown(reader.name)} has learned other classes")
    if annotate is not None:
        _check(annotate, paths)
        return _read_marked(reader, paths[0], annotate, as_json)
    done = read_all(reader, paths, page=True, jobs=jobs, cluster=cluster)
    if as_json:
        return print_answers(done, len(paths))
    nothing = 1
    for answer in with_progress(done, len(paths)):
        nothing = min(nothing, _print(answer, answer["path"] if len(paths) > 1 else ""))
    return nothing


def _read_marked(reader: Reader, path: str, annotate: str, as_json: bool) -> int:
    """Read one page, and write the picture with every digit marked."""
    page = reader.read_page(picture_at(path))
    answer = page.to_json() | {"path": path}
    if as_json:
        print_json([answer])
    else:
        _print(answer, "")
    _write(page, annotate)
    return 0


def _print(answer: dict[str, Any], path: str) -> int:
    """The numbers as they stand on the page; under the picture's name where there are several. 1 if it was not read."""
    if "error" in answer:
        err().print(f"not read: {answer['error']}", markup=False, soft_wrap=True)
        return 1
    if path:
        out().print(f"{picture_name(path)}:", markup=False)
    for line in answer["text"].splitlines() or ["?  no digits were found"]:
        out().print(("  " if path else "") + clean(line), markup=False)
    for note in answer["notes"]:
        err().print(note, markup=False)
    return 0


def _check(annotate: str, paths: list[str]) -> None:
    """Before anything is read: one picture, which will not be written over, and a name that says PNG."""
    if len(paths) != 1:
        raise click.UsageError(f"--annotate marks one picture, got {len(paths):,}; read them one by one")
    if not annotate.lower().endswith(".png"):
        raise click.UsageError("--annotate writes a PNG file; give it a name that ends in .png")
    both = os.path.exists(annotate) and os.path.exists(paths[0])  # noqa: PTH110 - as in pictures_in()
    if both and os.path.samefile(annotate, paths[0]):  # noqa: PTH121
        raise click.UsageError("--annotate would write over the picture itself; give it another name")


def _write(page: Page, annotate: str) -> None:
    from digitlens.files.atomic import write_atomically
    from digitlens.reading.page.drawing import annotated_png

    write_atomically(annotate, annotated_png(page))
