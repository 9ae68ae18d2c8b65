"""Alertmanager, deploys, the help desk and a UPS push to a real socket."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import ClientSession, encode_basic_auth, web

from monitor.core.notices.alertmanager import AlertRule
from monitor.mains import Mains
from monitor.metrics import Metrics
from monitor.model import MainsReading, NoticeKind
from monitor.ports import StoreError
from monitor.settings.values_hooks import AlertsHook, Hooks, MainsHook, MarksHook
from monitor.web import make_app
from monitor.web.door import MOST_AT_ONCE
from monitor.web.hooks import ALERTS_CAP_BYTES, MARK_CAP_BYTES, Listeners, routes
from monitor.web.proof import PUSHES
from tests.integration.web.face import WORDING, WORLD, HandClock, ShelfStore
from tests.unit.core.test_pushed_notices import FIRING, webhook
from tests.unit.wording.small_world import NOW

ALERTS, CI, DESK, UPS = (f"s3cret-of-{name}" for name in ("alerts", "ci", "desk", "ups"))
HOOKS = Hooks(
    alerts=(AlertsHook("alerts", ALERTS, (AlertRule({"job": "relay"}, "tamin"),), 3600.0),),
    marks=(
        MarksHook("ci", CI, NoticeKind.DEPLOY, frozenset({"boghrat"})),
        MarksHook("desk", DESK, NoticeKind.REPORTS, frozenset(WORLD.parties)),
    ),
    mains=(MainsHook("tehran-mci", UPS, 900.0),),
)
DEPLOY = {"id": "release-7", "party": "boghrat"}
AT = {
    "alerts": ("/hooks/alertmanager/alerts", ALERTS, webhook(FIRING)),
    "deploys": ("/api/v1/deploys", CI, json.dumps(DEPLOY).encode()),
    "reports": ("/api/v1/reports", DESK, b'{"id": "r1", "services": ["tamin"], "minutes": 10}'),
    "mains": ("/hooks/mains/tehran-mci", UPS, b'{"on_battery": true}'),
}


class FlatWatch:
    """A self-watch that is not asked here."""


class Pushed:
    """What a test holds of a running server."""

    def __init__(self, session, url, clock, taken, mains, metrics):
        self.session = session
        self.url = url
        self.clock = clock
        self.taken = taken
        self.mains = mains
        self.metrics = metrics
        self.broken = False

    async def __call__(self, path, data=b"", **options):
        async with self.session.post(self.url + path, data=data, **options) as answer:
            return answer.status, await answer.json(content_type=None), dict(answer.headers)

    async def status(self, what="deploys", data=None, secret=None, **options):
        path, own, body = AT[what]
        options.setdefault("headers", {"Authorization": f"Bearer {secret or own}"})
        return (await self(path, body if data is None else data, **options))[0]

    def counted(self, door, result):
        labels = {"door": door, "result": result}
        return self.metrics.registry.get_sample_value("govah_pushes_total", labels) or 0


@asynccontextmanager
async def listening(hooks=HOOKS):
    clock, taken, mains = HandClock(), [], Mains({"tehran-mci": 900.0})
    metrics = Metrics(WORLD, clock, FlatWatch())

    async def take(notices):
        if it.broken:
            raise StoreError("the disk is gone")
        taken.extend(notices)

    app = make_app(
        world=WORLD,
        wording=WORDING,
        clock=clock,
        picture=lambda: None,
        store=ShelfStore(),
        metrics=lambda: (b"", "text/plain"),
        health=dict,
        hooks=routes(
            hooks,
            world=WORLD,
            clock=clock,
            listeners=Listeners(take, mains.told, metrics.hooks.came, metrics.hooks.alerts),
        ),
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        async with ClientSession() as session:
            it = Pushed(session, f"http://{host}:{port}", clock, taken, mains, metrics)
            yield it
    finally:
        await runner.cleanup()


def signed(secret, body, at=NOW):
    timestamp = str(int(at.timestamp()))
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Govah-Timestamp": timestamp, "Govah-Signature": f"sha256={mac}"}


def proofs(what):
    path, secret, body = AT[what]
    name = {"deploys": "ci", "reports": "desk"}.get(what, path.rsplit("/", 1)[1])
    return {
        "bearer": {"Authorization": f"Bearer {secret}"},
        "basic": {"Authorization": encode_basic_auth(name, secret)},
        "signature": signed(secret, body),
    }


@pytest.mark.parametrize("proof", ["bearer", "basic", "signature"])
@pytest.mark.parametrize("what", AT)
async def test_who_proves_himself_is_heard(what, proof):
    path, _, body = AT[what]
    async with listening() as push:
        status, told, _ = await push(path, body, headers=proofs(what)[proof])

        assert (status, "error" in told) == (200, False)
        heard = [n.kind for n in push.taken] or push.mains.current(NOW)
        assert (
            heard
            == {
                "alerts": [NoticeKind.ALERT],
                "deploys": [NoticeKind.DEPLOY],
                "reports": [NoticeKind.REPORTS],
                "mains": (MainsReading("tehran-mci", NOW, on_battery=True),),
            }[what]
        )


WRONG = {
    "nothing": {},
    "another's secret": {"Authorization": f"Bearer {DESK}"},
    "a wrong secret": {"Authorization": "Bearer guess"},
    "an empty token": {"Authorization": "Bearer "},
    "another scheme": {"Authorization": f"Token {CI}"},
    "basic with another's name": {"Authorization": encode_basic_auth("desk", CI)},
    "basic that is none": {"Authorization": "Basic %%%"},
    "basic not utf-8": {"Authorization": "Basic /////w=="},
    "a signature of another body": signed(CI, b"{}"),
    "a signature by another": signed(DESK, AT["deploys"][2]),
    "an old signature": signed(CI, AT["deploys"][2], NOW - timedelta(seconds=301)),
    "a signature without a time": {"Govah-Signature": "sha256=00"},
    "an odd signature": {**signed(CI, AT["deploys"][2]), "Govah-Signature": "sha256=\u00e9"},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
async def test_who_does_not_prove_himself_is_not_heard(headers):
    async with listening() as push:
        assert await push.status(headers=headers) == 401
        assert push.taken == []
        assert push.counted("deploys", "unproved") == 1


async def test_an_unknown_hook_and_a_wrong_secret_look_the_same():
    async with listening() as push:
        _, _, body = AT["alerts"]
        unknown = await push("/hooks/alertmanager/nobody", body, headers=proofs("alerts")["bearer"])
        wrong = await push(AT["alerts"][0], body, headers={"Authorization": "Bearer guess"})

        assert unknown[:2] == wrong[:2]
        assert unknown[0] == 401


async def test_a_hook_speaks_only_of_its_own_parties():
    async with listening() as push:
        assert await push.status(data=b'{"id": "r", "services": ["tamin"]}') == 403
        assert push.taken == []
        assert push.counted("deploys", "forbidden") == 1


async def test_told_twice_a_deploy_is_one_notice_by_its_id():
    async with listening() as push:
        await push.status()
        await push.status()

        assert len({notice.id for notice in push.taken}) == 1


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("alerts", b"{}"),
        ("alerts", b"no json"),
        ("deploys", b"[]"),
        ("deploys", b'{"id": "x", "party": "nobody-here"}'),
        ("mains", b'{"on_battery": 1}'),
        ("mains", b'{"on_battery": true, "by": "0912"}'),
        ("mains", b""),
    ],
)
async def test_a_body_not_as_agreed_is_refused_without_quoting_it(what, data):
    path, secret, _ = AT[what]
    async with listening() as push:
        status, told, _ = await push(path, data, headers={"Authorization": f"Bearer {secret}"})

        assert status == 400
        assert not any(word in told["error"] for word in ("nobody-here", "0912"))
        assert push.taken == []


@pytest.mark.parametrize(
    ("what", "cap"), [("alerts", ALERTS_CAP_BYTES), ("deploys", MARK_CAP_BYTES)]
)
async def test_a_body_above_the_cap_is_refused_packed_or_not(what, cap):
    async with listening() as push:
        large = b" " * (cap + 1)
        assert await push.status(what, data=large) == 413
        headers = {"Authorization": f"Bearer {AT[what][1]}", "Content-Encoding": "gzip"}
        assert await push.status(what, data=gzip.compress(large), headers=headers) == 413
        assert await push.status(what, data=b"no gzip", headers=headers) == 400


async def test_a_body_at_the_cap_is_read():
    async with listening() as push:
        body = AT["deploys"][2].ljust(MARK_CAP_BYTES)

        assert await push.status(data=body) == 200


async def test_too_often_waits_and_nobody_uses_up_anothers_allowance():
    async with listening() as push:
        for _ in range(PUSHES):
            assert await push.status(headers=WRONG["a wrong secret"]) == 401
        for _ in range(PUSHES):
            assert await push.status() == 200
        status, _, headers = await push(*AT["deploys"][::2], headers=proofs("deploys")["bearer"])
        assert (status, headers["Retry-After"]) == (429, "61")
        assert await push.status(headers=proofs("deploys")["signature"]) == 429
        assert await push.status("reports") == 200
        push.clock.passed_s += 61
        assert await push.status() == 200


async def test_strangers_with_slow_bodies_cannot_fill_the_door():
    async with listening() as push:
        pieces = asyncio.Event()

        async def slow():
            yield b"{"
            await pieces.wait()

        headers = signed("guess", b"{")
        strangers = [
            asyncio.create_task(push(AT["deploys"][0], slow(), headers=headers))
            for _ in range(MOST_AT_ONCE)
        ]
        async with asyncio.timeout(5):
            while await push.status(headers=headers) != 429:
                await asyncio.sleep(0)
        assert await push.status() == 200, "who shows his secret does not wait behind them"
        pieces.set()
        assert {status for status, _, _ in await asyncio.gather(*strangers)} == {401}


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("monitor.web.door.BODY_PATIENCE_S", 0.05)
    async with listening() as push:
        never = asyncio.Event()

        async def stalling():
            yield b"{"
            await never.wait()

        headers = {"Authorization": f"Bearer {CI}"}
        assert (await push(AT["deploys"][0], stalling(), headers=headers))[0] == 408


async def test_what_cannot_be_stored_is_to_be_sent_again():
    async with listening() as push:
        push.broken = True
        assert await push.status("alerts") == 503
        push.broken = False
        assert await push.status("alerts") == 200
        assert push.counted("alertmanager", "store_failing") == 1


async def test_alerts_are_counted_by_what_became_of_them():
    body = webhook(FIRING, FIRING | {"labels": {"job": "disk"}}, FIRING | {"status": "odd"}, FIRING)
    async with listening() as push:
        _, told, _ = await push(AT["alerts"][0], body, headers=proofs("alerts")["bearer"])

        assert told == {"taken": 2, "ignored": 1, "odd": 1}
        value = push.metrics.registry.get_sample_value
        assert value("govah_pushed_alerts_total", {"result": "taken"}) == 2


async def test_a_reading_of_the_mains_runs_out_unless_told_again():
    async with listening() as push:
        await push.status("mains")
        assert push.mains.current(NOW + timedelta(seconds=900))
        assert push.mains.current(NOW + timedelta(seconds=901)) == ()
        await push.status("mains", data=b'{"on_battery": false}')
        [reading] = push.mains.current(NOW)
        assert reading.on_battery is False


async def test_without_hooks_there_is_no_address():
    async with listening(Hooks()) as push:
        for path, secret, body in AT.values():
            headers = {"Authorization": f"Bearer {secret}"}
            async with push.session.post(push.url + path, data=body, headers=headers) as answer:
                assert answer.status == 404


async def test_nothing_pushed_and_no_secret_reaches_a_log(capfd, caplog):
    async with listening() as push:
        for what in AT:
            await push.status(what)
            await push.status(what, data=b"Doctor 0912")

    said = "".join(capfd.readouterr()) + caplog.text
    assert not any(word in said for word in ("0912", "Doctor", "s3cret", "summary"))
