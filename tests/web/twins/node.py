"""Ask the page's modules, under Node: ask("batch", ...) -> what driver.mjs answers, rows of numbers as arrays."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.waiting import PATIENCE

from digitlens.network.network import Layer, Network
from digitlens.reading.reader import Reader
from digitlens.storage.model_file import to_bytes

DRIVER = Path(__file__).with_name("driver.mjs")
NEAR = 1e-9  # as near as another order of summing comes, and far nearer than any screen shows

WITHOUT = "the page's own arithmetic was not held to Python's: no `node` here (Debian: apt install nodejs)"


def ask(task: str, **given: Any) -> Any:
    """The answer to one task; skips where there is no Node."""
    return ask_all([{"task": task, **given}])[0]


def ask_all(tasks: list[dict[str, Any]]) -> list[Any]:
    """The answers to many tasks, by one process."""
    node = shutil.which("node")
    if node is None:
        pytest.skip(WITHOUT)
    done = subprocess.run(
        [node, DRIVER], input=json.dumps(tasks), capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout, object_hook=_array)
    return answers


def _array(value: dict[str, Any]) -> Any:
    return np.frombuffer(base64.b64decode(value["float64"])) if value.keys() == {"float64"} else value


def base64_of(values: np.ndarray | bytes) -> str:
    """Bytes, or numbers as they lie in memory, for the way to Node."""
    return base64.b64encode(values if isinstance(values, bytes) else values.tobytes()).decode()


def floats(values: Any) -> str:
    """Numbers as float64."""
    return base64_of(np.ascontiguousarray(values, np.float64))


def file_of(reader: Reader) -> dict[str, str]:
    """A network for the driver: its model file."""
    return {"file": base64_of(to_bytes(reader))}


def in_float64(network: Network) -> Network:
    """The same network in the page's own precision."""
    layers = tuple(Layer(*(p.astype(np.float64) for p in (l.weights, l.biases))) for l in network.layers)
    return Network(layers, network.activations)


def near(got: Any, wanted: Any, what: str = "") -> None:
    """Two rows of numbers are as near as they should be, whatever their shapes."""
    np.testing.assert_allclose(np.ravel(got), np.ravel(np.asarray(wanted, float)), rtol=0, atol=NEAR, err_msg=what)
