"""The two optional blocks of a model file: familiarity and calibration.

Each has a version. A block of another version is treated as unknown: it is skipped and reported.

    familiarity   {"required": false, "version": 1, "threshold": 0.0125}, and its arrays: familiarity.layer1.weights ...
                  familiarity.layer4.biases (F16 or F32) and familiarity.scores (F32)
    calibration   {"required": false, "version": 1, "temperature": 1.9}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from digitlens.errors import ModelFileError
from digitlens.network.network import Layer
from digitlens.reading.calibration import Calibration
from digitlens.reading.familiarity import QUANTILES, SHAPES, Familiarity
from digitlens.reading.reader import Reader
from digitlens.storage.container import Tensors

VERSIONS = {"familiarity": 1, "calibration": 1}
SCORES = "familiarity.scores"

Block = Mapping[str, Any]


def known(name: str, block: Block) -> bool:
    """Whether this is one of the blocks below, in a version that we read."""
    version = block.get("version")
    return name in VERSIONS and version == VERSIONS[name] and version is not True  # True equals 1


def to_blocks(reader: Reader) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """The blocks of a reader's familiarity and calibration, if it has them, and their arrays."""
    blocks: dict[str, dict[str, Any]] = {}
    tensors: dict[str, Any] = {}
    if familiarity := reader.familiarity:
        blocks["familiarity"] = {"required": False, "version": 1, "threshold": familiarity.threshold}
        with np.errstate(over="ignore"):  # a weight that is too large becomes infinite, and is refused later
            for name, layer in zip(_names(), familiarity.layers, strict=True):
                tensors[f"{name}.weights"] = layer.weights.astype(np.float16)
                tensors[f"{name}.biases"] = layer.biases.astype(np.float16)
            tensors[SCORES] = familiarity.scores.astype(np.float32)
    if calibration := reader.calibration:
        blocks["calibration"] = {"required": False, "version": 1, "temperature": calibration.temperature}
    return blocks, tensors


def familiarity_of(block: Block, tensors: Tensors) -> Familiarity:
    """The Familiarity of a known block and exactly its arrays. Raises ModelFileError, or what Familiarity raises."""
    expected: dict[str, tuple[int, ...]] = {SCORES: (QUANTILES,)}
    for name, (n, n_before) in zip(_names(), SHAPES, strict=True):
        expected |= {f"{name}.weights": (n, n_before), f"{name}.biases": (n,)}
    if {name: array.shape for name, array in tensors.items()} != expected:
        raise ModelFileError("this model file does not hold the arrays of a familiarity; train or download it again")
    types = {array.dtype for name, array in tensors.items() if name != SCORES}
    if len(types) != 1 or not types <= {np.dtype(np.float16), np.dtype(np.float32)}:
        raise ModelFileError("this model file's familiarity is not all of one type among F16, F32")
    if tensors[SCORES].dtype != np.float32:
        raise ModelFileError("this model file's familiarity has scores of another type than F32")
    _check_fields(block, "familiarity", "threshold")
    layers = tuple(
        Layer(*(tensors[f"{name}.{part}"].astype(np.float64) for part in ("weights", "biases"))) for name in _names()
    )
    return Familiarity(layers, tensors[SCORES].astype(np.float64), float(block["threshold"]))


def calibration_of(block: Block) -> Calibration:
    """The Calibration of a known block. Raises ModelFileError, or what Calibration raises."""
    _check_fields(block, "calibration", "temperature")
    return Calibration(float(block["temperature"]))


def _check_fields(block: Block, name: str, number: str) -> None:
    if set(block) - {"required"} != {"version", number} or type(block[number]) not in (int, float):
        raise ModelFileError(
            f"this model file's {name} does not consist of a version and a {number}; train or download it again"
        )


def _names() -> list[str]:
    return [f"familiarity.layer{l}" for l in range(1, len(SHAPES) + 1)]
