"""`digitlens read`: what do these pictures show?"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

import click

from digitlens.cli.outputs import check_outputs
from digitlens.cli.page import form_of, marked, print_page
from digitlens.cli.pictures import example, with_pages
from digitlens.cli.progress import WorkProgress, json_list, work_progress
from digitlens.cli.read_tables import Tables, print_error
from digitlens.cli.terminal import (
    bar,
    clean,
    json_option,
    network_option,
    open_network,
    percent,
    picture_name,
    work_options,
)
from digitlens.errors import UsageError
from digitlens.files.naming import shown

if TYPE_CHECKING:
    from rich.console import Console

    from digitlens.reading.folders import Answer, Form
    from digitlens.reading.reader import Reader

LOOKED_AHEAD = 1_000  # paths, before the first is read: is it worth it, and how long are the names?
WIDEST = 60  # columns for a name; a longer one pushes its own answer to the right


HELP = """\
Read digits from pictures: files, folders of files, or - for a picture on standard input.

A picture may be of any size, dark on light or light on dark, drawn, scanned or photographed; it should show one
digit, or any number of them with --page. How active an output neuron is lies between 0 and 1, but is not a
probability.

PNG, JPEG, WebP, BMP, GIF and TIFF are read; HEIC and PDF need pip install "digitlens[formats]". Each page of a TIFF
or a PDF is a picture of its own: scan.pdf#page=1, scan.pdf#page=2.

A large folder is read by all cores, or by a cluster whose workers see the pictures under the same paths. Answers
come in the order of the names, as they are read; Ctrl-C leaves those that came.

--csv and --json-lines write a table with a row for each picture, or for each number of a page. It grows with every
picture, and --resume goes on where it ends.
"""


@click.command("read", help=HELP)
@click.argument("pictures", nargs=-1, metavar="PICTURE...")
@click.option("--examples", is_flag=True, help="Read the example drawings that come with the package.")
@click.option("--page", is_flag=True, help="The picture shows several digits: read the numbers on it, line by line.")
@click.option(
    "--annotate",
    metavar="FILE",
    help="With --page: the digits marked, as PNG; or a sheet of all numbers, doubtful ones first, as HTML.",
)
@click.option(
    "--region", "regions", multiple=True, metavar="[NAME=]X,Y,W,H",
    help="With --page: read this region of a form, in pixels or percent, as total=10%,20%,30%,5%; repeatable.",
)  # fmt: skip
@click.option(
    "--expect", "expected", multiple=True, metavar="[NAME=]PATTERN",
    help="With --page: what each number is, as \\d{5}, ddd ddd dddd, luhn, ean, or @FILE, a number a line.",
)  # fmt: skip
@click.option("--csv", "table", metavar="FILE", help="Write a table: a row for each picture, or number of a page.")
@click.option("--json-lines", "--jsonl", "lines", metavar="FILE", help="The same as JSON, a row a line.")
@click.option("--resume", is_flag=True, help="Go on with these tables: what is in them is not read again.")
@partial(network_option, default="reader")
@work_options
@json_option
def command(
    pictures: tuple[str, ...],
    examples: bool,
    page: bool,
    annotate: str | None,
    regions: tuple[str, ...],
    expected: tuple[str, ...],
    table: str | None,
    lines: str | None,
    resume: bool,
    network: str,
    jobs: int | None,
    cluster: str,
    as_json: bool,
) -> int:
    """The command; HELP says what it does."""
    from digitlens.parallel.tasks import check_workers
    from digitlens.reading.folders import WORTH_IT, pictures_in

    if not pictures and not examples:
        raise click.UsageError("name a picture, a folder of pictures, or - for standard input; or use --examples")
    if annotate is not None and not page:
        raise click.UsageError("--annotate marks the digits of a page; add --page")
    if resume and not (table or lines):
        raise click.UsageError("--resume goes on with a table; add --csv FILE or --json-lines FILE")
    page = page or bool(regions)
    if expected and not page:
        raise click.UsageError("--expect says what the numbers of a page are; add --page")
    if annotate is not None and regions and annotate.lower().endswith(".png"):
        raise click.UsageError("--annotate marks a whole page; leave out --region, or name an .html file")
    form = form_of(regions, expected) if regions or expected else page
    check_outputs({"--csv": table, "--json-lines": lines})
    check_workers(jobs, cluster)
    reader = open_network(network)
    if page and not reader.reads_digits:
        raise UsageError(f"--page finds digits, and the network {shown(reader.name)} has learned other classes")
    with ExitStack() as open_here:
        tables = open_here.enter_context(closing(Tables(table, lines, reader.name, resume=resume)))
        drawings = [example(digit) for digit in range(10)] if examples else []
        paths = tables.missing(chain(drawings, chain.from_iterable(map(pictures_in, pictures))))
        first = list(islice(paths, LOOKED_AHEAD))
        if annotate is not None:
            answers = marked(reader, chain(first, paths), first, annotate, form)
        elif "-" in pictures or (not cluster and (jobs == 1 or (jobs is None and len(first) < WORTH_IT[page]))):
            answers = _read_here(reader, chain(first, paths), form)
        else:
            from digitlens.reading.folders import read_pictures

            answers = read_pictures(reader, chain(first, paths), page=form, jobs=jobs, cluster=cluster)
        more = pictures if len(first) == LOOKED_AHEAD else ()
        progress = open_here.enter_context(work_progress("reading", "pages" if page else "pictures"))
        done = len(tables.done) if more else 0
        counted = _counted(open_here.enter_context(closing(answers)), progress, len(first), len(drawings) - done, more)
        if table or lines:
            counted = tables.kept(counted)
        if as_json:
            return _print_json(counted)
        if table or lines:
            return tables.say(counted, progress)
        return _print(counted, first, page, reader, progress)


def _read_here(reader: Reader, paths: Iterable[str], page: bool | Form) -> Generator[Answer]:
    """An answer for each path, one after the other; standard input among them."""
    from digitlens.reading.folders import name_of, read_or_say, to_answer

    for path in with_pages(paths):
        yield to_answer(name_of(path), read_or_say(reader, path, page=page))


def _counted(
    answers: Iterator[Answer], progress: WorkProgress, total: int | None, drawings: int, more: tuple[str, ...]
) -> Iterator[Answer]:
    """The answers, while the progress bar follows them. more: where pictures are that must be counted first, if any."""
    from digitlens.parallel.beside import Beside
    from digitlens.reading.folders import pictures_in

    counting = Beside(lambda: drawings + sum(1 for path in more for _ in pictures_in(path))) if more else None
    progress(0, None if counting else total)
    for done, answer in enumerate(answers, 1):
        yield answer
        if counting:
            total = counting.result() if counting.over else None
        progress(done, total)


def _print_json(answers: Iterator[Answer]) -> int:
    """One list, each answer as soon as it is there; the exit code: 1 if nothing could be read."""
    nothing = 1
    with json_list() as add:
        for answer in answers:
            add(answer.json)
            nothing &= bool(answer.error)
    return nothing


def _print(answers: Iterator[Answer], paths: list[str], page: bool, reader: Reader, progress: WorkProgress) -> int:
    """A line or more for each picture as soon as it is read; the exit code. paths: the first of them."""
    from rich.cells import cell_len

    width = min(max(cell_len(picture_name(path)) for path in paths), WIDEST)
    nothing = 1
    for answer in answers:
        path = answer.path
        if answer.error:
            print_error(answer, progress)
            continue
        nothing = 0
        if page:
            print_page(answer, progress, named=len(paths) > 1)
        else:
            name = picture_name(path)
            line = f"{name}{' ' * (width - cell_len(name))}  {_said(progress.out, answer, reader.classes)}"
            progress.out.print(line, markup=False)
    return nothing


def _said(console: Console, answer: Answer, classes: tuple[str, ...]) -> str:
    """The answer in one line."""
    if reason := answer.json.get("reason"):
        return f"?  {reason}"
    *others, best = sorted(range(len(classes)), key=answer.activations.__getitem__)
    strength, doubt = answer.activations[best], answer.activations[others[-1]] if others else 0.0
    instead = f"   or {clean(classes[others[-1]])}? {doubt:.2f}" if doubt >= 0.1 else ""
    sure = "" if answer.confidence is None else f"   {percent(answer.confidence)} sure"
    return f"{clean(classes[best])}  {bar(console, strength, 10)} {strength:.2f}{sure}{instead}"
