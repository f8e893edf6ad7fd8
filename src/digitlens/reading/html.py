"""The notebook form of Reading and Reader: self-contained HTML without scripts.

It uses the notebook's own text colour and background, so it suits light and dark themes. Everything that comes from a
file or a path is escaped.
"""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import are_digits, shape_name
from digitlens.digits.png import png
from digitlens.digits.preparation.framing import NOT_FRAMED
from digitlens.files.naming import shown
from digitlens.lens.weights import full_strength

if TYPE_CHECKING:
    from digitlens.reading.reader import Reader
    from digitlens.reading.reading import Reading

BLUE, RED = (0x58, 0xC4, 0xDD), (0xFC, 0x62, 0x55)  # positive, negative
MOST_PICTURES = 16
MOST_OUTPUTS = 32  # of more classes, the most active ones
_BOX = "font-family:system-ui,sans-serif;font-size:14px;line-height:1.45;color:inherit;background:transparent"
_ROW = "display:flex;flex-wrap:wrap;gap:10px 28px;align-items:flex-start"
_FRAME = "image-rendering:pixelated;border:1px solid #8888;display:block;margin:0;max-width:none"
_FAINT = "opacity:.75"


def reading_html(reading: Reading) -> str:
    """The answer, the picture as the network sees it, the outputs, and how the picture was prepared."""
    if reading.reason:
        answer = f"{'No digit' if are_digits(reading.classes) else 'Nothing'}: {escape(reading.reason)}"
    else:
        answer = f"Read as <span style='font-size:1.5em'>{_text(reading.label)}</span>"
    where = f" <span style='{_FAINT}'>{escape(shown(reading.path)[1:-1])}</span>" if reading.path else ""
    judged = [] if reading.confidence is None or reading.reason else [f"{reading.confidence:.0%} sure"]
    if reading.familiarity is not None:
        judged.append(f"{reading.familiarity:.0%} of real digits look less like a digit")
    answer += f" <span style='{_FAINT};font-weight:normal'>{'; '.join(judged)}</span>" if judged else ""
    grey = np.rint(np.clip(reading.prepared.image, 0, 1) * 255).astype(np.uint8)
    rows, columns = grey.shape
    seen = _picture(grey, 168, f"the prepared picture, {rows} by {columns} pixels, read as {reading.label}")
    stages = "".join(f"<li style='margin:0'>{_stage(stage)}</li>" for stage in reading.prepared.stages)
    return (
        f"<div style='{_BOX}'><div style='margin-bottom:8px'><b>{answer}</b>{where}</div><div style='{_ROW}'>"
        f"<div>{seen}<div style='{_FAINT}'>what the network sees</div></div>{_outputs(reading)}"
        f"<div style='max-width:26em'><b>How it was prepared</b><ol style='margin:4px 0 0;padding-left:1.6em'>{stages}"
        "</ol></div></div></div>"
    )


def reader_html(reader: Reader) -> str:
    """Sizes, accuracy and training data of a reader, and the weights of its first layer as pictures."""
    network = reader.network
    sizes = "-".join(map(str, network.sizes))
    functions = ", ".join(dict.fromkeys(function.name for function in network.activations))
    lines = [("neurons", functions), ("cost", reader.cost.replace("_", "-"))]
    if reader.adjusting or reader.framing == NOT_FRAMED:
        first = "framed" if reader.framing != NOT_FRAMED else f"{shape_name(reader.image_shape)} pixels"
        lines.append(("pictures", ", then ".join([first, *reader.adjusting])))
    lines += _provenance(reader)
    rows = "".join(f"<div style='{_FAINT}'>{escape(name)}</div><div>{_text(value)}</div>" for name, value in lines)
    weights = network.layers[0].weights[:MOST_PICTURES]
    most = full_strength(weights)
    pictures = "".join(
        f"<div>{_picture(_coloured(row.reshape(reader.image_shape), most), 84, f'weights of neuron {j}')}"
        f"<div style='font-size:12px;{_FAINT}'>neuron {j}</div></div>"
        for j, row in enumerate(weights)
    )
    left_out = len(network.layers[0].weights) - len(weights)
    more = f"; {left_out:,} more are not shown" if left_out else ""
    return (
        f"<div style='{_BOX}'><div><b>{_text(reader.name)}</b> &nbsp;{sizes}, {network.parameters:,} weights and biases"
        "</div><div style='display:grid;grid-template-columns:max-content auto;gap:0 14px;margin:6px 0 10px'>"
        f"{rows}</div><div style='{_FAINT};margin-bottom:6px'>The weights of layer 1, neuron by neuron: "
        f"<span style='color:rgb{BLUE};opacity:1'>■</span> + adds to the sum, "
        f"<span style='color:rgb{RED};opacity:1'>■</span> − subtracts{more}</div>"
        f"<div style='display:grid;grid-template-columns:repeat(auto-fill,88px);gap:8px;max-width:780px'>{pictures}"
        "</div></div>"
    )


def _outputs(reading: Reading) -> str:
    """The outputs as bars with their values. The winner is framed and bold, not marked by colour alone."""
    rows, shown = [], np.sort(np.argsort(-reading.activations, kind="stable")[:MOST_OUTPUTS]).tolist()
    for j in shown:
        activation = reading.activations[j]
        share = float(np.clip(activation, 0, 1)) * 100  # outputs outside 0..1 give a full or an empty bar
        best = j == reading.digit and not reading.reason
        weight = "bold" if best else "normal"
        frame = "outline:2px solid #C9A800;outline-offset:1px;border-radius:2px" if best else ""
        rows.append(
            f"<div style='font-weight:{weight};text-align:right'>{_text(reading.classes[j])}</div>"
            f"<div style='width:130px;height:11px;background:#8883;{frame}'>"
            f"<div style='width:{share:.1f}%;height:100%;background:currentColor'></div></div>"
            f"<div style='font-weight:{weight};font-variant-numeric:tabular-nums'>{float(activation):.3f}</div>"
        )
    grid = "display:grid;grid-template-columns:max-content 130px max-content;gap:1px 9px;align-items:center"
    which = f"the {len(shown)} most active " if len(shown) < len(reading.activations) else ""
    network = f"{which}outputs of the network {_text(reading.network)}"
    return f"<div><div style='{grid}'>{''.join(rows)}</div><div style='{_FAINT}'>{network}</div></div>"


def _stage(stage: Any) -> str:
    rows, columns = stage.image.shape[:2]
    return f"{escape(stage.name)} <span style='{_FAINT}'>({rows}×{columns})</span>: {_text(stage.reason)}"


def _provenance(reader: Reader) -> list[tuple[str, str]]:
    """Lines on the training of a reader, as far as its file records it."""
    provenance, lines = reader.provenance, []
    if "data" in provenance:
        count = provenance.get("learned_from")
        pictures = f"{count:,} pictures of " if isinstance(count, int) else ""
        epochs = f", {provenance['epochs']} epochs" if "epochs" in provenance else ""
        seed = f", seed {reader.recipe['seed']}" if "seed" in reader.recipe else ""
        lines.append(("learned from", f"{pictures}{provenance['data']}{epochs}{seed}"))
    if isinstance(measured := provenance.get("test_accuracy"), float):
        lines.append(("accuracy", f"{measured:.2%} of the test pictures, measured when it was trained"))
    return lines + [("note", note) for note in reader.notes]


def _coloured(weights: NDArray[Any], most: float) -> NDArray[np.uint8]:
    """(rows, columns) -> (rows, columns, 4): blue for positive, red for negative, more opaque the larger."""
    picture = np.empty((*weights.shape, 4), np.uint8)
    picture[..., :3] = np.where((weights > 0)[..., None], BLUE, RED)
    picture[..., 3] = np.rint(np.clip(np.abs(weights) / most, 0, 1) * 255)
    return picture


def _picture(pixels: NDArray[np.uint8], side: int, text: str) -> str:
    data = base64.b64encode(png(pixels)).decode("ascii")
    high = round(side * pixels.shape[0] / pixels.shape[1])
    return (
        f"<img src='data:image/png;base64,{data}' width='{side}' height='{high}' alt='{_text(text)}' "
        f"style='{_FRAME};width:{side}px;height:{high}px'>"
    )


def _text(text: str) -> str:
    """Text from a file as HTML: escaped, with control characters made visible."""
    return escape(shown(str(text))[1:-1])
