"""Fit how probable it is that a number of a page is right: the weights in reading/page/confidence.py.

python tools/calibrate_numbers.py [--rows N]

Rows of pen digits, written near each other or touching, as for learn_segments.py but from other seeds, are read with
`reader`, half of them on photos: uneven light, grain, blur. A number is right if its text is that of the digits beneath
it. Half of the rows serve to fit, the other half to measure; what is printed of it is not chosen by anything.
"""

from __future__ import annotations

from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from digitlens.digits.synthetic.pen.rows import Sheet, drawings_by_digit, sheet
from digitlens.reading.calibration import reliability
from digitlens.reading.page.confidence import probability
from digitlens.reading.page.numbers import DigitBox
from digitlens.storage.shipped import open_reader

SEED = 31  # learn_segments.py has 21 and 22


def page_with_rows(rng: np.random.Generator, hands: dict[int, Any]) -> Sheet:
    """A page with one row of digits, untidier or not."""
    text = "".join(map(str, rng.integers(0, 10, int(rng.integers(1, 12)))))
    gap = float(np.clip(rng.normal(0.1, 0.16), -0.2, 0.5))
    wobble = float(rng.uniform(0.02, 0.14))
    page = sheet([text], rng, float(rng.uniform(40, 130)), gap, wobble=wobble, hands=hands)
    page.pen *= float(np.exp(rng.normal(0.1, 0.4)))
    shear, stretch = rng.normal(0, 0.18), float(np.exp(rng.normal(0, 0.18)))
    middle = page.rows / 2
    for stroke in page.strokes:
        stroke[:, 0] = stroke[:, 0] - shear * (stroke[:, 1] - middle)
    page.boxes = [(left - shear * (top + high / 2 - middle), top, wide, high) for left, top, wide, high in page.boxes]
    for stroke in page.strokes:
        stroke[:, 0] *= stretch
    page.boxes = [(left * stretch, top, wide * stretch, high) for left, top, wide, high in page.boxes]
    page.columns = int(page.columns * stretch) + 1
    return page


def picture_of(page: Sheet, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The page as a scan, or as a photo with grain in uneven light."""
    grey = page.grey()
    if rng.random() < 0.5:
        return grey
    light = np.linspace(rng.uniform(0.6, 1), rng.uniform(0.6, 1), grey.shape[1])
    seen = (255 - (255 - grey.astype(float)) * rng.uniform(0.5, 0.95)) * light
    return np.rint(np.clip(seen + rng.normal(0, rng.uniform(1, 6), grey.shape), 0, 255)).astype(np.uint8)


def beneath(page: Sheet, boxes: tuple[DigitBox, ...]) -> str:
    """The digits of the page whose middles lie between the borders of these boxes."""
    low, high = min(box.left for box in boxes), max(box.left + box.width for box in boxes)
    middles = [left + wide / 2 for left, _, wide, _ in page.boxes]
    return "".join(digit for digit, middle in zip(page.digits, middles, strict=True) if low <= middle < high)


def fitted(name: str, evidence: NDArray[Any], right: NDArray[np.bool_], groups: NDArray[Any]) -> None:
    """Print the weights, and how well they do on the rows that they were not fitted on."""
    learned = groups % 2 == 0
    model = LogisticRegression(C=1.0, max_iter=5_000).fit(evidence[learned], right[learned])
    weights = tuple(round(float(w), 3) for w in (*model.coef_[0], model.intercept_[0]))
    sure = np.array([probability(row, weights) for row in evidence[~learned]])
    held = right[~learned]
    wrong = float((~held[sure >= 0.98]).mean()) if (sure >= 0.98).any() else 0.0
    print(f"{name} = {weights}")
    print(
        f"  {len(held):,} held out, {held.mean():.1%} right; expected error {reliability(sure, held).error:.2%}; "
        f"at 0.98 {(sure >= 0.98).mean():.1%} pass, {wrong:.2%} of them wrong"
    )


@click.command()
@click.option("--rows", default=4_000, show_default=True)
def main(rows: int) -> None:
    """Write rows, read them, fit, and measure."""
    reader, hands = open_reader("reader"), drawings_by_digit(SEED, 8_000)
    numbers: list[tuple[Any, ...]] = []
    digits: list[tuple[Any, ...]] = []
    for row in range(rows):
        rng = np.random.default_rng([SEED, row])
        page = page_with_rows(rng, hands)
        for number in reader.read_page(picture_of(page, rng)).numbers:
            numbers.append((*number.evidence, number.text == beneath(page, number.boxes), row))
            digits += [(*box.evidence, box.label == beneath(page, (box,)), row) for box in number.boxes]
    for name, found in (("NUMBER", numbers), ("DIGIT", digits)):
        table = np.array(found, float)
        fitted(name, table[:, :-2], table[:, -2].astype(bool), table[:, -1].astype(int))


if __name__ == "__main__":
    main()
