"""Outcomes on a real socket: who may tell them, what is taken, and what is answered."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import io
import json
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import ClientSession, web

from monitor.model import BatchResult
from monitor.ports import StoreError
from monitor.store.memory import MemoryStore
from monitor.web.outcomes import BATCHES, BODY_CAP_BYTES, MOST_AT_ONCE, routes
from tests.integration.web.face import HandClock
from tests.unit.wording.small_world import NOW, world

KEY = "a-key-of-the-platform"
ITEM = {
    "service": "tamin",
    "operation": "register",
    "outcome": "server_error",
    "code": "http_503",
    "count": 4,
    "minute": f"{NOW:%Y-%m-%dT%H:%MZ}",
}
DAY = timedelta(days=1)


class PoorStore(MemoryStore):
    """Can be told to fail."""

    failing = False

    async def record_outcomes(self, batch, outcomes, received_at):
        if self.failing:
            raise StoreError("the disk is full")
        return await super().record_outcomes(batch, outcomes, received_at)


class Desk:
    """What a test holds of a running server."""

    def __init__(self, session, url, clock, store, counted, taken):
        self.session, self.url = session, url
        self.clock, self.store, self.counted, self.taken = clock, store, counted, taken

    async def post(self, body, *, key=KEY, off_s=0, **headers):
        timestamp = str(int(self.clock.utc().timestamp()) + off_s)
        signed = hmac.new(key.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
        headers = {
            "Govah-Timestamp": timestamp,
            "Govah-Signature": f"sha256={signed.hexdigest()}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        sent = gzip.compress(body) if headers.get("Content-Encoding") == "gzip" else body
        return await self.raw(sent, {k: v for k, v in headers.items() if v is not None})

    async def raw(self, data, headers):
        data = io.BytesIO(data) if isinstance(data, bytes) else data
        async with self.session.post(self.url, data=data, headers=headers) as answer:
            return answer.status, json.loads(await answer.text() or "null"), answer.headers

    async def stored(self):
        return await self.store.outcomes(NOW - 30 * DAY, NOW + DAY)


@asynccontextmanager
async def desk():
    clock, counted, taken = HandClock(), [], []
    store = PoorStore(clock=clock)
    app = web.Application(client_max_size=1024)
    app.add_routes(
        routes(
            key=KEY,
            world=world(),
            store=store,
            clock=clock,
            counted=lambda result, outcomes: counted.append((result, len(outcomes))),
            taken=lambda batch: taken.append((batch.id, len(batch.outcomes))),
        )
    )
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        async with ClientSession() as session:
            url = f"http://{host}:{port}/api/v1/outcomes"
            yield Desk(session, url, clock, store, counted, taken)
    finally:
        await runner.cleanup()


def batch(*items, name="00" * 8):
    return json.dumps({"version": 1, "batch": name, "outcomes": items or [ITEM]}).encode()


@pytest.mark.parametrize("coding", [None, "gzip"])
async def test_a_signed_batch_is_stored_and_counted(coding):
    async with desk() as it:
        status, told, _ = await it.post(batch(ITEM, ITEM), Content_Encoding=coding)

        assert (status, told) == (200, {"stored": 2})
        [first, _] = await it.stored()
        assert (first.service, first.outcome, first.count) == ("tamin", "server_error", 4)
        assert first.received_at == it.clock.utc()
        assert it.counted == [(BatchResult.STORED, 2)]


async def test_a_replayed_batch_is_known_and_counts_once():
    async with desk() as it:
        await it.post(batch())

        status, told, _ = await it.post(batch())

        assert (status, told) == (200, {"stored": 0, "known": True})
        assert len(await it.stored()) == 1
        assert [result for result, _ in it.counted] == [BatchResult.STORED, BatchResult.KNOWN]
        assert it.taken == [("00" * 8, 1)]


FORGED = [
    {"key": "another-key"},
    {"Govah_Signature": "sha256=" + "0" * 64},
    {"Govah_Signature": None},
    {"Govah_Signature": "md5=" + "0" * 32},
    {"Govah_Signature": "sha256=é"},
    {"Govah_Timestamp": None},
    {"Govah_Timestamp": "now"},
    {"Govah_Timestamp": "9" * 400},
    {"Govah_Timestamp": str(int(NOW.timestamp()) + 1)},
    {"off_s": 301},
    {"off_s": -301},
]


@pytest.mark.parametrize("how", FORGED, ids=range(len(FORGED)))
async def test_forged_old_and_unsigned_batches_have_no_effect(how):
    async with desk() as it:
        status, told, _ = await it.post(batch(), **how)

        assert (status, told) == (401, {"error": "no fresh signature"})
        assert await it.stored() == ()
        assert it.counted == [(BatchResult.UNSIGNED, 0)]


@pytest.mark.parametrize("off_s", [-300, 300])
async def test_a_clock_five_minutes_off_is_tolerated(off_s):
    async with desk() as it:
        assert (await it.post(batch(), off_s=off_s))[0] == 200


async def test_a_recorded_request_is_worth_nothing_five_minutes_later():
    async with desk() as it:
        timestamp = str(int(NOW.timestamp()))
        signed = hmac.new(KEY.encode(), f"{timestamp}.".encode() + batch(), hashlib.sha256)
        headers = {
            "Govah-Timestamp": timestamp,
            "Govah-Signature": f"sha256={signed.hexdigest()}",
        }
        it.clock.passed_s = 301.0

        assert (await it.raw(batch(), headers))[0] == 401


async def test_a_changed_body_is_not_believed():
    async with desk() as it:
        timestamp = str(int(NOW.timestamp()))
        signed = hmac.new(KEY.encode(), f"{timestamp}.".encode() + batch(), hashlib.sha256)
        headers = {
            "Govah-Timestamp": timestamp,
            "Govah-Signature": f"sha256={signed.hexdigest()}",
        }

        assert (await it.raw(batch().replace(b"4", b"9"), headers))[0] == 401
        assert await it.stored() == ()


async def test_one_wrong_outcome_refuses_the_whole_batch_by_index_and_field():
    async with desk() as it:
        bad = ITEM | {"operation": "0012345678"}

        status, told, _ = await it.post(batch(ITEM, bad, ITEM))

        assert status == 400
        assert (told["index"], told["field"]) == (1, "operation")
        assert "0012345678" not in told["error"]
        assert await it.stored() == ()
        assert it.counted == [(BatchResult.MALFORMED, 0)]
        assert (await it.post(batch(ITEM, ITEM)))[1] == {"stored": 2}


async def test_a_body_above_the_cap_is_refused_whether_it_says_so_or_not():
    async with desk() as it:
        large = b" " * (BODY_CAP_BYTES + 1)

        async def unannounced():
            yield large

        fresh = {"Govah-Timestamp": str(int(NOW.timestamp())), "Govah-Signature": "sha256=0"}
        assert (await it.post(large))[0] == 413
        assert (await it.raw(unannounced(), fresh))[0] == 413
        assert (await it.post(large, Content_Encoding="gzip"))[0] == 413
        assert {result for result, _ in it.counted} == {BatchResult.TOO_LARGE}


async def test_a_bomb_is_let_go_at_the_cap():
    async with desk() as it:
        bomb = gzip.compress(b" " * 64 * BODY_CAP_BYTES)
        headers = {
            "Govah-Timestamp": str(int(NOW.timestamp())),
            "Govah-Signature": "sha256=0",
            "Content-Encoding": "gzip",
        }

        assert (await it.raw(bomb, headers))[0] == 413


async def test_what_is_no_gzip_is_refused():
    async with desk() as it:
        headers = {
            "Govah-Timestamp": str(int(NOW.timestamp())),
            "Govah-Signature": "sha256=0",
            "Content-Encoding": "gzip",
        }

        assert (await it.raw(b"this is no gzip", headers))[0] == 400


async def test_too_many_batches_wait_their_minute_and_strangers_use_up_nothing():
    async with desk() as it:
        for _ in range(BATCHES + 1):
            assert (await it.post(batch(), key="a stranger"))[0] == 401
        for n in range(BATCHES):
            assert (await it.post(batch(name=f"{n:016x}")))[0] == 200

        status, _, headers = await it.post(batch(name="f" * 16))
        it.clock.passed_s = float(headers["Retry-After"])
        later, _, _ = await it.post(batch(name="f" * 16))

        assert (status, later) == (429, 200)


async def test_many_who_send_nothing_hold_little_and_are_let_go():
    async with desk() as it:
        head = (
            "POST /api/v1/outcomes HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
            f"Govah-Timestamp: {int(NOW.timestamp())}\r\nGovah-Signature: sha256=0\r\n\r\n"
        )
        port = int(it.url.split(":")[2].split("/")[0])
        idle = []
        for _ in range(MOST_AT_ONCE):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode())
            idle.append(writer)
        async with asyncio.timeout(30):
            while (await it.post(batch(), key="a stranger"))[0] != 429:
                await asyncio.sleep(0)
            for writer in idle:
                writer.close()
                await writer.wait_closed()
            while (await it.post(batch(), key="a stranger"))[0] == 429:
                await asyncio.sleep(0)

        assert (await it.post(batch()))[0] == 200


async def test_while_the_store_fails_nothing_is_claimed_and_the_sender_is_told_when_to_come():
    async with desk() as it:
        it.store.failing = True
        status, told, headers = await it.post(batch())
        it.store.failing = False
        again, stored, _ = await it.post(batch())

        assert (status, again, stored) == (503, 200, {"stored": 1})
        assert int(headers["Retry-After"]) > 0
        assert "disk" not in told["error"]
        assert it.counted[0] == (BatchResult.STORE_FAILING, 0)
