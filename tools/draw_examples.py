"""Draw the ten example drawings that ship with the package: our own pen's digits, on pages of 280×280 pixels.

    python tools/draw_examples.py        writes src/digitlens/digits/sources/drawings/0.png ... 9.png

The pen keeps its strokes in their natural place and size; here each page gets a place and a size of its own as well, as
people draw. The same drawings on every run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from digitlens.digits.png import png
from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.files.atomic import write_atomically

SIDE, MARGIN = 280, 14  # pixels of a page, and what stays free around the ink
SEED = 0
CHOSEN = (
    47,
    111,
    65,
    70,
    118,
    86,
    64,
    57,
    142,
    30,
)  # which of the seed's pen digits, chosen by looking: one of each digit
PAGES = (  # size beside what the pen wrote, where the middle goes (x, y), half the pen's width in pixels
    (1.05, 132, 146, 7.0),
    (0.85, 118, 128, 6.0),
    (1.15, 150, 140, 7.5),
    (0.95, 166, 150, 5.5),
    (1.20, 140, 136, 8.0),
    (0.80, 110, 158, 6.0),
    (1.10, 146, 128, 6.5),
    (0.95, 158, 140, 7.0),
    (1.25, 138, 142, 7.0),
    (0.90, 126, 118, 6.0),
)


def drawings() -> list[bytes]:
    """The ten PNG files, in order."""
    pen = pen_digits(max(CHOSEN) + 1, SEED)
    return [_page(pen.strokes[number], *page) for number, page in zip(CHOSEN, PAGES, strict=True)]


def _page(strokes: list[np.ndarray], size: float, x: float, y: float, radius: float) -> bytes:
    """A page with one digit on it: dark ink on white paper."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    size = min(size, (SIDE - 2 * (MARGIN + radius)) / (high - low).max())
    half = (high - low) / 2 * size + radius + MARGIN
    middle = np.clip([x, y], half, SIDE - half)
    placed = [_smooth(_smooth((stroke - (low + high) / 2) * size + middle)) for stroke in strokes]
    ink = ink_strokes(placed, (SIDE, SIDE), radius)
    return png((255 - np.rint(ink * 225)).astype(np.uint8))  # a dark pencil, not the blackest black


def _smooth(stroke: np.ndarray) -> np.ndarray:
    """Cut the corners between straight pieces (Chaikin 1974): seen large, the pen's line would look like a polygon."""
    first, second = stroke[:-1], stroke[1:]
    cut = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], axis=1).reshape(-1, 2)
    return np.concatenate([stroke[:1], cut, stroke[-1:]])


def main() -> int:
    """Write the files beside the code that reads them."""
    folder = Path(__file__).parents[1] / "src" / "digitlens" / "digits" / "drawings"
    folder.mkdir(exist_ok=True)
    for digit, data in enumerate(drawings()):
        write_atomically(folder / f"{digit}.png", data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
