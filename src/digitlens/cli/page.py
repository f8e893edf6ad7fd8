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
    from digitlens.reading.folders import Answer, Form
    from digitlens.reading.reader import Reader


LONGEST_LIST = 4 * 1024 * 1024  # bytes of a file of expected numbers


def print_page(answer: Answer, progress: WorkProgress, *, named: bool) -> None:
    """The numbers as they are laid out on the page; named: under the picture's name."""
    if named:
        progress.out.print(f"{picture_name(answer.path)}:", markup=False)
    parts = answer.json.get("fields", [answer.json])
    width = max(len(clean(part["field"])) for part in parts) if "fields" in answer.json else 0
    for part in parts:
        for number, line in enumerate(part["text"].splitlines() or ["?  no digits were found"]):
            label = f"{'' if number else clean(part['field']):<{width}}  " if width else ""
            progress.out.print(("  " if named else "") + label + clean(line), markup=False)
        for note in part["notes"]:
            progress.err.print(f"{clean(part['field'])}: {note}" if width else note, markup=False)


def form_of(regions: tuple[str, ...], expected: tuple[str, ...]) -> Form:
    """What is asked of each page. regions, expected: as the options have them. Raises UsageError and FileError."""
    from digitlens.errors import UsageError
    from digitlens.files.naming import shown
    from digitlens.reading.expectation import expectation_of
    from digitlens.reading.folders import Form
    from digitlens.reading.regions import regions_of

    found = regions_of("--region", regions)
    names = {region.name for region in found}
    for_all, by_field = None, {}
    for text in expected:
        name, equals, pattern = text.partition("=")
        wanted = _wanted(pattern if equals else text)
        expectation_of(wanted)
        if equals and name not in names:
            raise UsageError(f"--expect: no --region is called {shown(name)}")
        if equals:
            by_field[name] = wanted
        elif for_all is not None:
            raise UsageError("--expect: give one pattern, or one for each region by its name, as total=ddd")
        else:
            for_all = wanted
    return Form(found, for_all, by_field)


def _wanted(text: str) -> str | tuple[str, ...]:
    """A pattern, or the numbers of a file, one a line. Raises FileError."""
    if not text.startswith("@"):
        return text
    from digitlens.files.bounded import read_bounded

    lines = read_bounded(text[1:], LONGEST_LIST).decode(errors="replace").splitlines()
    return tuple(line.strip() for line in lines if line.strip())


def marked(reader: Reader, paths: list[str], annotate: str, form: bool | Form = True) -> Generator[Answer]:
    """The answer for the one page that there must be; then the page is written to `annotate`, every digit marked.

    Raises UsageError of click for what cannot be asked, and FileError where the marked picture cannot be written.
    """
    _check(annotate, paths)
    return _marked(reader, paths[0], annotate, form)


def _marked(reader: Reader, path: str, annotate: str, form: bool | Form) -> Generator[Answer]:
    from digitlens.files.atomic import write_atomically
    from digitlens.reading.folders import read_or_say, to_answer
    from digitlens.reading.page.drawing import annotated_png
    from digitlens.reading.page.page import Page

    page = read_or_say(reader, path, page=form, opened=picture_at)
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
