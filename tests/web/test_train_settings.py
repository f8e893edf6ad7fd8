"""The settings of the train view: bad values get a clear word, Live follows the newest, the server may come and go."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.server.serving import PATIENT, Site, running
from tests.waiting import until
from tests.web.conftest import free_port, watched
from tests.web.training_page import (
    button,
    doing,
    drawn,
    ended,
    field,
    pictures,
    run_of,
    there,
    trainer,
    wrong,
)

from digitlens.errors import DownloadError
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_app
from digitlens.server.training.data_sets import MNIST_MISSING, DataSets

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


class Sets(DataSets):
    """As if MNIST were not here, and could be fetched the second time that somebody asks."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.asked = 0

    def available(self, name: str) -> bool:
        return name != "mnist" or self.asked > 1

    def download(self, progress: Callable[[str, int, int | None], object]) -> None:
        self.asked += 1
        progress("train-images-idx3-ubyte.gz", 2_000_000, 9_900_000)
        time.sleep(0.3)  # long enough to be seen on the way
        if self.asked < 2:
            raise DownloadError("no mirror answers")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pictures(tmp_path_factory.mktemp("labelled") / "digits")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    sets = Sets(str(folder))
    with running(lambda address: create_app(Networks(), address, sets=sets, runs=None, limits=PATIENT)) as site:
        yield site


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    with watched(context.pages[0], console=False):
        yield trainer(context, site.address.url)


SENT = """() => { window.sent = []; const { send } = digitlens.live;
    digitlens.live.send = message => { window.sent.push(message); return send(message); }; }"""


def sent(page: Page, kind: str = "train") -> list[dict[str, Any]]:
    """What the page has sent since SENT was run."""
    return [one for one in page.evaluate("window.sent") if one["type"] == kind]


BAD = [
    *(("learning_rate", text, "0 to 1,000,000") for text in ("1e9", "-1", "", "fast", "NaN")),
    *(("mini_batch", text, "1 to 1,000,000") for text in ("0", "", "1.5", "many")),
    *(("epochs", text, "1 to 100,000") for text in ("0", "1000000", "")),
    *(("seed", text, "whole number") for text in ("-1", "x", "")),
    *(("momentum", text, "below 1") for text in ("1", "")),
    *(("weight_decay", text, "0 to 1") for text in ("2", "")),
    *(("averaging", text, "below 1") for text in ("1", "a")),
    ("validation", "300", "left to learn from"),
    ("validation", "-1", "0 to 1,000,000"),
]


def test_every_bad_value_gets_a_word_beside_its_control_and_nothing_starts(page: Page) -> None:
    page.evaluate(SENT)
    field(page, "optimiser").select_option("momentum")
    for name, text, words in BAD:
        control = field(page, name)
        usual = control.input_value()
        control.fill(text)
        assert len(wrong(page, name, words)) > 15
        assert control.get_attribute("aria-invalid") == "true"
        assert control.get_attribute("aria-describedby") == f"train-{name}-wrong"
        assert button(page, "Start").is_disabled()
        control.fill(usual)
        page.locator(f"#train-{name}-wrong").wait_for(state="hidden")
        assert button(page, "Start").is_enabled()
    assert sent(page) == []


@pytest.mark.parametrize("text", ["0", "10000", "", "-5", "seven", "16,16"])
def test_a_layer_that_cannot_be_gets_a_word_and_keeps_what_was_typed(page: Page, text: str) -> None:
    layer = page.get_by_role("textbox", name="Neurons in hidden layer 1")
    layer.fill(text)
    wrong(page, "hidden", "1 to 4,096")
    assert (layer.input_value(), layer.get_attribute("aria-invalid")) == (text, "true")
    assert button(page, "Start").is_disabled()
    layer.fill("12")
    page.locator("#train-hidden-wrong").wait_for(state="hidden")
    assert page.evaluate("digitlens.state.settings.hidden") == "12-16"


def test_layers_come_and_go(page: Page) -> None:
    layers = page.locator("[data-field=hidden] input")
    page.get_by_role("button", name="Add a layer").click()
    page.wait_for_function("() => window.digitlens?.state.settings.hidden === '16-16-16'")
    page.wait_for_function("() => window.digitlens?.root.activeElement.ariaLabel === 'Neurons in hidden layer 3'")
    page.keyboard.press("Shift+ArrowUp")
    page.wait_for_function("() => window.digitlens?.state.settings.hidden === '16-16-26'")
    for _ in range(3):
        page.get_by_role("button", name="Take hidden layer 1 away").click()
    page.locator(".layers").filter(has_text="the pixels lead straight to the outputs").wait_for()
    assert (layers.count(), page.evaluate("digitlens.state.settings.hidden")) == (0, "none")
    button(page, "One epoch").click()
    doing(page, "paused", "1 epoch")
    assert run_of(page)["sizes"] == [784, 10]
    page.wait_for_function("() => window.digitlens?.root.querySelectorAll('.trainer .weights canvas').length === 10")


def test_too_large_a_network_and_a_pair_that_does_not_go_together_are_said_where_they_are(page: Page) -> None:
    page.get_by_role("textbox", name="Neurons in hidden layer 1").fill("2000")
    wrong(page, "hidden", "At most 1,000,000 weights and biases")
    page.get_by_role("textbox", name="Neurons in hidden layer 1").fill("16")
    field(page, "output").select_option("relu")
    field(page, "cost").select_option("cross_entropy")
    wrong(page, "cost", "sigmoid or softmax, not with ReLU")


def test_what_the_server_refuses_is_said_at_its_field(page: Page) -> None:
    """A mini-batch that does not fit together with the network is something that only the server knows."""
    settings = {"data": "pen", "hidden": "1200", "mini_batch": "30000"}
    page.evaluate("settings => digitlens.set({settings})", settings)
    button(page, "Start").click()
    page.locator("#train-mini_batch-wrong").filter(has_text="at a time with this network").wait_for()
    assert button(page, "Start").is_disabled()
    field(page, "mini_batch").fill("32")
    page.locator("#train-mini_batch-wrong").wait_for(state="hidden")


def test_a_bad_value_from_the_address_that_has_no_control_is_said_too(context: BrowserContext, site: Site) -> None:
    page = trainer(context, site.address.url, "train?precision=float16&activation=nonsense")
    assert "one of float32, float64" in page.locator(".trainer .trouble:visible").inner_text()
    wrong(page, "activation", "one of sigmoid")


def test_live_trains_again_at_every_movement_and_the_newest_wins(page: Page) -> None:
    page.evaluate(SENT)
    page.get_by_role("switch", name="Live").click()
    assert ended(page)["recipe"]["epochs"] == 3
    slider = page.get_by_role("slider", name="Learning rate, by powers of ten")
    slider.evaluate(
        """slider => { for (let k = 0; k < 40; k++) {
            slider.value = String(-2 + k / 20); slider.dispatchEvent(new Event("input", { bubbles: true })); } }"""
    )
    page.wait_for_function("() => window.sent.length >= 2")
    assert [one["recipe"]["learning_rate"] for one in sent(page)[1:]] == [0.891]  # of one frame, the newest
    before = len(sent(page))
    slider.evaluate(
        """async slider => { for (let k = 0; k < 40; k++) {
            slider.value = String(-2 + k / 20); slider.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise(requestAnimationFrame); } }"""
    )
    page.wait_for_function(
        """() => new Promise(done => digitlens.live.on("run", one =>
            one.state === "finished" && one.recipe.learning_rate === 0.891 && done(true)))"""
    )
    moved = sent(page)[before:]
    assert 10 <= len(moved) <= 41
    assert [one["number"] for one in moved] == sorted({one["number"] for one in moved})
    header = ended(page)
    assert (header["number"], header["recipe"]["epochs"]) == (moved[-1]["number"], 3)
    assert page.locator("#train-learning_rate").input_value() == "0.891"
    field(page, "epochs").fill("5")
    doing(page, "finished", "5 epochs")
    field(page, "activation").select_option("tanh")
    page.wait_for_function(
        """() => new Promise(done => digitlens.live.on("run", one =>
            one.state === "finished" && one.recipe.activation === "tanh" && done(true)))"""
    )


def test_what_is_done_to_images_is_chosen_in_words_and_goes_into_the_order(page: Page) -> None:
    page.evaluate(SENT)
    images = field(page, "preparation")
    assert images.evaluate("select => select.selectedOptions[0].text") == "as they are"
    images.select_option("straighten-resize")
    button(page, "Start").click()
    doing(page, "finished")
    (order,) = [one for one in sent(page) if one["type"] == "train"]
    assert order["recipe"]["preparation"] == ["straighten", "resize"]
    assert " --preparation straighten-resize " in f"{page.locator('.command code').inner_text()} "
    page.evaluate("digitlens.set({settings: {...digitlens.state.settings, preparation: 'resize'}})")
    page.wait_for_function(
        "() => window.digitlens?.root.querySelector('#train-preparation').selectedOptions[0].text === 'one size'"
    )


def test_live_on_the_plain_engine_says_that_it_is_slower(context: BrowserContext, site: Site) -> None:
    page = trainer(context, site.address.url, "train?precision=float64&live=1")
    header = ended(page)
    assert (header["engine"], header["recipe"]["epochs"]) == ("plain", 3)
    words = page.locator(".trainer .live .dim").inner_text()
    assert words.startswith("On the plain engine, which is slower")
    assert header["fallback_reason"] in words


def test_a_recipe_is_a_beginning(page: Page) -> None:
    field(page, "epochs").fill("2")
    page.get_by_role("button", name="talk").click()
    page.wait_for_function("() => window.digitlens?.root.querySelector('#train-learning_rate').value === '1.5'")
    assert field(page, "initialisation").input_value() == "standard_normal"
    assert field(page, "epochs").input_value() == "30"
    field(page, "epochs").fill("1")
    button(page, "Start").click()
    assert ended(page)["base"] == "talk"
    command = page.locator(".command code").inner_text()
    assert command.startswith("digitlens train --recipe talk --data ")
    assert " --epochs 1 " in f"{command} "


def test_a_thing_to_try_starts_at_once(page: Page) -> None:
    page.get_by_role("button", name="Learning rate far too high").click()
    header = ended(page)
    assert (header["recipe"]["learning_rate"], header["recipe"]["epochs"]) == (30, 10)
    assert page.locator("#train-learning_rate").input_value() == "30"


def test_mnist_is_fetched_by_one_click_with_its_progress_and_its_trouble(page: Page) -> None:
    get = page.get_by_role("button", name="Download MNIST")
    page.locator("#train-data").select_option("mnist")
    page.locator(".trainer .data").filter(has_text=MNIST_MISSING).wait_for()
    assert button(page, "Start").is_disabled()
    get.click()
    page.locator(".trainer .data").filter(has_text="no mirror answers").wait_for()
    page.evaluate("() => { digitlens.live.on('download', one => { (window.heard ??= []).push(one); }); }")
    get.click()
    page.wait_for_function("() => window.heard?.at(-1).ended")
    get.wait_for(state="hidden")
    assert [(one["done"], one["ended"]) for one in page.evaluate("window.heard")][-2:] == [
        (2_000_000, False),
        (0, True),
    ]
    assert button(page, "Start").is_enabled()


def test_the_curves_wear_the_colours_of_the_theme(page: Page) -> None:
    button(page, "One epoch").click()
    doing(page, "paused", "1 epoch")
    dark = drawn(page, ".plot canvas")
    page.locator("button.theme").click()
    page.wait_for_function("first => digitlens.root.querySelector('.plot canvas').toDataURL() !== first", arg=dark[0])
    assert all(one != other for one, other in zip(drawn(page, ".plot canvas"), dark, strict=True))


@contextlib.contextmanager
def process(folder: Path, runs: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`digitlens app` that can be killed."""
    command = [
        sys.executable,
        "-m",
        "digitlens",
        "app",
        "--no-browser",
        "--port",
        str(port),
        "--data",
        str(folder),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "DIGITLENS_RUNS": str(runs)}
    ) as started:
        try:
            assert started.stdout is not None
            assert b"Digitlens is at" in started.stdout.readline()
            yield started
        finally:
            started.kill()


def test_a_killed_server_leaves_what_is_shown_and_its_run_goes_on_when_it_is_back(
    context: BrowserContext, folder: Path, tmp_path: Path
) -> None:
    port = free_port()
    with process(folder, tmp_path / "runs", port) as first:
        page = trainer(context, f"http://127.0.0.1:{port}/")
        field(page, "epochs").fill("100000")
        button(page, "Start").click()
        doing(page, "running")
        until(lambda: list((tmp_path / "runs").glob("*.checkpoint")))
        first.kill()
    page.locator(".trainer .controls").filter(has_text="The server is gone").wait_for()
    kept, words = drawn(page, ".trainer .weights canvas"), page.locator(".curves .summary").inner_text()
    assert button(page, "Pause").is_disabled()
    assert page.locator("#train-snapshot").is_disabled()
    assert (len(set(kept)), words.startswith("After ")) == (16, True)
    with process(folder, tmp_path / "runs", port):
        try_now(page)
        doing(page, "interrupted")
        go = page.locator(".trainer .main")
        header = run_of(page)
        assert (go.inner_text(), header["state"]) == (f"Continue from epoch {header['epoch']}", "interrupted")
        go.click()
        doing(page, "running")
        button(page, "Pause").click()
        doing(page, "paused")
        assert run_of(page)["epoch"] >= header["epoch"]
        page.reload()
        there(page)
        doing(page, "paused")


def try_now(page: Page) -> None:
    """Somebody presses the button; the page tries by itself, too, and where it is faster the button is gone."""
    page.locator(".connection button", has_text="Try now").dispatch_event("click")


def test_a_new_server_that_knows_nothing_of_the_run_is_told_so(
    context: BrowserContext, folder: Path, tmp_path: Path
) -> None:
    port = free_port()
    with process(folder, tmp_path / "runs", port) as first:
        page = trainer(context, f"http://127.0.0.1:{port}/", "train?epochs=2")
        button(page, "Start").click()
        ended(page)
        first.kill()
    page.locator(".trainer .controls").filter(has_text="The server is gone").wait_for()
    with process(folder, tmp_path / "runs", port):
        try_now(page)
        doing(page, "lost")
        button(page, "Start again").click()
        ended(page)
