"""The train view: what is shown is what the server tells, every button does what it says, and nothing gets stuck."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.server.serving import Site
from tests.server.watching import training
from tests.web.conftest import watched
from tests.web.training_page import (
    BEGIN,
    button,
    doing,
    drawn,
    ended,
    field,
    heard,
    pictures,
    run_of,
    there,
    trainer,
)

from digitlens.server.training.timing import Timing
from digitlens.storage.model_file import from_bytes

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

WEIGHTS, MISREAD = ".trainer .weights canvas", ".misread canvas"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pictures(tmp_path_factory.mktemp("labelled") / "digits")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with training(folder, timing=Timing(measuring=1e9)) as site:  # every record, however busy the machine is
        yield site


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    with watched(context.pages[0], console=False):
        yield trainer(context, site.address.url)


def test_at_first_sight_there_is_one_large_button_and_a_sentence_of_what_it_does(page: Page) -> None:
    assert button(page, "Start").is_enabled()
    assert "60 times" in page.locator(".plan").inner_text()
    assert doing(page, "untrained")
    assert page.locator(".curves .summary").inner_text().startswith("Nothing has been learned yet")
    assert page.locator(".plot canvas").count() == 3
    for part in (".snapshots", ".mistakes", ".confusion", ".command"):
        assert not page.locator(part).is_visible(), part


def test_what_is_shown_of_a_run_is_what_the_server_tells(page: Page) -> None:
    field(page, "epochs").fill("6")
    button(page, "Start").click()
    header = ended(page)
    assert (header["state"], header["recipe"]["epochs"], header["data"]) == ("finished", 6, "folder")
    *_, (position, _, training_share, test_cost, test_share, whole, _) = np.reshape(header["curves"], (-1, 7))
    assert (position, whole) == (6, 1)
    summary = page.locator(".curves .summary").inner_text()
    assert "6 epochs" in summary
    assert f"{100 * test_share:.2f} % of the test images" in summary
    assert f"{100 * training_share:.2f} % of those" in summary
    assert summary in (page.get_by_role("img", name="Accuracy").get_attribute("aria-label") or "")
    page.locator(".numbers summary").click()
    page.locator(".numbers-table caption").wait_for()
    last = page.locator(".numbers-table tbody tr").last.locator("th, td").all_inner_texts()
    assert (last[0], last[2], last[4]) == ("6", f"{test_cost:.4f}", f"{100 * test_share:.2f} %")
    table = [[int(n) if n != "·" else 0 for n in row] for row in rows(page, ".confusion tbody tr")]
    assert np.sum(table) == header["test"]
    assert round(header["test"] * test_share) == np.trace(table)
    page.locator(".mistakes .dim").filter(has_text=f"{header['test'] - np.trace(table)} of {header['test']}").wait_for()
    shown = min(24, header["test"] - int(np.trace(table)))
    assert page.locator(MISREAD).count() == shown
    label = page.locator(MISREAD).first.get_attribute("aria-label") or ""
    assert label.endswith(page.locator(".misread span").first.inner_text().replace(" → ", ", read as "))
    assert page.locator(".command code").inner_text() == header["command"]
    assert "--epochs 6" in header["command"]
    assert len(set(drawn(page, WEIGHTS))) == 16
    page.locator(".counts").get_by_role("button", name="Worksheet").click()  # of this very matrix, with its key
    dialog = page.get_by_role("dialog", name="Worksheet")
    key = dialog.locator(".exercise-sheet").last
    key.wait_for()
    *_, accuracy = key.locator("strong.blank").all_inner_texts()
    assert accuracy == f"{100 * np.trace(table) / np.sum(table):.2f} %"
    cells = [row.locator("td").all_inner_texts() for row in key.locator("tbody tr").all()]
    assert [[int(n) if n != "·" else 0 for n in row] for row in cells] == table


def test_what_is_misread_is_that_of_the_newest_run(page: Page) -> None:
    counts, last = [], 0
    for epochs in ("1", "200", "2"):  # fewer and more are misread than before
        field(page, "epochs").fill(epochs)
        button(page, "Start again" if counts else "Start").click()
        heard(  # that of the run before may still be called finished
            page,
            """last => new Promise(done => digitlens.live.on("run", one =>
            one.number > last && one.state === "finished" && done(true)))""",
            last,
        )
        header = ended(page)
        last = header["number"]
        told = heard(
            page,
            """number => new Promise(done => digitlens.live.on("mistakes", (header, { blocks }) =>
            header.number === number && done({...header, confusion: Array.from(blocks.confusion)})))""",
            last,
        )
        words = f"{told['count']} of {told['tested']} test images"
        page.locator(".mistakes .dim").filter(has_text=words).wait_for()
        table = [[int(n) if n != "·" else 0 for n in row] for row in rows(page, ".confusion tbody tr")]
        assert np.ravel(table).tolist() == told["confusion"]
        labels = [one.get_attribute("aria-label") for one in page.locator(MISREAD).all()]
        assert labels == [f"Test image {o['index']}: a {o['digit']}, read as {o['read']}" for o in told["shown"]]
        short = page.locator(".misread span").all_inner_texts()
        assert short == [f"{one['digit']} → {one['read']}" for one in told["shown"]]
        shares = page.locator(".confusion td").evaluate_all(
            "all => all.map(td => td.style.getPropertyValue('--share'))"
        )
        wrong_ones = page.locator(".confusion td.wrong").count()
        assert (
            sum(bool(share) for share in shares)
            == wrong_ones
            == np.count_nonzero(table) - np.count_nonzero(np.diag(table))
        )
        counts.append(len(labels))
    assert counts[1] < min(counts[0], counts[2]), counts


def rows(page: Page, which: str) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in page.locator(which).all()]


def test_curves_and_pictures_follow_while_it_runs_and_pause_rests_at_once(page: Page) -> None:
    field(page, "epochs").fill("100000")
    button(page, "Start").click()
    doing(page, "running")
    before, number = drawn(page, WEIGHTS), run_of(page)["records"]
    page.wait_for_function(
        "first => digitlens.root.querySelector('.trainer .weights canvas').toDataURL() !== first", arg=before[0]
    )
    button(page, "Pause").click()
    doing(page, "paused")
    button(page, "Continue").wait_for()
    rests = run_of(page)
    assert rests["records"] > number
    button(page, "Continue").click()
    doing(page, "running")
    page.wait_for_function(
        "records => new Promise(done => digitlens.live.on('run', one => one.records > records && done(true)))",
        arg=rests["records"],
    )
    assert run_of(page)["number"] == rests["number"]


def test_single_steps_do_what_they_are_called(page: Page) -> None:
    button(page, "One mini-batch").click()
    doing(page, "paused", "1 of 60", "after 1 of")
    button(page, "One example").click()
    single = page.locator(".trainer .single")
    single.wait_for()
    header = run_of(page)
    example = header["last_example"]
    assert (header["mini_batch"], header["example"], header["own_way"]) == (1, 1, True)
    words = single.inner_text()
    assert f"a {header['classes'][example['digit']]}: its own cost" in words
    assert f"from {example['cost_before']:.4f} to {example['cost_after']:.4f}" in words
    assert "no command" in page.locator(".command").inner_text()
    assert page.locator(".command button").is_disabled()
    button(page, "One epoch").click()
    doing(page, "paused", "1 epoch of 60")


def test_reset_leads_back_to_the_same_beginning(page: Page) -> None:
    button(page, "Reset").click()
    page.locator(".snapshots").wait_for()
    doing(page, "untrained")
    first = run_of(page)
    button(page, "One epoch").click()
    doing(page, "paused", "1 epoch")
    assert run_of(page)["pictures"] != first["pictures"]
    button(page, "Reset").click()
    doing(page, "untrained")
    again = run_of(page)
    assert again["pictures"] == first["pictures"]
    assert again["number"] > first["number"]


def test_the_copied_command_ends_in_the_bits_of_the_page(page: Page, folder: Path, tmp_path: Path) -> None:
    import shlex

    from digitlens.cli.main import _run

    field(page, "epochs").fill("3")
    page.locator("#train-hidden input, [data-field=hidden] input").first.fill("7")
    button(page, "Start").click()
    ended(page)
    command = shlex.split(page.locator(".command code").inner_text())
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    assert saved.value.suggested_filename == "trained.digitlens"
    ours = from_bytes(Path(saved.value.path()).read_bytes())
    assert _run([*command[1:], "--out", str(tmp_path / "theirs.digitlens")]) == 0
    theirs = from_bytes((tmp_path / "theirs.digitlens").read_bytes())
    for one, other in zip(ours.network.layers, theirs.network.layers, strict=True):
        assert np.array_equal(one.weights, other.weights)
        assert np.array_equal(one.biases, other.biases)


def test_scrubbing_back_shows_that_moment_and_takes_its_network_along(page: Page, site: Site) -> None:
    field(page, "epochs").fill("20")
    button(page, "Start").click()
    header = ended(page)
    newest, curve = drawn(page, WEIGHTS), drawn(page, ".plot canvas")
    page.locator("#train-snapshot").focus()
    for _ in range(3):
        page.keyboard.press("PageDown")
    words = page.locator("#train-snapshot-words")
    words.filter(has_text="test images read correctly").wait_for()
    assert drawn(page, WEIGHTS) != newest
    assert drawn(page, ".plot canvas")[0] != curve[0]  # a line across
    record = int(page.locator("#train-snapshot").input_value())
    moment: Any = heard(
        page,
        """at => new Promise(done => {
            digitlens.live.on("moment", header => header.ask === 1e6 && done(header));
            digitlens.live.send({type: "moment", at, ask: 1e6});
        })""",
        record,
    )
    assert (moment["record"], words.inner_text().split(" of ")[0]) == (record, f"After {told(moment['position'])}")
    page.get_by_role("group", name="Open the network").get_by_role("button", name="Learn").click()
    page.locator(".learn-view").wait_for()
    visitor = page.evaluate("sessionStorage.getItem('digitlens.visitor')")
    with urllib.request.urlopen(f"{site.address.url}api/runs/{visitor}/{record}.digitlens") as answer:
        network = from_bytes(answer.read()).network
    weights = page.evaluate("Array.from(digitlens.network.layers[0].weights)")
    np.testing.assert_array_equal(np.float32(weights), np.ravel(network.layers[0].weights))
    assert not page.evaluate("digitlens.changed")
    page.go_back()
    page.locator(".snapshots").wait_for()
    page.get_by_role("button", name="Newest").click()
    words.filter(has_text="The newest: after 20 epochs").wait_for()
    assert drawn(page, WEIGHTS) == newest
    assert header["records"] - 1 == int(page.locator("#train-snapshot").input_value())


def told(position: float) -> str:
    return f"{position:.0f} epoch{'s' if position != 1 else ''}" if position % 1 == 0 else f"{position:.2f} epochs"


def test_a_place_on_the_curve_is_a_moment_too_and_a_picture_leads_to_its_neuron(page: Page) -> None:
    field(page, "epochs").fill("20")
    button(page, "Start").click()
    ended(page)
    page.locator(".plot .u-over").first.click(position={"x": 60, "y": 40})
    page.locator("#train-snapshot-words").filter(has_text="read correctly").wait_for()
    page.get_by_role("button", name="Neuron 5: take it apart").click()
    page.locator(".neuron-view").wait_for()
    state = page.evaluate("digitlens.state")
    assert (state["view"], state["layer"], state["neuron"]) == ("neuron", 1, 5)
    assert page.evaluate("digitlens.network.name") == "trained"


def test_a_reload_finds_the_run_again(page: Page) -> None:
    field(page, "epochs").fill("100000")
    page.locator("[data-field=hidden] input").first.fill("5")
    button(page, "Start").click()
    doing(page, "running")
    number, visitor = run_of(page)["number"], page.evaluate("sessionStorage.getItem('digitlens.visitor')")
    page.reload()
    there(page)
    doing(page, "running")
    assert (run_of(page)["number"], page.evaluate("sessionStorage.getItem('digitlens.visitor')")) == (number, visitor)
    assert page.locator("[data-field=hidden] input").first.input_value() == "5"
    button(page, "Pause").click()
    doing(page, "paused")


def test_a_bare_address_takes_over_the_settings_of_the_run_that_is_there(page: Page, context: BrowserContext) -> None:
    page.locator("[data-field=hidden] input").first.fill("9")
    button(page, "One mini-batch").click()
    doing(page, "paused", "epoch 1")
    page.evaluate("history.replaceState(null, '', '#train')")
    page.reload()
    there(page)
    doing(page, "paused", "epoch 1")
    page.wait_for_function("() => window.digitlens?.state.settings.hidden === '9-16'")
    button(page, "Continue").wait_for()


def test_earlier_runs_stay_in_the_curves_as_named_lines_and_one_can_be_pinned(page: Page) -> None:
    plain = page.locator(".curves .key").first.locator("span")
    rates = ("0.5", "0.25", "0.125", "0.0625", "0.75")
    for rate in rates:
        page.evaluate("rate => digitlens.set({settings: {epochs: '2', learning_rate: rate}})", rate)
        page.evaluate(BEGIN)
        page.locator(".trainer .run button.main").click()
        page.wait_for_function(
            "rate => window.ended?.state === 'finished' && String(window.ended.recipe.learning_rate) === rate", arg=rate
        )
        if rate == rates[0]:
            page.get_by_role("button", name="Pin this run").click()
    page.wait_for_function("() => digitlens.root.querySelectorAll('.earlier li').length === 4")
    names = [line.split(":")[0] for line in page.locator(".earlier li span").all_inner_texts()]
    assert names == [f"learning rate {rate}" for rate in rates[:4]], "the pinned one is the oldest, and still here"
    assert plain.count() == 2 + 4
    page.get_by_role("button", name="Take the run with learning rate 0.125 away").click()
    page.wait_for_function("() => digitlens.root.querySelectorAll('.earlier li').length === 3")
    page.wait_for_function(
        "() => !digitlens.root.querySelector('.curves .key').textContent.includes('learning rate 0.125')"
    )


def test_a_run_that_diverges_says_so_and_stops(page: Page) -> None:
    settings = {"activation": "relu", "output": "identity", "learning_rate": "900000"}
    page.evaluate("settings => digitlens.set({settings})", settings)
    button(page, "Start").click()
    words = doing(page, "diverged")
    assert "lower the learning rate" in words
    button(page, "Start again").wait_for()
    assert button(page, "One epoch").is_disabled()


def test_a_comparison_takes_its_place_and_the_view_says_so(page: Page) -> None:
    button(page, "One mini-batch").click()
    doing(page, "paused", "epoch 1")
    page.evaluate(
        """recipes => digitlens.live.send({type: "compare", number: digitlens.live.next(), recipes,
            base: "video", data: "folder", seeds: 1})""",
        [{"epochs": 1}, {"epochs": 1, "activation": "relu"}],
    )
    doing(page, "replaced")
    button(page, "Start again").click()
    ended(page)


def test_it_is_all_done_by_keyboard(page: Page) -> None:
    button(page, "Start").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # one mini-batch
    doing(page, "paused", "1 of 60", "after 1 of")
    page.get_by_role("switch", name="Live").press("Space")
    assert page.evaluate("digitlens.state.settings.live") == "1"
    doing(page, "finished", "3 epochs")
    page.locator("[data-field=hidden] input").first.press("ArrowUp")
    page.wait_for_function("() => window.digitlens?.state.settings.hidden === '17-16'")
    page.wait_for_function("() => window.digitlens?.root.querySelectorAll('.trainer .weights canvas').length === 17")
    doing(page, "finished", "3 epochs")
    page.get_by_role("button", name="Neuron 16: take it apart").press("Enter")
    page.locator(".neuron-view").wait_for()
