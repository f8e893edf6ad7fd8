"""How tests wait: for an event, and so patiently that only what never comes fails, however busy the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 300.0  # seconds; pytest's own limit for a test lies beyond (pyproject.toml)


def until(condition: Callable[[], object]) -> None:
    """Wait until this is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"this has been waited for in vain for {PATIENCE:.0f} seconds"
        time.sleep(0.01)
