"""How well is real handwriting read that no network of ours has learned from? One line a collection.

    DIGITLENS_HANDWRITING=../shared/handwriting python benchmarks/handwriting.py --network video

Single digits: pen strokes inked on a page, drawings from a paint program, scanned forms, photos. They are a
thermometer: nothing is trained on them, and no single case is tuned to. Every picture goes the way that `digitlens
read` goes.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitlens.cli.terminal import err, out, print_json
from digitlens.digits.preparation.strokes import ink_strokes

PAGE, LONGEST = 260, 190  # pixels: a page for one digit, and the longest side of the digit on it
PEN = LONGEST / 19  # the pen's width

PenStrokes = list[NDArray[np.float64]]


def folder() -> Path:
    """Where the collections lie. Raises click.UsageError where nobody has said so."""
    named = os.environ.get("DIGITLENS_HANDWRITING")
    if not named or not Path(named).is_dir():
        raise click.UsageError("set DIGITLENS_HANDWRITING to the folder that holds the collections")
    return Path(named)


def strokes_in(name: str) -> Iterator[tuple[dict[str, Any], PenStrokes]]:
    """The lines of a collection of pen strokes: what is said of each, and its strokes."""
    with gzip.open(folder() / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            yield told, [np.array(stroke, np.float64) for stroke in told.pop("strokes") if stroke]


def page_of(strokes: PenStrokes, pen: float = PEN) -> NDArray[np.uint8]:
    """One drawing inked on white paper by a pen of that many pixels: (260, 260), black ink."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (LONGEST - pen) / max(float((high - low).max()), 1e-9)
    placed = [(stroke - (low + high) / 2) * scale + PAGE / 2 for stroke in strokes]
    return np.rint(255 * (1 - ink_strokes(placed, (PAGE, PAGE), pen / 2))).astype(np.uint8)


def pen_digits(pen: float = PEN) -> Iterator[tuple[NDArray[np.uint8], int]]:
    """Pictures of pen digits, and what they show."""
    for told, strokes in strokes_in("pen_digits"):
        yield page_of(strokes, pen), int(told["label"])


def zipped(name: str) -> Iterator[tuple[NDArray[np.uint8], int]]:
    """The pictures of a zip whose folders are the digits."""
    with zipfile.ZipFile(folder() / f"{name}.zip") as files:
        for file in sorted(one for one in files.namelist() if one.endswith(".png")):
            yield np.asarray(Image.open(io.BytesIO(files.read(file))).convert("L")), int(file.split("/")[-2])


COLLECTIONS: dict[str, Callable[[], Iterator[tuple[NDArray[np.uint8], int]]]] = {
    "pen strokes": pen_digits,
    "paint program": lambda: zipped("paint_digits"),
    "forms": lambda: zipped("form_digits"),
    "photos": lambda: zipped("photo_digits"),
}


@click.command()
@click.option("--network", "networks", multiple=True, default=("video",), help="A shipped name or a file; repeatable.")
@click.option("--confusions", is_flag=True, help="What is taken for what most often, too.")
@click.option("--json", "as_json", is_flag=True)
def main(networks: tuple[str, ...], confusions: bool, as_json: bool) -> None:
    """Read every collection with every network."""
    from digitlens.digits.preparation.prepare import prepare
    from digitlens.storage.shipped import open_reader

    readers = [open_reader(network) for network in networks]
    results: list[dict[str, Any]] = []
    framed: dict[tuple[str, ...], Any] = {}
    for name, collection in COLLECTIONS.items():
        pictures, digits = zip(*collection(), strict=True)
        truth = np.array(digits)
        for network, reader in zip(networks, readers, strict=True):
            if (key := (name, *reader.adjusting)) not in framed:
                prepared = [prepare(picture, reader.adjusting).image for picture in pictures]
                framed = {key: np.stack(prepared).reshape(len(prepared), 784)}
            outputs = reader.network.forward(framed[key].astype(reader.network.dtype)).a[-1]
            read = outputs.argmax(axis=1)
            accuracy = float(np.mean(read == truth))
            results.append({"collection": name, "network": network, "images": len(truth), "accuracy": accuracy})
            if not as_json:
                out().print(f"{name:<14} {network:<24} {len(truth):>6,} pictures  {accuracy:7.2%}", highlight=False)
            if confusions:
                wrong = [f"{a} as {b}" for a, b in zip(truth, read, strict=True) if a != b]
                common = sorted(set(wrong), key=wrong.count, reverse=True)[:12]
                err().print("  " + ", ".join(f"{pair}: {wrong.count(pair)}" for pair in common))
    if as_json:
        print_json(results)


if __name__ == "__main__":
    main()
