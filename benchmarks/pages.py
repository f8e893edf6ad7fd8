"""How well are rows of digits read that people really wrote? One line a kind of page.

    DIGITLENS_HANDWRITING=../shared/handwriting python benchmarks/pages.py --network video

Rows are pen strokes, inked on a white page with a round pen of 1/25 of the writing's height, which is 120 pixels. A
row counts as read if all its digits are right and there are no others; spaces and line ends do not count. "Counted":
as many digits were found as there are. Photos: three rows that are one line and digits only on ruled paper, under
uneven light, turned by 5°, a little blurred, as JPEG. Nothing is trained on these rows, and no single case tuned to.
"""

from __future__ import annotations

import io
import time
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from digitlens.cli.terminal import out, print_json
from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.reading.reader import Reader
from handwriting import PenStrokes, strokes_in

HEIGHT = 120  # pixels of the writing
PEN = HEIGHT / 25  # the pen's width
MARGIN = HEIGHT * 2 // 5
WIDEST = 3_500  # pixels: a longer row is made smaller

Grey = NDArray[np.uint8]


def page_of(strokes: PenStrokes, one_line: bool = True) -> Grey:
    """A row inked on white paper: (rows, columns), black ink. Of several lines, the tallest stroke is HEIGHT high."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    tall = high[1] - low[1] if one_line else max(np.ptp(stroke[:, 1]) for stroke in strokes)
    scale = min((HEIGHT - PEN) / max(tall, 1e-9), WIDEST / max(high[0] - low[0], 1e-9))
    placed = [(stroke - low) * scale + MARGIN + PEN / 2 for stroke in strokes]
    columns, rows = np.ceil((high - low) * scale + 2 * MARGIN + PEN).astype(int)
    return np.rint(255 * (1 - ink_strokes(placed, (int(rows), int(columns)), PEN / 2))).astype(np.uint8)


def photo_of(pages: list[Grey], rng: np.random.Generator) -> bytes:
    """Some rows, one below the other on ruled paper, photographed: the bytes of a JPEG file."""
    pages = [page for page in pages if page.shape[1] <= 2_000]
    columns = max(page.shape[1] for page in pages) + 300
    pitch = HEIGHT * 7 // 4
    paper = np.full((pitch * (len(pages) + 2), columns), 1.0)
    for line in range(1, len(pages) + 2):
        paper[line * pitch : line * pitch + 3] = 0.8  # ruled
    for line, page in enumerate(pages, 1):
        foot = line * pitch + pitch - 6 + MARGIN  # the writing stands just above its line
        here = paper[foot - page.shape[0] : foot, 150 : 150 + page.shape[1]]
        here *= 0.15 + 0.85 * page[: len(here)] / 255
    tilted = Image.fromarray(np.rint(paper * 255).astype(np.uint8)).rotate(
        -5 * rng.choice([-1, 1]), Image.Resampling.BICUBIC, expand=True, fillcolor=255
    )
    blurred = np.asarray(tilted.filter(ImageFilter.GaussianBlur(1.2)), np.float64) / 255
    y, x = np.mgrid[-1 : 1 : blurred.shape[0] * 1j, -1 : 1 : blurred.shape[1] * 1j]
    direction = rng.uniform(0, 2 * np.pi)
    light = 0.7 + 0.22 * (np.cos(direction) * x + np.sin(direction) * y) - 0.08 * (x * x + y * y)
    seen = np.clip(blurred * light + rng.normal(0, 0.015, blurred.shape), 0, 1)
    file = io.BytesIO()
    Image.fromarray(np.rint(seen * 255).astype(np.uint8)).save(file, "JPEG", quality=60)
    return file.getvalue()


def measure(reader: Reader, pictures: list[tuple[Grey | bytes, list[str]]]) -> dict[str, Any]:
    """Read pictures of rows, each with the digits of its lines."""
    exact = counted = rows = 0
    seconds = []
    for picture, truth in pictures:
        begin = time.perf_counter()
        text = reader.read_page(picture).text.replace(" ", "")
        seconds.append(time.perf_counter() - begin)
        lines = ["".join(text.split())] if len(truth) == 1 else text.split("\n")
        rows += len(truth)
        if len(lines) == len(truth):
            exact += sum(a == b for a, b in zip(lines, truth, strict=True))
            counted += sum(len(a) == len(b) for a, b in zip(lines, truth, strict=True))
    return {
        "rows": rows,
        "read": exact / rows,
        "counted": counted / rows,
        "milliseconds": 1000 * float(np.mean(seconds)),
        "slowest": 1000 * max(seconds),
    }


def large(rows: list[tuple[Grey, str]]) -> list[tuple[Grey | bytes, list[str]]]:
    """One page of 4000×3000 pixels full of rows."""
    paper = np.full((3_000, 4_000), 255, np.uint8)
    told = []
    for line, (page, digits) in enumerate(rows[:14]):
        fits = page[:200, :3_800]
        paper[60 + 205 * line : 60 + 205 * line + len(fits), 100 : 100 + fits.shape[1]] = fits
        told.append(digits)
    return [(paper, told)]


@click.command()
@click.option("--network", "networks", multiple=True, default=("video",), help="A shipped name or a file; repeatable.")
@click.option("--some", type=click.IntRange(min=3), help="Only so many rows of each kind, drawn at random.")
@click.option("--json", "as_json", is_flag=True)
def main(networks: tuple[str, ...], some: int | None, as_json: bool) -> None:
    """Read every kind of page with every network."""
    from digitlens.storage.shipped import open_reader

    rng = np.random.default_rng(0)
    kinds: dict[str, list[tuple[Grey | bytes, list[str]]]] = {"all rows": [], "one line, digits only": []}
    plain: list[tuple[Grey, str]] = []
    for told, strokes in strokes_in("pen_rows"):
        page = page_of(strokes, told["one_line"])
        kinds["all rows"].append((page, [told["digits"]]))
        if told["one_line"] and told["only_digits"]:
            plain.append((page, told["digits"]))
            kinds["one line, digits only"].append((page, [told["digits"]]))
    order = [int(i) for i in rng.permutation(len(plain)) if plain[i][0].shape[1] <= 2_000]
    threes = [[plain[i] for i in order[k : k + 3]] for k in range(0, len(order) - 2, 3)]
    kinds["photos of three such rows"] = [
        (photo_of([page for page, _ in three], rng), [digits for _, digits in three]) for three in threes
    ]
    kinds["12 megapixels, 14 rows"] = large([row for row in plain if row[0].shape[1] > 600])
    results: list[dict[str, Any]] = []
    for name, pictures in kinds.items():
        if some is not None and some < len(pictures):
            pictures = [pictures[i] for i in np.sort(rng.permutation(len(pictures))[:some])]
        for network in networks:
            result = {"pages": name, "network": network} | measure(open_reader(network), pictures)
            results.append(result)
            if not as_json:
                out().print(
                    f"{name:<26} {network:<20} {result['rows']:>4} rows  read {result['read']:6.1%}  "
                    f"counted {result['counted']:6.1%}  {result['milliseconds']:6.0f} ms, max {result['slowest']:,.0f}",
                    markup=False,
                )
    if as_json:
        print_json(results)


if __name__ == "__main__":
    main()
