"""What a network takes for what, in the terminal: for `evaluate` and for `inspect`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from digitlens.cli.terminal import clean
from digitlens.digits.dataset import DataSet, Digits
from digitlens.errors import DataError, UsageError
from digitlens.files.naming import shown
from digitlens.reading.evaluation import Evaluation
from digitlens.reading.reader import Reader


def known(reader: Reader, found: DataSet, digits: Digits) -> Digits:
    """The same pictures with the network's own numbers for their classes. UsageError for classes it does not know."""
    if strange := [name for name in found.classes if name not in reader.classes]:
        raise UsageError(
            f"the network {shown(reader.name)} knows {_listed(reader.classes)}, and the pictures show "
            f"{_listed(strange)} as well; evaluate it on the classes that it has learned (--data)"
        )
    if not len(digits):
        raise DataError(f"there is no picture to be read among {found.source}")
    numbers = np.array([reader.classes.index(name) for name in found.classes], np.uint8)
    return replace(digits, digits=numbers[digits.digits])


def show_classes(console: Console, result: Evaluation, classes: list[str]) -> None:
    """What was taken for what, as a table; of too many classes for that, what each is most often taken for."""
    width = max(map(cell_len, classes))
    if width + 9 + len(classes) * max(width + 2, 7) <= console.width:
        console.print(_table(result, classes))
        return
    for c, right in enumerate(result.per_digit):
        others = result.confusion_matrix[c].copy()
        others[c] = 0
        wrong = f"   most often taken for {classes[others.argmax()]} ({others.max()})" if others.any() else ""
        share = "     –" if right is None else f"{right:6.1%}"
        console.print(f"{classes[c]}{' ' * (width - cell_len(classes[c]))} {share}{wrong}", markup=False)


def _table(result: Evaluation, classes: Sequence[str]) -> Table:
    """What the picture shows, what was read, and how many of each class are read rightly."""
    table = Table(title="Rows: what the picture shows. Columns: what was read.", title_justify="left", box=None)
    names = [Text(name, style="bold") for name in classes]
    table.add_column("")
    for name in names:
        table.add_column(name, justify="right")
    table.add_column("right", justify="right")
    for c, (counts, right) in enumerate(zip(result.confusion_matrix, result.per_digit, strict=True)):
        cells = [Text(str(n) if n or i == c else "·", style="bold" if i == c else "") for i, n in enumerate(counts)]
        table.add_row(names[c], *cells, "–" if right is None else f"{right:.1%}")
    return table


def _listed(names: Sequence[str]) -> str:
    some = ", ".join(clean(name)[:20] for name in names[:10])
    return some if len(names) <= 10 else f"{some} and {len(names) - 10} more"
