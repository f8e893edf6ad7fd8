"""What there is to be seen of some work: the newest frame of each kind, made when somebody wants to see it."""

from __future__ import annotations

import threading
from collections.abc import Callable


class StatusBoard:
    """Whoever works posts; whoever watches reads what is newer than what they have seen. From any thread."""

    def __init__(self, news: Callable[[], None]) -> None:
        """`news` is called after each post, from the thread that posts."""
        self._news = news
        self._posted: dict[str, tuple[int, Callable[[], bytes]]] = {}
        self._made: dict[str, tuple[int, bytes]] = {}
        self._lock = threading.Lock()
        self._count = 0
        self._closed = False

    def post(self, kind: str, make: Callable[[], bytes]) -> None:
        """The newest frame of a kind, which replaces the one before."""
        with self._lock:
            if self._closed:
                return
            self._count += 1
            self._posted[kind] = self._count, make
        self._news()

    def close(self) -> None:
        """The work is given up, and nobody will watch it: what is posted holds it, so that it would outlive its end."""
        with self._lock:
            self._closed = True
            self._posted.clear()

    def newer(self, seen: dict[str, int]) -> list[bytes]:
        """The frames that are newer than those in `seen`, which is brought up to date."""
        with self._lock:
            wanted = [(kind, number, make) for kind, (number, make) in self._posted.items() if seen.get(kind) != number]
        frames = []
        for kind, number, make in wanted:
            seen[kind] = number
            made = self._made.get(kind)
            if made is None or made[0] != number:
                made = self._made[kind] = number, make()
            frames.append(made[1])
        return frames
