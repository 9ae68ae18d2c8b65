"""Pauses and notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Delivery, DeliveryState, MessageKind, SendOutcome, SendResult
from monitor.notify import twilio
from monitor.notify.fate import NOTES, after_attempt, retry_wait_s

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DELIVERY = Delivery(
    key="k",
    incident=1,
    kind=MessageKind.OPEN,
    recipient="dr-1",
    channel="sms",
    language="fa",
    body="b",
    segments=1,
    not_after=NOW + timedelta(seconds=30),
    created_at=NOW,
    state=DeliveryState.SENDING,
    attempt=1,
)


@given(st.text(), st.integers(0, 10**6))
def test_a_pause_is_between_half_a_second_and_a_minute_and_the_same_each_time(key, attempt):
    wait_s = retry_wait_s(key, attempt)
    assert 0.5 <= wait_s <= 60
    assert wait_s == retry_wait_s(key, attempt)


def test_messages_that_failed_together_do_not_come_back_together():
    assert len({retry_wait_s(f"k{n}", 6) for n in range(100)}) == 100


def test_the_provider_may_ask_for_a_longer_pause_but_not_past_the_messages_time():
    for asked_s, until_s in ((10.0, 10), (3600.0, 30)):
        result = SendResult(SendOutcome.NOT_SENT, note="busy", retry_after_s=asked_s)
        after = after_attempt(DELIVERY, result, NOW)
        assert after == replace(
            DELIVERY,
            state=DeliveryState.READY,
            note="busy",
            retry_at=NOW + timedelta(seconds=until_s),
        )


def test_a_note_of_somebody_elses_never_gets_in():
    result = SendResult(SendOutcome.REJECTED, note="Invalid number +989120000001")
    assert after_attempt(DELIVERY, result, NOW).note == "refused"


def test_every_note_of_the_sender_is_in_the_closed_list():
    assert {*twilio.THEIRS.values(), *twilio.OURS.values()} <= NOTES
