"""A checkpoint: where a training run stands, so that it can go on after anything, to the same bits.

It lies beside the network that the run will write, under the same name with `.checkpoint` behind it.
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
from digitlens.storage.model_file import layers_to_tensors, tensors_to_layers, there, thinned

FORMAT = 1
PARTS = ("layers", "average", "memory0", "memory1")  # a network, its mean and two memories of Adam
LIMITS = Limits(4 * 32 * 1024 * 1024 + 65_544, 4 * 18, sys.float_info.max)  # each of them in float64


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Where a run stands. The recipe is plain JSON here; learning/ gives it meaning."""

    recipe: Mapping[str, Any]
    data: str  # fingerprint of the digits: a run goes on with the same ones only
    engine: str
    position: Mapping[str, float]  # epoch, mini_batch, seconds
    history: Sequence[Mapping[str, float]]
    layers: Layers
    memory: Memory
    average: Layers | None


def beside(path: str | Path) -> Path:
    """Where the checkpoint of the run that will write `path` lies."""
    path = Path(path)
    return path.with_name(path.name + ".checkpoint")


def keep(checkpoint: Checkpoint, path: str | Path) -> None:
    """Write the checkpoint of the run that will write `path`, all or nothing. Raises FileError if the disk will not."""
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
    write_atomically(beside(path), pack({"format": FORMAT, "checkpoint": about}, tensors, LIMITS))


def find(path: str | Path) -> Checkpoint | None:
    """The checkpoint of the run that will write `path`; or None. Raises ModelFileError for a damaged one."""
    file = beside(path)
    if not there(file):
        return None
    document, tensors = unpack(read_bounded(file, LIMITS.size), LIMITS)
    if document.get("format") != FORMAT:
        raise ModelFileError(f"{file.name} has a format that we do not read; go on with the digitlens that wrote it")
    try:
        about = document["checkpoint"]
        _check(about, tensors)
        sizes, parts = about["sizes"], {}
        for name in PARTS:
            own = {key: array for key, array in tensors.items() if key.startswith(f"{name}.")}
            if own:
                parts[name] = tensors_to_layers(f"{name}.", own, sizes, ("F32", "F64"))
        memory = Memory(about["steps"], tuple(parts[name] for name in PARTS[2:] if name in parts))
        story = about["recipe"], about["data"], about["engine"], about["position"], about["history"]
        return Checkpoint(*story, parts["layers"], memory, parts.get("average"))
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{file.name} is not a checkpoint of ours: {error}; remove it to start over") from error


def _check(about: Any, tensors: Tensors) -> None:
    """Raise ValueError, or TypeError or KeyError, unless the parts are of the types that keep() writes."""
    position, history = about["position"], about["history"]
    wholes = (about["steps"], position["epoch"], position["mini_batch"])
    if not all(type(n) is int and n >= 0 for n in wholes) or not isinstance(position["seconds"], (int, float)):
        raise ValueError("its position is not one")
    if not isinstance(about["recipe"], dict) or not all(isinstance(about[name], str) for name in ("data", "engine")):
        raise ValueError("its recipe, data or engine is not one")
    if not all(isinstance(row, dict) and all(isinstance(n, (int, float)) for n in row.values()) for row in history):
        raise ValueError("its history is not made of numbers")
    if not all(name.startswith(tuple(f"{part}." for part in PARTS)) for name in tensors):
        raise ValueError("it holds arrays that belong to nothing")


def remove(path: str | Path) -> None:
    """Forget the checkpoint of the run that writes `path`. Raises FileError if the disk will not."""
    try:
        beside(path).unlink(missing_ok=True)
    except OSError as error:
        raise FileError(f"removing {beside(path).name} failed: {error.strerror}") from error


def sweep(path: str | Path) -> None:
    """Remove what killed writers of `path` and of its checkpoint left behind."""
    sweep_leftovers(path)
    sweep_leftovers(beside(path))
