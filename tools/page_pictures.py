"""Draws the picture of docs/pages.md: one page or digit of each kind that benchmarks/kinds.py counts.

python tools/page_pictures.py            # writes docs/pictures/kinds.png
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digitlens.digits.preparation.decode import decode

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests draw them

from tests.digits import hard_paper, surroundings
from tests.reading.page import hard_pages

FILE = Path(__file__).parents[1] / "docs/pictures/kinds.png"
ACROSS, WIDE, HIGH, TITLE = 5, 220, 130, 18  # pixels
SEED = 2
SEEN_THE_SAME = "of twelve bits", "without an end", "with a video"  # they differ in the file alone


def examples() -> dict[str, Image.Image]:
    """A picture of each kind, by its name."""
    found: dict[str, Image.Image] = {}
    for kind in hard_pages.KINDS:
        if kind not in SEEN_THE_SAME:
            page = next(iter(hard_pages.pages(kind, 1, SEED)))[1]
            found[kind] = page if isinstance(page, Image.Image) else Image.fromarray(decode(page).grey)
    for kind, drawn in hard_pages.WRITTEN.items():
        found[kind] = Image.fromarray(next(drawn(1, SEED))[0])
    for kind in surroundings.KINDS:
        found[f"a digit {kind}"] = Image.fromarray(next(surroundings.pictures(kind, 1, SEED))[1])
    for kind, paper in (("on textured paper", hard_paper.textured), ("filling its frame", hard_paper.filling)):
        found[f"a digit {kind}"] = Image.fromarray(next(hard_paper.pictures(paper, 1, SEED))[1])
    return found


def main() -> None:
    """Lay them out in rows, each with its name."""
    pictures = examples()
    down = -(-len(pictures) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * WIDE, down * (HIGH + TITLE)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for number, (name, picture) in enumerate(pictures.items()):
        left, top = number % ACROSS * WIDE, number // ACROSS * (HIGH + TITLE)
        draw.text((left + 6, top + 2), name, fill="black", font=font)
        small = picture.convert("RGB")
        small.thumbnail((WIDE - 12, HIGH - 10), Image.Resampling.LANCZOS)
        framed = np.pad(np.asarray(small), ((1, 1), (1, 1), (0, 0)), constant_values=150)
        sheet.paste(Image.fromarray(framed), (left + 6, top + TITLE))
    sheet.quantize(64).save(FILE, optimize=True)


if __name__ == "__main__":
    main()
