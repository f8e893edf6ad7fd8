"""Ask the modules that train in a tab, under Node: ask(task("draw", ...), ...) -> what tab_driver.mjs answers."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.waiting import PATIENCE
from tests.web.twins.node import base64_of

from digitlens.digits.dataset import DataSet, Digits
from digitlens.learning.choices import choices
from digitlens.learning.recipe import Recipe

DRIVER = Path(__file__).with_name("tab_driver.mjs")
WITHOUT = "training in a tab was not held to Python's: no `node` here (Debian: apt install nodejs)"
TYPES = {
    "Float32Array": np.float32,
    "Float64Array": np.float64,
    "Uint8Array": np.uint8,
    "Uint32Array": np.uint32,
    "Int8Array": np.int8,
}


def node() -> str:
    """The program; skips where there is none."""
    found = shutil.which("node")
    if found is None:
        pytest.skip(WITHOUT)
    return found


def ask(*tasks: dict[str, Any]) -> list[Any]:
    """The answers to tasks, by one process."""
    done = subprocess.run(
        [node(), DRIVER], input=json.dumps(tasks), capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout, object_hook=_array)
    return answers


def _array(value: dict[str, Any]) -> Any:
    import base64

    if value.keys() == {"bytes", "type"}:
        return np.frombuffer(base64.b64decode(value["bytes"]), TYPES[value["type"]])
    return value


def task(name: str, **given: Any) -> dict[str, Any]:
    """A task; recipes, data and arrays go as they can, a recipe with the fields that the schema has."""
    fields = {"fields": choices()["fields"]} if "recipe" in given else {}
    return {"task": name} | fields | {key: _sent(value) for key, value in given.items()}


def _sent(value: Any) -> Any:
    if isinstance(value, Recipe):
        return value.to_json()
    if isinstance(value, np.ndarray):
        return {"bytes": base64_of(np.ascontiguousarray(value))}
    if isinstance(value, DataSet):
        rows, columns = value.image_shape
        halves = {"training": _half(value.training), "test": _half(value.test)}
        return {"classes": value.classes, "rows": rows, "columns": columns, "pixels": rows * columns, **halves}
    return value


def _half(digits: Digits) -> dict[str, str]:
    return {"bytes": base64_of(digits.digits.tobytes() + np.ascontiguousarray(digits.images).tobytes())}
