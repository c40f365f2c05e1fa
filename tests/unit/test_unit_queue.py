"""Units that may run at the same time do, others share a transaction or wait, always in the order given."""

import asyncio
from collections.abc import Collection
from typing import Any

import pytest

from storage.database import CLAIMS, LEASE, MESSAGES, RESULTS, SCANS, SHOP, shop_key
from storage.postgres_concurrency import (
    BESIDE,
    FOLLOWED_AT_ONCE,
    MAX_OVERTAKEN,
    MAX_SHARED,
    Group,
    UnitQueue,
    Waiting,
    allowed,
)
from storage.statements import STATEMENTS

SARI, BUDI = (shop_key(1001),), (shop_key(1002),)


class Queue:
    """A queue whose units are named, and the names of those that run."""

    def __init__(self) -> None:
        self.queue = UnitQueue()
        self.names: dict[int, str] = {}
        self.done: asyncio.Future[Any] = asyncio.Future()

    def adds(self, name: str, keys: Collection[str] | None = None, **how: Any) -> None:
        unit = Waiting(
            unit=lambda _: name,
            keys=None if keys is None else frozenset(keys),
            done=self.done,
            **how,
        )
        self.names[id(unit)] = name
        self.queue.add(unit)

    def begins(self, now_s: float = 0.0) -> list[str]:
        """Begin all that may run now; return the names, those of a transaction as one word."""
        found = []
        while group := self.queue.begin(now_s):
            found.append(self.name_of(group))
            self.groups = [*getattr(self, "groups", []), group]
        return found

    def name_of(self, group: Group) -> str:
        return "".join(self.names[id(unit)] for unit in group.units)

    def ends(self, name: str) -> None:
        group = next(each for each in self.groups if self.name_of(each) == name)
        self.groups.remove(group)
        self.queue.end(group)


@pytest.fixture
async def queue() -> Queue:
    return Queue()


async def test_shops_and_results_run_beside_each_other(queue: Queue) -> None:
    queue.adds("a", SARI)
    queue.adds("b", BUDI)
    queue.adds("c", (RESULTS,))
    assert sorted(queue.begins()) == ["a", "b", "c"]


async def test_a_result_does_not_wait_behind_a_crowd_of_new_orders(queue: Queue) -> None:
    for number in range(1000):
        queue.adds("o", (shop_key(number),))
    queue.adds("r", (RESULTS,))
    queue.adds("m", (MESSAGES,))
    assert queue.begins() == ["r", "m", "o"]
    queue.ends("r")
    queue.ends("m")
    queue.adds("s", (RESULTS,))
    assert queue.begins() == ["s"]
    queue.ends("s")
    assert len(queue.begins()) == 999  # nothing else is to be done


async def test_new_orders_keep_their_order_among_each_other(queue: Queue) -> None:
    queue.adds("a", SARI)
    queue.adds("r", (RESULTS,))
    queue.adds("b", SARI)
    assert queue.begins() == ["r", "ab"]


async def test_a_result_does_not_wait_behind_a_crowd_of_units_that_run_alone(queue: Queue) -> None:
    for _ in range(10 * MAX_SHARED):
        queue.adds("a")
    assert queue.begins() == ["a" * MAX_SHARED]
    queue.adds("r", (RESULTS,))
    assert queue.begins() == []
    queue.ends("a" * MAX_SHARED)
    assert queue.begins() == ["r"]


async def test_a_unit_that_runs_alone_is_overtaken_a_few_times_only(queue: Queue) -> None:
    queue.adds("r", (RESULTS,))
    assert queue.begins() == ["r"]
    queue.adds("a")
    for _ in range(MAX_OVERTAKEN):
        queue.adds("m", (MESSAGES,))
        assert queue.begins() == ["m"]
        queue.ends("m")
    queue.adds("m", (MESSAGES,))
    assert queue.begins() == []
    queue.ends("r")
    assert queue.begins() == ["am"]


async def test_between_two_transactions_that_run_alone_results_may_go_first_again(queue: Queue) -> None:
    for _ in range(3 * MAX_SHARED):
        queue.adds("a")
    for _ in range(3):
        for _ in range(MAX_OVERTAKEN):
            queue.adds("r", (RESULTS,))
            assert queue.begins() == ["r"]
            queue.ends("r")
        assert queue.begins() == ["a" * MAX_SHARED]
        queue.ends("a" * MAX_SHARED)


async def test_a_new_order_overtakes_no_unit_that_runs_alone(queue: Queue) -> None:
    queue.adds("r", (RESULTS,))
    assert queue.begins() == ["r"]
    queue.adds("a")
    queue.adds("o", SARI)
    assert queue.begins() == []


@pytest.mark.parametrize("kind", [CLAIMS, SCANS])
async def test_who_follows_orders_waits_for_the_first_of_a_crowd_and_knows_of_the_others(
    queue: Queue, kind: str
) -> None:
    for number in range(FOLLOWED_AT_ONCE):
        queue.adds(".", (shop_key(number),))
    assert not queue.queue.is_crowded((SHOP,))
    queue.adds("z", (shop_key(FOLLOWED_AT_ONCE),))
    assert queue.queue.is_crowded((SHOP,))
    queue.adds("f", (kind,), follows=(SHOP,))
    for _ in range(FOLLOWED_AT_ONCE):
        assert "f" not in queue.begins()
        queue.ends(".")
    assert "f" in queue.begins()


async def test_a_unit_that_may_do_anything_counts_among_those_that_are_followed(queue: Queue) -> None:
    for _ in range(FOLLOWED_AT_ONCE):
        queue.adds("a")
    queue.adds("z")
    assert queue.queue.is_crowded((SHOP,))


async def test_units_with_the_same_key_share_a_transaction(queue: Queue) -> None:
    queue.adds("a", (RESULTS,))
    queue.adds("b", SARI)
    queue.adds("c", (RESULTS,))
    assert queue.begins() == ["ac", "b"]


async def test_what_comes_while_its_key_is_held_waits(queue: Queue) -> None:
    queue.adds("a", SARI)
    assert queue.begins() == ["a"]
    queue.adds("b", SARI)
    assert queue.begins() == []
    queue.ends("a")
    assert queue.begins() == ["b"]


async def test_a_unit_without_keys_runs_alone_and_is_not_overtaken(queue: Queue) -> None:
    queue.adds("a", SARI)
    assert queue.begins() == ["a"]
    queue.adds("b")
    queue.adds("c", BUDI)
    assert queue.begins() == []
    queue.ends("a")
    assert queue.begins() == ["bc"]
    assert next(iter(queue.groups)).keys is None


async def test_a_claim_shares_the_transaction_of_the_order_that_it_follows(queue: Queue) -> None:
    queue.adds("a", SARI)
    queue.adds("c", (CLAIMS,), follows=(SHOP,))
    queue.adds("s", (SCANS,), follows=(SHOP, RESULTS))
    assert queue.begins() == ["acs"]


async def test_a_claim_waits_for_every_order_that_was_given_before_it(queue: Queue) -> None:
    queue.adds("a", SARI)
    queue.adds("b", BUDI)
    queue.adds("c", (CLAIMS,), follows=(SHOP,))
    assert queue.begins() == ["a", "b"]
    queue.ends("a")
    assert queue.begins() == []
    queue.ends("b")
    assert queue.begins() == ["c"]


async def test_a_unit_in_order_waits_for_all_before_it(queue: Queue) -> None:
    queue.adds("a", SARI)
    assert queue.begins() == ["a"]
    queue.adds("o", (), in_order=True)
    assert queue.begins() == []
    queue.ends("a")
    assert queue.begins() == ["o"]


async def test_the_accounts_of_two_shops_are_never_moved_by_one_placing_transaction(queue: Queue) -> None:
    """Two of these could wait for each other."""
    queue.adds("a", SARI)
    queue.adds("c", (CLAIMS,), follows=(SHOP,))
    queue.adds("b", BUDI)
    queue.adds("d", (CLAIMS,), follows=(SHOP,))
    assert queue.begins() == ["ac", "b"]


async def test_units_in_no_hurry_wait_for_each_other_but_nobody_for_them(queue: Queue) -> None:
    queue.adds("m", (MESSAGES,), due_at_s=5.0)
    assert queue.begins(now_s=1.0) == []
    queue.adds("n", (MESSAGES,), due_at_s=6.0)
    assert queue.queue.next_due_s() == 5.0
    assert queue.begins(now_s=5.0) == ["mn"]


async def test_units_in_no_hurry_share_the_next_transaction_whatever_it_is_of(queue: Queue) -> None:
    queue.adds("m", (MESSAGES,), due_at_s=5.0)
    queue.adds("n", (MESSAGES,), due_at_s=6.0)
    queue.adds("r", (RESULTS,))
    assert queue.begins(now_s=1.0) == ["rmn"]


async def test_a_unit_in_no_hurry_overtakes_none_that_it_must_wait_for(queue: Queue) -> None:
    queue.adds("x", (MESSAGES,))
    assert queue.begins() == ["x"]
    queue.adds("m", (MESSAGES,), due_at_s=5.0)
    queue.adds("r", (RESULTS,))
    assert queue.begins(now_s=1.0) == ["r"]


async def test_a_unit_that_must_wait_for_one_in_no_hurry_hurries_it(queue: Queue) -> None:
    queue.adds("m", (MESSAGES,), due_at_s=5.0)
    queue.adds("a")
    assert queue.begins(now_s=1.0) == ["ma"]


async def test_a_transaction_holds_its_locks_for_a_bounded_number_of_units(queue: Queue) -> None:
    for _ in range(MAX_SHARED + 1):
        queue.adds("r", (RESULTS,))
    assert queue.begins() == ["r" * MAX_SHARED]


async def test_the_lease_waits_for_nobody(queue: Queue) -> None:
    queue.adds("a")
    assert queue.begins() == ["a"]
    queue.adds("b")
    queue.adds("l", (LEASE,))
    assert queue.begins() == ["l"]


def test_what_is_allowed_beside_others_are_statements_of_loket() -> None:
    assert {name for names in BESIDE.values() for name in names} <= STATEMENTS.keys()
    assert BESIDE.keys() == {SHOP, RESULTS, CLAIMS, MESSAGES, SCANS, LEASE}


def test_a_unit_may_do_what_one_of_its_keys_allows() -> None:
    assert allowed(None) is None
    found = allowed(frozenset({MESSAGES, RESULTS}))
    assert found is not None
    assert {"mark_message_sent", "bump_batch_version", "valid_lease"} <= found
    assert "use_button" not in found
