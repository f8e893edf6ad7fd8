"""A run that survives: whatever stops it, it goes on from its last checkpoint, to the same bits.

A checkpoint is written at the end of an epoch, at most once a second, and when the run is asked to stop. The finished
network replaces the file of that name in one step, and only then is the checkpoint removed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from digitlens.digits.dataset import DataSet
from digitlens.errors import ModelFileError, RecipeError, TrainingError, UsageError
from digitlens.learning.engine import Record, State
from digitlens.learning.engines import refusal
from digitlens.learning.recipe import Recipe
from digitlens.learning.records import beginning
from digitlens.learning.training import Run
from digitlens.network.network import Network
from digitlens.storage import checkpoint as checkpoints
from digitlens.storage import model_file
from digitlens.storage.checkpoint import Checkpoint

PAUSE = 1.0  # seconds between two checkpoints, at least


def kept(run: Run, path: str | Path, pause: float = PAUSE) -> Iterator[Record]:
    """Walk through `run`, keeping it: at the end `path` holds the network, or the latest one if the run was stopped.

    Raises FileError if the disk will not.
    """
    checkpoints.sweep(path)
    written = time.monotonic()
    try:
        for record in run:
            if record.epoch < run.recipe.epochs and record.mini_batch == 0 and time.monotonic() - written >= pause:
                keep(run, path)
                written = time.monotonic()
            yield record
    except TrainingError:  # it would end in the same way again
        checkpoints.remove(path)
        raise
    if run.latest is None:
        return  # it was finished before
    if not run.finished:
        keep(run, path)
    model_file.save(run.reader(), path)
    if run.finished:
        checkpoints.remove(path)


def keep(run: Run, path: str | Path) -> None:
    """Write the checkpoint of a run that has given a record."""
    assert run.latest is not None
    keep_state(run, run.latest.state, run.history, path)


def keep_state(run: Run, state: State, history: Sequence[Mapping[str, float]], path: str | Path) -> None:
    """Write the checkpoint of a run that stands at `state`, its rows until then in `history`."""
    position = {"epoch": state.epoch, "mini_batch": state.mini_batch, "seconds": state.seconds}
    story = run.recipe.to_json(), run.fingerprint, run.engine.name, position, history
    checkpoints.keep(Checkpoint(*story, state.layers, state.memory, state.average), path)


def unfinished(path: str | Path) -> Recipe | None:
    """The recipe of the unfinished run that will write `path`, if there is one."""
    found = checkpoints.find(path)
    return _recipe(found, path) if found else None


def resumed(path: str | Path, data: DataSet) -> Run:
    """The unfinished run that will write `path`, ready to go on, on the same digits and the same engine.

    Raises UsageError if there is none, or if these are other digits.
    """
    found = checkpoints.find(path)
    if found is None:
        raise UsageError(
            f"there is no unfinished run beside {Path(path).name} to go on with; leave --resume out to start"
        )
    recipe, position = _recipe(found, path), found.position
    counted = int(position["epoch"]), int(position["mini_batch"]), float(position["seconds"])
    state = State(found.layers, found.memory, found.average, *counted)
    if data.training.fingerprint() != found.data:  # before anything else: other digits need not even fit the recipe
        raise UsageError(
            f"the unfinished run of {Path(path).name} learned from other digits than these ({data.source}); "
            "name those with --data, or start over with --fresh"
        )
    if reason := refusal(recipe, found.engine):
        raise ModelFileError(
            f"the unfinished run of {Path(path).name} was on the {found.engine} engine, and only that one ends on the "
            f"same bits; here it cannot go on: {reason}. Start over with --fresh, or install that engine"
        )
    run = Run(recipe, data, engine=found.engine, state=state, history=found.history)
    _check(run, state, path)
    return run


def _recipe(found: Checkpoint, path: str | Path) -> Recipe:
    try:
        return Recipe.from_json(found.recipe)
    except RecipeError as error:
        raise ModelFileError(
            f"{checkpoints.beside(path).name} holds a recipe that cannot be: {error}; remove it to start over"
        ) from error


def _check(run: Run, state: State, path: str | Path) -> None:
    """Raise ModelFileError unless this is a state that a run of this recipe can be in."""
    recipe, network = run.recipe, run.recipe.initial_network(len(run.data.classes))
    batches = -(-len(run.split.training) // recipe.mini_batch)
    start = beginning(recipe, network)
    here = Network(state.layers, network.activations)
    if (
        (here.sizes, here.dtype) != (network.sizes, network.dtype)
        or len(state.memory.layers) != recipe.optimiser_pair().memories
        or (state.average is None) != (start.average is None)
        or not state.mini_batch < batches
        or not state.epoch * batches + state.mini_batch <= recipe.epochs * batches
    ):
        raise ModelFileError(
            f"{checkpoints.beside(path).name} contradicts the recipe that it holds; remove it to start over"
        )


def forget(path: str | Path) -> None:
    """Give the unfinished run that would write `path` up, if there is one. Raises FileError if the disk will not."""
    checkpoints.remove(path)
