"""Agents and their invitations in plain memory: the part of `MemoryStore` for `AgentStore`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.ports import ALL_USED

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from monitor.model import Agent, Invited, Observation


class MemoryAgents:
    """`monitor.ports.AgentStore` beside looks that somebody else keeps."""

    _looks: dict[str, Observation]

    def __init__(self) -> None:
        self._agents: dict[str, Agent] = {}
        self._invited: dict[str, Invited] = {}
        self._used: set[str] = set()

    async def known_looks(self, ids: Collection[str]) -> frozenset[str]:
        """See the port."""
        return frozenset(ids) & self._looks.keys()

    async def agents(self) -> tuple[Agent, ...]:
        """See the port."""
        return tuple(agent for _, agent in sorted(self._agents.items()))

    async def invite(self, invited: Invited) -> None:
        """See the port."""
        self._invited.setdefault(invited.token_sha256, invited)

    async def invited_vantage(self, token_sha256: str) -> str | None:
        """See the port."""
        invited = self._invited.get(token_sha256)
        return None if invited is None or token_sha256 in self._used else invited.vantage

    async def enrol(self, token_sha256: str, agent: Agent, *, now: datetime) -> bool:
        """See the port."""
        invited = self._invited.get(token_sha256)
        if (
            invited is None
            or token_sha256 in self._used
            or invited.vantage != agent.vantage
            or invited.expires_at <= now
        ):
            return False
        self._used.add(token_sha256)
        self._agents[agent.vantage] = agent
        return True

    async def admit(self, vantage: str, key_id: str, sequence: int) -> int | None:
        """See the port."""
        agent = self._agents.get(vantage)
        if agent is None or agent.key_id != key_id or agent.revoked_at is not None:
            return ALL_USED
        if sequence <= agent.last_sequence:
            return agent.last_sequence
        self._agents[vantage] = replace(agent, last_sequence=sequence)
        return None

    async def note_agent(self, agent: Agent) -> None:
        """See the port."""
        stored = self._agents.get(agent.vantage)
        if stored is not None and stored.key_id == agent.key_id:
            self._agents[agent.vantage] = replace(
                stored,
                last_seen_at=agent.last_seen_at,
                clock_offset_s=agent.clock_offset_s,
                quarantine=agent.quarantine,
                waiting=agent.waiting,
                oldest_age_s=agent.oldest_age_s,
                dropped=agent.dropped,
            )

    async def revoke(self, vantage: str, *, now: datetime) -> None:
        """See the port."""
        stored = self._agents.get(vantage)
        if stored is not None and stored.revoked_at is None:
            self._agents[vantage] = replace(stored, revoked_at=now)
        self._used |= {key for key, each in self._invited.items() if each.vantage == vantage}
