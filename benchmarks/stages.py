"""What each stage of preparation buys, from the whole picture resized to the final pipeline, a stage more in each row.

    DIGITLENS_DATA=../shared/mnist DIGITLENS_HANDWRITING=../shared/handwriting \
    python benchmarks/stages.py --network raw.digitlens --adjusted straight.digitlens --adjusted resized.digitlens

One network trained on raw pixels reads every row but the last ones; those need one each that was trained behind
adjusting steps. Columns:
MNIST's test images, 28×28 as they are; the same on a page and disturbed, the mean over all of
digits/synthetic/disturbances.py; and the collections of real handwriting, which nothing was trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import click
import numpy as np
from numpy.typing import NDArray

from digitlens.cli.terminal import err, out, print_json
from digitlens.digits.preparation import framing, ink
from digitlens.digits.preparation.framing import (
    BOX,
    SIDE,
    Image,
    box_for_framing,
    corner_for,
    place,
    resample,
    resampling,
)
from digitlens.digits.preparation.ink import border
from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.sources.find import find_data
from digitlens.digits.synthetic.disturbances import DISTURBANCES
from digitlens.reading.reader import Reader
from digitlens.storage.shipped import open_reader
from handwriting import COLLECTIONS  # beside this file

Grey = NDArray[np.uint8]
Way = Callable[[Grey], NDArray[Any]]  # a grey picture of any size -> (28, 28), 0..1


def resized(image: Image, rows: int = SIDE, columns: int = SIDE) -> Image:
    """Stretched to that size: areas averaged where it shrinks, interpolated where it grows."""
    down, along = (resampling(n, after / n) for n, after in zip(image.shape, (rows, columns), strict=True))
    return down[:rows] @ image @ along[:columns].T


def simple_ink(grey: Grey) -> Image:
    """Ink on paper of one level, which the border has; the strongest is full ink."""
    level = float(np.median(border(grey)))
    depth = level - grey.astype(np.float64)
    depth = np.maximum(depth if depth.sum() >= 0 else -depth, 0.0)
    result: Image = depth / max(depth.max(), 1.0)
    return result


def cropped(grey: Grey) -> Image:
    """The ink's box."""
    found = simple_ink(grey)
    box = box_for_framing(found)
    return found if box is None else box.cut(found)


def whole(grey: Grey) -> Image:
    """The picture as it is, light on dark by majority."""
    levels = grey / 255.0
    return resized(1 - levels if levels.mean() > 0.5 else levels)


def in_a_box(grey: Grey) -> Image:
    """The longest side at 20 pixels, in the middle."""
    small = resample(part := cropped(grey), BOX / max(part.shape))
    return place(small, ((SIDE - len(small)) // 2, (SIDE - small.shape[1]) // 2))


def balanced(grey: Grey) -> Image:
    """The same by its centre of mass."""
    small = resample(part := cropped(grey), framing.scale_for(max(part.shape)))
    return place(small, corner_for(small)) if small.any() else np.zeros((SIDE, SIDE))


def without(*missing: str) -> Way:
    """The final pipeline, some of its parts left out."""
    same: dict[str, tuple[Any, ...]] = {
        "specks and lines": (patch.object(ink, "main_ink", _same), patch.object(ink, "without_lines", _same)),
        "pale strokes": (patch.object(framing, "THINNEST", 0.0),),
        "pen": (patch.object(framing, "with_pen", _same), patch.object(framing, "THINNEST_PEN", 0.0)),
    }

    def way(grey: Grey) -> NDArray[Any]:
        with ExitStack() as out_of_use:
            for part in missing:
                for replaced in same[part]:
                    out_of_use.enter_context(replaced)
            return prepare(grey).image

    return way


def _same(image: Image) -> Image:
    return image


ROWS: dict[str, Way] = {
    "whole picture resized": whole,
    "paper and ink told apart": lambda grey: resized(simple_ink(grey)),
    "cropped to the ink": lambda grey: resized(cropped(grey)),
    "20-pixel box": in_a_box,
    "centre of mass": balanced,
    "uneven light and grain": without("specks and lines", "pale strokes", "pen"),
    "specks and lines": without("pale strokes", "pen"),
    "pale strokes strengthened": without("pen"),
    "pen as MNIST's": without(),
}


def pictures(images: int, data: str | None) -> Iterator[tuple[str, list[Grey], NDArray[Any]]]:
    """What is read: the name of its column, pictures, and what they show. One column comes in several parts."""
    test = find_data(data, offline=True).test
    some, digits = test.images[:images], test.digits[:images]
    yield "MNIST", list(some), digits
    for disturbance in DISTURBANCES.values():
        yield "disturbed", list(disturbance(some, np.random.default_rng(0))), digits
    for name, collection in COLLECTIONS.items():
        every = list(collection())
        chosen = np.random.default_rng(0).permutation(len(every))[:images]
        yield name, [every[i][0] for i in chosen], np.array([every[i][1] for i in chosen])


@click.command()
@click.option("--network", default="video", show_default=True, help="Trained on raw pixels: a shipped name or a file.")
@click.option("--adjusted", multiple=True, help="One trained behind adjusting steps, for a row more; may be repeated.")
@click.option("--images", type=click.IntRange(1), default=500, show_default=True, help="Of each kind, at most.")
@click.option("--data", metavar="DATA", help="A folder with MNIST. Default: wherever it is found.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(network: str, adjusted: tuple[str, ...], images: int, data: str | None, as_json: bool) -> None:
    """Read everything behind each pipeline."""
    reader = open_reader(network)
    rows: list[tuple[str, Way, Reader]] = [(name, way, reader) for name, way in ROWS.items()]
    rows += [(" + ".join(other.adjusting), without(), other) for other in map(open_reader, adjusted)]
    right: dict[str, dict[str, list[float]]] = {name: {} for name, _, _ in rows}
    for column, some, digits in pictures(images, data):
        for name, way, reads in rows:
            with err().status(f"{column}, {name}"):
                framed = np.rint(np.stack([way(grey) for grey in some]) * 255).clip(0, 255).astype(np.uint8)
            accuracy = float(np.mean(reads.outputs(framed).argmax(axis=1) == digits))
            right[name].setdefault(column, []).append(accuracy)
    table = {name: {column: float(np.mean(part)) for column, part in parts.items()} for name, parts in right.items()}
    if as_json:
        print_json(table)
        return
    columns = list(next(iter(table.values())))
    out().print("| stage | " + " | ".join(columns) + " |\n|" + " --- |" * (len(columns) + 1), highlight=False)
    for name, row in table.items():
        cells = " | ".join(f"{100 * row[column]:.1f}" for column in columns)
        out().print(f"| {name} | {cells} |", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
