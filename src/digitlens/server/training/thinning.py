"""Thinning: a series of unknown length in limited memory. When it is full, every second item is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Thinned(Generic[T]):
    """At most `most` items, evenly spaced over all that were added, and the newest one.

    >>> items = Thinned(4)
    >>> for n in range(11): items.add(n)
    >>> list(items)
    [0, 4, 8, 10]
    """

    def __init__(self, most: int) -> None:
        """most: at least 2, the first and the newest."""
        self.most = max(2, most)
        self._items: list[T] = []
        self._stride = 1
        self._count = 0  # how many were added
        self._extra = False  # the last item is stored only because it is the newest

    def add(self, item: T) -> None:
        """Add the newest item."""
        if self._extra:
            self._items.pop()
        self._extra = self._count % self._stride != 0
        self._count += 1
        self._items.append(item)
        while len(self._items) > self.most:
            last = self._items.pop() if self._extra else None
            self._items = self._items[::2]
            self._stride *= 2
            newest = self._count - 1
            if last is not None:
                self._items.append(last)
            elif newest % self._stride:
                self._items.append(item)
                self._extra = True

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def newest(self) -> T:
        """The newest item. Raises IndexError if there is none."""
        return self._items[-1]
