"""Train the network that recognises one whole digit, on rows of pen digits: reading/page/whole.safetensors.

python tools/learn_whole.py

Each row is cut at every possible place, as when a page is read. A candidate that covers one digit of the row is whole;
one that covers a part of a digit, or several, is not. 784-64-2, two minutes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.synthetic.pen.rows import drawings_by_digit, sheet
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run
from digitlens.reading.page.connected_components import pieces_of
from digitlens.reading.page.lines import find_lines
from digitlens.reading.page.page import ink_of
from digitlens.reading.page.paper import find_paper
from digitlens.reading.page.segmentation import choices_of
from digitlens.reading.page.whole_digit import FILE, to_bytes

ROWS, TEST_ROWS = 3_000, 300
COVERED, NOT_COVERED = (
    0.8,
    0.7,
)  # intersection over union: above, one whole digit; below, not; in between, unclear and left out


def examples(rows: int, seed: int) -> Digits:
    """Framed pictures, labelled 1 if they show one whole digit, else 0."""
    rng = np.random.default_rng(seed)
    hands = drawings_by_digit(seed, 8_000)
    images, whole = [], []
    for _ in range(rows):
        text = "".join(map(str, rng.integers(0, 10, int(rng.integers(3, 10)))))
        gap = float(np.clip(rng.normal(0.12, 0.14), -0.12, 0.5))
        page = sheet([text], rng, float(rng.uniform(40, 110)), gap, wobble=0.06, hands=hands)
        page.pen *= float(np.exp(rng.normal(0.2, 0.35)))
        paper = find_paper(page.grey())
        pieces = pieces_of(paper.mask)
        for line in find_lines(pieces)[0]:
            choices, (top, left) = choices_of(line, pieces, ink_of(paper))
            for choice in choices:
                if choice.kind != "digit":
                    continue
                box = choice.box
                covered = _covered(page.boxes, left + box.left, top + box.top, box.columns, box.rows)
                if not NOT_COVERED < covered <= COVERED:
                    images.append(choice.image)
                    whole.append(covered > COVERED)
    return Digits(np.stack(images), np.array(whole, np.uint8))


def _covered(boxes: list[tuple[float, float, float, float]], left: int, top: int, width: int, height: int) -> float:
    """The largest intersection over union of a box with any digit's box."""
    digits = np.array(boxes)
    across = np.minimum(digits[:, 0] + digits[:, 2], left + width) - np.maximum(digits[:, 0], left)
    down = np.minimum(digits[:, 1] + digits[:, 3], top + height) - np.maximum(digits[:, 1], top)
    both: NDArray[np.float64] = np.maximum(across, 0) * np.maximum(down, 0)
    return float((both / (width * height + digits[:, 2] * digits[:, 3] - both)).max())


def main() -> None:
    data = DataSet("whole", "cut from rows of pen digits", examples(ROWS, 21), examples(TEST_ROWS, 22))
    recipe = Recipe(
        name="whole", data="rows", hidden=(64,), activation="relu", output="softmax", cost="cross_entropy",
        optimiser="adam", learning_rate=0.001, schedule="cosine", initialisation="he", epochs=20,
        augmentation="affine", mini_batch=64, validation=0,
    )  # fmt: skip
    run = Run(recipe, data)
    for record in run:
        print(record.epoch, record.test)
    FILE.write_bytes(to_bytes(run.reader().network))
    print(f"{len(data.training):,} pictures, {data.training.digits.mean():.1%} whole; {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
