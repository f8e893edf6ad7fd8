"""How much work one page may take.

Work is counted, not timed, so that a page is read alike on every machine. It is counted in pixels: looking once at a
pixel of the page costs about as much everywhere. What would take more than is left is not done, and the page says so.
"""

from __future__ import annotations

BOXES = 12_000_000  # pixels of the boxes of a form that are examined
LINES = 24_000_000  # pixels of the regions of all lines
CUTS = 6_000_000  # pixels of all pieces that are cut
CHOICES = 30_000_000  # pixels of all choices, ...
CHOICE = 5_000  # ... each of which takes as long as this many pixels before it is looked at


class Budget:
    """An amount of work, which is spent bit by bit."""

    def __init__(self, pixels: int) -> None:
        self.left = pixels

    def spend(self, pixels: int) -> bool:
        """Whether so much work may still be done; if it may, it is spent."""
        if pixels > self.left:
            return False
        self.left -= pixels
        return True
