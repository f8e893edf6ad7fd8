"""Draws a Page over its picture: a box around every digit, and what it was read as above it.

Apart from digits/preparation/decode.py, this is the only module that imports Pillow, and only when a picture is drawn.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from digitlens.digits.preparation.grey_levels import as_bytes

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

    from digitlens.reading.page.page import Page

COLOURS = ((0, 114, 178), (213, 94, 0))  # blue and orange alternate, to show where a number ends
SHARE = 0.6  # of a box's height: the size of the label above it
SMALLEST = 10  # pixels: the smallest legible label


def annotated(page: Page) -> PillowImage:
    """The picture in grey with boxes and digits in colour: as large as it was given, or as it was decoded."""
    from PIL import Image, ImageDraw, ImageFont

    scale = page.reduction
    image = Image.fromarray(as_bytes(page.grey)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for box in page.boxes:
        colour = COLOURS[box.number % 2]
        left, top, height = box.left // scale, box.top // scale, box.height // scale
        right, bottom = left + box.width // scale, top + height
        thick = max(1, height // 30)
        draw.rectangle((left - thick, top - thick, right + thick - 1, bottom + thick - 1), None, colour, thick)
        size = max(SMALLEST, round(SHARE * height))
        font = ImageFont.load_default(size)
        middle = (left + right) / 2
        place = (middle, top - 2 * thick) if top > size else (middle, min(bottom + size + thick, image.height))
        draw.text(place, box.label, colour, font, anchor="md")
    return image


def annotated_png(page: Page) -> bytes:
    """annotated() as the bytes of a PNG file."""
    file = io.BytesIO()
    annotated(page).save(file, "PNG", compress_level=1)
    return file.getvalue()
