"""One acceptance per intent, or a flag; never silently none."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from monitor.model import DeliveryState, MessageKind
from tests.unit.notify.office import GRACE_S, Fault, Office


@pytest.fixture
def office():
    return Office()


async def test_a_ready_message_reaches_the_provider_once(office):
    await office.plan()
    assert await office.outbox.turn() == 1
    assert (await office.state()).state is DeliveryState.ACCEPTED
    assert (await office.state()).provider_id == "M0"
    await office.work(3600)
    assert office.taken() == 1
    assert [each.state for each in office.changes] == [DeliveryState.ACCEPTED]


async def test_a_busy_provider_is_tried_again_after_a_growing_pause(office):
    await office.plan()
    office.faults = [Fault.BUSY] * 6
    pauses = []
    for _ in range(6):
        await office.outbox.turn()
        delivery = await office.state()
        pauses.append((delivery.retry_at - office.clock.utc()).total_seconds())
        office.clock.mono_s += pauses[-1]
    assert pauses == sorted(pauses)
    assert pauses[-1] > 10
    await office.outbox.turn()
    assert (await office.state()).state is DeliveryState.ACCEPTED


async def test_an_unanswered_attempt_is_not_repeated_before_its_grace_is_over(office):
    await office.plan()
    office.faults = [Fault.LOST]
    await office.work(GRACE_S - 1)
    assert (await office.state()).state is DeliveryState.UNKNOWN
    assert office.taken() == 0
    await office.work(10)
    assert (await office.state()).state is DeliveryState.ACCEPTED
    assert office.taken() == 1


async def test_an_answer_lost_after_acceptance_is_found_not_sent_again(office):
    await office.plan()
    office.faults = [Fault.SWALLOWED]
    await office.work(60)
    assert (await office.state()).state is DeliveryState.ACCEPTED
    assert (await office.state()).attempt == 1
    assert office.taken() == 1


async def test_without_a_grace_the_same_lost_answer_would_be_sent_twice():
    office = Office(grace_s=0.0)
    await office.plan()
    office.faults = [Fault.SWALLOWED]
    await office.work(60)
    assert office.taken() == 2  # the provider's list lags: this is what the grace is for


@pytest.mark.parametrize("step", [timedelta(days=365), timedelta(days=-365)])
async def test_a_stepped_wall_clock_does_not_shorten_the_grace(office, step):
    await office.plan(not_after=office.clock.utc() + timedelta(days=900))
    office.faults = [Fault.LOST]
    await office.outbox.turn()
    office.clock.step = step
    await office.work(GRACE_S - 1)
    assert (await office.state()).state is DeliveryState.UNKNOWN


async def test_look_ups_that_keep_failing_end_in_a_flag_never_in_a_second_attempt(office):
    await office.plan(valid_s=1800)
    office.faults = [Fault.LOST]
    office.deaf_look_ups = 10**6
    await office.work(1800 + 3500)
    assert (await office.state()).state is DeliveryState.UNKNOWN
    await office.work(300)
    assert (await office.state()).state is DeliveryState.GIVEN_UP
    assert (await office.state()).attempt == 1


async def test_a_failing_look_up_is_asked_again_with_growing_pauses(office):
    await office.plan()
    office.faults = [Fault.LOST]
    office.deaf_look_ups = 10**6
    await office.work(600)
    assert 10 <= 10**6 - office.deaf_look_ups <= 40


async def test_a_refused_message_is_not_tried_again(office):
    await office.plan()
    office.faults = [Fault.REFUSED]
    await office.work(600)
    assert (await office.state()).state is DeliveryState.REJECTED
    assert office.taken() == 0


async def test_nothing_leaves_after_its_time(office):
    await office.plan(valid_s=90)
    office.faults = [Fault.BUSY] * 100
    await office.work(600)
    assert (await office.state()).state is DeliveryState.EXPIRED
    assert office.taken() == 0


async def test_a_message_that_grew_too_late_between_claim_and_send_stays(office):
    await office.plan(valid_s=5)
    claim = office.store.claim

    async def slow_claim(limit, *, now):
        claimed = await claim(limit, now=now)
        office.clock.mono_s += 6
        return claimed

    office.store.claim = slow_claim
    await office.outbox.turn()
    assert (await office.state()).note == "too_late"
    assert office.taken() == 0


async def test_the_provider_is_told_how_long_the_message_is_of_use(office):
    seen = []
    send = office.sender.send

    async def spy(message):
        seen.append(message.valid_for_s)
        return await send(message)

    office.sender.send = spy
    await office.plan(valid_s=1800)
    office.clock.mono_s += 60
    await office.outbox.turn()
    assert seen == [1740]


async def test_a_recipient_who_is_gone_is_told_as_such(office):
    await office.plan(recipient="dr-99")
    await office.outbox.turn()
    assert (await office.state()).note == "recipient_gone"
    assert (await office.state()).state is DeliveryState.REJECTED


async def test_an_unknown_message_of_another_channel_is_never_proved_absent(office):
    await office.plan(channel="phone", state=DeliveryState.UNKNOWN)
    await office.plan("k2", channel="phone")
    await office.work(600)
    assert (await office.state()).state is DeliveryState.UNKNOWN
    assert (await office.state("k2")).note == "channel_gone"
    assert office.sender.ledger == []


async def test_an_opening_message_whose_incident_ended_meanwhile_is_not_sent_late(office):
    await office.plan()
    office.faults = [Fault.LOST]
    await office.outbox.turn()
    await office.store.commit((), cancel_open_of=[1001])
    await office.work(600)
    assert (await office.state()).state is DeliveryState.CANCELLED
    assert office.taken() == 0


async def test_the_end_is_told_after_the_beginning_and_only_to_who_heard_it(office):
    await office.plan("o1", recipient="dr-0")
    await office.plan("o2", recipient="dr-1")
    for key, who in (("r1", "dr-0"), ("r2", "dr-1")):
        await office.plan(key, recipient=who, kind=MessageKind.RESOLVED)
    office.faults = [Fault.NONE, Fault.REFUSED]
    await office.work(60)
    assert [each.body for each in office.sender.ledger] == ["text of o1", "text of r1"]


async def test_a_bug_in_a_sender_makes_one_message_unknown_and_the_rest_goes_on(office):
    await office.plan("k1")
    await office.plan("k2", recipient="dr-1")
    send = office.sender.send

    async def buggy(message):
        if message.key == "k1":
            raise KeyError(message.to)
        return await send(message)

    office.sender.send = buggy
    with capture_logs() as said:
        await office.outbox.turn()
    assert said == [{"event": "sender_bug", "error": "KeyError", "log_level": "error"}]
    assert (await office.state("k1")).note == "sender_bug"
    assert (await office.state("k1")).state is DeliveryState.UNKNOWN
    assert (await office.state("k2")).state is DeliveryState.ACCEPTED


async def test_outcomes_the_store_could_not_take_are_kept_and_nothing_is_sent_meanwhile(office):
    await office.plan("k1")
    office.store.settles_left = 0
    await office.outbox.turn()
    await office.plan("k2", recipient="dr-1")
    for _ in range(5):
        assert await office.outbox.turn() == 0
    assert (office.taken("k1"), office.taken("k2")) == (1, 0)
    office.store.settles_left = None
    await office.work(60)
    assert (await office.state("k1")).state is DeliveryState.ACCEPTED
    assert (office.taken("k1"), office.taken("k2")) == (1, 1)


async def test_a_crash_between_acceptance_and_settling_sends_nothing_twice(office):
    for number in range(30):
        await office.plan(f"k{number}", recipient=f"dr-{number % 3}")
    office.store.settles_left = 2
    await office.outbox.turn()
    await office.crash()
    await office.work(60)
    assert [office.taken(f"k{number}") for number in range(30)] == [1] * 30


async def test_the_loop_wakes_when_told_and_stops_when_cancelled(office):
    office.clock.sleep = lambda _: asyncio.Event().wait()  # nobody but the wake-up ends a pause
    running = asyncio.create_task(office.outbox.run())
    for _ in range(20):  # let it find nothing to do
        await asyncio.sleep(0)
    await office.plan()
    office.outbox.wake()
    while not office.changes:
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert office.taken() == 1


async def test_hours_of_a_failing_provider_pass_in_a_moment(office):
    await office.plan(valid_s=7200)
    office.faults = [Fault.BUSY] * 110
    running = asyncio.create_task(office.outbox.run())
    while not office.changes or office.changes[-1].state is not DeliveryState.ACCEPTED:
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert office.clock.mono_s > 3600
    assert office.taken() == 1


async def test_a_stop_lets_conversations_end_and_gives_back_what_was_not_begun(office):
    office.recipients |= {f"dr-{n}": office.recipients["dr-0"] for n in range(20)}
    for number in range(15):
        await office.plan(f"k{number}", recipient=f"dr-{number}")
    begun, release = [], asyncio.Event()
    send = office.sender.send

    async def slow(message):
        begun.append(message.key)
        await release.wait()
        return await send(message)

    office.sender.send = slow
    turn = asyncio.create_task(office.outbox.turn())
    while len(begun) < 10:
        await asyncio.sleep(0)
    turn.cancel()
    await asyncio.sleep(0)
    release.set()
    await asyncio.gather(turn, return_exceptions=True)
    states = [each.state for each in await office.store.deliveries_of(1001)]
    assert states.count(DeliveryState.ACCEPTED) == 10
    assert states.count(DeliveryState.READY) == 5


async def test_a_conversation_that_does_not_end_in_time_is_looked_up_after_the_next_start(office):
    await office.plan()
    send = office.sender.send

    async def endless(message):
        await send(message)
        await asyncio.Event().wait()

    office.sender.send = endless
    turn = asyncio.create_task(office.outbox.turn())
    while not office.taken():
        await asyncio.sleep(0)
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    assert (await office.state()).state is DeliveryState.SENDING
    office.sender.send = send
    await office.crash()
    await office.work(60)
    assert (await office.state()).state is DeliveryState.ACCEPTED
    assert office.taken() == 1


async def test_an_earlier_try_that_came_through_after_all_counts_as_ours(office):
    await office.plan()
    office.faults = [Fault.SWALLOWED, Fault.LOST]
    office.sender.lookup_grace_s = 0.0  # so the lagging list lets a second try happen
    for _ in range(3):
        await office.outbox.turn()
        office.clock.mono_s += 0.5
    office.sender.lookup_grace_s = GRACE_S
    await office.work(60)
    assert (await office.state()).attempt == 2
    assert office.taken() == 1
