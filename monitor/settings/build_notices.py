"""Good models of what others announce become plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.core.notices.recurrence import parse_rule
from monitor.core.notices.sources import Fields, Format, Source
from monitor.core.notices.times import moment
from monitor.core.notices.windows import Window
from monitor.model import NoticeKind
from monitor.settings.kinds import seconds
from monitor.settings.values_notices import NoticeFeed, Notices

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Mapping

    from monitor.settings.models import FileModel
    from monitor.settings.models_notices import FieldsModel, MaintenanceModel, NoticeSourceModel

_LIVES = 2  # turns a state holds without being told again
_LASTS_S = seconds("1h")
_DEPLOY_LASTS_S = seconds("10m")


def notices_of(file: FileModel, folder: pathlib.Path) -> Notices:
    """Where notices come from; files are relative to `folder`."""
    return Notices(
        feeds=tuple(_feed_of(item, file, folder) for item in file.notices),
        windows=tuple(_window_of(item, file.time_zone) for item in file.maintenance),
        private_networks=tuple(file.private_networks),
    )


def names_of_notices(items: Iterable[NoticeSourceModel]) -> dict[str, Mapping[str, str]]:
    """How the page calls those who have a name."""
    return {item.id: item.name for item in items if item.name is not None}


def _feed_of(item: NoticeSourceModel, file: FileModel, folder: pathlib.Path) -> NoticeFeed:
    kind = NoticeKind(item.kind)
    deploy = kind is NoticeKind.DEPLOY
    source = Source(
        id=item.id,
        kind=kind,
        format=Format(item.format),
        life_s=_LIVES * item.every + item.timeout,
        lasts_s=item.lasts or (_DEPLOY_LASTS_S if deploy else _LASTS_S),
        time_zone=item.time_zone or file.time_zone,
        party=item.party or (file.platform if deploy else None),
        services=tuple(item.services),
        region=item.region,
        components=item.components,
        regions=item.regions,
        states=item.states,
        fields=_fields_of(item.fields) if item.fields is not None else Fields(),
        entries=item.entries,
    )
    return NoticeFeed(
        source=source,
        every_s=item.every,
        file=folder / item.file if item.file is not None else None,
        url=item.url or "",
        headers=item.headers,
        timeout_s=item.timeout,
    )


def _fields_of(item: FieldsModel) -> Fields:
    return Fields(
        begin=item.begin,
        end=item.end,
        day=item.day,
        hours=item.hours,
        id=item.id,
        component=item.component,
        region=item.region,
        state=item.state,
    )


def _window_of(item: MaintenanceModel, time_zone: str) -> Window:
    zone = ZoneInfo(time_zone)
    begin, end = moment(item.begin, zone), moment(item.end, zone)
    return Window(
        party=item.party,
        from_at=begin.astimezone(zone),
        lasts_s=(end - begin).total_seconds(),
        services=tuple(item.services),
        rule=parse_rule(item.repeat) if item.repeat is not None else None,
    )
