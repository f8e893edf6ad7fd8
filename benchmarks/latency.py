"""How long until something answers: one picture read, imports, the command line, a trained network.

python benchmarks/latency.py --data mnist --rounds 9
"""

import click

from digitlens.bench.measurement import Plan, measure
from digitlens.bench.pictures import find_pictures
from digitlens.bench.task import Task
from digitlens.cli.bench import show
from digitlens.cli.terminal import err, out, print_json


@click.command()
@click.option("--data", metavar="DATA", help="mnist, pen, or a folder. Default: MNIST if it is on this machine.")
@click.option("--rounds", type=click.IntRange(1), default=9, show_default=True, help="The median of so many is shown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def main(data: str | None, rounds: int, as_json: bool) -> None:
    """Measure single pictures and fresh processes; of learning only a short epoch, which the report begins with."""
    plan = Plan(tasks=(Task(),), images=6_000, rounds=rounds)
    with err().status("looking for digits") as status:
        report = measure(plan, find_pictures(data, plan.images), status.update, train_data=data or "mnist")
    if as_json:
        print_json(report.to_json())
    else:
        show(report, out())


if __name__ == "__main__":
    main()
