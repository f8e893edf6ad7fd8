"""Networks of other programs become Readers; damaged and hostile files become errors of ours."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import digitlens as dl
from digitlens.exports.formats import export_files
from digitlens.files.npz import arrays_of
from digitlens.storage.npz import network_of_npz
from digitlens.storage.onnx import network_of_onnx
from digitlens.storage.protobuf import fields, message


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def some_arrays(dtype: Any = np.float32) -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape).astype(dtype) for shape in ((784, 12), (12,), (12, 10), (10,))]


@pytest.mark.parametrize("lying", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_lie_either_way_in_an_npz(lying: bool, dtype: Any, tmp_path: Path) -> None:
    W1, b1, W2, b2 = some_arrays(dtype)
    names = "W1", "b1", "W2", "b2"
    arrays = dict(zip(names, (W1, b1, W2, b2) if lying else (W1.T, b1, W2.T, b2), strict=True))
    path = tmp_path / "their.npz"
    path.write_bytes(npz(**arrays, activations=["tanh", "softmax"]))
    reader, x = dl.load(path), np.random.default_rng(1).random((3, 784)).astype(dtype)
    z = np.tanh(x @ W1 + b1) @ W2 + b2
    expected = np.exp(z - z.max(axis=1, keepdims=True))
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(reader.network.forward(x).a[-1], expected, rtol=1e-3, atol=1e-4)
    assert reader.name == "their"
    assert reader.cost == "cross_entropy"


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        (some_arrays(), "activations"),
        (some_arrays()[:3], "turn"),
        ([some_arrays()[0], np.zeros(5, np.float32)], "784"),
        ([np.full((3, 784), np.nan, np.float32), np.zeros(3, np.float32)], "finite"),
        ([np.zeros((3, 783), np.float32), np.zeros(3, np.float32)], "image_shape"),
        ([], "turn"),
    ],
)
def test_an_npz_that_is_no_network_is_refused_and_says_what_was_wanted(
    arrays: list[Any], said: str, tmp_path: Path
) -> None:
    known = {} if said == "activations" else {"activations": ["sigmoid"] * (len(arrays) // 2)}
    path = tmp_path / "their.npz"
    path.write_bytes(npz(*(), **{f"arr_{i}": array for i, array in enumerate(arrays)}, **known))
    with pytest.raises(dl.ModelFileError, match=said):
        dl.load(path)


def test_a_header_that_promises_terabytes_is_refused_without_asking_for_them() -> None:
    header = b"\x93NUMPY\x01\x00\x76\x00" + b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }"
    header += b" " * (10 + 0x76 - len(header) - 1) + b"\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("W1.npy", header)
    with pytest.raises(dl.FileError, match="not what it says"):
        arrays_of(buffer.getvalue(), 2**20)


def test_a_pickle_in_an_npz_is_never_opened() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, W1=np.array([{"a": 1}], object))
    with pytest.raises(dl.FileError, match="not what it says"):
        arrays_of(buffer.getvalue(), 2**20)


@pytest.mark.parametrize("form", ["numpy", "onnx"])
@settings(max_examples=60)
@given(data=st.data())
def test_damaged_files_end_in_an_error_of_ours_or_in_a_network(form: str, data: st.DataObject) -> None:
    whole = FILES[form]
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole[: data.draw(st.sampled_from([len(whole), at]))])
    for _ in range(data.draw(st.integers(0, 3))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(dl.ModelFileError):
        (network_of_npz if form == "numpy" else network_of_onnx)(bytes(damaged))


def tiny() -> dl.Reader:
    rng = np.random.default_rng(0)
    layers = tuple(
        dl.Layer(rng.normal(size=shape).astype(np.float32), rng.normal(size=shape[0]).astype(np.float32))
        for shape in ((3, 4), (2, 3))
    )
    sigmoid = dl.ACTIVATIONS["sigmoid"]
    return dl.Reader(dl.Network(layers, (sigmoid, sigmoid)), classes=("a", "b"), framing=0, image_shape=(2, 2))


FILES = {form: next(iter(export_files(tiny(), "x", form).values())) for form in ("numpy", "onnx")}


@given(st.lists(st.tuples(st.integers(1, 1000), st.one_of(st.integers(0, 2**64 - 1), st.binary(max_size=300)))))
def test_what_is_written_as_protobuf_is_read_again(written: list[tuple[int, int | bytes]]) -> None:
    read = [(number, bytes(v) if isinstance(v, memoryview) else v) for number, v in fields(message(*written))]
    assert read == written


@given(st.binary(max_size=200))
def test_any_bytes_are_fields_or_an_error_of_ours(data: bytes) -> None:
    with suppress(dl.ModelFileError):
        list(fields(data))


def test_an_onnx_file_of_the_onnx_library_is_read(tmp_path: Path) -> None:
    """MatMul and Add, a Reshape before them, weights in float lists: as other exporters write them."""
    onnx = pytest.importorskip("onnx", reason="ONNX files of others were not read: pip install onnx")
    W1, b1, W2, b2 = some_arrays()
    helper, float_ = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [
        helper.make_node("Reshape", ["x", "to"], ["flat"]),
        helper.make_node("MatMul", ["flat", "W1"], ["m1"]),
        helper.make_node("Add", ["m1", "b1"], ["z1"]),
        helper.make_node("Relu", ["z1"], ["a1"]),
        helper.make_node("Gemm", ["a1", "W2", "b2"], ["z2"]),
    ]
    tensors = [
        helper.make_tensor(name, float_, array.shape, array.ravel().tolist())
        for name, array in {"W1": W1, "b1": b1, "W2": W2, "b2": b2}.items()
    ]
    tensors.append(helper.make_tensor("to", onnx.TensorProto.INT64, [2], [-1, 784]))
    graph = helper.make_graph(
        nodes, "theirs",
        [helper.make_tensor_value_info("x", float_, ["n", 1, 28, 28])],
        [helper.make_tensor_value_info("z2", float_, ["n", 10])], tensors,
    )  # fmt: skip
    path = tmp_path / "their.onnx"
    path.write_bytes(helper.make_model(graph).SerializeToString())
    reader = dl.load(path)
    x = np.random.default_rng(1).random((3, 784), np.float32)
    np.testing.assert_allclose(
        reader.network.forward(x).a[-1], np.maximum(x @ W1 + b1, 0) @ W2 + b2, rtol=1e-4, atol=1e-4
    )
    assert reader.image_shape == (28, 28)
    assert reader.read(np.zeros((28, 28), np.uint8)).reason


def test_an_onnx_file_that_is_no_plain_network_names_what_it_cannot_do(tmp_path: Path) -> None:
    node = message((1, "x"), (2, "y"), (4, "Conv"))
    path = tmp_path / "their.onnx"
    path.write_bytes(message((1, 7), (7, message((1, node)))))
    with pytest.raises(dl.ModelFileError, match="Conv"):
        dl.load(path)


def test_mlp_classifier_becomes_a_reader() -> None:
    pytest.importorskip("sklearn", reason="MLPClassifier was not imported: pip install scikit-learn")
    from sklearn.neural_network import MLPClassifier

    from digitlens.sklearn import reader_of

    rng = np.random.default_rng(0)
    rows = rng.random((60, 49))
    for labels in (np.arange(60) % 3, np.array(["no", "yes"])[np.arange(60) % 2]):
        for activation in ("logistic", "relu", "tanh", "identity"):
            model = MLPClassifier((5, 4), activation=activation, max_iter=400, random_state=0, tol=1)
            model.n_iter_no_change = 2
            reader = reader_of(model.fit(rows, labels))
            np.testing.assert_allclose(reader.network.forward(rows).a[-1], model.predict_proba(rows), atol=1e-9)
            assert reader.classes == tuple(map(str, model.classes_))
            assert reader.image_shape == (7, 7)
    with pytest.raises(dl.UsageError, match="MLPClassifier"):
        reader_of(rows)


@pytest.mark.parametrize("name", ["a.npz", "a.onnx"])
def test_a_git_lfs_pointer_in_its_place_is_called_one(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("version https://git-lfs.github.com/spec/v1\nsize 12\n")
    with pytest.raises(dl.ModelFileError, match="git lfs pull"):
        dl.load(tmp_path / name)
