#!/usr/bin/env python3
"""Write web/train/data/pen.digits, the pen digits that a page trains on in its tab, and its header beside it.

    python tools/pack_pen.py

They are the first 20,000 and 2,000 of `--data pen`; `--data pen-small` names them on the command line.
"""

from __future__ import annotations

import json

from digitlens.digits.dataset import DataSet
from digitlens.digits.sources.find import SMALL_PEN, SMALL_PEN_FILE
from digitlens.digits.sources.packed import header_of, pack
from digitlens.digits.synthetic.pen.writer import pen_data

TRAINING, TEST = 20_000, 2_000


def small(training: int = TRAINING, test: int = TEST) -> DataSet:
    """The data set, written anew."""
    whole = pen_data(training=training, test=test)
    return DataSet(SMALL_PEN, whole.source, whole.training, whole.test)


if __name__ == "__main__":
    packed = pack(small())
    SMALL_PEN_FILE.write_bytes(packed)
    SMALL_PEN_FILE.with_suffix(".json").write_text(json.dumps(header_of(packed), indent=1) + "\n", encoding="utf-8")
    print(f"{SMALL_PEN_FILE.name}: {len(packed):,} bytes")
