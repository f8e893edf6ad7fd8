"""A sweep of short runs in a process of its own, for tests that end it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RECIPES = "grid(small(epochs={epochs}), {{'learning_rate': [1, 2, 3, 4, 5], 'hidden': [(6,), (6, 5)]}}, seeds={seeds})"
SWEEP = """
import sys
from tests.learning.bars import bar_data, small
from digitlens.learning.sweeping import grid, sweep
sweep({recipes}, bar_data(), sys.argv[1], jobs=2, on_progress=lambda done, total: print(done, total, flush=True))
"""


def start(path: Path, seeds: int, epochs: int = 2) -> subprocess.Popen[str]:
    """The sweep on its way: ten recipes, from so many seeds."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    command = [sys.executable, "-c", SWEEP.format(recipes=RECIPES.format(seeds=seeds, epochs=epochs)), str(path)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def timeless(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the seconds, which no two runs share."""
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]
