"""Model files: bit-exact on the way through, strict on the way in, all or nothing on the way out."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import threading
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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
from tests.waiting import PATIENCE

from digitlens.errors import FileError, ModelFileError, ShapeError
from digitlens.files import bounded
from digitlens.network.activations import ACTIVATIONS, Activation, relu, sigmoid
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader
from digitlens.storage import shipped
from digitlens.storage.container import HEADER, Limits, pack, unpack
from digitlens.storage.model_file import LIMITS, from_bytes, load, save, thinned, to_bytes

WEIGHTS, BIASES = "layer1.weights", "layer1.biases"


def random_network(sizes: tuple[int, ...], seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    layers = tuple(
        Layer(rng.normal(size=(n, m)).astype(np.float32), rng.normal(size=n).astype(np.float32))
        for m, n in zip(sizes, sizes[1:], strict=False)  # noqa: RUF007
    )
    return Network(layers, (sigmoid,) * len(layers))


def bits(one: Reader) -> list[bytes]:
    return [part.tobytes() for layer in one.network.layers for part in (layer.weights, layer.biases)]


# ---- the way through


@given(
    st.lists(st.integers(1, 9), max_size=3), st.integers(1, 12), st.integers(0, 2**32 - 1),
    st.sampled_from([name for name, each in ACTIVATIONS.items() if not each.whole_layer]), st.text(max_size=100),
)  # fmt: skip
@settings(max_examples=40)
def test_a_reader_comes_out_as_it_went_in(hidden: list[int], outputs: int, seed: int, f: str, name: str) -> None:
    rng, sizes = np.random.default_rng(seed), [784, *hidden, outputs]
    layers = tuple(
        Layer(rng.normal(size=(n, m)).astype(np.float32), rng.normal(size=n).astype(np.float32))
        for m, n in zip(sizes, sizes[1:], strict=False)  # noqa: RUF007
    )
    network = Network(layers, (ACTIVATIONS[f],) * len(hidden) + (sigmoid,))
    classes = tuple(f"class {name[:5]} {i}" for i in range(outputs))
    one = Reader(
        network, name, "cross_entropy", classes, adjusting=("straighten",), recipe={"seed": seed, "name": name},
        provenance={"deep": {"er": [1, 2.5, None]}}, history=({"epoch": 1, "seconds": 0.1},),
    )  # fmt: skip
    again = from_bytes(to_bytes(one))
    assert bits(again) == bits(one)
    assert again.network.activations == one.network.activations
    for field in ("name", "cost", "classes", "framing", "adjusting", "recipe", "provenance", "history", "notes"):
        assert getattr(again, field) == getattr(one, field), field
    assert to_bytes(again) == to_bytes(one)


@pytest.mark.parametrize(
    "arrange", [np.asfortranarray, lambda W: np.repeat(W, 2, axis=1)[:, ::2], lambda W: W[::-1][::-1]]
)
def test_weights_in_any_memory_order_are_saved_right(arrange: Any, tmp_path: Path) -> None:
    plain = reader()
    layers = tuple(Layer(arrange(layer.weights), layer.biases) for layer in plain.network.layers)
    save(Reader(Network(layers, plain.network.activations), "small"), tmp_path / "x.digitlens")
    for layer, right in zip(load(tmp_path / "x.digitlens").network.layers, plain.network.layers, strict=True):
        assert np.array_equal(layer.weights, right.weights)
        assert np.array_equal(layer.biases, right.biases)


def test_half_precision_weights_are_read_as_float32() -> None:
    got = from_bytes(of_tensors(tensors(np.float16)))
    assert got.network.dtype == np.float32
    for layer, right in zip(got.network.layers, reader().network.layers, strict=True):
        assert np.array_equal(layer.weights, right.weights.astype(np.float16).astype(np.float32))


def test_a_network_in_float64_is_stored_in_float32() -> None:
    assert from_bytes(to_bytes(reader(dtype=np.float64))).network.dtype == np.float32


def test_an_optional_block_that_we_do_not_know_is_reported_and_passed_over() -> None:
    data = with_document(lambda d: d["blocks"].update(familiarity={"required": False, "means": [1, 2]}))
    got = from_bytes(data)
    assert got.notes == ("skipped an unknown block: familiarity",)
    assert bits(got) == bits(reader())


def test_the_arrays_of_an_optional_block_are_passed_over_with_it_and_no_others() -> None:
    more = tensors() | {"familiarity.means": np.zeros((10, 49), np.float16)}
    document, _ = unpack(of_tensors(more))
    with pytest.raises(ModelFileError, match="does not hold the arrays of a 784-3-10 network"):
        from_bytes(of_tensors(more))  # nothing says whose these are
    document["blocks"]["familiarity"] = {"required": False, "components": 10}
    got = from_bytes(of_tensors(more, json.dumps(document)))
    assert got.notes == ("skipped an unknown block: familiarity",)
    assert np.array_equal(got.network.layers[0].weights, reader().network.layers[0].weights)
    document["blocks"]["layer1"] = {"required": False}
    with pytest.raises(ModelFileError, match="does not hold the arrays"):
        from_bytes(of_tensors(more, json.dumps(document)))


def test_a_block_with_an_endless_name_is_named_briefly() -> None:
    name = "x" * 500
    got = from_bytes(with_document(lambda d: d["blocks"].update({name: {"required": False}})))
    assert got.notes == (f"skipped an unknown block: {'x' * 40}",)
    with pytest.raises(ModelFileError, match=r"needs 'x{40}', which"):
        from_bytes(with_document(lambda d: d["blocks"].update({name: {"required": True}})))


@pytest.mark.parametrize("block", [{"required": True}, {}, {"required": None}, {"required": 0}, {"required": "no"}])
def test_a_block_that_is_not_said_to_be_optional_is_refused_by_name(block: dict[str, Any]) -> None:
    with pytest.raises(ModelFileError, match=r"needs 'dewarping'.*a newer digitlens"):
        from_bytes(with_document(lambda d: d["blocks"].update(dewarping=block)))


@pytest.mark.parametrize("version", [0, 2, 99, None, True, "1", [1], {"a": 1}])
def test_a_future_format_is_refused_by_number(version: Any) -> None:
    with pytest.raises(ModelFileError, match=r"has format .* format 1; a newer digitlens may read it"):
        from_bytes(with_document(lambda d: d.update(format=version)))


# ---- the way in


def rename(old: str, new: str) -> bytes:
    return with_header(lambda h: h.update({new: h.pop(old)}))


def npz_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(20_000_000))
    return file.getvalue()


def fill(value: Any, *place: str) -> bytes:
    def change(document: dict[str, Any]) -> None:
        target: Any = document
        for name in place[:-1]:
            target = target[name]
        target[place[-1]] = value

    return with_document(change)


def deep(text: str) -> bytes:
    """The right file with this JSON, which need not be fit for Python, in its provenance."""
    header, arrays = split(fill("@", "blocks", "provenance", "deep"))
    header["__metadata__"]["digitlens"] = header["__metadata__"]["digitlens"].replace('"@"', text)
    return join(header, arrays)


def entry(**values: Any) -> bytes:
    return with_header(lambda h: h[WEIGHTS].update(values))


TEXT = json.dumps(split()[0])
HALF = tensors(np.float16)
with np.errstate(over="ignore"):
    ENDLESS = of_tensors({n: a / np.float16(6e-8) for n, a in HALF.items()})
HOSTILE: dict[str, bytes | Callable[[], bytes]] = {  # what takes a while to make is made when it is wanted
    "nothing": b"",
    "seven bytes": RIGHT[:7],
    "a length alone": RIGHT[:8],
    "header length 2^63": (2**63).to_bytes(8, "little") + RIGHT[8:],
    "header length 2^64-1": b"\xff" * 8 + RIGHT[8:],
    "header past the end": len(RIGHT).to_bytes(8, "little") + RIGHT[8:],
    "header of 0 bytes": bytes(8),
    "header over 64 KiB": join(TEXT.encode() + b" " * HEADER, split()[1]),
    "header that is a list": join([1], b""),
    "header that is text": join(b'"x"', b""),
    "header that is not UTF-8": join(b"\xff\xfe\xfd", b""),
    "header in UTF-16": join(TEXT.encode("utf-16"), split()[1]),
    "duplicate key": join(f'{TEXT[:-1]},"{WEIGHTS}":{json.dumps(split()[0][WEIGHTS])}}}'.encode(), split()[1]),
    "duplicate metadata": join(TEXT[:-1].encode() + b',"__metadata__":{}}', split()[1]),
    "duplicate key within": with_header(lambda h: h["__metadata__"].update(digitlens='{"format":1,"format":1}')),
    "no metadata": with_header(lambda h: h.pop("__metadata__")),
    "metadata of somebody else": with_header(lambda h: h.update(__metadata__={"format": "pt"})),
    "metadata beside ours": with_header(lambda h: h["__metadata__"].update(more="x")),
    "metadata that is a number": with_header(lambda h: h["__metadata__"].update(digitlens=5)),
    "a document that is a list": with_header(lambda h: h["__metadata__"].update(digitlens="[]")),
    "a document that is no JSON": with_header(lambda h: h["__metadata__"].update(digitlens="{")),
    "JSON 20,000 deep": join(b"[" * 20_000 + b"]" * 20_000, b""),
    "JSON 20,000 deep within": with_header(lambda h: h["__metadata__"].update(digitlens="[" * 20_000)),
    "JSON with NaN": with_header(lambda h: h["__metadata__"].update(digitlens='{"format":NaN}')),
    "JSON with 1e999": with_header(lambda h: h["__metadata__"].update(digitlens='{"format":1,"x":1e999}')),
    "JSON with 5,000 digits": with_header(lambda h: h["__metadata__"].update(digitlens='{"a":%s}' % ("9" * 5000))),
    "overlapping arrays": entry(data_offsets=[40, 40 + 3 * 784 * 4]),
    "a gap": entry(data_offsets=[10**6, 10**6 + 3 * 784 * 4]),
    "missing bytes": RIGHT[:-1],
    "missing half": RIGHT[: len(RIGHT) // 2],
    "a trailing byte": RIGHT + b"\0",
    "NaN": with_weight(float("nan")),
    "infinity": with_weight(float("inf")),
    "minus infinity": with_weight(-float("inf")),
    "1e38": with_weight(1e38),
    "half-precision infinity": ENDLESS,
    "half-precision NaN": of_tensors({n: a * np.float16("nan") for n, a in HALF.items()}),
    "a shape that overflows": entry(shape=[2**32, 2**32]),
    "a shape that overflows 2^64": entry(shape=[2**63, 2**63]),
    "a negative shape": entry(shape=[-3, -784]),
    "a shape with a fraction": entry(shape=[3.0, 784]),
    "a shape of truths": entry(shape=[True, 2352]),
    "a shape that is no list": entry(shape="3x784"),
    "five dimensions": entry(shape=[3, 784, 1, 1, 1]),
    "no dimension": entry(shape=[]),
    "offsets backwards": entry(data_offsets=[9408, 0]),
    "three offsets": entry(data_offsets=[0, 1, 2]),
    "negative offsets": entry(data_offsets=[-9408, 0]),
    "a type that is a list": entry(dtype=["F32"]),
    "an unknown type": entry(dtype="BF16"),
    "an entry too many in an entry": entry(more=1),
    "an entry that is null": with_header(lambda h: h.update({WEIGHTS: None})),
    "65 arrays": of_tensors(tensors() | {f"x{i}": np.zeros(1, np.float32) for i in range(61)}),
    "100,000 arrays": lambda: of_tensors({f"{i}": np.zeros(1, np.int8) for i in range(100_000)}),
    "no arrays": of_tensors({}),
    "an array missing": of_tensors({n: a for n, a in tensors().items() if n != BIASES}),
    "an array too many": of_tensors(tensors() | {"more": np.zeros(1, np.float32)}),
    "a name ../../x": rename(WEIGHTS, "../../x"),
    "a name with a NUL": rename(WEIGHTS, "layer1\0weights"),
    "a name of 1 MB": rename(WEIGHTS, "x" * 1_000_000),
    "a name of 50 KB": rename(WEIGHTS, "x" * 50_000),
    "an empty name": rename(WEIGHTS, ""),
    "float64": of_tensors(tensors(np.float64)),
    "two types": of_tensors(tensors() | {BIASES: tensors(np.float16)[BIASES]}),
    "bytes as weights": of_tensors({n: a.astype(np.int8) for n, a in tensors().items()}),
    "transposed weights": of_tensors({n: a.T.copy() for n, a in tensors().items()}),
    "another architecture": fill([784, 4, 10], "blocks", "network", "sizes"),
    "a picture of 27×28": fill([756, 3, 10], "blocks", "network", "sizes"),
    "sizes with a fraction": fill([784, 3.0, 10], "blocks", "network", "sizes"),
    "sizes without layers": fill([784], "blocks", "network", "sizes"),
    "sizes beyond all bounds": fill([784, 10**12, 10], "blocks", "network", "sizes"),
    "an unknown activation function": fill(["relu", "eval"], "blocks", "network", "activations"),
    "an activation function that is a list": fill([["relu"], "sigmoid"], "blocks", "network", "activations"),
    "one activation function too few": fill(["relu"], "blocks", "network", "activations"),
    "softmax in the middle": fill(["softmax", "sigmoid"], "blocks", "network", "activations"),
    "activation functions that are keys": fill({"relu": 1, "sigmoid": 2}, "blocks", "network", "activations"),
    "an unknown cost": fill("hinge", "blocks", "network", "cost"),
    "a cost that is a list": fill([], "blocks", "network", "cost"),
    "nine classes": fill(list("012345678"), "blocks", "network", "classes"),
    "classes that are letters of a text": fill("0123456789", "blocks", "network", "classes"),
    "classes that are numbers": fill(list(range(10)), "blocks", "network", "classes"),
    "a class name of 1,000 characters": fill(["x" * 1000] * 10, "blocks", "network", "classes"),
    "a name that is a number": fill(5, "blocks", "network", "name"),
    "a name of 101 characters": fill("x" * 101, "blocks", "network", "name"),
    "an unknown framing": fill(2, "blocks", "preparation", "framing"),
    "an unknown adjusting step": fill(["blur"], "blocks", "preparation", "adjusting"),
    "adjusting that is an empty text": fill("", "blocks", "preparation", "adjusting"),
    "adjusting that is a number": fill(5, "blocks", "preparation", "adjusting"),
    "a history of texts": fill([{"epoch": "one"}], "blocks", "history", "rows"),
    "a history of lists": fill([[1]], "blocks", "history", "rows"),
    "a history of truths": fill([{"epoch": True}], "blocks", "history", "rows"),
    "a history that is an empty object": fill({}, "blocks", "history", "rows"),
    "a history that is a number": fill(5, "blocks", "history", "rows"),
    "a history without an epoch": fill([{"test_cost": 1.0}], "blocks", "history", "rows"),
    "a history of an epoch below 0": fill([{"epoch": -1}], "blocks", "history", "rows"),
    "a history beyond all epochs": fill([{"epoch": 1e10}], "blocks", "history", "rows"),
    "a cost of 10^400": fill([{"epoch": 1, "test_cost": 10**400}], "blocks", "history", "rows"),
    "a cost of 1.7e308": fill([{"epoch": 1, "test_cost": 1.7e308}], "blocks", "history", "rows"),
    "a cost of -1.7e308": fill([{"epoch": 1, "test_cost": -1.7e308}], "blocks", "history", "rows"),
    "an accuracy of 1.5 in the history": fill([{"epoch": 1, "test_accuracy": 1.5}], "blocks", "history", "rows"),
    "an accuracy of -1 in the history": fill([{"epoch": 1, "test_accuracy": -1}], "blocks", "history", "rows"),
    "an accuracy of 1e99": fill(1e99, "blocks", "provenance", "test_accuracy"),
    "an accuracy that is a text": fill("99 %", "blocks", "provenance", "test_accuracy"),
    "an accuracy that is a truth": fill(True, "blocks", "provenance", "validation_accuracy"),
    "a seed of 10^400": fill(10**400, "blocks", "recipe", "seed"),
    "epochs of 1e101": fill(1e101, "blocks", "provenance", "epochs"),
    "JSON 33 deep, empty at the end": deep("[" * 30 + "]" * 30),
    "JSON 40 deep": deep("[" * 37 + "1" + "]" * 37),
    "JSON 960 deep": deep('{"a":' * 957 + "1" + "}" * 957),
    "a text of 4,000 characters": fill("x" * 4_000, "blocks", "provenance", "data"),
    "a key of 4,000 characters": fill(1, "blocks", "provenance", "x" * 4_000),
    "sizes of 2,000 layers": fill([784, *[3] * 2_000], "blocks", "network", "sizes"),
    "no blocks": fill({}, "blocks"),
    "blocks that are a list": fill([], "blocks"),
    "a block that is a list": fill([], "blocks", "network"),
    "no network": with_document(lambda d: d["blocks"].pop("network")),
    "no preparation": with_document(lambda d: d["blocks"].pop("preparation")),
    "a pickle": pickle.dumps({"weights": [1.0, 2.0]}),
    "a PyTorch file": b"PK\x03\x04" + bytes(100) + pickle.dumps([0]),
    "an .npz bomb": npz_bomb,
    "an .npy header": b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,)}",
    "a web page": b"<!DOCTYPE html><html></html>" * 100,
    "17 MiB of zeros": lambda: bytes(17 * 2**20),
    "16 MiB of 0xff": lambda: b"\xff" * (16 * 2**20),
}  # fmt: skip


def overflowing(weight: float = 1e6, layers: int = 7, function: str = "relu") -> bytes:
    """A file each of whose weights may stand in one, and whose sums grow beyond any float32."""
    sizes = (784, *[16] * (layers - 1), 10)
    parts = {}
    for l, (n_before, n) in enumerate(zip(sizes, sizes[1:], strict=False), start=1):  # noqa: RUF007
        parts[f"layer{l}.weights"] = np.full((n, n_before), weight, np.float32)
        parts[f"layer{l}.biases"] = np.zeros(n, np.float32)
    document = json.loads(split()[0]["__metadata__"]["digitlens"])
    document["blocks"]["network"] |= {"sizes": list(sizes), "activations": [function] * (layers - 1) + ["identity"]}
    document["blocks"]["network"]["cost"] = "quadratic"
    return of_tensors(parts, json.dumps(document))


@pytest.mark.parametrize("function", ["relu", "leaky_relu", "identity"])
@pytest.mark.parametrize("weight", [1e6, -1e6])
def test_a_network_whose_outputs_are_not_finite_is_refused_at_the_door_and_warns_of_nothing(
    weight: float, function: str
) -> None:
    if (weight, function) == (-1e6, "relu"):  # nothing gets through the first layer: it computes, all zeros
        assert np.isfinite(from_bytes(overflowing(weight, 7, function)).read(np.ones((28, 28))).activations).all()
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ModelFileError, match="not finite"):
            from_bytes(overflowing(weight, 7, function))


def test_large_weights_that_can_be_computed_with_are_read() -> None:
    assert from_bytes(overflowing(1e6, 3)).network.sizes == (784, 16, 16, 10)
    assert from_bytes(overflowing(1e6, 7, "sigmoid")).network.sizes[0] == 784


def test_what_is_within_the_bounds_is_read() -> None:
    deepest = json.loads("[" * 29 + "]" * 29)  # and three objects around it: the document, its blocks, the block
    change = {"deep": deepest, "data": "x" * 1_000, "y" * 1_000: 1e100, "test_accuracy": 1, "low": -1e100}
    got = from_bytes(with_document(lambda d: d["blocks"]["provenance"].update(change)))
    assert got.provenance["deep"] == deepest
    rows = [{"epoch": 1e9, "test_cost": 1e100, "test_accuracy": 0.0}]
    assert from_bytes(with_document(lambda d: d["blocks"].update(history={"rows": rows}))).history == tuple(rows)


def test_a_network_with_an_activation_of_ones_own_says_how_it_can_be_saved(tmp_path: Path) -> None:
    plain = reader()
    swish = Activation("swish", lambda z: z / (1 + np.exp(-z)), lambda z: z, (-1, 1))
    own = Reader(Network(plain.network.layers, (swish, sigmoid)))
    other = Activation("relu", lambda z: z, lambda z: z, (0, 1))  # another one under a known name
    for network in (own, Reader(Network(plain.network.layers, (other, sigmoid)))):
        with pytest.raises(ModelFileError, match="one of your own") as caught:
            save(network, tmp_path / "mine")
        assert "ACTIVATIONS[" in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    ACTIVATIONS["swish"] = swish
    try:
        save(own, tmp_path / "mine")
        assert load(tmp_path / "mine").network.activations[0] is swish
    finally:
        del ACTIVATIONS["swish"]


def hostile(name: str) -> bytes:
    made = HOSTILE[name]
    return made() if callable(made) else made


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_one_clear_error_in_bounded_memory(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.digitlens"
    path.write_bytes(hostile(name))
    tracemalloc.start()
    with pytest.raises((ModelFileError, FileError)) as caught:
        load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.exit_code == 1
    assert 20 < len(str(caught.value)) < 500
    assert str(caught.value).isprintable()
    assert peak < 128 * 2**20


def test_the_right_file_is_read_so_that_the_tests_above_mean_something() -> None:
    assert bits(from_bytes(RIGHT)) == bits(reader())
    assert bits(from_bytes(with_header(lambda h: None))) == bits(reader())
    assert bits(from_bytes(of_tensors(tensors()))) == bits(reader())
    assert bits(from_bytes(with_document(lambda d: None))) == bits(reader())


@pytest.mark.parametrize("what", ["folder", "nothing", "pipe", "device", "loop"])
def test_what_is_no_file_is_said_to_be_none(what: str, tmp_path: Path) -> None:
    path = tmp_path / "x.digitlens"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "device":
        path = Path("/dev/zero")
    elif what == "loop":
        path.symlink_to(path)
    with pytest.raises(FileError):
        load(path)


@given(st.integers(0, len(RIGHT) - 1))
@settings(max_examples=60)
def test_a_file_cut_anywhere_is_refused(cut: int) -> None:
    with pytest.raises(ModelFileError):
        from_bytes(RIGHT[:cut])


@given(st.binary(max_size=300))
@settings(max_examples=100)
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ModelFileError):
        from_bytes(data)


def test_a_file_truncated_or_grown_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.digitlens"
    real = bounded._size
    for new in (RIGHT[: len(RIGHT) // 2], b"", RIGHT + bytes(100)):
        path.write_bytes(RIGHT)

        def looked_at_and_changed(p: Any, new: bytes = new) -> int:
            size = real(p)
            path.write_bytes(new)
            return size

        monkeypatch.setattr(bounded, "_size", looked_at_and_changed)
        with pytest.raises((ModelFileError, FileError)):
            load(path)
        monkeypatch.setattr(bounded, "_size", real)


# ---- the way out


@pytest.mark.parametrize(
    "more",
    [
        {"provenance": {"a": float("nan")}},
        {"provenance": {"a": np.float32(1)}},
        {"recipe": {"a": object()}},
        {"adjusting": ("blur",)},
        {"cost": "hinge"},
        {"framing": 99},
        {"history": [{"a": "b"}]},
        {"provenance": {"long": "x" * HEADER}},
        {"classes": ("\u4e03" * 100,) * 10, "provenance": {"long": "x" * 60_000}},
    ],
    ids=lambda changes: str(next(iter(changes))),
)  # fmt: skip
def test_what_could_not_be_read_back_is_not_written(more: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "x.digitlens"
    save(reader(), path)
    before = path.read_bytes()
    with pytest.raises(ModelFileError):
        save(reader(**more), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["x.digitlens"]


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e7, 1e300])
def test_weights_that_no_network_should_have_are_not_written(value: float) -> None:
    broken = Network((Layer(np.full((10, 784), value), np.zeros(10)),), (sigmoid,))
    with pytest.raises(ModelFileError, match="not finite, or beyond"):
        to_bytes(Reader(broken))


def letters(rows: int = 20, columns: int = 24, classes: int = 26, **more: Any) -> Reader:
    network = random_network((rows * columns, 3, classes))
    return Reader(
        network, "letters", classes=tuple(f"letter {i}" for i in range(classes)), framing=0,
        image_shape=(rows, columns), **more,
    )  # fmt: skip


@pytest.mark.parametrize("about", [
    {}, {"dark_on_light": True}, {"rows": 64, "columns": 64, "classes": 256}, {"rows": 1, "columns": 1, "classes": 1},
    {"rows": 14, "columns": 56},
], ids=str)  # fmt: skip
def test_a_reader_of_other_images_comes_back_as_it_was(about: dict[str, Any]) -> None:
    one = letters(**about)
    other = from_bytes(to_bytes(one))
    assert (other.image_shape, other.dark_on_light, other.classes) == (
        one.image_shape, one.dark_on_light, one.classes)  # fmt: skip
    assert other.framing == 0
    image = np.random.default_rng(0).random(one.image_shape)
    assert other.read(image).label == one.read(image).label
    assert to_bytes(other) == to_bytes(one)


def test_a_file_for_digits_says_nothing_of_its_images_so_that_an_earlier_version_reads_it() -> None:
    assert "image" not in unpack(to_bytes(reader()))[0]["blocks"]
    assert unpack(to_bytes(letters()))[0]["blocks"]["image"] == {
        "required": True, "rows": 20, "columns": 24, "dark_on_light": False}  # fmt: skip


@pytest.mark.parametrize("image", [
    {"rows": 24, "columns": 21, "dark_on_light": False}, {"rows": 20.0, "columns": 24, "dark_on_light": False},
    {"rows": 480, "columns": 1, "dark_on_light": False}, {"rows": -20, "columns": -24, "dark_on_light": False},
    {"rows": 20, "columns": 24, "dark_on_light": 0}, {"rows": 20, "columns": 24}, {"rows": 20, "columns": "24"},
    {"rows": 20, "columns": 24, "dark_on_light": True, "colour": "green"}, {"rows": True, "columns": 480}, {},
    {"rows": 10**9, "columns": 10**9, "dark_on_light": False},
], ids=str)  # fmt: skip
def test_images_that_cannot_be_are_refused(image: dict[str, Any]) -> None:
    document, tensors = unpack(to_bytes(letters()))
    document["blocks"]["image"] = {"required": True, **image}
    with pytest.raises(ModelFileError):
        from_bytes(pack(document, tensors))


def test_parts_that_do_not_fit_together_are_no_reader() -> None:
    flat = random_network((783, 10))
    for wrong in (
        lambda: Reader(flat),
        lambda: Reader(flat, framing=0, image_shape=(28, 28)),
        lambda: Reader(flat, image_shape=(27, 29)),
        lambda: Reader(flat, image_shape=(783, 1), framing=0),
        lambda: reader(classes=("a",)),
        lambda: letters(rows=65),
        lambda: letters(classes=257),
    ):
        with pytest.raises(ShapeError, match="a Reader"):
            wrong()


def test_a_network_too_large_for_the_limit_is_not_written() -> None:
    third = np.float32(1 / 3)  # which 16 bits do not hold
    hidden, last = (Layer(np.full(size, third), np.full(size[0], third)) for size in ((5400, 784), (10, 5400)))
    with pytest.raises(ModelFileError, match="limit is 16,777,216"):
        to_bytes(Reader(Network((hidden, last), (relu, relu))))


def test_two_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path, readers = tmp_path / "x.digitlens", [reader(hidden) for hidden in (1, 2, 3, 4)]
    whole = {to_bytes(one) for one in readers}
    save(readers[0], path)
    stop, wrong = threading.Event(), []

    def write(one: Reader) -> None:
        for _ in range(15):
            save(one, path)

    def look() -> None:
        while not stop.is_set():
            if path.read_bytes() not in whole:
                wrong.append(path.stat().st_size)

    watcher = threading.Thread(target=look)
    watcher.start()
    writers = [threading.Thread(target=write, args=(one,)) for one in readers]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    watcher.join()
    assert not wrong
    assert path.read_bytes() in whole
    assert [p.name for p in tmp_path.iterdir()] == ["x.digitlens"]


FULL = """
import resource, signal, sys
from pathlib import Path
from digitlens.errors import FileError
from digitlens.storage.model_file import load, save
path = Path(sys.argv[1])
one = load(path)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    save(one, path)
except FileError as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs limits on the size of files; not checked here: a full disk")
def test_a_disk_that_takes_no_more_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.digitlens"
    save(reader(), path)
    before = path.read_bytes()
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stderr == ""
    assert "failed: file too large" in done.stdout
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["x.digitlens"]


@pytest.mark.parametrize("place", ["/dev/full", "/proc/x.digitlens", "gone/x.digitlens", ".", "a\0b", "x" * 300])
def test_a_place_that_cannot_be_written_is_a_clear_error(place: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError, match="writing"):
        save(reader(), place)
    assert list(tmp_path.iterdir()) == []


# ---- what lies beneath


def test_limits_are_those_of_the_page() -> None:
    assert Limits(16 * 2**20, 64, 1e6) == LIMITS
    assert HEADER == 64 * 2**10


def test_pack_and_unpack_are_one_anothers_undoing() -> None:
    document, arrays = {"a": [1, "ü", None]}, {"x": np.arange(6, dtype=np.float64).reshape(2, 3)}
    again, read = unpack(pack(document, arrays))
    assert again == document
    assert np.array_equal(read["x"], arrays["x"])
    with pytest.raises(ModelFileError, match="the limit is 10"):
        unpack(pack(document, arrays), Limits(size=10))


@given(st.integers(0, 2_000))
@settings(max_examples=60)
def test_a_thinned_history_is_short_keeps_its_end_and_may_be_thinned_on_the_way(epochs: int) -> None:
    rows = [{"epoch": epoch} for epoch in range(1, epochs + 1)]
    short = thinned(rows)
    assert len(short) <= 201
    assert short[-1:] == rows[-1:]
    assert thinned(short) == short
    middle = epochs // 3
    assert thinned(thinned(rows[:middle]) + rows[middle:]) == short
    if epochs <= 200:
        assert short == rows


# ---- what ships


@pytest.mark.parametrize(
    "name", ["vide", "video.digitlens", "", ".", "a\0b", "x" * 5000, "\ud800", "../networks", "two\nlines"]
)
def test_a_network_that_does_not_exist_is_a_clear_error_that_names_what_ships(name: str) -> None:
    with pytest.raises(FileError) as caught:
        shipped.open_reader(name)
    assert str(caught.value).isprintable()


def test_a_model_file_is_opened_by_its_path(tmp_path: Path) -> None:
    save(reader(), tmp_path / "x.digitlens")
    assert bits(shipped.open_reader(tmp_path / "x.digitlens")) == bits(reader())
    assert bits(shipped.open_reader(str(tmp_path / "x.digitlens"))) == bits(reader())


@pytest.mark.parametrize("name", shipped.names())
def test_every_network_that_ships_can_be_read(name: str) -> None:
    got = shipped.open_reader(name)
    assert got.name == name
    assert got.notes == ()
    assert got.provenance["data_sha256"]
    assert got.recipe["seed"] >= 0
