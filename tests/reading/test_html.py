"""What a notebook shows of a Reading and a Reader: complete, self-contained, and nothing in it is taken for HTML."""

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image
from tests.reading.test_familiarity import familiarity

from digitlens.learning.recipe import Recipe
from digitlens.reading.calibration import Calibration
from digitlens.reading.reader import Reader

EVIL = "<script>alert('x')</script>\x1b[2J&"
STORY = {"data": "mnist", "learned_from": 55_000, "epochs": 60, "test_accuracy": 0.9531}
RECIPE = Recipe(hidden=(16, 16))


def reader(**changes: object) -> Reader:
    plain = Reader(RECIPE.initial_network(), "video", recipe=RECIPE.to_json(), provenance=STORY)
    return replace(plain, **changes)  # type: ignore[arg-type]


def picture() -> np.ndarray:
    page = np.full((60, 50), 255, np.uint8)
    page[10:50, 24:29] = 0
    return page


class Tags(HTMLParser):
    """Every tag opened, and whether all were closed in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def images(html: str) -> list[np.ndarray]:
    found = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", html)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))) for data in found]


def test_a_reading_shows_the_prepared_picture_the_answer_and_how_it_was_prepared() -> None:
    reading = reader().read(picture())
    html = reading._repr_html_()
    (seen,) = images(html)
    np.testing.assert_allclose(seen, reading.prepared.image * 255, atol=0.51)
    text = Tags(html).text
    assert f"Read as {reading.label}" in text
    assert all(f"{a:.3f}" in text for a in reading.activations)
    assert all(stage.name in text for stage in reading.prepared.stages)
    assert "outputs of the network video" in text


def test_a_picture_without_ink_is_said_to_be_no_digit() -> None:
    text = Tags(reader().read(np.full((40, 40), 255, np.uint8))._repr_html_()).text
    assert "No digit: too little ink" in text
    assert "Read as" not in text


def test_a_reader_shows_its_sizes_its_story_and_sixteen_weight_pictures() -> None:
    html = reader()._repr_html_()
    text = Tags(html).text
    assert "784-16-16-10, 13,002 weights and biases" in text
    assert "55,000 pictures of mnist, 60 epochs, seed 0" in text
    assert "95.31% of the test pictures" in text
    pictures = images(html)
    assert len(pictures) == 16
    weights = reader().network.layers[0].weights[3].reshape(28, 28)
    assert ((pictures[3][..., 2] > 200) == (weights > 0)).all()  # blue where it adds, red where it takes away
    strong = np.abs(weights) > np.percentile(np.abs(weights), 90)
    assert pictures[3][strong, 3].min() > pictures[3][~strong, 3].max() - 2  # the larger, the more opaque


def test_more_neurons_than_sixteen_are_counted() -> None:
    wide = reader(network=Recipe(hidden=(30,)).initial_network())
    assert "14 more are not shown" in Tags(wide._repr_html_()).text


def test_a_reader_without_a_story_shows_what_there_is() -> None:
    html = reader(provenance={}, recipe={}, adjusting=("straighten",), notes=("passed over",))._repr_html_()
    text = Tags(html).text
    assert "accuracy" not in text
    assert "framed, then straighten" in text
    assert "passed over" in text


@pytest.mark.parametrize("show", ["reader", "reading"])
def test_nothing_from_a_file_is_taken_for_html(show: str) -> None:
    story = {"data": EVIL, "learned_from": EVIL, "epochs": EVIL, "test_accuracy": EVIL}
    evil = reader(name=EVIL, classes=(EVIL,) * 10, provenance=story, recipe={"seed": EVIL}, notes=(EVIL,))
    reading = replace(evil.read(picture()), path=EVIL)
    html = (evil if show == "reader" else reading)._repr_html_()
    assert "<script" not in html
    assert "\x1b" not in html
    assert {tag for tag, _ in Tags(html).opened} <= {"div", "span", "b", "img", "ol", "li"}


def test_nothing_is_fetched_from_anywhere() -> None:
    for html in (reader()._repr_html_(), reader().read(picture())._repr_html_()):
        for tag, attributes in Tags(html).opened:
            assert not {name for name in attributes if name.startswith("on")}
            assert tag != "img" or str(attributes["src"]).startswith("data:image/png;base64,")
            assert tag != "img" or attributes["alt"]
        assert "url(" not in html
        assert "http" not in html


def test_outputs_beyond_one_fill_the_bar_and_no_more() -> None:
    network = Recipe(hidden=(4,), output="identity", cost="quadratic").initial_network()
    loud = replace(network, layers=tuple(replace(layer, biases=layer.biases + 50) for layer in network.layers))
    html = reader(network=loud).read(picture())._repr_html_()
    widths = [float(width) for width in re.findall(r"width:([0-9.]+)%", html)]
    assert len(widths) == 10
    assert max(widths) <= 100


def test_a_reading_says_how_familiar_and_how_sure_where_that_is_known() -> None:
    judging = reader(familiarity=familiarity(threshold=0.0), calibration=Calibration(1000.0))
    text = Tags(judging.read(picture())._repr_html_()).text
    assert re.search(r"Read as .*10% sure; \d+% of real digits look less like a digit", text, re.DOTALL)
    strict = reader(familiarity=familiarity(threshold=1.0), calibration=Calibration(1000.0))
    text = Tags(strict.read(picture())._repr_html_()).text
    assert "No digit: unlike any digit" in text
    assert "sure" not in text
    assert "real digits" not in Tags(reader().read(picture())._repr_html_()).text
