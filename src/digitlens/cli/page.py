"""`digitlens read --page`: the numbers on a photo or scan, and the picture with every digit marked."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING

import click

from digitlens.cli.outputs import check_outputs
from digitlens.cli.pictures import with_pages
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


def marked(
    reader: Reader, paths: Iterable[str], first: list[str], annotate: str, form: bool | Form
) -> Generator[Answer]:
    """The answers for the one page that is then drawn to a PNG file, or for all that are listed in an HTML file.

    first: the first of the paths, at least two of them if there are several.

    Raises UsageError of click for what cannot be asked, and FileError where the file cannot be written.
    """
    _check(annotate, first)
    return (_listed if _is_html(annotate) else _marked)(reader, paths, annotate, form)


def _marked(reader: Reader, paths: Iterable[str], annotate: str, form: bool | Form) -> Generator[Answer]:
    from digitlens.files.atomic import write_atomically
    from digitlens.reading.folders import name_of, read_or_say, to_answer
    from digitlens.reading.page.drawing import annotated_png
    from digitlens.reading.page.page import Page

    for path in with_pages(paths):
        page = read_or_say(reader, path, page=form)
        yield to_answer(name_of(path), page)
        if isinstance(page, Page):
            write_atomically(annotate, annotated_png(page))


def _listed(reader: Reader, paths: Iterable[str], annotate: str, form: bool | Form) -> Generator[Answer]:
    """A sheet of all numbers; Ctrl-C leaves one of those that were read."""
    from digitlens.files.atomic import write_atomically
    from digitlens.reading.folders import name_of, read_or_say, to_answer
    from digitlens.reading.number_sheet import NumberSheet
    from digitlens.reading.page.page import Page

    sheet = NumberSheet()
    try:
        for path in with_pages(paths):
            found = read_or_say(reader, path, page=form)
            if isinstance(found, (Page, dict)):
                sheet.add(name_of(path), found)
            yield to_answer(name_of(path), found)
    finally:
        write_atomically(annotate, sheet.html().encode())


def _is_html(annotate: str) -> bool:
    return annotate.lower().endswith((".html", ".htm"))


def _check(annotate: str, paths: list[str]) -> None:
    """Before anything is read: no picture that will be written over, and a name that says PNG or HTML."""
    if not annotate.lower().endswith((".png", ".html", ".htm")):
        raise click.UsageError("--annotate writes PNG, or HTML; give it a name that ends in .png or .html")
    if len(paths) != 1 and not _is_html(annotate):
        raise click.UsageError("--annotate marks one picture, got several; name an .html file for a sheet")
    for path in paths:
        both = os.path.exists(annotate) and os.path.exists(path)  # noqa: PTH110 - Path raises where a name is too long
        if both and os.path.samefile(annotate, path):  # noqa: PTH121
            raise click.UsageError("--annotate would write over the picture itself; give it another name")
    check_outputs({"--annotate": annotate})
