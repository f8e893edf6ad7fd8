"""Small labelled pictures for tests: one stroke each, leaning a little further every time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageDraw


def draw(path: Path, slant: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    page = Image.new("L", (60, 60), 255)
    ImageDraw.Draw(page).line([(20 + slant, 10), (30, 50)], fill=0, width=5)
    page.save(path)


def fill(folder: Path, classes: Iterable[str], count: int = 6) -> Path:
    for name in classes:
        for number in range(count):
            draw(folder / name / f"{name}{number}.png", number)
    return folder
