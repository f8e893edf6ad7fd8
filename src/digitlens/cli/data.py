"""`digitlens data`: lists where digits come from, downloads MNIST, and writes digits into a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.terminal import clean, data_options, download_progress, json_option, load_data, out, print_json

if TYPE_CHECKING:
    from digitlens.digits.dataset import DataSet, Digits


HELP = """\
List where digits come from, download MNIST, or write digits into a folder.

\b
digitlens data                            list the places
digitlens data --download                 download MNIST, once
digitlens data --write test --count 500   500 of MNIST's test pictures as PNG
digitlens data --write mine --data pen    pen digits, for train --data mine
"""


@click.command("data", help=HELP)
@click.option("--download", is_flag=True, help="Download MNIST into the cache, unless it is there already (11 MB).")
@click.option("--write", "folder", metavar="FOLDER", help="Write digits into a new or empty folder.")
@data_options
@click.option("--count", type=click.IntRange(1, 1_000_000), help="With --write: how many.  [default: all]")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    help="With --write: the seed that generates pen digits, or that chooses --count pictures of other data at random.",
)
@click.option("--on", type=click.Choice(["test", "training"]), help="With --write: which digits.  [default: test]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["png", "idx"]),
    default="png",
    show_default=True,
    help="With --write: PNG files with a sub-folder for each class, or MNIST's four files for other programs.",
)
@json_option
def command(
    download: bool,
    folder: str | None,
    data: str | None,
    offline: bool,
    count: int | None,
    seed: int | None,
    on: str | None,
    form: str,
    as_json: bool,
) -> None:
    """The command; HELP says what it does."""
    from digitlens.errors import UsageError

    if folder is None and (count or seed is not None or on or form != "png"):
        raise UsageError("--count, --seed, --on and --format belong to --write; add --write FOLDER")
    if download:
        if offline:
            raise UsageError("--download needs the network, and --offline forbids it: leave one of them out")
        _download(as_json and folder is None)
    if folder is not None:
        _write(folder, data, offline, count, seed, on, form, as_json)
    elif not download:
        _list(data, offline, as_json)


def _list(data: str | None, offline: bool, as_json: bool) -> None:
    """Print every place, and what is there."""
    from dataclasses import asdict

    from rich.text import Text

    from digitlens.digits.sources.find import describe

    places = describe(data, offline=offline)
    if as_json:
        print_json([asdict(place) for place in places])
        return
    rows = [("  ", "", "where", "what is there")]
    rows += [("> " if p.chosen else "  ", p.name, clean(p.where), clean(p.holds)) for p in places]
    name, where = (max(len(row[column]) for row in rows) for column in (1, 2))
    console = out()
    console.print("Digits come from the first of these places that you named or that has some. It is marked with >.\n")
    for i, row in enumerate(rows):
        style = "bold" if i == 0 or places[i - 1].chosen else ""
        console.print(Text(f"{row[0]}{row[1]:<{name}}   {row[2]:<{where}}   {row[3]}", style), soft_wrap=True)
    if not any(place.chosen for place in places):
        console.print(
            "\nNone of them is used: the place that you named has no digits. Name another folder with --data FOLDER"
        )
    elif next(place.name for place in places if place.chosen) == "download":
        console.print("\nDownload MNIST once: digitlens data --download. Without a network: --data pen")


def _download(as_json: bool) -> None:
    """Download MNIST into the cache, with a progress bar."""
    from digitlens.digits.sources.download import download_mnist
    from digitlens.digits.sources.find import cache_folder
    from digitlens.digits.sources.mnist import load_mnist
    from digitlens.errors import DataError
    from digitlens.files.naming import shown

    cache = cache_folder()
    if cache is None:
        raise DataError("there is no home folder for the cache; set HOME, or XDG_CACHE_HOME, to a folder")
    with download_progress() as update:
        download_mnist(cache, progress=update)
    mnist = load_mnist(cache)
    if as_json:
        print_json({"cache": str(cache), "training": len(mnist.training), "test": len(mnist.test)})
    else:
        counts = f"{len(mnist.training):,} training and {len(mnist.test):,} test pictures, verified"
        out().print(f"MNIST is in {shown(cache)}: {counts}", markup=False, soft_wrap=True)


def _write(
    folder: str,
    data: str | None,
    offline: bool,
    count: int | None,
    seed: int | None,
    on: str | None,
    form: str,
    as_json: bool,
) -> None:
    """Write digits into a folder, which appears only when all of them are written."""
    from digitlens.cli.data_export import check_empty, chosen_numbers, idx_files, picture_files, write_files
    from digitlens.errors import UsageError
    from digitlens.files.naming import shown

    check_empty(folder)
    choice = seed if data != "pen" else None  # pen digits are generated from the seed, not chosen with it
    if form == "idx":
        if on:
            raise UsageError(
                "--on belongs to --format png: MNIST's four files hold both training and test pictures; leave it out"
            )
        fewer = max(1, count // 6) if count else None
        source = _source(data, offline, count, fewer, seed)
        training = source.training[chosen_numbers(source.training, count, choice)]
        test = source.test[chosen_numbers(source.test, fewer, choice)]
        total, files = 4, idx_files(training, test, source.classes)
        summary = f"{len(training):,} training and {len(test):,} test pictures in MNIST's four files"
    else:
        on = on or "test"
        training_count, test_count = (count, 1) if on == "training" else (1, count)
        source = _source(data, offline, training_count, test_count, seed)
        digits: Digits = source.test if on == "test" else source.training
        numbers = chosen_numbers(digits, count, choice)
        total, files = len(numbers), picture_files(digits, numbers, source.classes)
        summary = f"{total:,} {on} pictures, one sub-folder for each of {len(source.classes)} classes"
    write_files(folder, files, total)
    if as_json:
        print_json({"folder": folder, "data": source.name, "on": on, "format": form, "files": total})
        return
    out().print(f"{summary}: {shown(folder)}", markup=False, soft_wrap=True)
    if form == "png":
        out().print(f"Read them: digitlens read {shown(folder)}", markup=False, soft_wrap=True)


def _source(data: str | None, offline: bool, training: int | None, test: int | None, seed: int | None) -> DataSet:
    """The digits to choose from. Pen digits are generated from the seed, as many as are needed."""
    if data == "pen":
        from digitlens.digits.synthetic.pen.writer import pen_data

        counts: dict[str, Any] = {"training": training, "test": test}
        return pen_data(seed or 0, **{half: n for half, n in counts.items() if n is not None})
    source: DataSet = load_data(data, offline=offline)
    return source
