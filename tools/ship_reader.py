"""Make `reader`, the network that ships beside `video`: train it by its recipe, then add familiarity and calibration.

    python tools/ship_reader.py                        everything, from MNIST wherever it is
    python tools/ship_reader.py --trained FILE         with a network that `digitlens train --recipe reader` wrote

The familiarity is trained on MNIST's training images and on synthetic images. Its threshold, and the temperature that
turns outputs into probabilities, come from images that were held out.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from digitlens.digits.sources.find import find_data
from digitlens.learning.data_split import split_data
from digitlens.learning.familiarity import fit_familiarity
from digitlens.learning.recipe import Recipe
from digitlens.learning.recipes import named
from digitlens.learning.training import Run
from digitlens.storage.model_file import load, save
from digitlens.storage.shipped import FOLDER, SUFFIX


@click.command()
@click.option("--trained", metavar="FILE", help="A network that this recipe has trained already.")
@click.option("--out", default=str(FOLDER / f"reader{SUFFIX}"), metavar="FILE", show_default=True)
def main(trained: str | None, out: str) -> None:
    """Train, fit, and write the file."""
    recipe = named("reader")
    mixed = find_data(recipe.data, offline=True)
    if trained:
        reader = load(trained)
    else:
        run = Run(recipe, mixed)
        for record in run:
            click.echo(repr(record))
        reader = run.reader()
    held_out = split_data(recipe, mixed).validation
    own = split_data(Recipe(), find_data("mnist", offline=True))
    familiarity = fit_familiarity(own.training, own.validation, progress=click.echo)
    save(replace(reader.calibrated(held_out), familiarity=familiarity), out)
    click.echo(f"{out}: {Path(out).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
