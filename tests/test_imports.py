"""Who imports whom: never in a cycle, and in the page never upwards. Both tests are shown to fail.

Python: import-linter's contracts in pyproject.toml, which count every import, inside functions too; imports for type
checkers alone are named there. JavaScript: every import and re-export of a module of the page, static and dynamic; the
`import()` of a type in a JSDoc comment is none.
"""

from __future__ import annotations

import posixpath
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WEB = ROOT / "src/digitlens/web"
ROOMS = (
    "texts",
    "core",
    "picture",
    "model",
    "train",
    "story",
    "views/shared",
    "views/",
    "app",
    "hosts",
)  # from the ground up
Graph = Mapping[str, set[str]]


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says of the package in a folder, by the pyproject.toml beside it."""
    linter = Path(sys.executable).parent / "lint-imports"
    if not linter.exists():
        pytest.skip("the import contracts were not checked: `pip install import-linter` brings what checks them")
    return subprocess.run(
        [linter, "--no-cache"], cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120,
        env={"PYTHONPATH": str(folder / "src"), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def test_every_room_imports_only_from_the_floors_beneath_it_and_none_in_a_cycle() -> None:
    done = linted(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("guilty", ["def f():\n    from small.room import one\n", "import small.room.one\n"])
def test_a_cycle_in_python_is_found_inside_a_function_too(guilty: str, tmp_path: Path) -> None:
    """The contract of pyproject.toml, laid upon a small package of two modules."""
    header = "[[tool.importlinter.contracts]]"
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split(header)
    (ours,) = (text.partition("\n[tool.")[0] for text in contracts if 'name = "no cycles"' in text)
    ours = re.sub(r"ignore_imports = \[.*?\]", "", ours, flags=re.DOTALL).replace("digitlens", "small")
    (tmp_path / "pyproject.toml").write_text(f'[tool.importlinter]\nroot_package = "small"\n\n{header}{ours}')
    room = tmp_path / "src/small/room"
    room.mkdir(parents=True)
    for folder in (room, room.parent):
        (folder / "__init__.py").touch()
    (room / "one.py").write_text("from small.room import two\n")
    (room / "two.py").write_text("")
    assert linted(tmp_path).returncode == 0
    (room / "two.py").write_text(guilty)
    done = linted(tmp_path)
    assert done.returncode == 1
    assert "No cycles are allowed in small.room" in done.stdout


COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
IMPORT = re.compile(
    r"""\b(?:import|export)\b[^;"'`()]*?\bfrom\s*["']([^"']+)["']    # import {a} from "b", export {a} from "b"
    |\bimport\s*["']([^"']+)["']                                     # import "b"
    |\bimport\s*\(\s*["'`]([^"'`]+)["'`]                             # import("b")""",
    re.VERBOSE,
)


def imported(text: str) -> list[str]:
    """What the text of a module imports, as it is written there."""
    return [next(filter(None, found.groups())) for found in IMPORT.finditer(COMMENT.sub("", text))]


def modules(folder: Path) -> Graph:
    """Every module of a page, but for those of others, and which of them it imports."""
    texts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.js")}
    texts = {name: text for name, text in texts.items() if not name.startswith(("vendor/", "built/"))}
    graph = {
        name: {posixpath.normpath(posixpath.join(posixpath.dirname(name), other)) for other in imported(text)}
        for name, text in texts.items()
    }
    missing = {
        (name, other)
        for name, found in graph.items()
        for other in found - set(graph)
        if not other.startswith("vendor") and not (other.endswith(".json") and (folder / other).exists())
    }
    assert not missing, "an import leads nowhere"
    return {name: found & set(graph) for name, found in graph.items()}


def cycles(graph: Graph) -> list[list[str]]:
    """The first way around for every module from which one leads back to it, the shortest first."""
    found = []
    for start in graph:
        ways = [[start]]
        seen: set[str] = set()
        for way in ways:  # grows while it is walked: breadth first
            for following in sorted(graph[way[-1]]):
                if following == start:
                    found.append([*way, start])
                elif following not in seen:
                    seen.add(following)
                    ways.append([*way, following])
    return sorted(found, key=len)


def upward(graph: Graph) -> Iterator[str]:
    """Imports of a room that does not lie beneath: from a room above, or, between two journeys, from beside."""
    for name, found in graph.items():
        for other in found:
            if room(name) != room(other) and floor(name) <= floor(other):
                yield f"{name} imports {other}"


def room(name: str) -> str:
    parts = name.split("/")
    return "/".join(parts[: 2 if parts[0] == "views" else 1])


def floor(name: str) -> int:
    return next(i for i, begin in enumerate(ROOMS) if name.startswith(begin))


def test_the_pages_modules_import_from_the_rooms_beneath_and_none_in_a_cycle() -> None:
    graph = modules(WEB)
    assert len(graph) > 50
    assert sum(map(len, graph.values())) > 150
    assert cycles(graph) == []
    assert list(upward(graph)) == []


def test_a_cycle_in_the_page_and_a_way_up_are_found(tmp_path: Path) -> None:
    for name, text in {
        "core/a.js": 'import {b} from "./b.js";\n// import "../app/a.js";\n/** @type {import("../app/a.js")} */',
        "core/b.js": 'export {c} from "../picture/c.js";',
        "picture/c.js": 'const late = () => import("../core/a.js");',
        "views/read/d.js": 'import "../train/e.js"; import {b} from "../../core/b.js";',
        "views/train/e.js": "import {\n  b,\n  type,\n} from '../shared/f.js';",
        "views/shared/f.js": "",
        "app/main.js": 'import * as d from "../views/read/d.js";',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    graph = modules(tmp_path)
    assert cycles(graph)[0] in (
        ["core/a.js", "core/b.js", "picture/c.js", "core/a.js"],
        ["core/b.js", "picture/c.js", "core/a.js", "core/b.js"],
        ["picture/c.js", "core/a.js", "core/b.js", "picture/c.js"],
    )
    assert sorted(upward(graph)) == [
        "core/b.js imports picture/c.js",
        "views/read/d.js imports views/train/e.js",
    ]
