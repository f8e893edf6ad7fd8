"""A checkpoint: the state of a training run, from which it can resume to the same bits.

It is a file beside the model file that the run will write, with `.checkpoint` added to the name.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitlens.errors import FileError, ModelFileError
from digitlens.files.atomic import sweep_leftovers, write_atomically
from digitlens.files.bounded import read_bounded
from digitlens.network.network import Layers
from digitlens.network.optimisers import Memory
from digitlens.storage.container import Limits, Tensors, pack, unpack
from digitlens.storage.model_file import check_history, exists, layers_to_tensors, tensors_to_layers, thinned

FORMAT = 1
PARTS = ("layers", "average", "memory0", "memory1")  # the network, its running mean, and two memories of Adam
MOST_STEPS = 2**53  # of an optimiser; more than any run takes
LIMITS = Limits(4 * 32 * 1024 * 1024 + 65_544, 4 * 18, sys.float_info.max)  # each of them in float64


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """The state of a run. The recipe is plain JSON here; learning/ interprets it."""

    recipe: Mapping[str, Any]
    data: str  # fingerprint of the training digits: a run resumes only with the same ones
    engine: str
    position: Mapping[str, float]  # epoch, mini_batch, seconds
    history: Sequence[Mapping[str, float]]
    layers: Layers
    memory: Memory
    average: Layers | None


def checkpoint_path(path: str | Path) -> Path:
    """The path of the checkpoint of the run that will write `path`."""
    path = Path(path)
    return path.with_name(path.name + ".checkpoint")


def save(checkpoint: Checkpoint, path: str | Path) -> None:
    """Write the checkpoint of the run that will write `path`, all or nothing. Raises FileError if that fails."""
    about = {
        "recipe": dict(checkpoint.recipe),
        "data": checkpoint.data,
        "engine": checkpoint.engine,
        "position": dict(checkpoint.position),
        "history": [dict(row) for row in thinned(checkpoint.history)],
        "steps": checkpoint.memory.steps,
    }
    layers = checkpoint.layers
    parts = dict(zip(PARTS, (layers, checkpoint.average, *checkpoint.memory.layers), strict=False))
    tensors: dict[str, Any] = {}
    for name, part in parts.items():
        if part is not None:
            tensors |= layers_to_tensors(f"{name}.", part, layers[0].weights.dtype)
    about["sizes"] = [layers[0].weights.shape[1], *(len(layer.biases) for layer in layers)]
    write_atomically(checkpoint_path(path), pack({"format": FORMAT, "checkpoint": about}, tensors, LIMITS))


def load(path: str | Path) -> Checkpoint | None:
    """The checkpoint of the run that will write `path`, or None. Raises ModelFileError for a damaged one."""
    file = checkpoint_path(path)
    if not exists(file):
        return None
    document, tensors = unpack(read_bounded(file, LIMITS.size), LIMITS)
    if document.get("format") != FORMAT:
        raise ModelFileError(
            f"{file.name} has a format that this version does not read; resume with the digitlens that wrote it"
        )
    try:
        about = document["checkpoint"]
        _check(about, tensors)
        sizes, parts = about["sizes"], {}
        for name in PARTS:
            own = {key: array for key, array in tensors.items() if key.startswith(f"{name}.")}
            if own:
                parts[name] = tensors_to_layers(f"{name}.", own, sizes, ("F32", "F64"))
        memory = Memory(about["steps"], tuple(parts[name] for name in PARTS[2:] if name in parts))
        fields = about["recipe"], about["data"], about["engine"], about["position"], about["history"]
        return Checkpoint(*fields, parts["layers"], memory, parts.get("average"))
    except (KeyError, TypeError, ValueError, ModelFileError) as error:
        raise ModelFileError(
            f"{file.name} is not a valid checkpoint: {str(error)[:200]}; remove it to start again"
        ) from error


def _check(about: Any, tensors: Tensors) -> None:
    """Raise ValueError, TypeError or KeyError unless all parts have the types that save() writes."""
    position, history = about["position"], about["history"]
    wholes = (about["steps"], position["epoch"], position["mini_batch"])
    seconds = position["seconds"]
    if (
        not all(type(n) is int and 0 <= n <= MOST_STEPS for n in wholes)
        or type(seconds) not in (int, float)
        or seconds < 0
    ):
        raise ValueError("its position is not made of numbers")
    if not isinstance(about["recipe"], dict) or not all(isinstance(about[name], str) for name in ("data", "engine")):
        raise ValueError("its recipe is not an object, or its data or engine is not text")
    if not isinstance(history, list) or not isinstance(about["sizes"], list):
        raise ValueError("its history or its sizes are no list")
    check_history(history, "it")
    if not all(name.startswith(tuple(f"{part}." for part in PARTS)) for name in tensors):
        raise ValueError("it holds arrays that belong to no part")


def remove(path: str | Path) -> None:
    """Remove the checkpoint of the run that will write `path`. Raises FileError if that fails."""
    try:
        checkpoint_path(path).unlink(missing_ok=True)
    except OSError as error:
        raise FileError(
            f"removing {checkpoint_path(path).name} failed: {error.strerror}; remove it yourself"
        ) from error


def remove_leftovers(path: str | Path) -> None:
    """Remove the temporary files of killed writers of `path` and of its checkpoint."""
    sweep_leftovers(path)
    sweep_leftovers(checkpoint_path(path))
