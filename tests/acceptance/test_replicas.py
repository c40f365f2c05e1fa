"""Several Lokets on one PostgreSQL: one leads, and its death, sleep or stop loses and doubles nothing.

A lease lasts ten seconds in every one of these shops: they live side by side, so that the tests wait once.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.replicas import POST, Replica, Replicas, replicated
from tests.acceptance.shop import BUDI, REVERSAL_SECRET, SARI, WAIT_S, Mode, tracebacks_in
from tests.fork_server import ForkServer

HALF = 10
POSTED_BEFORE = 4

Story = Callable[[Replicas], Awaitable[None]]


def type_half(replicas: Replicas, start: int) -> None:
    """Type ten orders in two chats."""
    for number in range(start, start + HALF):
        replicas.order((SARI, BUDI)[number % 2], f"081234{number:02d}1111")


async def amid_twenty_orders(replicas: Replicas, number: signal.Signals) -> tuple[Replica, Replica]:
    """Send the leader a signal while it buys and ten orders more are typed; return it and the next leader."""
    shop = replicas.shop
    shop.hurry(5)
    shop.world.biller.configure(answer_delay_s=0.1, result_delay_s=0.1)
    leader, other = await replicas.open()
    type_half(replicas, 0)
    await shop.until(lambda: len(shop.wire.posts) >= POSTED_BEFORE, every_s=0.002)
    leader.send(number)
    type_half(replicas, HALF)
    assert await replicas.leader(but=leader) is other
    await replicas.all_ended()
    assert_whole(replicas)
    return leader, other


def assert_whole(replicas: Replicas) -> None:
    """Check that every order was stored, bought at most once and told once.

    In each chat the leader may have been lost with one message, whose results are told again.
    """
    doubled: dict[int, set[int]] = {SARI: set(), BUDI: set()}
    shop = replicas.shop
    posted = [post["trxid"] for post in shop.wire.posts]
    assert len(posted) == len(set(posted))
    orders = shop.rows("SELECT trxid, destination, chat_id, state FROM orders")
    assert {(destination, chat) for _, destination, chat, _ in orders} == set(replicas.asked.items())
    for trxid, destination, chat, state in orders:
        if trxid not in posted:
            # It was claimed, and the leader lost before its first byte: nobody can know that.
            assert state == "unknown"
            continue
        told = [one for one, text in replicas.told(chat) if destination in text]
        assert told, f"{trxid} was not told"
        if len(told) > 1:
            doubled[chat].add(told[0].id)
        assert state == "succeeded"
    for chat, messages in doubled.items():
        assert len(messages) <= 1, [(m.id, m.at_ms, m.text) for m in shop.world.telegram.bot_messages(chat)]


async def killed(replicas: Replicas) -> None:
    leader, other = await amid_twenty_orders(replicas, signal.SIGKILL)
    assert await leader.ended() == -signal.SIGKILL
    assert other.line.leaders_calls()
    assert replicas.terms() == [None, leader.name]


async def frozen_and_woken(replicas: Replicas) -> None:
    shop = replicas.shop
    sleeper, other = await amid_twenty_orders(replicas, signal.SIGSTOP)
    before, calls = len(shop.wire.posts), len(sleeper.line.calls)
    for number in range(20, 26):
        replicas.order((SARI, BUDI)[number % 2], f"081234{number}1111")
    await shop.until(lambda: len(shop.wire.posts) > before, every_s=0.002)
    sleeper.send(signal.SIGCONT)
    assert await replicas.leader() is other  # and both are ready
    await replicas.all_ended()
    after = sleeper.line.leaders_calls(calls)
    # Between the last look at the lease and the first byte it may have stood still with one message.
    assert (POST in after, len(after) <= 1) == (False, True), after
    assert len(shop.wire.posts) == before + 6
    # What it was storing as it fell asleep, the server has ended.
    lost = "storage.errors.StorageError"
    shop.may_log_tracebacks = all(lost in line for line in tracebacks_in(shop.output))
    parts = await replicas.readiness(sleeper)
    assert parts
    assert not parts["leader"]


async def reversed_at(replicas: Replicas, door: Replica, destination: str) -> None:
    """Order a number of which the biller reports nothing by itself; let it report to this door."""
    shop = replicas.shop
    replicas.order(SARI, destination)
    entry = await shop.world.biller.wait_for_entry(
        lambda entry: entry.destination == destination, timeout_s=WAIT_S
    )
    state = "SELECT state FROM orders WHERE trxid = ?"
    await shop.until(lambda: shop.rows(state, entry.trxid) == [("pending",)])
    shop.world.biller.reversal_url = f"{door.url}/reversal/{REVERSAL_SECRET}"
    assert await shop.world.biller.reverse(entry.trxid) == 200
    await shop.wait_for_message(SARI, "SUKSES", destination)


async def stopped(replicas: Replicas) -> None:
    """Let both doors take reversals; then stop the leader, which hands over at once."""
    shop = replicas.shop
    leader, other = await replicas.open()
    for number, door in enumerate(replicas.all):
        await reversed_at(replicas, door, f"081234{number:02d}6666")
    if "PUBLIC_URL" in shop.settings:
        assert all(door.answered for door in replicas.all)
    leader.send(signal.SIGTERM)
    assert await leader.ended() == 0
    assert await replicas.leader(but=leader) is other
    # The second found the lease free: it did not wait until it ran out.
    assert replicas.terms() == [None, None]
    shop.world.biller.reversal_url = f"{other.url}/reversal/{REVERSAL_SECRET}"
    replicas.order(BUDI, "081234991111")
    await replicas.all_ended()
    assert [text for _, text in replicas.told(BUDI)]


@pytest.mark.prove
@pytest.mark.timeout(300)
async def test_twenty_orders_survive_a_leader_that_is_killed_frozen_or_stopped(tmp_path: Path) -> None:
    stories: tuple[Story, ...] = (killed, frozen_and_woken, stopped)

    async def live(story: Story, mode: Mode) -> None:
        home = tmp_path / f"{story.__name__}-{mode}"
        home.mkdir()
        async with replicated(home, mode, server.start) as replicas:
            await story(replicas)

    with closing(ForkServer()) as server:
        async with asyncio.TaskGroup() as group:
            for story in stories:
                for mode in Mode:
                    group.create_task(live(story, mode), name=f"{story.__name__}, {mode}")
