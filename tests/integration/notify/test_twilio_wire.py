"""Every way a wire breaks, judged by what the provider's own ledger says afterwards."""

from __future__ import annotations

import asyncio
import logging
import socket
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver

from monitor.model import SendOutcome
from monitor.notify.phone import PhoneSender
from tests.integration.notify.rig import (
    BODY,
    NUMBER,
    TOKEN,
    Wire,
    closed_port,
    full_port,
    message,
    provider,
    twilio,
    wire,
)

# how the wire breaks, and whether the provider then has the message
BROKEN = {
    "reset after the first byte": (Wire(cut_request_after=1), False),
    "reset within the headers": (Wire(cut_request_after=120), False),
    "reset within the body": (Wire(cut_request_after=560), False),
    "closed without an answer": (Wire(close_after_request=True), False),
    "silence before the provider": (Wire(stall=True), False),
    "silence after the provider": (Wire(stall_answer=True), True),
    "answer lost": (Wire(cut_answer_after=0), True),
    "answer cut in its first line": (Wire(cut_answer_after=7), True),
    "answer cut in its body": (Wire(cut_answer_after=250), True),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_once_a_byte_was_written_a_broken_wire_means_unknown(name):
    how, taken = BROKEN[name]
    async with (
        provider() as far,
        wire(far.url, how) as url,
        twilio(url, timeout_s=0.4) as sender,
    ):
        result = await sender.send(message())
        assert result.outcome is SendOutcome.UNKNOWN
        assert bool(far.taken) is taken


async def test_a_port_nobody_listens_on_is_not_sent():
    with closed_port() as port:
        async with twilio(f"http://127.0.0.1:{port}") as sender:
            assert (await sender.send(message())).outcome is SendOutcome.NOT_SENT


async def test_a_connection_that_never_comes_about_is_not_sent():
    with full_port() as port:
        async with twilio(f"http://127.0.0.1:{port}", timeout_s=0.3) as sender:
            assert (await sender.send(message())).outcome is SendOutcome.NOT_SENT


async def test_a_failed_tls_handshake_is_not_sent():
    async with provider() as far:
        async with twilio(far.url.replace("http:", "https:")) as sender:
            assert (await sender.send(message())).outcome is SendOutcome.NOT_SENT
        assert far.taken == []


async def test_a_name_that_does_not_resolve_is_not_sent():
    class NoNames(AbstractResolver):
        async def resolve(self, host, port=0, family=socket.AF_INET):  # noqa: ARG002 - aiohttp's
            raise OSError(f"no such name: {host}")

        async def close(self):
            pass

    connector = aiohttp.TCPConnector(resolver=NoNames())
    async with twilio("http://sms.test:80", connector=connector) as sender:
        assert (await sender.send(message())).outcome is SendOutcome.NOT_SENT


@pytest.mark.parametrize(
    ("mode", "outcome", "taken"),
    [
        ("none", SendOutcome.ACCEPTED, 1),
        ("429", SendOutcome.NOT_SENT, 0),
        ("500_before", SendOutcome.UNKNOWN, 0),
        ("500_after", SendOutcome.UNKNOWN, 1),
        ("drop_after", SendOutcome.UNKNOWN, 1),
        ("garbled", SendOutcome.UNKNOWN, 1),
        ("hang", SendOutcome.UNKNOWN, 0),
        ("slow", SendOutcome.UNKNOWN, 1),
    ],
)
async def test_each_fault_of_the_provider_has_its_outcome(mode, outcome, taken):
    async with provider() as far, twilio(far.url, timeout_s=0.4) as sender:
        far.go_wrong(mode=mode, slow_s=30)
        assert (await sender.send(message())).outcome is outcome
        assert len(far.taken) == taken  # never posted again: twilio's own retries would


async def test_the_timeout_is_kept_although_twilios_own_transport_forgets_it():
    async with provider() as far, twilio(far.url, timeout_s=0.2) as sender:
        await sender.send(message("warm-up", to="+989120000009"))
        far.go_wrong(mode="hang")
        async with asyncio.timeout(3):
            assert (await sender.send(message())).outcome is SendOutcome.UNKNOWN


@pytest.mark.parametrize("mode", ["none", "500_after", "drop_after", "429", "garbled"])
async def test_no_number_body_or_token_reaches_a_log_or_a_note(mode, caplog):
    caplog.set_level(logging.DEBUG)
    async with provider() as far, twilio(far.url) as sender:
        far.go_wrong(mode=mode)
        said = [await sender.send(message())]
        far.go_wrong(list_fails=True)
        said.append(await sender.find(message(), since=datetime(2020, 1, 1, tzinfo=UTC)))
    for secret in (NUMBER, NUMBER[1:], BODY, TOKEN):
        assert secret not in caplog.text
        assert secret not in repr(said)
        assert secret not in repr(message())


async def test_a_session_that_takes_proxies_from_the_environment_is_refused():
    async with aiohttp.ClientSession(trust_env=True) as session:
        with pytest.raises(ValueError, match="environment"):
            PhoneSender("http://127.0.0.1:1", 1.0, session)
