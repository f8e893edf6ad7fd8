"""The networks that ship are what their files say they are."""

import os

import numpy as np
import pytest

from digitlens.digits.sources.examples import example_files
from digitlens.digits.sources.find import MIXED
from digitlens.digits.sources.mixture import with_pen
from digitlens.digits.sources.mnist import load_mnist
from digitlens.digits.synthetic.nondigits import nondigits
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.learning.familiarity_data import framed
from digitlens.learning.recipe import Recipe
from digitlens.learning.recipes import RECIPES
from digitlens.storage.shipped import FOLDER, names, open_reader

SEED = 1_000_003


@pytest.mark.parametrize("name", names())
def test_a_shipped_network_was_trained_by_the_recipe_of_its_name(name: str) -> None:
    reader = open_reader(name)
    recipe = Recipe.from_json(dict(reader.recipe))
    assert recipe.changed(seed=0) == RECIPES[name]
    assert reader.network.sizes == recipe.sizes()
    assert reader.notes == ()


def test_the_network_of_the_talk_ships() -> None:
    video = open_reader("video")
    assert video.network.sizes == (784, 16, 16, 10)
    assert video.network.parameters == 13_002
    assert [activation.name for activation in video.network.activations] == ["sigmoid"] * 3
    assert (video.cost, video.adjusting) == ("quadratic", ())


@pytest.mark.skipif(
    "DIGITLENS_DATA" not in os.environ,
    reason="real MNIST is not here, so the accuracy in the shipped files was not checked; set DIGITLENS_DATA to it",
)
@pytest.mark.parametrize("name", names())
def test_a_shipped_network_is_as_accurate_as_its_file_says(name: str) -> None:
    reader = open_reader(name)
    data = load_mnist(os.environ["DIGITLENS_DATA"])
    if reader.recipe["data"] == MIXED:
        data = with_pen(data)
    accuracy = reader.evaluate(data.test).accuracy
    assert accuracy == pytest.approx(reader.provenance["test_accuracy"], abs=0.0005)  # other machines, other last bits
    assert data.training.fingerprint() == reader.provenance["data_sha256"]
    assert name != "video" or accuracy >= 0.95
    assert name != "reader" or accuracy >= 0.993
    assert name != "straight" or accuracy >= 0.98


def test_the_careful_reader_fits_a_page_and_tells_what_is_no_digit() -> None:
    reader = open_reader("reader")
    assert (FOLDER / "reader.digitlens").stat().st_size <= 1_500_000
    assert reader.familiarity is not None
    assert reader.calibration is not None
    assert reader.read(np.random.default_rng(0).integers(0, 256, (60, 60), np.uint8)).to_json()["is_digit"] is False
    for digit, file in enumerate(example_files()):
        reading = reader.read(file)
        assert (reading.digit, reading.to_json()["is_digit"]) == (digit, True)


def test_the_careful_reader_turns_symbols_away_and_hardly_a_digit() -> None:
    """Drawn from other seeds than it learned from."""
    familiarity = open_reader("reader").familiarity
    assert familiarity is not None
    away = {
        name: float(np.mean(familiarity.of(images / 255) < familiarity.threshold))
        for name, images in (
            ("symbols", framed(nondigits("symbol", 400, seed=SEED))),
            ("digits", pen_digits(400, seed=SEED).digits.images),
        )
    }
    assert away["symbols"] > 0.93, away
    assert away["digits"] < 0.04, away
