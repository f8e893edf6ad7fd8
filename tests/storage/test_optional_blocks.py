"""What a reader can judge goes into its file and comes out to the last bit; nothing malformed is believed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.reading.test_familiarity import familiarity
from tests.storage.hostile import join, of_tensors, reader, split

from digitlens.errors import ModelFileError
from digitlens.reading.calibration import Calibration
from digitlens.reading.familiarity import QUANTILES
from digitlens.storage.container import unpack
from digitlens.storage.model_file import from_bytes, to_bytes

JUDGING = reader(familiarity=familiarity(), calibration=Calibration(1.75))
RIGHT = to_bytes(JUDGING)
SCORES = "familiarity.scores"


def with_blocks(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The right file with its blocks changed."""
    header, arrays = split(RIGHT)
    document = json.loads(header["__metadata__"]["digitlens"])
    change(document["blocks"])
    header["__metadata__"]["digitlens"] = json.dumps(document)
    return join(header, arrays)


def with_arrays(change: Callable[[dict[str, np.ndarray]], object]) -> bytes:
    """The right file with its arrays changed."""
    arrays = {name: array.copy() for name, array in unpack(RIGHT)[1].items()}
    change(arrays)
    return of_tensors(arrays, split(RIGHT)[0]["__metadata__"]["digitlens"])


def of(name: str, **fields: Any) -> bytes:
    return with_blocks(lambda blocks: blocks[name].update(fields))


def shaped(name: str, *shape: int) -> bytes:
    return with_arrays(lambda arrays: arrays.update({name: np.zeros(shape, arrays[name].dtype)}))


def typed(kind: Any, *names: str) -> bytes:
    return with_arrays(lambda arrays: arrays.update({name: arrays[name].astype(kind) for name in names}))


FIRST = "familiarity.layer1.weights"
LAYERS = [name for name in unpack(RIGHT)[1] if name.startswith("familiarity.layer")]
HOSTILE = {
    "a threshold above 1": of("familiarity", threshold=1.5),
    "a threshold below 0": of("familiarity", threshold=-0.1),
    "a threshold that is text": of("familiarity", threshold="0.1"),
    "a threshold that is true": of("familiarity", threshold=True),
    "no threshold": with_blocks(lambda blocks: blocks["familiarity"].pop("threshold")),
    "one field too many": of("familiarity", means=[1, 2]),
    "a temperature of nothing": of("calibration", temperature=0),
    "a temperature beyond belief": of("calibration", temperature=1e9),
    "a temperature beyond float64": of("calibration", temperature=10**400),
    "a temperature that is a list": of("calibration", temperature=[1.0]),
    "no temperature": with_blocks(lambda blocks: blocks["calibration"].pop("temperature")),
    "a calibration with another field": of("calibration", bias=1.0),
    "no arrays": with_arrays(lambda arrays: [arrays.pop(name) for name in [*LAYERS, SCORES]]),
    "no scores": with_arrays(lambda arrays: arrays.pop(SCORES)),
    "one array too many": with_arrays(lambda arrays: arrays.update({"familiarity.more": np.zeros(3, np.float16)})),
    "a fifth layer": with_arrays(lambda a: a.update({"familiarity.layer5.weights": np.zeros((1, 11), np.float16)})),
    "weights of another shape": shaped(FIRST, 12, 24),
    "weights in a row": shaped(FIRST, 300),
    "biases of another shape": shaped("familiarity.layer4.biases", 10),
    "fewer scores": shaped(SCORES, QUANTILES - 1),
    "scores in F16": typed(np.float16, SCORES),
    "scores in F64": typed(np.float64, SCORES),
    "weights in F64": typed(np.float64, *LAYERS),
    "weights of two types": typed(np.float32, FIRST),
    "scores out of order": with_arrays(lambda arrays: arrays.update({SCORES: arrays[SCORES][::-1].copy()})),
    "a score that is no number": with_arrays(lambda arrays: arrays[SCORES].__setitem__(3, np.nan)),
    "an infinite weight": with_arrays(lambda arrays: arrays[FIRST].__setitem__((0, 0), np.inf)),
    "arrays of a calibration": with_arrays(lambda arrays: arrays.update({"calibration.map": np.zeros(3, np.float32)})),
    "arrays without their block": with_blocks(lambda blocks: blocks.pop("familiarity")),
    "a newer familiarity that is required": of("familiarity", version=2, required=True),
}


def test_what_a_reader_judges_comes_out_of_its_file_to_the_last_bit() -> None:
    got = from_bytes(RIGHT)
    assert got.notes == ()
    assert got.calibration == Calibration(1.75)
    assert got.familiarity
    assert JUDGING.familiarity
    assert got.familiarity.threshold == JUDGING.familiarity.threshold
    assert np.array_equal(got.familiarity.scores, JUDGING.familiarity.scores)
    for mine, its in zip(got.familiarity.layers, JUDGING.familiarity.layers, strict=True):
        assert np.array_equal(mine.weights, its.weights)
        assert np.array_equal(mine.biases, its.biases)
        assert mine.weights.dtype == mine.biases.dtype == np.float64
    assert to_bytes(got) == RIGHT


def test_a_file_without_them_is_the_file_it_was() -> None:
    plain = from_bytes(to_bytes(reader()))
    assert plain.familiarity is plain.calibration is None
    assert len(RIGHT) - len(to_bytes(reader())) < 120_000


def test_weights_of_32_bits_are_read_as_they_are() -> None:
    got = from_bytes(typed(np.float32, *LAYERS))
    assert got.familiarity
    assert JUDGING.familiarity
    assert np.array_equal(got.familiarity.layers[2].weights, JUDGING.familiarity.layers[2].weights)


@pytest.mark.parametrize("version", [2, 0, True, "1", None, [1]])
@pytest.mark.parametrize("name", ["familiarity", "calibration"])
def test_another_version_is_passed_over_and_reported(name: str, version: object) -> None:
    got = from_bytes(of(name, version=version))
    assert got.notes == (f"skipped an unknown block: {name}",)
    assert getattr(got, name) is None
    assert getattr(got, {"familiarity": "calibration", "calibration": "familiarity"}[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_malformed_is_refused(name: str) -> None:
    with pytest.raises(ModelFileError):
        from_bytes(HOSTILE[name])


def test_weights_beyond_sixteen_bits_are_not_written() -> None:
    model = familiarity()
    model.layers[0].weights[0, 0] = 1e5
    with pytest.raises(ModelFileError, match="not finite"):
        to_bytes(reader(familiarity=model))
