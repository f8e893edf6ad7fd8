"""A model file holds a Reader: the network, how a picture is prepared for it, and where it comes from.

The document in the header consists of blocks. An unknown block is skipped and reported if it is optional. If the file
says that it is required, the file is refused: a newer version may store what an older one must not ignore. The arrays
of a block are called `BLOCK.NAME` and are skipped with it; those of the network are called `layer1.weights` and so on.

A network sees images of 28×28 unless a block says otherwise:

    image    {"required": true, "rows": 20, "columns": 24, "dark_on_light": false}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from digitlens.digits.dataset import DIGIT_SHAPE, LARGEST_SIDE, shape_name
from digitlens.digits.preparation.adjusting import STEPS
from digitlens.digits.preparation.framing import NOT_FRAMED, framing_for
from digitlens.errors import DigitlensError, ModelFileError
from digitlens.files.atomic import write_atomically
from digitlens.files.bounded import read_bounded
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.costs import COSTS, cost_for
from digitlens.network.network import Layer, Layers, Network
from digitlens.reading.overflow import overflows
from digitlens.reading.reader import Reader
from digitlens.storage import optional_blocks
from digitlens.storage.container import Limits, Tensors, pack, unpack
from digitlens.storage.half_precision import fits_half

FORMAT = 1
LIMITS = Limits()
LAST_EPOCH = 1e9  # more than any recipe has
HISTORY = 200  # rows of the learning curve in a file; a longer one is thinned evenly


def save(reader: Reader, path: str | Path) -> None:
    """Write `reader` to `path`, all or nothing. Raises ModelFileError beyond the limits, FileError if writing fails."""
    write_atomically(path, to_bytes(reader))


def load(path: str | Path) -> Reader:
    """The reader stored in `path`. Raises ModelFileError for any other file, FileError if there is none."""
    return from_bytes(read_bounded(path, LIMITS.size))


def exists(path: str | Path) -> bool:
    """Whether there is a file or folder of that name. Never raises, however odd the name."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # the name is too long, or a folder may not be entered
        return False


def to_bytes(reader: Reader) -> bytes:
    """The bytes of a model file, weights in float32, or in float16 if that holds them exactly.

    Raises ModelFileError for what from_bytes() would refuse.
    """
    network = reader.network
    for activation in network.activations:
        if ACTIVATIONS.get(activation.name) != activation:
            raise ModelFileError(
                f"a model file names activation functions, and {activation.name[:40]!r} is one of your own: to save "
                f"this network, make it known first, ACTIVATIONS[{activation.name[:40]!r}] = ..., here and wherever "
                "the file will be read"
            )
    blocks = {
        "network": {
            "required": True,
            "name": reader.name,
            "sizes": list(network.sizes),
            "activations": [activation.name for activation in network.activations],
            "cost": reader.cost,
            "classes": list(reader.classes),
        },
        "preparation": {"required": True, "framing": reader.framing, "adjusting": list(reader.adjusting)},
        "recipe": {**reader.recipe, "required": False},
        "provenance": {**reader.provenance, "required": False},
        "history": {"required": False, "rows": [dict(row) for row in thinned(reader.history)]},
    }
    if reader.framing == NOT_FRAMED:  # nothing is said of framed ones: so an earlier version reads such files, too
        rows, columns = reader.image_shape
        about = {"rows": rows, "columns": columns, "dark_on_light": reader.dark_on_light}
        blocks["image"] = {"required": True, **about}
    kind = np.float16 if fits_half(network.layers) else np.float32
    judged, more = optional_blocks.to_blocks(reader)
    tensors = layers_to_tensors("", network.layers, kind) | more
    data = pack({"format": FORMAT, "blocks": blocks | judged}, tensors, LIMITS)
    from_bytes(data)
    return data


def from_bytes(data: bytes | bytearray) -> Reader:
    """The reader that to_bytes() made `data` from. Everything is checked. Raises ModelFileError for any other bytes."""
    document, tensors = unpack(data, LIMITS)
    if document.get("format") != FORMAT or document["format"] is True:  # True equals 1
        raise ModelFileError(
            f"this model file has format {str(document.get('format'))[:20]}, and this version reads format {FORMAT}; "
            "a newer digitlens may read it"
        )
    blocks = document.get("blocks")
    if not isinstance(blocks, dict) or not all(isinstance(block, dict) for block in blocks.values()):
        raise ModelFileError("this model file has no blocks; train or download it again")
    known = ("network", "image", "preparation", "recipe", "provenance", "history")
    unknown = [name for name in blocks if name not in known and not optional_blocks.known(name, blocks[name])]
    for name in unknown:
        if blocks[name].get("required") is not False:
            raise ModelFileError(
                f"this model file needs {name[:40]!r}, which is unknown to this version; a newer digitlens may read it"
            )
    ours = _without(tensors, unknown)
    bodies = {name: {k: v for k, v in blocks.get(name, {}).items() if k != "required"} for name in known}
    judged = {name: blocks[name] for name in optional_blocks.VERSIONS if name in blocks and name not in unknown}
    try:
        reader = _reader(bodies, _without(ours, judged), tuple(f"skipped an unknown block: {n[:40]}" for n in unknown))
        return _judging(reader, judged, ours)
    except ModelFileError:
        raise
    except (DigitlensError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ModelFileError(
            f"this model file contradicts itself: {str(error)[:200]}; train or download it again"
        ) from error


def _without(tensors: Tensors, blocks: Iterable[str]) -> Tensors:
    return {name: array for name, array in tensors.items() if name.partition(".")[0] not in blocks}


def _judging(reader: Reader, blocks: Mapping[str, Mapping[str, Any]], tensors: Tensors) -> Reader:
    """The same reader with the calibration and familiarity that these blocks hold."""
    own = {name: array for name, array in tensors.items() if name.partition(".")[0] in blocks}
    if "calibration" in blocks:
        reader = replace(reader, calibration=optional_blocks.calibration_of(blocks["calibration"]))
    if "familiarity" in blocks:
        return replace(reader, familiarity=optional_blocks.familiarity_of(blocks["familiarity"], own))
    if own:
        raise ModelFileError("this model file holds arrays of a block that has none; train or download it again")
    return reader


def _reader(blocks: dict[str, dict[str, Any]], tensors: Tensors, notes: tuple[str, ...]) -> Reader:
    about, preparation = blocks["network"], blocks["preparation"]
    sizes, (shape, dark_on_light) = about["sizes"], _image(blocks["image"])
    if not isinstance(sizes, list) or not all(type(n) is int for n in sizes) or sizes[:1] != [shape[0] * shape[1]]:
        raise ModelFileError(f"this model file is not for pictures of {shape_name(shape)}, which is what it says")
    for named in (about["activations"], about["classes"], preparation["adjusting"], blocks["history"].get("rows", [])):
        if not isinstance(named, list):  # text and objects can be iterated over, too
            raise ModelFileError(
                "this model file has something else where a list should be; train or download it again"
            )
    _check_known("activation function", about["activations"], ACTIVATIONS, "activations.py")
    _check_known("cost", [about["cost"]], COSTS, "costs.py")
    activations = tuple(ACTIVATIONS[name] for name in about["activations"])
    network = Network(tensors_to_layers("", tensors, sizes, ("F16", "F32")), activations)
    if overflows(network):
        raise ModelFileError(
            "this model file's weights are each small enough, but together so large that its outputs are not finite; "
            "train it again, with a lower learning rate"
        )
    cost_for(about["cost"], activations[-1])
    classes = tuple(about["classes"])
    if len(classes) != sizes[-1] or not all(isinstance(name, str) and len(name) <= 100 for name in classes):
        raise ModelFileError(f"this model file names {len(classes)} classes for {sizes[-1]} outputs")
    adjusting = tuple(preparation["adjusting"])
    framing = preparation["framing"]
    known = type(framing) is int and framing in (NOT_FRAMED, framing_for(shape))
    if not known or any(name not in STEPS for name in adjusting):
        raise ModelFileError("this model file prepares pictures in an unknown way; a newer digitlens may read it")
    name = about["name"]
    if not isinstance(name, str) or len(name) > 100:
        raise ModelFileError("this model file has no name")
    rows = blocks["history"].get("rows", [])
    check_history(rows, "this model file")
    _check_accuracies(blocks["provenance"], "this model file's provenance")
    origin = blocks["recipe"], blocks["provenance"], tuple(rows)
    parts = network, name, about["cost"], classes, framing, adjusting, *origin, notes
    return Reader(*parts, image_shape=shape, dark_on_light=dark_on_light)


def _image(block: Mapping[str, Any]) -> tuple[tuple[int, int], bool]:
    """Rows and columns of the images, and whether they show dark writing on light paper."""
    if not block:
        return DIGIT_SHAPE, False
    if set(block) != {"rows", "columns", "dark_on_light"} or type(block["dark_on_light"]) is not bool:
        raise ModelFileError("this model file does not say what its images are like; train or download it again")
    rows, columns = block["rows"], block["columns"]
    if not all(type(side) is int and 1 <= side <= LARGEST_SIDE for side in (rows, columns)):
        raise ModelFileError(
            f"this model file is for pictures of {str(rows)[:20]}×{str(columns)[:20]}; this version reads 1×1 to "
            f"{shape_name((LARGEST_SIDE, LARGEST_SIDE))}"
        )
    return (rows, columns), block["dark_on_light"]


def _check_known(kind: str, names: list[Any], known: Mapping[str, Any], home: str) -> None:
    """Raise ModelFileError for a name that a Digitlens elsewhere may know, where somebody added to it."""
    for name in names:
        if isinstance(name, str) and name not in known:
            raise ModelFileError(
                f"this model file's network needs the {kind} {name[:40]!r}, which is not known here: only "
                f"{', '.join(known)}. Add it to network/{home}, as it was added where the network was trained, or read "
                "the file with a newer digitlens"
            )


def layers_to_tensors(prefix: str, layers: Layers, dtype: Any) -> dict[str, Any]:
    """The arrays of the layers by name: layer1.weights, layer1.biases, layer2.weights, ..."""
    tensors = {}
    with np.errstate(over="ignore"):  # a weight that is too large becomes infinite, and is refused later
        for l, layer in enumerate(layers, start=1):
            tensors[f"{prefix}layer{l}.weights"] = layer.weights.astype(dtype)
            tensors[f"{prefix}layer{l}.biases"] = layer.biases.astype(dtype)
    return tensors


def tensors_to_layers(prefix: str, tensors: Tensors, sizes: list[int], types: tuple[str, ...]) -> Layers:
    """The layers that layers_to_tensors() made. Raises ModelFileError for other names, shapes or types."""
    wanted: dict[str, tuple[int, ...]] = {}
    for l, (n_before, n) in enumerate(pairwise(sizes), start=1):
        wanted |= {f"{prefix}layer{l}.weights": (n, n_before), f"{prefix}layer{l}.biases": (n,)}
    names = {"F16": np.float16, "F32": np.float32, "F64": np.float64}
    allowed = [np.dtype(names[t]) for t in types]
    if {name: array.shape for name, array in tensors.items()} != wanted:
        named = "-".join(map(str, sizes[:9])) + ("…" if len(sizes) > 9 else "")
        raise ModelFileError(f"this model file does not hold the arrays of a {named[:100]} network")
    if len({array.dtype for array in tensors.values()}) != 1 or next(iter(tensors.values())).dtype not in allowed:
        raise ModelFileError(f"this model file's arrays are not all of one type among {', '.join(types)}")
    read = [np.asarray(tensors[name], np.result_type(tensors[name], np.float32)) for name in wanted]
    return tuple(Layer(W, b) for W, b in zip(read[::2], read[1::2], strict=True))


def check_history(rows: Iterable[Any], what: str) -> None:
    """Raise ModelFileError unless each row is an epoch with its numbers: `epoch`, and accuracies from 0 to 1.

    what: is at fault, for the message.
    """
    for row in rows:
        if not isinstance(row, dict) or not all(type(n) in (int, float) for n in row.values()):
            raise ModelFileError(f"{what} has a history that is not made of numbers; train or download it again")
        if not 0 <= row.get("epoch", -1) <= LAST_EPOCH:
            raise ModelFileError(f"{what} has a history with a row that is of no epoch; train or download it again")
        _check_accuracies(row, f"{what}'s history")


def _check_accuracies(values: Mapping[str, Any], what: str) -> None:
    for name, value in values.items():
        if name.endswith("accuracy") and not (type(value) in (int, float) and 0 <= value <= 1):
            raise ModelFileError(f"{what} has a {name[:40]} that is no share from 0 to 1; train or download it again")


def thinned(history: Any) -> list[Mapping[str, float]]:
    """At most about HISTORY rows: of a longer run every second, fourth, eighth ... epoch, and the last one.

    A history that was thinned before, as in a checkpoint, and then grew is thinned to the same rows.
    """
    rows, stride = list(history), 1
    while rows and rows[-1].get("epoch", 0) > HISTORY * stride:
        stride *= 2
    return [row for row in rows if row.get("epoch", 0) % stride == 0 or row is rows[-1]]
