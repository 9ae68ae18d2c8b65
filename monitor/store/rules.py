"""What may become of incidents and deliveries; every store asks here."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from monitor.model import DeliveryState, Instant
from monitor.ports import StoreError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from monitor.model import Delivery, Incident, IncidentState

UNDER_WAY = (DeliveryState.SENDING, DeliveryState.UNKNOWN)
FIRST_REF = 1001

_MAY_HAVE_ARRIVED = (DeliveryState.ACCEPTED, DeliveryState.GIVEN_UP)


class Turn(Enum):
    """Whether a RESOLVED message may leave."""

    NOW = auto()
    LATER = auto()
    NEVER = auto()


def turn_of_resolved(open_states: Collection[DeliveryState]) -> Turn:
    """May "resolved" go to somebody whose "open" messages of the incident stand like this?

    Nobody hears of the end of what he never heard of, and never before its beginning.
    """
    if any(not state.final for state in open_states):
        return Turn.LATER
    if any(state in _MAY_HAVE_ARRIVED for state in open_states):
        return Turn.NOW
    return Turn.NEVER


def claimed(delivery: Delivery, now: datetime) -> Delivery:
    """The same delivery, its next attempt begun."""
    return replace(
        delivery,
        state=DeliveryState.SENDING,
        attempt=delivery.attempt + 1,
        attempted_at=now,
        retry_at=None,
    )


def settled(stored: Delivery, news: Delivery, *, revoked: bool) -> Delivery | None:
    """What `stored` becomes after `news`; None: it stays.

    Only a delivery under way changes. One that was revoked meanwhile is not tried again.
    """
    if stored.state not in UNDER_WAY:
        return None
    again = news.state is DeliveryState.READY
    return replace(
        stored,
        state=DeliveryState.CANCELLED if again and revoked else news.state,
        attempt=news.attempt,
        provider_id=news.provider_id,
        note=news.note,
        retry_at=news.retry_at,
    )


def refuse_to_move_closed(stored: IncidentState | None, incident: Incident) -> None:
    """Raise StoreError where a closed incident would change its state."""
    if stored is not None and stored.closed and incident.state is not stored:
        raise StoreError(f"incident {incident.ref} is closed ({stored}) and stays so")


def restored(incident: Incident, mono_s: float) -> Incident:
    """An incident as read back, at `mono_s` of this process.

    Monotonic readings do not outlive their process. Taking the moment of reading makes waiting
    times begin anew, so that a stepped wall clock can never cut one short.
    """
    clear = incident.clear_since
    return replace(
        incident,
        since=Instant(incident.since.at, mono_s),
        clear_since=None if clear is None else Instant(clear.at, mono_s),
    )
