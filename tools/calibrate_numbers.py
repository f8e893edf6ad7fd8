"""Fit how probable it is that a number of a page is right: reading/page/confidence.safetensors, and DIGIT beside it.

python tools/calibrate_numbers.py [--rows N] [--evidence FILE]

Rows that our pen model writes, from other seeds than for learn_segments.py, are read with `reader`, half of them on
photos: uneven light, grain. Digits stand apart, near each other or touch, neat or hurried; some rows have dots, commas,
dashes or slashes between them, and in some a few digits are smaller. A number is right if its text is that of the
digits beneath it and beside it.

Our pen sometimes writes a 1 that anyone would read as 7. Such drawings are left out: those whose nearest neighbours,
among others of our pen and MNIST's training images, are mostly another digit. It still writes less legibly than people
do, so wrong numbers count less: as if AS_READ of all were right, which is what is read of all rows in the development
set, those with separators among them. Half of the rows serve to fit, the other half to measure; what is printed of it
is not chosen by anything. Then all serve to fit. With --evidence, what was read is kept in a file, and fitted again
from there.
"""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier

from digitlens.digits.dataset import Digits, pixels
from digitlens.digits.preparation.adjusting import adjust
from digitlens.digits.preparation.framing import SIDE
from digitlens.digits.preparation.strokes import frame_drawings, ink_drawings
from digitlens.digits.sources.find import find_data
from digitlens.digits.synthetic.pen.quick import quick_drawings
from digitlens.digits.synthetic.pen.rows import PEN, Sheet, Stroke
from digitlens.digits.synthetic.pen.writer import pen_digits, world_digits
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.network import Layer, Network
from digitlens.reading.calibration import reliability
from digitlens.reading.page import confidence
from digitlens.reading.page.confidence import FILE, doubts, inputs, of_digit
from digitlens.reading.page.numbers import DigitBox, Number
from digitlens.reading.page.small_network import to_bytes
from digitlens.reading.reader import Reader
from digitlens.storage.shipped import open_reader

SEED, JUDGING_SEED = 31, 32  # learn_segments.py has 21 to 23
DRAWINGS = 8_000  # of each kind of hand
WIDTH = 1.2  # half the pen's width with which drawings are compared, in pixels of the framed picture
NEIGHBOURS, IMAGES = 9, 20_000  # drawings that a drawing is compared with; of MNIST's images, among them
AS_READ = 0.85  # the share of numbers that is right where people write
ALPHA = 1.0  # how much large weights of the network for numbers cost
HIDDEN, FITS = 8, 10  # neurons of a network, and how many are fitted and then put together
LENGTHS = (1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 10, 11)  # digits of a row, each as often


@cache
def legible_hands() -> list[dict[int, list[list[Stroke]]]]:
    """Drawings of each digit that are most like others of that digit: as in MNIST, of all countries, and quick ones."""
    mnist = find_data("mnist", offline=True).training
    others = [pictures(*drawn) for drawn in kinds_of_hands(JUDGING_SEED)]
    images = np.concatenate([mnist.images[:IMAGES], *(other.images for other in others)])
    digits = np.concatenate([mnist.digits[:IMAGES], *(other.digits for other in others)])
    judge = KNeighborsClassifier(NEIGHBOURS, algorithm="brute").fit(_features(images), digits)
    hands = []
    for drawings, shown in kinds_of_hands(SEED):
        hand: dict[int, list[list[Stroke]]] = {digit: [] for digit in range(10)}
        seen = judge.predict(_features(pictures(drawings, shown).images))
        for drawing, digit, alike in zip(drawings, shown, seen, strict=True):
            if digit == alike:
                hand[digit].append(drawing)
        hands.append(hand)
    return hands


def kinds_of_hands(seed: int) -> list[tuple[list[list[Stroke]], list[int]]]:
    """Drawings by each kind of hand, and the digits that they show."""
    kinds = []
    for write in (pen_digits, world_digits):
        pen = write(DRAWINGS, seed)
        kinds.append((pen.strokes, pen.digits.digits.tolist()))
    quick = quick_drawings(DRAWINGS, seed)
    kinds.append(([d for own in quick.values() for d in own], [digit for digit, own in quick.items() for _ in own]))
    return kinds


def pictures(drawings: list[list[Stroke]], digits: list[int]) -> Digits:
    """Drawings inked with a pen of one width, and framed."""
    pens = np.full(len(drawings), WIDTH)
    framed = frame_drawings(drawings, pens)
    ink = ink_drawings([frame.strokes for frame in framed], (SIDE, SIDE), pens)
    return Digits(np.rint(255 * ink).astype(np.uint8), np.array(digits, np.uint8))


def _features(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Straightened, a quarter of the pixels, and equally much ink: (n, 28, 28) -> (n, 196)."""
    straight = adjust(pixels(images, np.dtype(np.float32)), ("straighten",)).reshape(-1, 14, 2, 14, 2)
    small = straight.mean(axis=(2, 4)).reshape(-1, 196)
    return small / np.linalg.norm(small, axis=1, keepdims=True)


def page_with_rows(rng: np.random.Generator, hands: list[dict[int, Any]]) -> Sheet:
    """A page with one row of digits, untidy or not."""
    height = float(rng.uniform(40, 130))
    text = "".join(map(str, rng.integers(0, 10, int(rng.choice(LENGTHS)))))
    gap = float(np.clip(rng.normal(0.24, 0.15), -0.15, 0.7))
    wobble = float(np.exp(rng.normal(-3.0, 0.5)))
    pen = PEN * height * float(np.exp(rng.normal(0.1, 0.4)))
    page = Sheet(int(3.4 * height), int((2 * len(text) + 6) * height), pen, hands=hands[int(rng.integers(len(hands)))])
    left, top = 1.2 * height, 1.1 * height
    with_marks, uneven = rng.random() < 0.25, rng.random() < 0.06
    if with_marks or uneven:
        for i, digit in enumerate(text):
            size = float(rng.uniform(0.4, 0.8)) if uneven and rng.random() < 0.3 else 1.0
            lower = (1 - size) * height * float(rng.random())  # its top than that of the others
            left = page.write(digit, left, top + lower, height * size, rng, gap / size, wobble)
            if with_marks and i < len(text) - 1 and rng.random() < 0.3:
                left = mark(page, rng, left, top, height)
    else:
        page.write(text, left, top, height, rng, gap, wobble, float(rng.choice([0.0, 0.0, 0.3, 0.6])))
    _slanted(page, float(rng.normal(0, 0.18)), float(np.exp(rng.normal(0, 0.12))), 0.8 * height)
    return page


def mark(page: Sheet, rng: np.random.Generator, left: float, top: float, height: float) -> float:
    """Write a dot, comma, dash or slash, and return where the writing goes on."""
    foot = top + height
    stroke = {
        "dot": [(0.05, -0.04), (0.07, -0.02)],
        "comma": [(0.08, -0.08), (0.07, 0.05), (0.0, rng.uniform(0.1, 0.22))],
        "slash": [(0.0, 0.1), (rng.uniform(0.3, 0.5), -1.15)],
        "dash": [(0.0, -0.45), (rng.uniform(0.2, 0.5), -0.45 + rng.normal(0, 0.04))],
    }[str(rng.choice(["dot", "comma", "dash", "slash"], p=[0.3, 0.3, 0.3, 0.1]))]
    page.strokes.append(np.array([(left + x * height, foot + y * height) for x, y in stroke]))
    return left + (max(x for x, _ in stroke) + 0.15 + abs(rng.normal(0, 0.1))) * height


def _slanted(page: Sheet, shear: float, stretch: float, margin: float) -> None:
    """Slant and stretch the writing, and make the page as wide as it needs."""
    middle = page.rows / 2
    for stroke in page.strokes:
        stroke[:, 0] = (stroke[:, 0] - shear * (stroke[:, 1] - middle)) * stretch
    shift = margin - min(float(stroke[:, 0].min()) for stroke in page.strokes)
    page.boxes = [
        ((left - shear * (top + high / 2 - middle)) * stretch + shift, top, wide * stretch, high)
        for left, top, wide, high in page.boxes
    ]
    for stroke in page.strokes:
        stroke[:, 0] += shift
    page.columns = int(max(float(stroke[:, 0].max()) for stroke in page.strokes) + margin)


def picture_of(page: Sheet, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The page as a scan, or as a photo with grain in uneven light."""
    grey = page.grey()
    if rng.random() < 0.5:
        return grey
    light = np.linspace(rng.uniform(0.6, 1), rng.uniform(0.6, 1), grey.shape[1])
    seen = (255 - (255 - grey.astype(float)) * rng.uniform(0.5, 0.95)) * light
    return np.rint(np.clip(seen + rng.normal(0, rng.uniform(1, 6), grey.shape), 0, 255)).astype(np.uint8)


def beneath(page: Sheet, low: float, high: float) -> str:
    """The digits of the page whose middles lie between two columns."""
    middles = [left + wide / 2 for left, _, wide, _ in page.boxes]
    return "".join(digit for digit, middle in zip(page.digits, middles, strict=True) if low <= middle < high)


def is_right(page: Sheet, number: Number, numbers: tuple[Number, ...]) -> bool:
    """Whether its text is that of all digits nearer to it than to any other number, and all stand on one line."""
    left, right = number.left, number.left + number.width
    before = max((other.left + other.width for other in numbers if other.left + other.width < left), default=-np.inf)
    after = min((other.left for other in numbers if other.left > right), default=np.inf)
    if any(other.line != number.line for other in numbers):
        return False
    return number.text == beneath(page, (before + left) / 2, (after + right) / 2)


def digit_is_right(page: Sheet, box: DigitBox) -> bool:
    """Whether it is the only digit beneath its box."""
    return box.label == beneath(page, box.left, box.left + box.width)


def digit_weights(evidence: NDArray[Any], right: NDArray[np.bool_]) -> tuple[float, ...]:
    """Those of the logistic regression for digits."""
    model = LogisticRegression(C=1.0, max_iter=5_000).fit(evidence, right)
    return tuple(round(float(w), 4) for w in (*model.coef_[0], model.intercept_[0]))


def number_network(evidence: NDArray[np.float32], right: NDArray[np.bool_]) -> Network:
    """Several small networks whose last sums are averaged.

    Each has other initial weights, and learns from all right numbers and from a draw of its own of the wrong ones, as
    many as people would write.
    """
    middle, scale = evidence.mean(axis=0), np.maximum(evidence.std(axis=0), 1e-6)
    layers = []
    for seed in range(FITS):
        counts = right | (np.random.default_rng([SEED, seed]).random(len(right)) < share_of_wrong(right))
        model = MLPClassifier((HIDDEN,), alpha=ALPHA, max_iter=800, random_state=seed)
        model.fit((evidence[counts] - middle) / scale, right[counts])
        weights = model.coefs_[0].T / scale  # (hidden, inputs)
        biases = model.intercepts_[0] - weights @ middle
        layers.append((weights, biases, model.coefs_[1].T / FITS, model.intercepts_[1]))
    hidden = Layer(np.concatenate([one[0] for one in layers]), np.concatenate([one[1] for one in layers]))
    output = Layer(np.concatenate([one[2] for one in layers], axis=1), np.mean([one[3] for one in layers], axis=0))
    return Network((hidden, output), (ACTIVATIONS["relu"], ACTIVATIONS["sigmoid"]))


def share_of_wrong(right: NDArray[np.bool_]) -> float:
    """How many of the wrong numbers count, so that AS_READ of those that count are right."""
    return float((1 - AS_READ) / AS_READ * right.mean() / (1 - right.mean()))


def say(name: str, sure: NDArray[Any], right: NDArray[np.bool_]) -> None:
    """Print how well a confidence does on what it was not fitted on."""
    passing = sure >= confidence.DOUBTFUL
    wrong = float((~right[passing]).mean()) if passing.any() else 0.0
    print(
        f"{name}: {len(right):,} held out, {right.mean():.1%} right, mean confidence {sure.mean():.1%}; expected error "
        f"{reliability(sure, right, 10).error:.2%}; at {confidence.DOUBTFUL} {passing.mean():.1%} pass, "
        f"{wrong:.2%} of them wrong"
    )


@click.command()
@click.option("--rows", default=6_000, show_default=True)
@click.option("--evidence", "kept", type=click.Path(path_type=Path), help="Keep what was read here, or fit it again.")
def main(rows: int, kept: Path | None) -> None:
    """Write rows, read them, fit, and measure."""
    if kept is not None and kept.exists():
        numbers, digits = pickle.loads(kept.read_bytes())
    else:
        numbers, digits = read_rows(rows)
        if kept is not None:
            kept.write_bytes(pickle.dumps((numbers, digits)))
    table = np.array(digits, float)
    evidence, right, even = table[:, :-2], table[:, -2].astype(bool), table[:, -1] % 2 == 0
    first = digit_weights(evidence[even], right[even])
    say("digits", np.array([of_digit(one, first) for one in evidence[~even]]), right[~even])
    weights = digit_weights(evidence, right)
    print(f"DIGIT = {weights}")
    right, even = np.array([one[2] for one in numbers], bool), np.array([one[3] for one in numbers]) % 2 == 0
    evidence = inputs([(doubts(own, weights), *known[1:]) for known, own, *_ in numbers])
    held = ~even & (right | (np.random.default_rng(SEED).random(len(right)) < share_of_wrong(right)))
    say("numbers", number_network(evidence[even], right[even]).forward(evidence[held]).a[-1][:, 0], right[held])
    FILE.write_bytes(to_bytes(number_network(evidence, right), np.float32))


def read_rows(rows: int) -> tuple[list[Any], list[Any]]:
    """What speaks for and against every number, and every digit, of so many rows; whether it is right; and its row."""
    numbers: list[Any] = []
    digits: list[Any] = []
    with ProcessPoolExecutor() as pool:
        results = pool.map(read_row, range(rows), chunksize=20)
        for of_row, digits_of_row in track(results, "reading rows", rows, console=Console(stderr=True)):
            numbers += of_row
            digits += digits_of_row
    return numbers, digits


def read_row(row: int) -> tuple[list[Any], list[Any]]:
    """The same of one row."""
    numbers: list[Any] = []
    digits: list[Any] = []
    rng = np.random.default_rng([SEED, row])
    page = page_with_rows(rng, legible_hands())
    found = _reader().read_page(picture_of(page, rng)).numbers
    for number in found:
        if number.evidence:
            own = [box.evidence for box in number.boxes]
            numbers.append((number.evidence, own, is_right(page, number, found), row))
            digits += [(*box.evidence, digit_is_right(page, box), row) for box in number.boxes]
    return numbers, digits


@cache
def _reader() -> Reader:
    return open_reader("reader")


if __name__ == "__main__":
    main()
