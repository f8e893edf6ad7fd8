"""A budget is used up by whoever is alone, shared as soon as somebody else asks, and given back to the last part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.server.sharing.budget import Budget, Claim, FullError


def test_who_is_alone_may_have_everything_and_gives_way_to_who_has_less() -> None:
    budget, gone = Budget(6), list[int]()
    for number in range(6):
        budget.claim("greedy", give_way=lambda number=number: gone.append(number))  # type: ignore[misc]
    with pytest.raises(FullError):
        budget.claim("greedy")
    for _ in range(3):
        budget.claim("modest")
    assert gone == [5, 4, 3]  # what was claimed last
    with pytest.raises(FullError):
        budget.claim("modest")
    assert (budget.held_by("greedy"), budget.held_by("modest")) == (3, 3)
    budget.claim("third")
    assert gone == [5, 4, 3, 2]


def test_what_cannot_be_given_up_is_not_taken() -> None:
    budget = Budget(2)
    budget.claim("greedy", 2)
    with pytest.raises(FullError):
        budget.claim("modest")
    assert (budget.held, len(budget)) == (2, 1)


def test_what_nobody_waits_for_goes_first_and_the_longest_away_before_the_others() -> None:
    budget, gone = Budget(4), list[str]()
    claims = [budget.claim("a", give_way=lambda name=name: gone.append(name)) for name in "wxyz"]  # type: ignore[misc]
    claims[1].away, claims[2].away = 2.0, 1.0
    for _ in range(2):
        budget.claim("a", give_way=lambda: gone.append("new"))
    assert gone == ["y", "x"]
    with pytest.raises(FullError):
        budget.claim("a")


def test_one_address_gets_no_more_than_its_share() -> None:
    budget = Budget(10, 4)
    mine = budget.claim("a", 3, give_way=lambda: None)
    with pytest.raises(FullError):
        budget.claim("a", 2)
    mine.away = 1.0  # of its own it may give up
    budget.claim("a", 4)
    assert (budget.held_by("a"), mine.amount) == (4, 0)
    budget.claim("b", 4)
    with pytest.raises(FullError):
        budget.claim("c", 4)
    budget.claim("c", 2)


def test_a_claim_that_cannot_grow_stays_what_it_was() -> None:
    budget = Budget(5)
    with budget.claim("a", 2) as claim:
        claim.grow(3)
        with pytest.raises(FullError):
            claim.grow(1)
        assert (claim.amount, budget.held) == (5, 5)
        claim.grow(-4)
        assert budget.held == 1
    claim.release()
    assert (budget.held, len(budget)) == (0, 0)


def test_a_claim_that_was_taken_back_can_neither_grow_nor_be_released_again() -> None:
    budget = Budget(2)
    old = budget.claim("a", 2, give_way=lambda: None)
    budget.claim("b", 1)
    old.grow(1)
    old.release()
    assert (old.amount, budget.held) == (0, 1)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4), st.sampled_from(["claim", "grow", "end", "away"])))
)
def test_whatever_happens_no_more_is_given_out_than_there_is_and_all_of_it_is_owned(
    steps: list[tuple[str, int, str]],
) -> None:
    budget, owned = Budget(10), list[Claim]()
    for moment, (address, amount, what) in enumerate(steps):
        if what == "claim":
            made: list[Claim] = []

            def give_way(made: list[Claim] = made) -> None:
                assert made[0].amount == 0
                owned.remove(made[0])

            try:
                made.append(budget.claim(address, amount, give_way))
                owned.append(made[0])
            except FullError:
                others = [one for one in owned if one.address != address]
                assert not any(one.away for one in owned)
                assert all(
                    budget.held_by(one.address) <= budget.held_by(address) + amount + 4 for one in others
                )  # nobody holds much more
        elif owned:
            one = owned[amount % len(owned)]
            if what == "end":
                one.release()
                owned.remove(one)
            elif what == "away":
                one.away = float(moment + 1)
            else:
                try:
                    one.grow(amount)
                except FullError:
                    assert budget.held + amount > budget.most
        assert budget.held == sum(one.amount for one in owned) <= budget.most
        assert len(budget) == len(owned)
