"""An activation that only Python knows, in the page: it shows what the server tells, and what it cannot do it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.only_in_python import SOFTPLUS
from tests.server.serving import PATIENT, Site, running
from tests.web.conftest import watched
from tests.web.training_page import button, ended, pictures, trainer

from digitlens.learning.recipe import Recipe
from digitlens.network.activations import ACTIVATIONS
from digitlens.reading.reader import Reader
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_app
from digitlens.server.training.data_sets import DataSets
from digitlens.storage.model_file import save

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


@pytest.fixture(scope="module")
def known() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ACTIVATIONS, "softplus", SOFTPLUS)
        yield


@pytest.fixture(scope="module")
def file(known: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("networks") / "soft.digitlens"
    save(Reader(Recipe(activation="softplus", hidden=(5,)).initial_network(), "soft"), path)
    return path


@pytest.fixture(scope="module")
def site(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The app, started with such a network."""
    folder = pictures(tmp_path_factory.mktemp("labelled") / "digits", each=10)
    with running(
        lambda address: create_app(Networks(str(file)), address, sets=DataSets(str(folder)), limits=PATIENT)
    ) as site:
        yield site


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    with watched(context.pages[0], console=False):
        yield trainer(context, site.address.url, "train?activation=softplus&epochs=2&hidden=5&data=folder")


def test_where_the_app_was_started_with_such_a_network_the_one_that_ships_is_shown_and_it_is_said(page: Page) -> None:
    assert page.evaluate("digitlens.network.name") == "video"
    said = page.locator("#said").text_content() or ""
    assert "softplus" in said
    assert "soft" in said


def test_train_shows_how_it_learns_and_says_that_only_python_can_compute_with_it(page: Page) -> None:
    button(page, "Start").click()
    header = ended(page)
    assert (header["state"], header["engine"], header["recipe"]["activation"]) == ("finished", "plain", "softplus")
    page.locator(".trainer .weights canvas").first.wait_for()
    note = page.locator(".snapshots [role=note]")
    note.wait_for()
    assert "softplus" in note.inner_text()
    for view in ("Read", "Neuron", "Learn"):
        assert page.locator(".take").get_by_role("button", name=view, exact=True).is_disabled()
    assert page.locator(".take").get_by_role("button", name="Save as a file").is_enabled()
    assert page.locator(".trainer .weights button").first.is_disabled()
    assert "%" in page.locator(".curves .summary").inner_text()
    page.evaluate("digitlens.set({view: 'read'})")  # where nothing is broken by it
    page.locator("#pad").wait_for()


def test_a_file_with_it_is_not_opened_and_the_words_name_it(page: Page, file: Path) -> None:
    before = page.evaluate("digitlens.network.name")
    page.get_by_role("button", name="Network").first.click()
    page.locator("dialog input[type=file]").set_input_files(file)
    trouble = page.locator("dialog .trouble")
    trouble.filter(has_text="softplus").wait_for()
    assert "leaky_relu" in trouble.inner_text()
    assert "digitlens read" in trouble.inner_text()
    assert page.evaluate("digitlens.network.name") == before
