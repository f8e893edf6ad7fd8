"""`digitlens evaluate`: how well does a network read the test digits?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from digitlens.cli.screen import (
    clean,
    data_options,
    json_option,
    load_data,
    network_option,
    open_network,
    out,
    print_json,
    say,
)
from digitlens.errors import DataError, UsageError
from digitlens.files.naming import shown

if TYPE_CHECKING:
    from rich.console import Console

    from digitlens.digits.dataset import DataSet, Digits
    from digitlens.reading.evaluation import Evaluation
    from digitlens.reading.reader import Reader


@click.command("evaluate")
@network_option
@data_options
@click.option("--on", type=click.Choice(["test", "training"]), default="test", show_default=True, help="Which digits.")
@json_option
def command(network: str, data: str | None, offline: bool, on: str, as_json: bool) -> None:
    """Measure how well a network reads the test digits: accuracy, digit by digit, and what it takes for what.

    MNIST's pictures are framed already, so only the adjusting steps that the network was trained behind are applied.
    """
    import time

    from rich.text import Text

    reader = open_network(network)
    found = load_data(data, offline=offline)
    digits = known(reader, found, found.test if on == "test" else found.training)
    started = time.perf_counter()
    result = reader.evaluate(digits)
    seconds = time.perf_counter() - started
    if as_json:
        where = {"data": found.name, "on": on, "engine": "plain", "seconds": round(seconds, 4)}
        print_json(result.to_json() | where)
        return

    console = out()
    said = Text(clean(network), style="bold").append(f" ({result.parameters:,} weights and biases) reads ", "not bold")
    said.append(f"{result.accuracy:.2%}").append(f" of {result.images:,} {on} pictures rightly", "not bold")
    say(console, said)
    say(console, f"{'Tested' if on == 'test' else 'Measured'} on: {clean(found.source)}")
    console.print()
    show_classes(console, result, [clean(name) for name in reader.classes])


def known(reader: Reader, found: DataSet, digits: Digits) -> Digits:
    """The same pictures with the network's own numbers for their classes. UsageError for classes it does not know."""
    from dataclasses import replace

    import numpy as np

    if strange := [name for name in found.classes if name not in reader.classes]:
        raise UsageError(
            f"the network {shown(reader.name)} knows {_listed(reader.classes)}, and the pictures show "
            f"{_listed(strange)} as well; evaluate it on the classes that it has learned (--data)"
        )
    if not len(digits):
        raise DataError(f"there is no picture to be read among {found.source}")
    numbers = np.array([reader.classes.index(name) for name in found.classes], np.uint8)
    return replace(digits, digits=numbers[digits.digits])


def _listed(names: Sequence[str]) -> str:
    some = ", ".join(clean(name)[:20] for name in names[:10])
    return some if len(names) <= 10 else f"{some} and {len(names) - 10} more"


def show_classes(console: Console, result: Evaluation, classes: list[str]) -> None:
    """What was taken for what, as a table; of too many classes for that, what each is most often taken for."""
    from rich.cells import cell_len

    from digitlens.cli.looking import confusion_table

    width = max(map(cell_len, classes))
    if width + 9 + len(classes) * max(width + 2, 7) <= console.width:
        console.print(confusion_table(result, classes))
        return
    for c, right in enumerate(result.per_digit):
        others = result.confusion_matrix[c].copy()
        others[c] = 0
        wrong = f"   most often taken for {classes[others.argmax()]} ({others.max()})" if others.any() else ""
        share = "     –" if right is None else f"{right:6.1%}"
        console.print(f"{classes[c]}{' ' * (width - cell_len(classes[c]))} {share}{wrong}", markup=False)
