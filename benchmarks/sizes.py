"""Other networks than the talk's: the engine that Digitlens chooses beside NumPy and PyTorch, in one run, on one core.

    python benchmarks/sizes.py --mini-batch 32 --json

A ratio is the chosen engine's time over that of the faster of the two: 0.25 is four times as fast. Wide networks learn
epochs of fewer images, so that it ends in a few minutes; every row says how many.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from digitlens.bench.measurement import Plan, measure
from digitlens.bench.peers import OWN
from digitlens.bench.pictures import EPOCH, find_pictures
from digitlens.bench.report import Comparison, Report
from digitlens.bench.task import Task
from digitlens.cli.terminal import err, out, print_json
from digitlens.learning.engines import choose

OTHERS = ("numpy", "pytorch")
SIZES = {  # hidden layers -> images of an epoch
    (32,): EPOCH,
    (64, 32): EPOCH,
    (100,): EPOCH,
    (300, 100): 20_000,
    (800,): 12_000,
}


def row(comparison: Comparison, chosen: str) -> dict[str, Any]:
    """One size: what each needed, and the ratio; None where one side of it failed."""
    seconds = {timing.name: timing.seconds for timing in comparison.timings}
    faster = min((seconds[name] for name in OTHERS if name in seconds), default=None)
    ratio = None if faster is None or chosen not in seconds else round(seconds[chosen] / faster, 4)
    return {"chosen": chosen, "ratio": ratio, **comparison.to_json()}


def show(report: Report, rows: list[dict[str, Any]]) -> None:
    """The rows as a table."""
    from rich.table import Table

    table = Table(box=None)
    for name in ("network", "mini-batch", "images", "chosen", *OTHERS, "ratio", "read rightly"):
        table.add_column(name, justify="right")
    for each in rows:
        task, engines = each["task"], {engine["name"]: engine for engine in each["engines"]}
        times = (f"{engines[name]['seconds_per_epoch']:.4g} s" if name in engines else "–" for name in OTHERS)
        own = engines.get(each["chosen"])
        table.add_row(
            "-".join(map(str, (784, *task["hidden"], 10))),
            str(task["mini_batch"]),
            f"{task['images']:,}",
            f"{own['seconds_per_epoch']:.4g} s" if own else "–",
            *times,
            "–" if each["ratio"] is None else f"{each['ratio']:.2f}",
            f"{own['accuracy']:.1%}" if own else "–",
        )
    console = out()
    machine = report.machine
    console.print(f"{machine['processor']}, 1 of {machine['cores']} cores; learning from {report.data}")
    console.print(f"chosen: {', '.join(sorted({each['chosen'] for each in rows}))}, {machine['instruction_set'] or ''}")
    console.print(table)
    for passed in report.left_out:
        console.print(f"[dim]passed over: {passed.name}: {passed.why}[/dim]")
    console.print("[dim]ratio: the chosen engine's time over that of the faster of the two; seconds are medians.[/dim]")


@click.command()
@click.option("--data", metavar="DATA", help="mnist, pen, or a folder. Default: MNIST if it is on this machine.")
@click.option("--rounds", type=click.IntRange(1), default=9, show_default=True, help="The median of so many is shown.")
@click.option(
    "--mini-batch", "mini_batches", type=click.IntRange(1, 6_000), multiple=True, default=(32,), show_default=True
)
@click.option("--activation", type=click.Choice(["sigmoid", "relu"]), default="sigmoid", show_default=True)
@click.option(
    "--optimiser", type=click.Choice(["gradient_descent", "adam"]), default="gradient_descent", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(
    data: str | None, rounds: int, mini_batches: tuple[int, ...], activation: str, optimiser: str, as_json: bool
) -> None:
    """Measure one epoch of networks of five sizes; --mini-batch may be given several times."""
    base = Task(activation=activation, optimiser=optimiser)
    tasks = tuple(
        replace(base, mini_batch=mini_batch, hidden=hidden, images=images)
        for mini_batch in mini_batches
        for hidden, images in SIZES.items()
    )
    chosen = OWN + choose(tasks[0].recipe()).name
    plan = Plan(OTHERS, tasks, rounds=rounds, own=(chosen,), latency=False, startup=False)
    with err().status("looking for digits") as status:
        report = measure(plan, find_pictures(data, plan.images), status.update)
    rows = [row(comparison, chosen) for comparison in (report.main, *report.more)]
    if as_json:
        print_json({**report.to_json(), "sizes": rows})
    else:
        show(report, rows)


if __name__ == "__main__":
    main()
