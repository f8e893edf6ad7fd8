"""What a network that started from another reads before and after: of the test images, and of MNIST's."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from digitlens.digits.dataset import DIGITS, Digits
from digitlens.digits.sources.find import find_data
from digitlens.errors import DigitlensError
from digitlens.learning.training import Run
from digitlens.reading.reader import Reader


def before_and_after(run: Run) -> list[dict[str, Any]]:
    """For the test images of a run, and for MNIST's where it reads digits and they are on this machine: a row each.

    A row has `data`, `images`, `before` and `after`, which are shares; `before` is None where the network that it
    started from does not know the classes. Without test images there is no row for them.
    """
    start, reader = run.start, run.reader()
    assert start is not None
    tests = [("test images", run.data.test)] if len(run.data.test) else []
    if reader.reads_digits and reader.classes == DIGITS and run.data.name != "mnist":
        with suppress(DigitlensError):  # it is not here
            tests.append(("MNIST", find_data("mnist", offline=True).test))
    return [_row(name, digits, start if start.classes == reader.classes else None, reader) for name, digits in tests]


def _row(name: str, digits: Digits, start: Reader | None, reader: Reader) -> dict[str, Any]:
    accuracies = [None if one is None else round(one.evaluate(digits).accuracy, 6) for one in (start, reader)]
    return {"data": name, "images": len(digits), "before": accuracies[0], "after": accuracies[1]}
