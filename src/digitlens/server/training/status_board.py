"""The newest frame of each kind, which a training thread posts and a connection sends."""

from __future__ import annotations

import threading
from collections.abc import Callable


class StatusBoard:
    """The frames of one run or comparison. A frame is made when it is first read. Use it from any thread."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        """on_change: called after each post, in the thread that posts."""
        self._on_change = on_change
        self._posted: dict[str, tuple[int, Callable[[], bytes]]] = {}
        self._made: dict[str, tuple[int, bytes]] = {}
        self._lock = threading.Lock()
        self._count = 0
        self._closed = False

    def post(self, kind: str, make: Callable[[], bytes]) -> None:
        """Post a frame, which replaces the one of the same kind. make: makes its bytes, when they are needed."""
        with self._lock:
            if self._closed:
                return
            self._count += 1
            self._posted[kind] = self._count, make
        self._on_change()

    def close(self) -> None:
        """Drop all frames, because the work was given up: they hold references that keep it alive."""
        with self._lock:
            self._closed = True
            self._posted.clear()

    def newer(self, sent: dict[str, int]) -> list[bytes]:
        """The frames that are newer than those in `sent` (their numbers, by kind); `sent` is updated."""
        with self._lock:
            newer = [(kind, number, make) for kind, (number, make) in self._posted.items() if sent.get(kind) != number]
        frames = []
        for kind, number, make in newer:
            sent[kind] = number
            made = self._made.get(kind)
            if made is None or made[0] != number:
                made = self._made[kind] = number, make()
            frames.append(made[1])
        return frames
