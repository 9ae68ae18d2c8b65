"""What every store promises. The same suite for memory and SQLite: who passes may be trusted."""

from __future__ import annotations

import asyncio
from dataclasses import MISSING, fields, replace
from datetime import timedelta

import pytest

from monitor.model import (
    DeliveryState,
    Entry,
    EntryKind,
    Failure,
    IncidentState,
    Instant,
    MessageKind,
    Phase,
    Sighting,
    Void,
)
from monitor.ports import StoreError
from tests.contract.store_values import (
    CERTIFICATE,
    FINAL,
    NOW,
    delivery,
    full_look,
    incident,
    look,
    resolved,
    verdict,
)

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
FULL_DELIVERY = delivery(
    "a",
    state=DeliveryState.UNKNOWN,
    attempt=3,
    attempted_at=NOW,
    retry_at=NOW + SECOND,
    provider_id="SM1",
    note="timeout",
)


async def all_looks(store, *targets, limit=1000):
    return await store.observations(
        targets=targets or ("tamin.front",),
        since=NOW - 999 * DAY,
        until=NOW + 999 * DAY,
        limit=limit,
    )


async def states(store, ref=1001):
    return {each.key: each.state for each in await store.deliveries_of(ref)}


def left_at_default(value):
    return [
        field.name
        for field in fields(value)
        if field.default is not MISSING and getattr(value, field.name) == field.default
    ]


def test_what_the_store_is_tried_with_sets_every_field():
    shown = full_look("00" * 8)
    tried = incident(1001, IncidentState.RESOLVED)
    values = [shown.sighting, shown.sighting.timings, shown.health, tried, tried.verdict]
    values += [*tried.verdict.grounds, FULL_DELIVERY]

    assert left_at_default(shown) == ["void"]
    # The steps of a transaction are told by the observation, no longer by its sighting.
    assert [left_at_default(value) for value in values] == [["steps"], *[[]] * (len(values) - 1)]


# --- looks ----------------------------------------------------------------------------------


async def test_a_look_comes_back_exactly(store):
    seen = [
        full_look("00" * 8),
        look("01" * 8, NOW + SECOND, void=Void.MISSED, sighting=Sighting(Phase.START)),
        look("02" * 8, NOW + 2 * SECOND, duration_s=1e-9),
    ]

    await store.record(seen)

    assert await all_looks(store) == tuple(seen)


async def test_the_same_certificate_may_verify_once_and_fail_the_next_time(store):
    failed = Sighting(
        Phase.TLS, Failure.TLS_EXPIRED, certificate=replace(CERTIFICATE, verified=False)
    )
    seen = [full_look("00" * 8), look("01" * 8, NOW + SECOND, sighting=failed)]

    await store.record(seen)

    assert await all_looks(store) == tuple(seen)


async def test_what_an_agent_tells_of_a_certificate_does_not_replace_what_we_saw_ourselves(store):
    forged = replace(CERTIFICATE, subject="CN=somebody else", names=("evil.example",))
    told = look("00" * 8, received_at=NOW, sighting=Sighting(Phase.DONE, certificate=forged))
    await store.record([told])
    await store.record([replace(full_look("01" * 8), received_at=None, late=False)])
    await store.record([replace(told, id="02" * 8)])

    ours = {o.id: o.sighting.certificate for o in await all_looks(store)}["01" * 8]
    assert ours == CERTIFICATE


async def test_a_look_recorded_twice_is_stored_once(store):
    await store.record([look("00" * 8), look("00" * 8, duration_s=9.0)])
    await store.record([look("00" * 8, duration_s=9.0)])

    assert await all_looks(store) == (look("00" * 8),)


async def test_looks_are_chosen_by_target_and_time_oldest_first_up_to_the_limit(store):
    late, early = look("00" * 8, NOW + 2 * SECOND), look("01" * 8, NOW)
    end, other = look("02" * 8, NOW + 3 * SECOND), look("03" * 8, NOW, target="ihio.front")
    await store.record([late, early, end, other])
    window = {"targets": ("tamin.front",), "since": NOW, "until": NOW + 3 * SECOND}

    assert await store.observations(**window, limit=9) == (early, late)
    assert await store.observations(**window, limit=1) == (early,)
    assert await store.observations(**(window | {"targets": ()}), limit=9) == ()


async def test_the_newest_look_is_known_whatever_it_looked_at(store):
    assert await store.last_look_at() is None
    await store.record([look("00" * 8), look("01" * 8, NOW + SECOND, target="a"), look("02" * 8)])

    assert await store.last_look_at() == NOW + SECOND


async def test_recording_nothing_is_fine(store):
    await store.record([])

    assert await all_looks(store) == ()


# --- incidents ------------------------------------------------------------------------------


async def test_an_incident_comes_back_with_its_story_and_waits_anew(store):
    stored = incident(since=Instant(NOW, 1.0), clear_since=Instant(NOW + SECOND, 2.0))

    await store.commit([stored])

    assert await store.incident(1001) == replace(
        stored, since=Instant(NOW, 5000.0), clear_since=Instant(NOW + SECOND, 5000.0)
    )
    assert await store.incident(1002) is None


async def test_an_incident_is_replaced_and_its_story_grows(store):
    first = incident()
    more = Entry(NOW, EntryKind.REVISED, verdict(confidence=0.5))
    second = incident(story=(*first.story, more), clear_since=None, advice=None, flaps=3)

    await store.commit([first])
    await store.commit([second])

    assert await store.incident(1001) == second


async def test_what_was_told_is_never_taken_back(store):
    await store.commit([incident()])

    await store.commit([incident(story=())])

    assert (await store.incident(1001)).story == incident().story


async def test_open_incidents_survive_a_restart_oldest_first(life):
    store = await life()
    late, early = incident(1001), incident(1002, onset_at=NOW - timedelta(hours=1))
    await store.commit([late, early, incident(1003, IncidentState.RESOLVED)])

    store = await life()

    assert await store.open_incidents() == (early, late)


@pytest.mark.parametrize("closed", [IncidentState.RESOLVED, IncidentState.DISMISSED])
async def test_a_closed_incident_is_never_opened_again_and_nothing_else_happens(store, closed):
    await store.commit([incident(1001, closed)])

    with pytest.raises(StoreError, match="incident 1001 is closed"):
        await store.commit([incident(1002), incident(1001)], [delivery("a")])

    assert (await store.incident(1001)).state is closed
    assert await store.incident(1002) is None
    assert await store.deliveries_of(1001) == ()


async def test_recent_incidents_are_newest_first_without_dismissed_and_hidden_ones(store):
    hour = timedelta(hours=1)
    old = incident(1001, IncidentState.RESOLVED, onset_at=NOW - 3 * hour)
    new = incident(1002, onset_at=NOW - hour)
    hidden = incident(1003, onset_at=NOW - 2 * hour, public=False)
    await store.commit([old, new, hidden, incident(1004, IncidentState.DISMISSED)])

    assert await store.recent_incidents(9, public_only=True) == (new, old)
    assert await store.recent_incidents(2, public_only=False) == (new, hidden)


async def test_references_begin_at_1001_and_are_never_given_twice(life):
    store = await life()
    given = await asyncio.gather(*(store.next_ref() for _ in range(20)))

    store = await life()

    assert sorted(given) == list(range(1001, 1021))
    assert await store.next_ref() == 1021


# --- deliveries -----------------------------------------------------------------------------


async def test_a_delivery_comes_back_exactly_and_its_key_counts_once(store):
    await store.commit([], [FULL_DELIVERY])
    await store.commit([], [delivery("a", body="another")])

    assert await store.deliveries_of(1001) == (FULL_DELIVERY,)
    assert await store.deliveries_of(1002) == ()


async def test_claimed_deliveries_are_sending_and_are_not_claimed_again(store):
    old, new = delivery("b", created_at=NOW - 9 * SECOND), delivery("a")
    await store.commit([], [new, old, delivery("c")])

    first = await store.claim(2, now=NOW)
    second = await store.claim(2, now=NOW + SECOND)

    sending = {"state": DeliveryState.SENDING, "attempt": 1, "attempted_at": NOW}
    assert first == (replace(old, **sending), replace(new, **sending))
    assert [each.key for each in second] == ["c"]
    assert await store.claim(2, now=NOW) == ()


async def test_concurrent_claims_share_the_work_without_overlap(store):
    await store.commit([], [delivery(f"{n:03}", recipient=f"dr-{n}") for n in range(100)])

    shares = await asyncio.gather(*(store.claim(7, now=NOW) for _ in range(20)))

    assert sorted(each.key for share in shares for each in share) == [f"{n:03}" for n in range(100)]


async def test_a_retry_is_claimed_when_its_time_has_come(store):
    await store.commit(
        [], [delivery("a", retry_at=NOW, attempt=1), delivery("b", retry_at=NOW + SECOND)]
    )

    (again,) = await store.claim(9, now=NOW)

    assert (again.key, again.attempt, again.retry_at) == ("a", 2, None)


async def test_a_message_past_its_time_expires_instead_of_leaving(store):
    await store.commit(
        [], [delivery("late", not_after=NOW), delivery("just", not_after=NOW + SECOND)]
    )

    claimed = await store.claim(9, now=NOW)

    assert [each.key for each in claimed] == ["just"]
    assert await states(store) == {"late": DeliveryState.EXPIRED, "just": DeliveryState.SENDING}


@pytest.mark.parametrize("opened", [DeliveryState.ACCEPTED, DeliveryState.GIVEN_UP])
async def test_resolved_leaves_when_open_may_have_arrived(store, opened):
    await store.commit([], [delivery("open", state=opened), resolved("over")])

    assert [each.key for each in await store.claim(9, now=NOW)] == ["over"]


@pytest.mark.parametrize("opened", [state for state in DeliveryState if not state.final])
async def test_resolved_waits_while_open_is_undecided(store, opened):
    later = NOW + SECOND  # so that a READY one stays where it is
    await store.commit([], [delivery("open", state=opened, retry_at=later), resolved("over")])

    assert await store.claim(9, now=NOW) == ()
    assert (await states(store))["over"] is DeliveryState.READY


@pytest.mark.parametrize(
    "opened", [DeliveryState.CANCELLED, DeliveryState.REJECTED, DeliveryState.EXPIRED]
)
async def test_resolved_is_cancelled_when_open_never_arrived(store, opened):
    await store.commit([], [delivery("open", state=opened), resolved("over")])

    assert await store.claim(9, now=NOW) == ()
    assert (await states(store))["over"] is DeliveryState.CANCELLED


async def test_resolved_looks_at_the_same_person_and_incident_only(store):
    accepted = {"state": DeliveryState.ACCEPTED}
    await store.commit([], [
        delivery("other-person", recipient="dr-18", **accepted),
        delivery("other-incident", incident=1002, **accepted),
        delivery("no-open", kind=MessageKind.RESOLVED, state=DeliveryState.ACCEPTED),
        resolved("over"),
    ])  # fmt: skip

    assert await store.claim(9, now=NOW) == ()
    assert (await states(store))["over"] is DeliveryState.CANCELLED


async def test_open_leaves_first_although_resolved_is_older(store):
    await store.commit([], [resolved("over"), delivery("open")])

    (first,) = await store.claim(9, now=NOW)
    await store.settle([replace(first, state=DeliveryState.ACCEPTED)])

    assert first.key == "open"
    assert [each.key for each in await store.claim(9, now=NOW)] == ["over"]


async def test_settling_writes_what_became_of_it(store):
    await store.commit([], [delivery("a"), delivery("b")])
    one, two = await store.claim(9, now=NOW)
    one = replace(one, state=DeliveryState.ACCEPTED, provider_id="SM1", note="fine")
    two = replace(two, state=DeliveryState.READY, retry_at=NOW + SECOND, note="busy")

    await store.settle([one, two, delivery("unheard-of", state=DeliveryState.ACCEPTED)])

    assert await store.deliveries_of(1001) == (one, two)


@pytest.mark.parametrize("state", [DeliveryState.READY, *FINAL])
async def test_what_is_not_under_way_cannot_be_settled(store, state):
    stored = delivery("a", state=state)
    await store.commit([], [stored])

    await store.settle([replace(stored, state=DeliveryState.UNKNOWN, note="late")])

    assert await store.deliveries_of(1001) == (stored,)


async def test_what_is_unknown_is_listed_oldest_attempt_first(store):
    unknown = {"state": DeliveryState.UNKNOWN}
    new, old = (
        delivery("a", attempted_at=NOW, **unknown),
        delivery("b", attempted_at=NOW - SECOND, **unknown),
    )
    await store.commit([], [new, old, delivery("c"), delivery("d", state=DeliveryState.SENDING)])

    assert await store.unknown_deliveries(9) == (old, new)
    assert await store.unknown_deliveries(1) == (old,)


async def test_a_delivery_cut_off_by_a_restart_is_unknown_and_keeps_its_time(life):
    store = await life()
    await store.commit([], [delivery("a"), delivery("b", created_at=NOW)])
    await store.claim(1, now=NOW)

    store = await life()

    (unknown,) = await store.unknown_deliveries(9)
    assert (unknown.key, unknown.attempt, unknown.attempted_at) == ("a", 1, NOW)
    assert (await states(store))["b"] is DeliveryState.READY


async def test_cancelling_spares_other_incidents_resolved_messages_and_new_ones(store):
    await store.commit([], [delivery("a"), delivery("b", incident=1002), resolved("over")])

    await store.commit([incident()], [delivery("new")], cancel_open_of=[1001])

    assert await states(store) == {
        "a": DeliveryState.CANCELLED,
        "new": DeliveryState.READY,
        "over": DeliveryState.READY,
    }
    assert await states(store, 1002) == {"b": DeliveryState.READY}


async def test_a_message_cancelled_under_way_is_not_tried_again(store):
    await store.commit([], [delivery("a"), delivery("b")])
    one, two = await store.claim(9, now=NOW)
    await store.commit([], cancel_open_of=[1001])

    await store.settle([
        replace(one, state=DeliveryState.READY, retry_at=NOW),
        replace(two, state=DeliveryState.ACCEPTED),
    ])  # fmt: skip

    assert await states(store) == {"a": DeliveryState.CANCELLED, "b": DeliveryState.ACCEPTED}


async def test_twenty_tasks_at_once_lose_no_update(store):
    async def serve(number):
        ref = await store.next_ref()
        await store.commit([incident(ref)], [delivery(f"{number}", incident=ref)])
        await store.record([look(f"{number:016x}")])
        return ref

    refs = await asyncio.gather(*(serve(number) for number in range(20)))

    assert len({each.ref for each in await store.open_incidents()}) == 20
    assert len(await all_looks(store)) == 20
    assert all([len(await store.deliveries_of(ref)) == 1 for ref in refs])
