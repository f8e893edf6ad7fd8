"""The tools of the page: links with hidden parts, networks as files, copies, the theme, and a server that goes away."""

from __future__ import annotations

import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.waiting import PATIENCE
from tests.web.conftest import context_of, free_port, served
from tests.web.test_accessibility import violations

from digitlens.network.activations import ACTIVATIONS
from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader
from digitlens.storage.model_file import load, save
from digitlens.storage.shipped import FOLDER

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SEVEN = [[[8, 7], [20, 7], [13, 23]]]
FRAMES = (
    "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"
)
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
CHANGE = """() => {
    const layers = digitlens.network.layers.map((one) => ({...one, weights: one.weights.slice()}));
    layers[1].weights[17] = 0.1;
    digitlens.setNetwork({...digitlens.network, layers});
}"""
WEIGHTS = "() => digitlens.network.layers.map(({weights, biases}) => [[...weights], [...biases]])"
READING = "() => [digitlens.state.strokes, [...digitlens.reading.trace.a.at(-1)], digitlens.reading.digit]"


@pytest.fixture
def drawn(page: Page) -> Page:
    page.evaluate("strokes => digitlens.set({strokes})", SEVEN)
    page.evaluate(FRAMES)
    return page


def until(page: Page, expression: str) -> None:
    """Waits until an expression is true in the page, whose policy forbids Playwright's own way of waiting for it."""
    deadline = time.monotonic() + PATIENCE
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"waited in vain for {expression}"
        page.wait_for_timeout(20)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.evaluate(FRAMES)


def in_dialog(page: Page, name: str) -> None:
    page.locator("dialog[open]").get_by_role("button", name=name).click()
    page.evaluate(FRAMES)


def said(page: Page) -> str:
    return page.locator("#said").inner_text()


def saved_network(page: Page, folder: Path) -> Path:
    page.locator(".chip").click()
    with page.expect_download() as download:
        in_dialog(page, "Save network")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    page.keyboard.press("Escape")
    return path


def choose_file(page: Page, path: Path) -> None:
    page.locator(".chip").click()
    page.locator("dialog[open] input[type=file]").set_input_files(path)


def a_network(path: Path) -> Reader:
    rng = np.random.default_rng(8)
    layers = tuple(
        Layer(rng.normal(0, 0.2, (n, before)).astype(np.float32), rng.normal(0, 1, n).astype(np.float32))
        for n, before in ((12, 784), (9, 12), (10, 9))
    )
    network = Network(layers, (ACTIVATIONS["tanh"], ACTIVATIONS["relu"], ACTIVATIONS["sigmoid"]))
    told = {"data": "pen", "learned_from": 1234, "test_accuracy": 0.625}
    reader = Reader(network=network, name="mine", cost="quadratic", classes=tuple("0123456789"), provenance=told)
    save(reader, path)
    return reader


def test_the_network_says_its_size_and_how_well_it_read_and_what_it_was_trained_on(page: Page) -> None:
    told = load(FOLDER / "video.digitlens").provenance
    chip = page.locator(".chip").inner_text().replace("\xa0", " ")
    assert "13,002 weights and biases" in chip
    assert f"reads {100 * told['test_accuracy']:.2f} % of MNIST’s test images" in chip
    page.locator(".chip").click()
    dialog = page.locator("dialog[open]")
    assert f"Trained on {told['learned_from']:,} images of MNIST" in dialog.inner_text()


def test_a_changed_network_is_marked_and_claims_no_accuracy_until_it_is_reset(page: Page) -> None:
    chip = page.locator(".chip")
    assert "changed" not in chip.inner_text()
    page.evaluate(CHANGE)
    page.evaluate(FRAMES)
    assert "changed" in chip.inner_text()
    assert "%" not in chip.inner_text()
    press(page, "Undo all changes")
    assert "changed" not in chip.inner_text()
    assert "%" in chip.inner_text()
    assert not page.evaluate("digitlens.changed")


def test_a_link_with_hidden_parts_hides_them_in_a_new_tab_and_shows_the_same_drawing_and_answer(drawn: Page) -> None:
    press(drawn, "Share")
    dialog = drawn.locator("dialog[open]")
    parts = dialog.locator(".parts").get_by_role("checkbox")
    assert parts.count() == drawn.evaluate(
        "new Set(Array.from(digitlens.root.querySelectorAll('[data-part]'), (one) => one.dataset.part)).size"
    )
    dialog.get_by_role("checkbox", name="the answer").check()
    link = dialog.get_by_label("Link").input_value()
    assert drawn.locator(".answer").is_visible(), "a tick changes the link, not the page behind it"
    tab = drawn.context.new_page()
    tab.goto(link)
    tab.wait_for_selector("html[data-ready]")
    assert not tab.locator(".answer").is_visible()
    assert tab.locator("#pad").is_visible()
    assert tab.evaluate(READING) == drawn.evaluate(READING)
    press(tab, "Share")
    assert tab.locator("dialog[open]").get_by_role("checkbox", name="the answer").is_checked()


def test_a_teacher_may_hide_parts_here_too_and_bring_them_back(drawn: Page) -> None:
    for hidden in (True, False):
        press(drawn, "Share")
        drawn.locator("dialog[open]").get_by_role("checkbox", name="the network", exact=True).set_checked(hidden)
        in_dialog(drawn, "The same here")
        drawn.keyboard.press("Escape")
        assert drawn.locator("#network").is_visible() != hidden


def test_the_link_goes_to_the_clipboard(drawn: Page) -> None:
    drawn.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(drawn, "Share")
    in_dialog(drawn, "Copy link")
    assert drawn.evaluate("navigator.clipboard.readText()") == drawn.evaluate("digitlens.link()")
    assert "copied" in said(drawn)


def test_dialogs_are_for_the_keyboard_and_give_the_focus_back(drawn: Page) -> None:
    for name in ("Share", "Copy"):
        button = drawn.get_by_role("button", name=name, exact=True)
        button.focus()
        drawn.keyboard.press("Enter")
        for _ in range(30):
            drawn.keyboard.press("Tab")
            inside = "!digitlens.root.activeElement || digitlens.root.activeElement.closest('dialog') !== null"
            assert drawn.evaluate(inside)
        drawn.keyboard.press("Escape")
        assert drawn.evaluate("digitlens.root.activeElement.textContent") == name


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_in_the_dialogs_and_they_fit(drawn: Page, width: int, theme: str) -> None:
    drawn.set_viewport_size({"width": width, "height": 844})
    drawn.evaluate("theme => { digitlens.root.host.dataset.theme = theme; }", theme)
    for opener in (".chip", "text=Share", "button:text-is('Copy')"):
        drawn.locator(".tools").locator(opener).first.click()
        drawn.evaluate(FRAMES)
        assert violations(drawn) == [], opener
        box = drawn.locator("dialog[open]").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        drawn.keyboard.press("Escape")


def test_a_saved_network_is_loaded_by_python_with_the_same_float32_weights(page: Page, tmp_path: Path) -> None:
    page.evaluate(CHANGE)
    path = saved_network(page, tmp_path)
    assert path.name == "video-changed.digitlens"
    layers = load(path).network.layers
    for layer, (weights, biases) in zip(layers, page.evaluate(WEIGHTS), strict=True):
        assert np.array_equal(layer.weights.ravel(), np.array(weights, np.float32))
        assert np.array_equal(layer.biases, np.array(biases, np.float32))
    assert layers[1].weights.ravel()[17] == np.float32(0.1)


def test_the_accuracy_that_was_measured_before_a_change_is_not_saved_with_it(page: Page, tmp_path: Path) -> None:
    unchanged = load(saved_network(page, tmp_path)).provenance
    assert unchanged == load(FOLDER / "video.digitlens").provenance
    page.evaluate(CHANGE)
    changed = load(saved_network(page, tmp_path)).provenance
    assert not [name for name in changed if "accuracy" in name]
    assert changed["changed_by_hand"] is True
    assert changed["data_sha256"] == unchanged["data_sha256"]


def test_a_file_that_python_wrote_is_opened_with_all_its_numbers(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "mine.digitlens"
    reader = a_network(path)
    choose_file(page, path)
    until(page, "digitlens.network.name === 'mine'")
    for layer, (weights, biases) in zip(reader.network.layers, page.evaluate(WEIGHTS), strict=True):
        assert np.array_equal(layer.weights.ravel(), np.array(weights))
        assert np.array_equal(layer.biases, np.array(biases))
    page.evaluate(FRAMES)
    chip = page.locator(".chip").inner_text().replace("\xa0", " ")
    assert "mine" in chip
    assert "reads 62.50 % of the test images of the drawn pen digits" in chip
    assert not page.evaluate("digitlens.changed")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("digitlens.network.name") == "mine", "a reload loses nothing"


def test_a_network_that_the_server_offers_can_be_chosen_again(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "mine.digitlens"
    a_network(path)
    choose_file(page, path)
    until(page, "digitlens.network.name === 'mine'")
    in_dialog(page, "video")
    until(page, "digitlens.network.name === 'video'")
    assert page.evaluate("digitlens.network.sizes") == [784, 16, 16, 10]


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "nan", "huge"])
def test_a_damaged_file_gets_a_clear_word_and_leaves_the_network_alone(page: Page, tmp_path: Path, damage: str) -> None:
    good = (FOLDER / "video.digitlens").read_bytes()
    bad = {
        "empty": b"",
        "text": b"hello, this is a letter and not a network" * 9,
        "cut": good[:-4],
        "nan": good[:-4] + struct.pack("<f", float("nan")),
        "huge": struct.pack("<Q", 2**60) + good[8:],
    }[damage]
    path = tmp_path / "broken.digitlens"
    path.write_bytes(bad)
    before = page.evaluate(WEIGHTS)
    choose_file(page, path)
    alert = page.locator("dialog[open]").get_by_role("alert")
    alert.wait_for()
    assert alert.inner_text().startswith("broken.digitlens cannot be opened: ")
    assert "Wanted a .digitlens file" in alert.inner_text()
    assert page.evaluate(WEIGHTS) == before
    choose_file_again = page.locator("dialog[open] input[type=file]")
    choose_file_again.set_input_files(FOLDER / "video.digitlens")
    alert.wait_for(state="hidden")


def test_without_a_clipboard_the_numbers_become_a_file(drawn: Page) -> None:
    drawn.evaluate(NO_CLIPBOARD)
    press(drawn, "Copy")
    with drawn.expect_download() as download:
        in_dialog(drawn, "Numbers of all neurons")
    assert download.value.suggested_filename == "neurons.tsv"
    heading, *rows = Path(download.value.path()).read_text().splitlines()
    assert heading.split("\t") == ["layer", "neuron", "class", "bias", "z", "activation"]
    assert len(rows) == 16 + 16 + 10
    found = [float(row.split("\t")[5]) for row in rows[-10:]]
    assert found == drawn.evaluate("[...digitlens.reading.trace.a.at(-1)]")
    assert "no clipboard here" in said(drawn)
    assert "neurons.tsv" in said(drawn)


def test_the_numbers_of_the_picture_go_to_the_clipboard(drawn: Page) -> None:
    drawn.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(drawn, "Copy")
    in_dialog(drawn, "Numbers of the image")
    rows = drawn.evaluate("navigator.clipboard.readText()").splitlines()
    numbers = [[float(number) for number in row.split("\t")] for row in rows]
    assert np.array(numbers).shape == (28, 28)
    assert np.array(numbers).ravel().tolist() == drawn.evaluate("[...digitlens.reading.image]")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("ground", ["White", "Black"])
@pytest.mark.parametrize(
    ("name", "file"), [("Picture of the network", "network.png"), ("Image that the network sees", "picture.png")]
)
def test_without_a_clipboard_a_picture_becomes_a_file(
    drawn: Page, name: str, file: str, ground: str, theme: str
) -> None:
    from PIL import Image

    drawn.evaluate(NO_CLIPBOARD)
    drawn.emulate_media(color_scheme=theme)
    until(drawn, f"document.documentElement.dataset.theme === '{theme}'")
    press(drawn, "Copy")
    grounds = drawn.get_by_role("group", name="Ground of the pictures")
    assert grounds.get_by_role("radio", checked=True).get_attribute("value") == ("black", "white")[theme == "light"]
    grounds.get_by_role("radio", name=ground).check()
    with drawn.expect_download() as download:
        in_dialog(drawn, name)
    assert download.value.suggested_filename == file
    assert drawn.evaluate("document.documentElement.dataset.theme") == theme
    picture = np.asarray(Image.open(download.value.path()).convert("L")) / 255
    if file == "picture.png" and ground == "White":
        picture = 1 - picture
    if file == "picture.png":
        seen = np.array(drawn.evaluate("[...digitlens.reading.image]")).reshape(28, 28)
        assert np.abs(picture[5::10, 5::10] - seen).max() <= 1 / 255
    else:
        box = drawn.locator(".diagram").bounding_box()
        assert box
        assert picture.shape == (round(2 * (box["height"] + 32)), round(2 * (box["width"] + 32)))
        assert picture[0, 0] == (ground == "White")
        place = drawn.locator(".neuron[data-layer='3'][data-neuron='7'] circle.light").bounding_box()
        assert place
        x, y = (
            (place["x"] - box["x"] + place["width"] * 0.25 + 16) * 2,
            (place["y"] - box["y"] + place["height"] / 2 + 16) * 2,
        )
        holds = drawn.evaluate("digitlens.reading.trace.a.at(-1)[7]")
        assert picture[int(y), int(x)] == pytest.approx(holds, abs=0.02), "the winner is as bright as it is active"


def test_the_theme_survives_a_reload(page: Page) -> None:
    theme = "document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "light", "as the system says, where nothing was chosen"
    page.locator("button.theme").click()
    assert page.evaluate(theme) == "dark"
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate(theme) == "dark"
    page.locator("button.theme").click()
    assert page.evaluate(theme) == "light"
    page.locator("button.theme").click()
    assert "as the system says" in said(page)
    for wanted in ("dark", "light"):
        page.emulate_media(color_scheme=wanted)
        until(page, f"{theme} === '{wanted}'")


def test_the_theme_works_where_the_browser_remembers_nothing(browser: Browser, server: str) -> None:
    context = context_of(browser)
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('switched off'); }})"
    )
    page = context.new_page()
    page.goto(server)
    page.wait_for_selector("html[data-ready]")
    page.locator("button.theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    context.close()


def test_when_the_server_is_gone_the_page_says_so_reads_on_and_notices_that_it_is_back(browser: Browser) -> None:
    port = free_port()
    context = context_of(browser, reduced_motion="reduce")
    page = context.new_page()
    line = page.locator(".connection")

    def reads(strokes: Any) -> int:
        page.evaluate("strokes => digitlens.set({strokes})", strokes)
        page.evaluate(FRAMES)
        return int(page.evaluate("digitlens.reading.digit"))

    with served(port=port) as address:
        page.goto(address)
        page.wait_for_selector("html[data-whole]")
        assert not line.is_visible()
    page.get_by_text("The server is gone; drawing, looking").wait_for()
    assert reads(SEVEN) == 7
    page.get_by_role("link", name="Story").click()
    page.evaluate(FRAMES)
    assert page.evaluate("digitlens.reading.digit") == 3
    page.get_by_role("link", name="Neuron").click()
    page.evaluate(FRAMES)
    assert page.locator(".neuron-view").is_visible()
    with served(port=port):
        page.locator(".connection button", has_text="Try now").dispatch_event("click")  # gone if the page was faster
        page.get_by_text("The server is back.").wait_for()
        line.wait_for(state="hidden")
    context.close()


def test_waking_up_tries_at_once(browser: Browser) -> None:
    port = free_port()
    context = context_of(browser)
    page = context.new_page()
    page.clock.install()
    with served(port=port) as address:
        page.goto(address)
        page.wait_for_selector("html[data-whole]")
        page.wait_for_function("() => window.digitlens?.live.state === 'here'")
    page.get_by_text("The server is gone").wait_for()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))  # from here on no time passes: it tries by itself no more
    with served(port=port):
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.get_by_text("The server is back.").wait_for()
    context.close()


def test_a_network_changed_by_hand_says_so_after_it_was_saved_and_opened(drawn: Page, tmp_path: Path) -> None:
    drawn.evaluate(CHANGE)
    drawn.get_by_role("button", name="Network video").click()
    with drawn.expect_download() as download:
        in_dialog(drawn, "Save network")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "video-changed.digitlens"
    provenance = load(file).provenance
    assert (provenance["changed_by_hand"], provenance["changed_from"]) == (True, "video")
    in_dialog(drawn, "Undo all changes")
    drawn.locator("dialog[open] input[type=file]").set_input_files(file)
    drawn.wait_for_function("() => digitlens.network.name === 'video-changed'")
    drawn.evaluate(FRAMES)
    assert not drawn.evaluate("digitlens.changed")  # it is as it was opened
    assert drawn.locator(".chip .mark-changed").is_visible()
    assert "It was video until it was changed by hand" in drawn.locator("dialog[open] .about").inner_text()


def test_enter_on_a_neuron_keeps_the_focus_on_it(drawn: Page) -> None:
    neuron = '.neuron[data-layer="2"][data-neuron="3"]'
    drawn.locator(neuron).focus()
    drawn.keyboard.press("Enter")
    drawn.locator(".neuron-view").wait_for()
    drawn.evaluate(FRAMES)
    assert drawn.evaluate(f"digitlens.root.activeElement?.matches('{neuron}')")
