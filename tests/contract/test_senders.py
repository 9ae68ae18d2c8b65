"""What every sender promises, against a provider that keeps its own ledger."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from monitor.clock import SystemClock
from monitor.model import SendOutcome
from monitor.notify.memory import Fault, MemorySender
from monitor.notify.phone import PhoneSender
from tests.integration.notify.rig import NUMBER, Wire, closed_port, message, provider, twilio, wire


class Memory:
    """The provider in memory, broken by its own switch."""

    def __init__(self):
        self.fault, self.lookup_works = Fault.NONE, True
        self.sender = MemorySender(
            SystemClock(), fault=lambda _: self.fault, lookup_works=lambda: self.lookup_works
        )

    @property
    def taken(self):
        return [(each.to, each.body) for each in self.sender.ledger]

    @asynccontextmanager
    async def answering(self):
        self.fault = Fault.NONE
        yield self.sender

    @asynccontextmanager
    async def swallowing_the_answer(self):
        self.fault = Fault.SWALLOWED
        yield self.sender

    @asynccontextmanager
    async def losing_the_request(self):
        self.fault = Fault.LOST
        yield self.sender

    @asynccontextmanager
    async def busy(self):
        self.fault = Fault.BUSY
        yield self.sender

    @asynccontextmanager
    async def deaf(self):
        self.lookup_works = False
        yield self.sender


class OverHttp:
    """A sender against the real fake provider, broken by the wire between them."""

    def __init__(self, far, make):
        self._far, self._make = far, make

    @property
    def taken(self):
        return self._far.taken

    def answering(self):
        return self._make(self._far.url)

    @asynccontextmanager
    async def _through(self, how):
        async with wire(self._far.url, how) as url, self._make(url) as sender:
            yield sender

    def swallowing_the_answer(self):
        return self._through(Wire(cut_answer_after=0))

    def losing_the_request(self):
        return self._through(Wire(close_after_request=True))

    def deaf(self):
        return self._through(Wire(close_after_request=True))


@asynccontextmanager
async def phone(url):
    async with aiohttp.ClientSession() as session:
        yield PhoneSender(f"{url}/inbox", 5.0, session)


@pytest.fixture(params=["memory", "phone", "twilio"])
async def world(request):
    if request.param == "memory":
        yield Memory()
        return
    async with provider() as far:
        yield OverHttp(far, {"phone": phone, "twilio": twilio}[request.param])


def before() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=2)


async def test_a_message_is_accepted_once_and_has_an_id(world):
    async with world.answering() as sender:
        result = await sender.send(message())
    assert result.outcome is SendOutcome.ACCEPTED
    assert result.provider_id
    assert world.taken == [(NUMBER, message().body)]


async def test_an_accepted_message_is_found_under_the_same_id(world):
    since = before()
    async with world.answering() as sender:
        sent = await sender.send(message())
        assert await sender.find(message(), since=since) == sent


async def test_a_message_never_sent_is_proved_absent_among_others(world):
    since = before()
    async with world.answering() as sender:
        await sender.send(message("k2", body="another text"))
        await sender.send(message("k3", to="+989120000002"))
        result = await sender.find(message("k1"), since=since)
    assert result.outcome is SendOutcome.NOT_SENT


async def test_an_answer_that_never_came_is_unknown_and_then_found(world):
    since = before()
    async with world.swallowing_the_answer() as sender:
        assert (await sender.send(message())).outcome is SendOutcome.UNKNOWN
    assert world.taken == [(NUMBER, message().body)]
    async with world.answering() as sender:
        assert (await sender.find(message(), since=since)).outcome is SendOutcome.ACCEPTED


async def test_a_request_that_got_lost_is_unknown_and_then_absent(world):
    since = before()
    async with world.losing_the_request() as sender:
        assert (await sender.send(message())).outcome is SendOutcome.UNKNOWN
    assert world.taken == []
    async with world.answering() as sender:
        assert (await sender.find(message(), since=since)).outcome is SendOutcome.NOT_SENT


async def test_a_look_up_that_fails_proves_nothing(world):
    async with world.deaf() as sender:
        assert (await sender.find(message(), since=before())).outcome is SendOutcome.UNKNOWN


async def test_only_a_sender_that_says_so_takes_a_message_twice_for_one(world):
    async with world.answering() as sender:
        first, second = await sender.send(message()), await sender.send(message())
    assert (first.provider_id == second.provider_id) is sender.idempotent
    assert len(world.taken) == (1 if sender.idempotent else 2)


async def test_busy_means_not_sent_and_says_when_to_come_back():
    world = Memory()
    async with world.busy() as sender:
        await _busy_is_told(sender)
    assert world.taken == []
    async with provider() as far, twilio(far.url) as sender:
        far.go_wrong(mode="429")
        await _busy_is_told(sender)
        assert far.taken == []


async def _busy_is_told(sender):
    result = await sender.send(message())
    assert result.outcome is SendOutcome.NOT_SENT
    assert result.retry_after_s >= 1.0


@pytest.mark.parametrize("make", [phone, twilio])
async def test_a_refused_connection_is_not_sent(make):
    with closed_port() as port:
        async with make(f"http://127.0.0.1:{port}") as sender:
            result = await sender.send(message())
    assert result.outcome is SendOutcome.NOT_SENT


@pytest.mark.parametrize("make", [phone, twilio])
async def test_closing_a_sender_leaves_its_owners_session_open(make):
    async with provider() as far, make(far.url) as sender:
        await sender.close()
        assert (await sender.send(message())).outcome is SendOutcome.ACCEPTED
