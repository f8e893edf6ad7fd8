"""The page as a component: two in one document, beside things of others, and nothing of one is left when it goes."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import HTMLResponse
from starlette.routing import Route
from tests.server.serving import PATIENT, Site, few, running
from tests.waiting import PATIENCE
from tests.web.conftest import watched
from tests.web.test_accessibility import THREE, violations
from tests.web.twins.node import WITHOUT

from digitlens.server.http.address import Address
from digitlens.server.http.guard import Guard
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_routes

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

WEB = Path(__file__).parents[2] / "src/digitlens/web"
# what starts by itself, because it is the page
HOSTS = ("page", "site", "file", "file_opener", "file_trains", "service_worker")
DOCUMENT = """<!doctype html><html lang=en><title>Two components</title><body>
<main><h1 id=said>Ours</h1><section id=one></section><section id=two></section></main>"""

# Whatever a component asks the browser to do later is counted, and no longer when it is undone or has happened.
COUNTED = """() => {
  const kept = window.kept = {listener: new Set(), timer: new Set(), frame: new Set(), socket: new Set(),
                              observer: new Set(), worker: new Set()};
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const shared = target => target === window || target === document || target instanceof MediaQueryList;
  const key = (target, type, listener) => [...kept.listener].find(one => one.target === target && one.type === type
    && one.listener === listener);
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? window;
    if (shared(target) && !options?.signal?.aborted) {
      const one = {target, type, listener};
      kept.listener.add(one);
      if (options?.signal) addEventListener.call(options.signal, 'abort', () => kept.listener.delete(one));
    }
    return addEventListener.call(target, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    kept.listener.delete(key(this ?? window, type, listener));
    return removeEventListener.call(this ?? window, type, listener, options);
  };
  const later = (name, start, stop, box, again) => {
    const [started, stopped] = [window[start], window[stop]];
    window[start] = (what, ...rest) => {
      const id = started.call(window, (...given) => { again || box.delete(id); what(...given); }, ...rest);
      box.add(id);
      return id;
    };
    window[stop] = id => { box.delete(id); stopped.call(window, id); };
  };
  later('timer', 'setTimeout', 'clearTimeout', kept.timer, false);
  later('timer', 'setInterval', 'clearInterval', kept.timer, true);
  later('frame', 'requestAnimationFrame', 'cancelAnimationFrame', kept.frame, false);
  for (const name of ['ResizeObserver', 'MutationObserver', 'IntersectionObserver'])
    window[name] = class extends window[name] {
      observe(...given) { kept.observer.add(this); super.observe(...given); }
      disconnect() { kept.observer.delete(this); super.disconnect(); }
    };
  window.WebSocket = class extends window.WebSocket {
    constructor(...given) { super(...given); kept.socket.add(this); }
    close(...given) { kept.socket.delete(this); super.close(...given); }
  };
  window.Worker = class extends window.Worker {
    constructor(...given) { super(...given); kept.worker.add(this); }
    terminate() { kept.worker.delete(this); super.terminate(); }
  };
}"""
LEFT = """() => Object.fromEntries(Object.entries(kept).map(([name, box]) => [name,
    name === 'listener' ? [...box].map(one => one.type).sort() : box.size]))"""
MADE = """async () => {
  const [{ createApp }, { ALL }, server, browser] = await Promise.all(
    ['app/create_app', 'app/loaders', 'hosts/server', 'hosts/browser'].map(name => import(`/${name}.js`)));
  const make = label => createApp(document.getElementById(label), {
    address: browser.ownAddress('read'), networks: server.serverNetworks, journeys: ALL,
    styles: browser.linkedStyles(sheet => `/${sheet}`), examples: server.serverExamples, images: server.serverImages,
    trainer: server.serverTrainer(null), pageReader: server.serverPageReader, looksFor: server.serverLooksFor(),
    share: () => '', label });
  window.components = { one: make('one'), two: make('two') };
  window.apps = {};
  for (const [name, component] of Object.entries(components)) {
    apps[name] = await component.ready;
    await component.whole;
  }
}"""
TRAINED = (
    """name => new Promise(done => apps[name].live.on('run', ({ state }) => state === 'finished' && done(true)))"""
)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    two = Route("/two", lambda request: HTMLResponse(DOCUMENT))

    def make(address: Address) -> Guard:
        return Guard(create_routes(Networks(), [two], sets=few()), address, limits=PATIENT)

    with running(make) as site:
        yield site


@pytest.fixture
def two(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A document with two components, `components.one` and `components.two`, and their apps."""
    page = context.new_page()
    page.add_init_script(f"({COUNTED})()")
    with watched(page):
        page.goto(f"{site.address.url}two")
        page.evaluate(MADE)
        yield page


def cleared(page: Page) -> Any:
    """All that is left when both components are gone, by its kind: what belongs to others in the document."""
    page.evaluate("Object.values(components).forEach(component => component.destroy())")
    page.wait_for_function("() => kept.frame.size === 0")  # two that move the focus to a new field
    return page.evaluate(LEFT)


def reads(page: Page, name: str) -> str:
    return page.locator(f"#{name} .answer .digit").inner_text().strip()


def test_no_module_reads_a_document_an_address_or_a_storage_when_it_is_imported() -> None:
    """Under Node, where there is none of these: importing a module that wants one fails."""
    names = [path.relative_to(WEB).as_posix() for path in WEB.rglob("*.js")]
    hosts = {f"hosts/{name}.js" for name in HOSTS}
    assert hosts < set(names)
    modules = [name for name in names if not name.startswith(("built/", "vendor/")) and name not in hosts]
    script = f"""
        const failed = {{}};
        for (const name of {json.dumps([*modules, "hosts/page.js"])})
          await import(new URL(name, {json.dumps(WEB.as_uri() + "/")})).catch(error => failed[name] = String(error));
        console.log(JSON.stringify(failed));
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip(WITHOUT)
    command = [node, "--input-type=module", "-e", script]
    failed = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout)
    assert list(failed) == ["hosts/page.js"]  # a host does, and is found out
    assert "not defined" in failed["hosts/page.js"]


def test_two_components_live_side_by_side_and_each_is_its_own(two: Page) -> None:
    two.evaluate("strokes => apps.one.set({strokes})", THREE)
    two.wait_for_function("() => apps.one.root.querySelector('.answer .digit').textContent === '3'")
    assert (reads(two, "one"), reads(two, "two")) == ("3", "")
    two.locator("#two nav").get_by_role("link", name="Neuron").click()
    two.locator("#two .neuron-view").wait_for()
    assert two.locator("#one .neuron-view").count() == 0
    two.locator("#two").get_by_role("button", name="Colours").click()
    assert two.evaluate("Object.values(apps).map(app => app.root.host.dataset.theme)") == ["light", "dark"]
    assert two.evaluate("location.hash") == ""  # nor is the address theirs
    assert two.locator("#said").first.inner_text() == "Ours"  # ids of the document are not
    assert violations(two) == []


def test_both_train_at_once_and_what_one_leaves_is_nothing(two: Page) -> None:
    others = cleared(two)  # uPlot has some for its module, and Playwright has some
    two.evaluate(MADE)
    settings = {"epochs": "2", "hidden": "8"}
    for name in ("one", "two"):
        two.evaluate("([name, settings]) => apps[name].set({view: 'train', settings})", [name, settings])
        two.locator(f"#{name} .trainer [data-recipe=video]").wait_for(state="attached")
    for name in ("one", "two"):
        two.evaluate(f"name => {{ window['ended_' + name] = ({TRAINED})(name); }}", name)
        two.locator(f"#{name} .run").get_by_role("button", name="Start", exact=True).click()
    assert two.evaluate("Promise.all([ended_one, ended_two])") == [True, True]
    before: dict[str, Any] = two.evaluate(LEFT)
    assert len(before["listener"]) > len(others["listener"]) + 10  # it can be seen that they live
    assert min(before["socket"], before["observer"] - others["observer"]) > 1

    two.evaluate("components.one.destroy()")
    assert two.locator("#one > *").count() == 0
    assert two.evaluate(LEFT)["socket"] == 1
    two.evaluate("strokes => apps.two.set({view: 'read', strokes})", THREE)
    two.wait_for_function("() => apps.two.root.querySelector('.answer .digit').textContent === '3'")

    assert cleared(two) == others
    assert (others["timer"], others["frame"], others["socket"], others["worker"]) == (0, 0, 0, 0)
    two.evaluate(MADE.replace("{ one: make('one'), two: make('two') }", "{ one: make('one') }"))  # and again
    assert two.locator("#one .answer").is_visible()


def test_a_component_that_is_destroyed_before_it_was_ready_leaves_nothing_either(two: Page) -> None:
    others = cleared(two)
    for wait in (0, 5, 50, 200):
        script = MADE.split("window.apps")[0].replace("{ one: make('one'), two: make('two') }", "{ one: make('one') }")
        two.evaluate(f"{script} await new Promise(done => setTimeout(done, {wait})); components.one.destroy(); }}")
        two.wait_for_load_state("networkidle")
        two.wait_for_function("() => kept.frame.size === 0 && kept.timer.size === 0")
        assert two.locator("#one > *").count() == 0
        assert two.evaluate(LEFT)["listener"] == others["listener"]


def test_the_layout_follows_the_width_of_the_component(two: Page) -> None:
    two.evaluate("document.getElementById('one').style.width = '380px'")
    page_width, pad = (two.locator(f"#one {part}").bounding_box() for part in (".page", "#pad"))
    assert page_width
    assert pad
    assert page_width["width"] == 380
    assert pad["width"] > 350  # one column, as on a phone
    other = two.locator("#two #pad").bounding_box()
    assert other
    assert other["width"] < 400 < two.evaluate("innerWidth") / 2
