"""A network for other programs: ONNX, C, NumPy or JSON, each with ten test vectors and a short readme beside it.

reader.onnx   reader.vectors.json   reader.readme.txt
reader.h      reader.vectors.h      reader.readme.txt
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from digitlens.checks import check_type
from digitlens.digits.dataset import Digits, shape_name
from digitlens.errors import UsageError
from digitlens.exports.arrays import npz, plain_json
from digitlens.exports.c_header import header, identifier, vectors_header
from digitlens.exports.onnx_graph import onnx
from digitlens.exports.quantised import quantised
from digitlens.exports.vectors import Vectors, vectors_of
from digitlens.files.atomic import write_atomically
from digitlens.reading.reader import Reader

FORMATS = {"onnx": ".onnx", "c": ".h", "numpy": ".npz", "json": ".json"}  # and how their files end

_USE = {
    "onnx": 'import onnxruntime; onnxruntime.InferenceSession("{file}").run(None, {{"image": images}})[0]',
    "c": '#include "{file}"   then   float outputs[{upper}_CLASSES]; {name}_outputs(image, outputs);   (link with -lm)',
    "numpy": 'arrays = numpy.load("{file}");  z = x @ arrays["layer1.weights"].T + arrays["layer1.biases"]   ...',
    "json": 'network = json.load(open("{file}"));  network["layers"][0]["weights"][j] leads into neuron j',
}


def export_files(
    reader: Reader, path: str | os.PathLike[str], form: str = "", *, int8: bool = False, digits: Digits | None = None
) -> dict[Path, bytes]:
    """The files of an export: the network, its test vectors, its readme.

    path: the network's file. form: "onnx", "c", "numpy" or "json"; "" to go by the file's ending.
    int8: C in bytes, quantised on `digits`, which also tell its accuracy.

    Raises UsageError for another format, and for what a format cannot hold.
    """
    file, form = Path(path), format_of(path, form, int8=int8)
    if not file.name:
        raise UsageError(f"export wants the name of a file to write, got {str(path)!r}; such as network{FORMATS[form]}")
    if int8 != (digits is not None):
        raise UsageError("int8 wants digits to quantise on, and digits are for int8 alone; give both or neither")
    vectors, name = vectors_of(reader), identifier(file.stem)
    beside, readme = file.with_suffix(".vectors.json"), file.with_suffix(".readme.txt")
    if {file} & {beside, readme}:
        raise UsageError(f"{file.name!r} is what a file beside it would be called; choose another name")
    note = ""
    if form == "c":
        eight_bits = None
        outputs = vectors.outputs.astype(np.float32)
        if digits is not None:
            images = reader.adjusted(digits.images)
            eight_bits = quantised(reader.network, images)
            outputs = eight_bits.outputs(vectors.images)
            accuracy = float((eight_bits.outputs(images).argmax(axis=1) == digits.digits).mean())
            before = float((reader.outputs(digits.images).argmax(axis=1) == digits.digits).mean())
            note = f"int8: {accuracy:.2%} of {len(digits):,} images read correctly; in float32 {before:.2%}. "
        beside = file.with_suffix(".vectors.h")
        data = header(reader, name, eight_bits, note).encode()
        checked = vectors_header(vectors, outputs, name).encode()
    else:
        data = {"onnx": onnx, "numpy": npz, "json": plain_json}[form](reader)
        checked = (json.dumps(vectors.to_json(), separators=(",", ":")) + "\n").encode()
    return {file: data, beside: checked, readme: _readme(reader, file, form, beside, note, vectors, name).encode()}


def export(
    reader: Reader, path: str | os.PathLike[str], form: str = "", *, int8: bool = False, digits: Digits | None = None
) -> list[Path]:
    """Write the files of an export, and return their paths; see export_files(). Raises FileError, too."""
    check_type("export()", "network", reader, Reader, "a Reader", "dl.load() gives one")
    found = export_files(reader, path, form, int8=int8, digits=digits)
    for file, data in found.items():
        write_atomically(file, data)
    return list(found)


def format_of(path: str | os.PathLike[str], form: str = "", *, int8: bool = False) -> str:
    """The format that is asked for, by its name or the file's ending. UsageError for another, or no C in int8."""
    form = form or _by_ending(path)
    if form not in FORMATS:
        raise UsageError(f"a format is one of {', '.join(FORMATS)}, got {form[:40]!r}")
    if int8 and form != "c":
        raise UsageError(f"int8 is for C alone, not for {form}; leave it out")
    return form


def _by_ending(path: str | os.PathLike[str]) -> str:
    ending = Path(path).suffix.lower()
    form = next((form for form, end in FORMATS.items() if end == ending), "")
    if not form:
        raise UsageError(
            f"a file that ends with {', '.join(FORMATS.values())} tells its format, got {Path(path).name[:80]!r}; "
            f"give the format: {', '.join(FORMATS)}"
        )
    return form


def _readme(reader: Reader, file: Path, form: str, beside: Path, note: str, vectors: Vectors, name: str) -> str:
    """Ten lines."""
    network = reader.network
    layers = ", ".join(f"{n} {a.name}" for n, a in zip(network.sizes[1:], network.activations, strict=True))
    framed = "centred by its mass in 28×28, as MNIST's digits are" if reader.reads_digits else "as it was learned from"
    adjusted = f", then adjusted: {', '.join(reader.adjusting)} (not in this file)" if reader.adjusting else ""
    accuracy = reader.provenance.get("test_accuracy")
    learned = f"data: {reader.provenance.get('data', 'unknown')}"
    if isinstance(accuracy, float):
        learned += f"; {accuracy:.2%} of its test images read correctly"
    lines = [
        f"{file.name}: the network {reader.name!r}, written by digitlens export {form}.",
        f"Input: {shape_name(reader.image_shape)} pixels, row by row; ink from 0 (none) to 1 (full)"
        + (", given as bytes 0 to 255." if form == "c" else "."),
        f"The image must be light on dark, {framed}{adjusted}.",
        f"Layers after it: {layers}. Each neuron: activation(sum of weight × input, plus bias).",
        f"Outputs: {len(reader.classes)}, for the classes {' '.join(reader.classes[:40])}.",
        "The answer is the most active output"
        + ("; softmax outputs add up to 1." if network.activations[-1].name == "softmax" else "; no probabilities."),
        f"Learned from {learned}." + (f" {note.strip()}" if note else ""),
        f"Use: {_USE[form].format(file=file.name, name=name, upper=name.upper())}",
        f"Test: {beside.name} has {len(vectors.images)} images, ink 0 to 255, and the outputs for each.",
        f"In Python with digitlens: dl.load({file.name!r})" if form in ("onnx", "numpy") else
        "How a picture becomes such an image: docs/preparation.md of digitlens.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
