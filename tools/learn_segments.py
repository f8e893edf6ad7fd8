"""Train the two networks that sort the parts of a line, on rows of pen digits: reading/page/segments-*.safetensors.

python tools/learn_segments.py

Each row is cut at every possible place, as when a page is read. A candidate that covers one digit of the row is that
digit; one that covers a part of a digit, or several, is none. Hands of all countries write the rows, neat, quick or
hurried, so that digits touch, overlap, and are joined by lines. MNIST's training images are whole digits, too, as they
are and with a thinner pen. Rows are written in blocks, each from a stream of its own, by all cores. The networks,
784-512-256-11, differ in their initial weights and in the order of the pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.preparation.connected_components import pieces_of
from digitlens.digits.preparation.framing import frame
from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.digits.sources.find import find_data
from digitlens.digits.sources.mixture import thinner
from digitlens.digits.synthetic.pen.quick import quick_drawings
from digitlens.digits.synthetic.pen.rows import Sheet, Stroke, drawings_by_digit, sheet
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run
from digitlens.reading.page.lines import find_lines
from digitlens.reading.page.page import ink_of
from digitlens.reading.page.paper import find_paper
from digitlens.reading.page.segment_network import ADJUSTING, CLASSES, FILES, NOT_WHOLE
from digitlens.reading.page.segmentation import choices_of
from digitlens.reading.page.small_network import to_bytes

BLOCK, BLOCKS = 1_000, 18  # rows, and blocks of them
TEST_ROWS = 300
SINGLE = 5_000  # single digits beside each block
SEED, TEST_SEED = 21, 22  # of all blocks, the number of each beside it; of the rows to test with
NETWORK_SEEDS = 2, 3  # of the networks
COVERED, NOT_COVERED = 0.8, 0.7  # intersection over union: above, one whole digit; below, not; in between, unclear
AROUND = 2.0  # pixels that are added to all sides of both boxes, so that a 1 may be cut a little beside its stroke
PARTS = 0.25  # of the candidates that are no digit: as many are kept


def written(rng: np.random.Generator, hands: list[dict[int, list[list[Stroke]]]]) -> Sheet:
    """A page with one row, by a hand that may be untidy, slanted or hurried."""
    text = "".join(map(str, rng.integers(0, 10, int(rng.integers(2, 10)))))
    if rng.random() < 0.2:  # amounts end in zeros
        text = text[:2] + "0" * int(rng.integers(1, 4))
    gap = float(np.clip(rng.normal(0.1, 0.16), -0.15, 0.5))
    hurry = float(rng.choice([0.0, 0.3, 0.7]))
    of = hands[int(rng.integers(len(hands)))]
    page = sheet([text], rng, float(rng.uniform(40, 110)), gap, float(rng.uniform(0.03, 0.12)), of, hurry)
    page.pen *= float(np.exp(rng.normal(0.2, 0.35)))
    _slant(page.strokes, page.rows / 2, rng)
    low = min(float(stroke[:, 0].min()) for stroke in page.strokes) - 2 * page.pen
    for stroke in page.strokes:
        stroke[:, 0] -= min(low, 0.0)
    page.columns = int(max(stroke[:, 0].max() for stroke in page.strokes) + 2 * page.pen)
    return page


def _slant(strokes: list[Stroke], middle: float, rng: np.random.Generator) -> None:
    """Slant and stretch all strokes alike, in place."""
    shear, stretch = rng.normal(0, 0.15), float(np.exp(rng.normal(0, 0.15)))
    for stroke in strokes:
        stroke[:, 0] = (stroke[:, 0] - shear * (stroke[:, 1] - middle)) * stretch


@cache
def hands() -> list[dict[int, list[list[Stroke]]]]:
    """Drawings of each digit: by hands as in MNIST, by hands of all countries, and by quick ones."""
    return [
        drawings_by_digit(SEED, 16_000),
        drawings_by_digit(SEED, 16_000, everywhere=True),
        quick_drawings(16_000, SEED),
    ]


def single(count: int, rng: np.random.Generator) -> Digits:
    """Framed pictures of single digits out of hurried pairs, with what hangs on them."""
    images, labels = [], []
    for _ in range(count):
        page = Sheet(1, 1, 1, hands=hands()[int(rng.integers(len(hands())))])
        height = float(rng.uniform(30, 80))
        page.pen = height / 25 * float(np.exp(rng.normal(0.2, 0.35)))
        pair = "".join(map(str, rng.integers(0, 10, 2)))
        page.write(pair, 0, 0, height, rng, float(np.clip(rng.normal(0.15, 0.16), -0.1, 0.5)), 0.05, hurry=0.7)
        _slant(page.strokes, height / 2, rng)
        which = int(rng.integers(2))
        own = [*page.drawings[which], *page.links[which]]
        points = np.concatenate(own)
        low, high = points.min(axis=0) - page.pen, points.max(axis=0) + page.pen
        columns, rows = np.ceil(high - low).astype(int)
        ink = ink_strokes([stroke - low for stroke in own], (int(rows), int(columns)), page.pen / 2)
        images.append(np.rint(255 * frame(ink)).astype(np.uint8))
        labels.append(int(pair[which]))
    return Digits(np.stack(images), np.array(labels, np.uint8))


def examples(rows: int, rng: np.random.Generator) -> Digits:
    """Framed pictures, labelled with the digit that they show, or NOT_WHOLE."""
    images, labels = [], []
    for _ in range(rows):
        page = written(rng, hands())
        paper = find_paper(page.grey())
        pieces = pieces_of(paper.mask)
        ranges, of = _ranges(page)
        for line in find_lines(pieces)[0]:
            choices, (top, left) = choices_of(line, pieces, ink_of(paper))
            for choice in choices:
                if choice.kind != "digit":
                    continue
                box = choice.box
                covered = _covered(ranges, left + box.left, top + box.top, box.columns, box.rows)
                best = int(covered.argmax())
                if covered[best] > COVERED:
                    images.append(choice.image)
                    labels.append(int(page.digits[of[best]]))
                elif covered[best] <= NOT_COVERED and rng.random() < PARTS:
                    images.append(choice.image)
                    labels.append(NOT_WHOLE)
    return Digits(np.stack(images), np.array(labels, np.uint8))


def block(number: int) -> Digits:
    """The pictures of one block of rows, and single digits."""
    rng = np.random.default_rng([SEED, number])
    return _together([examples(BLOCK, rng), single(SINGLE, rng)])


def _together(parts: Sequence[Digits]) -> Digits:
    return Digits(np.concatenate([part.images for part in parts]), np.concatenate([part.digits for part in parts]))


def _ranges(page: Sheet) -> tuple[NDArray[np.float64], list[int]]:
    """The boxes of all digits, (n, 4) as left, top, right, bottom, without links and with them; whose each is."""
    boxes, of = [], []
    for digit, (strokes, links) in enumerate(zip(page.drawings, page.links, strict=True)):
        for more in ([], *([link] for link in links), *([links] if len(links) > 1 else [])):
            points = np.concatenate([*strokes, *more])
            boxes.append([*points.min(axis=0) - page.pen / 2, *points.max(axis=0) + page.pen / 2])
            of.append(digit)
    return np.array(boxes), of


def _covered(ranges: NDArray[np.float64], left: int, top: int, width: int, height: int) -> NDArray[np.float64]:
    """The intersection over union of a box with each of some ranges."""
    across = np.minimum(ranges[:, 2], left + width) - np.maximum(ranges[:, 0], left) + 2 * AROUND
    down = np.minimum(ranges[:, 3], top + height) - np.maximum(ranges[:, 1], top) + 2 * AROUND
    both: NDArray[np.float64] = np.maximum(across, 0) * np.maximum(down, 0)
    areas = (ranges[:, 2] - ranges[:, 0] + 2 * AROUND) * (ranges[:, 3] - ranges[:, 1] + 2 * AROUND)
    return both / ((width + 2 * AROUND) * (height + 2 * AROUND) + areas - both)


def main() -> None:
    with ProcessPoolExecutor() as pool:
        blocks = list(pool.map(block, range(BLOCKS)))
    mnist = find_data("mnist", offline=True).training
    training = _together([*blocks, mnist, Digits(thinner(mnist.images), mnist.digits)])
    test = examples(TEST_ROWS, np.random.default_rng(TEST_SEED))
    data = DataSet("segments", "cut from rows of pen digits, and MNIST's training images", training, test, CLASSES)
    for file, seed in zip(FILES, NETWORK_SEEDS, strict=True):
        recipe = Recipe(
            name="segments", data="rows", hidden=(512, 256), activation="relu", output="softmax", cost="cross_entropy",
            optimiser="adam", learning_rate=0.001, schedule="cosine", initialisation="he", epochs=18, seed=seed,
            augmentation="unsteady", preparation=ADJUSTING, averaging=0.999, mini_batch=128, validation=0,
        )  # fmt: skip
        run = Run(recipe, data)
        for record in run:
            print(record.epoch, record.test, flush=True)
        file.write_bytes(to_bytes(run.reader().network, np.float16))
        print(f"{file.name}: {file.stat().st_size:,} bytes")
    digits = (training.digits != NOT_WHOLE).mean()
    print(f"{len(training):,} pictures, {digits:.1%} whole digits")


if __name__ == "__main__":
    main()
