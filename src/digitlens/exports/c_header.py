"""A network as one C99 header: no allocation, no library but math.h, nothing to set up.

    #include "reader.h"
    float outputs[READER_CLASSES];
    reader_outputs(image, outputs);     image: READER_PIXELS bytes of ink, 0 to 255, row by row
    int digit = reader_class(image);    the number of the most active output

Weights are `static const`, so that they stay in flash memory. In float32, or as bytes (see quantised.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from digitlens.errors import UsageError
from digitlens.exports.quantised import Quantised
from digitlens.exports.vectors import Vectors
from digitlens.network.activations import LEAK
from digitlens.reading.reader import Reader

ON_A_LINE = 12  # numbers
FUNCTIONS = {  # activation -> what becomes of z[0..n)
    "sigmoid": "for (int j = 0; j < n; j++) z[j] = 1.0f / (1.0f + expf(-z[j]));",
    "tanh": "for (int j = 0; j < n; j++) z[j] = tanhf(z[j]);",
    "relu": "for (int j = 0; j < n; j++) z[j] = z[j] > 0.0f ? z[j] : 0.0f;",
    "leaky_relu": f"for (int j = 0; j < n; j++) z[j] = z[j] > 0.0f ? z[j] : {LEAK:g}f * z[j];",
    "identity": "(void)z, (void)n;",
    "softmax": """float top = z[0], sum = 0.0f;
  for (int j = 1; j < n; j++) top = z[j] > top ? z[j] : top;
  for (int j = 0; j < n; j++) sum += z[j] = expf(z[j] - top);
  for (int j = 0; j < n; j++) z[j] /= sum;""",
}


def identifier(name: str) -> str:
    """A name as C takes it.

    >>> identifier("my net-2"), identifier("3b1b"), identifier("→")
    ('my_net_2', 'n3b1b', 'network')
    """
    plain = re.sub(r"[^0-9A-Za-z]+", "_", name).strip("_").lower()[:60] or "network"
    return f"n{plain}" if plain[0].isdigit() else plain


def header(reader: Reader, name: str, eight_bits: Quantised | None = None, note: str = "") -> str:
    """The text of the header.

    name: what its names begin with; see identifier(). eight_bits: the same network in bytes, to be written instead.
    note: a line about it. Raises UsageError for an activation function of your own.
    """
    names = [activation.name for activation in reader.network.activations]
    if strange := [one for one in names if one not in FUNCTIONS]:
        raise UsageError(f"C export knows no function called {strange[0][:40]!r}, one of your own; export json instead")
    sizes, upper = reader.network.sizes, name.upper()
    widest = max(sizes[1:])
    describe = "-".join(map(str, sizes))
    lines = [
        f"/* {describe} ({', '.join(dict.fromkeys(names))}), written by digitlens. C99, no allocation. {note}*/",
        f"#ifndef {upper}_H",
        f"#define {upper}_H",
        "#include <math.h>",
        "#include <stdint.h>",
        "",
        f"#define {upper}_PIXELS {sizes[0]}  /* {reader.image_shape[0]} rows of {reader.image_shape[1]} */",
        f"#define {upper}_CLASSES {sizes[-1]}",
        "",
        f"static const char *const {name}_class_names[{upper}_CLASSES] = {{",
        *_lines(_text(one) for one in reader.classes),
        "};",
        "",
    ]
    for l, layer in enumerate(reader.network.layers, start=1):
        if eight_bits is None:
            lines += _array(f"static const float {name}_w{l}[{layer.weights.size}]", map(_float, layer.weights.flat))
        else:
            small = eight_bits.layers[l - 1]
            lines += _array(f"static const int8_t {name}_w{l}[{small.weights.size}]", map(str, small.weights.flat))
            lines += _array(f"static const float {name}_s{l}[{small.scales.size}]", map(_float, small.scales))
        lines += _array(f"static const float {name}_b{l}[{layer.biases.size}]", map(_float, layer.biases))
    for one in dict.fromkeys(names):
        lines += [f"static inline void {name}_{one}(float *z, int n) {{", f"  {FUNCTIONS[one]}", "}", ""]
    lines += _forward(reader, name, eight_bits, widest)
    lines += [
        "/* The number of the most active output. */",
        f"static inline int {name}_class(const uint8_t *image) {{",
        f"  float outputs[{upper}_CLASSES];",
        "  int best = 0;",
        f"  {name}_outputs(image, outputs);",
        f"  for (int j = 1; j < {upper}_CLASSES; j++) best = outputs[j] > outputs[best] ? j : best;",
        "  return best;",
        "}",
        "",
        f"#endif /* {upper}_H */",
        "",
    ]
    return "\n".join(lines)


def vectors_header(vectors: Vectors, outputs: Any, name: str) -> str:
    """The test vectors as a header of their own. outputs: (10, classes), what the written network must give."""
    count, pixels = len(vectors.images), vectors.images[0].size
    lines = [f"/* Images and what {name}_outputs() gives for each. */", "#include <stdint.h>", ""]
    images, size = vectors.images.reshape(-1), f"[{count}][{pixels}]"
    lines += _array(f"static const uint8_t {name}_test_images{size}", map(str, images), pixels)
    lines += _array(f"static const float {name}_test_outputs[{count}][{outputs.shape[1]}]",
                    map(_float, outputs.reshape(-1)), outputs.shape[1])  # fmt: skip
    return "\n".join(lines)


def _forward(reader: Reader, name: str, eight_bits: Quantised | None, widest: int) -> list[str]:
    sizes, names = reader.network.sizes, [a.name for a in reader.network.activations]
    last = len(names)
    lines = [
        "/* image: ink from 0 to 255, row by row; outputs: what the output neurons hold. */",
        f"static inline void {name}_outputs(const uint8_t *image, float *outputs) {{",
    ]
    hidden = max(sizes[1:-1], default=0)
    if hidden and eight_bits is None:
        lines.append(f"  float before[{hidden}], after[{widest}];")
    elif hidden:
        lines += [f"  int8_t before[{hidden}];", f"  float after[{widest}];"]
    for l, (n_before, n) in enumerate(pairwise(sizes), start=1):
        into = "outputs" if l == last else "after"
        source = "image" if l == 1 else "before"
        lines.append(f"  for (int j = 0; j < {n}; j++) {{")
        if eight_bits is None:
            value = f"{source}[k] * (1.0f / 255.0f)" if l == 1 else f"{source}[k]"
            lines += [
                f"    float z = {name}_b{l}[j];",
                f"    for (int k = 0; k < {n_before}; k++) z += {name}_w{l}[j * {n_before} + k] * ({value});",
                f"    {into}[j] = z;",
            ]
        else:
            lines += [
                "    int32_t sum = 0;",
                f"    for (int k = 0; k < {n_before}; k++) sum += {name}_w{l}[j * {n_before} + k] * {source}[k];",
                f"    {into}[j] = (float)sum * {name}_s{l}[j] + {name}_b{l}[j];",
            ]
        lines += ["  }", f"  {name}_{names[l - 1]}({into}, {n});"]
        if l < last and eight_bits is None:
            lines.append(f"  for (int j = 0; j < {n}; j++) before[j] = after[j];")
        elif l < last:
            assert eight_bits is not None
            step = _float(eight_bits.layers[l].step_in)
            lines += [
                f"  for (int j = 0; j < {n}; j++) {{",
                f"    float q = rintf(after[j] / {step});",
                "    before[j] = (int8_t)(q > 127.0f ? 127.0f : q < -127.0f ? -127.0f : q);",
                "  }",
            ]
    return [*lines, "}", ""]


def _float(number: Any) -> str:
    """A float32 as C reads it back, to the bit."""
    text = f"{float(number):.9g}"
    return f"{text}f" if "." in text or "e" in text else f"{text}.0f"


def _text(text: str) -> str:
    """A string of C: printable ASCII as it is, every other byte of its UTF-8 in octal."""
    plain = (chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in text.encode())
    return '"' + "".join(plain) + '"'


def _array(declared: str, numbers: Iterable[str], row: int = 0) -> list[str]:
    """An array of C; `row`: with braces around so many numbers each."""
    found = list(numbers)
    if not row:
        return [f"{declared} = {{", *_lines(found), "};", ""]
    rows = [found[first : first + row] for first in range(0, len(found), row)]
    inner = [line for one in rows for line in ("{", *_lines(one), "},")]
    return [f"{declared} = {{", *inner, "};", ""]


def _lines(numbers: Iterable[str]) -> list[str]:
    found = list(numbers)
    return ["  " + ", ".join(found[first : first + ON_A_LINE]) + "," for first in range(0, len(found), ON_A_LINE)]
