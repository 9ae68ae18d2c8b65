"""Reads a mark: "a deploy begins" of whoever deploys, "it does not work" of whoever hears doctors.

Somebody of ours sends it; still nothing of its text is kept, and its id only as a digest.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.core.notices.pushed import PushedError, digest, moment, plain
from monitor.model import Notice

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from monitor.model import NoticeKind, World

LONGEST_ID = 128
MOST_MINUTES = 1440
MINUTES = 30  # where the mark does not say
OLDEST = timedelta(days=7)
FUTURE_MOST = timedelta(days=1)
_KNOWN = frozenset({"id", "party", "services", "from", "minutes"})


class ForbiddenError(PushedError):
    """Whoever sent it may not speak of this party."""


def parse(
    body: bytes,
    *,
    source: str,
    kind: NoticeKind,
    world: World,
    may: Collection[str],
    now: datetime,
) -> Notice:
    """Read one mark.

    Args:
        body: JSON in UTF-8, as docs/hooks.md has it.
        source: The hook that vouches for it.
        kind: What such a mark is.
        world: Whose parties and services are declared.
        may: The parties this hook may speak of.
        now: Aware, UTC; where a mark without `from` begins.

    Raises:
        ForbiddenError: it speaks of another party.
        PushedError: something in it is not as agreed.
    """
    told = plain(body)
    if not told.keys() <= _KNOWN:
        raise PushedError(f"must hold nothing but {', '.join(sorted(_KNOWN))}")
    name = told.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
        raise PushedError(f"id: must be a text of 1 to {LONGEST_ID} letters")
    party, services = _whose(told, world)
    if party not in may:
        raise ForbiddenError("this hook may not speak of this party")
    from_at = moment(told["from"], "from") if "from" in told else now
    if not now - OLDEST <= from_at <= now + FUTURE_MOST:
        raise PushedError("from: must be within the last 7 days or the next day")
    return Notice(
        id=f"{source}:{digest(name)}",
        source=source,
        kind=kind,
        from_at=from_at,
        to_at=from_at + timedelta(minutes=_minutes(told)),
        seen_at=now,
        party=party,
        services=services,
    )


def _whose(told: Mapping[str, Any], world: World) -> tuple[str, tuple[str, ...]]:
    """The party a mark is about, and its services; none: all of them."""
    services = told.get("services", [])
    if not isinstance(services, list) or len(services) > len(world.services):
        raise PushedError("services: must be a list of ids of services")
    if not all(isinstance(each, str) and each in world.services for each in services):
        raise PushedError("services: there is no such service")
    party = told.get("party", world.services[services[0]].party if services else None)
    if not isinstance(party, str) or party not in world.parties:
        raise PushedError("party: must be the id of a party, or services be named")
    if any(world.services[each].party != party for each in services):
        raise PushedError("services: must all be of one party")
    return party, tuple(dict.fromkeys(services))


def _minutes(told: Mapping[str, Any]) -> int:
    minutes = told.get("minutes", MINUTES)
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 < minutes <= MOST_MINUTES:
        raise PushedError(f"minutes: must be a whole number from 1 to {MOST_MINUTES}")
    return minutes
