"""Model files: what the page writes Python reads, and the reverse; and both refuse the same."""

from __future__ import annotations

import base64
import json
import random
import string
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.faults.mutate import mutate
from tests.soak.test_model_mutants import mutant, originals
from tests.storage.hostile import (
    RIGHT,
    join,
    of_tensors,
    reader,
    split,
    tensors,
    with_document,
    with_header,
    with_weight,
)
from tests.storage.test_model_file import HOSTILE, hostile
from tests.storage.test_optional_blocks import HOSTILE as WRONGLY_JUDGING
from tests.storage.test_optional_blocks import JUDGING
from tests.web.twins.node import ask, base64_of

import digitlens
from digitlens.digits.preparation.framing import NOT_FRAMED
from digitlens.errors import ModelFileError
from digitlens.network.activations import ACTIVATIONS, sigmoid
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader
from digitlens.storage import shipped
from digitlens.storage.model_file import from_bytes, to_bytes


def files(some: list[bytes]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = ask("files", files=[base64_of(data) for data in some])
    return answers


def same(got: dict[str, Any], wanted: Reader) -> None:
    """What the page read, and what it wrote again, is what Python reads; float32 by float32."""
    assert "refused" not in got, got
    again = from_bytes(base64.b64decode(got["file"]))
    for number, layer in enumerate(wanted.network.layers):
        for part in ("weights", "biases"):
            right = getattr(layer, part).ravel()
            assert np.array_equal(got["layers"][number][part], right.astype(np.float64)), part
            assert np.array_equal(getattr(again.network.layers[number], part).ravel(), right), part
    about = got["about"]
    assert about["sizes"] == list(wanted.network.sizes)
    assert about["activations"] == [activation.name for activation in wanted.network.activations]
    for field in ("name", "cost", "framing", "recipe", "provenance"):
        assert about[field] == getattr(wanted, field) == getattr(again, field), field
    for field in ("classes", "adjusting", "history", "notes"):
        assert about[field] == list(getattr(wanted, field)), field
    assert about["shape"] == dict(zip(("rows", "columns"), wanted.image_shape, strict=True))
    assert (about["darkOnLight"], again.dark_on_light) == (wanted.dark_on_light,) * 2
    assert again.image_shape == wanted.image_shape
    for field in ("classes", "adjusting", "history"):
        assert list(getattr(again, field)) == list(getattr(wanted, field)), field
    same_judging(got["judging"], wanted, again)


def same_judging(got: dict[str, Any], wanted: Reader, again: Reader) -> None:
    """Familiarity and calibration, too."""
    assert got["calibration"] == (wanted.calibration and {"temperature": wanted.calibration.temperature})
    assert again.calibration == wanted.calibration
    if wanted.familiarity is None:
        assert got["familiarity"] is again.familiarity is None
        return
    assert again.familiarity
    assert got["familiarity"]["threshold"] == wanted.familiarity.threshold == again.familiarity.threshold
    for other in (got["familiarity"]["scores"], again.familiarity.scores):
        assert np.array_equal(other, wanted.familiarity.scores)
    for number, layer in enumerate(wanted.familiarity.layers):
        for part in ("weights", "biases"):
            assert np.array_equal(got["familiarity"]["layers"][number][part], getattr(layer, part).ravel()), part
            assert np.array_equal(getattr(again.familiarity.layers[number], part), getattr(layer, part)), part


def letters(dark_on_light: bool, shape: tuple[int, int] = (20, 24)) -> Reader:
    """A reader of 26 classes of such images, which are not framed."""
    rng = np.random.default_rng(26)
    layers = (
        Layer(rng.normal(size=(26, shape[0] * shape[1])).astype(np.float32), rng.normal(size=26).astype(np.float32)),
    )
    about = {"image_shape": shape, "framing": NOT_FRAMED, "dark_on_light": dark_on_light}
    return Reader(Network(layers, (sigmoid,)), "letters", classes=tuple(string.ascii_uppercase), **about)


def good_files() -> list[bytes]:
    """Files that are right, each in a way of its own."""
    header, arrays = split()
    return [
        RIGHT,
        join(json.dumps(header, indent=3).encode() + b" \r\n\t", arrays),
        of_tensors(tensors(np.float16)),
        to_bytes(digitlens.load("video")),
        *originals(),
        *(to_bytes(reader(hidden=n)) for n in (1, 7)),
        with_document(lambda d: d["blocks"].update(familiarity={"required": False, "means": [1, 2]})),
        with_document(
            lambda d: d["blocks"]["recipe"].update({"__proto__": {"x": 1}, "constructor": 2, "ü\n😀": "\\😀"})
        ),
        with_document(lambda d: d["blocks"]["preparation"].update(adjusting=["straighten"])),
        with_document(lambda d: d["blocks"]["network"].update(name="ß" * 100, classes=["😀" * 50] * 10)),
        of_tensors(dict(reversed(tensors().items()))),
        to_bytes(JUDGING),
        to_bytes(replace(JUDGING, familiarity=None)),
        to_bytes(replace(JUDGING, calibration=None)),
        *(to_bytes(letters(dark_on_light)) for dark_on_light in (False, True)),
        *(to_bytes(letters(dark_on_light, (28, 28))) for dark_on_light in (False, True)),
    ]


def test_what_one_writes_the_other_reads_to_the_last_bit() -> None:
    some = good_files()
    for data, got in zip(some, files(some), strict=True):
        same(got, from_bytes(data))


def test_the_network_that_ships_is_read() -> None:
    data = (shipped.FOLDER / "video.digitlens").read_bytes()
    (got,) = files([data])
    same(got, digitlens.load("video"))
    assert set(got["about"]["activations"]) <= set(ACTIVATIONS)


def refused(data: bytes) -> bool:
    try:
        from_bytes(data)
    except ModelFileError:
        return True
    return False


def compare(some: dict[str, bytes]) -> int:
    """Both refuse the same; how many they refuse."""
    here = {name: refused(data) for name, data in some.items()}
    there = {name: "refused" in got for name, got in zip(some, files(list(some.values())), strict=True)}
    assert {n: there[n] for n in some if there[n] != here[n]} == {}
    return sum(here.values())


POINT = {"a shape with a fraction", "sizes with a fraction"}  # 3.0, which JSON.parse() does not tell from 3


def test_every_hostile_file_is_refused_by_both() -> None:
    assert len(HOSTILE) > 60
    compare({name: hostile(name) for name in HOSTILE if name not in POINT})
    assert compare(WRONGLY_JUDGING) == len(WRONGLY_JUDGING)
    beyond = float(np.nextafter(np.float32(1e6), np.float32(2e6)))
    assert compare({f"a weight of {weight}": with_weight(weight) for weight in (1e6, -1e6, beyond, -beyond)}) == 2


def test_a_whole_number_with_a_point_is_the_same_number_in_the_page() -> None:
    for got in files([HOSTILE[name] for name in sorted(POINT)]):
        same(got, from_bytes(RIGHT))


@pytest.mark.parametrize("way", ["any byte", "the header", "the document"])
def test_both_refuse_the_same_of_two_hundred_mutants(way: str) -> None:
    rng, sound = random.Random(4), originals()
    change = mutate if way == "any byte" else mutant
    some = {f"{way} {n}": change(rng.choice(sound), rng) for n in range(200)}
    assert 20 < compare(some) <= 200


def test_the_comparison_can_fail() -> None:
    (got,) = files([RIGHT])
    other = bytearray(RIGHT)
    other[-1] ^= 1
    with pytest.raises(AssertionError):
        same(got, from_bytes(other))


def test_a_refusal_says_what_is_wrong() -> None:
    twice = with_header(lambda h: h["__metadata__"].update(digitlens='{"format":1,"format":1}'))
    newer = with_document(lambda d: d.update(format=2))
    needs = with_document(lambda d: d["blocks"].update(dewarping={"required": True}))
    some = {
        "only 0 bytes": b"",
        "key stands there twice": twice,
        "format 2": newer,
        "dewarping": needs,
        "its arrays should fill": RIGHT[:-1],
        "bytes, and": RIGHT + bytes(1),
    }
    for wanted, got in zip(some, files(list(some.values())), strict=True):
        assert wanted in got["refused"]
