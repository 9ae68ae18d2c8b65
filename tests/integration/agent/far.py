"""An agent's parts beside a real console on a real TLS socket; time moves when the test says so."""

from __future__ import annotations

import random
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp

from monitor.agent.app import SEQUENCE
from monitor.agent.core import Core, trust
from monitor.agent.enrolling import enrolled
from monitor.agent.identity import own_key
from monitor.agent.sequence import Sequence
from monitor.agent.spool import Spool
from monitor.agent.sync import Sync
from monitor.console.certificate import CERTIFICATE, fingerprint
from monitor.model import SelfHealth
from monitor.wire.invitation import Invitation
from tests.contract.store_values import look
from tests.integration.console.site import CHECK, FAR, TOKEN
from tests.unit.agent.spools import PLENTY, CountedIds

BOOT = "0b0e0d44-9a3c-4b5e-8a55-3f2b1c7d9e10"


class Well:
    def worst_since(self, mono_s):
        del mono_s
        return SelfHealth(lag_s=0.02)


@dataclass
class Heard:
    outcomes: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    offsets_s: list = field(default_factory=list)
    refused: int = 0

    def exchanged(self, outcome):
        self.outcomes.append(outcome)

    def answered(self, answer, offset_s):
        self.answers.append(answer)
        self.offsets_s.append(offset_s)

    def look_refused(self):
        self.refused += 1


@dataclass
class Far:
    it: object
    folder: object
    core: Core
    spool: Spool
    sync: Sync
    heard: Heard
    made: int = 0

    def put(self, count=1, **changes):
        """Looks, each a second older than the next one; their ids."""
        clock = self.it.clock
        ids = []
        for left in range(count, 0, -1):
            self.made += 1
            ids.append(f"{self.made:016x}")
            seen = look(
                ids[-1],
                clock.utc() - timedelta(seconds=left),
                started_mono_s=clock.monotonic() - left,
                check=CHECK.id,
                target=CHECK.target,
                vantage=FAR,
            )
            self.spool.put(seen, **changes)
        return ids

    async def turn(self):
        """One turn of the sync, and the time until the next."""
        await self.spool.flush()
        wait_s = await self.sync.turn()
        self.it.clock.passed_s += wait_s
        return wait_s

    async def settled(self, turns=60):
        """Turn until nothing waits."""
        await self.spool.flush()
        for _ in range(turns):
            if not self.spool.waiting:
                return
            await self.turn()
        raise AssertionError(f"{self.spool.waiting} looks wait after {turns} turns")


def invitation(it, folder, *, vantage=FAR, token=TOKEN) -> Invitation:
    it.invite(vantage, token)
    return Invitation(it.url, vantage, token, fingerprint(folder / CERTIFICATE))


@asynccontextmanager
async def connected(it, folder):
    """A function that makes a `Core` for a vantage and a fingerprint."""
    async with aiohttp.ClientSession() as session:

        def core_as(vantage, shown):
            return Core(
                session=session,
                url=it.url,
                tls=trust(shown, None),
                vantage=vantage,
                key=own_key(folder),
                sequence=Sequence(folder / SEQUENCE),
            )

        yield core_as


@asynccontextmanager
async def far(it, site_folder, folder):
    """An enrolled agent with an empty spool."""
    folder.mkdir(exist_ok=True)
    async with connected(it, folder) as core_as:
        known = await enrolled(folder, invitation(it, site_folder), core_as)
        core = core_as(known.vantage, known.fingerprint)
        spool = Spool(folder, limit_bytes=PLENTY, clock=it.clock, ids=CountedIds(), boot=BOOT)
        await spool.open()
        heard = Heard()
        sync = Sync(
            core=core,
            spool=spool,
            clock=it.clock,
            ids=CountedIds(),
            watch=Well(),
            chance=random.Random(1),
            boot=BOOT,
            told=heard,
        )
        try:
            yield Far(it, folder, core, spool, sync, heard)
        finally:
            await spool.close()
