"""From a network that ships to one writer's hand: 20 pictures of each digit are learned from, the rest is held out.

    DIGITLENS_HANDWRITING=../shared/handwriting python benchmarks/fine_tuning.py --writer tra-15

Each writer's pictures are parted into five: each part is held out once, while the network learns on from the others,
so every picture is read by a network that has not seen it. The collections are a thermometer: what is learned here is
thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import click
import numpy as np
from numpy.typing import NDArray

from digitlens.cli.terminal import err, out
from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.sources.find import find_data
from digitlens.learning.tuned_run import tuned_run
from digitlens.reading.reader import Reader
from digitlens.storage.shipped import open_reader
from handwriting import page_of, strokes_in

PARTS, EACH = 5, 20


def digits_of(writer: str) -> Digits:
    """One writer's pen digits, framed."""
    images, labels = [], []
    for told, strokes in strokes_in("pen_digits"):
        if told["writer"] == writer:
            images.append(np.rint(prepare(page_of(strokes)).image * 255).astype(np.uint8))
            labels.append(int(told["label"]))
    return Digits(np.stack(images), np.array(labels, np.uint8))


def parts_of(digits: Digits) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """To learn from, at most 20 of each digit, and held out."""
    part = np.zeros(len(digits), int)
    for digit in range(10):
        mine = np.random.default_rng(digit).permutation(np.flatnonzero(digits.digits == digit))
        part[mine] = np.arange(len(mine)) % PARTS
    for held in range(PARTS):
        rest = np.flatnonzero(part != held)
        some = [rest[digits.digits[rest] == digit][:EACH] for digit in range(10)]
        yield np.concatenate(some), np.flatnonzero(part == held)


def always(data: DataSet, _recipe: object) -> DataSet:
    """The same images whatever the recipe."""
    return data


def misread(reader: Reader, digits: Digits) -> int:
    """How many of them."""
    return int((reader.outputs(digits.images).argmax(axis=1) != digits.digits).sum())


@click.command()
@click.option("--writer", "writers", multiple=True, default=("tra-15",), show_default=True)
@click.option("--network", default="reader", show_default=True)
@click.option("--learning-rate", type=float, help="[default: that of fine-tuning]")
def main(writers: tuple[str, ...], network: str, learning_rate: float | None) -> None:
    """Print a line for each writer."""
    start, mnist = open_reader(network), find_data("mnist", offline=True).test
    err().print(f"{network} misreads {misread(start, mnist)} of MNIST's {len(mnist):,}", highlight=False)
    changes = {} if learning_rate is None else {"learning_rate": learning_rate}
    for writer in writers:
        digits = digits_of(writer)
        after, after_mnist = 0, []
        for learned, held in parts_of(digits):
            data = DataSet(writer, "one writer", digits[learned], digits[held])
            run = tuned_run(start, partial(always, data), changes=changes)
            for _ in run:
                pass
            after += misread(run.reader(), digits[held])
            after_mnist.append(misread(run.reader(), mnist))
        mean = np.mean(after_mnist) / len(mnist)
        line = f"{writer}: {misread(start, digits)} of {len(digits)} misread before, {after} after, held out; "
        out().print(f"{line}MNIST {1 - mean:.2%}", highlight=False)


if __name__ == "__main__":
    main()
