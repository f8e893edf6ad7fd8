"""500 real MNIST test images, as people's files hold them: whatever the file, the network reads it as well."""

import io
import os

import numpy as np
import pytest
from PIL import Image

from digitlens.digits.sources.mnist import load_mnist
from digitlens.storage.shipped import open_reader

WITHOUT = (
    "real MNIST is not here, so reading it from files was not checked; set DIGITLENS_DATA to a folder that holds it"
)
COUNT = 500


def encoded(grey, kind="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(grey).save(file, kind, **options)
    return file.getvalue()


def page(ink, rng, scale, dark_on_light):
    """A digit near one of the corners of a large page."""
    digit = ink.repeat(scale, 0).repeat(scale, 1)
    sheet = np.zeros((600, 800), np.uint8)
    top = rng.choice([10, 590 - len(digit)])
    left = rng.choice([10, 790 - len(digit)])
    sheet[top : top + len(digit), left : left + len(digit)] = digit
    return 255 - sheet if dark_on_light else sheet


def photo(ink, rng):
    """Grey pen on off-white paper, lit from one side, with the grain of a small camera."""
    side = int(rng.integers(60, 200))
    digit = np.asarray(Image.fromarray(ink).resize((side, side), Image.Resampling.BICUBIC)) / 255
    sheet = np.zeros((300, 240))
    top, left = rng.integers(10, 290 - side), rng.integers(10, 230 - side)
    sheet[top : top + side, left : left + side] = digit
    rows, columns = np.mgrid[0:1:300j, 0:1:240j]
    angle = rng.uniform(0, 2 * np.pi)
    paper = 225 + 15 * (np.cos(angle) * (rows - 0.5) + np.sin(angle) * (columns - 0.5))
    grey = paper - sheet * (paper - 70) + rng.normal(0, 3, sheet.shape)
    return np.clip(grey, 0, 255).astype(np.uint8)


FORMS = {
    "a PNG as it is": lambda ink, rng: encoded(ink),
    "inverted": lambda ink, rng: encoded(255 - ink),
    "enlarged tenfold, pixel by pixel": lambda ink, rng: encoded(ink.repeat(10, 0).repeat(10, 1)),
    "enlarged tenfold, smoothly": lambda ink, rng: encoded(
        np.asarray(Image.fromarray(ink).resize((280, 280), Image.Resampling.BICUBIC))
    ),
    "in a corner of a dark page": lambda ink, rng: encoded(page(ink, rng, 1, False)),
    "in a corner of a light page, four times as large": lambda ink, rng: encoded(page(ink, rng, 4, True)),
    "a photo in JPEG": lambda ink, rng: encoded(photo(ink, rng), "JPEG", quality=70),
}


@pytest.mark.skipif("DIGITLENS_DATA" not in os.environ, reason=WITHOUT)
@pytest.mark.parametrize("form", FORMS)
def test_a_real_digit_is_read_within_a_point_as_well_from(form):
    reader = open_reader("video")
    some = load_mnist(os.environ["DIGITLENS_DATA"]).test[:COUNT]
    rng = np.random.default_rng(0)
    read = [reader.read(FORMS[form](image, rng)).digit for image in some.images]
    from_files, as_they_are = np.mean(np.array(read) == some.digits), reader.evaluate(some).accuracy
    print(f"{form}: {from_files:.1%}, MNIST itself {as_they_are:.1%}")
    assert from_files >= as_they_are - 0.01
    if form != "enlarged tenfold, smoothly":  # which it reads better than MNIST itself, see docs/preparation.md
        assert from_files <= as_they_are + 0.01
