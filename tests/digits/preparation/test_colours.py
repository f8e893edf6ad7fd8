"""A pen as bright as its paper, and of another colour."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from digitlens.digits.preparation.colours import clearest, spread
from digitlens.digits.preparation.decode import decode, from_bytes

CARDS = {  # paper, pen, and the channel that shows it
    "green on red": ((200, 60, 60), (20, 135, 60), 0),
    "orange on blue": ((90, 140, 220), (220, 110, 40), 2),
}
SEEN = np.zeros((60, 80), bool)
SEEN[10:50, 30:36] = True


def card(paper: tuple[int, ...], pen: tuple[int, ...]) -> np.ndarray:
    return np.where(SEEN[:, :, None], np.array(pen), np.array(paper)).astype(np.uint8)


@pytest.mark.parametrize("form", ["array", "opaque", "floats", "PNG", "JPEG", "WEBP", "image"])
@pytest.mark.parametrize("name", CARDS)
def test_the_clearest_colour_is_looked_at_where_the_grey_shows_nothing(name: str, form: str) -> None:
    paper, pen, channel = CARDS[name]
    picture = card(paper, pen)
    file = io.BytesIO()
    if form in ("PNG", "JPEG", "WEBP"):
        Image.fromarray(picture).save(file, form, quality=95)
    opaque = np.concatenate([picture, np.full((60, 80, 1), 255, np.uint8)], axis=2)
    given = {"array": picture, "opaque": opaque, "floats": picture / 255, "image": Image.fromarray(picture)}.get(
        form, file.getvalue()
    )
    grey = decode(given).grey * (255.0 if form == "floats" else 1.0)
    assert abs(np.median(grey[SEEN]) - pen[channel]) < 6
    assert abs(np.median(grey[~SEEN]) - paper[channel]) < 6


def test_a_picture_with_light_and_dark_is_looked_at_as_the_eye_does() -> None:
    picture = card((255, 255, 255), (160, 20, 30))
    assert np.array_equal(decode(picture).grey, np.asarray(Image.fromarray(picture).convert("L")))


def test_a_pale_picture_stays_grey_where_no_colour_is_clearer() -> None:
    picture = card((120, 120, 120), (100, 100, 100))
    assert np.array_equal(decode(picture).grey, picture[:, :, 0])


def test_few_odd_pixels_do_not_make_a_picture_clear() -> None:
    grey = np.full((64, 64), 100, np.uint8)
    grey[:2, :3] = 255
    assert spread(grey) == 0
    assert clearest(grey, np.repeat(grey[:, :, None], 3, axis=2)) is grey


def test_colours_of_a_palette_are_colours() -> None:
    file = io.BytesIO()
    Image.fromarray(card(*CARDS["green on red"][:2])).convert("P", palette=Image.Palette.ADAPTIVE).save(file, "GIF")
    assert spread(from_bytes(file.getvalue()).grey) > 0.5
