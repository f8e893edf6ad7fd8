"""Real notebooks for tests of the widget: a server in a process of its own, and what it shows in the browser."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def needs(*names: str) -> None:
    """Skip where one of these packages is missing."""
    for name in names:
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"the widget was not tried in a notebook: no {name} here (make .venv/installed-for-notebooks)")


@contextlib.contextmanager
def running(command: list[str], address: str, folder: Path) -> Iterator[str]:
    """The address, once somebody answers there; the process ends with the block."""
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    more = {"JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"), "IPYTHONDIR": str(folder / "ipython")}
    log = folder / "log"
    with log.open("wb") as file:
        environment = {**os.environ, **own, **more, "XDG_CONFIG_HOME": str(folder / "xdg")}
        process = subprocess.Popen(command, stdout=file, stderr=file, env=environment, cwd=folder)
    try:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
                break
            assert process.poll() is None, log.read_text(errors="replace")
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def draw(page: Page, lens: Locator, *points: tuple[float, float]) -> None:
    """Draw a stroke on the pad of a lens; points in shares of its sides."""
    pad = lens.locator(".surface")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    for i, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)
        if i == 0:
            page.mouse.down()
    page.mouse.up()


def digit(lens: Locator, digit: str) -> None:
    """Wait until a lens has read it."""
    lens.locator(".answer .digit", has_text=digit).wait_for()
