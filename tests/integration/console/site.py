"""The console on a real TLS socket, and an agent who speaks to it as a test tells him."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import aiohttp

from monitor.console import Console, listen
from monitor.console.certificate import own_certificate, tls_context
from monitor.console.letters import Letters
from monitor.model import Instant, Invited, Observation, Phase, Sighting
from monitor.ports import StoreError
from monitor.store.memory import MemoryStore
from monitor.wire.invitation import token_sha256
from monitor.wire.keys import SEQUENCE, SIGNATURE, VANTAGE, new_key, public_bytes, sign
from monitor.wire.looks import look_to_json
from monitor.wire.messages import BASE
from tests.unit.wording.small_world import NOW, world

SMALL = world()
FAR, OTHER, OWN = "mashhad-irancell", "shiraz-tci", "tehran-mci"
WORLD = replace(
    SMALL,
    vantages={
        v.id: replace(v, agent=v.id in (FAR, OTHER, "frankfurt")) for v in SMALL.vantages.values()
    },
)
CHECK = next(c for c in WORLD.checks.values() if {FAR, OTHER} <= set(c.vantages))
BOOT, EARLIER_BOOT = "11111111-aaaa", "00000000-bbbb"
TOKEN = "t" * 43


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self, mono_s=1000.0) -> None:
        self.passed_s, self.start_s = 0.0, mono_s

    def utc(self):
        return NOW + timedelta(seconds=self.passed_s)

    def monotonic(self):
        return self.start_s + self.passed_s

    def now(self):
        return Instant(self.utc(), self.monotonic())

    async def sleep(self, duration_s):
        self.passed_s += duration_s


class Ids:
    def look(self):
        return "f" * 16


class FailingStore(MemoryStore):
    """A memory store that refuses while `broken`."""

    broken = False

    async def record(self, observations):
        if self.broken:
            raise StoreError("the disk is full")
        await super().record(observations)

    async def admit(self, vantage, key_id, sequence):
        if self.broken:
            raise StoreError("the disk is full")
        return await super().admit(vantage, key_id, sequence)


class Site:
    """A running console and what it told whom."""

    def __init__(self, console, store, letters, clock, url, session) -> None:
        self.console, self.store, self.letters = console, store, letters
        self.clock, self.url, self.session = clock, url, session
        self.warnings = []

    def invite(self, vantage, token=TOKEN, lives_s=3600.0):
        expires_at = self.clock.utc() + timedelta(seconds=lives_s)
        self.letters.invite(Invited(token_sha256(token), vantage, expires_at))
        return token

    async def post(self, path, body, headers=None):
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        data = io.BytesIO(sent)
        async with self.session.post(self.url + path, data=data, headers=headers or {}) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else {}

    async def looks(self):
        """Everything stored, by id."""
        found = await self.store.observations(
            targets=tuple(WORLD.targets),
            since=NOW - timedelta(days=9999),
            until=NOW + timedelta(days=9999),
            limit=99_999,
        )
        return {look.id: look for look in found}

    async def enrolled(self, vantage=FAR, **changes):
        agent = Agent(self, vantage, **changes)
        status, _ = await agent.enrol(self.invite(vantage, token=vantage + "t" * 40))
        assert status == 200
        return agent


class Agent:
    """Says what a test wants said; its own clocks may be wrong."""

    def __init__(self, site, vantage, *, wall_off_s=0.0, mono_ahead_s=49_000.0) -> None:
        self.site, self.vantage, self.key = site, vantage, new_key()
        self.sequence, self.wall_off_s, self.mono_ahead_s = 0, wall_off_s, mono_ahead_s
        self.made = 0

    def wall(self):
        return self.site.clock.utc() + timedelta(seconds=self.wall_off_s)

    def mono_s(self):
        return self.site.clock.monotonic() + self.mono_ahead_s

    async def enrol(self, token, **changes):
        ask = {
            "token": token,
            "public_key": public_base64(self.key),
            "versions": [1],
            "program": "govah/0.3.0",
        }
        return await self.site.post(f"{BASE}/enrol", ask | changes)

    def look(self, age_s=1.0, *, boot=BOOT, **changes):
        """A look that began so many seconds ago, as JSON."""
        self.made += 1
        seen = Observation(
            id=token_sha256(f"{self.vantage} {self.made}")[:16],
            check=CHECK.id,
            vantage=self.vantage,
            target=CHECK.target,
            started_at=self.wall() - timedelta(seconds=age_s),
            started_mono_s=self.mono_s() - age_s,
            duration_s=0.1,
            sighting=Sighting(Phase.DONE),
        )
        return look_to_json(replace(seen, **changes), boot, self.made)

    def batch(self, *looks, **changes):
        sent = {"wall": self.wall().isoformat(), "mono": self.mono_s(), "boot": BOOT}
        return {
            "version": 1,
            "batch": "ab" * 8,
            "sent": sent,
            "looks": list(looks),
            "health": {"lag_s": 0.01},
            "spool": {"waiting": 3, "oldest_age_s": 7.5, "dropped": 2},
        } | changes

    def signed(self, method, path, body, *, vantage=None, sequence=None):
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        vantage = vantage or self.vantage
        signature = sign(self.key, method, path, vantage, sequence, body)
        return {VANTAGE: vantage, SEQUENCE: str(sequence), SIGNATURE: signature}

    async def say(self, what, body, *, zipped=False, **how):
        path = f"{BASE}/{what}"
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = gzip.compress(sent) if zipped else sent
        headers = self.signed("POST", path, sent, **how)
        if zipped:
            headers["Content-Encoding"] = "gzip"
        return await self.site.post(path, sent, headers)

    async def send(self, *looks, **how):
        return await self.say("looks", self.batch(*looks), **how)

    async def config(self, **headers):
        path = f"{BASE}/config"
        signed = self.signed("GET", path, b"")
        async with self.site.session.get(self.site.url + path, headers=signed | headers) as answer:
            return answer.status, await answer.read(), answer.headers.get("ETag")


def public_base64(key):
    return base64.b64encode(public_bytes(key)).decode()


@asynccontextmanager
async def site(folder, *, keeper=None, contradicts=frozenset(), world=WORLD, store=None):
    clock = HandClock()
    store = store or FailingStore(clock=clock)
    letters = Letters(folder)
    warnings = []
    console = Console(
        world=world,
        store=store,
        letters=letters,
        clock=clock,
        ids=Ids(),
        deliver=store.record,
        cut=lambda vantage: {"govah": 1, "vantage": vantage},
        keeper=keeper,
        contradicts=lambda vantage: vantage in contradicts,
        warned=warnings.append,
    )
    await console.start()
    tls = tls_context(*own_certificate(folder, "127.0.0.1", now=clock.utc()))
    async with (
        listen(console.app, host="127.0.0.1", port=0, tls=tls) as port,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as session,
    ):
        it = Site(console, store, letters, clock, f"https://127.0.0.1:{port}", session)
        it.warnings = warnings
        yield it


def reasons(it) -> Counter:
    """What the console refused, by reason."""
    return Counter(it.console.refusals())
