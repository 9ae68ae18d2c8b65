"""Writes a stretch of recorded looks as a tape, from the data alone."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

from monitor.clock import SystemClock
from monitor.core.tape import tape
from monitor.ports import StoreError
from monitor.settings import load
from monitor.store.sqlite import DATABASE, SqliteStore

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from monitor.model import Observation

PAGE = 200_000  # looks read at once


async def write_tape(
    data: Path, config: Path | None, out: Path, *, since: datetime, until: datetime
) -> int:
    """Export the looks that began in [since, until); gzipped where `out` ends in `.gz`.

    Args:
        data: The directory with the data, or the one that `govah demo --data` left.
        config: The configuration; default `data`/demo.yaml.
        out: The file to write.
        since: Aware.
        until: Aware, later.

    Returns:
        How many looks are on the tape.

    Raises:
        SettingsError: The configuration is wrong.
        StoreError: The data cannot be read, or a monitor is running on it.
        LookupError: There is no look in that time.
        OSError: `out` cannot be written.
    """
    settings = load(config or data / "demo.yaml", environ=None, check_files=False)
    world = settings.world
    folder = data / "data" if (data / "data").is_dir() else data
    if not (folder / DATABASE).is_file():  # opening would make an empty one
        raise StoreError(f"{folder} holds no data of Govah: name the directory of a monitor")
    store = SqliteStore(folder, clock=SystemClock(), time_zone=world.time_zone)
    await store.open()
    try:
        looks = await _looks(store, tuple(world.targets), since, until)
        notices = await store.notices(since, until)
    finally:
        await store.close()
    if not looks:
        raise LookupError(
            f"no look began between {since:%Y-%m-%dT%H:%MZ} and {until:%Y-%m-%dT%H:%MZ}"
        )
    name = out.name.removesuffix(".gz").removesuffix(".jsonl")
    lines = tape(world, looks, name=name, since=since, until=until, notices=notices)
    with (
        gzip.open(out, "wt", encoding="utf-8")
        if out.suffix == ".gz"
        else out.open("w", encoding="utf-8") as file
    ):
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    return len(looks)


async def _looks(
    store: SqliteStore, targets: tuple[str, ...], since: datetime, until: datetime
) -> list[Observation]:
    """All of them, page by page; looks that began at a page's last moment are read again."""
    found: dict[str, Observation] = {}
    begin = since
    while True:
        page = await store.observations(targets=targets, since=begin, until=until, limit=PAGE)
        found |= {look.id: look for look in page}
        if len(page) < PAGE or page[-1].started_at == begin:
            return list(found.values())
        begin = page[-1].started_at
