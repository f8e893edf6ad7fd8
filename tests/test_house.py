"""The house stands: how long a file may be, what a room may use, and how light the front door is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.executing import executing
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
WEB = ROOT / "src/digitlens/web"
SCRIPTS = sorted(
    path for end in ("js", "css") for path in WEB.rglob(f"*.{end}") if not {"vendor", "built"} & {*path.parts}
)
NATIVE = sorted(path for end in ("cpp", "h") for path in (ROOT / "src/digitlens/kernel/native").glob(f"*.{end}"))


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_the_network_is_read_in_ten_minutes() -> None:
    assert sum(lines(path) for path in SOURCES if path.parent.name == "network") <= 522


LONGER = {"src/digitlens/learning/recipe.py"}  # one idea, every field declared with all that is known of it


def test_no_file_has_more_than_four_hundred_lines() -> None:
    assert len(SOURCES) > 20
    assert len(NATIVE) > 3
    assert len(SCRIPTS) > 20
    files = [*SOURCES, *NATIVE, *(path for path in SCRIPTS if path.suffix == ".js")]
    assert {str(path.relative_to(ROOT)) for path in files if lines(path) > 400} - LONGER == set()


WIDEST = 120
CODE = ("*.py", "*.pyi", "*.js", "*.mjs", "*.css", "*.html", "*.cpp", "*.h", "*.sh")
PRAGMA = re.compile(r"\s*# (type: ignore|noqa)\b.*$")  # what follows is for a tool, and cannot be wrapped


def wide_lines(names: list[str], root: Path = ROOT) -> list[str]:
    """The lines of these files that are too long, each with its place."""
    found = []
    for name in names:
        text = (root / name).read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), start=1):
            if len(PRAGMA.sub("", line)) > WIDEST:
                found.append(f"{name}:{number}")
    return found


def test_no_line_of_code_in_any_language_is_wider_than_the_formatters_lay_it_out(tmp_path: Path) -> None:
    """Formatters leave comments, texts and HTML as they are; what a program has written (docs/) is no code."""
    places = [path.relative_to(ROOT) for pattern in CODE for path in ROOT.rglob(pattern)]
    folders = {"src", "tests", "tools", "benchmarks"}
    others = {"vendor", "built", "CMakeFiles"}
    names = [str(path) for path in places if path.parts[0] in folders and not others & {*path.parts}]
    assert {Path(name).suffix for name in names} >= {".py", ".js", ".mjs", ".css", ".html", ".cpp", ".h"}
    assert wide_lines(names) == []
    (tmp_path / "wide.js").write_text(f"{'x' * 120}\n// {'x' * 118}\n", encoding="utf-8")
    assert wide_lines(["wide.js"], tmp_path) == ["wide.js:2"]


PURE = ("core", "picture", "model", "train", "story")  # rooms of the page without a DOM
DOM = re.compile(r"\b(document|window|localStorage|sessionStorage|navigator)\b\s*[.\[]")


def test_what_computes_in_the_page_does_not_know_the_page() -> None:
    pure = [path for path in SCRIPTS if path.suffix == ".js" and path.relative_to(WEB).parts[0] in PURE]
    assert {"network.js", "backward.js", "ink.js", "framing.js", "neuron.js", "state.js"} <= {p.name for p in pure}
    for path in pure:
        text = path.read_text(encoding="utf-8")
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
        assert not DOM.search(code), path.name
    assert DOM.search("document.body")


def test_the_page_takes_nothing_from_elsewhere() -> None:
    for path in [*SCRIPTS, *WEB.glob("*.html")]:
        text = path.read_text(encoding="utf-8")
        found = re.findall(
            r"""(?:src=|import\s*\(|from\s|url\(|fetch\(|WebSocket\()\s*["'`]?((?:https?:|wss?:)?//[^"'`)\s]*)""", text
        )
        assert found == [], path.name


LIGHT = """
import sys
import digitlens
heavy = {"numpy", "PIL", "click", "rich", "matplotlib", "safetensors", "starlette", "platformdirs", "threadpoolctl"}
print(sorted(heavy & set(sys.modules)))
"""


def test_to_import_digitlens_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


NETWORK = """
import sys
import digitlens.network.gradient, digitlens.network.optimisers, digitlens.network.initialisation
print(sorted(name for name in sys.modules if name.startswith("digitlens.")))
"""


def test_the_network_stands_on_nothing_but_its_own_files_and_the_errors() -> None:
    done = subprocess.run([sys.executable, "-c", NETWORK], capture_output=True, text=True, timeout=PATIENCE)
    names = eval(done.stdout)  # what we have just printed
    assert {name for name in names if not name.startswith("digitlens.network")} == {"digitlens.errors"}


PICKLES = "src/digitlens/parallel/work.py"  # messages between processes that it starts itself; none of it is stored


def test_nothing_stored_is_ever_executed() -> None:
    found = {str(path.relative_to(ROOT)): executing(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert len(found.pop(PICKLES)) == 1
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    """
import pickle
import os, pickle as p
from pickle import loads
from pickle import *
import shelve.anything
from joblib import Parallel, load
import joblib
importlib.import_module("marshal")
__import__("pickle")
x = eval(text)
exec(open(name).read())
compile(text, "x", "exec")
builtins.eval(text)
from builtins import eval as read
os.system(text)
from os import popen
np.load(f, allow_pickle=True)
np.load(f, allow_pickle=wanted)
torch.load(f, weights_only=False)
subprocess.run(text, shell=True)
pandas.read_pickle(f)
""".strip().splitlines(),
)
def test_what_executes_what_was_stored_is_found_however_it_is_written(source: str) -> None:
    assert executing(source)


@pytest.mark.parametrize(
    "source",
    """
from joblib import Parallel, delayed
np.load(f, allow_pickle=False)
model.eval()
pattern = re.compile(text)
ast.literal_eval(text)
"import pickle"
platform.system()
""".strip().splitlines(),
)
def test_what_only_looks_like_it_is_not(source: str) -> None:
    assert executing(source) == []


@pytest.mark.parametrize("field", ["weight_decay", "averaging", "schedule"])
def test_a_field_of_a_recipe_is_known_in_few_places(field: str) -> None:
    """In its declaration, where a recipe sets it, and hardly anywhere else; files of networks are no sources."""
    naming = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "src").rglob("*"))
        if path.suffix in (".py", ".js", ".cpp", ".h", ".html", ".css", ".mjs")
        and "built" not in path.parts  # which are made from the others
        and re.search(rf"\b{field}\b", path.read_text(encoding="utf-8"))
    ]
    assert "src/digitlens/learning/recipe.py" in naming
    assert len(naming) <= 3, naming


def test_no_source_reaches_for_numpys_global_generator() -> None:
    allowed = ("np.random.Generator", "np.random.default_rng", "np.random.SeedSequence", "np.random.PCG64")
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        for name in allowed:
            text = text.replace(name, "")
        assert "np.random." not in text, path.relative_to(ROOT)


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here; not checked: what it says")
@pytest.mark.parametrize("goal", ["run", "test"])
def test_make_says_what_it_does_while_it_installs(goal: str, tmp_path: Path) -> None:
    command = ["make", "--dry-run", goal, f"VENV={tmp_path / 'none'}"]
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # as if no make ran us
    done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, timeout=PATIENCE, check=True)
    first = done.stdout.splitlines()[0]
    assert first.startswith("echo")
    assert "Installing" in first
    assert "minute" in first
