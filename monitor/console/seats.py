"""Each agent while the core runs: its place, its turn, its figures."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.model import AgentStanding

if TYPE_CHECKING:
    from monitor.console.labelling import Labelled
    from monitor.model import Agent, Instant, LookRefusal, Quarantine
    from monitor.wire.messages import Batch

NOTE_EVERY_S = 5.0


class Seat:
    """The place of one vantage's agent.

    Args:
        agent: As the store has it.
        since_mono_s: Our start, or the enrolment: silence is counted from here.
    """

    def __init__(self, agent: Agent, since_mono_s: float) -> None:
        self.agent = agent
        self.turn = asyncio.Lock()  # one request of an agent at a time
        self.address = ""  # where its last good request came from
        self.tokens: dict[str, str] = {}  # credential -> the token it was given last
        self.told_silent = False
        self._heard_mono_s = since_mono_s
        self._noted: tuple[float, Quarantine | None] | None = None
        self._looks = 0
        self._late = 0
        self._refused: Counter[LookRefusal] = Counter()
        self._lag_s: float | None = None

    def heard(self, now: Instant, address: str) -> None:
        """A good request came in."""
        self._heard_mono_s = now.mono_s
        self.address = address
        self.told_silent = False
        self.agent = replace(self.agent, last_seen_at=now.at)

    def took(
        self, labelled: Labelled, batch: Batch, offset_s: float, quarantine: Quarantine | None
    ) -> None:
        """A batch is stored."""
        self._looks += len(labelled.looks)
        self._late += sum(look.late for look in labelled.looks)
        self._refused.update(labelled.refused)
        self._lag_s = batch.health.lag_s
        self.agent = replace(
            self.agent,
            clock_offset_s=offset_s,
            quarantine=quarantine,
            waiting=batch.spool.waiting,
            oldest_age_s=batch.spool.oldest_age_s,
            dropped=batch.spool.dropped,
        )

    def worth_noting(self, now: Instant) -> bool:
        """Whether its figures are to be written: not with every batch, each costs a disk's turn."""
        quarantine = self.agent.quarantine
        noted = self._noted
        same = noted is not None and noted[1] is quarantine
        if noted is not None and same and now.mono_s - noted[0] < NOTE_EVERY_S:
            return False
        self._noted = (now.mono_s, quarantine)
        return True

    def silent_s(self, now_mono_s: float) -> float:
        """Seconds since it was heard last."""
        return now_mono_s - self._heard_mono_s

    def standing(self, now_mono_s: float) -> AgentStanding:
        """How it stands, for people."""
        return AgentStanding(
            agent=self.agent,
            silent_s=self.silent_s(now_mono_s),
            looks=self._looks,
            late=self._late,
            refused=dict(self._refused),
            lag_s=self._lag_s,
        )
