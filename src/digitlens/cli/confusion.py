"""The confusion matrix in the terminal, for `evaluate` and `inspect`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from digitlens.cli.terminal import clean
from digitlens.digits.dataset import DataSet, Digits, shape_name
from digitlens.errors import DataError, UsageError
from digitlens.files.naming import shown
from digitlens.reading.evaluation import Evaluation
from digitlens.reading.reader import Reader


def relabelled(reader: Reader, data: DataSet, digits: Digits) -> Digits:
    """Digits of `data`, with the reader's class numbers as labels.

    Raises UsageError for images of another size than the reader sees, and for classes that it does not know.
    """
    if data.image_shape != reader.image_shape:
        raise UsageError(
            f"the network {shown(reader.name)} sees images of {shape_name(reader.image_shape)} pixels, and those of "
            f"{clean(data.source)} have {shape_name(data.image_shape)}; name the images that it has learned (--data)"
        )
    if unknown := [name for name in data.classes if name not in reader.classes]:
        raise UsageError(
            f"the network {shown(reader.name)} knows {_listed(reader.classes)}, but the pictures also show "
            f"{_listed(unknown)}; evaluate it on the classes that it has learned (--data)"
        )
    if not len(digits):
        raise DataError(f"there are no pictures to read in {data.source}; name other data with --data")
    numbers = np.array([reader.classes.index(name) for name in data.classes], np.uint8)
    return replace(digits, digits=numbers[digits.digits])


def show_classes(console: Console, result: Evaluation, classes: list[str]) -> None:
    """The confusion matrix as a table; if it is too wide, the most frequent mistake for each class."""
    width = max(map(cell_len, classes))
    if width + 9 + len(classes) * max(width + 2, 7) <= console.width:
        console.print(_table(result, classes))
        return
    for c, right in enumerate(result.per_class):
        others = result.confusion_matrix[c].copy()
        others[c] = 0
        wrong = f"   most often read as {classes[others.argmax()]} ({others.max()})" if others.any() else ""
        share = "     –" if right is None else f"{right:6.1%}"
        console.print(f"{classes[c]}{' ' * (width - cell_len(classes[c]))} {share}{wrong}", markup=False)


def _table(result: Evaluation, classes: Sequence[str]) -> Table:
    """The confusion matrix with the share of right answers for each class."""
    table = Table(title="Rows: what the picture shows. Columns: what was read.", title_justify="left", box=None)
    names = [Text(name, style="bold") for name in classes]
    table.add_column("")
    for name in names:
        table.add_column(name, justify="right")
    table.add_column("correct", justify="right")
    for c, (counts, right) in enumerate(zip(result.confusion_matrix, result.per_class, strict=True)):
        cells = [Text(str(n) if n or i == c else "·", style="bold" if i == c else "") for i, n in enumerate(counts)]
        table.add_row(names[c], *cells, "–" if right is None else f"{right:.1%}")
    return table


def _listed(names: Sequence[str]) -> str:
    first = ", ".join(clean(name)[:20] for name in names[:10])
    return first if len(names) <= 10 else f"{first} and {len(names) - 10} more"
