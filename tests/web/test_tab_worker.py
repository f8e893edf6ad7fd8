"""A tab trains in Chromium, in a real Web Worker, behind a strict policy: the network is the command line's."""

from __future__ import annotations

import base64
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.waiting import PATIENCE, until

from digitlens.digits.sources.find import SMALL_PEN, find_data
from digitlens.kernel import native
from digitlens.learning.choices import choices
from digitlens.learning.compiled_engine import CompiledEngine
from digitlens.learning.data_split import split_data
from digitlens.learning.plain_engine import PlainEngine
from digitlens.learning.recipe import Recipe
from digitlens.storage.model_file import from_bytes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WEB = Path(__file__).parents[2] / "src/digitlens/web"
POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'"
BEGIN = """async ([worker, choices]) => {
  const { createWorkerTrainer } = await import("./train/worker_trainer.js");
  const { packedSet } = await import("./train/data/packed.js");
  const { fetched } = await import("./train/data/fetched.js");
  const json = async (name) => (await fetch(name)).json();
  const header = await json("train/data/pen.json");
  window.loads = 0;
  const open = (progress) => {
    window.loads++;
    return fetched("train/data/pen.digits", 2 ** 22, header.sha256, progress, { fetch: fetch.bind(window), caches });
  };
  window.trainer = createWorkerTrainer({
    worker: worker ? () => new Worker("train/worker.js", { type: "module" }) : null,
    kernel: async () => (await fetch("train/kernel.wasm")).arrayBuffer(),
    choices: async () => choices,
    sets: [packedSet(header, open, { default: true })],
    cores: navigator.hardwareConcurrency,
  });
  window.heard = [];
  for (const type of ["choices", "run", "mistakes", "comparison", "refused", "state", "download"])
    trainer.on(type, (message) => heard.push({ ...message, type }));
  trainer.join();
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Plain files from a sub-folder, as a host without a server of ours gives them."""

    class Files(http.server.SimpleHTTPRequestHandler):
        extensions_map = {  # noqa: RUF012 - as the standard library has it
            "": "application/octet-stream",
            ".js": "text/javascript",
            ".json": "application/json",
            ".wasm": "application/wasm",
            ".html": "text/html",
            ".svg": "image/svg+xml",
        }

        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", POLICY)
            super().end_headers()

        def translate_path(self, path: str) -> str:
            return super().translate_path(path.removeprefix("/class"))

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=str(WEB)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/class/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def tab(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_context().new_page()
    page.set_default_timeout(1_000 * PATIENCE)
    page.goto(f"{address}icon.svg")
    yield page
    page.context.close()


def last(page: Page, kind: str, state: str) -> Any:
    page.wait_for_function(
        "([type, state]) => heard.some((one) => one.type === type && one.state === state)", arg=[kind, state]
    )
    return page.evaluate("(type) => heard.findLast((one) => one.type === type)", kind)


def test_the_network_that_a_tab_has_learned_is_the_command_lines(tab: Page) -> None:
    tab.evaluate(BEGIN, [True, choices()])
    last(tab, "state", "here")
    recipe = {"epochs": 1, "seed": 3}
    tab.evaluate(
        "(recipe) => trainer.send({ type: 'train', number: 1, base: 'video', recipe, data: 'pen-small' })", recipe
    )
    run = last(tab, "run", "finished")
    assert run["command"] == "digitlens train --data pen-small --seed 3 --epochs 1 --validation 2000"
    file = tab.evaluate(
        "async () => { let text = ''; for (const byte of await trainer.network('latest')) "
        "text += String.fromCharCode(byte); return btoa(text); }"
    )
    got = from_bytes(base64.b64decode(file))
    wanted = Recipe(**recipe, validation=2_000)
    engine = PlainEngine() if native.missing() else CompiledEngine()
    (record,) = engine.run(wanted, wanted.initial_network(), split_data(wanted, find_data(SMALL_PEN)))
    for one, other in zip(got.network.layers, record.network.layers, strict=True):
        np.testing.assert_allclose(one.weights, other.weights, rtol=0, atol=2e-4)
        np.testing.assert_allclose(one.biases, other.biases, rtol=0, atol=2e-4)
    assert got.provenance["data_sha256"] == find_data(SMALL_PEN).training.fingerprint()
    assert tab.evaluate("() => heard.some((one) => one.type === 'download' && one.done > 1e6)")


def test_the_next_visit_has_its_images_without_the_network(tab: Page, address: str) -> None:
    tab.evaluate(BEGIN, [True, choices()])
    last(tab, "state", "here")
    start = "() => trainer.send({ type: 'train', number: 1, recipe: { epochs: 1 }, data: 'pen-small', go: 'nothing' })"
    tab.evaluate(start)
    last(tab, "run", "paused")
    tab.wait_for_function("async () => (await (await caches.open('digitlens-data')).keys()).length === 1")
    asked: list[str] = []
    tab.goto(f"{address}icon.svg")
    tab.on("request", lambda request: asked.append(request.url))
    tab.evaluate(BEGIN, [True, choices()])
    last(tab, "state", "here")
    tab.evaluate(start)
    last(tab, "run", "paused")
    assert any("kernel.wasm" in url for url in asked)
    assert not any("pen.digits" in url for url in asked)


def test_a_tab_that_cannot_train_says_why(tab: Page) -> None:
    tab.evaluate(BEGIN, [False, choices()])
    last(tab, "state", "gone")
    assert "workers" in tab.evaluate("() => trainer.reason")


def test_without_simd_a_tab_says_so(tab: Page) -> None:
    tab.evaluate("() => { WebAssembly.validate = () => false; }")
    tab.evaluate(BEGIN, [True, choices()])
    last(tab, "state", "gone")
    assert "SIMD" in tab.evaluate("() => trainer.reason")


def test_destroyed_nothing_goes_on(tab: Page) -> None:
    tab.evaluate(BEGIN, [True, choices()])
    last(tab, "state", "here")
    tab.evaluate("() => trainer.send({ type: 'train', number: 1, recipe: { epochs: 1000 }, data: 'pen-small' })")
    last(tab, "run", "running")
    assert len(tab.workers) == 1
    tab.evaluate("() => trainer.destroy()")
    heard = tab.evaluate("() => heard.length")
    assert tab.evaluate("() => trainer.send({ type: 'pause' })") is False
    until(lambda: tab.evaluate("() => true") and not tab.workers)  # asking lets the page's events be heard
    assert tab.evaluate("() => heard.length") == heard
