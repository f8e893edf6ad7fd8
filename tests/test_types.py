"""What `mypy --strict` says of code that uses Digitlens: that of README and docs passes, misspelt names do not."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest

from digitlens.learning.recipe import Recipe, RecipeChanges

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]

RIGHT = """
import digitlens as dl
import numpy as np

reader: dl.Reader = dl.load("video")
digit: int = dl.read(np.zeros((28, 28)), reader).digit
weights: int = reader.network.parameters
z: float = dl.explain(np.zeros((28, 28)), layer=1, neuron=0).z
steps: dl.Steps = dl.explain(np.zeros((28, 28)), target=3)
cost: float = steps.cost
data: dl.DataSet = dl.data("pen")
run: dl.Run = dl.train("video", data, epochs=1, hidden=[30], learning_rate=1)
for record in run:
    epoch: int = record.epoch
    measured: dl.Measured | None = record.test
dl.save(run.reader(), "mine.digitlens")
compared: dl.Compared = dl.compare("activation", ["sigmoid", "relu"], seeds=2, epochs=3)
swept: dl.Swept = dl.sweep({"hidden": [(16,), (30, 30)]}, on_progress=print, epochs=3)
trace: dl.Trace = reader.network.forward(np.zeros((1, 784)))
"""

WRONG = {  # a line, and a word that the type checker names
    "dl.raed('seven.png')": "raed",
    "dl.read('seven.png').didgit": "didgit",
    "dl.train(epoch=3)": "epoch",
    "dl.train(epochs='3')": "epochs",
    "dl.Recipe(epoch=3)": "epoch",
    "dl.train(hidden=16)": "hidden",
    "dl.train({'epochs': 3})": "train",
    "dl.compare('activation', ['relu'], seed='3')": "seed",
    "dl.compare('activation', ['relu'], seeds='3')": "seeds",
    "dl.sweep({'epochs': [1]}, epohcs=3)": "epohcs",
    "dl.sweep({'epochs': [1]}, on_progress=lambda done: None)": "on_progress",
    "dl.sweep({'epochs': [1]}, heard=print)": "heard",
    "dl.sweep(['epochs'])": "sweep",
    "dl.save(dl.train(), 'mine.digitlens')": "save",
    "dl.data(5)": "data",
    "dl.load().evaluate(dl.data())": "evaluate",
}


def mypy(code: str, tmp_path: Path) -> tuple[int, str]:
    """The exit code and the output of `mypy --strict`, without any configuration."""
    snippet = tmp_path / "snippet.py"
    snippet.write_text(code, encoding="utf-8")
    options = ["--strict", "--config-file", os.devnull, "--cache-dir", os.devnull, "--no-error-summary"]
    options += ["--ignore-missing-imports"]  # of libraries that documents show beside ours: torch, scikit-learn
    command = [sys.executable, "-m", "mypy", *options, str(snippet)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return checked.returncode, checked.stdout + checked.stderr


def shown() -> dict[str, str]:
    """The Python code of each document that has some: all its blocks, one after the other."""
    blocks = {
        path.name: re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL) for path in DOCUMENTS
    }
    return {name: "\n".join(code) for name, code in blocks.items() if code}


def test_the_code_of_the_documents_passes_and_every_wrong_line_is_found(tmp_path: Path) -> None:
    documents = shown()
    assert {"README.md", "comparing.md", "pages.md"} <= set(documents)
    functions = [
        f"def document_{number}() -> None:\n    import digitlens as dl\n{_indented(text)}"
        for number, text in enumerate(documents.values())
    ]
    code = "\n\n".join([*functions, RIGHT, "# wrong:\n" + "\n".join(WRONG)])
    first = code[: code.index("# wrong:")].count("\n") + 2
    status, said = mypy(code, tmp_path)
    errors = {int(line): text for line, text in re.findall(r"snippet\.py:(\d+): error: (.*)", said)}
    lines = code.splitlines()
    assert [(lines[line - 1], text) for line, text in errors.items() if line < first] == []
    for line, (source, word) in enumerate(WRONG.items(), first):
        assert word in errors.get(line, ""), (source, said)
    assert status == 1


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.splitlines())


def test_the_keyword_arguments_of_train_are_the_fields_of_a_recipe() -> None:
    hints, fields = get_type_hints(RecipeChanges), dataclasses.fields(Recipe)
    wanted = {field.name for field in fields} - {"data", "start"}  # arguments of their own
    assert set(hints) == wanted
    of_fields = get_type_hints(Recipe)
    for name, hint in hints.items():
        was = str(of_fields[name]).replace("tuple[", "collections.abc.Sequence[").replace(", ...]", "]")
        assert str(hint) == was, name


@pytest.mark.parametrize("name", ["recipe", "engine", "field", "values", "seeds", "runs", "jobs", "cluster", "journal"])
def test_no_field_of_a_recipe_is_called_like_another_argument(name: str) -> None:
    assert name not in get_type_hints(RecipeChanges)
