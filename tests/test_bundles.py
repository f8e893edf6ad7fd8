"""The bundles of the page are those of its modules as they are: no change is forgotten, and no byte is anybody's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.waiting import PATIENCE

from digitlens.bundles import BUILT, FILE, PAGE, SITE, WEB, changed, manifest, page_bundles

ROOT = Path(__file__).parents[1]
NODE_MODULES = Path(os.environ.get("DIGITLENS_NODE_MODULES", ROOT / ".venv/node/node_modules"))


def test_the_bundles_were_made_from_the_modules_as_they_are() -> None:
    assert changed() == [], "a module was changed: run `make bundles` and commit what it wrote"


def test_a_source_that_was_changed_added_or_removed_is_named(tmp_path: Path) -> None:
    web = tmp_path / "web"
    shutil.copytree(WEB, web)
    assert changed(web) == []
    (web / "style.css").write_bytes((web / "style.css").read_bytes().replace(b"\n", b"\r\n"))  # Git on Windows
    assert changed(web) == []
    with (web / "core/network.js").open("a") as file:
        file.write("\n// changed")
    (web / "core/more.js").write_text("")
    (web / "model/reading.js").unlink()
    (web / f"built/{FILE}").write_bytes(b"")
    assert changed(web) == [f"built/{FILE}", "core/more.js", "core/network.js", "model/reading.js"]


def test_the_bundles_of_a_page_are_there_without_those_of_another() -> None:
    site = page_bundles()
    assert SITE in site
    assert PAGE not in site
    assert all(name.startswith("page/") for name in site)
    for name, data in site.items():
        assert (BUILT / name).read_bytes() == data


def test_a_rebuild_gives_the_same_bytes(tmp_path: Path) -> None:
    node = shutil.which("node")
    if not node or not (NODE_MODULES / "esbuild").is_dir():
        pytest.skip("the bundles were not built again: no esbuild here (npm, then `make bundles`)")
    script = ROOT / "tools/build_page.mjs"
    subprocess.run([node, script, tmp_path / "built"], check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL)
    names = sorted(path.relative_to(BUILT).as_posix() for path in BUILT.rglob("*") if path.is_file())
    assert names == sorted([*manifest()["bundles"], "manifest.json"])
    for name in names:
        assert (tmp_path / "built" / name).read_bytes() == (BUILT / name).read_bytes(), name
