"""`digitlens read --page`: the numbers on a photo or scan, and the picture with every digit marked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.terminal import clean, err, out, picture_name, print_json
from digitlens.errors import DataError, FileError

if TYPE_CHECKING:
    from digitlens.reading.page.page import Page
    from digitlens.reading.reader import Reader


def read_pages(reader: Reader, paths: list[str], annotate: str | None, as_json: bool) -> int:
    """Read every picture as a page and print what is on it; with `annotate` write the one picture, marked.

    The exit code: 1 if nothing could be read. Raises UsageError of click for what cannot be asked, and FileError
    where the marked picture cannot be written.
    """
    if annotate is not None:
        _check(annotate, paths)
    found: list[dict[str, Any]] = []
    nothing = 1
    for path, page in _pages(reader, paths):
        if isinstance(page, str):
            found.append({"path": path, "error": page})
            if not as_json:
                err().print(f"not read: {page}", markup=False, soft_wrap=True)
            continue
        nothing = 0
        found.append(page.to_json() | {"path": path})
        if not as_json:
            _print(page, path if len(paths) > 1 else "")
        if annotate is not None:
            _write(page, annotate)
    if as_json:
        print_json(found)
    return nothing


def _pages(reader: Reader, paths: list[str]) -> Iterator[tuple[str, Page | str]]:
    """For each path the Page, or what is to be said of a file that is none."""
    from digitlens.cli.pictures import picture_at
    from digitlens.files.naming import printable, shown

    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises an error where a name is too long
            yield path, f"no pictures in the folder {shown(path)}"
            continue
        try:
            yield path, reader.read_page(picture_at(path))
        except (DataError, FileError) as error:
            yield path, printable(str(error))


def _print(page: Page, path: str) -> None:
    """The numbers as they stand on the page; under the picture's name where there are several."""
    if path:
        out().print(f"{picture_name(path)}:", markup=False)
    for line in page.text.splitlines() or ["?  no digits were found"]:
        out().print(("  " if path else "") + clean(line), markup=False)
    for note in page.notes:
        err().print(note, markup=False)


def _check(annotate: str, paths: list[str]) -> None:
    """Before anything is read: one picture, which will not be written over, and a name that says PNG."""
    if len(paths) != 1:
        raise click.UsageError(f"--annotate marks one picture, got {len(paths):,}; read them one by one")
    if not annotate.lower().endswith(".png"):
        raise click.UsageError("--annotate writes a PNG file; give it a name that ends in .png")
    both = os.path.exists(annotate) and os.path.exists(paths[0])  # noqa: PTH110 - as in _pages()
    if both and os.path.samefile(annotate, paths[0]):  # noqa: PTH121
        raise click.UsageError("--annotate would write over the picture itself; give it another name")


def _write(page: Page, annotate: str) -> None:
    from digitlens.files.atomic import write_atomically
    from digitlens.reading.page.drawing import annotated_png

    write_atomically(annotate, annotated_png(page))
