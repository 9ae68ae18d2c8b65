"""An upstream's own page in the form of Statuspage's public API, version 2.

Taken are `summary`, `incidents`, `incidents/unresolved`, `scheduled-maintenances`, `components` and
`status`: whichever of their keys are there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor.core.notices.plain_json import mappings, parsed, text_in
from monitor.core.notices.sources import (
    Aside,
    AsideError,
    Listing,
    NoticeError,
    Told,
    Unreadable,
)
from monitor.core.notices.times import moment
from monitor.model import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.core.notices.sources import Source

_COMPONENTS = {
    "operational": "operational",
    "degraded_performance": "degraded",
    "partial_outage": "partial_outage",
    "major_outage": "major_outage",
    "under_maintenance": "maintenance",
}
_IMPACTS = {
    "none": "unknown",
    "minor": "degraded",
    "major": "partial_outage",
    "critical": "major_outage",
    "maintenance": "maintenance",
}
_CLOSED = frozenset({"resolved", "postmortem", "completed"})


def read_statuspage(source: Source, data: bytes) -> Listing:
    """Read one document of the API.

    Incidents and maintenance are told with their own times, components that are not well since we
    first saw it, unless an incident speaks for them; the page's indicator only where neither is
    there.

    Raises:
        NoticeError: it is no such document.
    """
    page = parsed(data)
    known = {"incidents", "scheduled_maintenances", "components", "status"}
    if not isinstance(page, dict) or not page.keys() & known:
        raise NoticeError(Unreadable.SHAPE)
    told: list[Told] = []
    aside: list[Aside] = []

    def take(read: Callable[[Source, dict[str, Any]], Told | None], item: dict[str, Any]) -> None:
        try:
            found = read(source, item)
        except AsideError as error:
            aside.append(error.why)
        else:
            told.extend([found] if found is not None else [])

    spoken: set[str] = set()
    for item in mappings(page.get("incidents")):
        if item.get("status") not in _CLOSED:
            spoken |= {str(each.get("id")) for each in mappings(item.get("components"))}
        take(_incident, item)
    for item in mappings(page.get("scheduled_maintenances")):
        spoken |= {str(each.get("id")) for each in mappings(item.get("components"))
                   if item.get("status") in {"in_progress", "verifying"}}  # fmt: skip
        take(_maintenance, item)
    for item in mappings(page.get("components")):
        if item.get("group") is not True and str(item.get("id")) not in spoken:
            take(_component, item)
    if not page.keys() & {"incidents", "scheduled_maintenances", "components"}:
        take(_indicator, page)
    return Listing(tuple(told), tuple(aside))


def _incident(source: Source, item: dict[str, Any]) -> Told:
    begin = item.get("started_at") or item.get("created_at")
    closed = text_in(item, "status") in _CLOSED
    end = moment(item.get("resolved_at") or item.get("updated_at"), UTC) if closed else None
    says = "resolved" if closed else _impact(item.get("impact"))
    return Told(
        f"incident\0{text_in(item, 'id')}",
        NoticeKind.STATUS,
        says,
        moment(begin, UTC),
        end,
        _services(source, item),
        source.region,
    )


def _maintenance(source: Source, item: dict[str, Any]) -> Told:
    state = text_in(item, "status")
    begin, end = _time(item, "scheduled_for"), _time(item, "scheduled_until")
    if state in _CLOSED:
        done = item.get("resolved_at") or item.get("updated_at")
        end = moment(done, UTC) if done is not None else end
    elif begin is None:
        raise AsideError(Aside.TIME)
    says = "resolved" if state in _CLOSED else "planned" if state == "scheduled" else "maintenance"
    return Told(
        f"maintenance\0{text_in(item, 'id')}",
        NoticeKind.MAINTENANCE,
        says,
        begin,
        end,
        _services(source, item),
        source.region,
    )


def _component(source: Source, item: dict[str, Any]) -> Told | None:
    says = _COMPONENTS.get(text_in(item, "status"))
    if says is None:
        raise AsideError(Aside.WORD)
    if says == "operational":
        return None
    services = source.services_in(_names(item), whole=True)
    kind = NoticeKind.MAINTENANCE if says == "maintenance" else NoticeKind.STATUS
    key = f"component\0{text_in(item, 'id')}"
    return Told(key, kind, says, None, None, services, source.region)


def _indicator(source: Source, page: dict[str, Any]) -> Told | None:
    status = page["status"]
    if not isinstance(status, dict):
        raise AsideError(Aside.SHAPE)
    if status.get("indicator") == "none":
        return None
    says = _impact(status.get("indicator"))
    kind = NoticeKind.MAINTENANCE if says == "maintenance" else NoticeKind.STATUS
    return Told("page", kind, says, None, None, source.services, source.region)


def _services(source: Source, item: dict[str, Any]) -> tuple[str, ...]:
    """Ours among those an incident is about; one that names none is about all."""
    parts = mappings(item.get("components"))
    if not parts:
        return source.services
    return source.services_in([name for part in parts for name in _names(part)], whole=True)


def _names(component: dict[str, Any]) -> list[str]:
    return [text for key in ("id", "name") if isinstance(text := component.get(key), str)]


def _impact(word: object) -> str:
    says = _IMPACTS.get(word) if isinstance(word, str) else None
    if says is None:
        raise AsideError(Aside.WORD)
    return says


def _time(item: dict[str, Any], key: str) -> datetime | None:
    return None if item.get(key) is None else moment(item[key], UTC)
