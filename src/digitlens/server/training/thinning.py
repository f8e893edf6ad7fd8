"""A long run in bounded room: when it is full, every second one goes, and from then on only every second one comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Thinned(Generic[T]):
    """At most `most` things, evenly spaced over all that ever came, and the newest one.

    >>> some = Thinned(4)
    >>> for n in range(11): some.add(n)
    >>> list(some)
    [0, 4, 8, 10]
    """

    def __init__(self, most: int) -> None:
        """`most`: at least 2, the first and the newest."""
        self.most = max(2, most)
        self._kept: list[T] = []
        self._stride = 1
        self._count = 0  # how many ever came
        self._extra = False  # the last one kept is there only because it is the newest

    def add(self, one: T) -> None:
        """The newest."""
        if self._extra:
            self._kept.pop()
        self._extra = self._count % self._stride != 0
        self._count += 1
        self._kept.append(one)
        while len(self._kept) > self.most:
            last = self._kept.pop() if self._extra else None
            self._kept = self._kept[::2]
            self._stride *= 2
            newest = self._count - 1
            if last is not None:
                self._kept.append(last)
            elif newest % self._stride:
                self._kept.append(one)
                self._extra = True

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[T]:
        return iter(self._kept)

    def newest(self) -> T:
        """The last that came. Raises IndexError if none did."""
        return self._kept[-1]
