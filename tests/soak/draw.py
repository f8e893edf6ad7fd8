"""How long a soak test runs, and from which seed: one place, so that every soak test answers to the same two variables.

DIGITLENS_SOAK=full     run in full (`make soak`); anything else, or nothing, runs one fiftieth
DIGITLENS_SOAK_SEED=N   draw what was drawn before; without it every run draws others, and prints its seed
"""

from __future__ import annotations

import os
import secrets


def count(full: int) -> int:
    """How many of `full` rounds to run now: all, or one fiftieth and at least one."""
    return full if os.environ.get("DIGITLENS_SOAK") == "full" else max(1, full // 50)


def seed() -> int:
    """The seed of this run, printed so that a failure can be drawn again."""
    given = os.environ.get("DIGITLENS_SOAK_SEED")
    drawn = int(given) if given else secrets.randbits(32)
    print(f"DIGITLENS_SOAK_SEED={drawn}")
    return drawn
