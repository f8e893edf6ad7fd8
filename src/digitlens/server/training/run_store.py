"""Where runs lie so that they survive the server: one checkpoint a visitor, beside a name that is theirs.

A visitor has one run at a time, and so has their shelf one owner. A checkpoint that is being written while another run
takes the shelf is thrown away.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from digitlens.errors import DigitlensError, FileError
from digitlens.files.atomic import sweep_leftovers
from digitlens.learning import checkpointing
from digitlens.learning.engine import State
from digitlens.learning.training import Run
from digitlens.storage import checkpoint as checkpoints
from digitlens.storage.checkpoint import Checkpoint
from digitlens.storage.shipped import SUFFIX

MOST = 64  # checkpoints in a folder
OLD = 7 * 24 * 3600.0  # seconds until one is thrown away


class RunStore:
    """The place of one visitor's checkpoint. `path`: None keeps none."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._owner: object = None
        self._lock = threading.Lock()  # while the disk is at work

    def take(self, owner: object, *, clear: bool = True) -> None:
        """It is another run's now; what was there is forgotten, unless that run goes on from it. Never waits."""
        self._owner = owner
        if clear and self._lock.acquire(blocking=False):  # else its writer sees the new owner, and forgets it
            try:
                self._forget()
            finally:
                self._lock.release()

    def keep(self, owner: object, run: Run, state: State, history: Sequence[Mapping[str, float]]) -> bool:
        """Write a checkpoint; whether one could be written. A run that does not own the shelf any more writes none."""
        if self.path is None:
            return False
        with self._lock:
            if self._owner is not owner:
                return True
            try:
                checkpointing.save_state(run, state, history, self.path)
            except DigitlensError:  # the disk is full, or gone
                return False
            if self._owner is not owner:
                self._forget()
            return True

    def clear(self, owner: object) -> None:
        """Forget what is there; not if it is another run's."""
        with self._lock:
            if self._owner is owner:
                self._forget()

    def found(self) -> Checkpoint | None:
        """What an earlier server has left; one that cannot be read is thrown away."""
        if self.path is None:
            return None
        with self._lock:
            try:
                return checkpoints.load(self.path)
            except DigitlensError:
                self._forget()
                return None

    def _forget(self) -> None:
        if self.path is not None:
            with contextlib.suppress(FileError):
                checkpointing.discard(self.path)


class RunStores:
    """All of a server's. `folder`: where they are; None, or one that cannot be written, keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = _swept(folder) if folder else None

    def shelf(self, visitor: str) -> RunStore:
        """A visitor's."""
        return RunStore(self._folder / f"{visitor}{SUFFIX}" if self._folder else None)


def _swept(folder: Path) -> Path | None:
    """The folder, without checkpoints that nobody will come back to; None where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            return None
        files = sorted(folder.glob("*.checkpoint"), key=lambda file: file.stat().st_mtime, reverse=True)
        for count, file in enumerate(files):
            if count >= MOST or time.time() - file.stat().st_mtime > OLD:
                file.unlink(missing_ok=True)
        for file in folder.glob(".*.tmp"):  # of a server that was killed while it wrote: .NAME.xxxxxxxxxxxx.tmp
            sweep_leftovers(file.with_name(file.name[1:-17]))
    except OSError:
        return None
    return folder
