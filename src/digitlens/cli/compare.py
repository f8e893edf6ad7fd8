"""`digitlens compare`: the same training with one thing different, seed by seed, and what the numbers support."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.progress import work_progress
from digitlens.cli.recipe_options import check_drawings, digits_for, given, recipe_options
from digitlens.cli.terminal import data_options, err, json_option, out, print_json, say, size_option, work_options
from digitlens.errors import ClusterError

if TYPE_CHECKING:
    from digitlens.digits.dataset import DataSet
    from digitlens.learning.experiments import Experiments
    from digitlens.learning.varied import Compared, Side, Varied


HELP = """\
Train the same network with one thing different, from the same seeds, and say what the numbers support.

`--vary activation=sigmoid,relu`; hidden layers are written 16-16, no layer at all is none. Ctrl-C leaves the
comparison over those seeds that are done with every value.
"""


@click.command("compare", help=HELP)
@click.option("--vary", required=True, metavar="FIELD=A,B", help="What differs: activation=sigmoid,relu.")
@click.option("--seeds", type=int, default=10, show_default=True, help="Runs with each value, from the same seeds.")
@click.option("--recipe", "name", default="video", show_default=True, help="The recipe that is varied.")
@data_options
@size_option
@recipe_options
@work_options
@click.option("--figure", metavar="FILE", help="Draw the curves, with a band over the seeds, as a PNG file.")
@click.option("--gradients", metavar="FILE", help="Draw the sizes of the gradients too, layer by layer, as a PNG file.")
@click.option("--theme", type=click.Choice(["dark", "light"]), default="dark", show_default=True, help="Of figures.")
@json_option
def command(
    vary: str,
    seeds: int,
    name: str,
    data: str | None,
    offline: bool,
    size: tuple[int, int] | None,
    jobs: int | None,
    cluster: str,
    figure: str | None,
    gradients: str | None,
    theme: str,
    as_json: bool,
    **changes: Any,
) -> int:
    """The command; HELP says what it does."""
    from digitlens.learning.experiments import Experiments
    from digitlens.learning.recipes import named
    from digitlens.learning.training import named_for
    from digitlens.parallel.tasks import check_workers

    varied = _varied(named(name, **given(changes)), vary, seeds)
    check_drawings({"--figure": figure, "--gradients": gradients}, "a figure is written as PNG", ".png")
    check_workers(jobs, cluster)
    found = digits_for(varied.base, data, offline=offline, size=size)
    recipes = varied.recipes(found, chosen="validation" in given(changes))
    where: dict[str, Any] = {"jobs": jobs, "cluster": cluster, "named": named_for(varied.base, data)}
    experiments, ended = Experiments(recipes, found, **where), None
    try:
        _run(experiments)
    except (KeyboardInterrupt, ClusterError) as error:
        ended = error
    outcomes = varied.complete(experiments.outcomes)
    if ended and not outcomes:
        raise ended
    result = varied.compared(outcomes)
    if as_json:
        print_json(result.to_json() | {"data": found.name, "seconds": experiments.progress.seconds})
    else:
        _show(result, found, experiments.progress.seconds)
    if ended:
        raise ended
    if figure is not None:
        from digitlens.cli.comparison_figures import draw_curves

        draw_curves(result, figure, theme)
    if gradients is not None:
        from digitlens.cli.comparison_figures import draw_gradients

        draw_gradients(dict(zip(varied.names, recipes, strict=False)), found, gradients, theme)
    return 0 if any(not outcome.error for outcome in experiments.outcomes.values()) else 1


def _varied(base: Any, vary: str, seeds: int) -> Varied:
    """What --vary asks for. UsageError of click for what cannot be understood."""
    from digitlens.learning.recipe import varied_field
    from digitlens.learning.varied import Varied

    field, equals, values = vary.partition("=")
    field = field.strip().replace("-", "_")
    if not equals:
        raise click.UsageError(f"--vary wants a field and its values, activation=sigmoid,relu, got {vary[:60]!r}")
    return Varied(base, field, tuple(varied_field(field).parse(value) for value in values.split(",")), seeds)


def _run(experiments: Experiments) -> None:
    """To the end, under a progress bar with the time that is left."""
    with work_progress("training", "runs") as progress:
        experiments.on_progress = lambda now: progress(
            now.done, now.total, share=now.epochs / now.all_epochs, seconds_left=now.seconds_left
        )
        for _ in experiments:
            pass


def _show(result: Compared, found: DataSet, seconds: float) -> None:
    """The table and the sentence."""
    from rich.text import Text

    console, sides = out(), [side.to_json() for side in result.sides]
    runs, count = len(sides[0]["seeds"]), len(found.test)
    base = result.varied.base
    sizes = "-".join(map(str, base.sizes(len(found.classes), found.pixels)))
    network = "" if result.varied.field == "hidden" else f"{sizes}, "
    epochs = "" if result.varied.field == "epochs" else f"{base.epochs} epoch{'s' * (base.epochs > 1)}, "
    console.print(Text(f"{network}{epochs}{runs} seed{'s' * (runs > 1)}; {count:,} test images of {found.name}"))
    console.print()
    width = max(len(side["name"]) for side in sides)
    head = f"{'':{width}} {'test accuracy':>16} {'minus the first':>16} {'interval':>18} {'an epoch':>9}"
    console.print(Text(head, style="bold"))
    for i, (side, row) in enumerate(zip(result.sides, sides, strict=True)):
        console.print(Text(f"{row['name']:{width}} {_accuracy(row)} {_difference(result, i)} {_pace(row)}".rstrip()))
        for error in sorted(set(row["errors"])):
            say(err(), f"{side.name}: {error}")
    console.print()
    for difference in result.differences:
        say(console, difference.sentence)
    say(console, f"{runs * len(sides)} runs in {seconds:.1f} s, {_engines(result.sides)}.")


def _accuracy(row: dict[str, Any]) -> str:
    if row["mean"] is None:
        return f"{'–':>16}"
    spread = "" if row["spread"] is None else f" ± {100 * row['spread']:.2f}"
    said = f"{100 * row['mean']:.2f} %{spread}"
    return f"{said:>16}"


def _difference(result: Compared, side: int) -> str:
    if not side:
        return " " * 35
    one = result.differences[side - 1]
    interval = "–" if one.low is None or one.high is None else f"{100 * one.low:+.2f} to {100 * one.high:+.2f}"
    mean = f"{100 * one.mean:+.2f}"
    return f"{mean:>16} {interval:>18}".replace("-", "−")


def _pace(row: dict[str, Any]) -> str:
    said = "–" if row["seconds_per_epoch"] is None else f"{row['seconds_per_epoch']:.3f} s"
    return f"{said:>9}"


def _engines(sides: tuple[Side, ...]) -> str:
    engines = sorted({outcome.engine for side in sides for outcome in side.outcomes})
    return f"on the {' and the '.join(engines)} engine{'s' * (len(engines) > 1)}"
