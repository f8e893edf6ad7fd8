"""The app behind a real nginx with TLS and a folder: the page, its WebSocket and a POST work with --public-url."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.server.serving import Site, running
from tests.waiting import PATIENCE
from tests.web.conftest import VIEWPORT, context_of, free_port, watched
from tests.web.test_accessibility import THREE

from digitlens.server.http.doors import public_url

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOKEN = "a-token-that-nobody-guesses"
STRIPPED = "/user/alice/proxy/8484/"  # as JupyterHub's proxy does it
KEPT = "/lens/"
CONFIGURATION = """
daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/certificate; ssl_certificate_key {folder}/key;
    proxy_http_version 1.1;
    proxy_set_header Host {host};
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    location {stripped} {{ proxy_pass http://127.0.0.1:{app}/; }}
    location {kept} {{ proxy_pass http://127.0.0.1:{app}; }}
  }}
}}
"""
SOCKET = """new Promise((done, fail) => {
  const socket = new WebSocket(new URL('api/live', location.href).href.replace(/[?#].*/, ''));
  socket.onmessage = event => done(JSON.parse(event.data).type);
  socket.onerror = () => fail(new Error('refused'));
})"""
POST = """fetch('api/read', {method: 'POST', body: 'no picture'}).then(answer => answer.status)"""


class Proxy:
    """nginx in front of an app."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self.port = folder, port
        self._process: subprocess.Popen[bytes] | None = None

    def lead_to(self, site: Site, host: str) -> None:
        """Pass everything on to this app, under this name."""
        self.end()
        text = CONFIGURATION.format(
            folder=self._folder, port=self.port, app=site.address.port, host=host, stripped=STRIPPED, kept=KEPT
        )
        (self._folder / "nginx.conf").write_text(text)
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self._process = subprocess.Popen([nginx, "-c", str(self._folder / "nginx.conf"), "-p", str(self._folder)])
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            assert self._process.poll() is None, (self._folder / "error.log").read_text()
            time.sleep(0.05)
        raise AssertionError("nginx does not begin")

    def end(self) -> None:
        """End nginx, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    if not (shutil.which("nginx") or Path("/usr/sbin/nginx").exists()) or not shutil.which("openssl"):
        pytest.skip(
            "the app was not tried behind a proxy: no nginx or openssl here (Debian: apt install nginx openssl)"
        )
    folder = tmp_path_factory.mktemp("nginx")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command = [*made, "-keyout", str(folder / "key"), "-out", str(folder / "certificate")]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    proxy = Proxy(folder, free_port())
    yield proxy
    proxy.end()


@pytest.mark.parametrize("passes_on", ["the public name", "the name of the app"])
@pytest.mark.parametrize("path", [STRIPPED, KEPT])
def test_page_websocket_and_post_come_through(browser: Browser, proxy: Proxy, path: str, passes_on: str) -> None:
    public = public_url(f"https://localhost:{proxy.port}{path}")
    with running(token=TOKEN, public=public) as site:
        proxy.lead_to(site, "$http_host" if passes_on == "the public name" else f"127.0.0.1:{site.address.port}")
        context = context_of(browser, viewport=VIEWPORT, ignore_https_errors=True)
        page = context.new_page()
        with watched(page, console=False):
            refused = page.goto(public.url)
            assert refused
            assert refused.status == 401
            page.goto(f"{site.address.link()}#learn/2")
            page.wait_for_url(f"{public.url}#learn/2*")
            page.wait_for_selector("html[data-whole]")
            page.evaluate("strokes => digitlens.set({view: 'read', strokes})", THREE)
            page.locator(".answer .digit", has_text="3").wait_for()
            assert page.evaluate(SOCKET) == "hello"
            assert page.evaluate(POST) == 415
            page.goto(public.url.rstrip("/"))
            assert page.url.startswith(public.url)  # the folder without its slash leads there
        context.close()


def test_without_the_door_all_of_it_is_refused(browser: Browser, proxy: Proxy) -> None:
    with running() as site:
        proxy.lead_to(site, "$http_host")
        context = context_of(browser, ignore_https_errors=True)
        page = context.new_page()
        for path in (STRIPPED, KEPT):
            answer = page.goto(f"https://localhost:{proxy.port}{path}")
            assert answer
            assert answer.status == 403
            for _ in range(3):
                assert page.evaluate(POST) == 403
            with pytest.raises(Exception, match="refused"):
                page.evaluate(SOCKET)
        context.close()
