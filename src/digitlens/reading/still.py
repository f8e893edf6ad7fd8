"""A reading as one picture: the image, what every neuron holds, and the outputs; for where no page can be."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from digitlens.network.activations import Array
    from digitlens.reading.reader import Reader
    from digitlens.reading.reading import Reading

ALT = "{}: {}"  # the network, and what it reads
WIDTH, HEIGHT, FINE = 720, 300, 2  # pixels, each drawn as FINE × FINE
MOST_NEURONS, MOST_LAYERS, MOST_OUTPUTS = 16, 4, 12  # that are drawn; of more, the first ones
GROUND, TEXT, FAINT, LINE, YELLOW, BLUE = "#000000", "#f2f2f2", "#a4a9b3", "#3a3f48", "#ffd84d", "#58c4dd"


def still(reader: Reader, reading: Reading, neuron: tuple[int, int] | None = None) -> str:
    """The picture as PNG in base64. neuron: a layer and a neuron that are framed."""
    picture = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), GROUND)
    draw = ImageDraw.Draw(picture)
    _text(draw, (16, 10), f"{reader.name}: {repr(reading)[1:-1].removeprefix('Reading ')}"[:90], TEXT)
    ink = Image.fromarray(np.rint(np.clip(reading.prepared.image, 0, 1) * 255).astype(np.uint8))
    scale = 220 * FINE / max(ink.size)
    ink = ink.resize((round(ink.width * scale), round(ink.height * scale)), Image.Resampling.NEAREST).convert("RGB")
    picture.paste(ink, (16 * FINE, 48 * FINE))
    draw.rectangle(_scaled((15, 47, 16 + ink.width // FINE, 48 + ink.height // FINE)), outline=LINE, width=FINE)
    _neurons(draw, reading.trace.a[1:-1], neuron)
    _outputs(draw, reading)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")


def _neurons(draw: ImageDraw.ImageDraw, layers: tuple[Array, ...], chosen: tuple[int, int] | None) -> None:
    """A column of circles for each hidden layer, the brighter the more active."""
    for k, activations in enumerate(layers[:MOST_LAYERS]):
        most = max(1.0, float(np.abs(activations).max()))
        x = 290 + k * 220 / max(1, min(len(layers), MOST_LAYERS))
        for j, a in enumerate(activations[:MOST_NEURONS]):
            y = 52 + j * 14
            grey = round(255 * min(1.0, abs(float(a)) / most))
            around = YELLOW if chosen == (k + 1, j) else FAINT
            draw.ellipse(_scaled((x, y, x + 11, y + 11)), fill=(grey, grey, grey), outline=around, width=FINE)
        if len(activations) > MOST_NEURONS:
            _text(draw, (x - 8, 52 + MOST_NEURONS * 14), f"{len(activations) - MOST_NEURONS} more", FAINT)


def _outputs(draw: ImageDraw.ImageDraw, reading: Reading) -> None:
    """Bars with the classes' names and values; the winner is framed."""
    order = np.argsort(-reading.activations, kind="stable")[:MOST_OUTPUTS]
    for row, j in enumerate(np.sort(order).tolist()):
        a, y = float(reading.activations[j]), 50 + row * 19
        best = j == reading.digit and not reading.reason
        _text(draw, (528, y - 1), reading.classes[j][:4], TEXT)
        draw.rectangle(_scaled((560, y + 2, 650, y + 13)), outline=YELLOW if best else LINE, width=FINE)
        if a > 0:
            draw.rectangle(_scaled((561, y + 3, 561 + 88 * min(1.0, a), y + 12)), fill=BLUE)
        _text(draw, (660, y - 1), f"{a:.2f}"[:6], TEXT if best else FAINT)


def _text(draw: ImageDraw.ImageDraw, place: tuple[float, float], text: str, colour: str) -> None:
    shown = "".join(c if c.isprintable() else "?" for c in text)
    draw.text((FINE * place[0], FINE * place[1]), shown, fill=colour, font=ImageFont.load_default(14 * FINE))


def _scaled(numbers: tuple[float, ...]) -> list[float]:
    return [FINE * number for number in numbers]
