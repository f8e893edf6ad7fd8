"""`digitlens bench`: measures how fast Digitlens is, compared with other libraries that are installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.terminal import err, json_option, out, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from digitlens.bench.report import Comparison, Report

QUICK = 6_000  # images of a quick epoch


HELP = """\
Measure how fast it is, compared with other libraries that are installed, in one run, on one core.

It measures one epoch with three mini-batch sizes, with ReLU and with Adam, the reading of one picture, and start-up
times. A ratio is a time over that of Digitlens's own best engine: 4 is four times as slow, 0.5 twice as fast.
Libraries that are not installed are named and left out; nothing is downloaded.
"""


@click.command("bench", help=HELP)
@click.option(
    "--data", metavar="DATA", help="Which digits to learn: mnist, pen, or a folder. Default: MNIST if it is found."
)
@click.option("--only", metavar="NAMES", help="The engines to compare with, separated by commas: numpy,jax,pytorch.")
@click.option("--rounds", type=click.IntRange(1, 1_000), help="How many rounds; their median is shown.  [default: 3]")
@click.option("--quick", is_flag=True, help="A tenth of an epoch, one round, without start-up times.")
@json_option
def command(data: str | None, only: str | None, rounds: int | None, quick: bool, as_json: bool) -> None:
    """The command; HELP says what it does."""
    from digitlens.bench.measurement import Plan, measure
    from digitlens.bench.peers import MODULES
    from digitlens.bench.pictures import EPOCH, find_pictures

    plan = Plan(
        engines=tuple(name.strip() for name in only.split(",") if name.strip()) if only is not None else tuple(MODULES),
        images=QUICK if quick else EPOCH,
        rounds=rounds or (1 if quick else 3),
        startup=not quick,
    )
    with err().status("loading digits") as status:
        pictures = find_pictures(data, plan.images)
        report = measure(plan, pictures, status.update, train_data=data or "mnist")
    if as_json:
        print_json(report.to_json())
    else:
        show(report, out())


def show(report: Report, console: Console) -> None:
    """Print the report as tables, ratios first."""
    machine = report.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    console.print(f"[bold]{machine['processor']}[/bold], 1 of {machine['cores']} cores, {machine['system']}")
    console.print(f"Python {machine['python']}, {versions}; learning from {report.data}")
    console.print(f"Digitlens computes with {_engine(machine)}")
    for comparison in (report.main, *report.more):
        _show(comparison, console)
    for each in report.left_out:
        console.print(f"[dim]left out: {each.name}: {each.why}[/dim]", markup=True)
    console.print("[dim]× is the time over that of Digitlens's own best; seconds are medians.[/dim]")


def _show(comparison: Comparison, console: Console) -> None:
    from rich.table import Table

    table = Table(title=comparison.work, title_justify="left", title_style="bold", box=None)
    for name in ("×", "", "time", "fastest", "slowest", "read correctly", "first round", ""):
        table.add_column(name, justify="right" if name else "left")
    for timing in comparison.fastest_first():
        ratio = comparison.ratio(timing)
        table.add_row(
            "–" if ratio is None else f"{ratio:.2f}",
            f"[bold]{timing.name}[/bold]" if timing.own else timing.name,
            *(_time(seconds) for seconds in (timing.seconds, min(timing.rounds), max(timing.rounds))),
            "" if timing.accuracy is None else f"{timing.accuracy:.1%}",
            "" if timing.first is None else _time(timing.first),
            timing.note,
        )
    console.print()
    console.print(table)


def _engine(machine: dict[str, Any]) -> str:
    """The engine that Digitlens uses on this machine, in words."""
    if not machine["instruction_set"]:
        return "the plain engine"
    others = ", ".join(machine["instruction_sets"][1:])
    return f"the compiled engine on {machine['instruction_set']}" + (f" (here too: {others})" if others else "")


def _time(seconds: float) -> str:
    """Seconds with a suitable unit."""
    for factor, unit in ((1, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
