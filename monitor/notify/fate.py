"""What becomes of a delivery after an attempt or a look-up; values in, values out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.model import DeliveryState, SendOutcome

if TYPE_CHECKING:
    from monitor.model import Delivery, SendResult

RETRY_FIRST_S = 1.0
RETRY_LIMIT_S = 60.0
GIVE_UP_AFTER = timedelta(hours=1)  # past `not_after`: by then nobody looks for it any more

# Everything a note may say: metrics and reports show it, so it is never anybody else's text.
NOTES = frozenset({
    *("", "absent", "account", "auth", "bad_body", "bad_number", "busy", "channel_gone"),
    *("lookup_incomplete", "no_answer", "queue_full", "recipient_gone", "refused", "sender"),
    *("sender_bug", "suppressed", "too_late", "unreachable", "unroutable"),
})  # fmt: skip


def after_attempt(delivery: Delivery, result: SendResult, now: datetime) -> Delivery:
    """The delivery once an attempt has ended.

    Args:
        delivery: As claimed; its `attempt` counts this attempt.
        result: What the sender knows.
        now: Wall clock.

    Returns:
        ACCEPTED, REJECTED, UNKNOWN, or READY for another attempt at `retry_at`.
    """
    note = result.note if result.note in NOTES else "refused"
    match result.outcome:
        case SendOutcome.ACCEPTED:
            return replace(
                delivery, state=DeliveryState.ACCEPTED, provider_id=result.provider_id, note=note
            )
        case SendOutcome.REJECTED:
            return replace(delivery, state=DeliveryState.REJECTED, note=note)
        case SendOutcome.UNKNOWN:
            return replace(delivery, state=DeliveryState.UNKNOWN, note=note)
        case SendOutcome.NOT_SENT:
            wait_s = max(retry_wait_s(delivery.key, delivery.attempt), result.retry_after_s or 0.0)
            retry_at = min(now + timedelta(seconds=wait_s), delivery.not_after)
            return replace(delivery, state=DeliveryState.READY, retry_at=retry_at, note=note)


def after_look_up(delivery: Delivery, result: SendResult, now: datetime) -> Delivery | None:
    """The delivery once a look-up after its grace has ended; None: still unknown, look again.

    Only proved absence makes it READY. One that stays unknown until an hour past its
    usefulness is GIVEN_UP: flagged, never sent again.
    """
    if result.outcome is SendOutcome.ACCEPTED:
        return replace(
            delivery, state=DeliveryState.ACCEPTED, provider_id=result.provider_id, note=""
        )
    if result.outcome is SendOutcome.NOT_SENT:
        return replace(delivery, state=DeliveryState.READY, retry_at=None, note="absent")
    if now >= delivery.not_after + GIVE_UP_AFTER:
        return replace(delivery, state=DeliveryState.GIVEN_UP, note="lookup_incomplete")
    return None


def retry_wait_s(key: str, attempt: int) -> float:
    """Seconds before try `attempt + 1`: doubling up to a minute, spread over the upper half by key.

    The spread comes from a hash, not from chance, so that a run can be repeated.
    """
    full_s: float = min(RETRY_FIRST_S * 2.0 ** min(max(attempt, 1) - 1, 10), RETRY_LIMIT_S)
    digest = hashlib.blake2b(f"{key}/{attempt}".encode(), digest_size=4).digest()
    return full_s * (0.5 + int.from_bytes(digest) / 2**33)
