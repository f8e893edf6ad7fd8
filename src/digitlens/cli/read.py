"""`digitlens read`: what do these pictures show?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.screen import bar, err, json_option, network_option, out, print_json

if TYPE_CHECKING:
    from digitlens.reading.reader import Reader
    from digitlens.reading.reading import Reading

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")  # what of a folder is taken for a picture


@click.command("read")
@click.argument("pictures", nargs=-1, metavar="PICTURE...")
@click.option("--examples", is_flag=True, help="Read the example drawings that come with the package.")
@network_option
@json_option
def command(pictures: tuple[str, ...], examples: bool, network: str, as_json: bool) -> int:
    """Read digits from pictures: files, folders of files, or - for a picture on standard input.

    A picture may be of any size, dark on light or light on dark, drawn, scanned or photographed; it should show one
    digit. How active an output neuron is lies between 0 and 1, but is not a probability.
    """
    from digitlens.digits.examples import example_files
    from digitlens.files.naming import shown
    from digitlens.storage.shipped import open_reader

    if not pictures and not examples:
        raise click.UsageError("name a picture, a folder of pictures, or - for standard input; or use --examples")
    reader = open_reader(network)
    paths = [str(path) for path in example_files()] if examples else []
    for picture in pictures:
        paths += _pictures(picture)
    answers = [_read(reader, path) for path in paths]
    if as_json:
        print_json([answer if isinstance(answer, dict) else answer.to_json() for answer in answers])
    else:
        width = max(len(shown(path)) for path in paths) - 2
        for path, answer in zip(paths, answers, strict=True):
            name = shown(path)[1:-1].ljust(width)  # a list needs no quotes
            if isinstance(answer, dict):
                err().print(f"{name}  not read: {answer['error']}", markup=False, soft_wrap=True)
            else:
                out().print(f"{name}  {_said(answer)}", markup=False)
    return int(all(isinstance(answer, dict) for answer in answers))


def _pictures(path: str) -> list[str]:
    """A file as it is; a folder as the pictures in it and in its sub-folders, in the order of their names."""
    if path == "-" or not Path(path).is_dir():
        return [path]
    found = [str(Path(folder, name)) for folder, _, names in os.walk(path) for name in names]
    pictures = sorted(name for name in found if name.lower().endswith(SUFFIXES))
    if not pictures:
        raise click.UsageError(f"no pictures in the folder {path!r}: wanted files that end in {', '.join(SUFFIXES)}")
    return pictures


def _read(reader: Reader, path: str) -> Reading | dict[str, Any]:
    """The Reading of one picture, or what to say of a file that is none."""
    from digitlens.errors import DataError, FileError

    try:
        return reader.read(_standard_input() if path == "-" else path)
    except (DataError, FileError) as error:
        return {"path": path, "error": str(error)}


def _standard_input() -> bytes:
    """A picture's bytes from standard input; one more than the limit is enough to see that there are too many."""
    from digitlens.digits.decode import LARGEST_FILE

    return click.get_binary_stream("stdin").read(LARGEST_FILE + 1)


def _said(reading: Reading) -> str:
    """The answer in one line."""
    if reading.reason:
        return f"?  {reading.reason}"
    strength = float(reading.activations.max())
    second = int(reading.activations.argsort()[-2])
    doubt = reading.activations[second]
    instead = f"   or {reading.classes[second]}? {doubt:.2f}" if doubt >= 0.1 else ""
    return f"{reading.label}  {bar(out(), strength, 10)} {strength:.2f}{instead}"
