"""Ten example drawings that ship with the package, one of each digit, written by the pen model."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).with_name("drawings")


def example_files() -> list[Path]:
    """The paths of `0.png` to `9.png`, in order."""
    return sorted(FOLDER.glob("[0-9].png"))
