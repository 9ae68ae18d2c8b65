"""SIGKILL at seeded moments of an incident's life, and the count of what became of every intent."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.clock import SystemClock
from monitor.model import DeliveryState, IncidentState, MessageKind
from monitor.store.sqlite import SqliteStore
from tests.soaking.neighbours import neighbours
from tests.soaking.rig import phone, rig

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from monitor.model import Delivery, Incident
    from tests.soaking.neighbours import Neighbours
    from tests.soaking.rig import Rig

RECIPIENTS = 500
ACCEPTED = DeliveryState.ACCEPTED
FIRST_LOOK_S = 5.0  # after a start, the first look arrives within this
LONGEST_LIFE_S = 10.0  # a kill that waits for messages waits no longer; a name takes most
PATIENCE_S = 120.0  # for what must come in the end
ATTEMPT_S = 1.5  # an attempt begun before the resolve may end this much later (the rig's timeout)
SLOW: tuple[dict[str, object], ...] = (
    {"mode": "slow", "slow_s": 0.5},
    {"mode": "slow", "slow_s": 0.7},
)
# What the provider does while one life of the monitor lasts.
FAULTS: tuple[dict[str, object], ...] = (
    {"mode": "slow", "slow_s": 0.25},
    {"mode": "slow", "slow_s": 0.5, "share": 0.7},
    {"mode": "drop_after", "share": 0.4},
    {"mode": "500_after", "share": 0.3},
    {"mode": "500_before", "share": 0.3},
    {"mode": "garbled", "share": 0.3},
    {"mode": "hang", "share": 0.2},
    {"mode": "429", "share": 0.4},
)


@dataclass
class Count:
    """What a run did, held against the provider's own ledger."""

    kills: int = 0
    intents: int = 0
    accepted: int = 0
    lost: int = 0
    doubled: int = 0
    late_opens: int = 0  # "open" accepted after the resolve was committed
    first_looks_s: list[float] = field(default_factory=list)
    killed_while: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)  # anything that must not be, in words

    def add(self, other: Count) -> None:
        """Take another run's figures in."""
        self.kills += other.kills
        self.intents += other.intents
        self.accepted += other.accepted
        self.lost += other.lost
        self.doubled += other.doubled
        self.late_opens += other.late_opens
        self.first_looks_s += other.first_looks_s
        self.killed_while += other.killed_while
        self.wrong += other.wrong


async def one_incident(
    directory: Path, *, seed: int, kills: int, heals_early: bool = False
) -> Count:
    """Let an upstream break and heal under a monitor that is killed again and again.

    Args:
        directory: Empty; gets everything.
        seed: Of the moments of the kills and of the provider's faults.
        kills: How many; half while the opening messages leave, half while the resolved ones do.
        heals_early: It heals while opening messages are still leaving; else once all have left.

    Returns:
        The figures; `wrong` is empty when everything held.
    """
    count = Count()
    async with neighbours() as looked_at, rig(directory, looked_at, recipients=RECIPIENTS) as small:
        life = _Life(small, looked_at, random.Random(seed), count)
        looked_at.broken = True
        await life.start()
        if heals_early:
            await life.torment(1, faults=SLOW)
            await life.begin_drain(SLOW[-1])
        else:
            await life.torment(kills // 2, until=RECIPIENTS)
            await life.drain(RECIPIENTS)
        looked_at.broken = False
        await life.torment(kills - count.kills, faults=SLOW if heals_early else FAULTS)
        await life.at_rest()
        await small.kill_monitor()
        ledger = await small.ledger()
        incidents, deliveries = await _stored(directory / "data", life.clock)
    if len(life.refs) != 1:
        count.wrong.append(f"references shown: {sorted(life.refs)}")
    _hold_against(ledger, incidents, deliveries, count, all_told=not heals_early)
    return count


class _Life:
    """Drives one rig."""

    def __init__(self, small: Rig, looked_at: Neighbours, chance: random.Random, count: Count):
        self.clock = SystemClock()
        self.refs: set[int] = set()
        self._small = small
        self._looked_at = looked_at
        self._chance = chance
        self._count = count
        self._started_s: float | None = None  # None: its first look has been seen

    async def start(self) -> None:
        self._started_s = asyncio.get_running_loop().time()
        await self._small.start_monitor()

    async def torment(
        self,
        kills: int,
        *,
        until: int | None = None,
        faults: tuple[dict[str, object], ...] = FAULTS,
    ) -> None:
        """Kill and restart; stops early once `until` messages were accepted in all."""
        for _ in range(kills):
            seed = self._chance.randrange(2**31)
            await self._small.faults(**self._chance.choice(faults), seed=seed)
            await self._a_moment()
            accepted = self._small.accepted()
            await self._small.kill_monitor()
            self._count.kills += 1
            self._count.killed_while[self._doing(accepted)] += 1
            await self.start()
            if until is not None and accepted >= until:
                break

    async def _a_moment(self) -> None:
        """Wait for the moment of the next kill: while starting, some time on, or mid-drain."""
        kind = self._chance.random()
        if kind < 0.15:
            await asyncio.sleep(self._chance.uniform(0.05, 1.2))
            return
        await self._first_look()
        if kind < 0.35:
            await asyncio.sleep(self._chance.uniform(0.0, LONGEST_LIFE_S / 2))
            return
        wanted = self._small.accepted() + self._chance.randint(1, RECIPIENTS // 8)
        try:
            async with asyncio.timeout(LONGEST_LIFE_S):
                while self._small.accepted() < wanted:
                    await asyncio.sleep(0.005)
        except TimeoutError:
            await self._note_refs()

    async def _first_look(self) -> None:
        """Wait for a look; measure from the start of the process to the first one's arrival."""
        arrived_s = await self._looked_at.next_arrival_s(PATIENCE_S)
        if self._started_s is not None:
            self._count.first_looks_s.append(arrived_s - self._started_s)
            self._started_s = None

    async def drain(self, until: int) -> None:
        """Let the provider be well and wait for `until` messages in all."""
        await self.begin_drain({})
        async with asyncio.timeout(PATIENCE_S):
            while self._small.accepted() < until:
                await self._note_refs()
                await asyncio.sleep(0.2)

    async def begin_drain(self, fault: dict[str, object]) -> None:
        """Wait until the page shows the incident and the next message was taken."""
        await self._small.faults(**fault)
        await self._first_look()
        before = self._small.accepted()
        async with asyncio.timeout(PATIENCE_S):
            while not self.refs or (before < RECIPIENTS and self._small.accepted() == before):
                await self._note_refs()
                await asyncio.sleep(0.05)

    async def at_rest(self) -> None:
        """Let the provider be well; wait until all incidents and deliveries have ended."""
        await self._small.faults()
        await self._first_look()
        async with asyncio.timeout(PATIENCE_S):
            while not await self._closed() or self._small.unsettled():
                await self._note_refs()
                await asyncio.sleep(0.2)

    async def _closed(self) -> bool:
        state = await self._small.state()
        return state is not None and not state["incidents"]

    async def _note_refs(self) -> None:
        state = await self._small.state()
        self.refs |= {incident["ref"] for incident in (state or {}).get("incidents", ())}

    def _doing(self, accepted: int) -> str:
        if not self._looked_at.broken:
            if accepted >= 2 * RECIPIENTS:
                return "at rest"
            return "resolving" if accepted <= RECIPIENTS else "draining resolved"
        return "opening" if accepted == 0 else "draining open"


async def _stored(directory: Path, clock: Any) -> tuple[tuple[Incident, ...], tuple[Delivery, ...]]:
    store = SqliteStore(directory, clock=clock)
    await store.open()
    try:
        incidents = await store.recent_incidents(1000, public_only=False)
        each = [await store.deliveries_of(incident.ref) for incident in incidents]
        return incidents, tuple(delivery for some in each for delivery in some)
    finally:
        await store.close()


def _hold_against(
    ledger: list[dict[str, Any]],
    incidents: tuple[Incident, ...],
    deliveries: tuple[Delivery, ...],
    count: Count,
    *,
    all_told: bool,
) -> None:
    """Every intent exactly once in the ledger; the one incident is there and closed."""
    if [incident.state for incident in incidents] != [IncidentState.RESOLVED]:
        count.wrong.append(f"incidents: {[(i.ref, i.subject, i.state.value) for i in incidents]}")
        return
    texts = {kind: {d.body for d in deliveries if d.kind is kind} for kind in MessageKind}
    if len(deliveries) != 2 * RECIPIENTS or any(len(bodies) != 1 for bodies in texts.values()):
        count.wrong.append(f"{len(deliveries)} deliveries stored")
        return
    (opening,), (closing,) = texts[MessageKind.OPEN], texts[MessageKind.RESOLVED]
    taken = Counter((line["to"], line["body"]) for line in ledger)
    for number in range(RECIPIENTS):
        pair = (taken[phone(number), opening], taken[phone(number), closing])
        if any(pair) or all_told:
            count.intents += 2
            count.lost += pair.count(0)
            count.doubled += sum(times - 1 for times in pair if times > 1)
    count.accepted += len(ledger)
    stored = Counter((_phone_of(d), d.body) for d in deliveries if d.state is ACCEPTED)
    if stored != taken:
        differing = ((stored - taken) + (taken - stored)).total()
        count.wrong.append(f"store and ledger differ about {differing} messages")
    resolved_at = incidents[0].resolved_at
    assert resolved_at is not None
    last = (resolved_at + timedelta(seconds=0.0 if all_told else ATTEMPT_S)).isoformat()
    count.late_opens += sum(line["body"] == opening and line["at"] > last for line in ledger)


def _phone_of(delivery: Delivery) -> str:
    return phone(int(delivery.recipient.removeprefix("dr-")))
