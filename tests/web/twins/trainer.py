"""Drive the trainer of a tab under Node: drive(script, data) -> the answer to each step; see trainer_driver.mjs."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from tests.learning.bars import bar_data
from tests.waiting import PATIENCE
from tests.web.twins.tab import node, task

from digitlens.digits.dataset import DataSet
from digitlens.learning.choices import choices

DRIVER = Path(__file__).with_name("trainer_driver.mjs")
DATA = bar_data(400)
TYPES = {"confusion": np.uint32, "images": np.uint8, "example": np.uint8}


def info(data: DataSet, **more: Any) -> dict[str, Any]:
    """What a set says of itself."""
    rows, columns = data.image_shape
    counts = {"training": len(data.training), "test": len(data.test), "classes": len(data.classes)}
    told = {"name": "pen", "source": data.source, "rows": rows, "columns": columns, "names": list(data.classes)}
    return {**told, **counts, "here": True, "default": True, "how": "", "option": "pen", **more}


def drive(*script: list[Any], data: DataSet = DATA, join: bool = True, **given: Any) -> list[Any]:
    """The answers; those to joining are left out."""
    sent = task("", data=data)["data"]
    sets = [{"info": info(data), "data": sent, "fails": given.pop("fails", 0)}]
    begin: list[Any] = [["join"], ["until", "choices", {}]] if join else []
    done = subprocess.run(
        [node(), DRIVER],
        input=json.dumps({"sets": sets, "script": [*begin, *script], "choices": choices(), **given}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers[len(begin) :]


def train(number: int = 1, go: str = "run", **recipe: Any) -> list[Any]:
    """The step that asks for a run."""
    small = {"hidden": [6, 5], "epochs": 3, "mini_batch": 16, "validation": 17, **recipe}
    return ["send", {"type": "train", "number": number, "base": "video", "recipe": small, "data": "pen", "go": go}]


def block(frame: dict[str, Any], name: str) -> np.ndarray:
    """An array of a frame."""
    kind = TYPES.get(name, np.int8 if name.endswith("pictures") else np.float32)
    return np.frombuffer(base64.b64decode(frame["blocks"][name]), kind).reshape(frame["shapes"][name])
