"""`digitlens export`: a site in a folder, a page in a file, and what cannot be written is said before anything is."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from digitlens.storage.model_file import load


def test_a_site_is_written_with_the_networks_that_were_named_and_those_that_ship(
    digitlens: Run, tmp_path: Path
) -> None:
    own = tmp_path / "video.digitlens"  # a name that is taken
    own.write_bytes(load_bytes("straight"))
    done = digitlens("export", "site", str(tmp_path / "public"), "--network", str(own), "--url", "https://x.org/lens/")
    assert (done.code, done.err) == (0, "")
    folder = tmp_path / "public"
    listed = json.loads((folder / "networks/index.json").read_text())
    assert [(one["name"], one["default"]) for one in listed] == [
        ("video-file", True),
        ("video", False),
        ("straight", False),
        ("reader", False),
    ]
    for one in listed:
        assert load(folder / f"networks/{one['name']}.digitlens").network.sizes == tuple(one["sizes"])
    text = (folder / "index.html").read_text()
    assert 'content="https://x.org/lens/preview.png"' in text
    assert "unsafe-inline" not in text
    for name in re.findall(r'(?:src|href)="([^"]+)"', text):
        assert (folder / name).is_file(), name
    assert (folder / "data/pen-small.digits").stat().st_size < 3_500_000
    assert '"name": "pen-small"' in text
    worker = (folder / "service_worker.js").read_text()
    (kept,) = re.findall(r"const FILES = (\[.*?\]);", worker)
    assert all((folder / name).exists() for name in json.loads(kept))
    assert re.search(r'const VERSION = "[0-9a-f]{16}"', worker)


def load_bytes(name: str) -> bytes:
    from digitlens.storage.shipped import FOLDER, SUFFIX

    return (FOLDER / f"{name}{SUFFIX}").read_bytes()


def test_other_networks_are_another_version_and_the_same_ones_the_same_bytes() -> None:
    from digitlens.exports.site import networks_of, site_files

    first, again, other = (site_files(networks_of(names)) for names in ([], ["video"], ["straight"]))
    assert first == again
    assert first["service_worker.js"] != other["service_worker.js"]


def test_what_was_found_in_a_network_comes_along_if_it_is_of_that_network(digitlens: Run, tmp_path: Path) -> None:
    from digitlens.storage.fingerprint import fingerprint
    from digitlens.storage.shipped import open_reader

    (tmp_path / "own.digitlens").write_bytes(load_bytes("reader"))
    beside, own = tmp_path / "own.features.json", fingerprint(open_reader("reader"))
    beside.write_text(json.dumps({"fingerprint": own, "neurons": []}))
    done = digitlens("export", "site", str(tmp_path / "public"), "--network", str(tmp_path / "own.digitlens"))
    assert done.code == 0, done.err
    packed = tmp_path / "public/laboratory"
    index = json.loads((packed / "index.json").read_text())
    assert index[own] == "own.json"
    assert (packed / "own.json").read_text() == beside.read_text()
    assert {index[fingerprint(open_reader(name))] for name in ("video", "straight")} == {"video.json", "straight.json"}
    for wrong, says in (
        ('{"fingerprint": "of another"}', "other weights"),
        ("[]", "does not say"),
        ("{", "does not say"),
    ):
        beside.write_text(wrong)
        done = digitlens("export", "site", str(tmp_path / "other"), "--network", str(tmp_path / "own.digitlens"))
        assert done.code == 1
        assert says in done.err


@pytest.mark.parametrize("what", ["a folder that is not empty", "a file", "a folder that is not there"])
def test_a_site_overwrites_nothing(digitlens: Run, tmp_path: Path, what: str) -> None:
    (tmp_path / "kept").write_text("kept")
    place = {"a folder that is not empty": tmp_path, "a file": tmp_path / "kept"}.get(what, tmp_path / "no/public")
    done = digitlens("export", "site", str(place))
    assert done.code == 1
    assert done.err.startswith("Error: export site ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept"]


def test_a_page_is_one_file_with_its_network(digitlens: Run, tmp_path: Path) -> None:
    done = digitlens("export", "page", "straight", str(tmp_path / "lens.html"))
    assert (done.code, done.err) == (0, "")
    text = (tmp_path / "lens.html").read_text(encoding="utf-16")
    assert re.findall(r"<(?:link|img|iframe|base)\b", text) == []
    assert '"name": "straight"' in text
    assert '"kernel"' not in text
    assert digitlens("export", "page", "straight", str(tmp_path / "lens.html"), "--train").code == 0
    assert '"kernel"' in (tmp_path / "lens.html").read_text(encoding="utf-16")


@pytest.mark.parametrize(
    "arguments",
    [("site", "x", "--network", "nothing"), ("page", "nothing", "x.html"), ("site", "x", "--url", "x.org")],
)
def test_what_is_not_there_is_said(
    digitlens: Run, tmp_path: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = digitlens("export", *arguments)
    assert done.code in (1, 2)
    assert "nothing" in done.err or "x.org" in done.err
    assert list(tmp_path.iterdir()) == []


def test_what_the_workflow_runs_makes_a_site(digitlens: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = (Path(__file__).parents[2] / ".github/workflows/pages.yml").read_text(encoding="utf-8")
    (line,) = re.findall(r"- run: digitlens (.*)", workflow)
    monkeypatch.chdir(tmp_path)
    done = digitlens(*shlex.split(line.replace("${{ steps.pages.outputs.base_url }}", "https://x.github.io/lens")))
    assert (done.code, done.err) == (0, "")
    (folder,) = re.findall(r"path: (\w+)", workflow)
    assert "https://x.github.io/lens/preview.png" in (tmp_path / folder / "index.html").read_text()
