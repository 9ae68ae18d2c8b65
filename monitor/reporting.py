"""An incident's report as a file, from the data alone: no monitor need run."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from monitor.clock import SystemClock
from monitor.core.report import ended_at, report, report_span
from monitor.core.said import of_incident
from monitor.ports import StoreError
from monitor.settings import load
from monitor.store.sqlite import DATABASE, SqliteStore
from monitor.web.assets import Assets
from monitor.web.reports import MOST_LOOKS
from monitor.web.reportview import report_view
from monitor.web.templating import Templates
from monitor.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from monitor.model import Delivery, Incident, Notice, Observation


async def write_report(
    ref: int,
    data: Path,
    config: Path | None,
    form: str,
    language: str | None,
) -> str:
    """The report of incident `ref`, public or not, as HTML or JSON.

    Args:
        ref: The reference.
        data: The directory with the data, or the one that `govah demo --data` left.
        config: The configuration; default `data`/demo.yaml.
        form: `html` or `json`.
        language: One of the configuration's; default its first.

    Raises:
        SettingsError: The configuration is wrong.
        StoreError: The data cannot be read, or a monitor is running on it.
        LookupError: There is no such incident or language, or the configuration
            does not declare what the incident is about.
    """
    settings = load(config or data / "demo.yaml", environ=None, check_files=False)
    world = settings.world
    language = language or world.languages[0]
    if language not in world.languages:
        choice = " or ".join(world.languages)
        raise LookupError(f"{language}: not a language of this page; choose {choice}")
    clock = SystemClock()
    folder = data / "data" if (data / "data").is_dir() else data
    if not (folder / DATABASE).is_file():  # opening would make an empty one
        raise StoreError(f"{folder} holds no data of Govah: name the directory of a monitor")
    store = SqliteStore(folder, clock=clock, time_zone=world.time_zone)
    await store.open()
    try:
        incident = await store.incident(ref)
        if incident is None:
            raise LookupError(f"{ref}: there is no such incident in {folder}")
        since, until = report_span(incident, clock.utc())
        looks = await store.observations(
            targets=tuple(world.targets), since=since, until=until, limit=MOST_LOOKS
        )
        deliveries = await store.deliveries_of(ref)
        notices = await store.notices(since, until)
    finally:
        await store.close()
    if form == "json":
        said = of_incident(world, notices, incident, ended_at(incident) or clock.utc())
        return _json(incident, looks, deliveries, said)
    wording = Wording.load(world)
    try:
        model = report(
            world,
            incident,
            looks,
            deliveries,
            clock.utc(),
            complete=len(looks) < MOST_LOOKS,
            notices=notices,
        )
        view = report_view(world, wording, model, language, public_url=settings.page.public_url)
    except KeyError as error:
        raise LookupError(
            f"incident {ref} is about {error.args[0]!r}, which {settings.source} does not declare: "
            "name the configuration of that time with -c"
        ) from error
    return Templates(wording, Assets(), alone=True).render("incident.html", language, v=view)


def _json(
    incident: Incident,
    looks: Sequence[Observation],
    deliveries: Sequence[Delivery],
    notices: Sequence[Notice],
) -> str:
    counted: dict[str, int] = defaultdict(int)
    for each in deliveries:
        counted[f"{each.kind}.{each.state}"] += 1
    document = {
        "type": "govah-incident/1",
        "incident": asdict(incident),
        "messages": counted,
        "notices": [asdict(notice) for notice in notices],
        "looks": [asdict(look) for look in looks],
    }
    return json.dumps(document, default=_plain, ensure_ascii=False, indent=1)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no JSON form")
