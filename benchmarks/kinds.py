"""Of what kinds of pictures are how many read? Pages and digits of our own pen, each with something that makes it hard.

    python benchmarks/kinds.py
    python benchmarks/kinds.py --kind "in circles" --pictures 20

Each kind is drawn from a seed that no test uses (tests/reading/page/hard_pages.py, tests/digits/surroundings.py and
hard_paper.py). A page counts as read if its text is right, numbers and lines included. "Counted": its numbers have as
many digits as they should. "Without": the same pages with nothing on them but the writing. "Alike": they are read as
without it. A digit counts if it is right; "refused": it is called no digit.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import numpy as np

from digitlens.cli.terminal import out, print_json
from digitlens.reading.reader import Reader

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests draw them

from tests.digits import hard_paper, surroundings
from tests.reading.page import hard_pages

SEED = 2_018
PAPERS = {"on textured paper": hard_paper.textured, "filling its frame": hard_paper.filling}


READ: dict[bytes, str] = {}  # what stands on a page; most kinds are drawn over the same pages


def read_once(reader: Reader, page: Any) -> str:
    """The text of a grey page, which is read only once."""
    key = page.tobytes()
    if key not in READ:
        READ[key] = reader.read_page(page).text
    return READ[key]


def plain_text(kind: str, text: str) -> str:
    """What is compared: a digit in a circle may be a number of its own."""
    return text.replace(" ", "") if kind == "in circles" else text


def lengths(text: str) -> list[list[int]]:
    """How many digits each number has, line by line."""
    return [[len(number) for number in line.split(" ")] for line in text.split("\n")]


def read_pages(reader: Reader, kind: str, count: int) -> dict[str, Any]:
    """Pages as they are and with what is no writing."""
    read, counted, without, alike = [], [], [], []
    for plain, hard, text in hard_pages.pages(kind, count, SEED):
        found, bare = (plain_text(kind, text) for text in (reader.read_page(hard).text, read_once(reader, plain)))
        read.append(found == text)
        counted.append(lengths(found) == lengths(text))
        without.append(bare == text)
        alike.append(found == bare)
    shares = {"read": read, "counted": counted, "without": without, "alike": alike}
    return {name: float(np.mean(share)) for name, share in shares.items()}


def read_written(reader: Reader, kind: str, count: int) -> dict[str, Any]:
    """Pages on which something ends a number."""
    found = [(reader.read_page(page).text, text) for page, text in hard_pages.WRITTEN[kind](count, SEED)]
    return {
        "read": float(np.mean([read == text for read, text in found])),
        "counted": float(np.mean([lengths(read) == lengths(text) for read, text in found])),
    }


def read_digits(reader: Reader, kind: str, count: int) -> dict[str, Any]:
    """Pictures of one digit."""
    if kind in PAPERS:
        drawn = hard_paper.pictures(PAPERS[kind], count, SEED)
    else:
        drawn = surroundings.pictures(kind, count, SEED)
    found = [(digit, reader.read(picture)) for digit, picture in drawn]
    return {
        "read": float(np.mean([reading.digit == digit for digit, reading in found])),
        "refused": float(np.mean([bool(reading.reason) for _, reading in found])),
    }


WAYS = {
    "pages": (read_pages, list(hard_pages.KINDS)),
    "numbers": (read_written, list(hard_pages.WRITTEN)),
    "digits": (read_digits, [*surroundings.KINDS, *PAPERS]),
}


@click.command()
@click.option("--pictures", "count", type=click.IntRange(1), default=200, show_default=True, help="Of each kind.")
@click.option("--kind", "only", multiple=True, help="Only this kind; repeatable.")
@click.option("--network", default="reader", show_default=True, help="A shipped name or a file.")
@click.option("--json", "as_json", is_flag=True)
def main(count: int, only: tuple[str, ...], network: str, as_json: bool) -> None:
    """Draw pictures of each kind and read them."""
    from digitlens.storage.shipped import open_reader

    reader, results = open_reader(network), []
    for what, (read, kinds) in WAYS.items():
        for kind in kinds:
            if only and kind not in only:
                continue
            found = read(reader, kind, count)
            results.append({"of": what, "kind": kind, "pictures": count} | found)
            shares = "  ".join(f"{name} {share:6.1%}" for name, share in found.items())
            out().print(f"{what:<8} {kind:<26} {count:>4} pictures  {shares}", markup=False)
    if as_json:
        print_json(results)


if __name__ == "__main__":
    main()
