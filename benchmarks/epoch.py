"""One epoch beside everything else that is installed, task by task: more rounds than `digitlens bench`.

python benchmarks/epoch.py --data mnist --rounds 9
"""

import click

from digitlens.bench.measurement import Plan, measure
from digitlens.bench.pictures import find_pictures
from digitlens.cli.bench import show
from digitlens.cli.terminal import err, out, print_json


@click.command()
@click.option("--data", metavar="DATA", help="mnist, pen, or a folder. Default: MNIST if it is on this machine.")
@click.option("--rounds", type=click.IntRange(1), default=9, show_default=True, help="The median of so many is shown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def main(data: str | None, rounds: int, as_json: bool) -> None:
    """Measure one epoch at mini-batch 32, 10 and 128, then with ReLU, with Adam and with both, and nothing else."""
    plan = Plan(rounds=rounds, latency=False, startup=False)
    with err().status("looking for digits") as status:
        report = measure(plan, find_pictures(data, plan.images), status.update)
    if as_json:
        print_json(report.to_json())
    else:
        show(report, out())


if __name__ == "__main__":
    main()
