"""The served page trains on its server or in its tab: it says which, and keeps what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.server.serving import Site
from tests.server.watching import training
from tests.web.conftest import watched
from tests.web.test_accessibility import violations
from tests.web.test_own_images import dropped, mnists_own, taken, written
from tests.web.training_page import button, doing, ended, heard, pictures, run_of, there, trainer

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

LATER = """number => new Promise(done => digitlens.live.on("run", one =>
    one.number > number && one.state === "finished" && done(true)))"""
SERVER, TAB = "on this computer’s server", "in this tab"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pictures(tmp_path_factory.mktemp("labelled") / "digits")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with training(folder) as site:
        yield site


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    with watched(context.pages[0]):
        yield trainer(context, site.address.url, "train?epochs=2")


def place(page: Page, name: str, view: str = ".trainer") -> Locator:
    return page.locator(f"{view} .where").get_by_role("button", name=name)


def here(page: Page) -> str:
    """Where it says that it trains."""
    return page.locator(".trainer .where [aria-pressed=true]").inner_text()


def choose(page: Page, name: str) -> None:
    place(page, name).click()
    page.wait_for_function("() => digitlens.live.state === 'here'")
    there(page)


def start(page: Page) -> Any:
    button(page, "Start").click()
    return ended(page)


def test_it_trains_where_it_says_and_each_has_its_own_run(page: Page) -> None:
    assert here(page) == SERVER
    on_server = start(page)
    assert (on_server["data"], on_server["engine"]) == ("folder", "compiled")
    choose(page, TAB)
    assert here(page) == TAB
    doing(page, "untrained")
    in_tab = start(page)
    assert (in_tab["data"], in_tab["engine"], in_tab["epoch"]) == ("pen-small", "WebAssembly", 2)
    page.locator("#train-data", has_text="20,000 pen digits").wait_for()
    assert violations(page) == []
    choose(page, SERVER)
    doing(page, "finished")
    assert run_of(page)["number"] == on_server["number"]
    choose(page, TAB)
    doing(page, "finished")
    assert run_of(page)["number"] == in_tab["number"]


def test_what_runs_where_nobody_looks_is_paused(page: Page) -> None:
    page.evaluate("digitlens.set({settings: {epochs: '100000'}})")
    button(page, "Start").click()
    doing(page, "running")
    choose(page, TAB)
    choose(page, SERVER)
    doing(page, "paused")
    button(page, "Continue").click()
    doing(page, "running")
    button(page, "Pause").click()
    doing(page, "paused")


def test_the_choice_is_kept_and_holds_for_compare_too(page: Page) -> None:
    choose(page, TAB)
    page.reload()
    there(page)
    assert here(page) == TAB
    page.get_by_role("link", name="Compare").click()
    assert place(page, TAB, ".compare-view").get_attribute("aria-pressed") == "true"
    page.locator("#compare-epochs").fill("1")
    page.locator("#compare-seeds").fill("2")
    page.locator(".compare-view .main").click()
    page.locator(".compare-view .doing", has_text="Finished").wait_for()
    assert "WebAssembly" in page.locator(".column[data-side=A]").inner_text()
    place(page, SERVER, ".compare-view").click()
    page.locator("#compare-data option", has_text="own folder").wait_for(state="attached")
    assert page.locator(".compare-view .nothing").is_visible()


def test_images_are_dropped_where_the_tab_trains(page: Page, tmp_path: Path) -> None:
    assert not page.locator(".own-images").is_visible()
    choose(page, TAB)
    dropped(page, written(tmp_path, mnists_own(300, 100)))
    taken(page, "400")
    assert start(page)["test"] == 100
    choose(page, SERVER)
    assert not page.locator(".own-images").is_visible()


def test_without_the_server_the_tab_trains_on(context: BrowserContext, folder: Path) -> None:
    with training(folder) as site:
        page = trainer(context, site.address.url, "train?epochs=2")
        choose(page, TAB)
        first = start(page)["number"]
    page.locator(".connection", has_text="in this tab").wait_for()
    button(page, "Start again").click()
    assert heard(page, LATER, first)
