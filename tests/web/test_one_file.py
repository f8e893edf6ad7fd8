"""The page in one file, opened from the disk: Read, Neuron and Learn, and not one request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.web.conftest import VIEWPORT, context_of, watched
from tests.web.test_accessibility import THREE, violations

from digitlens.exports.one_file import one_file
from digitlens.exports.site import networks_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LARGEST = 1_500_000  # bytes


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mail") / "lens with spaces.html"
    path.write_bytes(one_file(networks_of(["straight"])[:1]))
    return path


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    context = context_of(browser, viewport=VIEWPORT, reduced_motion="reduce")
    page = context.new_page()
    with watched(page):
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-whole]")
        yield page
    context.close()


def test_it_is_small_and_the_same_bytes_each_time(file: Path) -> None:
    assert file.stat().st_size <= LARGEST
    assert one_file(networks_of(["straight"])[:1]) == file.read_bytes()
    assert b"http://" not in file.read_bytes().replace(b"http://www.w3.org/", b"")


def test_the_journeys_work_from_the_disk_and_nothing_is_asked_for(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    assert page.evaluate("digitlens.network.name") == "straight"
    assert "straight" in page.title()
    page.evaluate("strokes => digitlens.set({strokes})", THREE)
    page.locator(".answer .digit", has_text="3").wait_for()
    assert page.locator("nav a").all_inner_texts() == ["Read", "Neuron", "Learn"]
    for journey, view in {"Neuron": ".neuron-view", "Learn": ".learn-view", "Read": ".preparation"}.items():
        page.locator("nav").get_by_role("link", name=journey).press("Enter")
        page.locator(view).wait_for()
        assert violations(page) == [], journey
    page.locator(".picker summary").press("Enter")
    page.get_by_role("button", name="Example of a 7").press("Enter")
    page.locator(".answer .digit", has_text="7").wait_for()
    assert [url for url in asked if not url.startswith(("blob:", "data:"))] == []


def test_a_link_into_the_file_and_a_reload_find_what_was_drawn(page: Page) -> None:
    page.evaluate("strokes => digitlens.set({view: 'learn', strokes}, 'push')", THREE)
    page.wait_for_function("() => location.hash.startsWith('#learn')")
    page.reload()
    page.wait_for_selector("html[data-whole]")
    page.locator(".learn-view").wait_for()
    assert page.evaluate("digitlens.state.strokes.length") == 1
    page.go_back()
    page.locator(".preparation").wait_for()


def test_another_script_in_the_file_does_not_run(browser: Browser, file: Path, tmp_path: Path) -> None:
    """The policy allows the script that belongs to it, and no other that somebody has put in on the way."""
    changed = tmp_path / "changed.html"
    changed.write_bytes(file.read_bytes().replace(b"<main>", b"<script>window.foreign = true</script><main>"))
    page = context_of(browser).new_page()
    page.goto(changed.as_uri())
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("window.foreign") is None
    page.context.close()
