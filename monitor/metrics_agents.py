"""What the agents add to the metrics: read from the console whenever somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from monitor.model import LookRefusal, RequestRefusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from prometheus_client.core import Metric

    from monitor.model import AgentStanding

_VANTAGE = ["vantage"]


class AgentFigures(Collector):
    """Figures of the agents and of the console, of enrolled agents only.

    Args:
        standings: How each agent stands, by vantage.
        refusals: Requests the console refused, by reason.
    """

    def __init__(
        self,
        standings: Callable[[], Mapping[str, AgentStanding]],
        refusals: Callable[[], Mapping[RequestRefusal, int]],
    ) -> None:
        self._standings = standings
        self._refusals = refusals

    def collect(self) -> Iterator[Metric]:
        """Give the present figures."""
        standings = self._standings()
        yield from _gauges(standings)
        dropped = CounterMetricFamily(
            "govah_agent_spool_dropped",
            "Looks an agent's spool had no room for, since the spool was made",
            labels=_VANTAGE,
        )
        late = CounterMetricFamily(
            "govah_agent_late_looks",
            "Looks of an agent that came after they could be judged in time",
            labels=_VANTAGE,
        )
        refused = CounterMetricFamily(
            "govah_agent_refused_looks",
            "Looks of an agent that were not kept, by reason",
            labels=["vantage", "reason"],
        )
        for vantage, standing in standings.items():
            dropped.add_metric([vantage], standing.agent.dropped)
            late.add_metric([vantage], standing.late)
            for reason in LookRefusal:
                refused.add_metric([vantage, reason.value], standing.refused.get(reason, 0))
        yield from (dropped, late, refused)
        requests = CounterMetricFamily(
            "govah_console_refused",
            "Requests to the agents' port that had no effect, by reason",
            labels=["reason"],
        )
        refusals = self._refusals()
        for why in RequestRefusal:
            requests.add_metric([why.value], refusals.get(why, 0))
        yield requests


def _gauges(standings: Mapping[str, AgentStanding]) -> Iterator[Metric]:
    age = _gauge("last_seen_age_seconds", "Since the agent's last exchange, or since our start")
    offset = _gauge("clock_offset_seconds", "The agent's wall clock minus ours")
    waiting = _gauge("spool_waiting", "Looks in the agent's spool at its last exchange")
    oldest = _gauge("spool_oldest_seconds", "Age of the oldest of them")
    aside = _gauge("quarantined", "1 while the vantage is not believed")
    for vantage, standing in standings.items():
        agent = standing.agent
        age.add_metric([vantage], standing.silent_s)
        if agent.clock_offset_s is not None:
            offset.add_metric([vantage], agent.clock_offset_s)
        waiting.add_metric([vantage], agent.waiting)
        oldest.add_metric([vantage], agent.oldest_age_s)
        aside.add_metric([vantage], float(agent.quarantine is not None))
    yield from (age, offset, waiting, oldest, aside)


def _gauge(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"govah_agent_{name}", text, labels=_VANTAGE)
