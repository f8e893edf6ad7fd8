"""docs/app.md is a contract: every address stands there, and what it shows works."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.server.http.test_guard import ADDRESSES
from tests.server.serving import Site, few, running

from digitlens.digits.sources.examples import example_files
from digitlens.server.http.live import TYPES

DOCUMENT = (Path(__file__).parents[3] / "docs/app.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    (tmp_path / "seven.png").write_bytes(example_files()[7].read_bytes())
    monkeypatch.chdir(tmp_path)
    with running() as site:
        yield site


def here(text: str, site: Site) -> str:
    """What the document shows, for the port at which we are."""
    return text.replace("127.0.0.1:8484", site.host)


def test_every_address_is_documented() -> None:
    for method, path in ADDRESSES:
        shown = {"/networks/video": "/networks/NAME", "/examples/7": "/examples/0"}
        shown["/neuron/video/2/3"] = "/neuron/NAME/LAYER/NEURON"
        shown[f"/runs/{'0' * 32}/latest"] = "/runs/VISITOR/RECORD"
        for ours, theirs in shown.items():
            path = path.replace(ours, theirs)
        line = f"{method} {path}".replace("WebSocket /", "WebSocket `/")
        assert line.replace("GET /hosts/page.js", "/hosts/page.js") in DOCUMENT


def test_the_python_that_reads_a_picture_reads_it(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    exec(here(PYTHON[0], site), {})
    digit, activation = capsys.readouterr().out.split()
    assert (digit, float(activation) > 0.9) == ("7", True)


def test_the_python_that_fetches_images_gets_them(site: Site) -> None:
    written = few().load("mnist")
    names: dict[str, Any] = {}
    exec(here(PYTHON[1], site), names)
    assert (names["images"] == written.test.images[:10]).all()
    assert (names["labels"] == written.test.digits[:10]).all()


def test_the_python_that_trains_trains(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    exec(here(PYTHON[2], site), {})
    said = capsys.readouterr().out.split()
    assert said[:7] == ["3", "digitlens", "train", "--data", "pen", "--epochs", "3"]


def test_every_message_and_frame_is_documented() -> None:
    for kind in TYPES:
        assert f'`{{"type": "{kind}"' in DOCUMENT, kind
    for kind in ("run", "mistakes", "moment", "comparison"):
        assert f"| `{kind}` |" in DOCUMENT


def test_the_curl_that_reads_a_picture_reads_it(site: Site) -> None:
    if not shutil.which("curl"):
        pytest.skip("the documented curl line was not tried: there is no curl")
    line = next(line for line in DOCUMENT.splitlines() if line.startswith("    curl"))
    done = subprocess.run(["curl", "-s", *here(line, site).split()[1:]], capture_output=True, check=True)
    assert json.loads(done.stdout)["digit"] == 7


def test_every_field_of_a_reading_and_of_a_network_is_documented(site: Site) -> None:
    fields = site.ask("POST", "/api/read", body=example_files()[7].read_bytes()).json()
    told = (Path(__file__).parents[3] / "docs/json.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in told for name in fields)
    assert all(f"`{name}`" in DOCUMENT for name in site.ask("GET", "/api/networks").json()[0])
