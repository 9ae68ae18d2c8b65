"""What others tell us on a real socket reaches the next tick, is kept, and outlives a restart."""

from __future__ import annotations

import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import ClientSession, web

from monitor.app import App, Board, Parts
from monitor.core.notices.windows import Window
from monitor.listening import Listening
from monitor.model import MainsReading, NoticeKind, SelfHealth, TrafficState
from monitor.ports import StoreError
from monitor.settings.values_hooks import Hooks, MainsHook, MarksHook
from monitor.settings.values_notices import Notices
from monitor.simulation.clock import SeededIds
from monitor.store.memory import MemoryStore
from tests.support.demo import demo_settings
from tests.support.engines import QuietEngine
from tests.unit.notify.office import HandClock

CI, UPS, KEY = "s3cret-of-ci", "s3cret-of-ups", "a-key-of-the-platform"
HOOKS = Hooks(
    marks=(MarksHook("ci", CI, NoticeKind.DEPLOY, frozenset({"boghrat"})),),
    mains=(MainsHook("tehran-mci", UPS, 900.0),),
)
DEPLOY = {"id": "release-7", "party": "boghrat", "minutes": 30}


class MoodyStore(MemoryStore):
    """Refuses notices, and to tell of outcomes of the past, on demand."""

    refuses = False

    async def keep_notices(self, notices):
        if self.refuses:
            raise StoreError("the disk is full; free some space")
        await super().keep_notices(notices)

    async def outcome_sums(self, since, until):
        if self.refuses:
            raise StoreError("the disk is gone")
        return await super().outcome_sums(since, until)


class Well:
    def worst_since(self, mono_s):
        assert isinstance(mono_s, float)
        return SelfHealth()


class Life:
    """One life of a program that listens."""

    def __init__(self, clock, store, settings):
        self.clock, self.store = clock, store
        self.engine = QuietEngine(settings.world)
        parts = Parts(clock, SeededIds(1), Well(), store, None, {}, Board())
        self.app = App(settings, parts, engine=self.engine)
        self.listening = Listening(settings, self.app)

    async def around(self):
        self.clock.mono_s += 5.0
        await self.app.pipeline.tick()
        return self.engine.heard[-1][1]

    async def post(self, path, body, **headers):
        data = json.dumps(body).encode()
        async with self.session.post(self.url + path, data=data, headers=headers) as answer:
            return answer.status

    async def deploy(self, **changes):
        return await self.post("/api/v1/deploys", DEPLOY | changes, Authorization=f"Bearer {CI}")

    async def kept(self):
        now = self.clock.utc()
        return await self.store.notices(now - timedelta(days=1), now + timedelta(days=1))

    def warnings(self):
        value = self.app.metrics.registry.get_sample_value
        return value("govah_warnings_total", {"warning": "store_failing"})


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
async def store(clock):
    store = MoodyStore(clock=clock)
    await store.open()
    return store


def told(clock, **changes):
    """A platform with hooks, a key for outcomes, and a window of an insurer that stands now."""
    window = Window("tamin", clock.utc() - timedelta(minutes=5), 3600.0)
    settings = demo_settings()
    return replace(
        settings,
        hooks=HOOKS,
        outcomes_key=KEY,
        notices=Notices(windows=(window,)),
        recipients=(),
        **changes,
    )


@asynccontextmanager
async def life(clock, store, settings=None):
    it = Life(clock, store, settings or told(clock))
    await it.listening.start()
    site = web.Application()
    site.add_routes(it.listening.routes())
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with ClientSession() as session:
            it.url, it.session = f"http://{host}:{port}", session
            yield it
    finally:
        await runner.cleanup()
        await it.listening.close()


async def test_a_deploy_and_a_window_stand_beside_the_looks_until_their_end(clock, store):
    async with life(clock, store) as it:
        assert await it.deploy() == 200

        heard = {(n.kind, n.party) for n in (await it.around()).notices}
        assert heard == {(NoticeKind.DEPLOY, "boghrat"), (NoticeKind.MAINTENANCE, "tamin")}
        clock.mono_s += 31 * 60
        assert [n.kind for n in (await it.around()).notices] == [NoticeKind.MAINTENANCE]
        clock.mono_s += 30 * 60
        assert (await it.around()).notices == ()


async def test_a_vantage_on_its_battery_is_heard_at_the_next_tick(clock, store):
    async with life(clock, store) as it:
        status = await it.post(
            "/hooks/mains/tehran-mci", {"on_battery": True}, Authorization=f"Bearer {UPS}"
        )

        assert status == 200
        begun_at = clock.utc()
        assert (await it.around()).mains == (MainsReading("tehran-mci", begun_at, True),)


async def test_outcomes_of_the_platform_s_calls_become_readings(clock, store):
    async with life(clock, store) as it:
        await it.listening.learn()
        clock.mono_s += 3600 - clock.utc().timestamp() % 3600  # begins a minute
        for _ in range(5):
            item = {
                "service": "tamin",
                "operation": "register",
                "outcome": "server_error",
                "count": 60,
                "minute": f"{clock.utc():%Y-%m-%dT%H:%MZ}",
            }
            clock.mono_s += 60.0
            assert await outcomes(it, item) == 200

        readings = {(r.service, r.operation): r for r in (await it.around()).traffic}
        assert readings["tamin", "register"].state is TrafficState.FAILING
        assert readings["ihio", "register"].state is TrafficState.THIN
        assert b'operation="register",service="tamin",state="failing"} 1.0' in page(it)


async def outcomes(it, *items):
    number = int(it.clock.mono_s)
    body = json.dumps({"version": 1, "batch": f"{number:016x}", "outcomes": items}).encode()
    timestamp = str(int(it.clock.utc().timestamp()))
    signed = hmac.new(KEY.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    headers = {"Govah-Timestamp": timestamp, "Govah-Signature": f"sha256={signed.hexdigest()}"}
    async with it.session.post(f"{it.url}/api/v1/outcomes", data=body, headers=headers) as answer:
        return answer.status


def page(it):
    return it.app.metrics.render()[0]


async def test_a_restart_forgets_no_notice_but_those_of_a_source_that_was_taken_away(clock, store):
    settings = told(clock)
    async with life(clock, store, settings) as it:
        await it.deploy()
        before = set((await it.around()).notices)
    async with life(clock, store, settings) as it:
        assert set((await it.around()).notices) == before
    async with life(clock, store, replace(settings, hooks=Hooks())) as it:
        assert {n.kind for n in (await it.around()).notices} == {NoticeKind.MAINTENANCE}


async def test_what_was_pushed_is_on_disk_before_it_is_answered(clock, store):
    async with life(clock, store) as it:
        store.refuses = True
        assert await it.deploy() == 503
        assert [n.kind for n in (await it.around()).notices] == [NoticeKind.MAINTENANCE]

        store.refuses = False
        assert await it.deploy() == 200
        assert [n.kind for n in await it.kept() if n.source == "ci"] == [NoticeKind.DEPLOY]


async def test_a_notice_that_the_store_refuses_holds_all_the_same_and_is_kept_later(clock, store):
    store.refuses = True
    async with life(clock, store) as it:
        await it.listening.keep()
        assert await it.kept() == ()
        assert it.warnings() == 1
        assert [n.party for n in (await it.around()).notices] == ["tamin"]

        store.refuses = False
        await it.listening.keep()
        assert [n.party for n in await it.kept()] == ["tamin"]
        await store.close()  # what is kept is not stored a second time
        store.refuses = True
        await it.listening.keep()
        assert it.warnings() == 1


async def test_a_past_that_cannot_be_read_stops_nobody(clock, store, capsys):
    async with life(clock, store) as it:
        store.refuses = True
        await it.listening.learn()

        assert it.warnings() == 1
        assert "".join(capsys.readouterr()).count("store_failing") == 1
        assert len((await it.around()).notices) == 1


async def test_without_a_key_or_a_source_of_outcomes_traffic_says_nothing(clock, store):
    async with life(clock, store, replace(told(clock), outcomes_key=None)) as it:
        assert (await it.around()).traffic == ()
        assert b"govah_traffic_state{" not in page(it)
