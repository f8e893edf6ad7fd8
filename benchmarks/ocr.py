"""Digitlens beside other readers of writing: who reads more handwritten numbers, and how long does a picture take?

    DIGITLENS_HANDWRITING=../shared/handwriting python benchmarks/ocr.py
    DIGITLENS_HANDWRITING=../shared/handwriting python benchmarks/ocr.py --python /another/environment/bin/python

Tesseract, RapidOCR and ddddocr take part where they are installed: Tesseract as a command, the other two in this Python
environment or in that of --python. One that is not is named and left out. Pictures show one line each:

rows       pen_rows that are one line and digits only, inked on white (see pages.py)
fields     the same, cut out of pages of a form, 44 pixels high, with the printed line below (see forms.py)
forms      single digits of scanned forms            photos   single digits of phone photos
security   single digits on printed security paper   full     thick digits that fill their frame (papers.py)

A picture counts as read if all its digits are right and there are no others. Digitlens reads rows and fields as a page
and single digits as such; the others are told that there is one line of digits. Each engine is run by itself.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image

import forms
import pages
from digitlens.cli.terminal import err, out, print_json
from handwriting import folder, strokes_in, zipped
from ocr_peers import ENGINES

Grey = NDArray[np.uint8]
SINGLE = ("forms", "photos", "security", "full")  # one digit on each picture


def rows() -> list[tuple[Grey, str]]:
    """Rows inked on white paper."""
    return [(pages.page_of(strokes), digits) for digits, strokes in forms.numbers_of_people()]


def fields(count: int) -> list[tuple[Grey, str]]:
    """The fields of forms, at least so many."""
    found = []
    for page, numbers in forms.pages(-(-count // forms.FIELDS)):
        for line, digits in enumerate(numbers):
            top = forms.TOP + line * forms.PITCH
            found.append((page[max(0, top - 16) : top + forms.PITCH - 16], digits))
    return found


def hard_paper(kind: str, count: int, rng: np.random.Generator) -> Iterator[tuple[Grey, str]]:
    """Pen digits on paper that is hard to read, made by papers.py of the collections."""
    made = importlib.util.spec_from_file_location("papers", folder() / "papers.py")
    assert made is not None
    assert made.loader is not None
    papers = importlib.util.module_from_spec(made)
    made.loader.exec_module(papers)
    drawn = list(strokes_in("pen_digits"))
    for i in rng.choice(len(drawn), count, replace=False):
        told, strokes = drawn[i]
        yield np.asarray(getattr(papers, kind)(strokes, rng).convert("L")), str(told["label"])


def pictures_of(kind: str, count: int) -> list[tuple[Grey, str]]:
    """So many pictures of a kind, drawn at random, and what stands on each."""
    rng = np.random.default_rng(0)
    if kind in ("security", "full"):
        return list(hard_paper(kind, count, rng))
    found = rows() if kind == "rows" else fields(count) if kind == "fields" else []
    if not found:
        found = [(grey, str(digit)) for grey, digit in zipped("form_digits" if kind == "forms" else "photo_digits")]
    return [found[i] for i in rng.choice(len(found), min(count, len(found)), replace=False)]


def ours(files: list[str], single: bool) -> dict[str, Any]:
    """The same as a peer answers, by `reader`."""
    from digitlens.storage.shipped import open_reader

    reader = open_reader("reader")

    def read(file: str) -> str:
        if not single:
            return "".join(reader.read_page(file).text.split())
        reading = reader.read(file)
        return reading.label if reading.prepared.ink_found else ""

    read(files[0])
    began = time.perf_counter()
    texts = [read(file) for file in files]
    return {"texts": texts, "seconds": time.perf_counter() - began}


def theirs(python: str, engine: str, files: list[str]) -> dict[str, Any]:
    """What a peer answers, in a process of its own."""
    asked = json.dumps({"engine": engine, "files": files})
    peer = str(Path(__file__).with_name("ocr_peers.py"))
    done = subprocess.run([python, peer], input=asked, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"missing": (done.stderr.strip().splitlines() or ["it failed"])[-1]}
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@click.command()
@click.option("--pictures", "count", type=click.IntRange(5), default=500, show_default=True, help="Of each kind.")
@click.option("--python", default=sys.executable, help="Of the environment that has RapidOCR and ddddocr.")
@click.option("--json", "as_json", is_flag=True)
def main(count: int, python: str, as_json: bool) -> None:
    """Read every kind of picture with every engine."""
    results: list[dict[str, Any]] = []
    missing: dict[str, str] = {}
    for kind in ("rows", "fields", *SINGLE):
        with tempfile.TemporaryDirectory() as place:
            files, truth = [], []
            for number, (grey, digits) in enumerate(pictures_of(kind, count)):
                path = Path(place, f"{number:05}.png")
                Image.fromarray(grey).save(path)
                files.append(str(path))
                truth.append(digits)
            for engine in ("digitlens", *ENGINES):
                if engine in missing:
                    continue
                answer = ours(files, kind in SINGLE) if engine == "digitlens" else theirs(python, engine, files)
                if "missing" in answer:
                    missing[engine] = answer["missing"]
                    err().print(f"{engine} takes no part: {missing[engine]}", markup=False)
                    continue
                right = float(np.mean([text == digits for text, digits in zip(answer["texts"], truth, strict=True)]))
                each = answer["seconds"] / len(files)
                results.append(
                    {"kind": kind, "engine": engine, "pictures": len(files), "read": right, "seconds_each": each}
                )
                out().print(
                    f"{kind:<9} {engine:<10} {len(files):>5} pictures  read {right:6.1%}  {1000 * each:7.1f} ms each",
                    markup=False,
                )
    if as_json:
        print_json({"results": results, "missing": missing})


if __name__ == "__main__":
    main()
