"""What is behind the misses? Sheets of misread digits to look at, and what the network itself knew of them.

    DIGITLENS_HANDWRITING=../shared/handwriting python benchmarks/misses.py --network reader --out FOLDER

Each digit stands twice on a sheet: as it was written, and framed as the network got it, before any adjusting. The
sheets are of other people's handwriting: they are for looking at, and belong in no repository.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from digitlens.cli.terminal import out, print_json
from digitlens.digits.preparation.prepare import prepare
from digitlens.reading.reader import Reader
from digitlens.storage.shipped import open_reader
from handwriting import COLLECTIONS

ACROSS, DOWN = 5, 5  # misses on a sheet
WIDE, HIGH = 260, 150  # pixels for each
SURE = 0.9


class Miss(NamedTuple):
    """One digit that was misread."""

    collection: str
    written: NDArray[np.uint8]  # (rows, columns), the picture
    framed: NDArray[np.uint8]  # (28, 28)
    digit: int
    read: int
    second: int  # what has the second-largest output
    confidence: float | None  # where the reader knows how sure it is
    is_digit: bool | None  # where it knows what is one


def misses_of(reader: Reader, name: str) -> list[Miss]:
    """All that this reader misreads in a collection, in the collection's order."""
    misses = []
    for picture, digit in COLLECTIONS[name]():
        reading = reader.read(picture)
        if reading.digit != digit:
            framed = np.rint(255 * prepare(picture).image).astype(np.uint8)
            second = int(np.argsort(reading.activations)[-2])
            misses.append(
                Miss(name, picture, framed, digit, reading.digit, second, reading.confidence, reading.is_digit)
            )
    return misses


def chosen(misses: Sequence[Sequence[Miss]], most: int) -> list[Miss]:
    """At most so many of all collections: the small ones whole, the largest evenly spread over its order."""
    largest = max(misses, key=len)
    others = sum(len(some) for some in misses if some is not largest)
    places = np.linspace(0, len(largest) - 1, max(0, min(most - others, len(largest)))).round().astype(int)
    few = [largest[i] for i in places.tolist()]
    return [miss for some in misses for miss in (few if some is largest else some)][:most]


def sheet_of(misses: Sequence[Miss], first: int) -> Image.Image:
    """Up to 25 misses; the first has that number."""
    sheet = Image.new("L", (ACROSS * WIDE, DOWN * HIGH), 255)
    pen = ImageDraw.Draw(sheet)
    for k, miss in enumerate(misses):
        left, top = k % ACROSS * WIDE, k // ACROSS * HIGH
        written = ImageOps.contain(Image.fromarray(miss.written), (120, 120))
        sheet.paste(written, (left + 4, top + 4))
        sheet.paste(Image.fromarray(255 - miss.framed).resize((112, 112), Image.Resampling.NEAREST), (left + 134, top))
        told = f"{first + k}, {miss.collection}: {miss.digit} read as {miss.read}, then {miss.second}"
        pen.text((left + 4, top + 130), told, 0)
    return sheet


def known(misses: Sequence[Miss]) -> dict[str, int]:
    """How often the network was near, or knew that it did not know."""
    return {
        "misread": len(misses),
        "right_with_the_second_largest_output": sum(miss.second == miss.digit for miss in misses),
        "turned_away": sum(miss.is_digit is False for miss in misses),
        "confidence_of_0.9_or_more": sum((miss.confidence or 0) >= SURE for miss in misses),
    }


@click.command()
@click.option("--network", default="reader", help="A shipped name or a file.")
@click.option("--most", type=click.IntRange(1), default=100, help="Misses to look at.")
@click.option("--out", "folder", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--json", "as_json", is_flag=True)
def main(network: str, most: int, folder: Path, as_json: bool) -> None:
    """Find the misses, draw sheets of them, and count what the network knew."""
    reader = open_reader(network)
    all_misses = [misses_of(reader, name) for name in COLLECTIONS]
    some = chosen(all_misses, most)
    folder.mkdir(parents=True, exist_ok=True)
    at_once = ACROSS * DOWN
    for first in range(0, len(some), at_once):
        sheet_of(some[first : first + at_once], first).save(folder / f"misses-{first // at_once}.png")
    counts = {
        name: {"misread": len(misses), "looked_at": sum(miss.collection == name for miss in some)}
        for name, misses in zip(COLLECTIONS, all_misses, strict=True)
    }
    knew = {"all": known([miss for misses in all_misses for miss in misses]), "looked_at": known(some)}
    pairs = dict(Counter(f"{miss.digit} as {miss.read}" for miss in some).most_common())
    if as_json:
        print_json({"network": network, "collections": counts, "known": knew, "pairs": pairs})
        return
    for name, numbers in (counts | knew).items():
        told = ", ".join(f"{word} {number}" for word, number in numbers.items())
        out().print(f"{name}: {told}".replace("_", " "), highlight=False)
    out().print(", ".join(f"{pair}: {count}" for pair, count in pairs.items()))


if __name__ == "__main__":
    main()
