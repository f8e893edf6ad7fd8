"""`digitlens lab`: experiments that look inside many networks at once."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.outputs import check_outputs
from digitlens.cli.recipe_options import check_drawings, digits_for, given, recipe_options
from digitlens.cli.terminal import (
    data_options,
    err,
    json_option,
    load_data,
    out,
    print_json,
    progress,
    say,
    work_options,
)
from digitlens.errors import ClusterError

if TYPE_CHECKING:
    from digitlens.laboratory.study import Study
    from digitlens.learning.experiments import Outcome


JSON = ".json"
HELP = """\
Test whether hidden neurons detect parts of digits: edges in the first layer, loops and lines in the second.

`digitlens lab features` trains ten networks and examines every neuron, together with controls that have nothing to
find. It prints the answers with their figures; Ctrl-C while it trains leaves how well the networks trained by then
read.

With --network it trains nothing and examines this one network, neuron by neuron; --out NAME.features.json beside its
file is what `digitlens export site` packs for the page's Lab.
"""


@click.command("lab", help=HELP)
@click.argument("what", type=click.Choice(["features"]))
@click.option("--seeds", type=int, default=10, show_default=True, help="How many networks, each with its own seed.")
@click.option("--network", metavar="NETWORK", help="Examine this network, a name or a file, and train none.")
@click.option("--recipe", "name", default="video", show_default=True, help="The recipe to train them with.")
@data_options
@recipe_options
@click.option("--help-it/--no-help-it", "variants", default=True, help="Also train with recipes that may help.")
@work_options
@click.option(
    "--out",
    "-o",
    "path",
    metavar="FILE",
    help="Write a report with figures to this file, as HTML; or the figures alone, as JSON.",
)
@json_option
def command(
    what: str,
    seeds: int,
    network: str | None,
    name: str,
    data: str | None,
    offline: bool,
    variants: bool,
    jobs: int | None,
    cluster: str,
    path: str | None,
    as_json: bool,
    **changes: Any,
) -> int:
    """The command; HELP says what it does."""
    from digitlens.digits.dataset import DIGIT_SHAPE
    from digitlens.laboratory.for_page import for_page
    from digitlens.laboratory.report import to_html, to_json
    from digitlens.laboratory.verdict import fewest_seeds
    from digitlens.learning.recipes import named
    from digitlens.learning.training import named_for
    from digitlens.parallel.tasks import check_workers

    if network is not None:
        return _one_network(network, data, offline=offline, path=path, as_json=as_json)
    if not 1 <= seeds <= 100:
        raise click.UsageError(f"--seeds: from 1 to 100, got {seeds}")
    recipe = named(name, **given(changes))
    if not recipe.hidden:
        raise click.UsageError("--hidden: the laboratory examines hidden layers, got none; name at least one")
    as_figures = path is not None and path.lower().endswith(JSON)
    if as_figures:
        check_outputs({"--out": path})
    else:
        check_drawings({"--out": path}, "the report is written as HTML, its figures as JSON", ".html", ".htm")
    check_workers(jobs, cluster)
    if seeds < fewest_seeds():
        said = f"Note: {seeds} networks are too few to tell some answers from chance: --seeds {fewest_seeds()} or more"
        err().print(said, markup=False, soft_wrap=True)
    trained: list[Outcome] = []
    try:
        where = {"jobs": jobs, "cluster": cluster, "named": named_for(recipe, data)}
        digits = digits_for(recipe, data, offline=offline, size=DIGIT_SHAPE)
        study = _study(recipe, digits, seeds, variants=variants, on_trained=trained.append, **where)
    except (KeyboardInterrupt, ClusterError):
        if trained:
            _show_trained(trained, as_json)
        raise
    if path is not None:
        from digitlens.files.atomic import write_atomically
        from digitlens.files.naming import shown

        command_line = _command_line(what, seeds, name, data, variants, given(changes), path)
        write_atomically(path, _bytes(for_page(study)) if as_figures else to_html(study, command_line).encode())
        err().print(f"Written: {shown(path)}", markup=False, soft_wrap=True)
    if as_json:
        print_json(to_json(study))
    else:
        _show(study)
    return 0


def _one_network(network: str, data: str | None, *, offline: bool, path: str | None, as_json: bool) -> int:
    """Examine one network, print what was found, and write it to a file."""
    import numpy as np
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

    from digitlens.laboratory.examination import examine
    from digitlens.storage.shipped import open_reader

    if path is not None and not path.lower().endswith(JSON):
        raise click.UsageError(
            f"--out: what was found in one network is written as JSON; name a file that ends in {JSON}"
        )
    check_outputs({"--out": path})
    reader = open_reader(network)
    digits = load_data(data, offline=offline)
    with progress(TextColumn("  {task.description}"), BarColumn(), TimeRemainingColumn()) as bar:
        task = bar.add_task("examining", total=1.0) if bar else None

        def show(share: float) -> None:
            if bar and task is not None:
                bar.update(task, completed=share)

        found = examine(reader, digits, np.random.default_rng(0), show)
    if path is not None:
        from digitlens.files.atomic import write_atomically
        from digitlens.files.naming import shown

        write_atomically(path, _bytes(found))
        err().print(f"Written: {shown(path)}", markup=False, soft_wrap=True)
    if as_json:
        print_json(found)
        return 0
    first, second = found["first"], found["second"]
    out().print(
        f"{reader.name}: {first['found']} of {first['neurons']} neurons of the first hidden layer are an edge or a "
        f"bar, more clearly than {first['surrogates']} random pictures that are as smooth as each; with the same "
        f"weights on shuffled pixels it is {first['control']['found']}. The best edge or bar explains "
        f"{first['explained']:.0%} of a neuron's weights, of the random pictures {first['expected']:.0%}.",
        markup=False,
    )
    if second:
        out().print(
            f"{second['found']} of {second['neurons']} neurons of the second hidden layer tell a part within one "
            f"digit. The clearest reaches an area under the curve of {second['clearest']:.2f}; {second['clear']:.2f} "
            "would be clear, 0.50 is chance.",
            markup=False,
        )
    return 0


def _bytes(values: dict[str, Any]) -> bytes:
    return (json.dumps(values, allow_nan=False, separators=(",", ":")) + "\n").encode()


def _study(recipe: Any, digits: Any, seeds: int, **how: Any) -> Study:
    """Run the study under a progress bar. how: as for run_study()."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    from digitlens.laboratory.study import run_study

    columns = TextColumn("  {task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn()
    with progress(*columns) as bar:
        tasks = (
            {doing: bar.add_task(doing, total=1.0, start=False) for doing in ("training", "examining")} if bar else {}
        )

        def show(doing: str, share: float) -> None:
            if bar:
                bar.start_task(tasks[doing])
                bar.update(tasks[doing], completed=share)

        return run_study(recipe, digits, seeds, progress=show, **how)


def _show_trained(outcomes: list[Outcome], as_json: bool) -> None:
    """Print how well each network reads that was trained before the end."""
    from digitlens.learning.varied import accuracy

    good = sorted((outcome for outcome in outcomes if not outcome.error), key=lambda outcome: outcome.index)
    if as_json:
        rows = [{"recipe": one.recipe.to_json(), "test_accuracy": accuracy(one), "error": one.error} for one in good]
        print_json({"trained": rows})
        return
    for outcome in good:
        labels = ", random labels" if outcome.recipe.labels == "random" else ""
        line = f"seed {outcome.recipe.seed}{labels}, {outcome.recipe.describe()}: {accuracy(outcome):.2%}"
        out().print(line, markup=False)


def _show(study: Study) -> None:
    """Print the verdicts and the variants."""
    from digitlens.laboratory.verdict import counts, means, verdicts

    console = out()
    sizes = "-".join(map(str, study.sizes))
    many = f"{len(study.seeds)} networks" if len(study.seeds) > 1 else "one network"
    console.print(
        f"{sizes}, {many}: {study.accuracies.mean():.2%} of the test images of {study.data} read correctly on average",
        markup=False,
    )
    for verdict in verdicts(study):
        console.print()
        console.print(f"{verdict.question} [bold]{verdict.answer}[/bold]")
        for sentence in verdict.sentences:
            say(console, f"  {sentence}", indent=2)
    if study.variants:
        console.print()
        console.print("Which training gives more edges and bars?")
        rows = [("as it is", study.accuracies, study.first["trained"])]
        rows += [(variant.name, variant.accuracies, variant.layers) for variant in study.variants]
        for label, accuracies, layers in rows:
            share, explained = counts(layers).mean(), means(layers).mean()
            edges = f"{share:4.0%} of the neurons are an edge or bar, {explained:.0%} explained"
            console.print(f"  {label:20} {accuracies.mean():7.2%} correct, {edges}", markup=False)


def _command_line(
    what: str, seeds: int, name: str, data: str | None, variants: bool, changes: dict[str, Any], path: str
) -> str:
    """The command line that makes the same report."""
    from digitlens.learning.recipes.commands import options

    words = ["digitlens", "lab", what, "--seeds", str(seeds), "--recipe", name]
    words += ["--data", Path(data).name] if data is not None else []
    words += options(changes)
    words += [] if variants else ["--no-help-it"]
    return shlex.join([*words, "--out", Path(path).name])
