"""A network of 26 classes of 20×24 pixels in the page: Read, Neuron, Learn, a link that reopens; what is about digits
alone stays away."""

from __future__ import annotations

import base64
import string
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect
from tests.web.learning_page import settled

LETTERS = string.ascii_uppercase
MADE = """async (classes) => {
  const { writeModelFile } = await import("./model/model_file.js");
  const sizes = [480, 16, 16, 26];
  let seed = 7;
  const next = () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5;
  const layers = sizes.slice(1).map((n, l) => ({
    n,
    before: sizes[l],
    weights: Float64Array.from({ length: n * sizes[l] }, next),
    biases: Float64Array.from({ length: n }, next),
  }));
  const bytes = writeModelFile({
    layers, sizes, classes, activations: ["sigmoid", "sigmoid", "sigmoid"], name: "letters", cost: "quadratic",
    shape: { rows: 20, columns: 24 }, adjusting: [], framing: 0, darkOnLight: false, recipe: {}, provenance: {},
    history: [], notes: [], familiarity: null, calibration: null,
  });
  return btoa(String.fromCharCode(...bytes));
}"""


@pytest.fixture
def letters(page: Page, tmp_path: Path) -> Page:
    """The page with such a network opened from a file that the page itself has written, and something drawn."""
    file = tmp_path / "letters.digitlens"
    file.write_bytes(base64.b64decode(page.evaluate(MADE, list(LETTERS))))
    page.locator(".chip").click()
    page.locator("dialog[open] input[type=file]").set_input_files(file)
    page.get_by_text("letters is open").wait_for()
    page.keyboard.press("Escape")
    page.locator(".surface").focus()
    for key in (" ", *["ArrowDown"] * 6, *["ArrowRight"] * 4, " ", "Tab"):
        page.keyboard.press(key)
    return page


def go(page: Page, name: str) -> None:
    page.locator("nav").get_by_role("link", name=name, exact=True).click()


def test_the_pad_and_the_image_have_the_networks_proportions(letters: Page) -> None:
    surface = letters.locator(".surface").bounding_box()
    assert surface
    assert surface["width"] / surface["height"] == pytest.approx(24 / 20, rel=0.02)
    image = letters.locator(".diagram canvas.picture")
    assert (image.get_attribute("width"), image.get_attribute("height")) == ("24", "20")
    now = settled(letters)
    assert len(now["image"]) == 480
    assert max(now["image"]) == 1


def test_the_answer_is_one_of_its_classes_and_is_drawn_among_the_outputs(letters: Page) -> None:
    name = letters.locator(".answer .digit").inner_text()
    assert name in LETTERS
    expect(letters.locator(f'.neuron[data-layer="3"][data-neuron="{LETTERS.index(name)}"]')).to_be_visible()
    expect(letters.locator("rect.winner")).to_have_count(1)


def test_what_is_about_digits_alone_stays_away(letters: Page) -> None:
    letters.get_by_text("Or pick a picture").click()
    expect(letters.get_by_role("button", name="Open a picture…")).to_be_visible()
    expect(letters.get_by_text("Real MNIST images")).to_be_hidden()
    expect(letters.locator(".opinion")).to_be_hidden()
    go(letters, "Neuron")
    expect(letters.get_by_text("What it looks for")).to_be_hidden()
    go(letters, "Story")
    card = letters.locator(".story-card")
    expect(card).to_contain_text("20×24")
    expect(card.locator(".tries")).to_be_hidden()
    card.get_by_role("button").filter(has_text="video").click()
    expect(card.locator(".tries")).to_be_visible()


def test_a_neuron_is_taken_apart_pixel_by_pixel_and_painted(letters: Page) -> None:
    go(letters, "Neuron")
    for canvas in letters.locator(".neuron-inputs canvas").all()[:3]:
        assert (canvas.get_attribute("width"), canvas.get_attribute("height")) == ("24", "20")
    expect(letters.locator(".neuron-sum")).to_contain_text("480 products")
    letters.locator(".easel canvas").click(position={"x": 3, "y": 3})
    now = letters.evaluate("({ ...digitlens.network.layers[0], weights: [...digitlens.network.layers[0].weights] })")
    assert now["weights"][0] == pytest.approx(1.2)
    letters.get_by_role("button", name="loop", exact=True).click()
    weights = letters.evaluate("[...digitlens.network.layers[0].weights.subarray(0, 480)]")
    assert sum(weights) == pytest.approx(0, abs=1e-9)


def test_it_learns_from_the_last_of_26_classes(letters: Page) -> None:
    go(letters, "Learn")
    letters.locator(".answers select").select_option("25")
    expect(letters.get_by_role("heading", level=2)).to_contain_text("Z")
    expect(letters.locator(".cost-table .told")).to_contain_text("Z")
    for i in range(5):
        letters.locator("details.stage > summary").nth(i).click()
    assert letters.get_by_label("from row").get_attribute("max") == "19"
    assert letters.get_by_label("column", exact=True).get_attribute("max") == "23"
    before = letters.evaluate("digitlens.network.layers[2].biases[25]")
    letters.get_by_role("button", name="Take the step", exact=True).click()
    expect(letters.locator(".came")).to_contain_text("fell")
    assert letters.evaluate("digitlens.network.layers[2].biases[25]") > before


@pytest.mark.parametrize("what", ["drawn", "Noise"])
def test_a_link_reopens_in_the_same_state(letters: Page, what: str) -> None:
    if what == "Noise":
        letters.get_by_role("button", name="Noise").click()
    go(letters, "Learn")
    letters.locator(".answers select").select_option("25")
    letters.wait_for_url("**#learn/25?**")
    image = settled(letters)["image"]
    letters.reload()  # the network is kept in the tab, all else stands in the address
    letters.wait_for_selector("html[data-whole]")
    expect(letters.locator(".answers select")).to_have_value("25")
    assert settled(letters)["image"] == image
    address = letters.url
    letters.goto("about:blank")
    letters.goto(address)
    letters.wait_for_selector("html[data-whole]")
    assert settled(letters)["image"] == image
