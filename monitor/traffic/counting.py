"""One minute of the platform's calls, as a Prometheus counts them."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.core.outcomes import MOST_COUNT, told_code
from monitor.model import Batch, Failure, Outcome
from probes.samples import samples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.settings.values_traffic import TrafficQuery, TrafficSource
    from probes.samples import Sample

AT_ONCE = 4  # queries
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """All queries of a source about one minute; `failure`: at least one gave nothing."""

    batch: Batch
    failure: Failure | None = None


async def ask(source: TrafficSource, minute_at: datetime) -> Answer:
    """Ask every query about a minute, as of its end.

    Args:
        source: Whom, and what.
        minute_at: When the minute begins; it must be over.

    Returns:
        A batch whose id is the source's and the minute's: asked again, it is the same batch.

    Raises:
        OSError: `ca_file` cannot be read.
    """
    marked = f"{source.id}|{minute_at.isoformat()}"
    name = hashlib.sha256(marked.encode()).hexdigest()[:16]
    turn = asyncio.Semaphore(AT_ONCE)

    async def asked(query: TrafficQuery) -> tuple[Sample, ...] | Failure:
        async with turn:
            return await samples(
                query.spec, minute_at + MINUTE, source.vantage, name, timeout_s=source.timeout_s
            )

    answers = await asyncio.gather(*(asked(query) for query in source.queries))
    outcomes: list[Outcome] = []
    for query, answer in zip(source.queries, answers, strict=True):
        if isinstance(answer, Failure):
            return Answer(Batch(name, ()), answer)
        outcomes.extend(_outcomes(query, answer, minute_at))
    return Answer(Batch(name, tuple(outcomes)))


def _outcomes(
    query: TrafficQuery, answer: tuple[Sample, ...], minute_at: datetime
) -> Iterator[Outcome]:
    """`increase` reckons up to the edges of its window, so counts come with fractions."""
    for sample in answer:
        count = round(sample.value)
        if 0 < count <= MOST_COUNT:
            code = told_code(sample.labels.get("code", ""))
            yield Outcome(query.service, query.operation, query.outcome, minute_at, count, code)
