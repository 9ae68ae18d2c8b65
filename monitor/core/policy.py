"""Who is told what: effects and recipients in, deliveries out."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.core.segments import count
from monitor.model import Delivery, EffectKind, MessageKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.model import Effect, Incident, Recipient, Rules

KINDS = {EffectKind.TELL_OPEN: MessageKind.OPEN, EffectKind.TELL_RESOLVED: MessageKind.RESOLVED}


def plan(
    effects: Iterable[Effect],
    incidents: Mapping[int, Incident],
    recipients: Sequence[Recipient],
    *,
    channel: str,
    text: Callable[[MessageKind, Incident, str], str | None],
    rules: Rules,
    now: datetime,
) -> tuple[Delivery, ...]:
    """The messages that follow from `effects`, one per affected recipient and kind.

    Affected is who uses the incident's service. Resolved texts are planned for the same people; the
    outbox hands one over only to those whose opening text may have arrived.

    Args:
        effects: Of this tick, in order.
        incidents: By reference, as they stand after the tick.
        recipients: Everybody who can be told.
        channel: The sender's.
        text: Words for a kind, an incident and a language; None where there are none.
        rules: How long each kind stays true.
        now: Aware UTC.

    Returns:
        Deliveries in READY, in the order of effects and recipients.
    """
    planned = []
    for effect in effects:
        kind = KINDS.get(effect.kind)
        if kind is None:
            continue
        incident = incidents[effect.ref]
        service = incident.verdict.service
        affected = [r for r in recipients if service is None or service in r.services]
        written = {language: text(kind, incident, language) for language in _languages(affected)}
        bodies = {language: body for language, body in written.items() if body is not None}
        valid_s = (
            rules.open_message_valid_s
            if kind is MessageKind.OPEN
            else rules.resolved_message_valid_s
        )
        planned += [
            Delivery(
                key=key(incident.ref, kind, recipient.id, channel),
                incident=incident.ref,
                kind=kind,
                recipient=recipient.id,
                channel=channel,
                language=recipient.language,
                body=bodies[recipient.language],
                segments=count(bodies[recipient.language]).segments,
                not_after=now + timedelta(seconds=valid_s),
                created_at=now,
            )
            for recipient in affected
            if recipient.language in bodies
        ]
    return tuple(planned)


def _languages(recipients: Iterable[Recipient]) -> list[str]:
    return sorted({recipient.language for recipient in recipients})


def key(ref: int, kind: MessageKind, recipient: str, channel: str) -> str:
    """The name of an intent: 128 bits, the same for ever; neither provider nor attempt is in it."""
    parts = "|".join((str(ref), kind, recipient, channel))
    return hashlib.blake2b(parts.encode(), digest_size=16).hexdigest()
