"""The state of Germany's telematics infrastructure, as gematik publishes it.

Taken are TI-Lagebild version 2 (`appStatus`), version 1 (a list with `availability`), and of
TI-Status the incidents (with `steps`) and the outages (with `slots`).

Source: github.com/gematik/api-tilage, release 1.0.0; its prose says `odg` where its examples say
`ogd`: both are taken for the same.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from monitor.core.notices.plain_json import mappings, parsed, text_in
from monitor.core.notices.sources import Aside, AsideError, Listing, NoticeError, Told, Unreadable
from monitor.core.notices.times import moment
from monitor.model import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from monitor.core.notices.sources import Source

_OUTAGES = {"none": "operational", "partial": "partial_outage", "full": "major_outage"}
_STEPS = {1: "major_outage", 4: "partial_outage", 2: "degraded", 3: "resolved"}
_SAME = {"odg": "ogd"}


def read_gematik(source: Source, data: bytes) -> Listing:
    """Read one answer of either interface.

    Raises:
        NoticeError: it is none of them.
    """
    page = parsed(data)
    if isinstance(page, dict) and isinstance(page.get("appStatus"), dict):
        return _all(source, page["appStatus"].items(), _app)
    if isinstance(page, dict) and "steps" in page:
        page = [page]
    items = mappings(page.get("data") if isinstance(page, dict) else page)
    if not items and not (isinstance(page, list) or (isinstance(page, dict) and "data" in page)):
        raise NoticeError(Unreadable.SHAPE)
    for key, read in (("availability", _unit), ("steps", _incident), ("slots", _outage)):
        if items and all(key in item for item in items):
            return _all(source, items, read)
    if items:
        raise NoticeError(Unreadable.SHAPE)
    return Listing(())


def _all(
    source: Source, items: Iterable[Any], read: Callable[[Source, Any], Iterator[Told]]
) -> Listing:
    told: list[Told] = []
    aside: list[Aside] = []
    for item in items:
        try:
            told.extend(read(source, item))
        except AsideError as error:
            aside.append(error.why)
    return Listing(tuple(told), tuple(aside))


def _app(source: Source, item: tuple[str, Any]) -> Iterator[Told]:
    name, state = _SAME.get(item[0], item[0]), item[1]
    if not isinstance(state, dict):
        raise AsideError(Aside.SHAPE)
    says = _OUTAGES.get(text_in(state, "outage"))
    if says is None:
        raise AsideError(Aside.WORD)
    if says != "operational":
        services = source.services_in([name], whole=True)
        yield Told(f"app\0{name}", NoticeKind.STATUS, says, None, None, services, source.region)
    if state.get("hasMaintenance") is True or state.get("hasSubComponentMaintenance") is True:
        services = source.services_in([name], whole=True)
        yield Told(
            f"maintenance\0{name}",
            NoticeKind.MAINTENANCE,
            "maintenance",
            None,
            None,
            services,
            source.region,
        )


def _unit(source: Source, item: dict[str, Any]) -> Iterator[Told]:
    state = item["availability"]
    if isinstance(state, bool) or state not in (0, 1):
        raise AsideError(Aside.WORD)
    if state == 1:
        return
    names = [text for key in ("ci", "pdt", "product", "name")
             if isinstance(text := item.get(key), str)]  # fmt: skip
    services = source.services_in(names, whole=True)
    key = f"ci\0{text_in(item, 'ci')}"
    yield Told(key, NoticeKind.STATUS, "major_outage", None, None, services, source.region)


def _incident(source: Source, item: dict[str, Any]) -> Iterator[Told]:
    apps = item.get("app")
    steps = mappings(item["steps"])
    last = item.get("status", steps[0].get("status") if steps else None)
    says = _STEPS.get(last) if isinstance(last, int) else None
    if says is None or not isinstance(apps, list):
        raise AsideError(Aside.WORD if says is None else Aside.SHAPE)
    services = source.services_in([app for app in apps if isinstance(app, str)], whole=True)
    closed = item.get("closedAt")
    end = moment(closed, UTC) if closed is not None else None
    begin = moment(item.get("createdAt"), UTC)
    key = f"incident\0{text_in(item, 'id')}"
    says = "resolved" if end is not None else says
    yield Told(key, NoticeKind.STATUS, says, begin, end, services, source.region)


def _outage(source: Source, item: dict[str, Any]) -> Iterator[Told]:
    names = [text for key in ("ci", "service", "provider")
             if isinstance(text := item.get(key), str)]  # fmt: skip
    services = source.services_in(names, whole=True)
    for slot in mappings(item["slots"]):
        begin = moment(slot.get("startTimestamp"), UTC)
        end = slot.get("endTimestamp")
        to_at = moment(end, UTC) if end is not None else None
        says = "partial_outage" if to_at is None else "resolved"
        key = f"slot\0{text_in(item, 'ci')}\0{begin.isoformat()}\0{slot.get('function')}"
        yield Told(key, NoticeKind.STATUS, says, begin, to_at, services, source.region)
