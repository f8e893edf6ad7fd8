"""How much does chance matter? A named recipe from several seeds, and the seed that is best on held-out images.

    python benchmarks/seeds.py --recipe video --seeds 0-4 --out video.digitlens

The seed is chosen on the recipe's validation images, never on the test images, whose figures are only reported.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, stdev

import click
from rich.progress import Progress

from digitlens.cli.terminal import err, out, print_json
from digitlens.storage.model_file import load, save


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one seed came to; accuracies are shares, 0..1, of the last epoch."""

    seed: int
    validation_accuracy: float
    test_accuracy: float
    seconds: float


def seeds_in(text: str) -> list[int]:
    """The seeds meant by "0-4", "7" or "0-2,8". Raises ValueError for anything else.

    >>> seeds_in("0-2,8")
    [0, 1, 2, 8]
    """
    seeds: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        found = range(int(first), int(last if dash else first) + 1)
        if not found:
            raise ValueError(f"from {first} to {last} there are no seeds")
        seeds += found
    return list(dict.fromkeys(seeds))


def train(recipe_name: str, seed: int, epochs: int, data: str | None, folder: str) -> Outcome:
    """One run to its end, in a process of its own; the network is left in `folder` if one is named."""
    from digitlens.digits.sources.find import find_data
    from digitlens.learning.recipes import named
    from digitlens.learning.training import Run, fitted

    recipe = named(recipe_name, seed=seed, **({"epochs": epochs} if epochs else {}))
    found = find_data(data, offline=True)
    run = Run(fitted(recipe, found, chosen=False), found)
    for _ in run:
        pass
    last = run.history[-1]
    if folder:
        save(run.reader(), Path(folder) / f"{seed}.digitlens")
    return Outcome(seed, last["validation_accuracy"], last["test_accuracy"], last["seconds"])


@click.command()
@click.option("--recipe", default="video", show_default=True, help="A named recipe that holds out validation images.")
@click.option("--seeds", "text", default="0-4", show_default=True, help="Such as 0-4 or 1,5,9.")
@click.option("--epochs", type=click.IntRange(1), help="Instead of the recipe's own.")
@click.option("--data", metavar="DATA", help="mnist, pen, or a folder. Default: MNIST if it is on this machine.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Processes, each on one thread.")
@click.option(
    "--out", "path", metavar="FILE", help="Save the network of the best seed; without this nothing is written."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(
    recipe: str, text: str, epochs: int | None, data: str | None, jobs: int, path: str | None, as_json: bool
) -> None:
    """Train a recipe from several seeds; say the spread, and which seed is best on the validation images."""
    try:
        seeds = seeds_in(text)
    except ValueError as error:
        raise click.BadParameter(f"wants seeds such as 0-4 or 1,5,9, got {text!r} ({error})") from error
    with _keeping(path) as folder:
        outcomes = sorted(_train_all(recipe, seeds, epochs or 0, data, jobs, folder), key=lambda each: each.seed)
        best = max(outcomes, key=lambda each: (each.validation_accuracy, -each.seed))
        if path:
            save(load(Path(folder) / f"{best.seed}.digitlens"), path)
    tests = [each.test_accuracy for each in outcomes]
    spread = stdev(tests) if len(tests) > 1 else 0.0
    if as_json:
        summary = {"recipe": recipe, "mean": mean(tests), "spread": spread, "best_seed": best.seed}
        print_json({**summary, "seeds": [asdict(each) for each in outcomes]})
        return
    console = out()
    console.print(f"{'seed':>6} {'held out':>9} {'test':>9} {'seconds':>9}")
    for each in outcomes:
        chosen = "   best on held-out images" if each is best else ""
        console.print(
            f"{each.seed:>6} {each.validation_accuracy:>9.2%} {each.test_accuracy:>9.2%} {each.seconds:>9.1f}{chosen}"
        )
    console.print(f"{recipe}, {len(tests)} seeds: {mean(tests):.2%} ± {spread:.2%} of the test images")


def _train_all(
    recipe: str, seeds: list[int], epochs: int, data: str | None, jobs: int, folder: str
) -> Iterator[Outcome]:
    """As they come in, with a bar on stderr."""
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    with (
        ProcessPoolExecutor(min(jobs, len(seeds)), mp_context=get_context("spawn")) as pool,
        Progress(console=err(), transient=True) as progress,
    ):
        bar = progress.add_task("training", total=len(seeds))
        runs = [pool.submit(train, recipe, seed, epochs, data, folder) for seed in seeds]
        try:
            for run in as_completed(runs):
                yield run.result()
                progress.advance(bar)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _keeping(path: str | None) -> Iterator[str]:
    """A folder for the networks if one of them is wanted, else no folder at all."""
    if not path:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="digitlens-seeds-") as folder:
        yield folder


if __name__ == "__main__":
    main()
