#!/usr/bin/env python3
"""Write web/train/choices.json: what a page without a server can choose from, as a server says it.

python tools/write_choices.py
"""

from __future__ import annotations

import json
from pathlib import Path

from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.requests import choices

FILE = Path(__file__).parents[1] / "src/digitlens/web/train/choices.json"


def text() -> str:
    """What the file holds: fields, recipes and limits. Data sets, engine and cores are the tab's own."""
    told = choices("", 0, DataSets())
    kept = {name: told[name] for name in ("recipes", "summaries", "fields", "limits")}
    return json.dumps(kept, separators=(",", ":"), ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
