"""A budget: how much of one thing all clients together may hold, and who holds which part of it.

Connections, bytes of bodies, waiting jobs, pages, visitors and the memory of runs are each given out by one Budget. A
part of it is a Claim. It belongs to the address of a client, ends with whatever it was made for, and can be taken back:

1. What nobody waits for any more goes first (`away`), the longest away before the others.
2. Then the address that holds most gives way to one that holds less: what it claimed last is taken back.
3. Who holds most asks in vain, and gets a FullError.

So one client may use everything while it is alone, and cannot shut others out.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from types import TracebackType


class FullError(Exception):
    """Nothing is left of a budget, and nobody has to give way; try again later."""


class Claim:
    """A part of a budget. It is released once, by hand or at the end of a `with` block."""

    def __init__(self, budget: Budget, address: str, give_way: Callable[[], object] | None) -> None:
        self.address = address
        self.amount = 0
        self.give_way = give_way  # ends what it was made for, because it is taken back; None: it cannot be taken back
        self.away: float | None = None  # since when (time.monotonic()) nobody waits for it; None: somebody does
        self._budget = budget

    def grow(self, amount: int) -> None:
        """Claim more, or, with a negative amount, less. Raises FullError, and stays what it was."""
        self._budget.move(self, amount)

    def release(self) -> None:
        """Give everything back. A second time, nothing happens."""
        self._budget.release(self)

    def __enter__(self) -> Claim:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class Budget:
    """How much there is of one thing, and its claims. To be used from any thread.

    Claims are taken back in the thread that asks for the next one.
    """

    def __init__(self, most: int, share: int | None = None) -> None:
        """most: for all addresses together. share: for one address, at most; None: everything."""
        self.most, self.share = most, most if share is None else share
        self._claims: dict[Claim, None] = {}  # in the order in which they were made
        self._held: defaultdict[str, int] = defaultdict(int)  # by address
        self._lock = threading.RLock()  # taking a claim back may release others

    def claim(self, address: str, amount: int = 1, give_way: Callable[[], object] | None = None) -> Claim:
        """Claim a part for this address. Raises FullError if nothing is left for it.

        give_way: called if the claim is taken back, after it has been released.
        """
        made = Claim(self, address, give_way)
        with self._lock:
            self._claims[made] = None
            try:
                self.move(made, amount)
            except FullError:
                del self._claims[made]
                raise
        return made

    def move(self, claim: Claim, amount: int) -> None:
        """Make a claim larger or smaller, see Claim.grow()."""
        with self._lock:
            while claim in self._claims and amount > 0 and not self._fits(claim, amount):
                victim = self._victim(claim, amount)
                if victim is None:
                    raise FullError
                self.release(victim)
                assert victim.give_way is not None
                victim.give_way()
            if claim in self._claims:
                claim.amount += amount
                self._add(claim.address, amount)

    def release(self, claim: Claim) -> None:
        """Give back all of a claim, see Claim.release()."""
        with self._lock:
            if claim in self._claims:
                del self._claims[claim]
                self._add(claim.address, -claim.amount)
                claim.amount = 0

    @property
    def held(self) -> int:
        """How much is given out."""
        with self._lock:
            return sum(self._held.values())

    def held_by(self, address: str) -> int:
        """How much one address holds."""
        with self._lock:
            return self._held.get(address, 0)

    def __len__(self) -> int:
        """The number of claims."""
        return len(self._claims)

    def _add(self, address: str, amount: int) -> None:
        self._held[address] += amount
        if not self._held[address]:
            del self._held[address]

    def _fits(self, claim: Claim, amount: int) -> bool:
        return self.held + amount <= self.most and self.held_by(claim.address) + amount <= self.share

    def _victim(self, claim: Claim, amount: int) -> Claim | None:
        """The claim that is taken back, so that `claim` can grow; None if there is none."""
        own = self.held_by(claim.address)
        crowded = own + amount > self.share  # then only claims of the same address can give way
        able = [other for other in self._claims if other is not claim and other.give_way and other.amount]
        away = [other for other in able if other.away is not None and (not crowded or other.address == claim.address)]
        if away:
            return min(away, key=lambda other: other.away or 0.0)
        able = [other for other in able if other.address != claim.address]
        if crowded or not able:
            return None
        heaviest = max(able, key=lambda other: self._held[other.address]).address
        newest = [other for other in able if other.address == heaviest][-1]
        return newest if self._held[heaviest] > own + amount else None
