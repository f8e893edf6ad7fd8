"""In a fair queue everybody gets their turn, and its order is that in which things are taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.server.sharing.fair_queue import FairQueue

STEPS = st.lists(st.tuples(st.sampled_from(["add", "add", "add", "take", "remove", "replace"]), st.integers(0, 5)))


@given(STEPS)
def test_its_order_is_the_order_of_the_turns_and_nothing_is_lost(steps: list[tuple[str, int]]) -> None:
    queue, there = FairQueue[int](), list[int]()
    for number, (what, which) in enumerate(steps):
        item = there[which % len(there)] if there else -1
        if what == "add":
            queue.add("abc"[which % 3], number)
            there.append(number)
        elif what == "take" and there:
            first = next(iter(queue))
            assert queue.take() == first
            there.remove(first)
        elif what == "remove":
            assert queue.remove(item) == (item in there)
            there = [other for other in there if other != item]
        elif what == "replace":
            place = list(queue).index(item) if there else -1
            assert queue.replace(item, number) == (item in there)
            if there:
                assert list(queue)[place] == number
            there = [number if other == item else other for other in there]
        assert sorted(queue) == sorted(there)
        assert len(queue) == len(there)
        assert all(other in queue for other in there)


def test_nobody_waits_for_more_than_one_of_each_other() -> None:
    queue = FairQueue[str]()
    for owner, count in (("a", 100), ("b", 3), ("c", 1)):
        for number in range(count):
            queue.add(owner, f"{owner}{number}")
    taken = [queue.take() for _ in range(7)]
    assert taken == ["a0", "b0", "c0", "a1", "b1", "a2", "b2"]
    queue.clear()
    with pytest.raises(IndexError):
        queue.take()
