"""What befalls a tab that trains: it is said, and the run goes on. A worker dies, the page is put to sleep, what was
kept of the digits is damaged."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.test_own_images import host, page
from tests.web.test_static_site import few
from tests.web.training_page import button, doing, heard, run_of, there

from digitlens.digits.sources.packed import pack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

assert host, page  # fixtures, for the tests below
ASLEEP = 5.0  # seconds after which a worker says that it has slept: training.js
LONG = "digitlens.set({settings: {epochs: '100000'}})"
SAID = """() => { window.said = [];
  new MutationObserver(() => said.push(digitlens.root.getElementById("said").textContent))
    .observe(digitlens.root.getElementById("said"), { childList: true }); }"""
FURTHER = """records => new Promise(done => digitlens.live.on("run", one =>
    one.state === "running" && one.records > records && done(one)))"""
DAMAGES = {  # what became of the bytes that were kept
    "cut short": "bytes => bytes.slice(0, -7)",
    "changed": "bytes => { bytes[bytes.length - 20] ^= 1; return bytes; }",
    "another file": "bytes => new TextEncoder().encode('<!doctype html>')",
    "empty": "bytes => new Uint8Array()",
}
KEPT = "async () => (await (await caches.open('digitlens-data')).keys()).length === 1"
DAMAGE = """async (damage) => {
  const cache = await caches.open("digitlens-data");
  const [key] = await cache.keys();
  const bytes = new Uint8Array(await (await cache.match(key)).arrayBuffer());
  await cache.put(key, new Response(damage(bytes)));
}"""
SIZE = """async () => {
  const cache = await caches.open("digitlens-data");
  const all = await Promise.all((await cache.keys()).map(async (key) => (await cache.match(key)).arrayBuffer()));
  return all.map((one) => one.byteLength);
}"""


def long_run(page: Page) -> Any:
    """A run that is under way, and has had a checkpoint."""
    page.evaluate(LONG)
    button(page, "Start").click()
    page.wait_for_function("() => digitlens.live.current?.checkpoint")
    page.evaluate(SAID)
    return run_of(page)


def test_a_worker_that_dies_is_replaced_which_is_said(page: Page) -> None:
    before = long_run(page)
    (worker,) = page.workers
    worker.evaluate("() => { setTimeout(() => { throw new Error('its memory is gone'); }); }")
    page.wait_for_function("() => said.some((text) => text.includes('its memory is gone') && text.includes('goes on'))")
    after = heard(page, FURTHER, before["records"])
    assert (after["number"], after["error"]) == (before["number"], "")
    assert after["epoch"] >= before["epoch"] > 0 or after["epoch"] > 0
    button(page, "Pause").click()
    doing(page, "paused")


def test_workers_that_die_again_and_again_leave_a_run_that_can_be_continued(page: Page) -> None:
    page.evaluate(
        "digitlens.live.services.worker = ((make) => () => { const one = make(); "
        "setTimeout(() => one.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }))); return one; })"
        "(digitlens.live.services.worker)"
    )
    button(page, "Start").click()
    words = doing(page, "interrupted", "out of memory")
    assert "server" not in words
    button(page, "Continue").wait_for()


def test_a_page_that_the_browser_freezes_trains_on_when_it_is_looked_at_again(page: Page) -> None:
    before = long_run(page)
    session = page.context.new_cdp_session(page)
    for state in ("frozen", "active"):
        session.send("Page.setWebLifecycleState", {"state": state})
    assert heard(page, FURTHER, before["records"])["number"] == before["number"]


@pytest.mark.skipif(sys.platform == "win32", reason="a process that sleeps was not tested: Windows has no SIGSTOP")
def test_a_page_that_slept_says_so_and_trains_on(page: Page, browser: Browser) -> None:
    """As on a phone: its process rests for a while, as if no time had passed."""
    before = long_run(page)
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    renderers = [one["id"] for one in processes if one["type"] == "renderer"]
    for signal_, seconds in ((signal.SIGSTOP, ASLEEP + 1), (signal.SIGCONT, 0)):
        for renderer in renderers:
            os.kill(renderer, signal_)
        time.sleep(seconds)
    page.wait_for_function("() => said.some((text) => text.includes('slept') && text.includes('goes on'))")
    assert heard(page, FURTHER, before["records"])["number"] == before["number"]


@pytest.mark.parametrize("how", DAMAGES)
def test_digits_that_were_kept_and_are_damaged_are_fetched_anew(page: Page, how: str) -> None:
    button(page, "Start").click()
    doing(page, "finished")
    page.wait_for_function(KEPT)
    page.evaluate(f"({DAMAGE})({DAMAGES[how]})")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for fetches in (True, False):
        asked.clear()
        page.reload()
        there(page)
        button(page, "Start").click()
        doing(page, "finished")
        assert any(url.endswith(".digits") for url in asked) == fetches
        page.wait_for_function(KEPT)
    assert page.evaluate(SIZE) == [len(pack(few()))]
