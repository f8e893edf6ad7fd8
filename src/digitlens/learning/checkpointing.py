"""Checkpointing: whatever stops a run, it can resume from its last checkpoint, to the same bits.

A checkpoint is written at the end of an epoch, at most once a second, and when the run is asked to stop. The finished
network replaces the file of its name in one step. Only then is the checkpoint removed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from digitlens.digits.dataset import DataSet
from digitlens.errors import ModelFileError, RecipeError, TrainingError, UsageError
from digitlens.learning.engine import Record, State
from digitlens.learning.engines import refusal
from digitlens.learning.fine_tuning import fine_tune, start_of
from digitlens.learning.recipe import Recipe
from digitlens.learning.records import beginning
from digitlens.learning.training import Run
from digitlens.network.network import Network
from digitlens.reading.reader import Reader
from digitlens.storage import checkpoint as checkpoints
from digitlens.storage import model_file
from digitlens.storage.checkpoint import Checkpoint

PAUSE = 1.0  # the least number of seconds between two checkpoints


def checkpointed(run: Run, path: str | Path, pause: float = PAUSE) -> Iterator[Record]:
    """The records of `run`, with checkpoints written on the way.

    At the end `path` holds the network; if the run was stopped, the latest one. Raises FileError if writing fails.
    """
    checkpoints.remove_leftovers(path)
    written = time.monotonic()
    try:
        for record in run:
            if record.epoch < run.recipe.epochs and record.mini_batch == 0 and time.monotonic() - written >= pause:
                save_checkpoint(run, path)
                written = time.monotonic()
            yield record
    except TrainingError:  # resuming would end in the same error
        checkpoints.remove(path)
        raise
    if run.latest is None:
        return  # it was finished before
    if not run.finished:
        save_checkpoint(run, path)
    model_file.save(run.reader(), path)
    if run.finished:
        checkpoints.remove(path)


def save_checkpoint(run: Run, path: str | Path) -> None:
    """Write the checkpoint of a run that has yielded at least one record."""
    assert run.latest is not None
    save_state(run, run.latest.state, run.history, path)


def save_state(run: Run, state: State, history: Sequence[Mapping[str, float]], path: str | Path) -> None:
    """Write the checkpoint of a run at `state`; `history` holds its rows until then."""
    position = {"epoch": state.epoch, "mini_batch": state.mini_batch, "seconds": state.seconds}
    fields = run.recipe.to_json(), run.fingerprint, run.engine.name, position, history
    checkpoints.save(Checkpoint(*fields, state.layers, state.memory, state.average), path)


def unfinished_recipe(path: str | Path) -> Recipe | None:
    """The recipe of the unfinished run that will write `path`, if there is one."""
    checkpoint = checkpoints.load(path)
    return _recipe(checkpoint, path) if checkpoint else None


def resume_run(path: str | Path, data: DataSet, start: Reader | None = None) -> Run:
    """The unfinished run that will write `path`, ready to continue on the same digits and the same engine.

    start: the network that it started from, if it did; None: one that ships. Raises UsageError if there is no such run,
    or if `data` holds other digits; ModelFileError if its engine is not available.
    """
    checkpoint = checkpoints.load(path)
    if checkpoint is None:
        raise UsageError(
            f"there is no unfinished run beside {Path(path).name} to resume; leave --resume out to start one"
        )
    recipe, position = _recipe(checkpoint, path), checkpoint.position
    counts = int(position["epoch"]), int(position["mini_batch"]), float(position["seconds"])
    state = State(checkpoint.layers, checkpoint.memory, checkpoint.average, *counts)
    began = start_of(recipe, start)
    if began is not None:
        recipe, data = fine_tune(began, data, recipe)
    if data.training.fingerprint() != checkpoint.data:  # checked first: other digits need not even fit the recipe
        raise UsageError(
            f"the unfinished run of {Path(path).name} learned from other digits than these ({data.source}); "
            "name those with --data, or start again with --fresh"
        )
    if reason := refusal(recipe, checkpoint.engine):
        raise ModelFileError(
            f"the unfinished run of {Path(path).name} used the {checkpoint.engine} engine, and only the same engine "
            f"gives the same bits. It cannot run here: {reason}. Start again with --fresh, or install that engine"
        )
    run = Run(recipe, data, engine=checkpoint.engine, state=state, history=checkpoint.history, start=began)
    _check(run, state, path)
    return run


def _recipe(checkpoint: Checkpoint, path: str | Path) -> Recipe:
    try:
        return Recipe.from_json(checkpoint.recipe)
    except RecipeError as error:
        raise ModelFileError(
            f"{checkpoints.checkpoint_path(path).name} holds a recipe that cannot be run here: {error}; add what is "
            "missing, as where the run began, or remove the file to start again"
        ) from error


def _check(run: Run, state: State, path: str | Path) -> None:
    """Raise ModelFileError unless a run of this recipe can be in this state."""
    recipe, network = run.recipe, run.recipe.initial_network(len(run.data.classes), run.data.pixels)
    batches = -(-len(run.split.training) // recipe.mini_batch)
    start = beginning(recipe, network)
    stored = Network(state.layers, network.activations)
    if (
        (stored.sizes, stored.dtype) != (network.sizes, network.dtype)
        or len(state.memory.layers) != recipe.optimiser_pair().memories
        or (state.average is None) != (start.average is None)
        or not state.mini_batch < batches
        or not state.epoch * batches + state.mini_batch <= recipe.epochs * batches
    ):
        raise ModelFileError(
            f"{checkpoints.checkpoint_path(path).name} contradicts the recipe that it holds; remove it to start again"
        )


def discard(path: str | Path) -> None:
    """Remove the checkpoint of the unfinished run that would write `path`, if there is one. Raises FileError."""
    checkpoints.remove(path)
