"""Reads the monitor's state during one fault and keeps what matters; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from monitor.model import FaultDomain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.demo.faults import Fault

ACCUSING = frozenset(
    {
        FaultDomain.UPSTREAM,
        FaultDomain.PLATFORM,
        FaultDomain.SHARED,
        FaultDomain.CONTRACT,
        FaultDomain.MAINTENANCE,
    }
)
NAMED = "named"
CLOSED = frozenset({"resolved", "dismissed"})


class Stage(StrEnum):
    """Where a tour stands with a fault."""

    CONCLUDING = "concluding"  # it holds, a conclusion is awaited
    LINGERING = "lingering"  # it holds, the time to conclude is over
    HEALED = "healed"


@dataclass
class Watch:
    """What has been seen of one fault so far; feed it with `see`.

    `concluded` is the right domain once it was seen, else the last one that was claimed.
    """

    fault: Fault
    known_incidents: frozenset[int] = frozenset()
    heard: bool = False  # the monitor said anything at all while the fault held
    concluded: str | None = None
    right: bool = False
    named: bool = False
    after_s: float | None = None
    wrong_upstream: bool = False
    services_stayed: bool = True
    isolated: bool = False  # exactly the vantages of `fault.isolates` were no witnesses
    incident: int | None = None
    grounds: list[Any] = field(default_factory=list)

    @property
    def rightly_silent(self) -> bool:
        """Nothing was claimed about a fault about which nothing need be."""
        return self.heard and self.concluded is None and FaultDomain.NONE in self.fault.expected

    @property
    def complete(self) -> bool:
        """Everything that was expected has been seen."""
        return (
            self.right
            and (self.named or not self.fault.named)
            and (self.isolated or not self.fault.isolates)
        )

    def see(self, state: Mapping[str, Any], elapsed_s: float, stage: Stage) -> None:
        """Take one answer of `/api/v1/state`.

        Args:
            state: The answer.
            elapsed_s: Seconds since the fault was applied.
            stage: Wrong names count in every one; conclusions only in the first.
        """
        self.wrong_upstream = self.wrong_upstream or accuses_wrongly(state, self.fault)
        if stage is not Stage.HEALED and not services_fine(state):
            self.services_stayed = False
        if stage is not Stage.CONCLUDING:
            return
        self.heard = True
        self.isolated = self.isolated or unseeing(state) == set(self.fault.isolates)
        self._conclude(state, elapsed_s)
        self._remember_incident(state)

    def _conclude(self, state: Mapping[str, Any], elapsed_s: float) -> None:
        found = conclusion(state, self.fault)
        if found is None:
            claimed = _claims(state)
            if not self.right and claimed:
                self.concluded = str(claimed[0]["domain"])
            return
        named = found.get("level") == NAMED and found["domain"] == FaultDomain.UPSTREAM
        if not self.right or (named and not self.named):
            self.concluded = str(found["domain"])
            self.after_s = elapsed_s
            self.grounds = list(found["grounds"])
        self.right = True
        self.named = self.named or named

    def _remember_incident(self, state: Mapping[str, Any]) -> None:
        fresh = [i for i in state["incidents"] if i["ref"] not in self.known_incidents]
        if fresh:
            best = max(fresh, key=lambda i: (i["domain"] in self.fault.expected, i["public"]))
            self.incident = int(best["ref"])


def conclusion(state: Mapping[str, Any], fault: Fault) -> Mapping[str, Any] | None:
    """What in `state` is a right conclusion about `fault`; the loudest one, None if nothing is.

    Besides verdicts, "nobody here is a witness now" and "this vantage is none" are conclusions
    about the monitor itself.
    """
    claims = [v for v in _claims(state) if v["domain"] in fault.expected and _about(v, fault)]
    if claims:
        return max(claims, key=lambda v: (v["level"] == NAMED, v["confidence"]))
    ourselves = {"domain": str(FaultDomain.MONITOR), "grounds": []}
    if FaultDomain.MONITOR not in fault.expected:
        return None
    if not fault.isolates:
        return None if state["sighted"] else ourselves
    return ourselves if unseeing(state) == set(fault.isolates) else None


def accuses_wrongly(state: Mapping[str, Any], fault: Fault) -> bool:
    """Whether `state` names a party that `fault` did not touch."""
    return any(
        v["domain"] in ACCUSING
        and v["level"] == NAMED
        and (fault.party is None or v["party"] != fault.party)
        for v in state["verdicts"]
    )


def unseeing(state: Mapping[str, Any]) -> set[str]:
    """The vantages that are no witnesses now."""
    return {vantage for vantage, sight in state["vantages"].items() if sight != "sees"}


def services_fine(state: Mapping[str, Any]) -> bool:
    """Whether every operation of every service is fine."""
    return all(
        health == "fine" for service in state["operations"].values() for health in service.values()
    )


def calm(state: Mapping[str, Any]) -> bool:
    """Whether nothing is wrong and no incident is open."""
    return (
        bool(state["sighted"])
        and services_fine(state)
        and not unseeing(state)
        and not _claims(state)
        and all(incident["state"] in CLOSED for incident in state["incidents"])
    )


def _claims(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [v for v in state["verdicts"] if v["domain"] != FaultDomain.NONE]


def _about(verdict: Mapping[str, Any], fault: Fault) -> bool:
    # A party that is not told yet (below "probably") is known by its service.
    if fault.party is None or verdict["party"] == fault.party:
        return True
    return verdict["party"] is None and verdict["service"] == fault.service
