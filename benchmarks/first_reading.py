"""What goes over the wire until the page can read, in each of its hosts: requests and bytes, as Chromium counts them.

    python benchmarks/first_reading.py --network video

The server and the static site are asked over HTTP on this machine; the site once by `python -m http.server`, which
compresses nothing, and once by a host that compresses text, as most do. The notebook is a JupyterLab, if one is
installed: counted is what a cell with a lens brings, not what JupyterLab loads of its own. Then somebody draws, and it
has to be read.
"""

from __future__ import annotations

import base64
import functools
import gzip
import http.server
import importlib.util
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTS = ("server", "site", "site, compressed", "file", "file --train", "notebook")
READY = "document.documentElement.dataset.ready"
WATCH = f"""
new MutationObserver(() => {{
  if ({READY} && !window.readyAt) window.readyAt = (performance.timeOrigin + performance.now()) / 1000;
}}).observe(document, {{ attributes: true, childList: true, subtree: true }});
"""


class Wire:
    """What a page gets: seconds since 1970 and bytes of each request, and of each message on a socket."""

    def __init__(self, page: Page, left_out: tuple[str, ...] = ()) -> None:
        self.left_out = ("blob:", "data:", *left_out)  # beginnings of addresses
        self.begun: dict[str, float] = {}
        self.bytes: dict[str, float] = {}
        self.messages: list[int] = []
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._request)
        session.on("Network.webSocketCreated", self._socket)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.webSocketFrameReceived", self._message)

    def _request(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith(self.left_out):
            self.begun[event["requestId"]] = event["wallTime"]

    def _socket(self, event: dict[str, Any]) -> None:
        self.begun[event["requestId"]] = time.time()

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = event["encodedDataLength"]

    def _message(self, event: dict[str, Any]) -> None:
        data, code = event["response"]["payloadData"], event["response"]["opcode"]
        self.messages.append(len(base64.b64decode(data)) if code == 2 else len(data.encode()))

    def until(self, moment: float) -> dict[str, int]:
        """Requests that had begun by then, and their bytes."""
        those = [name for name, begun in self.begun.items() if begun <= moment]
        return {"requests": len(those), "bytes": round(sum(self.bytes.get(name, 0) for name in those))}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """As `python -m http.server` serves, without its log."""

    def log_message(self, text: str, *args: object) -> None:
        """Say nothing."""


class Compressing(Quiet):
    """As most hosts serve: text is compressed."""

    def do_GET(self) -> None:
        """Answer."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if path.suffix not in (".html", ".js", ".css", ".json", ".svg") or not path.is_file():
            super().do_GET()
            return
        data = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        sent = {"Type": self.guess_type(path), "Encoding": "gzip", "Length": str(len(data))}
        for name, value in sent.items():
            self.send_header(f"Content-{name}", value)
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def site(handler: type[Quiet], *networks: str, data: str = "pen") -> Iterator[str]:
    """The address of a static site with these networks, or all that ship, and these digits to train on."""
    from digitlens.digits.sources.find import find_data
    from digitlens.exports.site import networks_of, packed_digits, site_files

    with tempfile.TemporaryDirectory() as folder:
        for name, content in site_files(networks_of(networks), packed=packed_digits([data], find_data)).items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        server.server_close()


@contextmanager
def file(network: str, train: bool) -> Iterator[str]:
    """The address of one file."""
    from digitlens.exports.one_file import one_file
    from digitlens.exports.site import networks_of

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lens.html"
        path.write_bytes(one_file(networks_of([network])[:1], train=train))
        yield path.as_uri()


@contextmanager
def app(network: str) -> Iterator[str]:
    """The address of the app."""
    from tests.web.conftest import served

    with served("--network", network) as address:
        yield address


def of_page(browser: Browser, address: str) -> dict[str, int]:
    """Requests and bytes until the page can read."""
    from tests.web.test_accessibility import THREE

    page = browser.new_page()
    page.add_init_script(WATCH)
    wire = Wire(page)
    page.goto(address)
    page.wait_for_selector("html[data-whole]")  # all requests have ended, and those until it was ready are known
    page.evaluate("strokes => digitlens.set({strokes})", THREE)
    page.locator(".answer .digit", has_text="3").wait_for()
    found = wire.until(page.evaluate("window.readyAt"))
    if address.startswith("file:"):
        from urllib.request import url2pathname

        found["bytes"] = Path(url2pathname(address.removeprefix("file://"))).stat().st_size
    page.close()
    return found


def of_notebook(browser: Browser, network: str) -> dict[str, int]:
    """Requests, messages and bytes from when a cell with a lens is run until it can read."""
    from tests.web.conftest import free_port
    from tests.web.notebooks import digit, draw, running
    from tests.web.test_notebook import notebook, run

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notebook(folder / "lens.ipynb", ["import digitlens as dl", f"dl.Lens({network!r})"])
        port = free_port()
        options = ["--no-browser", f"--port={port}", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"]
        command = [sys.executable, "-m", "jupyterlab", "--allow-root", *options]
        with running(command, f"http://127.0.0.1:{port}/lab/tree/lens.ipynb", folder) as address:
            page = browser.new_page(viewport={"width": 1400, "height": 1600})
            page.goto(address)
            run(page, 0)
            wire = Wire(page, tuple(f"http://127.0.0.1:{port}/{own}" for own in ("lab/", "api/", "static/lab/")))
            lens = run(page, 1)
            lens.locator(".surface").wait_for()
            found = {**wire.until(float("inf")), "messages": len(wire.messages)}
            found["bytes"] += sum(wire.messages)
            draw(page, lens, (0.5, 0.2), (0.5, 0.8))
            digit(lens, "1")
            page.close()
    return found


@click.command()
@click.option("--network", default="video", show_default=True, help="The name of one that ships.")
@click.option("--only", multiple=True, type=click.Choice(HOSTS), help="These hosts alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of lines.")
def main(network: str, only: tuple[str, ...], as_json: bool) -> None:
    """Measure each host once."""
    from playwright.sync_api import sync_playwright
    from tests.web.conftest import chromium_path

    places: dict[str, Callable[[], Any]] = {
        "server": lambda: app(network),
        "site": lambda: site(Quiet, network),
        "site, compressed": lambda: site(Compressing, network),
        "file": lambda: file(network, train=False),
        "file --train": lambda: file(network, train=True),
    }
    found: dict[str, dict[str, int]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for host in only or HOSTS:
            if host in places:
                with places[host]() as address:
                    found[host] = of_page(browser, address)
            elif importlib.util.find_spec("jupyterlab") and importlib.util.find_spec("anywidget"):
                found[host] = of_notebook(browser, network)
            else:
                click.echo("notebook: not measured, since JupyterLab is not installed", err=True)
        browser.close()
    if as_json:
        click.echo(json.dumps({"network": network, "hosts": found}, indent=2))
        return
    for host, counts in found.items():
        said = ", ".join(f"{count:,} {name}" for name, count in counts.items() if name != "bytes")
        click.echo(f"{host:<18} {counts['bytes'] / 1000:8,.0f} KB   {said}")


if __name__ == "__main__":
    main()
