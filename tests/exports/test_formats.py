"""A network for other programs: whoever opens a file gets the outputs that its test vectors promise."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.letters import letter_images
from tests.waiting import PATIENCE

import digitlens as dl
from digitlens.exports.c_header import identifier
from digitlens.exports.formats import FORMATS, export_files
from digitlens.exports.quantised import quantised
from digitlens.exports.vectors import outputs_of, vectors_of
from digitlens.network.activations import ACTIVATIONS

SHIPPED = ("video", "straight", "reader")
FUNCTIONS = sorted(ACTIVATIONS)


def network(*sizes: int, hidden: str = "relu", output: str = "softmax", seed: int = 0) -> dl.Network:
    rng = np.random.default_rng(seed)
    layers = tuple(
        dl.Layer((rng.normal(size=(n, m)) / m**0.5).astype(np.float32), rng.normal(0, 0.3, n).astype(np.float32))
        for m, n in pairwise(sizes)
    )
    names = [hidden] * (len(layers) - 1) + [output]
    return dl.Network(layers, tuple(ACTIVATIONS[name] for name in names))


def reader(hidden: str = "relu", output: str = "softmax") -> dl.Reader:
    """Of images with 3 rows and 5 columns, in four classes whose names are hard for C."""
    classes = ("a", 'b"\\', "→", "c??/")
    return dl.Reader(network(15, 7, 6, 4, hidden=hidden, output=output), "odd name", classes=classes, framing=0,
                     image_shape=(3, 5))  # fmt: skip


def some_reader(name: str) -> dl.Reader:
    return dl.load(name) if name in SHIPPED else reader(*name.split("-"))


EVERY = [
    *SHIPPED,
    *(f"{hidden}-sigmoid" for hidden in FUNCTIONS if hidden != "softmax"),
    "tanh-softmax",
    "relu-identity",
]


@pytest.mark.parametrize("form", FORMATS)
def test_beside_each_file_lie_ten_vectors_and_ten_lines(form: str, tmp_path: Path) -> None:
    written = dl.export("video", tmp_path / "mine.bin", form)
    assert [path.exists() for path in written] == [True] * 3
    readme = next(path for path in written if path.name == "mine.readme.txt").read_text(encoding="utf-8")
    assert len(readme.splitlines()) == 10
    if form != "c":
        vectors = json.loads((tmp_path / "mine.vectors.json").read_text(encoding="utf-8"))
        assert len(vectors) == 10
        assert [int(np.argmax(vector["outputs"])) for vector in vectors] == list(range(10))


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_network_writes_the_same_bytes(form: str) -> None:
    assert export_files(reader(), "x", form) == export_files(reader(), "x", form)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("form", ["onnx", "numpy"])
def test_what_was_exported_comes_back_as_the_same_network(name: str, form: str, tmp_path: Path) -> None:
    original = some_reader(name)
    path = dl.export(original, tmp_path / f"net{FORMATS[form]}")[0]
    again = dl.load(path)
    assert (again.classes, again.image_shape, again.adjusting, again.name, again.cost) == (
        original.classes, original.image_shape, original.adjusting, original.name, original.cost
    )  # fmt: skip
    assert [a.name for a in again.network.activations] == [a.name for a in original.network.activations]
    for layer, was in zip(again.network.layers, original.network.layers, strict=True):
        assert np.array_equal(layer.weights, was.weights)
        assert np.array_equal(layer.biases, was.biases)


@pytest.mark.parametrize("name", EVERY)
def test_json_holds_every_number(name: str) -> None:
    original = some_reader(name)
    document = json.loads(export_files(original, "x.json")[Path("x.json")])
    for layer, was in zip(document["layers"], original.network.layers, strict=True):
        assert np.array_equal(np.array(layer["weights"], np.float32), was.weights)
        assert np.array_equal(np.array(layer["biases"], np.float32), was.biases)
    assert document["classes"] == list(original.classes)


@pytest.mark.parametrize("name", EVERY)
def test_onnxruntime_computes_the_outputs_of_the_vectors(name: str, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime", reason="ONNX files were not run: pip install onnxruntime")
    path, beside, _ = dl.export(some_reader(name), tmp_path / "net.onnx")
    vectors = json.loads(beside.read_text(encoding="utf-8"))
    images = np.array([vector["image"] for vector in vectors], np.float32) / np.float32(255)
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    outputs = session.run(None, {"image": images})[0]
    np.testing.assert_allclose(outputs, [vector["outputs"] for vector in vectors], atol=1e-6)


def test_the_onnx_library_finds_nothing_wrong_with_the_file() -> None:
    onnx = pytest.importorskip("onnx", reason="ONNX files were not checked: pip install onnx")
    model = onnx.load_from_string(export_files(reader(), "x.onnx")[Path("x.onnx")])
    onnx.checker.check_model(model, full_check=True)


COMPILER = shutil.which("gcc")
STRICT = [
    "-std=c99",
    "-O2",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-pedantic",
    "-Wconversion",
    "-Wdouble-promotion",
    "-Wshadow",
    "-Wfloat-conversion",
]
MAIN = """
#include <stdio.h>
#include "net.h"
#include "net.vectors.h"
int main(void) {
  for (int i = 0; i < 10; i++) {
    float outputs[NET_CLASSES];
    net_outputs(net_test_images[i], outputs);
    for (int j = 0; j < NET_CLASSES; j++) printf("%.9g %.9g\\n", (double)outputs[j], (double)net_test_outputs[i][j]);
    if (net_class(net_test_images[i]) < 0 || !net_class_names[0]) return 1;
  }
  return 0;
}
"""


def compiled(folder: Path) -> Any:
    """What a program with the header in `folder` computes, beside what the vectors say: (10 · classes, 2)."""
    if COMPILER is None:
        pytest.skip("the C header was not compiled: install gcc")
    (folder / "main.c").write_text(MAIN, encoding="utf-8")
    done = subprocess.run(
        [COMPILER, *STRICT, "main.c", "-o", "main", "-lm"], cwd=folder, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    ran = subprocess.run([folder / "main"], capture_output=True, text=True, timeout=PATIENCE, check=True)
    return np.array([line.split() for line in ran.stdout.splitlines()], float)


@pytest.mark.parametrize("name", EVERY)
def test_c_computes_the_outputs_of_the_vectors_and_compiles_without_a_warning(name: str, tmp_path: Path) -> None:
    dl.export(some_reader(name), tmp_path / "net.h")
    found = compiled(tmp_path)
    np.testing.assert_allclose(found[:, 0], found[:, 1], atol=1e-6)


@pytest.mark.parametrize("name", EVERY)
def test_c_in_bytes_computes_what_python_quantised(name: str, tmp_path: Path) -> None:
    original, rng = some_reader(name), np.random.default_rng(0)
    images = rng.integers(0, 256, (20, *original.image_shape), np.uint8)
    digits = dl.Digits(images, np.zeros(20, np.uint8))
    dl.export(original, tmp_path / "net.h", int8=True, data=digits)
    assert "int8_t net_w1" in (tmp_path / "net.h").read_text(encoding="utf-8")
    found = compiled(tmp_path)
    np.testing.assert_allclose(found[:, 0], found[:, 1], atol=1e-6)


def small_object(folder: Path, text: str) -> bytes:
    """What a C file becomes for a small processor: ARM without a unit for floating-point numbers."""
    if find_spec("ziglang") is None:
        pytest.skip("the C header was not compiled for a small processor: pip install ziglang")
    (folder / "net.c").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "ziglang", "cc", "-target", "arm-linux-musleabi", *STRICT, "-c", "net.c"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return (folder / "net.o").read_bytes()


@pytest.mark.parametrize("int8", [False, True])
@pytest.mark.parametrize("name", [*SHIPPED, "tanh-softmax"])
def test_c_compiles_for_a_small_processor_and_computes_nothing_in_float64(
    name: str, int8: bool, tmp_path: Path
) -> None:
    """There each operation with float64 is a call of a slow function, whose name shows it."""
    shape = some_reader(name).image_shape
    digits = dl.Digits(np.full((2, *shape), 200, np.uint8), np.zeros(2, np.uint8))
    dl.export(some_reader(name), tmp_path / "net.h", int8=int8, data=digits if int8 else None)
    found = small_object(
        tmp_path,
        '#include "net.h"\nint f(const unsigned char *x);\nint f(const unsigned char *x) { return net_class(x); }\n',
    )
    assert b"__aeabi_f" in found
    assert b"__aeabi_d" not in found
    assert b"malloc" not in found


def test_an_operation_in_float64_shows_there(tmp_path: Path) -> None:
    assert b"__aeabi_d" in small_object(tmp_path, "double f(double x);\ndouble f(double x) { return 2.5 * x; }\n")


@pytest.mark.skipif(
    not os.environ.get("DIGITLENS_DATA"),
    reason="the accuracy of networks in bytes was not measured on MNIST: set DIGITLENS_DATA to its folder",
)
@pytest.mark.parametrize("name", ["video", "straight", "reader"])
def test_in_bytes_a_shipped_network_reads_as_many_of_mnists_test_digits_within_three_in_a_thousand(name: str) -> None:
    reader, data = dl.load(name), dl.mnist()
    known, images = (reader.adjusted(half.images) for half in (data.training[:1_000], data.test))
    exact = outputs_of(reader.network, images).argmax(axis=1) == data.test.digits
    small = quantised(reader.network, known).outputs(images).argmax(axis=1) == data.test.digits
    assert abs(small.mean() - exact.mean()) < 0.003


def test_bytes_cost_hardly_any_accuracy() -> None:
    images, labels = letter_images(8)
    changes = {"activation": "relu", "output": "softmax", "cost": "cross_entropy", "optimiser": "adam"}
    recipe = dl.Recipe(hidden=(24,), epochs=80, validation=0, learning_rate=0.01, **changes)  # type: ignore[arg-type]
    run = dl.Run(recipe, dl.data(images, labels))
    for _ in run:
        pass
    network = run.reader().network
    exact, small = outputs_of(network, images), quantised(network, images).outputs(images)
    assert (exact.argmax(axis=1) == labels).mean() > 0.9
    assert (small.argmax(axis=1) == exact.argmax(axis=1)).mean() > 0.98
    assert np.abs(small - exact).max() < 0.1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"path": "net.bin"}, "format"),
        ({"path": "net", "format": "pickle"}, "onnx"),
        ({"path": "net.onnx", "int8": True}, "C alone"),
        ({"path": "net.onnx", "data": "pen"}, "int8"),
    ],
)
def test_what_cannot_be_exported_is_refused_before_anything_is_written(
    arguments: dict[str, Any], said: str, tmp_path: Path
) -> None:
    path = tmp_path / arguments.pop("path")
    with pytest.raises(dl.UsageError, match=said):
        dl.export("video", path, **arguments)
    assert not list(tmp_path.iterdir())


def test_a_function_of_your_own_goes_into_what_names_it_alone() -> None:
    mine = dl.Activation("mine", np.abs, np.sign, (0, 1))
    own = dl.Reader(dl.Network(network(15, 4).layers, (mine,)), classes=tuple("abcd"), framing=0, image_shape=(3, 5))
    for form in ("onnx", "c"):
        with pytest.raises(dl.UsageError, match="mine"):
            export_files(own, "x", form)
    assert json.loads(export_files(own, "x.json")[Path("x.json")])["activations"] == ["mine"]


@given(st.text(max_size=30))
@settings(max_examples=50)
def test_any_name_becomes_one_of_c(name: str) -> None:
    assert re.fullmatch(r"[a-z][0-9a-z_]*", identifier(name))


def test_vectors_of_digits_are_the_ten_digits() -> None:
    vectors = vectors_of(dl.load("reader"))
    assert vectors.outputs.argmax(axis=1).tolist() == list(range(10))


def test_torch_opens_the_weights_in_three_lines(tmp_path: Path) -> None:
    if find_spec("torch") is None:
        pytest.skip("docs/exporting.md's lines for PyTorch were not run: pip install torch")
    page = (Path(__file__).parents[2] / "docs/exporting.md").read_text(encoding="utf-8")
    dl.save(dl.load("video"), tmp_path / "mine.digitlens")
    lines = re.search(r"```python\n(from safetensors.*?)```", page, re.DOTALL)
    assert lines is not None
    names: dict[str, Any] = {}
    exec(lines[1].replace("mine.digitlens", str(tmp_path / "mine.digitlens")), names)
    assert tuple(names["model"][0].weight.shape) == (16, 784)
