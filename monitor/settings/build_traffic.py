"""Good models of real traffic become plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import Vantage
from monitor.settings.build_requests import file_of
from monitor.settings.values_traffic import TrafficQuery, TrafficSettings, TrafficSource
from probes.spec import PromqlSpec

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.settings.models import FileModel
    from monitor.settings.models_traffic import TrafficSourceModel


def traffic_of(file: FileModel, folder: Path) -> TrafficSettings:
    """How real traffic is judged; files are relative to `folder`."""
    # This machine, by whatever way it has: who counts calls here is a neighbour, no upstream.
    here = Vantage("govah", {}, file.country, "", "", private_networks=tuple(file.private_networks))
    return TrafficSettings(
        holidays=frozenset(file.traffic.holidays),
        sources=tuple(_source_of(item, here, folder) for item in file.traffic.prometheus),
    )


def _source_of(item: TrafficSourceModel, here: Vantage, folder: Path) -> TrafficSource:
    ca_file = file_of(item.ca_file, folder)
    return TrafficSource(
        id=item.id,
        vantage=here,
        timeout_s=item.timeout,
        queries=tuple(
            TrafficQuery(
                each.service,
                each.operation,
                each.outcome,
                PromqlSpec(item.url, each.query, headers=item.headers, ca_file=ca_file),
            )
            for each in item.queries
        ),
    )
