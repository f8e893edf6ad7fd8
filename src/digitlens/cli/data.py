"""`digitlens data`: lists where digits come from, looks them over, downloads MNIST, and writes digits into a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.terminal import (
    clean,
    data_options,
    download_progress,
    json_option,
    load_data,
    out,
    print_json,
    size_option,
)

if TYPE_CHECKING:
    from digitlens.digits.dataset import DataSet


HELP = """\
List where digits come from, look them over, download MNIST, or write digits into a folder.

\b
digitlens data                            list the places
digitlens data --describe --data mine     what it holds, and what looks wrong
digitlens data --download                 download MNIST, once
digitlens data --write test --count 500   500 of MNIST's test pictures as PNG
digitlens data --write mine --data pen    pen digits, for train --data mine
digitlens data --download --data kmnist   another data set: --list names them
"""


@click.command("data", help=HELP)
@click.option("--list", "as_list", is_flag=True, help="List the data sets that are known by name.")
@click.option("--describe", is_flag=True, help="Say what the data holds, and what looks wrong with it.")
@click.option("--sheet", metavar="FILE", help="With --describe: write a contact sheet, ten images a class, as PNG.")
@click.option(
    "--download",
    is_flag=True,
    help="Download MNIST (11 MB), or the data set of --data, into the cache, unless it is there.",
)
@click.option("--write", "folder", metavar="FOLDER", help="Write digits into a new or empty folder.")
@data_options
@size_option
@click.option("--count", type=click.IntRange(1, 1_000_000), help="With --write: how many.  [default: all]")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    help="With --write: the seed that generates pen digits, or that chooses --count pictures of other data at random.",
)
@click.option(
    "--on", type=click.Choice(["test", "training", "both"]), help="With --write: which digits.  [default: test]"
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["png", "idx", "csv", "npz"]),
    default="png",
    show_default=True,
    help="With --write: PNG files with a sub-folder for each class; or, for other programs, MNIST's four files, CSV as "
    "Kaggle has it, or NumPy's .npz as Keras has it.",
)
@json_option
def command(
    as_list: bool,
    describe: bool,
    sheet: str | None,
    download: bool,
    folder: str | None,
    data: str | None,
    offline: bool,
    size: tuple[int, int] | None,
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
    if sheet is not None and not describe:
        raise UsageError("--sheet belongs to --describe; add --describe")
    if sum((as_list, describe, download or folder is not None)) > 1:
        raise UsageError("--list, --describe and --download or --write are four things to do; choose one of them")
    if as_list:
        _catalogue(as_json)
        return
    if describe:
        from digitlens.cli.data_description import describe_data

        describe_data(load_data(data, offline=offline, size=size), sheet, as_json)
        return
    if download:
        if offline:
            raise UsageError("--download needs the network, and --offline forbids it: leave one of them out")
        _download(data, as_json and folder is None)
    if folder is not None:
        _write(folder, data, offline, size, count, seed, on, form, as_json)
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


def _catalogue(as_json: bool) -> None:
    """Print the data sets that are known by name."""
    from digitlens.digits.dataset import shape_name
    from digitlens.digits.sources.catalogue import CATALOGUE
    from digitlens.digits.sources.find import in_cache

    if as_json:
        about = "name", "title", "training", "test", "classes", "licence", "home", "hashes"
        print_json(
            [
                {name: getattr(known, name) for name in about}
                | {"rows": known.image_shape[0], "columns": known.image_shape[1], "here": in_cache(known)}
                for known in CATALOGUE.values()
            ]
        )
        return
    rows = [("name", "images", "classes", "pixels", "here", "licence")]
    for known in CATALOGUE.values():
        counts = f"{known.training:,} + {known.test:,}"
        here = "yes" if in_cache(known) else "no"
        rows.append((known.name, counts, str(len(known.classes)), shape_name(known.image_shape), here, known.licence))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        line = "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        out().print(line.rstrip(), markup=False, soft_wrap=True)
    out().print(
        "\nUse one: digitlens train --data NAME. It is downloaded where it is not here, and its bytes are verified by "
        "published hashes.",
        soft_wrap=True,
    )


def _download(name: str | None, as_json: bool) -> None:
    """Download MNIST, or another data set of the catalogue, into the cache, with a progress bar."""
    from digitlens.digits.sources.catalogue import CATALOGUE
    from digitlens.digits.sources.download import download_mnist, download_set
    from digitlens.digits.sources.find import cache_of
    from digitlens.digits.sources.mnist import load_mnist
    from digitlens.errors import DataError, UsageError
    from digitlens.files.naming import shown

    known = CATALOGUE.get(name or "mnist")
    if known is None:
        raise UsageError(f"--download takes one of {', '.join(CATALOGUE)} with --data, got {shown(name or '')}")
    cache = cache_of(known)
    if cache is None:
        raise DataError("there is no home folder for the cache; set HOME, or XDG_CACHE_HOME, to a folder")
    with download_progress() as update:
        if known.name == "mnist":
            download_mnist(cache, progress=update)
        else:
            download_set(known, cache, progress=update)
    found = load_mnist(cache) if known.name == "mnist" else load_data(known.name, offline=True)
    if as_json:
        print_json({"cache": str(cache), "training": len(found.training), "test": len(found.test)})
    else:
        counts = f"{len(found.training):,} training and {len(found.test):,} test pictures, verified"
        out().print(f"{known.title} is in {shown(cache)}: {counts}", markup=False, soft_wrap=True)


def _write(
    folder: str,
    data: str | None,
    offline: bool,
    size: tuple[int, int] | None,
    count: int | None,
    seed: int | None,
    on: str | None,
    form: str,
    as_json: bool,
) -> None:
    """Write digits into a folder, which appears only when all of them are written."""
    from digitlens.cli.data_export import (
        check_empty,
        chosen_numbers,
        csv_files,
        idx_files,
        npz_files,
        picture_files,
        write_files,
    )
    from digitlens.errors import UsageError
    from digitlens.files.naming import shown

    check_empty(folder)
    choice = seed if data != "pen" else None  # pen digits are generated from the seed, not chosen with it
    fewer = max(1, count // 6) if count else None
    if form != "png":
        if on:
            raise UsageError(
                f"--on belongs to --format png: {form} holds both training and test pictures; leave it out"
            )
        source = _source(data, offline, size, count, fewer, seed)
        training = source.training[chosen_numbers(source.training, count, choice)]
        test = source.test[chosen_numbers(source.test, fewer, choice)]
        make, named, total = {
            "idx": (idx_files, "MNIST's four files", 4),
            "csv": (csv_files, "two files of comma-separated numbers", 2),
            "npz": (npz_files, "one file of NumPy's", 1),
        }[form]
        files = make(training, test, source.classes)
        summary = f"{len(training):,} training and {len(test):,} test pictures in {named}"
    else:
        on = on or "test"
        counts = {"test": (1, count), "training": (count, 1), "both": (count, fewer)}[on]
        source = _source(data, offline, size, *counts, seed)
        learning = {"train" * (on == "both"): source.training} if on != "test" else {}
        testing = {"test" * (on == "both"): source.test} if on != "training" else {}
        wanted = {"train": count, "test": fewer, "": count}
        parts = {
            part: (some, chosen_numbers(some, wanted[part], choice)) for part, some in (learning | testing).items()
        }
        total, files = sum(len(numbers) for _, numbers in parts.values()), picture_files(parts, source.classes)
        which = "training and test" if on == "both" else on
        summary = f"{total:,} {which} pictures, one sub-folder for each of {len(source.classes)} classes"
    write_files(folder, files, total)
    if as_json:
        print_json({"folder": folder, "data": source.name, "on": on, "format": form, "files": total})
        return
    out().print(f"{summary}: {shown(folder)}", markup=False, soft_wrap=True)
    if form == "png" and on != "both":
        out().print(f"Read them: digitlens read {shown(folder)}", markup=False, soft_wrap=True)


def _source(
    data: str | None,
    offline: bool,
    size: tuple[int, int] | None,
    training: int | None,
    test: int | None,
    seed: int | None,
) -> DataSet:
    """The digits to choose from. Pen digits are generated from the seed, as many as are needed."""
    if data == "pen":
        from digitlens.digits.synthetic.pen.writer import pen_data

        counts: dict[str, Any] = {"training": training, "test": test}
        return pen_data(seed or 0, **{half: n for half, n in counts.items() if n is not None})
    source: DataSet = load_data(data, offline=offline, size=size)
    return source
