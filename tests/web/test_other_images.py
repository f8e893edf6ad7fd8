"""A network of 26 classes of 20×24 pixels in the page: Read, Neuron, Learn, a link that reopens; what is about digits
alone stays away."""

from __future__ import annotations

import base64
import string
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import BrowserContext, Page, expect
from tests.server.serving import Site
from tests.server.watching import training
from tests.waiting import PATIENCE
from tests.web.conftest import watched
from tests.web.learning_page import settled
from tests.web.training_page import button, doing, ended, run_of, trainer

expect.set_options(timeout=1_000 * PATIENCE)
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
    expect(letters.get_by_role("button", name="Open pictures…")).to_be_visible()
    expect(letters.get_by_text("Real MNIST images")).to_be_hidden()
    expect(letters.get_by_role("heading", name="Examples")).to_be_hidden()
    expect(letters.locator(".opinion")).to_be_hidden()
    go(letters, "Neuron")
    looks = letters.locator(".looks-for")
    looks.get_by_role("button", name="Look for it here").click()
    expect(looks).to_contain_text("the server has no folder of images")
    expect(looks).not_to_contain_text("MNIST")
    expect(looks).not_to_contain_text("most like its weights")  # edges and bars are parts of digits
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


def folder_of_letters(folder: Path, each: int = 12) -> Path:
    """A folder of 26 classes of 20×24 pixels: a pattern for each class, and a little noise on it."""
    rng = np.random.default_rng(26)
    for name in LETTERS:
        (folder / name).mkdir(parents=True)
        pattern = np.kron(rng.integers(0, 2, (5, 6)), np.ones((4, 4))) * 200
        for number in range(each):
            image = np.clip(pattern + rng.normal(20, 15, (20, 24)), 0, 255).astype(np.uint8)
            Image.fromarray(image).save(folder / name / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with training(folder_of_letters(tmp_path_factory.mktemp("labelled") / "letters")) as site:
        yield site


SETTINGS = "hidden=24&epochs=30&output=softmax&cost=cross_entropy&optimiser=adam&learning_rate=0.003"


@pytest.fixture
def train(context: BrowserContext, site: Site) -> Iterator[Page]:
    with watched(context.pages[0], console=False):
        yield trainer(context, site.address.url, f"train?{SETTINGS}")


def test_a_network_of_26_classes_is_trained_shown_and_taken_to_learn_and_a_link_reopens(train: Page) -> None:
    page = train
    plan = page.locator(".plan")
    expect(plan).to_contain_text(f"{480 * 24 + 24 + 24 * 26 + 26:,} weights and biases")
    button(page, "Start").click()
    header = ended(page)
    assert (header["sizes"], header["rows"], header["columns"]) == ([480, 24, 26], 20, 24)
    assert header["classes"] == list(LETTERS)
    weights = page.locator(".trainer .weights canvas")
    expect(weights).to_have_count(24)
    for canvas in (weights.first, page.locator(".trainer .weights canvas").last):
        expect(canvas).to_have_attribute("width", "24")
        expect(canvas).to_have_attribute("height", "20")
    assert page.locator(".confusion tbody tr").count() == 26
    page.get_by_role("group", name="Open the network").get_by_role("button", name="Learn").click()
    page.wait_for_selector(".learn-view")
    page.get_by_role("button", name="A mini-batch, averaged").click()
    page.wait_for_selector(".batch button:nth-child(32)")
    assert page.locator(".batch canvas").first.get_attribute("width") == "24"
    page.get_by_role("button", name="One example").click()
    page.locator(".picker summary").click()
    page.get_by_role("button", name="Show some").click()
    expect(page.locator(".picker [role=status]")).to_contain_text("Test images")
    page.get_by_label("From picture number").fill("1000")  # beyond the last, which is a Z: data are in order
    page.get_by_role("button", name="Show others").click()
    page.get_by_label("Z, number").last.click()
    expect(page.locator(".answers select")).to_have_value("25")
    expect(page.locator(".answer .digit")).to_have_text("Z")
    page.locator(".answers select").select_option("24")
    page.wait_for_url("**#learn/24?**")
    image = settled(page)["image"]
    page.reload()
    page.wait_for_selector("html[data-whole]")
    expect(page.locator(".answers select")).to_have_value("24")
    assert settled(page)["image"] == image


def test_single_steps_show_the_example_in_its_own_size(train: Page) -> None:
    button(train, "One example").click()
    doing(train, "paused", "epoch 1")
    expect(train.locator(".single canvas")).to_have_attribute("height", "20")
    name = run_of(train)["classes"][run_of(train)["last_example"]["digit"]]
    expect(train.locator(".single")).to_contain_text(name)
