"""`digitlens train`: a network learns, and one can watch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.outputs import check_outputs
from digitlens.cli.recipe_options import digits_for, given, recipe_options
from digitlens.cli.terminal import clean, data_options, err, json_option, load_data, open_network, out, size_option
from digitlens.files.naming import shown, why

if TYPE_CHECKING:
    from digitlens.learning.recipe import Recipe
    from digitlens.reading.reader import Reader


HELP = """\
Train a network from random weights: by default 784-16-16-10 as in the talk, on MNIST, in a few seconds.

`--from NETWORK` starts from a trained network instead, and learns on from your own pictures.

Ctrl-C ends the run cleanly and saves the latest network; `--resume FILE` continues from there to the very same
network that an undisturbed run ends with.
"""


@click.command("train", help=HELP)
@click.option("--out", "-o", "path", metavar="FILE", help="Where to save the network.  [default: NAME.digitlens]")
@click.option("--recipe", "name", metavar="NAME", help="A recipe to start from.  [default: video]")
@click.option(
    "--from", "start", metavar="NETWORK", help="A trained network to start from; it learns on in small steps."
)
@data_options
@size_option
@recipe_options
@click.option("--engine", default="auto", show_default=True, help="compiled, plain, or whichever is fastest.")
@click.option("--resume", metavar="FILE", help="Go on with the unfinished run that writes FILE.")
@click.option("--fresh", is_flag=True, help="Start over where an unfinished run is waiting.")
@json_option
def command(
    path: str | None,
    name: str | None,
    start: str | None,
    data: str | None,
    offline: bool,
    size: tuple[int, int] | None,
    engine: str,
    resume: str | None,
    fresh: bool,
    as_json: bool,
    **changes: Any,
) -> int:
    """The command; HELP says what it does."""
    from digitlens.cli import training_view
    from digitlens.learning.checkpointing import checkpointed, resume_run, unfinished_recipe
    from digitlens.learning.fine_tuning import recipe_from, start_of
    from digitlens.learning.recipes import named
    from digitlens.learning.training import Run, fitted
    from digitlens.learning.tuned_run import tuned_run

    changes = given(changes)
    if resume is not None:
        others = {"recipe": name, "out": path, "fresh": fresh, "engine": engine != "auto"}
        _alone([*(option for option, given in others.items() if given), *changes])
        target = resume
        if not Path(resume).name:
            raise click.UsageError(f"--resume {shown(resume)} names no file; name the network that was to be written")
        check_outputs({"--resume": resume})
        unfinished = unfinished_recipe(resume)
        began = start_of(unfinished, _opened(start)) if unfinished is not None else None
        found = load_data(_same_data(unfinished, data), offline=offline, size=size, network=began)
        run = resume_run(resume, found, began)
    else:
        began = _opened(start)
        if began is not None and name is not None:
            raise click.UsageError("--from takes its recipe from the network that it starts from; leave out --recipe")
        if began is None:
            recipe = named(name if name is not None else "video", **changes)
        else:
            recipe = recipe_from(began, **changes)
        target = path if path is not None else f"{recipe.name}.digitlens"
        _check_target(target, fresh)
        if path is None and Path(target).exists():
            said = f"Note: this run will replace {shown(target)}; to keep both, write to another with --out FILE"
            err().print(said, markup=False, soft_wrap=True)
        if began is not None:
            run = tuned_run(
                began, lambda base: digits_for(base, data, offline=offline, size=size, network=began), engine, changes
            )
        else:
            found = digits_for(recipe, data, offline=offline, size=size)
            run = Run(fitted(recipe, found, chosen="validation" in changes), found, engine=engine)
    with training_view.stopping(run) as signals:
        printed = training_view.watch(run, checkpointed(run, target), None if as_json else out())
    if not printed:
        return training_view.say_unread(run, target, data)
    training_view.say_end(run, target, data, as_json)
    if run.finished:
        return 0
    return 128 + signals[0] if signals else 1


def _opened(network: str | None) -> Reader | None:
    """The network of --from."""
    return None if network is None else open_network(network)


def _alone(others: list[str]) -> None:
    """--resume decides everything that these options decide."""
    if others:
        named = ", ".join(f"--{option.replace('_', '-')}" for option in others)
        raise click.UsageError(f"--resume continues with the recipe of the unfinished run; leave out {named}")


def _same_data(recipe: Recipe | None, data: str | None) -> str | None:
    """The digits that an unfinished run learned from, as far as its recipe can name them."""
    from digitlens.digits.sources.find import NAMES

    if data is not None or recipe is None or recipe.data in NAMES:
        return data or (recipe.data if recipe else None)
    if os.environ.get("DIGITLENS_DATA"):
        return None
    raise click.UsageError(
        f"the unfinished run learns from the pictures in a folder called {clean(recipe.data)!r}; name it with --data"
    )


def _check_target(target: str, fresh: bool) -> None:
    """Before anything is trained: can the network be saved there, and is nothing lost by it?"""
    from digitlens.errors import FileError, UsageError
    from digitlens.learning.checkpointing import discard, unfinished_recipe
    from digitlens.storage.checkpoint import checkpoint_path

    if reason := _unwritable(target):
        raise FileError(f"--out {shown(target)} {reason}")
    check_outputs({"--out": target, "the checkpoint of --out": checkpoint_path(target)})
    if fresh:
        discard(target)
    elif unfinished_recipe(target):
        raise UsageError(
            f"an unfinished run is waiting for {shown(target)}: go on with `digitlens train --resume {shown(target)}`, "
            "or start over with --fresh"
        )


def _unwritable(target: str) -> str:
    """Why no network can be saved there, or none should; empty if it can."""
    from digitlens.errors import DigitlensError
    from digitlens.storage.model_file import load

    try:
        path = Path(os.path.realpath(target))
        if path.is_dir():
            return "is a folder; name a file to write, such as video.digitlens"
        if not path.parent.is_dir():
            return "lies in a folder that does not exist; make the folder first"
        if not path.exists() or (path.is_file() and not path.stat().st_size):
            return ""
        if not path.is_file():
            return "is a device or a pipe; name a file to write, such as video.digitlens"
        load(path)
    except DigitlensError:
        return "is there already and is no network of ours; choose another name, or move that file away"
    except (OSError, ValueError) as error:
        return f"cannot be written: {why(error)}; choose another name"
    return ""
