"""A fair queue: the owners of what waits in it take turns, and each owner's items keep their order.

An owner is the address of a client. Who puts a thousand items in waits for these thousand, and nobody else does.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Items that wait, by owner. To be used by one thread at a time.

    >>> queue = FairQueue()
    >>> for owner, item in [("a", 1), ("a", 2), ("a", 3), ("b", 4)]: queue.add(owner, item)
    >>> list(queue)
    [1, 4, 2, 3]
    """

    def __init__(self) -> None:
        self._rows: OrderedDict[str, deque[T]] = OrderedDict()  # by owner, in the order of their turns; none is empty

    def add(self, owner: str, item: T) -> None:
        """Add an item behind the others of its owner. A new owner comes after all others."""
        self._rows.setdefault(owner, deque()).append(item)

    def take(self) -> T:
        """Remove and return the first item; its owner's turn is over. Raises IndexError if nothing waits."""
        if not self._rows:
            raise IndexError("nothing waits")
        owner, row = self._rows.popitem(last=False)
        item = row.popleft()
        if row:
            self._rows[owner] = row
        return item

    def remove(self, item: T) -> bool:
        """Remove an item; whether it was there."""
        for owner, row in self._rows.items():
            if item in row:
                row.remove(item)
                if not row:
                    del self._rows[owner]
                return True
        return False

    def replace(self, item: T, other: T) -> bool:
        """Put another item in the place of one; whether that was there."""
        for row in self._rows.values():
            if item in row:
                row[row.index(item)] = other
                return True
        return False

    def clear(self) -> None:
        """Remove everything."""
        self._rows.clear()

    def __iter__(self) -> Iterator[T]:
        """The items in the order in which they will be taken, if nothing is added."""
        rows = [deque(row) for row in self._rows.values()]
        while rows:
            yield from (row.popleft() for row in rows)
            rows = [row for row in rows if row]

    def __contains__(self, item: object) -> bool:
        return any(item in row for row in self._rows.values())

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))
