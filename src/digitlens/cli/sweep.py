"""`digitlens sweep`: many recipes, written down one by one, so that it can be stopped and continues where it was."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.outputs import check_outputs
from digitlens.cli.progress import work_progress
from digitlens.cli.recipe_options import digits_for, given, recipe_options
from digitlens.cli.terminal import data_options, err, json_option, out, print_json, size_option, work_options
from digitlens.files.naming import shown

if TYPE_CHECKING:
    from digitlens.learning.recipe import Recipe

SHOWN = 10


HELP = """\
Train many recipes and find the best: a grid of values, or values drawn from ranges.

Every run is written to the journal when it ends. Ended by Ctrl-C, a power cut or kill -9, the same command continues
where it was; no run is done twice. The best is chosen on images held out, never on the test images.
"""


@click.command("sweep", help=HELP)
@click.option("--grid", multiple=True, metavar="FIELD=A,B", help="Values to try, all of them: learning_rate=0.1,0.5.")
@click.option(
    "--random", "drawn", multiple=True, metavar="FIELD=A..B", help="A range to draw from: learning_rate=0.05..2:log."
)
@click.option("--runs", type=int, default=20, show_default=True, help="How many to draw, with --random.")
@click.option("--seeds", type=int, default=1, show_default=True, help="Runs of each recipe, from seeds of their own.")
@click.option("--recipe", "name", default="video", show_default=True, help="The recipe that is changed.")
@data_options
@size_option
@recipe_options
@click.option("--journal", default="sweep.journal", show_default=True, metavar="FILE", help="Where runs are kept.")
@work_options
@click.option("--csv", "table", metavar="FILE", help="Write all runs as a table, a line each.")
@click.option("--jsonl", "lines", metavar="FILE", help="Write all runs as JSON, a line each.")
@json_option
def command(
    grid: tuple[str, ...],
    drawn: tuple[str, ...],
    runs: int,
    seeds: int,
    name: str,
    data: str | None,
    offline: bool,
    size: tuple[int, int] | None,
    journal: str,
    jobs: int | None,
    cluster: str,
    table: str | None,
    lines: str | None,
    as_json: bool,
    **changes: Any,
) -> int:
    """The command; HELP says what it does."""
    from digitlens.learning.recipes import named
    from digitlens.learning.sweeping import flat, sweep
    from digitlens.learning.training import named_for
    from digitlens.parallel.tasks import check_workers

    check_outputs({"--journal": journal, "the lock of --journal": f"{journal}.lock", "--csv": table, "--jsonl": lines})
    base = named(name, **given(changes))
    recipes, data = _recipes(base, grid, drawn, runs, seeds), named_for(base, data)
    check_workers(jobs, cluster)
    found, chosen = digits_for(base, data, offline=offline, size=size), "validation" in given(changes)
    try:
        with work_progress("sweeping", "runs") as progress:
            swept = sweep(
                recipes, found, journal, jobs=jobs, cluster=cluster, named=data, chosen=chosen, on_progress=progress
            )
    except KeyboardInterrupt:
        err().print(f"What is done is kept in {shown(journal)}: the same command continues from there.", markup=False)
        raise
    if table is not None:
        _write(table, _csv(flat(swept)))
    if lines is not None:
        _write(lines, "".join(json.dumps(row, allow_nan=False) + "\n" for row in swept))
    if as_json:
        print_json(swept)
    else:
        _show(swept, recipes)
    return 0 if any(not row["error"] for row in swept) else 1


def _recipes(base: Recipe, grid: tuple[str, ...], drawn: tuple[str, ...], runs: int, seeds: int) -> list[Recipe]:
    """What is asked for. UsageError of click for what cannot be understood."""
    from digitlens.learning.recipe import varied_field
    from digitlens.learning.sweeping import at_random
    from digitlens.learning.sweeping import grid as every

    if bool(grid) == bool(drawn):
        raise click.UsageError("name what is tried, with --grid or with --random, not both")
    if seeds < 1 or runs < 1:
        raise click.UsageError("--seeds and --runs: 1 or more")
    wanted: dict[str, Any] = {}
    for text in grid or drawn:
        field, equals, values = text.partition("=")
        field = field.strip().replace("-", "_")
        if not equals or not values or field in wanted:
            raise click.UsageError(f"wants a field and its values, once each, learning_rate=0.1,0.5, got {text[:60]!r}")
        if ".." in values and not grid:
            wanted[field] = _range(field, values)
        else:
            wanted[field] = [varied_field(field).parse(one) for one in values.split(",")]
    return every(base, wanted, seeds) if grid else at_random(base, wanted, runs, seeds)


def _range(field: str, text: str) -> Any:
    """0.05..2 or 0.05..2:log."""
    from digitlens.learning.recipe import varied_field
    from digitlens.learning.sweeping import Range

    ends, log, _ = text.partition(":log")
    low, high = (varied_field(field).parse(one) for one in ends.split("..", 1))
    if not all(isinstance(one, int | float) for one in (low, high)):
        raise click.UsageError(f"{field}: a range goes over numbers, got {text[:60]!r}")
    return Range(low, high, bool(log))


def _csv(rows: list[dict[str, Any]]) -> str:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _write(path: str, text: str) -> None:
    from digitlens.files.atomic import write_atomically

    write_atomically(path, text.encode())


def _show(swept: list[dict[str, Any]], recipes: list[Recipe]) -> None:
    """The best of them, by what they have different."""
    from rich.text import Text

    from digitlens.learning.recipe import FIELDS
    from digitlens.learning.sweeping import best

    console, rows = out(), best(swept)
    different = [
        field for field in recipes[0].to_json() if len({repr(recipe.to_json()[field]) for recipe in recipes}) > 1
    ]
    failed = len(swept) - len(rows)
    console.print(f"{len(swept)} runs, {failed} of them failed" if failed else f"{len(swept)} runs")
    if not rows:
        err().print(swept[0]["error"], markup=False)
        return
    heads = [FIELDS[field].in_a_sentence for field in different]
    cells = [[FIELDS[field].words(row["recipe"][field]) for field in different] for row in rows]
    widths = [max(len(head), *(len(line[i]) for line in cells)) for i, head in enumerate(heads)]
    names = "".join(f"{head:>{width + 2}}" for head, width in zip(heads, widths, strict=True))
    console.print(Text(f"{'held out':>9} {'test':>8} {names}", style="bold"))
    for row, line in list(zip(rows, cells, strict=True))[:SHOWN]:
        shares = [f"{row[name]:.2%}" if name in row else "–" for name in ("validation_accuracy", "test_accuracy")]
        values = "".join(f"{one:>{width + 2}}" for one, width in zip(line, widths, strict=True))
        console.print(Text(f"{shares[0]:>9} {shares[1]:>8} {values}"))
    if len(rows) > SHOWN:
        console.print(f"and {len(rows) - SHOWN} more; --csv FILE writes all of them")
