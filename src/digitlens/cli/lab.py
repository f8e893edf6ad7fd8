"""`digitlens lab`: experiments that look inside many networks at once."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.recipe_options import check_drawing, digits_for, given, recipe_options
from digitlens.cli.terminal import data_options, err, json_option, out, print_json, progress, say

if TYPE_CHECKING:
    from digitlens.laboratory.study import Study


@click.command("lab")
@click.argument("what", type=click.Choice(["features"]))
@click.option("--seeds", type=int, default=10, show_default=True, help="Networks, each from a seed of its own.")
@click.option("--recipe", "name", default="video", show_default=True, help="How they are trained.")
@data_options
@recipe_options
@click.option("--help-it/--no-help-it", "helped", default=True, help="Train in other ways as well, that may help.")
@click.option("--jobs", type=int, help="Runs at a time.  [default: one a core]")
@click.option("--out", "-o", "path", metavar="FILE", help="Write a report with figures there, as one HTML file.")
@json_option
def command(
    what: str,
    seeds: int,
    name: str,
    data: str | None,
    offline: bool,
    helped: bool,
    jobs: int | None,
    path: str | None,
    as_json: bool,
    **changes: Any,
) -> int:
    """Find out whether hidden neurons find parts of digits: edges in the first layer, loops and lines in the second.

    `digitlens lab features` trains ten networks, examines every neuron beside controls in which there is nothing to
    find, and says what the figures say.
    """
    from digitlens.laboratory.report import to_html, to_json
    from digitlens.learning.recipes import named

    if not 1 <= seeds <= 100:
        raise click.UsageError(f"--seeds: from 1 to 100, got {seeds}")
    recipe = named(name, **given(changes))
    if not recipe.hidden:
        raise click.UsageError("--hidden: without a hidden layer there is nothing to examine")
    check_drawing(path, "the report is written as HTML", ".html", ".htm")
    study = _study(recipe, digits_for(recipe, data, offline=offline), seeds, helped=helped, jobs=jobs)
    if path is not None:
        from digitlens.files.atomic import write_atomically
        from digitlens.files.naming import shown

        write_atomically(path, to_html(study, _said(what, seeds, name, data, helped, given(changes), path)).encode())
        err().print(f"Written: {shown(path)}", markup=False, soft_wrap=True)
    if as_json:
        print_json(to_json(study))
    else:
        _show(study)
    return 0


def _study(recipe: Any, found: Any, seeds: int, *, helped: bool, jobs: int | None) -> Study:
    """Under a progress bar."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    from digitlens.laboratory.study import run_study

    columns = TextColumn("  {task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn()
    with progress(*columns) as bar:
        tasks = (
            {doing: bar.add_task(doing, total=1.0, start=False) for doing in ("training", "examining")} if bar else {}
        )

        def heard(doing: str, share: float) -> None:
            if bar:
                bar.start_task(tasks[doing])
                bar.update(tasks[doing], completed=share)

        return run_study(recipe, found, seeds, helped=helped, jobs=jobs, heard=heard)


def _show(study: Study) -> None:
    """The verdicts, and what may help."""
    from digitlens.laboratory.verdict import counts, means, verdicts

    console = out()
    sizes = "-".join(map(str, study.sizes))
    many = f"{len(study.seeds)} networks" if len(study.seeds) > 1 else "one network"
    console.print(
        f"{sizes}, {many}, {study.accuracies.mean():.2%} of {study.data}'s test images read on average", markup=False
    )
    for verdict in verdicts(study):
        console.print()
        console.print(f"{verdict.question} [bold]{verdict.answer}[/bold]")
        for sentence in verdict.sentences:
            say(console, f"  {sentence}", indent=2)
    if study.helped:
        console.print()
        console.print("Can the first layer be helped?")
        rows = [("as it is", study.accuracies, study.first["trained"])]
        rows += [(way.name, way.accuracies, way.layers) for way in study.helped]
        for label, accuracies, layers in rows:
            share, explained = counts(layers).mean(), means(layers).mean()
            found = f"{share:4.0%} of the neurons an edge or bar, {explained:.0%} explained"
            console.print(f"  {label:20} {accuracies.mean():7.2%} read, {found}", markup=False)


def _said(what: str, seeds: int, name: str, data: str | None, helped: bool, changes: dict[str, Any], path: str) -> str:
    """The command line that does the same."""
    from digitlens.learning.recipes.commands import options

    words = ["digitlens", "lab", what, "--seeds", str(seeds), "--recipe", name]
    words += ["--data", Path(data).name] if data is not None else []
    words += options(changes)
    words += [] if helped else ["--no-help-it"]
    return shlex.join([*words, "--out", Path(path).name])
