"""The figures of `digitlens compare`: curves with bands, and the sizes of gradients during training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from digitlens.cli.terminal import err, progress
from digitlens.files.naming import shown

if TYPE_CHECKING:
    from digitlens.digits.dataset import DataSet
    from digitlens.learning.recipe import Recipe
    from digitlens.learning.varied import Compared

DEPTHS = (2, 4, 6)  # hidden layers of the networks whose gradients are drawn


def draw_curves(result: Compared, path: str, theme: str) -> None:
    """Write cost and accuracy on the test images as a PNG file. Raises FileError."""
    from digitlens.figures.bands import compared_curves
    from digitlens.figures.theme import to_png
    from digitlens.learning.varied import curves

    both = {side.name: curves(side.outcomes, ("test_cost", "test_accuracy")) for side in result.sides}
    filled = {name: values for name, values in both.items() if values.size}
    cost, accuracy = ({name: values[:, :, i] for name, values in filled.items()} for i in (0, 1))
    _write(to_png(compared_curves(cost, accuracy, theme=theme)[0]), path)


def draw_gradients(recipes: Mapping[str, Recipe], data: DataSet, path: str, theme: str) -> None:
    """Write the sizes of the gradients at three depths as a PNG file. Raises FileError.

    recipes: by the name of their side; they must fit the digits.
    """
    from rich.progress import BarColumn, TextColumn

    from digitlens.figures.gradients import gradient_sizes
    from digitlens.figures.theme import to_png
    from digitlens.learning.gradients import deeper, sizes_over

    rows = []
    with progress(TextColumn("  gradients"), BarColumn()) as bar:
        task = bar.add_task("", total=len(recipes) * len(DEPTHS)) if bar else None
        for name, recipe in recipes.items():
            row = []
            for depth in DEPTHS:
                row.append(sizes_over(deeper(recipe, depth), data))
                if bar and task is not None:
                    bar.advance(task)
            rows.append((name, row))
    _write(to_png(gradient_sizes(rows, DEPTHS, theme=theme)), path)


def _write(png: bytes, path: str) -> None:
    from digitlens.files.atomic import write_atomically

    write_atomically(path, png)
    err().print(f"Drawn: {shown(path)}", markup=False, soft_wrap=True)
