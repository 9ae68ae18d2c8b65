"""Which of what others say belongs where: to a service, to an incident, to the next day.

Only for showing. What a notice is worth as evidence is attribution's business.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.model import FaultDomain, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from monitor.model import Incident, Notice, World

AHEAD = timedelta(hours=24)
LATELY = timedelta(hours=6)
MOST = 6  # in one place; the newest
# What a party says of itself stands beside its service; the word of others about it only beside
# an incident, so that nobody is accused before we see something ourselves.
OWN_WORD = frozenset({NoticeKind.MAINTENANCE, NoticeKind.STATUS})
PLANNED = frozenset({NoticeKind.MAINTENANCE, NoticeKind.POWER_CUT})
ALL_WELL = frozenset({"operational", "resolved", "cancelled"})
_WIDE = frozenset(
    {FaultDomain.POWER, FaultDomain.CLIENT, FaultDomain.PATH, FaultDomain.NETWORK_DOMESTIC}
)


def of_service(
    world: World, notices: Iterable[Notice], service: str, now: datetime, *, fine: bool
) -> tuple[Notice, ...]:
    """What the party of a service says of it now.

    Args:
        world: What is declared.
        notices: All that are known.
        service: Its id.
        now: Aware time.
        fine: Whether we see nothing wrong; then "all is well" needs no saying.

    Returns:
        Oldest first, at most `MOST`.
    """
    return _newest(
        notice
        for notice in notices
        if notice.kind in OWN_WORD
        and (notice.party is not None or notice.services)
        and _concerns(world, notice, service)
        and _stands(notice, now)
        and not (fine and notice.says in ALL_WELL)
    )


def of_incident(
    world: World, notices: Iterable[Notice], incident: Incident, until: datetime
) -> tuple[Notice, ...]:
    """What anybody said that touches an incident's time and its party or service.

    What the platform does itself touches every incident; a power cut those that may come of it.

    Args:
        world: What is declared.
        notices: All that are known.
        incident: Open or closed.
        until: When it ended, or now.

    Returns:
        Oldest first, at most `MOST`.
    """
    return _newest(
        notice
        for notice in notices
        if notice.from_at <= until
        and notice.to_at >= incident.onset_at
        and _touches(world, notice, incident)
    )


def upcoming(notices: Iterable[Notice], now: datetime) -> tuple[Notice, ...]:
    """Planned work and power cuts that begin within a day, the next first, at most `MOST`."""
    found = (
        notice
        for notice in notices
        if notice.kind in PLANNED
        and notice.says not in ALL_WELL
        and now < notice.from_at <= now + AHEAD
    )
    return tuple(sorted(found, key=lambda each: (each.from_at, each.id)))[:MOST]


def spoken_at(notice: Notice) -> datetime:
    """The moment a notice's word is about: that all is over is said of the end."""
    return notice.to_at if notice.says in ALL_WELL else notice.from_at


def _stands(notice: Notice, now: datetime) -> bool:
    if notice.says in ALL_WELL:
        return notice.to_at <= now <= notice.to_at + LATELY
    return notice.from_at <= now < notice.to_at


def _concerns(world: World, notice: Notice, service: str) -> bool:
    if notice.services:
        return service in notice.services
    declared = world.services.get(service)
    return declared is not None and notice.party == declared.party


def _touches(world: World, notice: Notice, incident: Incident) -> bool:
    verdict = incident.verdict
    if notice.party is None and not notice.services:
        return verdict.service is None or verdict.domain in _WIDE
    if world.platform == notice.party:
        return True
    if verdict.service is not None:
        return _concerns(world, notice, verdict.service)
    return verdict.party in (None, notice.party)


def _newest(found: Iterable[Notice]) -> tuple[Notice, ...]:
    return tuple(sorted(found, key=lambda each: (each.from_at, each.id)))[-MOST:]
