"""The public face on a real socket, over a picture made by hand."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta

from aiohttp import ClientSession, web

from monitor.model import Failure, Instant, Observation, Phase, Sighting
from monitor.ports import StoreError
from monitor.web import make_app
from monitor.wording import Wording
from tests.unit.wording.small_world import HOME, NOW, ONSET, TARGETS, world

WORLD = world()
WORDING = Wording.load(WORLD)


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def utc(self):
        return NOW + timedelta(seconds=self.passed_s)

    def monotonic(self):
        return 1000.0 + self.passed_s

    def now(self):
        return Instant(self.utc(), self.monotonic())

    async def sleep(self, duration_s):
        self.passed_s += duration_s


class ShelfStore:
    """Holds closed incidents and looks; can be told to fail."""

    def __init__(
        self, *incidents, observations=(), deliveries=(), broken=False, notices=()
    ) -> None:
        self.incidents = {i.ref: i for i in incidents}
        self.looks = tuple(observations)
        self.deliveries = tuple(deliveries)
        self.broken = broken
        self.said = tuple(notices)
        self.asked = 0

    async def incident(self, ref):
        self.asked += 1
        if self.broken:
            raise StoreError("the disk is gone")
        return self.incidents.get(ref)

    async def observations(self, *, targets, since, until, limit):
        if self.broken:
            raise StoreError("the disk is gone")
        found = (o for o in self.looks if since <= o.started_at < until and o.target in targets)
        return tuple(found)[:limit]

    async def notices(self, since, until):
        return tuple(n for n in self.said if n.from_at < until and n.to_at >= since)

    async def deliveries_of(self, ref):
        return tuple(d for d in self.deliveries if d.incident == ref)


class Face:
    """What a test holds of a running server."""

    def __init__(self, url, session, clock, shown, store, failed) -> None:
        self.url = url
        self.session = session
        self.clock = clock
        self.shown = shown
        self.store = store
        self.failed = failed

    def show(self, picture) -> None:
        self.shown["picture"] = picture

    async def get(self, path, **options):
        async with self.session.get(self.url + path, allow_redirects=False, **options) as answer:
            return answer, await answer.text()


@asynccontextmanager
async def face(picture=None, store=None, health=None, world=WORLD, notices=()):
    clock, shown, failed = HandClock(), {"picture": picture}, []
    store = store or ShelfStore()
    app = make_app(
        world=world,
        wording=WORDING if world is WORLD else Wording.load(world),
        clock=clock,
        picture=lambda: shown["picture"],
        store=store,
        metrics=lambda: (b"govah_up 1\n", "text/plain; version=0.0.4; charset=utf-8"),
        health=lambda: health or {"live": True, "ready": True},
        failed=failed.append,
        public_url="http://status.test",
        notices=lambda: notices,
    )
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        async with ClientSession() as session:
            yield Face(f"http://{host}:{port}", session, clock, shown, store, failed)
    finally:
        await runner.cleanup()


def an_hour_of_looks(failing="tamin.entitlement", minutes=45):
    """Looks of every home vantage each minute; `failing` fails from onset on."""
    for target in TARGETS:
        for vantage in HOME:
            for minute in range(-10, 60):
                bad = (
                    target.id == failing
                    and 0 <= minute < minutes
                    and (minute, vantage) != (16, HOME[0])
                )
                yield Observation(
                    id=f"{target.id}-{vantage}-{minute}",
                    check=target.id,
                    vantage=vantage,
                    target=target.id,
                    started_at=ONSET + timedelta(minutes=minute, seconds=7),
                    started_mono_s=0.0,
                    duration_s=0.1,
                    sighting=Sighting(Phase.WAIT, Failure.HTTP_5XX)
                    if bad
                    else Sighting(Phase.DONE),
                )
