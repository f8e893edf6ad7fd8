"""Checkpoints of visitors' runs, which survive a restart of the server: one for each visitor.

A visitor has one run at a time, so a store has one owner. If another run takes the store while a checkpoint is being
written, that checkpoint is discarded.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from digitlens.errors import DigitlensError, FileError
from digitlens.files.atomic import sweep_leftovers
from digitlens.learning import checkpointing
from digitlens.learning.engine import State
from digitlens.learning.training import Run
from digitlens.storage import checkpoint as checkpoints
from digitlens.storage.checkpoint import Checkpoint
from digitlens.storage.shipped import SUFFIX

MOST = 64  # checkpoints in a folder, of visitors who are not known
OLD = 7 * 24 * 3600.0  # seconds until a checkpoint is removed
_CHECKPOINT = re.compile(rf"([0-9a-f]{{32}}){re.escape(SUFFIX)}\.checkpoint", re.ASCII)
_LEFTOVER = re.compile(rf"\.([0-9a-f]{{32}}{re.escape(SUFFIX)}\.checkpoint)\.[0-9a-f]{{12}}\.tmp", re.ASCII)


class RunStore:
    """The checkpoint of one visitor. path: None: none is written."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._owner: object = None
        self._lock = threading.Lock()  # held while the disk is used

    def take(self, owner: object, *, clear: bool = True) -> None:
        """Give the store to another run. With `clear`, an earlier checkpoint is removed. Never waits."""
        self._owner = owner
        if clear and self._lock.acquire(blocking=False):  # otherwise its writer notices the new owner, and removes it
            try:
                self._discard()
            finally:
                self._lock.release()

    def save(self, owner: object, run: Run, state: State, history: Sequence[Mapping[str, float]]) -> bool:
        """Write a checkpoint, if the run still owns the store; False if writing failed."""
        if self.path is None:
            return False
        with self._lock:
            if self._owner is not owner:
                return True
            try:
                checkpointing.save_state(run, state, history, self.path)
            except DigitlensError:  # the disk is full or gone
                return False
            if self._owner is not owner:
                self._discard()
            return True

    def clear(self, owner: object) -> None:
        """Remove the checkpoint, if the run owns the store."""
        with self._lock:
            if self._owner is owner:
                self._discard()

    def load(self) -> Checkpoint | None:
        """The checkpoint of an earlier server, or None. One that cannot be read is removed."""
        if self.path is None:
            return None
        with self._lock:
            try:
                return checkpoints.load(self.path)
            except DigitlensError:
                self._discard()
                return None

    def _discard(self) -> None:
        if self.path is not None:
            with contextlib.suppress(FileError):
                checkpointing.discard(self.path)


class RunStores:
    """The stores of all visitors. folder: None, or one that cannot be written: no checkpoints are written.

    Only files with names that this module makes are ever removed.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = _writable(folder) if folder else None
        self.trim()

    def store(self, visitor: str) -> RunStore:
        """The store of a visitor."""
        return RunStore(self._folder / f"{visitor}{SUFFIX}" if self._folder else None)

    def trim(self, known: Collection[str] = ()) -> None:
        """Remove old checkpoints and leftovers, and the oldest beyond MOST, except those of `known` visitors."""
        if self._folder is None:
            return
        ages = []
        with contextlib.suppress(OSError):  # another server may remove the same
            for entry in os.scandir(self._folder):
                if (ours := _CHECKPOINT.fullmatch(entry.name)) and ours[1] not in known:
                    ages.append((entry.stat(follow_symlinks=False).st_mtime, entry.path))
                elif ours := _LEFTOVER.fullmatch(entry.name):
                    sweep_leftovers(self._folder / ours[1])
            ages.sort(reverse=True)
            for count, (written, path) in enumerate(ages):
                if count >= MOST or time.time() - written > OLD:
                    Path(path).unlink(missing_ok=True)


def _writable(folder: Path) -> Path | None:
    """The folder, made if need be; None if it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError):
        return None
    return folder if os.access(folder, os.W_OK) else None
