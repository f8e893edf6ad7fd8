"""One epoch in a tab beside the native kernel and NumPy by hand, in one run on one machine.

    python benchmarks/tab.py --data mnist --rounds 9

Each round takes one epoch of each, one after the other, so that what else the machine does hits all of them alike. The
tab is Node, and Chromium where Playwright is installed; both run what a page runs, without measuring between epochs.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import shutil
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np

from digitlens.bench.peers import numpy_page
from digitlens.bench.task import Task, Work
from digitlens.digits.dataset import DataSet
from digitlens.digits.sources.find import find_data
from digitlens.digits.sources.packed import pack
from digitlens.kernel import native
from digitlens.learning.choices import choices
from digitlens.learning.compiled_engine import CompiledEngine
from digitlens.learning.data_split import split_data

WEB = Path(__file__).parents[1] / "src/digitlens/web"
SCRIPT = Path(__file__).with_name("tab_epoch.mjs")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
Epoch = Callable[[], float]  # learns one epoch; seconds


def kernel_here(data: DataSet, instruction_set: str) -> Epoch:
    """The native kernel."""
    recipe = Task().recipe()
    run = CompiledEngine(instruction_set).run(recipe, recipe.initial_network(), split_data(recipe, data))
    seconds = [0.0]

    def epoch() -> float:
        seconds.append(next(run).seconds)
        return seconds[-1] - seconds[-2]

    return epoch


def by_hand(data: DataSet) -> Epoch:
    """NumPy as a good engineer writes it on one page."""
    import time

    learner = numpy_page.learner(Work(data.training.flat, data.training.digits))

    def epoch() -> float:
        began = time.perf_counter()
        learner.epoch()
        return time.perf_counter() - began

    return epoch


def asked() -> dict[str, Any]:
    """The recipe, and the fields that the schema has."""
    return {"recipe": Task().recipe().to_json(), "fields": choices()["fields"]}


@contextlib.contextmanager
def in_node(digits: Path) -> Iterator[Epoch]:
    """A process of Node."""
    command = ["node", str(SCRIPT), f"{WEB.as_uri()}/", str(digits), json.dumps(asked())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        to_node, from_node = process.stdin, process.stdout
        assert to_node
        assert from_node
        from_node.readline()

        def epoch() -> float:
            print("go", file=to_node, flush=True)
            return float(from_node.readline())

        yield epoch
        to_node.close()


@contextlib.contextmanager
def in_chromium(digits: Path) -> Iterator[Epoch]:
    """A page in Chromium, from a server of plain files."""
    from playwright.sync_api import sync_playwright

    class Files(http.server.SimpleHTTPRequestHandler):
        extensions_map = {  # noqa: RUF012 - as the standard library has it
            "": "application/octet-stream",
            ".js": "text/javascript",
            ".mjs": "text/javascript",
        }

        def translate_path(self, path: str) -> str:
            known = {"/digits": digits, "/tab_epoch.mjs": SCRIPT, "/empty": Path(__file__).with_name("README.md")}
            return str(known.get(path) or super().translate_path(path))

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=str(WEB)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{base}empty")
        page.evaluate(
            """async ([base, asked]) => {
              const bytes = async (name) => new Uint8Array(await (await fetch(base + name)).arrayBuffer());
              const { ready } = await import(base + "tab_epoch.mjs");
              window.epoch = await ready(base, await bytes("train/kernel.wasm"), await bytes("digits"), asked);
            }""",
            [base, asked()],
        )
        yield lambda: float(page.evaluate("() => window.epoch()"))
        browser.close()
    server.shutdown()
    server.server_close()


@click.command()
@click.option("--data", metavar="DATA", help="mnist, pen, or a folder. Default: MNIST if it is on this machine.")
@click.option("--rounds", type=click.IntRange(1), default=9, show_default=True, help="The median of so many is shown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: every measured second.")
def main(data: str | None, rounds: int, as_json: bool) -> None:
    """Measure an epoch of the network of the talk, mini-batch 32."""
    found = find_data(data, offline=True)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "digits").write_bytes(pack(found))
        epochs: dict[str, Epoch] = {f"kernel, {name}": kernel_here(found, name) for name in native.instruction_sets()}
        epochs["NumPy by hand"] = by_hand(found)
        if shutil.which("node"):
            epochs["tab, Node"] = stack.enter_context(in_node(folder / "digits"))
        if CHROMIUM:
            with contextlib.suppress(ImportError):
                epochs["tab, Chromium"] = stack.enter_context(in_chromium(folder / "digits"))
        taken: dict[str, list[float]] = {name: [] for name in epochs}
        for round_ in range(rounds + 1):
            for name, epoch in epochs.items():
                seconds = epoch()
                if round_:  # the first one makes things ready
                    taken[name].append(seconds)
    if as_json:
        click.echo(json.dumps({"images": len(found.training), "seconds": taken}))
        return
    medians = {name: statistics.median(times) for name, times in taken.items()}
    fastest = next(iter(medians.values()))
    click.echo(f"one epoch of {len(found.training):,} images, median of {rounds}, and against the fastest kernel")
    for name, seconds in medians.items():
        ratio = np.median([one / other for one, other in zip(taken[name], next(iter(taken.values())), strict=True)])
        click.echo(f"{name:16} {1000 * seconds:8.1f} ms {seconds / fastest:6.2f}   (by rounds {ratio:.2f})")


if __name__ == "__main__":
    main()
