"""How the runs of a server share its cores, and how often they are measured and checkpointed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """The timing of one server. All times in seconds."""

    workers: int | None = None  # runs at the same time; None: one fewer than cores, at least one
    turn: float = 0.5  # of a run, while others wait
    measuring: float = 0.02  # that measuring a record may always take; a longer one is limited to a share of the time
    checkpoints: float = 1.0  # between two checkpoints, at least
    forget_after: float = 30 * 60.0  # without a page, until a visitor is removed
    sweep: float = 60.0  # between two checks for absent visitors
