"""Many runs over all cores: how much faster than one after the other?

    python benchmarks/experiments.py --data mnist --recipes 8 --epochs 5 --engine auto

One job and all jobs take turns in one run, so that a busy moment of the machine hits both alike; shown are medians.
"""

from __future__ import annotations

import time
from statistics import median

import click

from digitlens.cli.terminal import err, out, print_json
from digitlens.digits.sources.find import find_data
from digitlens.learning.experiments import Experiments
from digitlens.learning.recipes import named
from digitlens.learning.training import fitted
from digitlens.parallel.local import cores


@click.command()
@click.option("--recipe", default="video", show_default=True, help="A named recipe; each run has a seed of its own.")
@click.option("--recipes", type=click.IntRange(1), default=8, show_default=True, help="How many runs.")
@click.option("--epochs", type=click.IntRange(1), default=5, show_default=True, help="Of each run.")
@click.option("--jobs", type=click.IntRange(1), default=cores, help="Runs at once, against one. Default: all cores.")
@click.option("--engine", default="auto", show_default=True, help="auto, compiled or plain.")
@click.option("--data", metavar="DATA", help="mnist, pen, or a folder. Default: MNIST if it is on this machine.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="The median of so many is shown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(
    recipe: str, recipes: int, epochs: int, jobs: int, engine: str, data: str | None, rounds: int, as_json: bool
) -> None:
    """Measure the same runs at one job and at all of them, and say how many times as fast that is."""
    found = find_data(data, offline=True)
    one = fitted(named(recipe, epochs=epochs), found, chosen=False)
    several = [one.changed(seed=seed) for seed in range(recipes)]
    seconds: dict[int, list[float]] = {1: [], jobs: []}
    engines: set[str] = set()
    with err().status("one job and all jobs take turns") as status:
        for number in range(rounds):
            for at_once in seconds:
                status.update(f"round {number + 1} of {rounds}, {at_once} at once")
                begun = time.perf_counter()
                outcomes = Experiments(several, found, jobs=at_once, engine=engine).in_order()
                seconds[at_once].append(time.perf_counter() - begun)
                engines |= {each.engine for each in outcomes}
                if failed := next((each.error for each in outcomes if each.error), ""):
                    raise click.ClickException(failed)
    middle = {at_once: median(times) for at_once, times in seconds.items()}
    ratio = middle[1] / middle[jobs]
    if as_json:
        times = [{"jobs": at_once, "median": middle[at_once], "all": seen} for at_once, seen in seconds.items()]
        summary = {"runs": recipes, "epochs": epochs, "engines": sorted(engines), "cores": cores()}
        print_json({**summary, "seconds": times, "speed_up": ratio})
        return
    console = out()
    console.print(f"{recipes} runs of {recipe}, {epochs} epochs each, {' and '.join(sorted(engines))} engine")
    for at_once, seen in middle.items():
        console.print(f"{at_once:>4} at once {seen:>9.2f} s")
    console.print(f"{jobs} at once are {ratio:.2f} times as fast as one after the other")


if __name__ == "__main__":
    main()
