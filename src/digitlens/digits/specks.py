"""Which of the dark things on the paper are the writing."""

from __future__ import annotations

from digitlens.digits.framing import Image


def main_ink(ink: Image) -> Image:
    """Placeholder."""
    return ink
